"""A Debian 12 tree with the daemons of a host: built once with mmdebstrap, kept in the user's
cache, copied for each test. In it: root, and the ordinary user alice, who may use sudo.
"""
import atexit
import fcntl
import hashlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile

PROJECT = os.path.realpath(os.path.join(os.path.dirname(__file__), "../../.."))
PACKAGES = """systemd systemd-sysv dbus libpam-systemd openssh-server openssh-client rsyslog
xinetd login passwd cron sudo iproute2 procps libaugeas0 libyaml-0-2 libjansson4 libaudit1
libnettle8""".split()
PASSWORDS = {"root": "console-root", "alice": "console-alice"}
CONSOLE_CONF = f"control console-by-hand\npolicy {'5a' * 32}\nallow root\n"
PROMPT = "shell> "
# dash echoes nothing of its own, so that what a command prints is all there is to read
PROFILE = f"PS1='{PROMPT}'\nstty -echo 2>/dev/null\n"


def need(*programs):
    """Skips the test where it can't run; sees to it that it tidies up when it is stopped."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    reason = None
    if os.geteuid() != 0:
        reason = "needs root"
    for program in programs:
        if shutil.which(program) is None:
            reason = reason or f"{program} is not installed"
    if reason is not None:
        print(f"SKIP: {reason}")
        sys.exit(77)


def cached_tree(packages):
    """The tree as mmdebstrap made it; built when it is not there yet."""
    builder = os.path.join(PROJECT, "tests/debian_tree.sh")
    key = hashlib.sha256(" ".join(packages).encode())
    with open(builder, "rb") as file:
        key.update(file.read())
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "holdfast")
    tree = os.path.join(cache, f"host-{key.hexdigest()[:16]}")
    os.makedirs(cache, mode=0o700, exist_ok=True)
    with open(os.path.join(cache, "lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.isdir(tree):
            print("# the tree is built once", flush=True)
            shutil.rmtree(tree + ".new", ignore_errors=True)
            subprocess.run([builder, tree + ".new"] + packages, check=True)
            os.rename(tree + ".new", tree)
    return tree


def difference(before, after):
    """What two answers of Tree.etc say differently."""
    return "\n".join(f"{path}: {before.get(path)} -> {after.get(path)}" for path in sorted(before.keys() | after.keys())
                     if before.get(path) != after.get(path))


class Tree:
    """A copy of it with the accounts, removed when the program ends. MORE packages: another tree."""

    def __init__(self, more=()):
        top = tempfile.mkdtemp(prefix="holdfast-host.", dir="/var/tmp")
        atexit.register(shutil.rmtree, top, ignore_errors=True)
        self.path = os.path.join(top, "tree")
        subprocess.run(["cp", "-a", "--reflink=auto", cached_tree([*PACKAGES, *more]), self.path], check=True)
        self.write("/etc/hostname", "host\n")
        self.write("/etc/hosts", "127.0.0.1 localhost host\n")
        self.chroot("useradd", "--create-home", "--shell", "/bin/sh", "alice")
        self.chroot("usermod", "--shell", "/bin/sh", "root")
        self.chroot("chpasswd", input="".join(f"{user}:{word}\n" for user, word in PASSWORDS.items()))
        self.write("/root/.profile", PROFILE)
        self.write("/home/alice/.profile", PROFILE)
        # the test comes and goes faster than a person
        self.write("/etc/systemd/system/console-getty.service.d/test.conf", "[Unit]\nStartLimitIntervalSec=0\n")
        self.write("/etc/sudoers.d/alice", "alice ALL=(ALL) ALL\n", 0o440)

    def at(self, path):
        return self.path + path

    def read(self, path):
        with open(self.at(path)) as file:
            return file.read()

    def write(self, path, text, mode=0o644):
        os.makedirs(os.path.dirname(self.at(path)), exist_ok=True)
        with open(self.at(path), "w") as file:
            file.write(text)
        os.chmod(self.at(path), mode)

    def chroot(self, *command, **options):
        return subprocess.run(["chroot", self.path, *command], check=True, text=True, **options)

    def install(self):
        """holdfast itself, as an administrator installs it."""
        build = os.path.abspath(os.environ.get("BUILD") or os.path.join(PROJECT, "build"))
        # not a part of the make that runs the tests
        environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
        subprocess.run(["make", "-j2", "--no-print-directory", "-C", PROJECT, "install", f"BUILD={build}", f"DESTDIR={self.path}"],
                       check=True, stdout=subprocess.DEVNULL, env=environment)

    def give_key(self, *users):
        """Lets them in over ssh with root's key, /root/key."""
        self.chroot("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/root/key")
        for user in users:
            home = "/root" if user == "root" else f"/home/{user}"
            self.write(f"{home}/.ssh/authorized_keys", self.read("/root/key.pub"))
            self.chroot("chown", "-R", f"{user}:", f"{home}/.ssh")

    def ask_module(self, *arguments):
        """Puts the module into the stack of login, as pam_holdfast(8) says: a function that takes
        it out again."""
        login = self.read("/etc/pam.d/login")
        self.write("/etc/pam.d/login", f"account required pam_holdfast.so {' '.join(arguments)}\n{login}")
        self.write("/etc/holdfast/console.conf", CONSOLE_CONF)

        def take_out():
            self.write("/etc/pam.d/login", login)
            os.unlink(self.at("/etc/holdfast/console.conf"))
        return take_out

    def etc(self):
        """What /etc holds: for each path its type, mode, owner and content."""
        found = {}
        for folder, folders, files in os.walk(self.at("/etc")):
            for name in folders + files:
                path = os.path.join(folder, name)
                status = os.lstat(path)
                content = b""
                if stat.S_ISLNK(status.st_mode):
                    content = os.readlink(path).encode()
                elif stat.S_ISREG(status.st_mode):
                    with open(path, "rb") as file:
                        content = file.read()
                digest = hashlib.sha256(content).hexdigest()
                found[path[len(self.path):]] = (oct(status.st_mode), status.st_uid, status.st_gid, digest)
        return found
