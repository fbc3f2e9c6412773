#!/usr/bin/python3
"""Others who write at the same time: a second run, and an editor that knows no lock.

Judged: two runs never mix their files, each says what it did, with one journal or with
two; what an editor wrote, renamed over the file, removed or set the mode of between our
look and our exchange is never lost, and then nothing of ours is there.
"""
import collections
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from crash import (FULL, OLD, REMOVED, Harness, State, driver, read, version)  # noqa: E402

ROUNDS = 1000 if FULL else 150
EDITED = "/etc/first.conf"


def start(harness, *words, journal="-", prefix=(), plant=None):
    return subprocess.Popen([*prefix, driver(plant), harness.root, journal, *words],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)


def end(process):
    output = process.communicate(timeout=60)[0].decode(errors="replace")
    return process.returncode, output


def two(harness, journals, plant=None):
    """One round of two runs; what was wrong, or None."""
    harness.fresh()
    runs = {}
    for tag, journal in zip(("aaa", "bbb"), journals):
        runs[tag] = start(harness, f"apply={tag}", journal=journal, plant=plant)
    ended = {tag: end(process) for tag, process in runs.items()}
    won = [tag for tag, (status, _) in ended.items() if status == 0]
    if any(status not in (0, 1, 2) for status, _ in ended.values()) or len(won) > 1:
        return f"{ended}"
    harness.seen["won"] += len(won)
    state = State(harness.root, OLD, version(won[0], True) if won else OLD)
    if not state.whole("new" if won else "old") or state.litter:
        return f"{ended}, {state}"
    return None


def edit_rename(path):
    with open(path + ".editor", "w", encoding="ascii") as file:
        file.write("the editor's\n")
    os.chmod(path + ".editor", 0o600)
    os.rename(path + ".editor", path)
    return lambda: read(path) == b"the editor's\n"


def edit_in_place(path):
    with open(path, "w", encoding="ascii") as file:
        file.write("the editor's\n")
    return lambda: read(path) == b"the editor's\n"


def edit_remove(path):
    os.unlink(path)
    return lambda: not os.path.exists(path)


def edit_mode(path):
    os.chmod(path, 0o604)
    return lambda: os.stat(path).st_mode & 0o7777 == 0o604


def edit(harness, how, file, plant=None):
    """One round with an editor that acts once the new file stands beside FILE."""
    harness.fresh()
    beside = os.path.join(os.path.dirname(harness.root + EDITED), ".first.conf.holdfast")
    process = start(harness, "apply=new", plant=plant, prefix=(
        "strace", "-qq", "-o", "/dev/null", "-e", "trace=renameat2", "-e",
        f"inject=renameat2:delay_enter={harness.random.randrange(2000, 9000)}:when=1"))
    while not os.path.exists(beside) and process.poll() is None:
        time.sleep(0.0002)
    try:
        kept = how(harness.root + file)
    except FileNotFoundError:
        end(process)
        return None  # it came too late
    status, output = end(process)
    harness.seen[f"status {status}"] += 1
    if not kept():
        return f"{how.__name__}, {file}: lost, status {status}: {output}"
    others = {name: data for name, data in OLD.items() if name != file}
    state = State(harness.root, others, {name: data for name, data in
                                         version("new", True).items() if name != file})
    if state.name != ("new" if status == 0 else "old") or status not in (0, 1):
        return f"{how.__name__}, {file}: status {status}, the others {state}: {output}"
    return None


def main():
    harness = Harness()
    other = os.path.join(harness.top, "journal")
    for what, journals in (("one journal", ("-", "-")), ("two journals", ("-", other))):
        harness.seen = collections.Counter()
        wrong = 0
        for _ in range(ROUNDS):
            fault = two(harness, journals)
            wrong += fault is not None
            harness.ok(fault is None, f"two writers, {what}: {fault}")
        print(f"two writers, {what}: rounds {ROUNDS}, won {harness.seen['won']}, bad {wrong}")
        harness.proof(9, rounds=ROUNDS, mixed_or_lost=wrong)
    ways = [(how, EDITED) for how in (edit_rename, edit_in_place, edit_remove, edit_mode)] + \
        [(edit_rename, REMOVED), (edit_in_place, REMOVED)]
    harness.seen.clear()
    wrong = 0
    for number in range(ROUNDS):
        fault = edit(harness, *ways[number % len(ways)])
        wrong += fault is not None
        harness.ok(fault is None, f"an editor: {fault}")
    print(f"an editor: rounds {ROUNDS}, {dict(harness.seen)}, bad {wrong}")
    harness.proof(9, rounds=ROUNDS, mixed_or_lost=wrong)
    for plant, faults in (
            ("NO_COMPARE", [edit(harness, edit_rename, EDITED, "NO_COMPARE") for _ in range(10)]),
            ("NO_LOCK", [two(harness, ("-", "-"), "NO_LOCK") for _ in range(100)])):
        caught = sum(fault is not None for fault in faults)
        print(f"with {plant}: rounds {len(faults)}, bad {caught}")
        harness.planted(plant, caught)
    harness.finish()


main()
