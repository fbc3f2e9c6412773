"""A booted host where a policy would lock the administrators out: `holdfast apply` refuses with a
table of who gets in, by the accounts, sudoers, keys, sessions and PAM of the running system."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
from booted import Booted
from report import check, finish, same
from tree import Tree, difference, need

POLICY = """holdfast: 1
title: A server
controls:
  - id: keys-only
    sshd: { settings: { PasswordAuthentication: no, KbdInteractiveAuthentication: no } }
  - id: no-root
    sshd: { settings: { PermitRootLogin: no } }
"""
SSH = "ssh -i /root/key -o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=ERROR alice@localhost"


def row(printed, *words):
    """Whether the table has that line."""
    return re.search(r"^  " + r" {2,}".join(map(re.escape, words)) + r"$", printed, re.M) is not None


def refused(host, tree, what, command, before, *losses):
    status, printed = host.run(f"NO_COLOR=1 holdfast {command}")
    check(f"{what}: refused with the table", status == 1 and "Who gets in:" in printed, printed)
    for loss in losses:
        check(f"{what}: {loss} is named", f"\n  {loss}: " in printed and f"--accept {loss}" in printed, printed)
    check(f"{what}: nothing is changed", not difference(before, tree.etc()))
    return printed


def run(host, tree):
    same("root is admitted", host.login("root"), None)
    before = tree.etc()
    printed = refused(host, tree, "alice has no key", "apply --yes keys-only", before, "ssh:alice", "ssh:administrators")
    check("alice has no key: the table says what is lost", row(printed, "alice", "ssh", "anywhere", "password", "nothing works", "LOST"), printed)
    check("alice has no key: root is logged in at the console", "(logged in)" in printed, printed)

    # root alone is left
    tree.write("/etc/sudoers.d/alice", "", 0o440)
    tree.write("/etc/ssh/sshd_config.d/root.conf", "PermitRootLogin yes\n")
    before = tree.etc()
    printed = refused(host, tree, "root alone", "apply --yes no-root", before, "ssh:administrators")
    check("root alone: that root loses it is asked for",
          row(printed, "root", "ssh", "anywhere", "password", "refused", "lost, asked for by no-root"), printed)
    status, printed = host.run("holdfast apply --yes --accept ssh:root --accept ssh no-root")
    check("root alone: the wrong names do not help", status == 1 and not difference(before, tree.etc()), printed)
    status, printed = host.run("holdfast apply --yes --accept ssh:administrators no-root; holdfast undo --yes")
    check("root alone: accepted, applied and undone", status == 0 and not difference(before, tree.etc()), printed)

    # who is logged in over ssh, though no administrator
    host.run("sed -i 's/^alice:[^:]*:/alice:!:/' /etc/shadow")
    tree.write("/etc/ssh/sshd_config.d/root.conf", "AuthorizedKeysFile .ssh/authorized_keys\n")
    os.makedirs(tree.at("/home/alice/.ssh"), exist_ok=True)
    tree.give_key("alice")
    host.run("systemctl reload ssh")
    tree.write("/etc/holdfast/other.yaml", "holdfast: 1\ntitle: t\ncontrols:\n  - id: keys\n    sshd: "
               "{ settings: { AuthorizedKeysFile: /etc/keys/%u } }\n")
    before = tree.etc()
    status, printed = host.run("holdfast apply --yes --policy /etc/holdfast/other.yaml; holdfast undo --yes")
    check("nobody is logged in over ssh: applied and undone", status == 0 and not difference(before, tree.etc()), printed)
    host.run(f"{SSH} -tt sleep 600 >/dev/null 2>&1 </dev/null & for i in $(seq 50); do who | grep -q alice && break; sleep 0.1; done")
    printed = refused(host, tree, "alice is logged in", "apply --yes --policy /etc/holdfast/other.yaml", before, "ssh:alice")
    check("alice is logged in: from where", re.search(r"alice +ssh +(::1|127\.0\.0\.1) \(logged in\) +key +nothing works +LOST", printed) is not None, printed)
    host.poweroff()


def main():
    need("systemd-nspawn", "mmdebstrap")
    tree = Tree()
    tree.install()
    tree.write("/etc/holdfast/policy.yaml", POLICY)
    run(Booted(tree), tree)
    finish()


main()
