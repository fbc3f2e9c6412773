#!/usr/bin/python3
"""Somebody exchanges the file and its directory with links that lead elsewhere, all along.

Judged: nothing outside the root changes and no run hangs.
"""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from crash import FULL, HELPERS, Harness, content, snapshot  # noqa: E402

ROUNDS = 400 if FULL else 40


def lay(harness):
    """The root, and outside it a directory with files of the same names and bytes."""
    harness.fresh()
    outside = os.path.join(harness.top, "outside")
    shutil.rmtree(outside, ignore_errors=True)
    os.makedirs(outside)
    for name, file in (("first.conf", "/etc/first.conf"), ("last.conf", "/etc/third/last.conf"),
                       ("twin", "/etc/first.conf")):
        with open(os.path.join(outside, name), "wb") as out:
            out.write(content("old", file))
    etc = harness.root + "/etc"
    os.symlink(outside + "/first.conf", etc + "/absolute")
    os.symlink("../../outside/first.conf", etc + "/relative")
    os.mkfifo(etc + "/fifo")
    os.link(outside + "/twin", etc + "/hard")
    os.symlink(outside, etc + "/elsewhere")
    os.symlink("../../outside", etc + "/above")
    return outside


def swapper(*names):
    process = subprocess.Popen([os.path.join(HELPERS, "crash", "swapper"), *names],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    process.stdout.readline()  # it is at work
    return process


def one(harness, plant=None):
    outside = lay(harness)
    before = snapshot(outside)
    etc = harness.root + "/etc"
    swappers = [
        swapper(etc + "/first.conf", *(f"{etc}/{name}" for name in
                                       ("absolute", "relative", "fifo", "hard"))),
        swapper(etc + "/third", etc + "/elsewhere", etc + "/above")]
    statuses = []
    for words in (("apply=new",), ("undo",), ("apply=new",), ("recover",)):
        # the fault is short: it needs a swap between two calls
        slow = ("strace", "-qq", "-o", "/dev/null", "-e", "trace=openat", "-e",
                "inject=openat:delay_enter=1000") if plant else ()
        status, output = harness.run(*words, plant=plant, timeout=10, prefix=slow)
        statuses.append(status)
        harness.seen[status] = harness.seen.get(status, 0) + 1
    for process in swappers:
        process.terminate()
        harness.swaps += int(process.communicate()[0])
    if snapshot(outside) != before:
        return f"outside the root: {sorted(snapshot(outside))} statuses {statuses}"
    if any(status not in (0, 1, 2, 3) for status in statuses):
        return f"statuses {statuses}: {output}"
    return None


def main():
    harness = Harness()
    for plant, rounds in ((None, ROUNDS), ("IN_PLACE", 150)):
        harness.seen, harness.swaps, wrong = {}, 0, 0
        for _ in range(rounds):
            fault = one(harness, plant)
            wrong += fault is not None
            if plant is None:
                harness.ok(fault is None, fault)
            elif fault:
                break
        print(f"swapped{' with ' + plant if plant else ''}: rounds {sum(harness.seen.values()) // 4}, swaps "
              f"{harness.swaps}, statuses {dict(sorted(harness.seen.items()))}, bad {wrong}")
        if plant:
            harness.planted(plant, wrong)
        else:
            harness.proof(6, swaps=harness.swaps, runs=sum(harness.seen.values()),
                          bad=wrong, hangs=harness.seen.get(124, 0))
    harness.finish()


main()
