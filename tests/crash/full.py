#!/usr/bin/python3
"""No room left: every number of free pages and inodes of a small tmpfs, tiny file limits.

Judged as in errors.py; the next run, with room again, makes it whole. Needs the right to
mount.
"""
import os
import resource
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from crash import FULL, Harness, State, driver, own_mounts  # noqa: E402

PAGES = INODES = 45  # more than a run needs
LIMITS = range(0, 32768, 64 if FULL else 1024)


class Small:
    """A tmpfs that the root is made on."""

    def __init__(self, harness, options):
        self.place = os.path.join(harness.top, "small")
        os.makedirs(self.place, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.place], check=True)
        self.old, harness.root = harness.root, os.path.join(self.place, "root")
        self.harness = harness

    def leave(self):
        self.harness.root = self.old
        subprocess.run(["umount", self.place], check=True)

    def fill(self, pages, inodes):
        """Leaves so many of them free."""
        self.empty()
        room = os.statvfs(self.place)
        os.makedirs(self.place + "/filler")
        for number in range(max(0, room.f_ffree - 2 - inodes)):
            os.close(os.open(f"{self.place}/filler/{number}", os.O_CREAT | os.O_WRONLY))
        room = os.statvfs(self.place)
        size = (room.f_bavail - pages) * room.f_bsize
        with open(self.place + "/filler/bytes", "wb") as file:
            if size > 0:
                os.posix_fallocate(file.fileno(), 0, size)

    def empty(self):
        subprocess.run(["rm", "-rf", self.place + "/filler"], check=True)


def judge(harness, what, before, after, status, output, make_room=lambda: None):
    state = State(harness.root)
    harness.seen[status] = harness.seen.get(status, 0) + 1
    harness.proof(12, rooms=1, torn=bool(state.torn))
    good = not state.torn and (state.whole(after) if status == 0 else
                               state.whole(before) if status in (1, 2) else status == 3)
    harness.ok(good, f"{what}: status {status}, {state}: {output}")
    make_room()
    status, output = harness.run("recover", "verify", "pending")
    state = State(harness.root)
    harness.ok(status == 0 and state.whole("old", "new") and not state.litter,
               f"{what}, the next run: status {status}, {state}: {output}")


def limited(harness, words, size):
    done = subprocess.run(
        [driver(), harness.root, "-", *words], stdin=subprocess.DEVNULL, timeout=60,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    return done.returncode, done.stdout.decode(errors="replace")


def main():
    harness = Harness()
    harness.fresh()
    assert harness.run("apply=new")[0] == 0
    applied = harness.keep("applied")
    runs = (("apply", None, ("apply=new",), "old", "new"),
            ("undo", applied, ("undo",), "new", "old"))
    if not own_mounts():
        print("SKIP: no right to mount")
        sys.exit(77)
    small = Small(harness, "size=2m,nr_inodes=200")
    for what, template, words, before, after in runs:
        harness.seen = {}
        for free, pages, inodes in [(f"{n} pages", n, 150) for n in range(PAGES)] + \
                [(f"{n} inodes", 300, n) for n in range(INODES)]:
            small.empty()
            harness.fresh(template)
            small.fill(pages, inodes)
            status, output = harness.run(*words)
            judge(harness, f"{what}, {free}", before, after, status, output, small.empty)
        print(f"{what}: sizes {PAGES + INODES}, statuses {dict(sorted(harness.seen.items()))}")
    torn = 0
    for pages in range(PAGES):
        small.empty()
        harness.fresh()
        small.fill(pages, 150)
        status, _ = harness.run("apply=new", plant="NO_WRITE_CHECK")
        torn += status == 0 and not State(harness.root).whole("new")
    small.empty()
    small.leave()
    for what, template, words, before, after in runs:
        harness.seen = {}
        for size in LIMITS:
            harness.fresh(template)
            status, output = limited(harness, words, size)
            judge(harness, f"{what}, files up to {size} bytes", before, after, status, output)
        print(f"{what}: limits {len(LIMITS)}, statuses {dict(sorted(harness.seen.items()))}")
    print(f"apply with NO_WRITE_CHECK: sizes {PAGES}, false successes {torn}")
    harness.planted("NO_WRITE_CHECK", torn)
    harness.finish()


main()
