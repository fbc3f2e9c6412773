"""A tree booted with systemd-nspawn, and somebody who sits at its console."""
import atexit
import os
import pty
import re
import select
import signal
import sys
import time

from tree import PASSWORDS, PROMPT

LOGIN = rb"host login: $"
REFUSALS = rb"Permission denied|Login incorrect|Authentication failure|System error"


REBOOTS = 133  # nspawn's exit status, with --keep-unit, when the host wants to boot again


class Booted:
    def __init__(self, tree):
        self.tree = tree
        self.name = f"holdfast-{os.getpid()}"
        self.pid = self.terminal = None
        atexit.register(self.kill)
        self.boot()

    def boot(self):
        self.unread = self.seen = b""
        command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "--resolv-conf=off",
                   "--timezone=off", "--system-call-filter=landlock_create_ruleset landlock_add_rule landlock_restrict_self", f"--machine={self.name}", f"--directory={self.tree.path}", "--boot",
                   "systemd.show_status=no"]
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, dict(os.environ, TERM="dumb"))

    def gone(self):
        """Takes leave of nspawn: its exit status."""
        status = os.waitpid(self.pid, 0)[1]
        os.close(self.terminal)
        self.pid = None
        try:
            os.rmdir(f"/run/systemd/nspawn/propagate/{self.name}")
        except OSError:
            pass  # nspawn removes it itself where /run is a tmpfs
        return os.waitstatus_to_exitcode(status)

    def kill(self):
        """A host outlives its nspawn: its first process is killed, and nspawn ends then."""
        if self.pid is None:
            return
        with open(f"/proc/{self.pid}/task/{self.pid}/children") as file:
            children = file.read().split()
        for child in children or [self.pid]:
            os.kill(int(child), signal.SIGKILL)
        while self.receive(0.5):
            pass
        self.gone()

    def fail(self, what):
        sys.exit(f"host: {what}; the console's last words:\n" + self.seen[-3000:].decode(errors="replace"))

    def receive(self, seconds):
        """False when the host is gone."""
        if not select.select([self.terminal], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.terminal, 65536)
        except OSError:
            data = b""
        self.unread += data
        self.seen += data
        return data != b""

    def expect(self, pattern, seconds=60):
        """Waits for PATTERN: (what stood before it, the match)."""
        deadline = time.monotonic() + seconds
        while True:
            match = re.search(pattern, self.unread)
            if match:
                before, self.unread = self.unread[:match.start()], self.unread[match.end():]
                return before.decode(errors="replace"), match
            if time.monotonic() > deadline:
                self.fail(f"no {pattern!r} within {seconds} s")
            if not self.receive(0.5):
                self.fail(f"no {pattern!r}, the host is gone")

    def send(self, line):
        os.write(self.terminal, line.encode() + b"\n")

    def login(self, user):
        """Logs in at the console: None when admitted, else what login says."""
        self.expect(LOGIN)
        self.send(user)
        self.expect(rb"assword: $")
        self.send(PASSWORDS[user])
        match = self.expect(REFUSALS + rb"|" + PROMPT.encode())[1]
        return None if match[0] == PROMPT.encode() else match[0].decode()

    def logout(self):
        self.send("exit")

    def run(self, command, seconds=60):
        """A command of whoever is logged in: (exit status, what it printed)."""
        self.send(f'{command}; echo "=$?="')
        printed, match = self.expect(rb"=(\d+)=\r?\n" + PROMPT.encode(), seconds)
        return int(match[1]), printed.replace("\r\n", "\n")

    def end(self, command):
        self.send(command)
        deadline = time.monotonic() + 60
        while self.receive(0.5):
            if time.monotonic() > deadline:
                self.fail(f"no end after {command}")
        return self.gone()

    def reboot(self):
        if self.end("systemctl reboot") != REBOOTS:
            self.fail("it does not reboot")
        self.boot()

    def poweroff(self):
        self.end("systemctl poweroff")
