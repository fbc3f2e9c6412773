"""The installed sshd and the model, asked the same. Inside a mount namespace of its own the tree of
a case is /etc/ssh, with small files over /etc/passwd and /etc/group, so that Include, `~` and Match
Group are real.
"""
import os
import re
import shutil
import subprocess

from lib.oracle import helper, skip

DIRECTORY = "/etc/ssh"
HOST_KEY = "/run/sshd/host_key"  # /etc/ssh/ssh_host_ed25519_key is the same
VERSION = "902"
COMMAND_LINE = "/etc/default/ssh"  # of which Debian's unit takes SSHD_OPTS
# the groups of each user, the primary one first; a user without groups is in no passwd(5)
USERS = {"root": ["root"], "sshd": ["nogroup"], "alice": ["users", "wheel"], "bob": ["users"],
         "backup": ["backup"], "sftp1": ["sftp", "users"], "nobody": ["nogroup"], "ghost": []}
GROUPS = ["root", "nogroup", "users", "wheel", "backup", "sftp", "empty"]
HOMES = {"root": "/root", "alice": "/home/alice", "bob": ""}


def mount(*arguments):
    if subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode != 0:
        skip("can't mount " + " ".join(arguments))


def over(path, text):
    """A file of our own in the place of PATH."""
    own = "/run/" + os.path.basename(path)
    with open(own, "w", encoding="ascii") as file:
        file.write(text)
    mount("--bind", own, path)


def prepare():
    version = subprocess.run(["/usr/sbin/sshd", "-V"], capture_output=True, text=True, check=False).stderr
    if "OpenSSH_9.2" not in version:
        skip("sshd is not 9.2: " + version.strip())
    mount("-t", "tmpfs", "tmpfs", "/run")
    mount("-t", "tmpfs", "tmpfs", DIRECTORY)
    os.chmod(DIRECTORY, 0o755)
    os.mkdir("/run/sshd", 0o755)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", HOST_KEY], check=True)
    over("/etc/passwd", "")
    over("/etc/group", "")
    over(COMMAND_LINE, "")
    over("/etc/nsswitch.conf", "passwd: files\ngroup: files\nservices: files\nhosts: files\n")
    write_accounts(USERS)


def write_accounts(users):
    """USERS, each with its groups, as passwd(5) and group(5)."""
    groups = GROUPS + sorted({group for own in users.values() for group in own} - set(GROUPS))
    with open("/etc/passwd", "w", encoding="latin-1") as file:
        for number, (name, own) in enumerate(users.items()):
            if own:
                file.write(f"{name}:x:{number}:{groups.index(own[0])}::{HOMES.get(name, '/')}:/bin/sh\n")
    with open("/etc/group", "w", encoding="latin-1") as file:
        for number, name in enumerate(groups):
            file.write(f"{name}:x:{number}:{','.join(user for user, own in users.items() if name in own[1:])}\n")


def write_tree(files):
    """FILES are named below /etc/ssh."""
    for name in os.listdir(DIRECTORY):
        path = f"{DIRECTORY}/{name}"
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)
    os.symlink(HOST_KEY, DIRECTORY + "/ssh_host_ed25519_key")
    os.mkdir(DIRECTORY + "/emptydir")
    os.symlink("nowhere", DIRECTORY + "/dangling.conf")
    for name, text in files.items():
        path = f"{DIRECTORY}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="latin-1", newline="") as file:
            file.write(text)


def write_options(options):
    with open(COMMAND_LINE, "w", encoding="ascii") as file:
        file.write(f'SSHD_OPTS="{" ".join(options)}"\n')


class Said:
    """What sshd -T printed: values (keyword -> value) or the reason why there are none."""

    def __init__(self, process):
        out, errors = (text.decode("latin-1") for text in process.communicate())
        self.values, self.reason = None, errors.strip()
        if process.returncode == 0:
            found = {}
            for line in out.rstrip("\n").split("\n"):  # a carriage return is no end of a line
                name, _, value = line.partition(" ")
                found.setdefault(name, []).append(value)
            self.values = {name: " ".join(lines) for name, lines in found.items()}
        # "/etc/ssh/x line 3: ...", "/etc/ssh/x: line 3: ..."; not what is only deprecated
        self.places = {f"{path}:{line}" for path, line, text in
                       re.findall(r"^(\S+?):? line (\d+): (.*)", self.reason, re.MULTILINE)
                       if not text.startswith(("Deprecated", "Unsupported option"))}


def ask_sshd(connections, options=()):
    """One Said for each connection, a tuple of user, host, address, local address, local port and rdomain; None: sshd -T alone;
    with OPTIONS on the command line."""
    processes = []
    for connection in connections:
        command = ["/usr/sbin/sshd", "-T", "-e"]  # -e: with -i it would complain to syslog
        if connection is not None:
            command += ["-C", ",".join(f"{name}={value}" for name, value in
                                       zip(("user", "host", "addr", "laddr", "lport", "rdomain"), connection))]
        command += options  # last: one may lack its argument
        processes.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/"))
    return [Said(process) for process in processes]


class Model:
    """sshd_ask, which answers many trees one after the other."""

    def __init__(self):
        self.process = None

    def start(self):
        self.process = subprocess.Popen([helper("sshd"), "/", VERSION], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def stop(self):
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait()

    def write(self, words):
        self.process.stdin.write(("\t".join(words) + "\n").encode("latin-1"))

    def read(self):
        return self.process.stdout.readline().decode("latin-1")

    def ask(self, *words):
        """The lines of the answer; one line "DIED" when the program did."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        lines = []
        try:
            self.write(words)
            self.process.stdin.flush()
            while (line := self.read()) != "\n":
                if line == "":
                    return ["DIED"]
                lines.append(line.rstrip("\n"))
        except BrokenPipeError:
            return ["DIED"]
        return lines

    def ask_many(self, questions):
        """The first line of the answer to each, asked together: few enough to fit in a pipe."""
        for words in questions:
            self.write(words)
        self.process.stdin.flush()
        answers = []
        for _ in questions:
            answers.append(self.read().rstrip("\n"))
            self.read()
        return answers

    def load(self):
        """ "OK", or why there are no answers: "INVALID place: text", "UNKNOWN place: text"."""
        return self.ask("load")[0]

    def values(self, connection, users=None):
        words = [""] * 7 if connection is None else [connection[0], ",".join((users or USERS).get(connection[0], [])), *connection[1:]]
        lines = self.ask("connection" if connection is not None else "none", *words)
        if lines[0].startswith(("REFUSED", "DIED")):
            return lines[0]
        return {name.lower(): value for name, _, value in (line.partition(" ") for line in lines)}
