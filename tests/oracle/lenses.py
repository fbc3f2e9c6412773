#!/usr/bin/env python3
"""The lenses against themselves, on generated and real files: everything is parsed, what is parsed,
printed and parsed again is the same, and an edit that changes nothing changes no byte. Of real files
the lines that no lens understands are counted and listed.
"""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import access_files
import acl
import oracle
import portsentry_files
import syslog_conf
import tcprules_files
import xinetd_files
from lib.sshd_trees import Generator
from oracle import Answer

FORMATS = {
    "sshd": lambda rng: Generator(rng).tree(),
    "syslog": lambda rng: syslog_conf.Conf(rng).configuration(),
    "xinetd": xinetd_files.tree,
    "cisco": lambda rng: acl.Generator(rng).case()["files"],
    "access": lambda rng: {path: text for path, text in access_files.tree(rng)["files"].items() if path.startswith("etc/security/")},
    "portsentry": lambda rng: {"conf": portsentry_files.conf(rng)},
    "tcprules": lambda rng: {"rules": tcprules_files.rules(rng)},
}


class Lenses(oracle.Oracle):
    name = "lenses"
    cases = 20000

    def open(self):
        self.root = tempfile.mkdtemp()
        self.others = []
        self.lines = 0
        self.helper = subprocess.Popen([oracle.helper("lens")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, errors="surrogateescape")

    def close(self):
        self.helper.stdin.close()
        self.helper.wait()
        shutil.rmtree(self.root)
        if self.others:
            print(f"lenses: {len(self.others)} of {self.lines} lines of real files are not understood:")
            print("".join(f"  {line}\n" for line in self.others), end="")

    def generate(self, rng):
        form = rng.choice(sorted(FORMATS))
        return {"format": form, "files": FORMATS[form](rng)}

    def real(self, folder):
        for form in sorted(FORMATS):
            for name, text in oracle.real_files(folder, form):
                yield f"{form}/{name}", {"format": form, "files": {name: text}, "name": name}

    def judge(self, case):
        return [self.judge_file(case, path, text) for path, text in sorted(case["files"].items())]

    def judge_file(self, case, path, text):
        with open(os.path.join(self.root, "file"), "w", encoding="latin-1", newline="") as file:
            file.write(text)
        self.helper.stdin.write(f"{case['format']} {self.root} /file\n")
        self.helper.stdin.flush()
        wrong, other = [], []
        for line in self.helper.stdout:
            if line == "\n":
                break
            word, _, rest = line.rstrip("\n").partition(" ")
            if word == "other":
                other.append(int(rest))
            elif word == "parsed":
                self.lines += int(rest)
            else:
                wrong.append(f"{word}: {rest}")
        else:
            return Answer("disagree", path, "the asking program ended")
        if "name" in case:
            lines = text.split("\n")
            self.others += [f"{case['format']}/{path}:{number}: {lines[number - 1][:100]!r}" for number in other]
        if wrong and "\0" in text or any("control" in reason for reason in wrong):
            return Answer("invalid", path, wrong[0])
        return Answer("disagree" if wrong else "agree", path, "; ".join(wrong))


if __name__ == "__main__":
    Lenses().main()
