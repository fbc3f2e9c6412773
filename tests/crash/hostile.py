#!/usr/bin/python3
"""A root made by an enemy: every path that an audit looks at is in turn a link out of the root, a
loop, a FIFO, a device, a huge file, bytes that drive a terminal, a crowded directory and more.

Judged, for audit as text and as JSON and for plan: not one byte from outside is in the output, nor
a control byte; it ends, an audit within 2 seconds of processor time and a plan, which judges
several times, within 10; every control is judged, what can't
be read is no pass, and controls that have nothing to do with the path are judged as before.
Needs to be root, to make devices.
"""
import json
import os
import re
import resource
import shutil
import stat
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from crash import POLICY, Harness, held_host, holdfast  # noqa: E402

SAMPLE = 50
SECONDS = {"audit": 2, "plan": 10}
SECRET = "s3cr3t"
RSYSLOG = """holdfast: 1
title: another syslog daemon
assume: { openssh: 9.2p1, syslog: rsyslog }
controls:
  - id: kernel-log
    syslog:
      store: { selector: kern.*, file: /var/log/kernel }
  - id: keys
    sshd:
      settings: { PasswordAuthentication: no }
"""

JOBS = """holdfast: 1
title: what is started and what it leaves
controls:
  - id: started
    backup:
      schedule: { command: 'sbin/backup', at-least: daily }
  - id: logged
    backup:
      log: { file: '/var/log/backup.log*', record: 'backup of .* finished', max-days: 2 }
  - id: watched
    logwatch:
      to: root
      files: [/var/log/auth.log]
"""

UNITS = """holdfast: 1
title: what is started at boot
controls:
  - id: service
    service: { name: catd, boot: yes }
  - id: started
    backup:
      schedule: { command: 'sbin/backup', at-least: daily }
  - id: scanned
    portsentry: { tcp: [tcp], start: [boot] }
  - id: watched
    logwatch: { by: [swatch] }
"""

# What stands outside the root for each path: it would be shown if it were read.
OUTSIDE = {
    "/etc/ssh/sshd_config": f"PermitRootLogin yes # {SECRET}\nInclude /etc/{SECRET}\n",
    "/etc/xinetd.conf": f"service {SECRET}\n{{\n\tserver = /bin/{SECRET}\n}}\n",
    "/etc/syslog.conf": f"kern.* @{SECRET}\n", "/etc/rsyslog.conf": f"kern.* @{SECRET}\n",
    "/etc/security/access.conf": f"+:{SECRET}:ALL\n", "/etc/hostname": SECRET + "\n",
    "/etc/passwd": f"root:x:0:0::/:/bin/sh\n{SECRET}:x:1000:1000::/:/bin/sh\n",
    "/etc/pam.d/login": f"account required {SECRET}.so\n",
    "/var/lib/dpkg/status": f"Package: openssh-server\nStatus: install ok installed\n"
                            f"Version: 1:9.2p1-{SECRET}\n",
}
PATHS = [*OUTSIDE, "/etc/pam.d/system-auth", "/etc/pam.d/other", "/etc/group", "/etc/services",
         "/etc/nsswitch.conf", "/etc/shadow", "/etc/default/ssh", "/etc/sysconfig/sshd",
         "/etc/xinetd.d/imap", "/etc/xinetd.d/other", "/etc/xinetd.d", "/etc/security/access.d",
         "/etc/systemd/system", "/usr/lib/systemd/system/sshd.service", "/usr/sbin", "/usr/sbin/imapd",
         "/etc/rsyslog.d/a.conf", "/etc", "/var/lib/rpm", "/var/lib/holdfast",
         "/var/lib/holdfast/1/state", "/var/lib/holdfast/log", "/var/log/kernel"]
# What the policy of jobs looks at.
JOBS_PATHS = ["/etc/crontab", "/etc/cron.d", "/etc/cron.d/logcheck", "/etc/cron.daily", "/etc/cron.daily/backup",
              "/etc/anacrontab", "/var/spool/cron/crontabs", "/usr/local/sbin/backup", "/etc/logcheck/logcheck.conf",
              "/etc/logcheck/logcheck.logfiles", "/etc/logcheck/logcheck.logfiles.d", "/var/log/backup.log"]
DIRECTORIES = ("/etc/xinetd.d", "/etc/security/access.d", "/etc/systemd/system", "/usr/sbin", "/etc",
               "/var/lib/rpm", "/var/lib/holdfast", "/etc/cron.d", "/etc/cron.daily", "/var/spool/cron/crontabs",
               "/etc/logcheck/logcheck.logfiles.d")
# All daemons start from what is there.
SHARED = ("/etc", "/etc/systemd/system")
# The verdicts of the first policy do not need these to be readable.
OPTIONAL = ("/etc/hostname", "/etc/passwd", "/var/lib/dpkg/status", "/etc/rsyslog.conf")


def write(path, data):
    with open(path, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def sparse(size):
    def make(path, _):
        with open(path, "wb") as file:
            file.truncate(size)
    return make


def device(kind, major, minor):
    return lambda path, _: os.mknod(path, kind | 0o666, os.makedev(major, minor))


def link(to):
    return lambda path, _: os.symlink(to, path)


def up(path, outside):
    os.symlink("../" * 40 + outside.lstrip("/"), path)


def through_proc(path, outside):
    os.symlink("/proc/self/root" + outside, path)


def loop(path, _):
    os.symlink(path.rsplit("/", 1)[1] + ".other", path)
    os.symlink(path.rsplit("/", 1)[1], path + ".other")


def chain(path, outside):
    for number in range(60):
        os.symlink(f"{os.path.basename(path)}.{number + 1}", f"{path}.{number}")
    os.symlink(outside, f"{path}.60")
    os.symlink(os.path.basename(path) + ".0", path)


def crowd(names):
    def make(path, _):
        os.makedirs(path, exist_ok=True)
        for name in names:
            os.close(os.open(os.path.join(path.encode(), name), os.O_CREAT | os.O_WRONLY))
    return make


def deep(path, _):
    os.makedirs(path + "/d" * 400)


STRANGE = [b"\n\x1b[31m\nfake: pass", b"\x1b]0;owned\x07", b"\xff\xfe", b"\xe2\x80\xae", b"n" * 255,
           b" ", b"-rf", b"a\tb", b"a\rb", b"%s%n", b"\x9b2J"]
KINDS = {
    "an absolute link out": lambda path, outside: os.symlink(outside, path),
    "a relative link out": up,
    "a link through /proc": through_proc,
    "a link to a descriptor": link("/proc/self/fd/0"),
    "a link to itself": lambda path, _: os.symlink(os.path.basename(path), path),
    "two links in a loop": loop,
    "sixty links out": chain,
    "a dangling link": link("/nowhere/at/all"),
    "a link to the root": link("/"),
    "a FIFO": lambda path, _: os.mkfifo(path),
    "a socket": lambda path, _: os.mknod(path, stat.S_IFSOCK | 0o666),
    "/dev/zero": device(stat.S_IFCHR, 1, 5),
    "/dev/tty": device(stat.S_IFCHR, 5, 0),
    "a watchdog": device(stat.S_IFCHR, 10, 130),
    "a block device": device(stat.S_IFBLK, 7, 250),
    "a directory": lambda path, _: os.makedirs(path),
    "a deep directory": deep,
    "strange names": crowd(STRANGE),
    "an empty file": lambda path, _: write(path, ""),
    "1 GB": sparse(1 << 30),
    "8 MB of NUL": sparse(8 << 20),
    "8 MB of newlines": lambda path, _: write(path, b"\n" * (8 << 20)),
    "one line of 8 MB": lambda path, _: write(path, b"a " * (4 << 20)),
    "8 MB of braces": lambda path, _: write(path, b"{\n" * (4 << 20)),
    "control bytes": lambda path, _: write(path, bytes(range(256)) * 4),
    "escape sequences": lambda path, _: write(
        path, b"PermitRootLogin \x1b[2J\x1b]0;owned\x07\nservice \x1b[31m\n{\n}\n+:\x9b31m:ALL\n"
              b"kern.* @\x1b[0m\n\xe2\x80\xae\n"),
    "not UTF-8": lambda path, _: write(path, b"PermitRootLogin \xff\xfe\xc0\n" * 100),
}
CROWD = "100,000 names"
# A full folder that each line of a file names.
HUNGRY = "30,000 lines that include"
INCLUDES = {"/etc/ssh/sshd_config": "Include /etc/crowd/*.x", "/etc/xinetd.conf": "includedir /etc/crowd",
            "/etc/rsyslog.conf": "$IncludeConfig /etc/crowd/*.x"}
EIGHT = 8 << 20


def put(root, path, text, mode=0o644):
    os.makedirs(os.path.dirname(root + path), exist_ok=True)
    write(root + path, text)
    os.chmod(root + path, mode)


def full(line, size=EIGHT):
    return line * (size // len(line))


def scripts(count, text):
    def make(root):
        put(root, "/etc/crontab", "0 * * * * root run-parts /etc/cron.daily\n" * 9999)
        for number in range(count):
            put(root, f"/etc/cron.daily/s{number}", "#!/bin/sh\n" + text, 0o755)
    return make


def chain(root):
    put(root, "/etc/crontab", "0 * * * * root /usr/local/sbin/s0\n")
    for number in range(990):
        put(root, f"/usr/local/sbin/s{number}", "#!/bin/sh\n" + "".join(
            f"/usr/local/sbin/s{other}\n" for other in (number + 1, number // 2, number * 7 % 990)), 0o755)


def timers(root):
    put(root, "/etc/systemd/system/a.timer", "[Timer]\n" + "OnCalendar=daily\n" * 30000)
    put(root, "/etc/systemd/system/a.service", "[Service]\n" + "ExecStart=/x\n" * 30000)
    os.makedirs(root + "/etc/systemd/system/timers.target.wants", exist_ok=True)
    os.symlink("../a.timer", root + "/etc/systemd/system/timers.target.wants/a.timer")


def files(paths, text):
    def make(root):
        for path in paths:
            put(root, path, text)
    return make


# What costs much because of what it says: jobs are products of lines and files, and of periods and years.
MADE = {
    "9,999 lines that run 10,000 scripts": scripts(10000, "x\n"),
    "990 scripts that start each other": chain,
    "scripts of 60 MB": scripts(300, "a;" * 100000),
    "a script that is deep": scripts(1, "if a; then (" * 20000),
    "a script that doubles": scripts(1, "A=aaaaaaaaaaaaaaaa;" + "A=$A$A;" * 10000),
    "200,000 periods of anacron's": lambda root: put(
        root, "/etc/anacrontab", "".join(f"{number % 36500 + 1} 1 a /usr/local/sbin/backup\n" for number in range(200000))),
    "anacron running 10,000 scripts again and again": lambda root: (
        scripts(10000, "x\n")(root), put(root, "/etc/anacrontab", full("1 1 a run-parts /etc/cron.daily\n"))),
    "a crontab of 8 MB": files(["/etc/crontab"], full("* * * * * root sbin/backup\n")),
    "a crontab of bad lines": files(["/etc/crontab"], full("61\n")),
    "a crontab of settings": files(["/etc/crontab"], full("SHELL=b\n")),
    "a crontab of many commands": files(["/etc/crontab"], ("* * * * * root " + "/a;" * 300 + "\n") * 9000),
    "20,000 crontabs": files([f"/etc/cron.d/t{number}" for number in range(20000)], "* * * * * root x\n" * 10),
    "a timer that is a product": timers,
    "8 MB of logs to look through": files(["/etc/logcheck/logcheck.logfiles"], full("x\n")),
    "8 MB of settings of logcheck's": files(["/etc/logcheck/logcheck.conf"], full("SENDMAILTO=b\n")),
    "8 MB of settings of logwatch's": files(["/etc/logwatch/conf/logwatch.conf", "/usr/sbin/logwatch"], full("MailTo=a\n")),
    "20,000 lists of logcheck's": files([f"/etc/logcheck/logcheck.logfiles.d/{number}.logfiles" for number in range(20000)], "a\n" * 100),
    "records without a year": files([f"/var/log/backup.log{number}" for number in range(4)],
                                    "Jan  1 10:00:00 backup of x finished\n" + full("Jan  2 10:00:00\nJan  1 10:00:00\n", EIGHT - 100)),
    "records in 12 files of 8 MB": files([f"/var/log/backup.log{number}" for number in range(12)], full("a\n")),
    "30,000 files of records": files([f"/var/log/backup.log{number}" for number in range(30000)], "x\n"),
}
# The same of units: what the boot reaches, by names, links and files of each.
SYSTEM, LIBRARY = "/etc/systemd/system/", "/usr/lib/systemd/system/"
CATD = "[Service]\nExecStart=/usr/sbin/catd\n"


def wanted(root, name, target="multi-user.target", to=None):
    """A link by which TARGET wants the unit NAME."""
    os.makedirs(f"{root}{SYSTEM}{target}.wants", exist_ok=True)
    os.symlink(f"../{to or name}", f"{root}{SYSTEM}{target}.wants/{name}")


def units(count, make):
    """A host of systemd's where MAKE(root, number) made COUNT of something."""
    def make_all(root):
        put(root, "/usr/lib/systemd/systemd", "", 0o755)
        put(root, LIBRARY + "multi-user.target", "[Unit]\nRequires=basic.target\n")
        put(root, LIBRARY + "basic.target", "[Unit]\nRequires=sysinit.target\nWants=timers.target\n")
        put(root, LIBRARY + "sysinit.target", "[Unit]\n")
        put(root, LIBRARY + "timers.target", "[Unit]\n")
        os.symlink("multi-user.target", root + LIBRARY + "default.target")
        put(root, "/usr/sbin/catd", "", 0o755)
        put(root, SYSTEM + "catd.service", CATD)
        wanted(root, "catd.service")
        put(root, SYSTEM + "backup.timer", "[Timer]\nOnCalendar=daily\n")
        put(root, SYSTEM + "backup.service", "[Service]\nExecStart=/usr/local/sbin/backup\n")
        wanted(root, "backup.timer", "timers.target")
        put(root, SYSTEM + "multi-user.target.d/first.conf", "[Unit]\nRequires=t0.target\n")
        put(root, "/etc/default/large", full("A=b\n"))
        put(root, "/etc/swatch.conf", full("mail\n"))
        put(root, "/usr/bin/swatchdog", "", 0o755)
        for number in range(count):
            make(root, number)
    return make_all


def service(root, number, text=CATD):
    put(root, f"{SYSTEM}s{number}.service", text)
    wanted(root, f"s{number}.service")


def alias(root, number):
    os.symlink("catd.service", f"{root}{SYSTEM}s{number}.service")
    wanted(root, f"s{number}.service")


def timer(root, number):
    put(root, f"{SYSTEM}x{number}.timer", "[Timer]\n" + "OnCalendar=*-*-* 0/2:0/7:0\n" * 10)
    put(root, f"{SYSTEM}x{number}.service", "[Service]\nExecStart=/usr/local/sbin/backup\n")
    wanted(root, f"x{number}.timer", "timers.target")


def drop_ins(root, number):
    service(root, number)
    for part in range(12):
        put(root, f"{SYSTEM}s{number}.service.d/{part}.conf", "[Unit]\nAfter=x.service\n")


def requiring(root, number):
    put(root, f"{SYSTEM}t{number}.target", "[Unit]\n" + "".join(
        f"Requires=t{(number * 7 + k * k + 1) % 4000}.target\nAfter=t{(number * 11 + k) % 4000}.target\n" for k in range(40)))


MADE_UNITS = {
    "100,000 links to units": units(100000, lambda root, number: wanted(root, f"s{number}.service")),
    "50,000 aliases of a unit": units(50000, alias),
    "50,000 of a template": units(50000, lambda root, number: (
        put(root, SYSTEM + "g@.service", "[Unit]\nWants=g@%i0.service\n" + CATD) if number == 0 else None,
        wanted(root, f"g@{number}.service", to="g@.service"))),
    "2,400 units of 12 drop-ins": units(2400, drop_ins),
    "29,000 drop-ins of all services": units(29000, lambda root, number: put(
        root, f"{SYSTEM}service.d/{number}.conf", "[Unit]\nAfter=x.service\n")),
    "4,000 targets that require each other": units(4000, requiring),
    "5,000 targets in a chain": units(5000, lambda root, number: put(
        root, f"{SYSTEM}t{number}.target", f"[Unit]\nRequires=t{number + 1}.target\nConflicts=t{number - 1}.target\n")),
    "4,000 units against one": units(4000, lambda root, number: service(
        root, number, "[Unit]\n" + "Conflicts=catd.service\nBefore=catd.service\n" * 40 + CATD)),
    "5,000 timers": units(5000, timer),
    "a unit of 8 MB": units(1, lambda root, _: put(
        root, SYSTEM + "catd.service", full("[Unit]\nConditionPathExistsGlob=/etc/systemd/system/*/*\nWants=a.service\n") + CATD)),
    "3,000 units with 8 MB of variables": units(3000, lambda root, number: service(
        root, number, "[Service]\nEnvironmentFile=/etc/default/large\nExecStart=/usr/sbin/catd $A\n")),
    "3,000 swatches with 8 MB of actions": units(3000, lambda root, number: service(
        root, number, "[Service]\nExecStart=/usr/bin/swatchdog -c /etc/swatch.conf -t /var/log/x\n")),
}
REFUSED = ("a FIFO", "a socket", "/dev/zero", "/dev/tty", "a watchdog", "a block device", "1 GB",
           "a link to itself", "two links in a loop", "sixty links out")


class Root:
    """A host where all holds, and a copy of it that is spoiled."""

    def __init__(self, harness):
        self.held = os.path.join(harness.top, "held")
        held_host(self.held)
        os.unlink(self.held + "/usr/local/etc/logcheck.sh")  # one logcheck is enough
        write(self.held + "/etc/rsyslog.conf", "kern.* /var/log/kernel\n$IncludeConfig /etc/rsyslog.d/*.conf\n")
        os.makedirs(self.held + "/etc/rsyslog.d")
        self.root = harness.root
        self.outside = os.path.join(harness.top, "outside")
        for path, text, mode in (("/usr/sbin/cron", "", 0o755), ("/usr/sbin/crond", "", 0o755), ("/usr/sbin/anacron", "", 0o755),
                                 ("/usr/sbin/logcheck", "", 0o755), ("/etc/cron.d/logcheck", "2 * * * * root /usr/sbin/logcheck\n", 0o644),
                                 ("/etc/crontab", "5 6 * * * root run-parts /etc/cron.daily\n7 7 * * * root anacron -s\n", 0o644),
                                 ("/etc/cron.daily/backup", "#!/bin/sh\n/usr/local/sbin/backup\n", 0o755),
                                 ("/usr/local/sbin/backup", "#!/bin/sh\n", 0o755),
                                 ("/etc/logcheck/logcheck.conf", "SENDMAILTO=root\n", 0o644),
                                 ("/etc/logcheck/logcheck.logfiles", "/var/log/auth.log\n", 0o644),
                                 ("/var/log/backup.log", f"{time.strftime('%F')} backup of x finished\n", 0o644)):
            put(self.held, path, text, mode)
        self.policies = {POLICY: None}
        for name, text in (("rsyslog", RSYSLOG), ("jobs", JOBS), ("units", UNITS)):
            self.policies[os.path.join(harness.top, f"{name}.yaml")] = None
            write(os.path.join(harness.top, f"{name}.yaml"), text)
        self.jobs, self.units = list(self.policies)[2:]
        self.fresh()
        for policy in self.policies:
            self.policies[policy] = self.verdicts(self.audit(policy, "--format", "json")[1])

    def fresh(self):
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.held, self.root, symlinks=True)

    def spoil(self, path, kind):
        self.fresh()
        if kind in MADE or kind in MADE_UNITS:
            (MADE.get(kind) or MADE_UNITS[kind])(self.root)
            return
        here = self.root + path
        outside = self.outside + ("/directory" if path in DIRECTORIES else "/file")
        shutil.rmtree(self.outside, ignore_errors=True)
        os.makedirs(self.outside + "/directory")
        text = OUTSIDE.get(path, f"service {SECRET}\n{{\n\tserver = /bin/{SECRET}\n}}\n# {SECRET}\n")
        write(self.outside + "/file", text)
        write(self.outside + f"/directory/{SECRET}", text)
        if os.path.isdir(here):
            shutil.rmtree(here)
        elif os.path.lexists(here):
            os.unlink(here)
        os.makedirs(os.path.dirname(here), exist_ok=True)
        if kind == CROWD:
            crowd([b"s%d" % number for number in range(100000)])(here, outside)
        elif kind == HUNGRY:
            crowd([b"s%d.y" % number for number in range(100000)])(self.root + "/etc/crowd", outside)
            write(here, f"{INCLUDES[path]}\n" * 30000)
        else:
            KINDS[kind](here, outside)

    def concerns(self, policy, path, kind):
        """Whether POLICY is tried with what is spoiled."""
        if kind in MADE_UNITS:
            return policy == self.units
        return policy == self.jobs if path in JOBS_PATHS else policy not in (self.jobs, self.units)

    def audit(self, policy, *options, command="audit", plant=None):
        words = ("--root", self.root, "--policy", policy, *options)
        # /proc for the links through it, as a chroot or a container has it
        return holdfast(command, *words, plant=plant, timeout=120, prefix=(
            "unshare", "-m", "sh", "-c",
            'mkdir -p "$0/proc" && mount -t proc proc "$0/proc" && exec "$@"', self.root))

    @staticmethod
    def verdicts(output):
        report = json.loads(output)
        return {control["id"]: control["verdict"] for control in report["controls"]}


def spent():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def judge(root, path, policy, command, options, plant):
    """One run; what was wrong, or None, and the seconds that it took."""
    start = spent()
    status, output, errors = root.audit(policy, *options, command=command, plant=plant)
    took = spent() - start
    shown = output + errors
    if status not in (0, 1, 2, 3):
        return f"status {status}: {errors[-300:]}", took
    if SECRET.encode() in shown:
        return f"from outside: {re.findall(b'.*' + SECRET.encode() + b'.*', shown)[:3]}", took
    if re.search(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]", shown):
        return f"control bytes: {shown[:300]}", took
    try:
        shown.decode()
    except UnicodeDecodeError:
        return f"not UTF-8: {shown[:300]}", took
    return None, took, status, output


def one(harness, root, path, kind, plant=None):
    """All runs on a root whose PATH is of KIND; what was wrong."""
    root.spoil(path, kind)
    wrong = []
    for policy, before in root.policies.items():
        if not root.concerns(policy, path, kind):
            continue
        for command, options in (("audit", ()), ("audit", ("--format", "json")), ("plan", ())):
            fault, took, *rest = judge(root, path, policy, command, options, plant)
            harness.seen["runs"] += 1
            harness.seen["hangs"] += took > SECONDS[command]
            harness.slowest[command] = max(harness.slowest[command], (took, f"{kind} at {path}"))
            if took > SECONDS[command]:
                fault = fault or f"{took:.1f} s"
            if not fault and "json" in options:
                now = root.verdicts(rest[1])
                if now.keys() != before.keys():
                    fault = f"controls {now}"
                elif kind in REFUSED and path in OUTSIDE and path not in OPTIONAL and \
                        policy == POLICY and set(now.values()) == {"pass"}:
                    fault = "all pass"
                elif sum(now[name] != before[name] for name in now) > 2 and path not in SHARED:
                    fault = f"too much is different: {now}"
            if fault:
                wrong.append(f"{kind} at {path}: {command} {' '.join(options)}: {fault}")
    return wrong


def main():
    harness = Harness()
    if os.geteuid() != 0:
        print("SKIP: only root makes devices")
        sys.exit(77)
    root = Root(harness)
    harness.seen = {"runs": 0, "hangs": 0}
    harness.slowest = {"audit": (0, ""), "plan": (0, "")}
    crowded = [(path, CROWD) for path in ("/etc/xinetd.d", "/etc/rsyslog.d", "/etc/systemd/system",
                                          "/etc/pam.d")] + [(path, HUNGRY) for path in INCLUDES]
    points = harness.sample([(path, kind) for path in PATHS + JOBS_PATHS for kind in KINDS], SAMPLE) + crowded
    points += [(JOBS_PATHS[0], kind) for kind in MADE] + [(SHARED[1], kind) for kind in MADE_UNITS]
    harness.ok(set(root.policies[root.jobs].values()) == {"pass"}, f"the policy of jobs: {root.policies[root.jobs]}")
    leaked = 0
    for path, kind in points:
        wrong = one(harness, root, path, kind)
        leaked += sum("from outside" in fault for fault in wrong)
        for fault in wrong or [None]:
            harness.ok(fault is None, fault)
    print(f"hostile roots: {len(points)}, runs {harness.seen['runs']}, from outside {leaked}, " +
          ", ".join(f"slowest {command} {took:.2f} s ({where})"
                    for command, (took, where) in harness.slowest.items()))
    harness.proof(7, runs=harness.seen["runs"], showing_bytes_from_outside=leaked,
                  hangs=harness.seen["hangs"])
    caught = one(harness, root, "/etc/syslog.conf", "an absolute link out", "ROOT_IS_LEFT")
    harness.planted("ROOT_IS_LEFT", [fault for fault in caught if "from outside" in fault])
    harness.finish()


main()
