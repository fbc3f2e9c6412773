#!/usr/bin/env python3
"""Compares the accounts that the model finds in passwd and shadow files with those that libc
finds there (getpwent(3), getspnam(3)), and with what pwck(8) says of them.

The files are bound over the host's, in a mount namespace. Of files that are whole pwck names each second line
of a name, and each account that is shadowed without a line in shadow.
"""
import ctypes
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from oracle import Answer, Oracle, helper

NAMES = ["root", "toor", "bin", "one", "two", "two", "three", "a-b", "a.b", "x1", "UP"]
PASSWORDS = ["x", "x", "x", "x", "*NP*", "", "*", "!", "!!", "##one", "$y$j9T$a$b", "abcdefghijklm", "short"]
SHELLS = ["/bin/sh", "/bin/bash", "/bin/false", "/usr/sbin/nologin", "", "/bin/sh ", "sh", "/bin/a b"]
STRANGE = ["", "# a comment", "no colon", "a:b", ":x:5:5::/:/bin/sh", "bad:x:abc:0::/:/bin/sh", "neg:x:-5:1::/:/bin/sh",
           "big:x:4294967296:1::/:/bin/sh", "  in:x:7:7::/:/bin/sh", "more:x:8:8::/:/bin/sh:extra", "few:x:9", "oct:x:010:1::/:/bin/sh",
           "empty:x::1::/:/bin/sh", "plus:x:+5:1::/:/bin/sh"]



class Shadow(ctypes.Structure):
    """The first fields of struct spwd."""
    _fields_ = [("name", ctypes.c_char_p), ("password", ctypes.c_char_p)]


LIBC = ctypes.CDLL(None)
LIBC.getspnam.restype = ctypes.POINTER(Shadow)

WHOLE = {name: re.compile(r"(?:[a-zA-Z][^:\n]*(?::[^:\n]*){%d}\n)*" % colons) for name, colons in (("passwd", 6), ("shadow", 8))}


def lines(rng, line):
    made = [line(rng) if rng.random() < 0.93 else rng.choice(STRANGE) for _ in range(rng.choice([1, 3, 6, 12]))]
    return "\n".join(made) + ("\n" if rng.random() < 0.95 else "")


def passwd_line(rng):
    name = rng.choice(NAMES)
    uid = rng.choice([0, 1, 500, 1000, 1001, 65534, 4294967294])
    return f"{name}:{rng.choice(PASSWORDS)}:{uid}:{rng.choice([0, 1, 100])}:{rng.choice(['', 'A, b'])}:/home/{name}:{rng.choice(SHELLS)}"


def shadow_line(rng):
    return f"{rng.choice(NAMES)}:{rng.choice(PASSWORDS)}:{rng.choice(['', '0', '19000'])}:0:99999:7:::"


class Accounts(Oracle):
    name = "accounts"
    cases = 5000
    needs = ("pwck",)
    namespaces = ("--mount",)

    def open(self):
        self.root = tempfile.mkdtemp(prefix="holdfast-accounts.")
        os.mkdir(self.root + "/etc")
        for name, text in (("passwd", ""), ("shadow", ""), ("nsswitch.conf", "passwd: files\nshadow: files\n")):
            with open(f"{self.root}/etc/{name}", "w") as file:
                file.write(text)
            subprocess.run(["mount", "--bind", file.name, f"/etc/{name}"], check=True)
        self.model = subprocess.Popen([helper(self.name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, errors="surrogateescape")

    def close(self):
        self.model.stdin.close()
        self.model.wait()
        for name in "nsswitch.conf", "shadow", "passwd":
            subprocess.run(["umount", "/etc/" + name], check=True)
        shutil.rmtree(self.root)

    def generate(self, rng):
        passwd = lines(rng, passwd_line)
        # often of one order, as pwconv(8) leaves them
        shadow = lines(rng, shadow_line) if rng.random() < 0.5 else \
            "".join(re.sub("^[^:]*", line.split(":")[0], shadow_line(rng)) + "\n" for line in passwd.split("\n") if ":" in line)
        return {"files": {"passwd": passwd, "shadow": shadow}}

    def ask(self):
        self.model.stdin.write(self.root + "\n")
        self.model.stdin.flush()
        found = []
        while line := self.model.stdout.readline().rstrip("\n"):
            found.append(line.split("\t"))
        return found

    @staticmethod
    def shadow_field(name):
        entry = LIBC.getspnam(os.fsencode(name))
        return os.fsdecode(entry.contents.password) if entry else None

    def judge(self, case):
        text = {name: case["files"].get(name, "") for name in ("passwd", "shadow")}
        for name, content in text.items():
            # in place: the file is bound
            with open(f"{self.root}/etc/{name}", "w") as file:
                file.write(content)
        found = self.ask()
        have = [(name, uid, shell) for _, name, uid, shell, *_ in found]
        want = [(entry.pw_name, str(entry.pw_uid), entry.pw_shell or "/bin/sh") for entry in pwd.getpwall()]
        answers = [self.compare("the accounts", have, want)]
        rows = text["passwd"].split("\n")
        for number, name, *_, where, password, line in found:
            answers.append(self.compare(f"the line of {name}", rows[int(number) - 1].strip().split(":")[0], name))
            if where == "shadow":
                field = self.shadow_field(name)
                answers.append(self.compare(f"the password of {name}", self.state(text["shadow"], line), field))
                answers.append(self.compare(f"whether that of {name} is empty", password == "empty", field == ""))
        if all(WHOLE[name].fullmatch(content) for name, content in text.items()):
            answers += self.check(found)
        return answers

    @staticmethod
    def state(shadow, line):
        return shadow.split("\n")[int(line) - 1].split(":")[1] if line != "0" else None

    def check(self, found):
        said = subprocess.run(["pwck", "-r", self.root + "/etc/passwd", self.root + "/etc/shadow"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
        names = [row[1] for row in found]
        twice = any(names.count(name) > 1 for name in names)
        shadowed = {row[1] for row in found if row[4] == "shadow"}
        lacks = {row[1] for row in found if row[4] == "shadow" and row[6] == "0"}
        told = set(re.findall(r"no matching password file entry in \S*shadow\nadd user '(.*?)' in", said))
        return [self.compare("pwck: a name twice", twice, "duplicate password entry" in said),
                self.compare("pwck: no line in shadow", sorted(lacks), sorted(told & shadowed))]

    @staticmethod
    def compare(question, have, want):
        return Answer("agree" if have == want else "disagree", question, f"{have!r}, and it is {want!r}")


Accounts().main()
