#!/usr/bin/env python3
"""Compares what the model finds in dpkg's status file, and how it orders versions, with what
dpkg-query(1) prints of the same file and what dpkg --compare-versions answers.
"""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from oracle import Answer, Oracle, helper

NAMES = ["a1", "bc", "lib-x", "g++", "x.y"]
STATES = ["not-installed", "config-files", "half-installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending", "installed",
          "installed", "installed"]
WANTED = ["install", "hold", "deinstall", "purge", "unknown"]
WHOLE = ("installed", "triggers-pending", "triggers-awaited")
DESCRIPTIONS = ["a text", "a text\n Package: no\n .\n Version: 9"]
EXTRA = ["Provides: mta", "Depends: libc6", "Conffiles:\n /etc/x 0123456789abcdef0123456789abcdef"]


def number(rng):
    return rng.choice(["0", "1", "01", "2", "10", "9", "20231101"])


def version(rng):
    """Mostly legal: an upstream version begins with a digit."""
    upstream = number(rng) + "".join(rng.choice([".", "+", "~", "a", "b", "~rc", "-", ".0", "git", "~~"]) + rng.choice(["", number(rng)])
                                     for _ in range(rng.choice([0, 1, 2, 3])))
    text = rng.choice(["", "", "", "0:", "1:", "2:"]) + upstream.rstrip("-")
    return text + rng.choice(["", "", "-1", "-0", "-1ubuntu2", "-1+deb12u3", "-2~bpo1"])


class Packages(Oracle):
    name = "packages"
    cases = 3000
    needs = ("dpkg", "dpkg-query")

    def open(self):
        self.root = tempfile.mkdtemp(prefix="holdfast-packages.")
        os.makedirs(self.root + "/var/lib/dpkg/info")
        self.model = subprocess.Popen([helper(self.name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def close(self):
        self.model.stdin.close()
        self.model.wait()
        shutil.rmtree(self.root)

    def generate(self, rng):
        stanzas = []
        for name in rng.sample(NAMES, rng.randrange(1, len(NAMES) + 1)):
            state = rng.choice(STATES)
            fields = [f"Status: {rng.choice(WANTED)} {rng.choice(['ok', 'ok', 'reinstreq'])} {state}", "Maintainer: a <a@b>", "Architecture: all",
                      "Description: " + rng.choice(DESCRIPTIONS)]
            if state != "not-installed" or rng.random() < 0.5:
                fields.append("Version: " + version(rng))
            if state in ("triggers-pending",):
                fields.append("Triggers-Pending: /x")
            if state in ("triggers-awaited",):
                fields.append("Triggers-Awaited: " + rng.choice(NAMES))
            fields += rng.sample(EXTRA, rng.randrange(3))
            rng.shuffle(fields)
            stanzas.append("\n".join([f"Package: {name}"] + fields))
        return {"files": {"status": "\n\n".join(stanzas) + rng.choice(["\n", "\n", "\n\n", ""])}, "versions": [version(rng), version(rng)]}

    def ask(self, line, whole):
        self.model.stdin.write(line + "\n")
        self.model.stdin.flush()
        found = []
        while line := self.model.stdout.readline().rstrip("\n"):
            found.append(line)
            if not whole:
                break
        return found

    def judge(self, case):
        with open(self.root + "/var/lib/dpkg/status", "w", encoding="latin-1") as file:
            file.write(case["files"]["status"])
        run = subprocess.run(["dpkg-query", "--admindir", self.root + "/var/lib/dpkg", "-W", "-f", "${Package} ${Version} ${db:Status-Status}\n"],
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        # dpkg gives up, or says that it passes over something that we needn't
        answers = [Answer("invalid", "the packages", run.stderr)] if run.stderr and "no packages found" not in run.stderr else [self.compare(
            "the packages", sorted(line.replace(" 0:", " ") for line in self.ask(self.root, True)),  # dpkg prints no epoch of 0
            sorted(f"{name} {text} {'whole' if state in WHOLE else 'part'}" for name, text, state in (line.rsplit(" ", 2) for line in run.stdout.splitlines())
                   if state not in ("not-installed", "config-files")))]
        a, b = case["versions"]
        runs = {sign: subprocess.run(["dpkg", "--compare-versions", a, word, b], stderr=subprocess.PIPE, text=True) for sign, word in (("<", "lt"), (">", "gt"), ("=", "eq"))}
        if any(run.stderr for run in runs.values()):
            return answers + [Answer("invalid", f"{a} and {b}", runs["<"].stderr)]
        return answers + [self.compare(f"{a} and {b}", self.ask(f"{a}\t{b}", False), [sign for sign, run in runs.items() if run.returncode == 0])]

    @staticmethod
    def compare(question, have, want):
        return Answer("agree" if have == want else "disagree", question, f"{have!r}, and it is {want!r}")


Packages().main()
