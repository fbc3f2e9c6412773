"""A virtual terminal that nobody uses, with /bin/login of a tree on it. Keys are put in with
TIOCSTI, the screen is read from the kernel (vcs(4)).

The tree stands in the initial namespaces: from there login's records reach the kernel's audit,
from a container they do not. Its devices are mounted in a mount namespace of the test's own.
"""
import atexit
import fcntl
import os
import signal
import stat
import subprocess
import sys
import termios
import time

from tree import PASSWORDS, PROMPT

VT_OPENQRY, VT_DISALLOCATE = 0x5600, 0x5608  # ioctl_vt(2), linux/vt.h
TTY_MAJOR, VCS_MAJOR, VCSA_FIRST = 4, 7, 128
REFUSALS = ["Permission denied", "Login incorrect", "Authentication failure", "System error"]
DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0)}


def own_mounts():
    """Starts the program again in a mount namespace of its own."""
    if os.environ.get("HOLDFAST_OWN_MOUNTS") is None:
        os.environ["HOLDFAST_OWN_MOUNTS"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable] + sys.argv)


def free_number():
    """The number of a terminal that nobody has open; a skip where there are none."""
    try:
        fd = os.open("/dev/tty0", os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        print(f"SKIP: no virtual terminals: /dev/tty0: {error.strerror}")
        sys.exit(77)
    answer = fcntl.ioctl(fd, VT_OPENQRY, bytes(4))
    os.close(fd)
    return int.from_bytes(answer, sys.byteorder)


class Screen:
    def __init__(self, tree):
        self.tree, self.number, self.pid = tree, free_number(), None
        self.name = f"tty{self.number}"
        subprocess.run(["mount", "-t", "proc", "proc", tree.at("/proc")], check=True)
        for place in "/dev", "/run":
            subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", tree.at(place)], check=True)
        for name, (major, minor) in DEVICES.items():
            os.mknod(tree.at(f"/dev/{name}"), stat.S_IFCHR, os.makedev(major, minor))
            os.chmod(tree.at(f"/dev/{name}"), 0o666)
        os.mknod(tree.at(f"/dev/{self.name}"), stat.S_IFCHR | 0o600, os.makedev(TTY_MAJOR, self.number))
        os.mknod(tree.at("/dev/vcsa"), stat.S_IFCHR | 0o600, os.makedev(VCS_MAJOR, VCSA_FIRST + self.number))
        self.fd = self.open()  # it lives as long as somebody has it open
        atexit.register(self.close)

    def open(self):
        return os.open(self.tree.at(f"/dev/{self.name}"), os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)

    def close(self):
        """Gives the terminal and the mounts back."""
        self.end()
        os.close(self.fd)
        tty0 = os.open("/dev/tty0", os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC)
        try:
            fcntl.ioctl(tty0, VT_DISALLOCATE, self.number)
        except OSError:
            pass  # somebody took it meanwhile
        os.close(tty0)
        for place in "/proc", "/dev", "/run":
            subprocess.run(["umount", "--lazy", self.tree.at(place)], check=False)

    def text(self):
        with open(self.tree.at("/dev/vcsa"), "rb") as file:
            data = file.read()
        columns, cells = data[1], data[4::2].decode("latin-1")
        return "\n".join(cells[i:i + columns].rstrip() for i in range(0, len(cells), columns)).rstrip()

    def wait(self, *words, seconds=20):
        """The first of WORDS that the last line with text ends in, or that stands anywhere for a
        refusal."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            text = self.text()
            for word in words:
                if text.endswith(word.rstrip()) or (word in REFUSALS and word in text):
                    return word
            time.sleep(0.05)
        sys.exit(f"{self.name}: none of {words} within {seconds} s; the screen:\n{self.text()}")

    def type(self, line):
        for key in line + "\n":
            fcntl.ioctl(self.fd, termios.TIOCSTI, key.encode())

    def login(self, user):
        """Starts /bin/login and logs in: None when admitted, else what login says."""
        self.end()
        os.write(self.fd, b"\033c")
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            os.chroot(self.tree.path)
            os.chdir("/")
            fd = os.open(f"/dev/{self.name}", os.O_RDWR)
            fcntl.ioctl(fd, termios.TIOCSCTTY, 1)
            for number in range(3):
                os.dup2(fd, number)
            os.closerange(3, 1024)
            os.execve("/bin/login", ["/bin/login"], {"TERM": "linux", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"})
        self.wait("login:")
        self.type(user)
        self.wait("Password:")
        self.type(PASSWORDS[user])
        answer = self.wait(PROMPT, *REFUSALS)
        return None if answer == PROMPT else answer

    def run(self, command):
        """What a command of whoever is logged in prints."""
        os.write(self.fd, b"\033c")
        self.type(command)
        self.wait(PROMPT)
        return self.text()[:-len(PROMPT.rstrip())].strip()

    def end(self):
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = None
            # the end of a session hangs the terminal up for whoever has it open
            os.close(self.fd)
            self.fd = self.open()
