#!/usr/bin/python3
"""Whether what must be on the disk is, before what relies on it: read from a trace.

A kill can't show a missing fsync, for the kernel keeps what was written. Judged, for
apply, undo and recovery: when a state is put in place all else that was written, and each
directory whose names changed, is synced; a file's bytes are synced before it gets its
name; nothing under the root changes until the state before it is synced; nothing is
unsynced at the end.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from crash import JOURNAL, Harness, injected  # noqa: E402

CALLS = "openat,openat2,write,ftruncate,fsync,rename,renameat,renameat2,linkat,unlinkat," \
    "mkdirat,mkdir"
FD = r"(?:AT_FDCWD|\d+)<([^>]*)>"


class Disk:
    """Which files and directories are written and not synced, call by call."""

    def __init__(self, journal):
        self.journal = journal
        self.files, self.directories, self.wrong = set(), set(), []
        self.exchanges = self.states = 0

    def names(self, directory, what):
        """A name in DIRECTORY changed."""
        if not directory.startswith(self.journal):
            late = [path for path in self.directories if path.startswith(self.journal)]
            if late or self.files:
                self.wrong.append(f"{what}: before {sorted(late) + sorted(self.files)} is synced")
        self.directories.add(directory)

    def state(self, directory):
        self.states += 1
        late = sorted(self.files | (self.directories - {directory}))
        if late:
            self.wrong.append(f"a state is put in place before {late} is synced")

    def call(self, line):
        match = re.match(r"([a-z0-9]+)\((.*)\)\s+= (-?\d+)(?:<([^>]*)>)?", line)
        if not match or match[3].startswith("-"):
            return
        name, text, made = match[1], match[2], match[4]
        first = re.match(FD, text)
        where = first[1].split(" (deleted)")[0] if first else None
        if name in ("write", "ftruncate") and where.startswith("/") and \
                not where.startswith("/dev/null"):
            self.files.add(where)
        elif name == "fsync":
            self.files.discard(where)
            self.directories.discard(where)
        elif name.startswith("open") and "O_CREAT" in text and "O_TMPFILE" not in text:
            self.names(os.path.dirname(made), "a new name")
        elif name in ("unlinkat", "mkdirat"):
            self.names(where, name)
        elif name in ("renameat", "renameat2"):
            self.exchanges += name == "renameat2"
            if name == "renameat" and '"state"' in text:
                self.state(where)
            self.names(where, name)
        elif name == "linkat":
            self.names(re.findall(FD, text)[-1], name)


def check(harness, what, template, words, plant=None):
    harness.fresh(template)
    trace = os.path.join(harness.top, "trace")
    status, output = harness.run(*words, plant=plant, prefix=(
        "strace", "-y", "-qq", "-s", "64", "-e", f"trace={CALLS}", "-o", trace))
    assert status == 0, output
    disk = Disk(os.path.realpath(os.path.join(harness.root, JOURNAL)))
    with open(trace, errors="replace") as lines:
        for line in lines:
            disk.call(line)
    if disk.files or disk.directories:
        disk.wrong.append(f"never synced: {sorted(disk.files | disk.directories)}")
    print(f"{what}{' with ' + plant if plant else ''}: {disk.exchanges} exchanges, "
          f"{disk.states} states, out of order {len(disk.wrong)}")
    assert disk.exchanges >= (0 if words == ("confirm",) else 3) and disk.states >= 1, \
        "the trace was not understood"
    return disk.wrong


def main():
    harness = Harness()
    harness.fresh()
    status, output = harness.run("apply=new")
    assert status == 0, output
    applied = harness.keep("applied")
    harness.fresh()
    harness.run("apply=new", prefix=injected("renameat2", "signal=KILL", 4))
    amid = harness.keep("amid")
    harness.fresh()
    status, output = harness.run("try=new")
    assert status == 0, output
    on_trial = harness.keep("on-trial")
    runs = (("apply", None, ("apply=new",)), ("undo", applied, ("undo",)),
            ("recovery", amid, ("recover",)), ("a trial", None, ("try=new",)),
            ("confirmation", on_trial, ("confirm",)), ("the end of a trial", on_trial, ("expire",)))
    for what, template, words in runs:
        for fault in check(harness, what, template, words) or [None]:
            harness.ok(fault is None, f"{what}: {fault}")
    for plant in ("NO_FILE_SYNC", "NO_DIRECTORY_SYNC"):
        for what, template, words in runs:
            harness.planted(f"{plant}, {what}", check(harness, what, template, words, plant))
    harness.finish()


main()
