#!/usr/bin/env python3
"""Compares whom the model finds trusted by a .rhosts file with whom libc lets in by it (ruserok_af(3),
which rshd, rlogind and pam_rhosts ask). Whomever libc lets in the model must know a line for; and
each line that the model knows must let somebody in where it stands alone.

A copy of etc with accounts, hosts and netgroups of our own is bound over the host's, in namespaces of its own.
"""
import ctypes
import os
import shutil
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from oracle import Answer, Oracle, helper

HOSTS = {"127.0.0.2": "there", "127.0.0.3": "here"}
USERS = ["alice", "bob", "carol", "+"]
NETGROUPS = {"hosts": ("host", {"there"}), "people": ("user", {"bob"})}
FILES = {"hosts": "".join(f"{address} {name}\n" for address, name in HOSTS.items()),
         "netgroup": "hosts (there,,)\npeople (,bob,)\n",
         "nsswitch.conf": "passwd: files\nhosts: files\nnetgroup: files\n"}
WORDS = ["+", "+@hosts", "+@people", "@hosts", "there", "THERE", "here", "127.0.0.2", "127.0.0.3", "-there", "-@hosts", "-", "@", "+@", "+x",
         "alice", "bob", "Bob", "-bob", "-@people", "#", "# a", "nobody", "NO_PLUS", "++", "localhost"]
BETWEEN = [" "] * 12 + ["\t", "  ", " \t ", "\f", "\v", "\r"]
LIBC = ctypes.CDLL(None)


class Trust(Oracle):
    name = "trust"
    cases = 3000
    namespaces = ("--mount", "--net")

    def open(self):
        self.root = tempfile.mkdtemp(prefix="holdfast-trust.")
        os.chmod(self.root, 0o755)
        os.makedirs(self.root + "/home/alice")
        os.mkdir(self.root + "/etc")
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        # the host's own etc stays as it is
        shutil.copytree("/etc", self.root + "/real", symlinks=True)
        line = "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::%s/home/alice:/bin/sh\n"
        self.write_both("passwd", line % "", line % self.root)
        for name, text in FILES.items():
            self.write_both(name, text, text)
        subprocess.run(["mount", "--bind", self.root + "/real", "/etc"], check=True)
        self.model = subprocess.Popen([helper(self.name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="latin-1")

    def write_both(self, name, text, real):
        for folder, content in ("etc", text), ("real", real):
            path = f"{self.root}/{folder}/{name}"
            if os.path.lexists(path):
                os.unlink(path)
            with open(path, "w") as file:
                file.write(content)

    def close(self):
        self.model.stdin.close()
        self.model.wait()
        subprocess.run(["umount", "/etc"], check=True)
        shutil.rmtree(self.root)

    def generate(self, rng):
        def line():
            words = rng.choice(BETWEEN).join(rng.choice(WORDS) for _ in range(rng.choice([1, 1, 2, 2, 2, 2, 3])))
            return rng.choice([""] * 15 + [" ", "\t"]) + words + rng.choice([""] * 8 + [" ", "\r"])
        text = "\n".join(line() if rng.random() < 0.95 else "" for _ in range(rng.choice([1, 2, 3, 6])))
        return {"files": {"rhosts": text + ("\n" if rng.random() < 0.9 else "")}}

    def write(self, text):
        path = self.root + "/home/alice/.rhosts"
        with open(path, "w", encoding="latin-1", newline="") as file:
            file.write(text)
        os.chown(path, 1000, 1000)
        os.chmod(path, 0o600)

    def lets_in(self, address, user):
        # superuser: hosts.equiv is not looked at
        return LIBC.ruserok_af(HOSTS[address].encode(), 1, user.encode(), b"alice", socket.AF_INET) == 0

    @staticmethod
    def takes(host, user, address, who):
        name = HOSTS[address]
        hosts = NETGROUPS.get(host[1:], ("", set()))
        users = NETGROUPS.get(user[1:], ("", set()))
        good_host = host == "+" or (host[0] == "@" and hosts[0] != "user" and name in hosts[1]) or host in (name, address)
        # a netgroup's triple that lacks a part stands for any
        good_host = good_host or (host[0] == "@" and hosts[0] == "user")
        good_user = who == "alice" if user == "" else user == "+" or user == who or (user[0] == "@" and (who in users[1] or users[0] == "host"))
        return good_host and good_user

    def judge(self, case):
        text = case["files"].get("rhosts", "")
        self.write(text)
        self.model.stdin.write(self.root + "\n")
        self.model.stdin.flush()
        entries = []
        while "\t" in (line := self.model.stdout.readline().rstrip("\n")):
            entries.append(line.split("\t"))
        if line == "unknown":
            return [Answer("unknown", "the file", text)]
        pairs = [(address, who) for address in HOSTS for who in USERS]
        answers = []
        for pair in pairs:
            known = any(self.takes(host, user, *pair) for _, host, user in entries)
            if self.lets_in(*pair):
                answers.append(Answer("agree" if known else "disagree", f"who comes in: {pair}", f"the model has {entries}"))
            elif not known:
                answers.append(Answer("agree", f"who stays out: {pair}"))
        for number, host, user in entries:
            self.write(text.split("\n")[int(number) - 1] + "\n")
            for pair in pairs:
                have, want = self.takes(host, user, *pair), self.lets_in(*pair)
                answers.append(Answer("agree" if have == want else "disagree", f"line {number} alone, {pair}", f"{have}, and it is {want}"))
        return answers


Trust().main()
