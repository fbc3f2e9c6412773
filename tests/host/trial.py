"""A booted host and `holdfast apply --confirm-within`: what nobody confirms is undone, by itself,
after kill -9 and by a reboot; only a new login confirms; sshd never reads files that it would
end with."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
from booted import Booted
from report import check, finish, same
from tree import Tree, difference, need

POLICY = """holdfast: 1
title: A server
controls:
  - id: ssh-keys
    sshd:
      settings:
        PasswordAuthentication: no
        KbdInteractiveAuthentication: no
  - id: local5-log
    syslog:
      store: { selector: local5.*, file: /var/log/local5.log }
"""
ENABLE = "systemctl enable --now holdfast-recover.service"
SSH = "ssh -i /root/key -o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=ERROR root@localhost"
BROKEN = "/etc/ssh/sshd_config.d/zz-broken.conf"


def prepare(tree):
    tree.give_key("root", "alice")
    tree.write("/etc/holdfast/policy.yaml", POLICY)


def methods(host):
    """How the running sshd lets alice in."""
    ssh = "ssh -o PreferredAuthentications=none -o StrictHostKeyChecking=no -o LogLevel=ERROR alice@localhost"
    return host.run(f"{ssh} 2>&1 | sed 's/.*(//; s/).*//'")[1].strip()


def on_trial(host, what, seconds):
    """Applies and returns when that was."""
    start = time.monotonic()
    status, printed = host.run(f"holdfast apply --yes --confirm-within {seconds}s")
    check(f"{what}: apply", status == 0, printed)
    check(f"{what}: it says what confirms it, and what undoes it",
          "Confirm from a new login with: holdfast confirm\n" in printed and "\nUndo with: holdfast undo " in printed, printed)
    same(f"{what}: sshd takes keys alone", methods(host), "publickey")
    return start


def as_before(host, tree, what, before):
    left = difference(before, tree.etc())
    check(f"{what}: /etc is as before", left == "", left)
    check(f"{what}: sshd takes passwords", "password" in methods(host).split(","), methods(host))
    status, printed = host.run("holdfast log --verify")
    check(f"{what}: the journal is whole", status == 0 and "cut short" not in printed, printed)


def undone_by_itself(host, tree, what, before, start, seconds):
    """Not before its time, and soon after it."""
    while time.monotonic() < start + seconds + 15 and difference(before, tree.etc()):
        time.sleep(0.1)
    took = time.monotonic() - start
    check(f"{what}: undone after {seconds} s", seconds <= took < seconds + 15, f"{took:.1f} s")
    # the daemons are told after the files are back
    host.run("for i in $(seq 100); do systemctl -q is-active 'holdfast-trial-*' || break; sleep 0.1; done")
    as_before(host, tree, what, before)


def run(host, tree):
    same("root is admitted", host.login("root"), None)
    same("the host is up", host.run("systemctl is-system-running --wait"), (0, "running\n"))
    before = tree.etc()
    status, printed = host.run("holdfast apply --yes --confirm-within 20s")
    check("without the unit at boot: refused", status == 1 and ENABLE in printed, printed)
    check("without the unit at boot: nothing is changed", not difference(before, tree.etc()))
    status, printed = host.run(ENABLE)
    check("the unit at boot is enabled", status == 0, printed)
    before = tree.etc()

    start = on_trial(host, "no confirmation", 15)
    status, printed = host.run("holdfast confirm")
    check("no confirmation: not from the same login", status == 1 and "log in anew" in printed, printed)
    status, printed = host.run("su -c 'holdfast confirm'")
    check("no confirmation: nor through su", status == 1 and "log in anew" in printed, printed)
    status, printed = host.run("holdfast apply --yes")
    check("no confirmation: no second apply", status == 1 and "is on trial" in printed, printed)
    status, printed = host.run("holdfast audit")
    check("no confirmation: the audit tells of it", "is on trial" in printed, printed)
    host.run("systemctl start cron")  # pulls in what sysinit.target wants
    undone_by_itself(host, tree, "no confirmation", before, start, 15)
    status, printed = host.run("holdfast log")
    check("no confirmation: the log tells", "undo expired" in printed, printed)
    status, printed = host.run(f"{SSH} /usr/local/sbin/holdfast confirm")
    check("no confirmation: too late to confirm", status == 1, printed)

    start = time.monotonic()
    status, printed = host.run("sh -c 'setsid holdfast apply --yes --confirm-within 10s >/dev/null 2>&1 & "
                               "until grep -sq committed /var/lib/holdfast/*/state; do :; done; pkill -9 -x holdfast; "
                               "wait; cat /var/lib/holdfast/*/state | tail -n 1'")
    same("kill -9 while daemons are told: killed amid that", printed, "committed\n")
    check("kill -9 while daemons are told: /etc is changed", bool(difference(before, tree.etc())))
    undone_by_itself(host, tree, "kill -9 while daemons are told", before, start, 10)

    on_trial(host, "a reboot", 3600)
    host.reboot()
    same("a reboot: root is admitted", host.login("root"), None)
    as_before(host, tree, "a reboot", before)
    status, printed = host.run("journalctl -b -u holdfast-recover.service -o cat --no-pager")
    check("a reboot: the unit at boot did it", "was not confirmed in time" in printed, printed)
    order = host.run("for u in holdfast-recover ssh rsyslog console-getty; do "
                     "systemctl show -P ActiveEnterTimestampMonotonic $u.service; done")[1].split()
    check("a reboot: before the daemons and the console", int(order[0]) < min(map(int, order[1:])), order)

    status, printed = host.run("holdfast plan -o saved")
    check("sshd would end: planned before", status == 0, printed)
    tree.write(BROKEN, "Nonsense yes\n")
    broken = tree.etc()
    pid = host.run("pgrep -xo sshd")[1]
    status, printed = host.run("holdfast apply --yes --confirm-within 10m ./saved")
    check("sshd would end: undone", status == 2 and "not told to reload, it would exit" in printed, printed)
    check("sshd would end: /etc is as before", not difference(broken, tree.etc()))
    same("sshd would end: it runs on", host.run("pgrep -xo sshd")[1], pid)
    check("sshd would end: no timer is left", "holdfast-trial" not in host.run("systemctl list-units --all --no-pager")[1])
    os.unlink(tree.at(BROKEN))
    as_before(host, tree, "sshd would end", before)

    on_trial(host, "confirmed", 600)
    status, printed = host.run(f"{SSH} /usr/local/sbin/holdfast confirm")
    check("confirmed: from a new login", status == 0 and "stays" in printed, printed)
    check("confirmed: no timer is left", "holdfast-trial" not in host.run("systemctl list-units --all --no-pager")[1])
    status, printed = host.run("holdfast undo --expired; holdfast undo --unconfirmed; holdfast audit")
    check("confirmed: nothing undoes it any more", status == 0, printed)
    status, printed = host.run("holdfast undo --yes")
    check("confirmed: but undo", status == 0, printed)
    as_before(host, tree, "confirmed", before)
    host.poweroff()


def main():
    need("systemd-nspawn", "mmdebstrap")
    tree = Tree()
    tree.install()
    prepare(tree)
    run(Booted(tree), tree)
    finish()


main()
