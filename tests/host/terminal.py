"""A real virtual terminal instead of a container's pts: an ordinary user is refused there, root
is not; and the kernel's audit stream tells of the change, of its undo and of the refusal."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
from audit import Audit
from report import check, finish, same
from screen import Screen, own_mounts
from tree import Tree, difference, need

POLICY = """holdfast: 1
title: A server
controls:
  - id: terminal-root-only
    console:
      only: [root]
      through: [access.conf]
      services: [login]
"""
# linux/audit.h, libaudit.h
USER_ACCT, USYS_CONFIG, TRUSTED_APP, ANOM_LOGIN_LOCATION = 1101, 1111, 1121, 2104
MARK = 'controls="terminal-root-only"'


def holdfast(tree, *words):
    done = tree.chroot("holdfast", *words, capture_output=True)
    return done.stdout + done.stderr


def device(screen):
    """Of the controlling terminal, as the kernel numbers it: proc(5), tty_nr."""
    number = int(screen.run("cut -d' ' -f7 /proc/self/stat"))
    return os.major(number), os.minor(number)


def told(audit, op):
    records = audit.records(USYS_CONFIG, MARK, f"op=holdfast-{op} ")
    check(f"{op}: one audit record", len(records) == 1, "\n".join(records))
    for word in ('file="/etc/security/access.conf"', 'root="/"', "res=success", "head="):
        check(f"{op}: the record says {word}", word in "".join(records), "\n".join(records))


def recorded(tree, audit, when, gaps, result):
    """An audit with the rights and without the network, as in the systemd units."""
    tree.chroot("sh", "-c", "unshare --net setpriv --bounding-set -all,+dac_read_search,+audit_write "
                "--no-new-privs holdfast audit --record >/dev/null; [ $? -le 1 ]")
    records = audit.records(TRUSTED_APP, "op=holdfast-audit ", 'root="/"')
    check(f"{when}: one record of an audit", len(records) == 1, "\n".join(records))
    for word in (f'gaps="{gaps}"', f"res={result}"):
        check(f"{when}: the record says {word}", word in "".join(records), "\n".join(records))


def main():
    need("mmdebstrap", "unshare")
    own_mounts()
    tree = Tree()
    tree.install()
    login = tree.read("/etc/pam.d/login")
    tree.write("/etc/pam.d/login", login.replace("# account  required       pam_access.so", "account required pam_access.so"))
    tree.write("/etc/holdfast/policy.yaml", POLICY)
    screen, audit = Screen(tree), Audit()
    before = tree.etc()
    same("before: alice is admitted", screen.login("alice"), None)
    same("before: the terminal is a virtual one", device(screen), (4, screen.number))

    recorded(tree, audit, "before", "terminal-root-only", "failed")
    holdfast(tree, "apply", "--yes")
    told(audit, "apply")
    recorded(tree, audit, "apply", "", "success")
    same("apply: alice is refused", screen.login("alice"), "Permission denied")
    records = audit.records(USER_ACCT, 'acct="alice"', 'exe="/usr/bin/login"', f"terminal=/dev/{screen.name} ")
    check("apply: the refusal is in the audit stream", len(records) == 1 and "res=failed" in records[0], "\n".join(records))
    same("apply: root is admitted", screen.login("root"), None)

    holdfast(tree, "undo", "--yes")
    told(audit, "undo")
    left = difference(before, tree.etc())
    check("undo: /etc is as before", left == "", left)
    same("undo: alice is admitted", screen.login("alice"), None)

    take_out = tree.ask_module()
    same("module: alice is refused", screen.login("alice"), "Permission denied")
    records = audit.records(ANOM_LOGIN_LOCATION, 'acct="alice"', 'exe="/usr/bin/login"')
    check("module: one audit record", len(records) == 1, "\n".join(records))
    for word in (f"terminal=/dev/{screen.name} ", "res=failed", "control=console-by-hand ", f"policy={'5a' * 32} "):
        check(f"module: the record says {word}", word in "".join(records), "\n".join(records))
    same("module: root is admitted", screen.login("root"), None)
    check("module: no record of root", audit.records(ANOM_LOGIN_LOCATION, 'acct="root"', seconds=1) == [])
    take_out()
    same("no module: alice is admitted", screen.login("alice"), None)
    finish()


main()
