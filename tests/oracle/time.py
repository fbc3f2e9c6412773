#!/usr/bin/python3
"""Compares the sources of time that the model finds with what the daemons read: `chronyd -p`
prints the lines of its configuration that it took, or ends; systemd-analyze prints the files of
timesyncd.conf in their order, whose lines are then read here. The files that chronyd's
directories of sources hold, which it does not print, are read here too.

The package chrony would take the place of the time daemon of whoever runs this, so its program
is taken from an unpacked package: CHRONYD names it, else apt-get fetches it and it is unpacked
below build/.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from oracle import Answer, Oracle, helper, skip  # noqa: E402

FOLDER = os.path.join(os.environ.get("BUILD", "build").removesuffix("/planted"), "chrony")
NAMES = ["ntp1.isp.net", "NTP2.isp.net", "192.0.2.7", "2001:db8::7", "2.pool.ntp.org"]
FLAGS = ["iburst", "burst", "prefer", "noselect", "NoSelect", "trust", "require", "nts", "xleave", "auto_offline"]
VALUED = ["key 3", "minpoll 4", "maxpoll 10", "port 123", "version 3", "maxdelay 0.3", "offset -0.5", "minstratum 3", "maxsources 2", "filter 5", "presend 9", "polltarget 30", "asymmetry 0.5"]
WRONG = ["maxpoll 40", "port 70000", "version 9", "maxdelay x", "maxsources 0", "key", "copy", "ipv4", "certset 1"]
ODD = ["# ours", "#ours", "; ours", "frob", "frob 1", "iburst,", "offline"]
OTHERS = ["driftfile /x", "driftfile", "driftfile /x y", "rtcsync", "RTCSYNC", "rtcsync 1", "makestep 1.0 3", "makestep 1", "makestep 0.1 -1", "logdir /x", "log tracking rtc", "log Tracking",
          "log tracking foo", "allow", "allow 192.0.2.0/24", "allow all 192.0.2.0/24", "allow 192.0.2", "allow 300.1.1.1", "deny all", "local", "local stratum 10", "local stratum 20",
          "local stratum 10 orphan", "local orphan distance 0.1", "port 123", "port x", "cmdport 0", "maxupdateskew 100.0", "keyfile /x", "leapsectz right/UTC", "leapsecmode slew",
          "leapsecmode foo", "stratumweight 0", "hwtimestamp *", "hwtimestamp eth0 minpoll 1 rxfilter ntp", "ratelimit interval 3 burst 8", "ratelimit interval", "clientloglimit 1000",
          "noclientlog", "lock_all", "sched_priority 1", "sched_priority 200", "smoothtime 400 0.001", "smoothtime 400 0.001 leaponly", "bindcmdaddress 127.0.0.1", "bindcmdaddress /run/x",
          "bindaddress 1", "mailonchange root@localhost 0.5", "maxchange 1000 1 1", "fallbackdrift 16 19", "manual", "dumponexit", "commandkey 1", "restrict default", "[Time]",
          "authselectmode mix", "minsources 2", "ntsdumpdir /x", "broadcast 30 192.0.2.255", "broadcast 30 192.0.2.255 123", "tempcomp /x 30 /y", "combinelimit 0", "reselectdist 0.0001",
          "corrtimeratio 3", "maxslewrate 1000", "pidfile /x", "user _chrony", "acquisitionport 123", "minsamples 6", "maxdistance 1.5e0", "maxdistance .5", "maxdistance inf"]
CLOCKS = ["refclock PPS /dev/pps0", "refclock SHM 0 refid GPS precision 1e-1", "refclock SHM 0 refid GPS precision 0.1 noselect", "refclock SHM", "refclock PHC /dev/ptp0 poll 3 tai",
          "refclock SOCK /x refid LONGER", "refclock SHM 1 poll 40", "refclock SHM 1 frob", "refclock", "refclock PPS /dev/pps0 lock GPS rate 1 width 0.1"]


def find_chronyd():
    """The program, None where it can't be had."""
    path = os.environ.get("CHRONYD", FOLDER + "/usr/sbin/chronyd")
    if os.path.exists(path) or "CHRONYD" in os.environ:
        return path if os.path.exists(path) else None
    os.makedirs(FOLDER, exist_ok=True)
    subprocess.run(["apt-get", "-q", "download", "chrony"], cwd=FOLDER, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for package in glob.glob(FOLDER + "/*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, FOLDER], check=False)
    return path if os.path.exists(path) else None


def source(rng):
    words = [rng.choice(["server", "server", "pool", "peer", "Server", "SERVER"]), rng.choice(NAMES)]
    words += [rng.choice(FLAGS if rng.random() < 0.6 else VALUED) for _ in range(rng.choice([0, 1, 1, 2, 4]))]
    if rng.random() < 0.05:
        words.append(rng.choice(ODD + WRONG))
    if rng.random() < 0.02:
        words = words[:1]
    return rng.choice(["", "", " ", "\t"]) + rng.choice([" ", " ", "  ", "\t", " \v"]).join(words) + rng.choice(["", "", " ", "\r"])


def line(rng, paths):
    kind = rng.random()
    if kind < 0.5:
        return source(rng)
    if kind < 0.75:
        # most of what can be wrong ends chronyd, so that little of it may be in one case
        return rng.choice(OTHERS) if rng.random() < 0.3 else rng.choice(["rtcsync", "makestep 1 3", "driftfile /x", "allow 192.0.2.0/24", "log tracking", "local stratum 10"])
    if kind < 0.78:
        return rng.choice(CLOCKS)
    if kind < 0.88:
        return rng.choice(["# ", "! server ", "%", ";server ", ""]) + rng.choice(NAMES)
    if kind < 0.91:
        return "# " + "y" * rng.choice([2040, 2044, 2045, 2046, 2047, 5000]) if rng.random() < 0.3 else ""
    if kind < 0.94:
        return "include " + rng.choice(paths + ["ROOT/etc/chrony/*.inc", "ROOT/etc/nothing", "ROOT/etc/no*thing", "ROOT/etc/chrony/[ab].inc"])
    if kind < 0.97:
        return "confdir " + " ".join(rng.sample(["ROOT/etc/chrony/conf.d", "ROOT/run/conf.d", "ROOT/etc/chrony/conf.d/", "ROOT/none"], rng.choice([1, 1, 2, 3])))
    return "sourcedir " + " ".join(rng.sample(["ROOT/etc/chrony/sources.d", "ROOT/srv/sources.d", "ROOT/none"], rng.choice([1, 2])))


def text(rng, paths, most):
    return "\n".join(line(rng, paths) for _ in range(rng.randrange(most))) + rng.choice(["\n", "\n", "\n", ""])


def chrony(rng):
    pieces = ["etc/chrony/a.inc", "etc/chrony/b.inc"]
    paths = ["ROOT/" + path for path in pieces]
    files = {"etc/chrony/chrony.conf": text(rng, paths, 8)}
    for path in rng.sample(pieces, rng.randrange(3)):
        files[path] = text(rng, paths, 4)
    for path in rng.sample(["etc/chrony/conf.d/50-a.conf", "etc/chrony/conf.d/60-b.conf", "etc/chrony/conf.d/c.conf.old", "run/conf.d/50-a.conf", "run/conf.d/55.conf", "run/conf.d/.x.conf"],
                           rng.randrange(4)):
        files[path] = text(rng, paths, 3)
    for path in rng.sample(["etc/chrony/sources.d/a.sources", "etc/chrony/sources.d/b.sources", "srv/sources.d/a.sources", "srv/sources.d/c.sources", "srv/sources.d/d.conf"], rng.randrange(4)):
        files[path] = "\n".join(rng.choice([source, source, lambda rng: rng.choice(OTHERS + ODD)])(rng) for _ in range(rng.randrange(4))) + rng.choice(["\n", "\n", ""])
    return files


def timesyncd(rng):
    def setting():
        return rng.choice(["NTP", "NTP", "FallbackNTP", "fallbackntp", "RootDistanceMaxSec"]) + rng.choice(["=", "=", " = "]) + rng.choice(
            ["", " ".join(rng.choices(NAMES, k=rng.randrange(1, 4))), "  ".join(rng.choices(NAMES, k=2)), "ntp1.isp.net \\\n 192.0.2.9"])

    def lines():
        return rng.choice(["[Time]\n", "[Time]\n", "[Time]\n", "[Time]\n", "", "[Other]\n"]) + "\n".join(
            rng.choice([setting, setting, setting, setting, lambda: rng.choice(["#NTP=foo", ";NTP=foo", "", "[Time]", "[Network]", "nonsense"])])() for _ in range(rng.randrange(5))) + rng.choice(["\n", ""])
    files = {"etc/systemd/timesyncd.conf": lines()}
    for path in rng.sample([f"{folder}/systemd/timesyncd.conf.d/{name}" for folder in ("etc", "run", "usr/lib", "usr/local/lib") for name in ("50-a.conf", "60-b.conf", "9.conf", "x.off")],
                           rng.randrange(5)):
        files[path] = rng.choice([lines, lines, lines, lambda: ""])()
    return files


def sources_of(words, soft):
    """What a line of chrony's that was taken says, as (use, directive, name)."""
    directive = words[0].lower()
    if directive in ("server", "pool", "peer"):
        return [("watched" if "noselect" in (word.lower() for word in words[2:]) else "followed", directive, words[1])]
    if directive == "refclock" and not soft:
        return [("watched" if "noselect" in (word.lower() for word in words[3:]) else "followed", directive, f"{words[1]} {words[2]}")]
    return []


class Time(Oracle):
    name = "time"
    cases = 3000
    needs = ("systemd-analyze", "apt-get", "dpkg-deb")

    def main(self):
        if find_chronyd() is None:
            skip("chrony can't be fetched")
        super().main()

    def open(self):
        self.root = tempfile.mkdtemp(prefix="holdfast-time.")
        self.model = subprocess.Popen([helper(self.name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def close(self):
        self.model.stdin.close()
        self.model.wait()
        shutil.rmtree(self.root)

    def generate(self, rng):
        kind = rng.choices(["chrony", "timesyncd"], [7, 3])[0]
        return {"kind": kind, "files": {"chrony": chrony, "timesyncd": timesyncd}[kind](rng)}

    def real(self, folder):
        for kind, path in (("chrony", "etc/chrony/chrony.conf"), ("timesyncd", "etc/systemd/timesyncd.conf")):
            for name in sorted(glob.glob(f"{folder}/{kind}/*")):
                with open(name, encoding="latin-1", newline="") as file:
                    yield f"{kind}/{os.path.basename(name)}", {"kind": kind, "files": {path: file.read()}}

    def write(self, files):
        """The case as a root, in which its own path outside leads to itself."""
        shutil.rmtree(self.root)
        for path, content in files.items():
            os.makedirs(os.path.dirname(f"{self.root}/{path}"), exist_ok=True)
            with open(f"{self.root}/{path}", "w", encoding="latin-1", newline="") as file:
                file.write(content.replace("ROOT", self.root))
        os.makedirs(os.path.dirname(self.root + self.root), exist_ok=True)
        os.symlink("/", self.root + self.root)

    def ask(self):
        self.model.stdin.write(self.root + "\n")
        self.model.stdin.flush()
        found, doubts, invalid = [], [], None
        while answer := self.model.stdout.readline().rstrip("\n"):
            word, rest = answer.split(" ", 1)
            if word == "source":
                use, rest = rest.split(" ", 1)
                found.append((use, *rest.split("\t", 1)))
            elif word == "doubt":
                doubts.append(rest)
            else:
                invalid = rest
        return sorted(found), doubts, invalid

    def judge(self, case):
        program = {"chrony": "usr/sbin/chronyd", "timesyncd": "usr/lib/systemd/systemd-timesyncd"}[case["kind"]]
        self.write({**case["files"], program: ""})
        return [self.judge_chrony() if case["kind"] == "chrony" else self.judge_timesyncd()]

    # --- chrony ---------------------------------------------------------------------------

    def read_folders(self, folders):
        """Files of one name in several folders: the first counts. A line that is no source, or has an option
        that chronyd does not take, is passed over; so is what does not end."""
        names = {}
        for folder in folders:
            for path in glob.glob(f"{folder}/*.sources"):
                names.setdefault(os.path.basename(path), path)
        for name in sorted(names):
            with open(names[name], encoding="latin-1", newline="") as file:
                for entry in re.findall(r"[^\n]*\n", file.read()):
                    yield entry.split()

    def takes(self, words):
        """Whether chronyd takes the line alone."""
        path = self.root + "/alone"
        with open(path, "w", encoding="latin-1") as file:
            file.write(" ".join(words) + "\n")
        return subprocess.run([find_chronyd(), "-p", "-f", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20).returncode == 0

    def judge_chrony(self):
        have, doubts, invalid = self.ask()
        run = subprocess.run([find_chronyd(), "-p", "-f", self.root + "/etc/chrony/chrony.conf"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20)
        if run.returncode != 0:
            if invalid:
                return Answer("invalid", "chrony", invalid)
            return Answer("unknown" if doubts else "disagree", "chrony", re.sub(r"'.*?'|/\S+", "...", doubts[0]) if doubts else f"chronyd ends: {run.stderr.decode('latin-1')!r}")
        if invalid:
            return Answer("disagree", "chrony", f"chronyd goes on, and not: {invalid}")
        if doubts:
            return Answer("unknown", "chrony", re.sub(r"'.*?'|/\S+", "...", doubts[0]))
        want = []
        for entry in run.stdout.decode("latin-1").splitlines():
            words = entry.split()
            want += sources_of(words, False)
            if words[0].lower() == "sourcedir":
                for line_words in self.read_folders(words[1:]):
                    if line_words and line_words[0][0] not in "!;#%" and line_words[0].lower() in ("server", "pool", "peer") and len(line_words) > 1 and self.takes(line_words):
                        want += sources_of(line_words, True)
        return self.compare("chrony", have, want)

    # --- timesyncd ------------------------------------------------------------------------

    def judge_timesyncd(self):
        have, doubts, _ = self.ask()
        run = subprocess.run(["systemd-analyze", "--no-pager", "cat-config", "--root", self.root, "systemd/timesyncd.conf"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        lists, said, section, joined = {"NTP": [], "FallbackNTP": []}, False, "", ""
        for entry in run.stdout.splitlines():
            if entry.startswith(f"# {self.root}/"):
                section, joined = "", ""
                continue
            if entry.lstrip()[:1] in ("#", ";"):
                continue
            joined += entry
            if joined.endswith("\\"):
                joined = joined[:-1] + " "
                continue
            entry, joined = joined.strip(), ""
            if entry.startswith("["):
                section = entry
                continue
            name, equals, value = (part.strip() for part in entry.partition("="))
            if section != "[Time]" or not equals or name not in lists:
                continue
            said = said or name == "FallbackNTP"
            lists[name] = lists[name] + [("followed", name + "=", server) for server in value.split()] if value else []
        if doubts:
            built_in = not lists["NTP"] and not said
            return Answer("unknown" if built_in and len(doubts) == 1 else "disagree", "timesyncd", doubts[0])
        if not lists["NTP"] and not said:
            return Answer("disagree", "timesyncd", "what is built in counts")
        return self.compare("timesyncd", have, lists["NTP"] or lists["FallbackNTP"])

    @staticmethod
    def compare(question, have, want):
        return Answer("agree" if have == sorted(want) else "disagree", question, f"{have!r}, and it is {sorted(want)!r}")


if __name__ == "__main__":
    Time().main()
