"""A booted host, before and after `holdfast apply`: an ordinary user is refused at the console,
and nothing else changes for him; `holdfast undo` gives everything back."""
import glob
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
from booted import Booted
from report import check, finish, same
from tree import PASSWORDS, Tree, difference, need

POLICY = """holdfast: 1
title: A server
controls:
  - id: console-root-only
    console:
      only: [root]
      through: [access.conf, module]
      services: [login]
      pts: console  # a container's console is one
"""
ACCESS = "/etc/security/access.conf"
LOGIN_STACK = "/etc/pam.d/login"
AUTOLOGIN = "/etc/systemd/system/console-getty.service.d/autologin.conf"


def prepare(tree):
    """A way in over ssh for alice, a job that cron runs at once, a policy."""
    tree.give_key("alice")
    tree.chroot("crontab", "-u", "alice", "-", input="@reboot id -un >>/home/alice/job\n")
    tree.write("/etc/holdfast/policy.yaml", POLICY)
    tree.chroot("systemctl", "--quiet", "enable", "holdfast-boot.service", "holdfast-audit.timer")


def alice_works(host, when):
    """What is no console must stay as it is. Asked by root, who is logged in."""
    over_ssh = "ssh -i /root/key -o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=ERROR alice@localhost"
    same(f"{when}: alice over ssh", host.run(f"{over_ssh} id -un"), (0, "alice\n"))
    same(f"{when}: alice's sudo", host.run(f"echo {PASSWORDS['alice']} | {over_ssh} \"sudo -S -p '' id -un\""), (0, "root\n"))
    same(f"{when}: alice's su", host.run(f"echo {PASSWORDS['root']} | {over_ssh} \"su root -c 'id -un' 2>/dev/null\""), (0, "root\n"))
    same(f"{when}: root's su", host.run("su - alice -c 'id -un'"), (0, "alice\n"))
    # a fresh cron runs the jobs of @reboot: with its PAM service, like all jobs
    job = "rm -f /home/alice/job /run/crond.reboot; systemctl restart cron; for i in $(seq 100); do [ -s /home/alice/job ] && break; sleep 0.1; done"
    same(f"{when}: alice's job", host.run(f"{job}; cat /home/alice/job"), (0, "alice\n"))


def refused(host, when):
    same(f"{when}: alice is refused at the console", host.login("alice"), "Permission denied")
    same(f"{when}: root is admitted", host.login("root"), None)


def reported(host, when):
    """The boot unit found the gap: it alone has failed, and the host is up."""
    same(f"{when}: the host is up", host.run("systemctl is-system-running --wait"), (1, "degraded\n"))
    status, printed = host.run("systemctl --failed --plain --no-legend --no-pager")
    check(f"{when}: the boot unit alone has failed", printed.split()[:1] == ["holdfast-boot.service"] and
          printed.count("\n") == 1, printed)
    status, printed = host.run("journalctl -b -u holdfast-boot.service -o cat --no-pager")
    check(f"{when}: it has reported the gap", "fail console-root-only" in printed and "1 control: 1 fail" in printed, printed)


def broken_module(host, tree):
    """Nothing names a module that can't be loaded: libpam would refuse root too."""
    module = glob.glob(tree.at("/usr/lib/*/security/pam_holdfast.so"))[0]
    os.rename(module, module + ".good")
    with open(module + ".good", "rb") as good, open(module, "wb") as file:
        head = bytearray(good.read(64))
        head[32:40], head[56:58] = bytes(8), bytes(2)  # whole, and without a segment
        file.write(head)
    before = tree.etc()
    status, printed = host.run("holdfast apply --yes")
    check("a module that can't be loaded: apply refuses", status == 1 and "pam_holdfast.so can't be loaded" in printed, printed)
    left = difference(before, tree.etc())
    check("a module that can't be loaded: /etc is as before", left == "", left)
    os.rename(module + ".good", module)


def autologin(host, tree):
    """Found on the running host, whatever its stacks say."""
    tree.write(AUTOLOGIN, "[Service]\nExecStart=\nExecStart=-/sbin/agetty -a root --noclear - $TERM\n")
    status, printed = host.run("holdfast audit")
    check("a getty that logs root in is found", status == 1 and "autologin.conf:3" in printed and
          "root is logged in without a password" in printed, printed)
    os.unlink(tree.at(AUTOLOGIN))


def run(host, tree):
    same("before: alice is admitted at the console", host.login("alice"), None)
    host.logout()
    same("before: root is admitted", host.login("root"), None)
    reported(host, "before")
    alice_works(host, "before")
    before = tree.etc()
    broken_module(host, tree)

    status, printed = host.run("holdfast apply --yes")
    check("apply", status == 0 and "validated by loading pam_access.so, pam_holdfast.so" in printed, printed)
    status, printed = host.run("holdfast audit")
    check("apply: the policy holds", status == 0, printed)
    autologin(host, tree)
    status, printed = host.run("systemctl start holdfast-audit.service; s=$?; journalctl -u holdfast-audit.service -o cat --no-pager; (exit $s)")
    check("apply: the daily audit sees it too", status == 0 and "1 control: 1 pass" in printed, printed)
    alice_works(host, "apply")
    host.logout()
    refused(host, "apply")

    # the module alone, whatever becomes of access.conf
    access = tree.read(ACCESS)
    tree.write(ACCESS, "")
    alice_works(host, "module")
    host.logout()
    refused(host, "module")
    status, printed = host.run("holdfast audit")
    check("module: the audit sees that access.conf is empty", status == 1, printed)

    host.reboot()
    refused(host, "reboot")
    reported(host, "reboot")
    alice_works(host, "reboot")

    status, printed = host.run("holdfast undo --yes")
    check("undo: an access.conf that was changed by hand is not overwritten", status == 1, printed)
    tree.write(ACCESS, access)
    status, printed = host.run("holdfast undo --yes")
    check("undo", status == 0, printed)
    left = difference(before, tree.etc())
    check("undo: /etc is as before", left == "", left)
    alice_works(host, "undo")
    host.logout()
    same("undo: alice is admitted at the console", host.login("alice"), None)
    host.logout()
    same("undo: root is admitted", host.login("root"), None)
    host.poweroff()


def main():
    need("systemd-nspawn", "mmdebstrap")
    tree = Tree()
    tree.install()
    prepare(tree)
    run(Booted(tree), tree)
    finish()


main()
