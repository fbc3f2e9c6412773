#!/usr/bin/python3
"""Compares where the model says that messages go with where a real rsyslogd sends them.

Each case is a configuration, made from a seed or built from this machine's own file. A
rsyslogd reads it in a network and mount namespace of its own, takes marked messages of
every facility and level through a log socket, and writes files on a tmpfs and to receivers
on the loopback address. A place that the model names must get every message of that facility
and level, one that it does not name none; "(some)" claims nothing and counts as unknown.
Kernel messages come in through the same socket, so the file that the model reads loads
imklog on a line that is empty in rsyslogd's.
"""

import argparse
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

ASK = os.environ.get("HELPERS", "build/tests") + "/oracle/syslog_ask"
FACILITIES = ("kern user mail daemon auth syslog lpr news uucp cron authpriv ftp facility12 "
              "facility13 facility14 facility15 local0 local1 local2 local3 local4 local5 local6 "
              "local7").split()
LEVELS = "emerg alert crit err warning notice info debug".split()
LOG = "/mnt"
# The model is told of the system's socket; the daemon gets one that is out of the way.
HEAD = ('module(load="imuxsock" SysSock.Name="%s" SysSock.RateLimit.Interval="0" '
        'SysSock.Unlink="on")\n')
INPUT = 'module(load="imklog")'
TEMPLATES = [
    'template(name="L0" type="list") { constant(value="x\\n") }',
    'template(name="L1" type="list") { constant(value="x") property(name="msg") }',
    'template(name="L2" type="list") { property(name="msg" spifno1stsp="on") }',
    'template(name="L3" type="list") { property(name="rawmsg-after-pri") '
    'constant(value="\\n") }',
    'template(name="L4" type="string" string="%HOSTNAME% %msg:::sp-if-no-1st-sp%\\n")',
    'template(name="L5" type="string" string="%HOSTNAME% %MSG:::drop-last-lf%\\n")',
]
HOST_PORTS = {"@127.0.0.1": ("udp", 514), "@@127.0.0.1:514": ("tcp", 514),
              "@127.0.0.1:10514": ("udp", 10514), "@@127.0.0.1:10514": ("tcp", 10514)}


class Generator:
    """Configurations that meet every rule of the model, mistakes included."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.drop_ins = {}
        self.rulesets = []

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def facility(self):
        return self.pick("kern", "kern", "kern", "user", "mail", "daemon", "auth", "authpriv",
                         "cron", "local0", "local7", "news", "security", "ftp", "KERN")

    def level(self):
        level = self.pick(*LEVELS, "warn", "error", "panic")
        return self.pick("*", "none", level, level, level, "=" + level, "!" + level,
                         "!=" + level, "3", "Info")

    def selector(self):
        parts = []
        for _ in range(self.pick(1, 1, 1, 2, 3)):
            names = self.pick("*", self.facility(), self.facility(),
                              self.facility() + "," + self.facility())
            parts.append(names + "." + self.level())
        if self.chance(4):
            parts.append(self.pick("foo.*", "kern.loud", "mail"))
        return self.pick(";", ";", ";", ",", ";;").join(parts) if self.chance(5) \
            else ";".join(parts)

    def file(self):
        return LOG + "/" + self.pick("a", "b", "c", "d")

    def target(self):
        if self.chance(30):
            return self.pick("@127.0.0.1", "@@127.0.0.1", "@127.0.0.1:10514",
                             "@@127.0.0.1:10514", "@(z0)127.0.0.1", "@@(o)127.0.0.1:10514",
                             "@[127.0.0.1]:10514", "@127.0.0.1#note",
                             "@127.0.0.1:514 # note", "@127.0.0.1;RSYSLOG_ForwardFormat")
        return self.pick("", "", "-") + self.file() + self.pick(
            "", "", "", "", ";RSYSLOG_TraditionalFileFormat", ";NoSuchTemplate", " # note",
            " note", ";RSYSLOG_FileFormat # note", " ;RSYSLOG_FileFormat")

    def object_action(self):
        if self.chance(25):
            return 'action(type="omfwd" target="127.0.0.1"%s%s)' % (
                self.pick("", ' port="10514"', ' Port="514"'),
                self.pick("", ' protocol="tcp"', ' protocol="udp"', ' protocol="sctp"'))
        return 'action(type="%s" %s="%s"%s)' % (
            self.pick("omfile", "omfile", "omfile", "omfile", "omfile", "omfile", "builtin:omfile",
                      "omfoo", "OmFile"),
            self.pick("file", "file", "File"), self.file(),
            self.pick("", "", "", "", ' config.enabled="off"', ' template="NoSuch"',
                      ' template="L%d"' % self.random.randrange(len(TEMPLATES)),
                      ' template="L%d"' % self.random.randrange(len(TEMPLATES)),
                      ' template="RSYSLOG_FileFormat"', ' config.enabled="on"',
                      ' action.execOnlyWhenPreviousIsSuspended="on"'))

    def test(self, depth=0):
        kind = self.random.randrange(14)
        if kind < 4 and depth < 3:
            return "%s %s %s" % (self.test(depth + 1), self.pick("and", "or", "AND"),
                                 self.test(depth + 1))
        if kind == 4 and depth < 3:
            return "(%s)" % self.test(depth + 1)
        if kind == 5 and depth < 3:
            return "not (%s)" % self.test(depth + 1)
        quote = self.pick("'", '"')
        if kind == 6:
            return "$syslogseverity %s %d" % (self.pick("<", "<=", ">", ">=", "==", "!="),
                                              self.random.randrange(8))
        if kind == 7:
            return "$syslogseverity %s '%d'" % (self.pick("<", "<=", ">", ">=", "==", "<>"),
                                                self.random.randrange(8))
        if kind == 8:
            return "$syslogfacility %s %d" % (self.pick("<", "<=", ">", ">=", "==", "!="),
                                              self.random.randrange(24))
        if kind == 9:
            return "prifilt(%s%s%s)" % (quote, self.selector(), quote)
        if kind == 10:
            return "$syslogseverity-text %s '%s'" % (self.pick("==", "!=", "contains"),
                                                     self.pick(*LEVELS, "error", "er"))
        if kind == 11:
            return "$programname %s '%s'" % (self.pick("==", "!=", "startswith", "contains"),
                                             self.pick("kernel", "alpha", "alp", "rn"))
        if kind == 12:
            return "$msg %s %s" % (self.pick("contains", "startswith"), self.pick("'one'", "'x'"))
        return "$syslogfacility-text %s %s" % (
            self.pick("==", "==", "!=", "contains", "startswith"),
            self.pick("'%s'" % self.facility(), "'%s'" % self.facility(), "['kern', 'mail']",
                      "'foo'"))

    def action(self, depth):
        kind = self.random.randrange(20)
        if kind == 0:
            return "stop"
        if kind == 1:
            return "~"
        if kind == 2 and self.rulesets:
            return "call " + self.pick(*self.rulesets)
        if kind < 9:
            return self.object_action()
        if kind == 9 and depth < 3:
            return self.condition(depth + 1)
        return self.target()

    def block(self, depth):
        if depth > 3:
            return self.target()
        if self.chance(50):
            return self.action(depth)
        lines = [self.statement(depth + 1) for _ in range(self.pick(1, 1, 2, 3))]
        return "{\n" + "\n".join(lines) + "\n}"

    def condition(self, depth):
        text = "if %s then %s" % (self.test(), self.block(depth))
        if self.chance(30):
            text += self.pick("\n", " ") + "else " + self.block(depth)
        return text

    def statement(self, depth=0):
        kind = self.random.randrange(20)
        if kind < 9:
            text = self.selector() + self.pick("\t", "\t\t", " ") + self.block(depth)
        elif kind < 13:
            text = self.condition(depth)
        elif kind < 15:
            text = ':%s, %s%s, "%s" %s' % (
                self.pick("msg", "programname", "syslogfacility-text", "nosuch"),
                self.pick("", "!"), self.pick("contains", "isequal", "startswith", "foo"),
                self.pick("one", "kernel", "kern", "alpha"), self.block(depth))
        elif kind == 15:
            text = "set $.x = 'a' & $msg;"
        else:
            text = self.action(depth)
        if self.chance(15) and not text.endswith("}"):
            text += "\n& " + self.pick("stop", "~", self.file(), self.object_action())
        return text

    def top(self):
        kind = self.random.randrange(40)
        if kind == 0:
            return "# a comment that swallows the next line \\\n" + self.statement()
        if kind == 1:
            return "*.* \\\n   " + self.file()
        if kind == 2:
            return "/* %s\n%s */" % (self.statement(), self.statement())
        if kind == 3:
            name = "r%d" % len(self.rulesets)
            body = [self.statement(1) for _ in range(self.pick(1, 2))]
            self.rulesets.append(name)
            return 'ruleset(name="%s"%s) {\n%s\n}' % (
                name, self.pick("", "", ' queue.type="LinkedList"'), "\n".join(body))
        if kind == 4:
            return "$RuleSet " + self.pick("old", "RSYSLOG_DefaultRuleset")
        if kind == 5:
            return "$DefaultRuleset old" if self.chance(30) else "$RepeatedMsgReduction off"
        if kind in (6, 7):
            name = "%d.conf" % len(self.drop_ins)
            self.drop_ins[name] = "\n".join(
                self.statement() for _ in range(self.pick(1, 2))) + "\n"
            return self.pick("$IncludeConfig /etc/rsyslog.d/", 'include(file="/etc/rsyslog.d/') \
                + name + "%s"
        if kind == 8:
            return self.pick("!prog", "+host", "$FileOwner root", "template(name=\"T\" "
                             "type=\"string\" string=\"%msg%\\n\")", "$NoSuch thing")
        if kind == 9 and self.chance(25):
            return self.pick("kern.* {", "if $msg then", "}", "$IncludeConfig /etc/rsyslog.d/none",
                             "if $msg == \"$x\" then /mnt/a", "action(type=omfile)")
        if kind == 10:
            return "$ActionExecOnlyWhenPreviousIsSuspended on\n*.* %s\n" \
                   "$ActionExecOnlyWhenPreviousIsSuspended off" % self.file()
        return self.statement()

    def configuration(self):
        lines = []
        for _ in range(self.pick(2, 4, 8, 12)):
            line = self.top()
            if line.endswith("%s"):
                line = line[:-2] + ('")' if line.startswith("include(") else "")
            lines.append(line)
        text = "\n".join(lines) + self.pick("\n", "\n", "")
        if self.chance(10):
            text = text.replace("\n", "\r\n")
        return text, self.drop_ins


def own_configuration():
    """This machine's own file, its inputs exchanged for the test's, its places kept."""
    with open("/etc/rsyslog.conf", encoding="latin-1") as file:
        text = file.read()
    lines = []
    for line in text.split("\n"):
        if "imuxsock" in line or "imklog" in line or "WorkDirectory" in line:
            line = "#"
        lines.append(line.replace("/var/log", LOG))
    return "\n".join(lines), {}


class Receivers:
    """Everything that comes to the loopback address."""

    def __init__(self):
        self.got = {}
        for protocol, port in HOST_PORTS.values():
            place = [at for at, end in HOST_PORTS.items() if end == (protocol, port)][0]
            self.got[place] = []
            if protocol == "udp":
                sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
                sock.bind(("127.0.0.1", port))
                threading.Thread(target=self.udp, args=(sock, place), daemon=True).start()
            else:
                sock = socket.socket()
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                sock.bind(("127.0.0.1", port))
                sock.listen(20)
                threading.Thread(target=self.tcp, args=(sock, place), daemon=True).start()

    def udp(self, sock, place):
        while True:
            data = sock.recv(65536)
            self.got[place].append(data)

    def tcp(self, sock, place):
        while True:
            connection, _ = sock.accept()
            threading.Thread(target=self.stream, args=(connection, place), daemon=True).start()

    def stream(self, connection, place):
        """The pieces of one connection stay together."""
        pieces = bytearray()
        self.got[place].append(pieces)
        while True:
            data = connection.recv(65536)
            if not data:
                return
            pieces.extend(data)

    def clear(self):
        for place in self.got:
            self.got[place] = []

    def quiet(self):
        """Waits until nothing has come for a while."""
        last = None
        while True:
            now = [sum(map(len, data)) for data in self.got.values()]
            if now == last:
                return
            last = now
            time.sleep(0.03)


def messages():
    for f in range(24):
        for l in range(8):
            for tag in ("kernel",) if f == 0 else ("alpha", "beta"):
                for word in ("one", "two"):
                    mark = "M%d.%d.%s.%s.E" % (f, l, tag, word)
                    yield f, l, mark, "<%d>%s: %s %s" % (f * 8 + l, tag, word, mark)


def run_daemon(directory, receivers):
    """What came where: place -> set of marks. None when rsyslogd did not start."""
    for name in os.listdir(LOG):
        os.unlink(os.path.join(LOG, name))
    receivers.clear()
    path = LOG + "/socket"
    with subprocess.Popen(["rsyslogd", "-n", "-iNONE", "-f", directory + "/real.conf"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as daemon:
        for _ in range(300):
            if os.path.exists(path) or daemon.poll() is not None:
                break
            time.sleep(0.01)
        if daemon.poll() is not None or not os.path.exists(path):
            daemon.kill()
            return None
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            for _, _, _, text in messages():
                sock.sendto(text.encode(), path)
        except ConnectionError:
            # it died of a message: no model foretells that, and nothing can be compared
            print("rsyslogd died with status %d" % daemon.wait())
            return None
        finally:
            sock.close()
        time.sleep(0.05)
        daemon.terminate()
        daemon.wait()
    receivers.quiet()
    came = {place: b"\n".join(data) for place, data in receivers.got.items()}
    for name in os.listdir(LOG):
        if name != "socket" and os.path.isfile(os.path.join(LOG, name)):
            with open(os.path.join(LOG, name), "rb") as file:
                came[os.path.join(LOG, name)] = file.read()
    return {place: set(re.findall(r"M\d+\.\d+\.\w+\.\w+\.E", data.decode("latin-1")))
            for place, data in came.items()}


def same_place(text):
    """The model's words for a place in the form of HOST_PORTS."""
    if text in ("@@127.0.0.1",):
        return "@@127.0.0.1:514"
    return "@127.0.0.1" if text == "@127.0.0.1:514" else text


def ask_model(root, daemon):
    """(facility, level) -> {place: sure}."""
    output = subprocess.run([ASK, root, daemon], capture_output=True, text=True, check=True)
    answers = {}
    for line in output.stdout.splitlines():
        subject, value = line.split("\t")
        places = {}
        for item in value.split(", "):
            sure = not item.endswith(" (some)")
            place = same_place(item if sure else item[:-7])
            # two ways to write one place
            places[place] = places.get(place, False) or sure
        if "." not in subject:
            return None
        facility, level = subject.split(".")
        answers[FACILITIES.index(facility), LEVELS.index(level)] = places
    return answers


def compare(answers, came):
    """Disagreements and unknowns of one case."""
    wrong, unknown = [], 0
    for (f, l), places in answers.items():
        marks = {mark for a, b, mark, _ in messages() if (a, b) == (f, l)}
        for place in set(came) | set(places):
            if not place.startswith(("/mnt/", "@")) or " " in place:
                continue  # users, pipes; "@host # note" is a name that nobody has
            got = marks & came.get(place, set())
            if place in places and not places[place]:
                unknown += 1
            elif place in places and got != marks:
                wrong.append("%s.%s: the model says it goes to %s; %d of %d came" % (
                    FACILITIES[f], LEVELS[l], place, len(got), len(marks)))
            elif place not in places and got:
                wrong.append("%s.%s: the model does not name %s; %d of %d came" % (
                    FACILITIES[f], LEVELS[l], place, len(got), len(marks)))
    return wrong, unknown


def write_case(directory, text, drop_ins):
    root = os.path.join(directory, "root")
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(root + "/etc/rsyslog.d")
    for name, content in drop_ins.items():
        for folder in (root + "/etc/rsyslog.d", "/etc/rsyslog.d"):
            with open(os.path.join(folder, name), "w", newline="", encoding="latin-1") as file:
                file.write(content)
    for path, first in ((root + "/etc/rsyslog.conf", HEAD % "/dev/log" + INPUT),
                        (directory + "/real.conf", HEAD % (LOG + "/socket"))):
        with open(path, "w", newline="", encoding="latin-1") as file:
            file.write("\n".join([first] + TEMPLATES + [text]))
    return root


def inside(arguments):
    """In the namespaces."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for path in (LOG, "/etc/rsyslog.d"):
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", path], check=True)
    receivers = Receivers()
    cases = agree = disagree = unknown = 0
    began = time.time()
    with tempfile.TemporaryDirectory() as directory:
        for number in range(arguments.cases + 1):
            if arguments.seconds and time.time() - began > arguments.seconds:
                break
            seed = arguments.seed + number - 1
            text, drop_ins = own_configuration() if number == 0 \
                else Generator(seed).configuration()
            if arguments.file:
                with open(arguments.file, encoding="latin-1") as file:
                    text, drop_ins = file.read(), {}
            for name in os.listdir("/etc/rsyslog.d"):
                os.unlink("/etc/rsyslog.d/" + name)
            root = write_case(directory, text, drop_ins)
            came, answers = run_daemon(directory, receivers), ask_model(root, "rsyslog")
            cases += 1
            if came is None or answers is None:
                if arguments.show:
                    print("seed %d: not compared" % seed)
                unknown += 1
                continue
            wrong, doubts = compare(answers, came)
            if wrong:
                disagree += 1
                print("seed %d (%s):" % (seed, "this machine's file" if number == 0
                                         else "generated"))
                for line in wrong[:5]:
                    print("    " + line)
                if arguments.show:
                    print(text, drop_ins)
            elif doubts:
                unknown += 1
            else:
                agree += 1
    print("%d cases, %d agree, %d disagree, %d unknown" % (cases, agree, disagree, unknown))
    return 1 if disagree else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--cases", type=int, default=70)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0, help="stop after this time")
    parser.add_argument("--file", help="a configuration to take instead")
    parser.add_argument("--show", action="store_true", help="print what disagrees")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        return inside(arguments)
    for program in ("rsyslogd", "unshare", "ip"):
        if shutil.which(program) is None and not os.path.exists("/usr/sbin/" + program):
            print("SKIP: there is no %s" % program)
            return 0
    if subprocess.run(["unshare", "-n", "-m", "true"], check=False).returncode != 0:
        print("SKIP: no namespaces here")
        return 0
    return subprocess.run(["unshare", "-n", "-m", sys.executable, __file__, "--inside"]
                          + sys.argv[1:], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
