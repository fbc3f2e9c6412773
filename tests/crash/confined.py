#!/usr/bin/python3
"""The process that changes the files writes nowhere else, and may die as the program may.

Judged: with a fault planted that writes to a file elsewhere, below the root or not, that file
stays as it is, the change is undone, and the program says so; without Landlock the same fault
does write. After a kill of either process, at any call of theirs that changes files, the next
run has all files new and the log whole; the one ends with the other.
"""
import glob
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from crash import HOLDFAST, JOURNAL, POLICY, Harness, gaps_host, held_host, holdfast, read, snapshot  # noqa: E402

CALLS = ("capset", "landlock_restrict_self", "openat", "write", "fchown", "fchmod", "fsync",
         "linkat", "renameat2", "renameat", "unlinkat")
NO_LANDLOCK = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=landlock_create_ruleset",
               "-e", "inject=landlock_create_ruleset:error=ENOSYS")


def files(root):
    return {path: entry for path, entry in snapshot(root).items()
            if not path.startswith("/" + JOURNAL)}


def apply(root, **how):
    return holdfast("apply", "--root", root, "--policy", POLICY, "--yes", **how)


def stray(harness, gaps, old, victim, prefix=()):
    """A run with the fault; what was wrong, or None, and whether it wrote."""
    harness.fresh(gaps)
    with open(victim, "wb") as file:
        file.write(b"precious\n")
    status, output, errors = apply(harness.root, plant="STRAYS", prefix=prefix,
                                   env={"HOLDFAST_STRAY": victim})
    wrote = read(victim) != b"precious\n"
    if victim.startswith(harness.root):
        os.unlink(victim)
    wrong = (status != 2 or b"Permission denied" not in errors or
             b"what was done is undone" not in errors or files(harness.root) != old)
    return f"status {status}: {output + errors}" if wrong else None, wrote


def next_run(harness, new):
    """What was wrong with the run after a kill, or None."""
    status, output, errors = apply(harness.root)
    if status != 0 or files(harness.root) != new:
        return f"the next apply: status {status}: {output + errors}"
    status, output, errors = holdfast("log", "--root", harness.root, "--verify")
    return f"log --verify: status {status}: {output + errors}" if status != 0 else None


def counts(harness, gaps):
    """How often each of CALLS is made, by the process that makes it most."""
    harness.fresh(gaps)
    trace = os.path.join(harness.top, "trace")
    apply(harness.root, prefix=("strace", "-f", "-qq", "-o", trace))
    seen = {}
    with open(trace, errors="replace") as lines:
        for line in lines:
            match = re.match(r"(\d+) +([a-z0-9_]+)\(", line)
            if match and match[2] in CALLS:
                seen.setdefault(match[2], {}).setdefault(match[1], []).append(line)
    return {name: max(map(len, made.values())) for name, made in seen.items()}


def killed(harness, gaps, new, name, number):
    harness.fresh(gaps)
    status, _, errors = apply(harness.root, prefix=(
        "strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={name}", "-e",
        f"inject={name}:signal=KILL:when={number}"))
    # 0: what was killed is the parsing process, or it had done its work
    if status not in (0, 1, 3, 137):
        return f"status {status}: {errors}"
    return next_run(harness, new)


def at_work(root):
    """The process that changes files under ROOT, and its parent."""
    for comm in glob.glob("/proc/[0-9]*/comm"):
        folder = os.path.dirname(comm)
        try:
            if read(comm) == b"holdfast-files\n" and root.encode() in read(folder + "/cmdline"):
                return int(os.path.basename(folder)), \
                    int(re.search(rb"PPid:\t(\d+)", read(folder + "/status"))[1])
        except (TypeError, OSError):
            pass
    return None


def wait_for(what):
    end = time.monotonic() + 20
    while not (got := what()) and time.monotonic() < end:
        time.sleep(0.01)
    return got


def orphaned(harness, gaps, new):
    """The program is killed while the process that changes files is at work."""
    harness.fresh(gaps)
    with subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat2", "-e",
             "inject=renameat2:delay_enter=3000000:when=2", HOLDFAST, "apply", "--root",
             harness.root, "--policy", POLICY, "--yes"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        pair = wait_for(lambda: at_work(harness.root))
        if not pair:
            run.kill()
            return "no process was at work"
        time.sleep(0.5)
        os.kill(pair[1], 9)
        gone = wait_for(lambda: not at_work(harness.root))
        run.wait(timeout=30)
    if not gone:
        return "it outlives the program"
    return "all was done already" if files(harness.root) == new else next_run(harness, new)


def main():
    harness = Harness()
    gaps, held = os.path.join(harness.top, "gaps"), os.path.join(harness.top, "held")
    gaps_host(gaps)
    held_host(held)
    old, new = files(gaps), files(held)
    for victim in (os.path.join(harness.top, "victim"), harness.root + "/var/victim"):
        fault, wrote = stray(harness, gaps, old, victim)
        harness.ok(fault is None and not wrote, f"{victim}: wrote {wrote}, {fault}")
        _, wrote = stray(harness, gaps, old, victim, NO_LANDLOCK)
        harness.planted("STRAYS", wrote)
    points = [(name, number) for name, count in counts(harness, gaps).items()
              for number in range(1, count + 1)]
    points = harness.sample(points, 40)
    for name, number in points:
        fault = killed(harness, gaps, new, name, number)
        harness.ok(fault is None, f"killed at {name} {number}: {fault}")
    fault = orphaned(harness, gaps, new)
    harness.ok(fault is None, f"the program killed: {fault}")
    print(f"kills of the program or the process that changes files: {len(points) + 1}")
    harness.proof(1, kills_of_two_processes=len(points) + 1)
    harness.finish()


main()
