"""A booted host whose sshd, rsyslogd and xinetd run under systemd: `holdfast apply` and `undo`
have each read its files again, and the running daemons then do what the files say."""
import os
import sys

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
  - id: xinetd-nothing
    xinetd:
      only: []
      remedy: disable
"""
READ_ONLY = """holdfast: 1
title: A log where rsyslogd may not write
controls:
  - id: local5-log
    syslog:
      store: { selector: local5.*, file: /srv/local5.log }
"""
DAYTIME = """service daytime
{
	type = INTERNAL
	id = daytime-stream
	socket_type = stream
	protocol = tcp
	user = root
	wait = no
	disable = no
}
"""
# sshd ends where it should read its files again
BAD_RELOAD = "[Service]\nExecReload=\nExecReload=/bin/kill -TERM $MAINPID\n"
DROP_IN = "/etc/systemd/system/ssh.service.d/reload.conf"
PROGRAMS = ["sshd", "rsyslogd", "xinetd"]


def methods(host):
    """How the running sshd lets alice in."""
    ssh = "ssh -o PreferredAuthentications=none -o StrictHostKeyChecking=no -o LogLevel=ERROR alice@localhost"
    return host.run(f"{ssh} 2>&1 | sed 's/.*(//; s/).*//'")[1].strip()


def serves_daytime(host):
    return host.run("bash -c ': </dev/tcp/127.0.0.1/13' 2>/dev/null")[0] == 0


def logs_local5(host, word):
    """Whether the running rsyslogd puts a message of local5 into the file."""
    return host.run(f"logger -p local5.info {word}; for i in $(seq 20); do grep -q {word} /var/log/syslog && break; sleep 0.1; done; "
                    f"sleep 0.2; grep -q {word} /var/log/local5.log 2>/dev/null")[0] == 0


def processes(host):
    return {program: host.run(f"pgrep -xo {program}")[1].strip() for program in PROGRAMS}


def are_as_the_package_has_them(host, when):
    check(f"{when}: sshd takes passwords", "password" in methods(host).split(","), methods(host))
    check(f"{when}: xinetd serves daytime", serves_daytime(host))
    check(f"{when}: rsyslogd does not store local5", not logs_local5(host, f"word-{when}"))


def run(host, tree):
    same("root is admitted", host.login("root"), None)
    same("the host is up", host.run("systemctl is-system-running --wait"), (0, "running\n"))
    before, pids = tree.etc(), processes(host)
    are_as_the_package_has_them(host, "before")

    status, printed = host.run("holdfast apply --yes")
    check("apply", status == 0, printed)
    for line in ("sshd: reloaded (ssh.service)", "rsyslogd: restarted", "xinetd: reloaded (xinetd.service)",
                 *(f"{program}: answers as its files say" for program in PROGRAMS)):
        check(f"apply says: {line}", line in printed, printed)
    same("apply: sshd takes keys alone", methods(host), "publickey")
    check("apply: xinetd serves daytime no more", not serves_daytime(host))
    check("apply: rsyslogd stores local5", logs_local5(host, "word-apply"))
    now = processes(host)
    same("apply: sshd and xinetd are the same processes", (now["sshd"], now["xinetd"]), (pids["sshd"], pids["xinetd"]))
    check("apply: rsyslogd is another one", now["rsyslogd"] not in ("", pids["rsyslogd"]), now)
    same("apply: no unit failed", host.run("systemctl is-system-running"), (0, "running\n"))

    status, printed = host.run("holdfast undo --yes")
    check("undo", status == 0, printed)
    left = difference(before, tree.etc())
    check("undo: /etc is as before", left == "", left)
    host.run("rm -f /var/log/local5.log")
    are_as_the_package_has_them(host, "undo")

    # rsyslogd accepts the change and runs, but can't write there: systemd keeps it from that
    status, printed = host.run("holdfast apply --yes --policy /root/read-only.yaml")
    same("a log that can't be written: apply is undone", status, 2)
    check("a log that can't be written: said so", "rsyslogd: messages for /srv/local5.log do not arrive there" in printed, printed)
    left = difference(before, tree.etc())
    check("a log that can't be written: /etc is as before", left == "", left)

    tree.write(DROP_IN, BAD_RELOAD)
    host.run("systemctl daemon-reload")
    before = tree.etc()
    status, printed = host.run("holdfast apply --yes")
    same("a reload that ends sshd: apply is undone", status, 2)
    check("a reload that ends sshd: said so", "sshd: started again" in printed, printed)
    left = difference(before, tree.etc())
    check("a reload that ends sshd: /etc is as before", left == "", left)
    are_as_the_package_has_them(host, "undone")
    host.poweroff()


def main():
    need("systemd-nspawn", "mmdebstrap")
    tree = Tree()
    tree.install()
    tree.give_key("alice")
    tree.write("/etc/holdfast/policy.yaml", POLICY)
    tree.write("/etc/xinetd.d/daytime", DAYTIME)
    tree.write("/root/read-only.yaml", READ_ONLY)
    tree.write("/etc/systemd/system/rsyslog.service.d/srv.conf", "[Service]\nReadOnlyPaths=/srv\n")
    run(Booted(tree), tree)
    finish()


main()
