#!/usr/bin/env python3
"""Compares what the model finds in portsentry.conf with what portsentry itself logs that it watches, in
each of its modes, and with the file that it makes of BLOCKED_FILE. It runs in namespaces of its own.
"""
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import portsentry_files
from oracle import Answer, Oracle, helper, real_files

MODES = ["tcp", "stcp", "atcp", "udp", "sudp", "audp"]
PROGRAM = "/usr/sbin/portsentry"
WORLD = """ip link set lo up && mount -t tmpfs tmpfs /tmp && mkdir /tmp/dev && touch /tmp/dev/null && mount --bind /dev/null /tmp/dev/null &&
mount --rbind /tmp/dev /dev && mount -t tmpfs tmpfs /etc && mkdir /etc/portsentry && mount -t tmpfs tmpfs /var/lib && mkdir /var/lib/portsentry"""


class Portsentry(Oracle):
    name = "portsentry"
    cases = 1000
    needs = ("portsentry",)
    namespaces = ("--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc")

    def open(self):
        subprocess.run(WORLD, shell=True, check=True)
        self.root = tempfile.mkdtemp()
        self.log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.log.bind("/dev/log")
        self.log.settimeout(20)
        self.model = subprocess.Popen([helper(self.name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="latin-1")

    def close(self):
        self.model.stdin.close()
        self.model.wait()

    def generate(self, rng):
        return {"files": {"conf": portsentry_files.conf(rng)}, "modes": rng.sample(MODES, 2)}

    def real(self, folder):
        for name, text in real_files(folder, "portsentry"):
            yield name, {"files": {"conf": text}, "modes": MODES}

    def judge(self, case):
        for path in (os.path.join(self.root, "conf"), "/etc/portsentry/portsentry.conf"):
            with open(path, "w", encoding="latin-1", newline="") as file:
                file.write(case["files"]["conf"])
        return [self.judge_mode(mode) for mode in case["modes"]]

    def ask(self, mode):
        self.model.stdin.write(f"{self.root} {mode}\n")
        self.model.stdin.flush()
        lines = [self.model.stdout.readline().rstrip("\n") for _ in range(3)]
        return lines[0], lines[1][len("blocked "):]

    def run_daemon(self, mode, folder):
        """What it logs, up to where it watches or has ended."""
        done = subprocess.run([PROGRAM, "-" + mode], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        said = []
        while True:
            message = self.log.recv(4096).decode("latin-1")
            said.append(message.split("]: ", 1)[-1].strip())
            if "is now active" in message or "adminalert: PortSentry is shutting down" in message:
                break
        if "is now active" in said[-1]:
            os.kill(int(re.search(r"portsentry\[(\d+)\]", message).group(1)), signal.SIGKILL)
        return done.returncode, said

    def judge_mode(self, mode):
        have, blocked = self.ask(mode)
        if have.startswith("unknown"):
            return Answer("unknown", mode, have)
        folder = tempfile.mkdtemp(dir=self.root)
        _, said = self.run_daemon(mode, folder)
        if "shutting down" in said[-1]:
            refused = any("corrupted" in line for line in said)
            good = have.startswith("refused") if refused else have == "ends"
            return Answer("invalid" if good else "disagree", mode, f"{have}, and it says {said}")
        listed = {int(match.group(1)) for line in said if (match := re.search(r"listen mode on (?:TCP|UDP) port: (-?\d+)", line))}
        for line in said:
            if match := re.search(r"will monitor first (-?\d+) ports", line):
                listed = set(range(int(match.group(1))))
        listed -= {int(match.group(1)) for line in said if (match := re.search(r"manually exclude port: (-?\d+)", line))}
        want = "ports" + "".join(f" {port}" for port in sorted(listed) if 0 <= port < 65536)
        # nobody sends anything to port 0
        have, want = (re.sub(r"^ports 0\b", "ports", text) for text in (have, want))
        files = [name[:-1 - len(mode)] for name in os.listdir(folder)]
        if "/" not in blocked and files != [blocked]:
            return Answer("disagree", mode, f"BLOCKED_FILE is {blocked!r}, and it made {files}")
        return Answer("agree" if have == want else "disagree", mode, f"{have}, and it says {want}")


Portsentry().main()
