"""What the crash harnesses share: a small root, the driver, strace and a judge.

A harness runs with --seed S and prints "N passed, N failed". FULL=1 in the environment
tries every point; else a sample of them (--cases N) that the seed chooses. What it counted
for the proofs goes to build/crash for lib/table.py.
"""
import argparse
import atexit
import ctypes
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

LINES = 400  # as driver.c has it
REPLACED = ("/etc/first.conf", "/etc/third/last.conf")
CREATED = "/etc/second.d/new.conf"
REMOVED = "/etc/second.d/gone.conf"
JOURNAL = "var/lib/holdfast"
MODES = {"/etc/first.conf": 0o600, "/etc/third/last.conf": 0o664, REMOVED: 0o640,
         CREATED: 0o640}
HELPERS, BUILD, HOLDFAST = (os.path.abspath(os.environ.get(name, default)) for name, default in (
    ("HELPERS", "build/tests"), ("BUILD", "build"), ("HOLDFAST", "build/holdfast")))
PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
POLICY = os.path.join(PROJECT, "tests/hosts/giant-gaps.yaml")
FULL = os.environ.get("FULL", "") not in ("", "0")


def content(tag, file):
    return "".join(f"{tag} {file} {line}\n" for line in range(LINES)).encode()


def version(tag, applied):
    """What each file holds: before the change, or after it with TAG."""
    files = {file: content(tag, file) for file in REPLACED}
    files[CREATED] = content(tag, CREATED) if applied else None
    files[REMOVED] = None if applied else content(tag, REMOVED)
    return files


OLD, NEW = version("old", False), version("new", True)


def driver(plant=None):
    return os.path.join(HELPERS, "crash", f"driver-{plant}" if plant else "driver")


class Harness:
    """A directory of its own, a count of what passed, and a seeded choice."""

    def __init__(self, memory=True):
        parser = argparse.ArgumentParser()
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--cases", type=int)
        self.arguments = parser.parse_args()
        self.random = random.Random(self.arguments.seed)
        self.passed = self.failed = 0
        self.proofs, self.plants = {}, {}
        # fsync costs nothing where there is no disk, and no harness here judges the disk
        place = "/dev/shm" if memory and os.access("/dev/shm", os.W_OK) else None
        self.top = tempfile.mkdtemp(prefix="holdfast-crash.", dir=place)
        self.root = os.path.join(self.top, "root")
        atexit.register(shutil.rmtree, self.top, ignore_errors=True)

    def ok(self, good, text):
        if good:
            self.passed += 1
        else:
            self.failed += 1
            if self.failed <= 40:
                print(f"FAILED: {text}")
        return good

    def proof(self, number, **figures):
        """Counts for one of the proofs in lib/table.py; the names are shown with _ as a space."""
        counted = self.proofs.setdefault(number, {})
        for name, count in figures.items():
            name = name.replace("_", " ")
            counted[name] = counted.get(name, 0) + count

    def planted(self, name, caught):
        """Whether a fault of tests/crash/plants was seen here, as it must be."""
        self.plants[f"{name}, {os.path.basename(sys.argv[0])}"] = bool(caught)
        return self.ok(caught, f"the planted fault {name} was not caught")

    def finish(self):
        name = os.path.splitext(os.path.basename(sys.argv[0]))[0]
        os.makedirs(os.path.join(BUILD, "crash"), exist_ok=True)
        with open(os.path.join(BUILD, "crash", name + ".row"), "w", encoding="ascii") as file:
            json.dump({"good": not self.failed and self.passed > 0, "proofs": self.proofs,
                       "plants": self.plants}, file)
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed or not self.passed else 0)

    def sample(self, points, count):
        count = self.arguments.cases or count
        return points if FULL or len(points) <= count else self.random.sample(points, count)

    def fresh(self, template=None):
        """The root as before the change, or a copy of TEMPLATE."""
        shutil.rmtree(self.root, ignore_errors=True)
        if template:
            shutil.copytree(template, self.root, symlinks=True)
            return
        for file, data in OLD.items():
            path = self.root + file
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if data is not None:
                with open(path, "wb") as out:
                    out.write(data)
                os.chmod(path, MODES[file])
        os.makedirs(self.root + "/var/lib")

    def keep(self, name):
        """Keeps the root as a template."""
        template = os.path.join(self.top, name)
        shutil.rmtree(template, ignore_errors=True)
        shutil.copytree(self.root, template, symlinks=True)
        return template

    def run(self, *words, plant=None, prefix=(), env=None, timeout=60):
        """Status (137 for killed, 124 for a hang) and output."""
        command = [*prefix, driver(plant), self.root, "-", *words]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, timeout=timeout,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  env={**os.environ, **(env or {})})
        except subprocess.TimeoutExpired:
            return 124, ""
        status, output = done.returncode, done.stdout.decode(errors="replace")
        assert "strace: " not in output, output
        return status if status >= 0 else 128 - status, output


def sample_for(what, count):
    """How many of COUNT points will do for WHAT: a trial and its end are an apply and an undo, which
    have their own COUNT, with a few steps more."""
    return count // 4 if "trial" in what or "confirmation" in what else count


def own_mounts():
    """Mounts from now on are this process's own and end with it; a mount namespace that somebody
    else makes meanwhile would hold on to those that all see. False without the right to."""
    libc = ctypes.CDLL(None)
    clone_newns, private, recursive = 0x20000, 1 << 18, 1 << 14
    return libc.unshare(clone_newns) == 0 and \
        libc.mount(None, b"/", None, private | recursive, None) == 0


def holdfast(*arguments, plant=None, prefix=(), timeout=60, env=None):
    """The program itself: status (137 for killed, 124 for a hang), output and errors."""
    program = os.path.join(HELPERS, "crash", f"holdfast-{plant}") if plant else HOLDFAST
    try:
        done = subprocess.run([*prefix, program, *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=timeout, check=False,
                              env={**os.environ, **(env or {})})
    except subprocess.TimeoutExpired:
        return 124, b"", b""
    assert b"strace: " not in done.stderr, done.stderr
    status = done.returncode
    return status if status >= 0 else 128 - status, done.stdout, done.stderr


def gaps_host(root):
    """The bundled host of 2004, with its gaps; git keeps no empty folder."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(os.path.join(PROJECT, "tests/hosts/giant"), root, symlinks=True)
    for folder in ("/var/lib", "/var/log"):
        os.makedirs(root + folder, exist_ok=True)


def held_host(root):
    """The same, mended: all controls of its policy hold."""
    gaps_host(root)
    status, _, errors = holdfast("apply", "--root", root, "--policy", POLICY, "--yes")
    assert status == 0, errors
    shutil.rmtree(os.path.join(root, JOURNAL))


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def snapshot(root):
    """Names, modes, owners, link targets and bytes of all under ROOT."""
    found = {}
    for directory, names, files in os.walk(root):
        for name in names + files:
            path = os.path.join(directory, name)
            status = os.lstat(path)
            data = os.readlink(path) if os.path.islink(path) else \
                read(path) if os.path.isfile(path) else None
            found[path[len(root):]] = (status.st_mode, status.st_uid, status.st_gid, data)
    return found


class State:
    """What a run left of the files: each old, new or torn; and what is there besides."""

    def __init__(self, root, old=OLD, new=NEW):
        now = {file: read(root + file) for file in old}
        self.torn = [file for file in now if now[file] not in (old[file], new[file])]
        self.name = "old" if now == old else "new" if now == new else "mixed"
        known = set(old) | set(new)
        self.litter = [path for path, entry in snapshot(root + "/etc").items()
                       if entry[3] is not None and "/etc" + path not in known]
        # a mode that is not the file's own would be a lock-out or a leak
        self.modes = [file for file in now if now[file] is not None and
                      os.lstat(root + file).st_mode & 0o7777 != MODES[file]]

    def whole(self, *names):
        return not self.torn and not self.modes and self.name in names

    def __str__(self):
        return f"{self.name} torn={self.torn} litter={self.litter} modes={self.modes}"


def calls(harness, *words, plant=None, only=None):
    """The system calls of a run from the transaction's first on: (name, its number)."""
    trace = os.path.join(harness.top, "trace")
    harness.run(*words, plant=plant, prefix=("strace", "-qq", "-o", trace))
    counts, found, begun = {}, [], False
    with open(trace, errors="replace") as lines:
        for line in lines:
            match = re.match(r"([a-z0-9_]+)\(", line)
            if not match:
                continue
            name = match[1]
            counts[name] = counts.get(name, 0) + 1
            begun = begun or name == "umask"
            if begun and name != "exit_group" and (only is None or name in only):
                found.append((name, counts[name]))
    return found


def injected(name, what, number):
    """The words before a command under which one system call meets WHAT."""
    return ("strace", "-qq", "-o", "/dev/null", "-e", f"trace={name}", "-e",
            f"inject={name}:{what}:when={number}")
