"""What items.py breaks: for each control of items.yaml, each thing that it asks for, one at a time."""
import collections
import datetime
import hashlib
import json
import time

Break = collections.namedtuple("Break", "item control what make verdict repairs mend", defaults=("fail", False, None))

SSHD, KEYS = "/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/keys.conf"
RSYSLOG, RULES, CDB = "/etc/rsyslog.conf", "/etc/rules.txt", "/etc/tcp.smtp.cdb"
PASSWD, SHADOW = "/etc/passwd", "/etc/shadow"
ACCESS, LOGIN = "/etc/security/access.conf", "/etc/pam.d/login"
SCAN_CONF, SCAN_MODES = "/etc/portsentry/portsentry.conf", "/etc/default/portsentry"
POLICY, ANSWERS = "/etc/holdfast/policy.yaml", "/etc/holdfast/attestations.jsonl"
ROUTER, SCAN = "/etc/holdfast/router.txt", "/etc/holdfast/scan.xml"
CHRONY = "/etc/chrony/chrony.conf"
BACKUP_LOG, BACKUP_CRON = "/var/log/backup.log", "/etc/cron.d/backup"
LOGCHECK, LOGCHECK_CRON, LOGFILES = "/etc/logcheck/logcheck.conf", "/etc/cron.d/logcheck", "/etc/logcheck/logcheck.logfiles.d/syslog.logfiles"
OLD = datetime.date.today() - datetime.timedelta(60)


def edit(path, old, new):
    return lambda host: host.edit(path, old, new)


def append(path, text):
    return lambda host: host.append(path, text)


def prepend(path, text):
    return lambda host: host.write(path, text + host.tree.read(path))


def remove(path):
    return lambda host: host.remove(path)


def link(path, target):
    return lambda host: host.link(path, target)


def run(command):
    return lambda host: host.run(command)


def both(*steps):
    def make(host):
        for step in steps:
            step(host)
    return make


def compile_rules(host):
    host.keep(CDB)
    host.run(f"tcprules {CDB} /etc/tcp.tmp <{RULES}")


def answer(control, **changes):
    """The answer for CONTROL says something else."""
    def make(host):
        lines = [json.loads(line) for line in host.tree.read(ANSWERS).splitlines()]
        for line in lines:
            if line["id"] == control:
                line.update(changes)
        host.write(ANSWERS, "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
    return make


def recorded(path, text):
    """What was recorded is something else, and the policy has its hash."""
    def make(host):
        old = host.tree.read(path).encode()
        host.write(path, text)
        host.edit(POLICY, hashlib.sha256(old).hexdigest(), hashlib.sha256(text.encode()).hexdigest())
    return make


def router(old, new):
    """The router has another line."""
    return lambda host: recorded(ROUTER, host.tree.read(ROUTER).replace(old, new))(host)


def scan(*ports, services="1-65535"):
    """What nmap -oX writes of a host where these ports answer."""
    now = int(time.time())
    first, last = services.split("-")
    answers = "".join(f'<port protocol="tcp" portid="{port}"><state state="open" reason="syn-ack" reason_ttl="64"/></port>' for port in ports)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<nmaprun scanner="nmap" args="nmap -n -p {services} -oX scan.xml 192.168.2.35" start="{now}" version="7.93" xmloutputversion="1.05">
<scaninfo type="syn" protocol="tcp" numservices="{int(last) - int(first) + 1}" services="{services}"/>
<host starttime="{now}" endtime="{now}"><status state="up" reason="echo-reply" reason_ttl="64"/>
<address addr="192.168.2.35" addrtype="ipv4"/>
<ports><extraports state="filtered" count="{int(last) - int(first) + 1 - len(ports)}"><extrareasons reason="no-response" count="{int(last) - int(first) + 1 - len(ports)}"/></extraports>{answers}</ports>
</host>
<runstats><finished time="{now}" elapsed="90" summary="done" exit="success"/><hosts up="1" down="0" total="1"/></runstats>
</nmaprun>
"""


def inetd(name, service, **attributes):
    """A file of xinetd.d under any name."""
    words = {"socket_type": "stream", "protocol": "tcp", "wait": "no", "user": "root", "server": "/bin/true", **attributes}
    text = "".join(f"\t{key} = {value}\n" for key, value in words.items())
    return append(f"/etc/xinetd.d/{name}", f"service {service}\n{{\n{text}}}\n")


def record(days, text="backup finished"):
    """A line of the backup's log, DAYS old."""
    return f"{datetime.datetime.now() - datetime.timedelta(days):%Y-%m-%dT%H:%M:%S} {text}\n"


def offer(version):
    """The files of a repository that has qmail in that version."""
    packages = f"Package: qmail\nVersion: {version}\nArchitecture: all\nMaintainer: x <x@localhost>\nDescription: nothing\nFilename: ./qmail.deb\nSize: 1000\nSHA256: {'0' * 64}\n\n"
    release = f"Date: {datetime.datetime.now(datetime.timezone.utc):%a, %d %b %Y %H:%M:%S} UTC\nSHA256:\n {hashlib.sha256(packages.encode()).hexdigest()} {len(packages)} Packages\n"
    return {"/srv/repository/Packages": packages, "/srv/repository/Release": release}


def offered(version, then="true"):
    """apt is told of that repository, and THEN is run."""
    def make(host):
        for path, text in offer(version).items():
            host.write(path, text)
        host.run(f"apt-get -qq update >/dev/null 2>&1; {then}")
    return make


ANSWERED = [
    Break(item, control, what, make, "manual" if what != "the answer is no" else "fail")
    for item, control in ((1, "locked"), (12, "changes"))
    for what, make in (
        ("the answer is no", answer(control, answer="no")),
        ("the answer held until yesterday", answer(control, date=str(OLD), until=str(datetime.date.today() - datetime.timedelta(1)))),
        ("the answer is older than the policy believes", answer(control, date=str(OLD), until="2099-01-01")),
        ("nobody has answered", remove(ANSWERS)))
]

BREAKS = [
    *ANSWERED,
    Break(1, "three-keys", "the unit is no longer masked", remove("/etc/systemd/system/ctrl-alt-del.target")),
    Break(1, "three-keys", "another unit has its name", link("/etc/systemd/system/ctrl-alt-del.target", "/lib/systemd/system/reboot.target")),

    *(Break(2, "patches", what, offered(*offers), verdict, mend=run(f"{mend}; apt-get -qq update >/dev/null 2>&1")) for what, offers, verdict, mend in (
        ("a newer version", ("1.04",), "fail", "true"),
        ("a newer version that is held back", ("1.04", "apt-mark -qq hold qmail"), "fail", "apt-mark -qq unhold qmail"),
        ("nobody has asked for weeks", ("1.03", "touch -d '20 days ago' /var/lib/apt/lists/*Release"), "unknown", "rm -r /var/lib/apt/lists"))),

    Break(3, "sshd-there", "it is not started at boot", run("systemctl disable ssh 2>/dev/null"), mend=run("systemctl enable ssh 2>/dev/null")),
    Break(3, "sshd-there", "it is masked", run("systemctl mask ssh 2>/dev/null"), mend=run("systemctl unmask ssh 2>/dev/null; systemctl enable ssh 2>/dev/null")),
    Break(3, "sshd-there", "it does not run", run("systemctl stop ssh"), mend=run("systemctl start ssh")),
    Break(3, "keys-only", "PermitRootLogin", append(KEYS, "PermitRootLogin yes\n"), repairs=True),
    Break(3, "keys-only", "PasswordAuthentication", edit(KEYS, "PasswordAuthentication no\n", ""), repairs=True),
    Break(3, "keys-only", "KbdInteractiveAuthentication, by its old name in an earlier drop-in",
          append("/etc/ssh/sshd_config.d/a.conf", "ChallengeResponseAuthentication yes\n"), repairs=True),
    Break(3, "keys-only", "SyslogFacility", edit(KEYS, "SyslogFacility AUTHPRIV\n", ""), repairs=True),
    Break(3, "keys-only", "passwords for one user alone", append(SSHD, "Match User alice\n PasswordAuthentication yes\n"), repairs=True),
    Break(3, "keys-only", "passwords from one network alone", append(SSHD, "Match Address 10.0.0.0/8\n PasswordAuthentication yes\n"), repairs=True),
    Break(3, "keys-only", "a keyword that sshd does not know", append(SSHD, "PermitRotLogin no\n"), "invalid"),

    Break(4, "kernel-log", "no line for the host", edit(RSYSLOG, "kern.*\t@192.0.2.1\n", ""), repairs=True),
    Break(4, "kernel-log", "no line for the file", edit(RSYSLOG, "kern.*\t/var/log/kern.log\n", ""), repairs=True),
    Break(4, "kernel-log", "debug messages are left out", edit(RSYSLOG, "kern.*\t@192", "kern.info\t@192"), repairs=True),
    Break(4, "kernel-log", "another host", edit(RSYSLOG, "kern.*\t@192.0.2.1", "kern.*\t@192.0.2.11"), repairs=True),
    Break(4, "kernel-log", "stopped by a rule before", edit(RSYSLOG, "auth,authpriv.*\t/var", "kern.err stop\nauth,authpriv.*\t/var")),
    Break(4, "login-log", "authpriv alone", edit(RSYSLOG, "auth,authpriv.*\t@", "authpriv.*\t@"), repairs=True),
    Break(4, "login-log", "without notices", edit(RSYSLOG, "auth,authpriv.*\t@", "auth,authpriv.warning\t@"), repairs=True),

    *(Break(5, "super-server", what, make, repairs=True, mend=run("systemctl restart xinetd")) for what, make in (
        ("a service is turned on", edit("/etc/xinetd.d/echo", "= yes", "= no")),
        ("rsh in a file named like an allowed one", inetd("pop3s", "shell", port=514, type="UNLISTED")),
        ("telnet behind the allowed one", inetd("pop3", "telnet")))),
    Break(5, "trusted", "root's .rhosts", append("/root/.rhosts", "mgmt.isp.net root\n"), repairs=True),
    Break(5, "trusted", "a user's .shosts", append("/home/alice/.shosts", "desk bob\n"), repairs=True),
    Break(5, "trusted", "hosts.equiv", append("/etc/hosts.equiv", "desk\n"), repairs=True),

    Break(6, "mail-from-filter", "one address more", both(prepend(RULES, "192.168.1.31:allow\n"), compile_rules)),
    Break(6, "mail-from-filter", "nobody is denied", both(edit(RULES, ":deny\n", ""), compile_rules)),
    Break(6, "mail-from-filter", "a network", both(edit(RULES, "192.168.1.30:", "192.168.1.:"), compile_rules)),
    Break(6, "mail-from-filter", "the filter is denied", both(edit(RULES, "30:allow", "30:deny"), compile_rules)),
    Break(6, "mail-from-filter", "changed, and not compiled", prepend(RULES, "192.168.1.31:allow\n")),
    Break(6, "mail-from-filter", "compiled from other rules", both(edit(RULES, ":deny", ":allow"), compile_rules, edit(RULES, "\n:allow", "\n:deny"))),
    Break(6, "mail-from-filter", "not compiled", remove(CDB)),

    Break(7, "shells", "a customer with a shell", append(PASSWD, "mbox1:x:2001:100::/home/mbox1:/bin/sh\n")),
    Break(7, "shells", "a customer with none in the file, which is /bin/sh", append(PASSWD, "mbox2:x:2002:100::/home/mbox2:\n")),
    Break(8, "shadow", "a password that everybody reads", edit(PASSWD, "alice:x:", "alice:$1$abcdefgh$0123456789abcdefghijk.:")),
    Break(8, "shadow", "an empty password", both(append(PASSWD, "mbox3:x:2003:100::/home/mbox3:/bin/false\n"), append(SHADOW, "mbox3::19000:0:99999:7:::\n"))),
    Break(8, "shadow", "a second root", both(append(PASSWD, "toor:x:0:0::/root:/bin/false\n"), append(SHADOW, "toor:*:19000:0:99999:7:::\n"))),
    Break(8, "shadow", "two with one uid", both(append(PASSWD, "twin:x:1000:100::/home/twin:/bin/false\n"), append(SHADOW, "twin:*:19000:0:99999:7:::\n"))),
    Break(8, "shadow", "two of one name", append(PASSWD, "alice:x:2004:100::/home/alice:/bin/false\n")),

    Break(9, "console", "the rule is gone", edit(ACCESS, "-:ALL", "#-:ALL"), repairs=True),
    Break(9, "console", "a rule before it admits a user", prepend(ACCESS, "+:alice:tty1\n"), repairs=True),
    Break(9, "console", "nobody reads the rule", edit(LOGIN, "account required pam_access.so nodefgroup\n", ""), repairs=True),
    Break(9, "console", "its answer does not count", edit(LOGIN, "account required pam_access", "account optional pam_access")),
    Break(9, "console", "another file is read", edit(LOGIN, "nodefgroup", "nodefgroup accessfile=/etc/security/other.conf")),

    Break(10, "portsentry", "TCP by binding ports", edit(SCAN_MODES, '"stcp"', '"tcp"')),
    Break(10, "portsentry", "no UDP", edit(SCAN_MODES, 'UDP_MODE="sudp"', "")),
    Break(10, "portsentry", "a port less", edit(SCAN_CONF, "540,", "")),
    Break(10, "portsentry", "a UDP port less", edit(SCAN_CONF, ",161,162", ",161")),
    Break(10, "portsentry", "it blocks by itself", edit(SCAN_CONF, 'BLOCK_TCP="0"', 'BLOCK_TCP="1"')),
    Break(10, "portsentry", "it does not run", run("systemctl stop portsentry"), mend=run("systemctl start portsentry; sleep 1")),
    Break(10, "portsentry", "it is not started at boot", run("systemctl disable portsentry 2>/dev/null"), mend=run("systemctl enable portsentry 2>/dev/null")),
    Break(10, "portsentry", "it would end at once", edit(SCAN_CONF, "IGNORE_FILE", "#IGNORE_FILE"), "invalid"),

    Break(11, "no-sendmail", "it is installed", run("dpkg -i /root/sendmail_8.17.deb >/dev/null"), mend=run("dpkg -P sendmail >/dev/null 2>&1")),
    Break(11, "sendmail-links", "another program", both(remove("/usr/sbin/sendmail"), append("/usr/sbin/sendmail", "#!/bin/sh\n"))),
    Break(11, "sendmail-links", "a link to another program", link("/usr/lib/sendmail", "/usr/bin/true")),
    Break(11, "sendmail-links", "none", remove("/usr/sbin/sendmail")),

    Break(13, "router", "the mail's line is gone", router("access-list 150 permit tcp host 192.168.1.30 host 192.168.2.35 eq 25\n", "")),
    Break(13, "router", "mail from anybody", router("tcp host 192.168.1.30 host", "tcp any host")),
    Break(13, "router", "one port more", router("access-list 150 deny", "access-list 150 permit tcp any host 192.168.2.35 eq 23\naccess-list 150 deny")),
    Break(13, "router", "a line that never matches", router("access-list 150 permit tcp any", "access-list 150 deny ip 192.168.0.0 0.0.255.255 any\naccess-list 150 permit tcp 192.168.7.0 0.0.0.255")),
    Break(13, "router", "the list is not applied", router(" ip access-group 150 in\n", "")),
    Break(13, "router", "the list is applied outbound", router("150 in\n", "150 out\n")),
    Break(13, "router", "not the text that was recorded", append(ROUTER, "!\n"), "unknown"),

    Break(13, "outside", "one port more answers", recorded(SCAN, scan(23, 110))),
    Break(13, "outside", "not all ports were asked", recorded(SCAN, scan(110, services="1-1024")), "unknown"),
    Break(13, "outside", "the scan did not end", recorded(SCAN, scan(110).replace("<finished", "<gone")), "unknown"),

    Break(14, "ports", "one that nobody named", run("systemd-run -q --unit spare tcpserver 0 2525 /bin/true; sleep 0.3"), mend=run("systemctl stop spare")),
    Break(14, "ports", "another program behind a named one",
          run("systemctl stop smtp; cp /usr/bin/tcpserver /root/spam; systemd-run -q --unit spare /root/spam 0 25 /bin/true; sleep 0.3"),
          mend=run("systemctl stop spare; systemctl start smtp; sleep 0.3")),

    Break(15, "saved", "cron starts nothing", remove(BACKUP_CRON)),
    Break(15, "saved", "once a week", edit(BACKUP_CRON, "* * *", "* * 0")),
    Break(15, "saved", "in a file that cron passes over", both(remove(BACKUP_CRON), append("/etc/cron.d/backup.sh", "0 2 * * * root /usr/local/sbin/backup\n"))),
    Break(15, "saved", "the last one is old", lambda host: host.write(BACKUP_LOG, record(5))),
    Break(15, "saved", "none went well", lambda host: host.write(BACKUP_LOG, record(1, "backup failed"))),
    Break(15, "saved", "no log", remove(BACKUP_LOG)),
    Break(15, "saved", "a file was restored with something else in it", edit("/srv/restored/etc/rules.txt", "allow", "ALLOW")),
    Break(15, "saved", "a file was not restored", remove("/srv/restored/etc/hosts")),

    Break(16, "logs-watched", "cron does not start it", remove(LOGCHECK_CRON)),
    Break(16, "logs-watched", "once a day", edit(LOGCHECK_CRON, "2 * * * *", "2 4 * * *")),
    Break(16, "logs-watched", "somebody else is told", edit(LOGCHECK, "admin@isp.net", "root")),
    Break(16, "logs-watched", "a log that is not read", edit(LOGFILES, "/var/log/auth.log\n", "")),
    Break(16, "logs-watched", "a configuration that computes", append(LOGCHECK, 'SENDMAILTO="$(cat /etc/mailname)"\n'), "unknown"),

    Break(17, "scanned", "the result is old", run("touch -d '40 days ago' /var/lib/scans/newest.txt"), mend=run("touch /var/lib/scans/newest.txt")),
    Break(17, "scanned", "no result", remove("/var/lib/scans/newest.txt")),

    Break(18, "versions", "an older one", run("dpkg -i /root/qmail_1.02.deb >/dev/null 2>&1"), mend=run("dpkg -i /root/qmail_1.03.deb >/dev/null 2>&1")),
    Break(18, "versions", "none", run("dpkg -P qmail >/dev/null 2>&1"), mend=run("dpkg -i /root/qmail_1.03.deb >/dev/null 2>&1")),

    Break(20, "clock-at-boot", "it is not started at boot", run("systemctl disable chrony 2>/dev/null"), mend=run("systemctl enable chrony 2>/dev/null")),
    Break(20, "clock", "another server", edit(CHRONY, "ntp1", "ntp9")),
    Break(20, "clock", "one server more, of somebody else's", append(CHRONY, "pool pool.ntp.org iburst\n")),
    Break(20, "clock", "one more in another file", append("/etc/chrony/sources.d/more.sources", "server time.example.net\n")),
    Break(20, "clock", "none", edit(CHRONY, "server", "#server")),
    Break(20, "clock", "its answers are not used", edit(CHRONY, "iburst", "iburst noselect")),
]
