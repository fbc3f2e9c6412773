"""Compares what the model says about agetty's command line with what agetty and login then do.

Each case is a command line. agetty sits on a pseudo terminal, somebody types a name, and the
stack of login notes which phases it is asked for, for whom and from where. The stack is our own,
bound over the host's in a mount namespace; it lets nobody in.
"""
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "lib"))
from oracle import Answer, Oracle, helper

OPTIONS = ["-a root", "-aroot", "--autologin root", "--auto=root", "-E", "--remote", "-H there", "-Hthere", "--host there", "-EHthere",
           "-E -H there", "-o '-p -- \\u'", "-o '-h over -- \\u'", "-o '-f root'", "-o '-f -- \\u'", "-o -p", "--login-options='-p -h over'",
           "-l /bin/login", "-i", "--noissue", "--noclear", "-J", "-L", "-L=always", "-8", "-c", "-N", "-n", "-t 9", "-s", "-d 0", "-P 0",
           "--nohostname", "--long-hostname", "--nohints", "-f /dev/null", "--erase-chars x", "--nonsense", "-iNJ", "-iEHthere"]
NOTE = """auth required pam_exec.so quiet {folder}/note auth
auth required pam_permit.so
account required pam_exec.so quiet {folder}/note account
account required pam_deny.so
"""
SCRIPT = """#!/bin/sh
echo "$1 $PAM_USER $PAM_RHOST" >>{folder}/seen
"""
SECONDS = 10


class Getty(Oracle):
    name = "getty"
    cases = 40
    needs = ("agetty", "login")
    namespaces = ("--mount",)
    jobs = 8  # most of the time is waiting

    def open(self):
        self.folder = tempfile.mkdtemp(prefix="holdfast-getty.")
        os.chmod(self.folder, 0o755)
        stacks = os.path.join(self.folder, "pam.d")
        os.mkdir(stacks)
        for service in "login", "remote":
            with open(os.path.join(stacks, service), "w") as file:
                file.write(NOTE.format(folder=self.folder))
        with open(os.path.join(self.folder, "note"), "w") as file:
            file.write(SCRIPT.format(folder=self.folder))
        os.chmod(file.name, 0o755)
        subprocess.run(["mount", "--bind", stacks, "/etc/pam.d"], check=True)
        self.model = subprocess.Popen([helper(self.name)], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)

    def close(self):
        self.model.stdin.close()
        self.model.wait()
        subprocess.run(["umount", "/etc/pam.d"], check=True)
        shutil.rmtree(self.folder)

    def generate(self, rng):
        words = [rng.choice(OPTIONS) for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 4]))]
        words.insert(rng.randrange(len(words) + 1), "-")
        if rng.random() < 0.3:
            words.insert(words.index("-") + rng.randrange(2), "9600")
        if words[-1] in ("-", "9600") and rng.random() < 0.3:
            words.append("linux" if "9600" in words else "9600 linux")
        return {"files": {"command": "/sbin/agetty " + " ".join(words)}}

    def words(self, case):
        """As systemd splits them: quotes bind."""
        return [word.replace("'", "") for word in re.findall(r"(?:[^\s']|'[^']*')+", case["files"]["command"])]

    def daemon(self, words):
        """What login does: "user=...", "host=...", "asks"; "ends" when none is started."""
        seen = os.path.join(self.folder, "seen")
        open(seen, "w").close()
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(words[0], words, {"PATH": "/bin:/sbin", "TERM": "dumb"})
        deadline, typed, output = time.monotonic() + SECONDS, 0, b""
        while time.monotonic() < deadline:
            if select.select([terminal], [], [], 0.1)[0]:
                try:
                    data = os.read(terminal, 4096)
                except OSError:
                    break
                if not data:
                    break
                output += data
            # login asks once more when it was given no name
            if output.count(b"login: ") > typed:
                os.write(terminal, b"daemon\n")
                typed += 1
            if b"Usage" in output or b"unrecognized option" in output:
                break
            with open(seen) as file:
                if "account" in file.read():
                    break
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(pid, 0)
        os.close(terminal)
        with open(seen) as file:
            lines = [line.split() for line in file]
        if not lines:
            return "ends"
        phases = [line[0] for line in lines]
        if "auth" not in phases:
            return f"user={'any name' if lines[0][1] == 'daemon' else lines[0][1]}"
        return f"host={lines[0][2]}" if len(lines[0]) > 2 else "asks"

    def judge(self, case):
        words = self.words(case)
        if len(words) < 2 or words[0] != "/sbin/agetty":
            return []
        self.model.stdin.write("\t".join(words) + "\n")
        self.model.stdin.flush()
        model = self.model.stdout.readline().strip()
        if model.startswith("unknown"):
            return [Answer("unknown", case["files"]["command"], model)]
        real = self.daemon(words)
        if real == "ends":
            return [Answer("invalid")]
        return [Answer("agree" if real == model else "disagree", case["files"]["command"], f"model {model}, login {real}")]


Getty().main()
