#!/usr/bin/env python3
"""Compares what the model says that cron starts with what Debian's cron starts in some days of a clock that
is as fast as it asks for it, the scripts with run-parts(8), the times of timers with systemd-analyze(1),
and the longest gaps with a count of the days of 400 years. With CRONIE=CROND in the environment that
crond, of cronie, is asked instead of Debian's cron.
"""
import calendar
import collections
import datetime
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import cron_files
from oracle import Answer, Oracle, helper, pieces, real_files

CRONIE = os.environ.get("CRONIE")
FLAVOUR = "cronie" if CRONIE else "debian"
SPOOL = "var/spool/cron" if CRONIE else "var/spool/cron/crontabs"
FIRST_MAX = 23000  # days since 1970: before 2038, as Debian's cron counts seconds in 32 bits
DAYS = [2, 4, 4, 4, 4, 4, 7, 35]  # that cron is run for
STARTS = 1000  # that are waited for
ITERATIONS = 12  # of a timer
YEARS = 120  # that a timer is followed: systemd ends before 2200
PASSWD = "root:x:0:0::/root:/bin/sh\nbob:x:1000:1000::/home/bob:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n"
Job = collections.namedtuple("Job", "minutes days last_days months weekdays either boot gap command")


def days_of(first, count):
    """Each day from FIRST on: its number since 1970, and what a rule may ask of it."""
    for number in range(first.toordinal(), first.toordinal() + count):
        day = datetime.date.fromordinal(number)
        size = calendar.monthrange(day.year, day.month)[1]
        yield number - 719163, (day.day, size - day.day + 1, day.month, day.isoweekday() % 7)


def has_day(job, day, from_end, month, weekday):
    of_month = bool(job.days >> day & 1 or job.last_days >> from_end & 1)
    of_week = bool(job.weekdays >> weekday & 1)
    return bool(job.months >> month & 1) and (of_month or of_week if job.either else of_month and of_week)


def starts(job, days):
    """The minutes since 1970."""
    for number, day in days:
        if has_day(job, *day):
            for minute in job.minutes:
                yield number * 1440 + minute


def kind_of(year):
    return calendar.isleap(year.year), year.weekday()


class Cron(Oracle):
    name = "cron"
    cases = 400
    needs = ("cron", "run-parts", "systemd-analyze")
    namespaces = ("--mount", "--pid", "--fork", "--kill-child", "--mount-proc")

    def open(self):
        self.root = tempfile.mkdtemp(prefix="holdfast-cron.")
        self.clock = self.path("clock.so")
        # a year of each kind, by its size and its first weekday
        self.years = [datetime.date(year, 1, 1) for year in range(2000, 2400)]
        self.kinds = {kind_of(year): [day for _, day in days_of(year, 366 if calendar.isleap(year.year) else 365)] for year in self.years}
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib/cron_clock.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", self.clock, source], check=True)
        for name in ("etc/cron.d", "etc/cron.daily", SPOOL):
            os.makedirs(self.path(name))
        for name, text in (("etc/passwd", PASSWD), ("etc/nsswitch.conf", "passwd: files\n")):
            with open(self.path(name), "w") as file:
                file.write(text)
        os.makedirs("/var/spool/cron", exist_ok=True)
        for command in (["mount", "--bind", self.path("etc"), "/etc"], ["mount", "--bind", self.path("var/spool/cron"), "/var/spool/cron"],
                        ["mount", "-t", "tmpfs", "tmpfs", "/run"]):
            subprocess.run(command, check=True)
        self.model = subprocess.Popen([helper(self.name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="latin-1")

    def close(self):
        self.model.stdin.close()
        self.model.wait()
        shutil.rmtree(self.root)

    def path(self, name):
        return os.path.join(self.root, name)

    def generate(self, rng):
        files, modes = cron_files.tree(rng)
        if CRONIE:
            files = {path.replace("var/spool/cron/crontabs", SPOOL): text for path, text in files.items()}
            modes = {path.replace("var/spool/cron/crontabs", SPOOL): mode for path, mode in modes.items()}
        return {"files": files, "modes": modes, "first": rng.randrange(FIRST_MAX), "days": rng.choice(DAYS),
                "calendars": [cron_files.calendar(rng) for _ in range(2)]}

    def real(self, folder):
        for name, text in real_files(folder, "cron"):
            yield name, {"files": {"etc/crontab": text}, "modes": {}, "first": 20000, "days": max(DAYS), "calendars": []}

    def smaller(self, case):
        for index in range(len(case["calendars"])):
            yield {**case, "calendars": case["calendars"][:index] + case["calendars"][index + 1:]}
        if case["calendars"] and case["files"]:
            yield {**case, "files": {}}
        for paths in pieces(sorted(case["files"])):
            if paths:
                yield {**case, "files": {path: case["files"][path] for path in paths}}
        if case["days"] > 1:
            yield {**case, "days": case["days"] // 2}
        yield from super().smaller(case)

    # --- the model ----------------------------------------------------------------------

    def ask(self, *words):
        self.model.stdin.write("\t".join(words) + "\n")
        self.model.stdin.flush()
        jobs, doubts, together = [], [], None
        while line := self.model.stdout.readline().rstrip("\n"):
            kind, *rest = line.split("\t")
            if kind == "doubt":
                doubts.append(rest[0])
            elif kind == "all":
                together = int(rest[0])
            else:
                words = [int(word, 16) for word in rest[0].split(",")]
                minutes = tuple(index * 64 + bit for index, word in enumerate(words) for bit in range(64) if word >> bit & 1)
                jobs.append(Job(minutes, *map(int, rest[1:5]), rest[5] == "1", rest[6] == "1", int(rest[7]), "\t".join(rest[8:])))
        return jobs, doubts, together

    def year_gap(self, jobs, days):
        """The first and the last minute of the year with these DAYS at which one of JOBS starts, and the longest gap between."""
        begin, end, longest, spans = None, None, 0, {}
        for index, day in enumerate(days):
            meant = tuple(job for job in jobs if has_day(job, *day) and job.minutes)
            if not meant:
                continue
            if meant not in spans:
                minutes = sorted({minute for job in meant for minute in job.minutes})
                spans[meant] = minutes[0], minutes[-1], max((b - a for a, b in zip(minutes, minutes[1:])), default=0)
            first, last, within = spans[meant]
            longest = max(longest, within, index * 1440 + first - end if end is not None else 0)
            begin = index * 1440 + first if begin is None else begin
            end = index * 1440 + last
        return begin, end, longest

    def gap(self, jobs):
        """The longest over 400 years, from the last start back to the first too."""
        gaps = {kind: self.year_gap(jobs, days) for kind, days in self.kinds.items()}
        found, first, last = 0, None, None
        for year in self.years:
            begin, end, within = gaps[kind_of(year)]
            if begin is None:
                continue
            at = (year.toordinal() - self.years[0].toordinal()) * 1440
            found = max(found, within, at + begin - last if last is not None else 0)
            first = at + begin if first is None else first
            last = at + end
        return -1 if first is None else max(found, first + 146097 * 1440 - last)

    def judge_gaps(self, jobs, together):
        timed = [job for job in jobs if not job.boot]
        for job in timed[:1]:
            want = self.gap([job])
            if want != job.gap:
                return Answer("disagree", f"the gap of {job.command!r}", f"{job.gap}, and it is {want}")
        if together is not None and len(timed) > 1:
            want = self.gap(timed)
            if want != together:
                return Answer("disagree", "the gap of all", f"{together}, and it is {want}")
        return Answer("agree", "gaps", "")

    # --- the daemon ---------------------------------------------------------------------

    def run_cron(self, first, days):
        log = self.path("starts")
        if os.path.exists(log):
            os.remove(log)
        for name in ("/run/crond.reboot", "/run/crond.pid", "/run/cron.reboot"):
            if os.path.exists(name):
                os.remove(name)
        environment = {"TZ": "UTC", "PATH": "/usr/bin:/bin", "LD_PRELOAD": self.clock, "CRON_STARTS": log, "CRON_NOW": str(first * 86400 - 30),
                       "CRON_END": str((first + days) * 86400)}
        subprocess.run([CRONIE, "-f"] if CRONIE else ["/usr/sbin/cron", "-f"], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=True)
        with open(log, encoding="latin-1") as file:
            for line in file:
                if match := re.fullmatch(r"(\d+) \([^)]*\) CMD \((.*)\)\n", line):
                    yield int(match.group(1)), match.group(2)

    def put(self, case):
        for folder in ("etc/cron.d", "etc/cron.daily", SPOOL):
            shutil.rmtree(self.path(folder))
            os.makedirs(self.path(folder))
        if os.path.exists(self.path("etc/crontab")):
            os.remove(self.path("etc/crontab"))
        for name, text in case["files"].items():
            with open(self.path(name), "w", encoding="latin-1", newline="") as file:
                file.write(text)
            usual = 0o600 if name.startswith(SPOOL) else 0o755 if "cron.daily" in name else 0o644
            os.chmod(self.path(name), case["modes"].get(name, usual))

    def judge_tables(self, case):
        self.put(case)
        jobs, doubts, together = self.ask("table", FLAVOUR, self.root)
        if doubts:
            return [Answer("unknown", "crontabs", doubts[0])]
        scripts = {job.command for job in jobs if job.command.startswith("/etc/cron.daily/")}
        jobs = [job for job in jobs if job.command not in scripts]
        days = list(days_of(datetime.date(1970, 1, 1) + datetime.timedelta(case["first"]), case["days"]))
        begin = case["first"] * 1440
        have = collections.Counter((minute, job.command) for job in jobs if not job.boot for minute in starts(job, days))
        have.update((begin - 1, job.command) for job in jobs if job.boot)
        if sum(have.values()) > STARTS:
            return [Answer("unknown", "crontabs", "too many starts, each of which is a process")]
        want = collections.Counter((minute, command) for minute, command in self.run_cron(case["first"], case["days"]))
        wrong = sorted(((want - have) + (have - want)).items())[:3]
        detail = "; ".join(f"{(begin if minute < begin else minute) - begin} minutes after the start, {command!r}: {have[minute, command]} times, and it is "
                           f"{want[minute, command]}" for (minute, command), _ in wrong)
        if wrong:
            return [Answer("disagree", "crontabs", detail)]
        answers = [Answer("agree" if want else "invalid", "crontabs"), self.judge_gaps(jobs, together)]
        if any("run-parts" in job.command for job in jobs):
            done = subprocess.run(["run-parts", "--test", "/etc/cron.daily"], capture_output=True, text=True, encoding="latin-1", check=False)
            real = set(done.stdout.split("\n")) - {""}
            answers.append(Answer("agree" if real == scripts else "disagree", "run-parts", f"{sorted(scripts)}, and it is {sorted(real)}"))
        return answers

    # --- timers -------------------------------------------------------------------------

    def judge_calendar(self, text, first):
        base = datetime.date(1970, 1, 1) + datetime.timedelta(first)
        done = subprocess.run(["systemd-analyze", "calendar", f"--iterations={ITERATIONS}", f"--base-time={base} 00:00:00 UTC", "--", text],
                              env={"TZ": "UTC", "PATH": "/usr/bin:/bin", "LC_ALL": "C"}, capture_output=True, text=True, check=False)
        jobs, doubts, _ = self.ask("calendar", text)
        if done.returncode != 0:
            return Answer("invalid" if doubts else "disagree", text, "systemd refuses it")
        if doubts:
            return Answer("unknown", text, doubts[0])
        want = []
        for found in re.finditer(r"(?:Next elapse|Iter\. #\d+|\(in UTC\)): \w{3} (\d{4}-\d\d-\d\d) (\d\d):(\d\d):\d\d UTC", done.stdout):
            at = (datetime.date.fromisoformat(found.group(1)).toordinal() - 719163) * 1440 + int(found.group(2)) * 60 + int(found.group(3))
            if not want or want[-1] != at:
                want.append(at)
        # the very minute of the base time has begun
        want = [at for at in want if at > first * 1440]
        have = list(itertools.islice((at for at in starts(jobs[0], days_of(base, YEARS * 365)) if at > first * 1440), max(1, len(want))))
        if not want and "never" not in done.stdout:
            return Answer("unknown", text, "systemd-analyze says nothing that is understood")
        if have != want:
            return Answer("disagree", text, f"{have[:3]}, and it is {want[:3]}")
        return self.judge_gaps(jobs, None)

    def judge(self, case):
        answers = self.judge_tables(case) if case["files"] else []
        return answers + [self.judge_calendar(text, case["first"]) for text in case["calendars"]]


Cron().main()
