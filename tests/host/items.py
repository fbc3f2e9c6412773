"""A booted host that is set right by items.yaml, the twenty items of the checklist: each control
passes, and fails when one of the things that it asks for is broken; what has a remedy is repaired
by `holdfast apply`, and taken back by `undo`. The table of breaks is in lib/breaks.py."""
import collections
import datetime
import hashlib
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "lib"))
from booted import Booted
from breaks import BREAKS, BACKUP_LOG, offer, record, scan
from report import check, finish, same
from tree import Tree, need

PACKAGES = ["ucspi-tcp", "portsentry", "logcheck", "chrony"]
POLICY, ANSWERS = "/etc/holdfast/policy.yaml", "/etc/holdfast/attestations.jsonl"
ROUTER = """access-list 150 permit tcp host 192.168.1.30 host 192.168.2.35 eq 25
access-list 150 permit tcp any host 192.168.2.35 eq 110
access-list 150 deny ip any any log
!
interface FastEthernet0/0
 ip address 192.168.1.126 255.255.255.0
 ip access-group 150 in
"""
SYSLOG = """module(load="imuxsock")
module(load="imklog")
auth,authpriv.*	/var/log/auth.log
auth,authpriv.*	@192.0.2.1
kern.*	/var/log/kern.log
kern.*	@192.0.2.1
*.*;kern,auth,authpriv.none	/var/log/syslog
"""
POP3 = """service pop3
{
	socket_type = stream
	protocol = tcp
	user = root
	wait = no
	server = /bin/true
	disable = no
}
"""
ECHO = """service echo
{
	type = INTERNAL
	id = echo-stream
	socket_type = stream
	protocol = tcp
	user = root
	wait = no
	disable = yes
}
"""
SMTP = """[Service]
ExecStart=/usr/bin/tcpserver -x /etc/tcp.smtp.cdb 0 25 /bin/true
[Install]
WantedBy=multi-user.target
"""
BACKUP = "/usr/local/sbin/backup"
PORTS = """TCP_PORTS="1,11,15,79,111,119,143,540,635,1080,1524,2000"
UDP_PORTS="1,7,9,69,161,162,513,635,640,641,700"
BLOCK_UDP="0"
BLOCK_TCP="0"
IGNORE_FILE="/etc/portsentry/portsentry.ignore"
HISTORY_FILE="/var/lib/portsentry/portsentry.history"
BLOCKED_FILE="/var/lib/portsentry/portsentry.blocked"
"""


def evidence(tree, name, text):
    """Writes what was recorded; the section for the policy."""
    tree.write(f"/etc/holdfast/{name}", text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"    evidence: {{ file: {name}, date: {datetime.date.today()}, sha256: {digest} }}\n"


def policy(tree):
    with open(os.path.join(HERE, "items.yaml")) as file:
        text = file.read()
    text = text.replace("    acl:\n", evidence(tree, "router.txt", ROUTER) + "    acl:\n")
    text = text.replace("    scan:", evidence(tree, "scan.xml", scan(110)) + "    scan:")
    tree.write(POLICY, text)


def package(tree, name, version):
    """Makes /root/NAME_VERSION.deb, a package with nothing in it."""
    top = f"/root/{name}"
    tree.write(f"{top}/DEBIAN/control", f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: x <x@localhost>\nDescription: nothing\n")
    tree.chroot("dpkg-deb", "--build", "--root-owner-group", top, f"/root/{name}_{version}.deb", stdout=-3)


def answers():
    """Of a person, for the controls that need one."""
    today = datetime.date.today()
    lines = [{"id": control, "answer": "yes", "by": "alice", "date": str(today), "until": str(today + datetime.timedelta(20))} for control in ("locked", "changes")]
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)


def set_right(tree):
    policy(tree)
    tree.write(ANSWERS, answers())
    os.symlink("/dev/null", tree.at("/etc/systemd/system/ctrl-alt-del.target"))
    tree.write("/etc/ssh/sshd_config.d/keys.conf", "PasswordAuthentication no\nKbdInteractiveAuthentication no\nSyslogFacility AUTHPRIV\n")
    tree.write("/etc/rsyslog.conf", SYSLOG)
    for unit in ("ssh", "rsyslog", "xinetd"):  # started more often than systemd would let an administrator
        tree.write(f"/etc/systemd/system/{unit}.service.d/often.conf", "[Unit]\nStartLimitIntervalSec=0\n")
    tree.write("/etc/xinetd.d/pop3", POP3)
    tree.write("/etc/xinetd.d/echo", ECHO)
    tree.write("/etc/rules.txt", "192.168.1.30:allow\n:deny\n")
    tree.chroot("sh", "-c", "tcprules /etc/tcp.smtp.cdb /etc/tcp.tmp </etc/rules.txt")
    tree.write("/etc/systemd/system/smtp.service", SMTP)
    tree.chroot("systemctl", "enable", "smtp.service", stderr=-3)
    tree.write("/etc/security/access.conf", "-:ALL EXCEPT root:LOCAL\n")
    login = tree.read("/etc/pam.d/login")
    tree.write("/etc/pam.d/login", "account required pam_access.so nodefgroup\n" + login)
    tree.write("/etc/default/portsentry", 'TCP_MODE="stcp"\nUDP_MODE="sudp"\n')
    tree.write("/etc/portsentry/portsentry.conf", PORTS)
    tree.write("/var/qmail/bin/sendmail", "", 0o755)
    for path in ("/usr/sbin/sendmail", "/usr/lib/sendmail"):
        if os.path.lexists(tree.at(path)):
            os.unlink(tree.at(path))
        os.symlink("/var/qmail/bin/sendmail", tree.at(path))
    # a container may not set the clock
    tree.write("/etc/systemd/system/chrony.service.d/here.conf", "[Unit]\nConditionCapability=\n")
    tree.write(BACKUP, "#!/bin/sh\n", 0o755)
    tree.write("/etc/cron.d/backup", f"0 2 * * * root {BACKUP}\n")
    tree.write(BACKUP_LOG, record(1))
    for path in ("/etc/hosts", "/etc/rules.txt"):
        tree.write("/srv/restored" + path, tree.read(path))
    logcheck = tree.read("/etc/logcheck/logcheck.conf")
    tree.write("/etc/logcheck/logcheck.conf", logcheck.replace('SENDMAILTO="logcheck"', 'SENDMAILTO="admin@isp.net"'))
    tree.write("/etc/logcheck/logcheck.logfiles.d/syslog.logfiles", "/var/log/syslog\n/var/log/auth.log\n")
    tree.write("/etc/apt/sources.list", "deb [trusted=yes] file:/srv/repository ./\n")
    for path, text in offer("1.03").items():
        tree.write(path, text)
    tree.chroot("sh", "-c", "rm -f /etc/apt/sources.list.d/*; apt-get -qq update")
    tree.write("/etc/chrony/chrony.conf", "server ntp1.isp.net iburst\nsourcedir /etc/chrony/sources.d\ndriftfile /var/lib/chrony/chrony.drift\nmakestep 1 3\n")
    tree.write("/var/lib/scans/newest.txt", "nothing found\n")
    for name, version in (("qmail", "1.03"), ("qmail", "1.02"), ("sendmail", "8.17")):
        package(tree, name, version)
    tree.chroot("dpkg", "-i", "/root/qmail_1.03.deb", stdout=-3)


class Host:
    """What the table of breaks works with: the tree's files, and commands in the booted host."""

    def __init__(self, booted, tree):
        self.booted, self.tree, self.kept = booted, tree, {}

    def run(self, command):
        status, printed = self.booted.run(command)
        if status != 0:
            sys.exit(f"host: {command}: {status}: {printed}")
        return printed

    def keep(self, path):
        """Has restore() bring back what is at PATH now."""
        if path not in self.kept:
            full = self.tree.at(path)
            self.kept[path] = None
            if os.path.islink(full):
                self.kept[path] = ("link", os.readlink(full))
            elif os.path.exists(full):
                with open(full, "rb") as file:
                    self.kept[path] = ("file", file.read(), os.stat(full))

    def remove(self, path):
        self.keep(path)
        if os.path.lexists(self.tree.at(path)):
            os.unlink(self.tree.at(path))

    def write(self, path, text):
        """Mode and owner stay."""
        self.keep(path)
        self.tree.write(path, text, (os.stat(self.tree.at(path)).st_mode & 0o7777) if os.path.exists(self.tree.at(path)) else 0o644)

    def edit(self, path, old, new):
        text = self.tree.read(path)
        assert old in text, (path, old)
        self.write(path, text.replace(old, new))

    def append(self, path, text):
        self.write(path, (self.tree.read(path) if os.path.exists(self.tree.at(path)) else "") + text)

    def link(self, path, target):
        self.remove(path)
        os.symlink(target, self.tree.at(path))

    def restore(self):
        for path, kept in self.kept.items():
            full = self.tree.at(path)
            if os.path.lexists(full):
                os.unlink(full)
            if kept is None:
                continue
            if kept[0] == "link":
                os.symlink(kept[1], full)
                continue
            with open(full, "wb") as file:
                file.write(kept[1])
            os.chown(full, kept[2].st_uid, kept[2].st_gid)
            os.chmod(full, kept[2].st_mode & 0o7777)
            os.utime(full, ns=(kept[2].st_atime_ns, kept[2].st_mtime_ns))
        self.kept = {}

    def verdicts(self, *ids):
        """By control; the whole answer is kept for what is said of a failure."""
        self.booted.run(f"holdfast audit --format json {' '.join(ids)} >/root/audit.json")
        self.said = self.tree.read("/root/audit.json")
        return {control["id"]: control["verdict"] for control in json.loads(self.said)["controls"]}


def main():
    need("systemd-nspawn", "mmdebstrap")
    tree = Tree(PACKAGES)
    tree.install()
    tree.give_key("alice", "root")
    set_right(tree)
    booted = Booted(tree)
    same("root is admitted", booted.login("root"), None)
    booted.run("systemctl is-system-running --wait")
    host = Host(booted, tree)
    verdicts = host.verdicts()
    for control, verdict in verdicts.items():
        check(f"set right: {control} passes", verdict == "pass", host.said)

    items, repaired = collections.Counter(), 0
    for item in BREAKS:
        item.make(host)
        verdict = host.verdicts(item.control)[item.control]
        check(f"item {item.item}: {item.control}: {item.what}: {item.verdict}", verdict == item.verdict, f"{verdict}: {host.said}")
        items[item.item] += 1
        if items[item.item] == 1:
            verdict = host.verdicts()["all-hold"]
            check(f"item 19: all-hold: {item.control} does not hold: {item.verdict}", verdict == item.verdict, f"{verdict}: {host.said}")
            items[19] += 1
        if item.repairs:
            status, printed = booted.run(f"holdfast apply --yes {item.control}")
            verdict = host.verdicts(item.control)[item.control]
            check(f"item {item.item}: {item.control}: {item.what}: repaired", (status, verdict) == (0, "pass"), f"{status} {verdict}\n{printed}")
            status, printed = booted.run("holdfast undo --yes")
            check(f"item {item.item}: {item.control}: {item.what}: taken back", status == 0, printed)
            repaired += 1
        host.restore()
        if item.mend:
            item.mend(host)
    verdicts = host.verdicts()
    check("set right again: all pass", set(verdicts.values()) == {"pass"}, host.said)
    print(f"{sum(items.values())} breaks of {len(items)} items: " + ", ".join(f"{item}: {count}" for item, count in sorted(items.items())) + f"; {repaired} repaired")
    booted.poweroff()
    finish()


main()
