#!/usr/bin/python3
"""Puts one fault after the other into the code that changes files; the tests must see each.

The code is that of tests/mutation/files, its faults are those of mutants.py. Each is compiled
alone and loaded before the shared library that the tests use, so that its functions take the
place of the library's own; the unit tests that reach the code run until one fails. A fault that
makes the same machine code under -O2 is none. What no test sees is in tests/mutation/survivors,
with the reason:

	= FILE FUNCTION: LINE {OLD -> NEW}	equivalent: it can't be seen from outside
	! FILE FUNCTION: LINE {OLD -> NEW}	alive: no test sees it
		reason

Keys that stand together share a reason. Fails when more than a tenth of those that are not
equivalent is alive, or one in the list is none any more or is seen; one that is alive and not in
the list is named. --cases N tries the first N of the order that --seed S gives; --only TEXT those
whose key has TEXT; --again those that the last run did not kill (its verdicts are in
BUILD/mutants), and counts the others as killed: for while one writes tests.
"""
import argparse
import concurrent.futures
import os
import random
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from mutants import mutants  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
SURVIVORS = os.path.join(HERE, "survivors")
# A root of nobody's: a fault in what writes as root could hit anything else.
PRIVATE = ("unshare", "-m", "sh", "-c",
           "mount -o remount,bind,ro / && mount -t tmpfs tmpfs /tmp && exec \"$@\"", "sh")


def listed():
    """{key: mark}; each has a reason, of its own or together with those before it"""
    found, together, reason = {}, [], True
    with open(SURVIVORS, encoding="utf-8") as lines:
        for line in lines:
            if line[0] in "=!":
                if reason:
                    together, reason = [], False
                together.append(line[2:].rstrip("\n"))
                assert together[-1] not in found, together[-1]
                found[together[-1]] = line[0]
            elif line[0] == "\t":
                reason = True
    assert reason, f"{together}: no reason given"
    return found


class Judge:
    """Compiles mutants and runs the tests on them."""

    def __init__(self, compile_command, tests, place):
        self.compile, self.place = shlex.split(compile_command), place
        self.tests, self.lock, self.originals = tests, threading.Lock(), {}
        self.kills = {}  # (function, test): how many it killed
        self.private = PRIVATE if subprocess.run(
            [*PRIVATE, "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0 else ()
        self.times = {}
        for test in self.tests:
            begun = time.monotonic()
            assert self.run([test], None, 120) == "", f"{test} fails without a fault"
            self.times[test] = time.monotonic() - begun

    def run(self, tests, library, limit):
        """The first of the tests that fails or hangs; "" when none does."""
        commands = [["env", *settings, *([f"LD_PRELOAD={library}"] if library else []),
                     os.path.join(BUILD, "tests/unit", "test_" + name)]
                    for name, *settings in (test.split() for test in tests)]
        script = "".join(f"{shlex.join(command)} >/dev/null || exit {10 + i}\n"
                         for i, command in enumerate(commands))
        process = subprocess.Popen([*self.private, "sh", "-c", script], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   start_new_session=True,
                                   env={**os.environ, "FULL": "", "FIRST": "1"})
        try:
            status = process.wait(limit)
            assert status == 0 or status >= 10, f"no tests could run: {status}"
            return tests[status - 10] if status > 0 else ""
        except subprocess.TimeoutExpired:
            return "it hangs"
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()

    def object(self, source, name, *flags):
        """Compiles to NAME: whether that could be done."""
        done = subprocess.run([*self.compile, "-w", *flags, "-o", name, "-x", "c", "-"],
                              input=source, text=True, capture_output=True, check=False)
        return done.returncode == 0

    def optimized(self, source, name):
        self.object(source, name, "-O2", "-S")
        with open(name, encoding="utf-8") as file:
            return file.read()

    def is_same(self, mutant, name):
        with self.lock:
            if mutant.file not in self.originals:
                with open(mutant.file, encoding="utf-8") as file:
                    self.originals[mutant.file] = self.optimized(file.read(), name)
        return self.optimized(mutant.source, name) == self.originals[mutant.file]

    def judge(self, mutant):
        """The test that saw it; "" for alive, "none" for no fault."""
        with tempfile.NamedTemporaryFile(dir=self.place, suffix=".so") as file:
            if not self.object(mutant.source, file.name, "-O0", "-fPIC", "-shared"):
                return "none"
            here = mutant.file, mutant.function
            with self.lock:
                order = sorted(self.tests, key=lambda test: self.times[test] /
                               (0.05 + self.kills.get((here, test), 0)))
            # the slowest last, and not for what is no fault
            slowest = max(self.times, key=self.times.get)
            for slow in (False, True):
                tests = [test for test in order if (test == slowest) == slow]
                if slow and self.is_same(mutant, file.name + ".s"):
                    return "none"
                limit = 10 + 5 * sum(self.times[test] for test in tests)
                seen = self.run(tests, file.name, limit)
                if seen:
                    with self.lock:
                        self.kills[here, seen] = self.kills.get((here, seen), 0) + 1
                    return seen
            return ""


def report(files, chosen, verdicts, known):
    """Prints the table; the keys that are alive."""
    total = dict.fromkeys(("mutants", "killed", "alive", "equivalent"), 0)
    alive = []
    print(f"{'file':28}" + "".join(f"{name:>12}" for name in total))
    for file in files:
        row = dict.fromkeys(total, 0)
        for mutant in chosen:
            verdict = verdicts.get(mutant.key)
            if mutant.file != file or verdict is None or verdict == "none":
                continue
            equivalent = not verdict and known.get(mutant.key) == "="
            row["mutants"] += 1
            row["killed" if verdict else "equivalent" if equivalent else "alive"] += 1
            if not verdict:
                alive.append(mutant.key)
        print(f"{file:28}" + "".join(f"{count:12}" for count in row.values()))
        for name, count in row.items():
            total[name] += count
    print(f"{'all':28}" + "".join(f"{count:12}" for count in total.values()))
    share = total["alive"] / max(1, total["mutants"] - total["equivalent"])
    print(f"alive: {100 * share:.1f} % of those that are not equivalent")
    return alive, share


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--compile", required=True)
    parser.add_argument("--tests", required=True)
    arguments = parser.parse_args()
    with open(os.path.join(HERE, "files"), encoding="ascii") as lines:
        files = [line.strip() for line in lines if line[0] != "#"]
    every = [mutant for file in files for mutant in mutants(file)]
    chosen = [mutant for mutant in every if arguments.only in mutant.key]
    random.Random(arguments.seed).shuffle(chosen)
    chosen = chosen[:arguments.cases or len(chosen)]
    known = listed()
    verdicts, wrong = {}, []
    log_name = os.path.join(BUILD, "mutants")
    if arguments.again:
        with open(log_name, encoding="utf-8") as lines:
            verdicts = dict(reversed(line.rstrip("\n").split("\t")) for line in lines)
        verdicts = {key: verdict for key, verdict in verdicts.items() if verdict != "ALIVE"}
    with tempfile.TemporaryDirectory(dir=BUILD) as place, \
            concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool, \
            open(log_name, "w", encoding="utf-8") as log:
        for key, verdict in verdicts.items():
            print(f"{verdict}\t{key}", file=log)
        judge = Judge(arguments.compile, shlex.split(arguments.tests), place)
        tried = [mutant for mutant in chosen if mutant.key not in verdicts]
        jobs = {pool.submit(judge.judge, mutant): mutant for mutant in tried}
        for job in concurrent.futures.as_completed(jobs):
            mutant = jobs[job]
            verdicts[mutant.key] = job.result()
            print(f"{verdicts[mutant.key] or 'ALIVE'}\t{mutant.key}", file=log, flush=True)
    alive, share = report(files, chosen, verdicts, known)
    keys = {mutant.key for mutant in every}
    for key in known:
        if key not in keys:
            wrong.append(f"listed, but there is no such mutant: {key}")
        elif verdicts.get(key):
            wrong.append(f"listed, but {verdicts[key]}: {key}")
    for key in alive:
        if key not in known:
            print(f"alive and not listed: {key}")
    if share > 0.1:
        wrong.append("more than a tenth is alive")
    for line in wrong:
        print(line)
    sys.exit(1 if wrong or not chosen else 0)


main()
