#!/usr/bin/python3
"""Compares where the model says that messages go with where inetutils' syslogd puts them.

Each case is a syslog.conf made from a seed, read by a real syslogd in a mount and network
namespace; marked messages of every facility and level but kern (what comes by the log socket
as kern is taken for user) go in, files on a tmpfs come out. The package conflicts with rsyslog,
so its program is taken from an unpacked package: SYSLOGD names it, else the package is fetched
with apt-get and unpacked below build/.
"""

import argparse
import glob
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import rsyslog
from rsyslog import FACILITIES, LEVELS, LOG

FOLDER = os.path.join(os.path.dirname(os.environ.get("HELPERS", "build/tests")), "inetutils")


def find_syslogd():
    """The program, None where it can't be had."""
    path = os.environ.get("SYSLOGD", FOLDER + "/usr/sbin/syslogd")
    if os.path.exists(path) or "SYSLOGD" in os.environ:
        return path if os.path.exists(path) else None
    os.makedirs(FOLDER, exist_ok=True)
    subprocess.run(["apt-get", "-q", "download", "inetutils-syslogd"], cwd=FOLDER, check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for package in glob.glob(FOLDER + "/*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, FOLDER], check=False)
    return path if os.path.exists(path) else None


def configuration(seed):
    chooser = random.Random(seed)
    pick = lambda *choices: chooser.choice(choices)

    def facility():
        return pick("kern", "user", "mail", "daemon", "auth", "authpriv", "cron", "local0",
                    "local7", "news", "ftp", "security", "16",
                    "foo" if chooser.random() < 0.2 else "uucp")

    def level():
        name = pick(*LEVELS, "warn", "error", "panic", "3")
        return pick("*", "none", name, name, "=" + name, "!" + name, "!=" + name, "=!" + name,
                    "!*", "!none")

    def selector():
        return ";".join(pick("*", facility(), facility() + "," + facility(), "**") + "." + level()
                        for _ in range(pick(1, 1, 2, 3)))

    lines = []
    for _ in range(pick(2, 4, 8)):
        kind, file = chooser.randrange(14), LOG + "/" + pick("a", "b", "c", "d")
        if kind == 0:
            lines.append(pick("!alpha", "!*", "#! beta", "# note \\", "! kernel", ""))
        elif kind == 1:
            lines.append(selector() + pick("", " ", ";") + "\\\n   \t" + file)
        elif kind == 2:
            lines.append("  " + selector() + "  " + file + "  ")
        else:
            lines.append(selector() + pick("\t", "\t\t", " ") + pick("", "", "-") + file)
    text = "\n".join(lines) + pick("\n", "\n", "\n", "")
    return text.replace("\n", "\r\n") if chooser.random() < 0.1 else text


def run_daemon(syslogd, path):
    """place -> set of marks; None when it did not start."""
    for name in os.listdir(LOG):
        os.unlink(os.path.join(LOG, name))
    with subprocess.Popen([syslogd, "-n", "-p", LOG + "/socket", "-f", path,
                           "--rcdir=/nonexistent", "--pidfile=" + LOG + "/pid"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as daemon:
        for _ in range(300):
            if os.path.exists(LOG + "/pid") and os.path.exists(LOG + "/socket"):
                break
            time.sleep(0.01)
        try:
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            for _, _, _, text in rsyslog.messages():
                sock.sendto(text.encode(), LOG + "/socket")
            sock.close()
        except OSError:
            daemon.kill()
            return None
        last = None
        while last != sizes():
            last = sizes()
            time.sleep(0.05)
        daemon.send_signal(signal.SIGTERM)
    came = {}
    for name in "abcd":
        if os.path.exists(LOG + "/" + name):
            with open(LOG + "/" + name, encoding="latin-1") as file:
                came[LOG + "/" + name] = set(
                    re.findall(r"M\d+\.\d+\.\w+\.\w+\.E", file.read()))
    return came


def sizes():
    return [os.path.getsize(path) for path in sorted(glob.glob(LOG + "/?"))]


def inside(arguments, syslogd):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", LOG], check=True)
    agree = disagree = unknown = 0
    with tempfile.TemporaryDirectory() as root:
        os.mkdir(root + "/etc")
        for seed in range(arguments.seed, arguments.seed + arguments.cases):
            text = configuration(seed)
            with open(root + "/etc/syslog.conf", "w", newline="", encoding="latin-1") as file:
                file.write(text)
            came = run_daemon(syslogd, root + "/etc/syslog.conf")
            answers = rsyslog.ask_model(root, "inetutils")
            if came is None or answers is None:
                unknown += 1
                continue
            for level in range(len(LEVELS)):
                del answers[FACILITIES.index("kern"), level]
            wrong, doubts = rsyslog.compare(answers, came)
            disagree += bool(wrong)
            unknown += bool(doubts) and not wrong
            agree += not doubts and not wrong
            if wrong:
                print("seed %d:\n%s\n    %s" % (seed, text, "\n    ".join(wrong[:5])))
    print("%d cases, %d agree, %d disagree, %d unknown" % (
        arguments.cases, agree, disagree, unknown))
    return 1 if disagree else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--cases", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        return inside(arguments, arguments.inside)
    syslogd = find_syslogd()
    if syslogd is None:
        print("SKIP: inetutils-syslogd can't be fetched")
        return 0
    if shutil.which("unshare") is None or subprocess.run(
            ["unshare", "-n", "-m", "true"], check=False).returncode != 0:
        print("SKIP: no namespaces here")
        return 0
    return subprocess.run(["unshare", "-n", "-m", sys.executable, __file__, "--inside",
                           os.path.abspath(syslogd)] + sys.argv[1:], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
