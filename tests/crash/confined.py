#!/usr/bin/python3
"""The process that changes the files writes nowhere else, nor does the program, which runs nothing
and connects to nothing either; and each may die as the program may.

Judged: with a fault planted in either that writes to a file elsewhere, below the root or not, that
file stays as it is; the first has the change undone, and the program says so; without Landlock the
same faults do write. The program's fault, in an apply and an undo of a root and of / itself (with
copies of what is changed, in namespaces of its own), runs no program and makes no socket either.
After a kill of any of the processes, at any call of theirs that changes files, the next run has all
files new and the log whole; none outlives the program.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from crash import HOLDFAST, JOURNAL, POLICY, Harness, gaps_host, held_host, holdfast, read, snapshot  # noqa: E402

CALLS = ("capset", "landlock_restrict_self", "openat", "write", "fchown", "fchmod", "fsync",
         "linkat", "renameat2", "renameat", "unlinkat")
NO_LANDLOCK = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=landlock_create_ruleset",
               "-e", "inject=landlock_create_ruleset:error=ENOSYS")

LIVE_POLICY = """holdfast: 1
title: what / can have wrong wherever it runs
controls:
  - id: keys
    sshd:
      settings:
        KbdInteractiveAuthentication: no
"""


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


def live(harness, gaps):
    """What runs a command where / is this host with the /etc of GAPS, which no process reads."""
    etc = os.path.join(harness.top, "etc")
    shutil.rmtree(etc, ignore_errors=True)
    shutil.copytree(os.path.join(gaps, "etc"), etc, symlinks=True)
    return ("unshare", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-ec",
            'mount --bind "$0" /etc; mount -t tmpfs none /run; exec "$@"', etc)


def live_etc(harness):
    return snapshot(os.path.join(harness.top, "etc"))


def wandering(harness, gaps, is_live, prefix=()):
    """An apply and an undo with the fault in the program: what was wrong, or None, and whether it
    wrote."""
    harness.fresh(gaps)
    victim, journal = (os.path.join(harness.top, name) for name in ("victim", "journal"))
    shutil.rmtree(journal, ignore_errors=True)
    with open(victim, "wb") as file:
        file.write(b"precious\n")
    place = ["--journal", journal] if is_live else ["--root", harness.root]
    host, now, policy = (), lambda: files(harness.root), POLICY
    if is_live:
        host, now = live(harness, gaps), lambda: live_etc(harness)
        policy = os.path.join(harness.top, "live.yaml")
        with open(policy, "w", encoding="ascii") as file:
            file.write(LIVE_POLICY)
    old, wrong, wrote = now(), [], False
    for words in ["apply", "--policy", policy, "--yes"], ["undo", "--yes"]:
        status, output, errors = holdfast(*words, *place, plant="WANDERS", prefix=(*host, *prefix),
                                          env={"HOLDFAST_STRAY": victim})
        said = output + errors
        wrote = wrote or b"wrote" in said
        if status != 0 or b"can't run" not in said or b"can't connect" not in said or \
                (now() == old) != (words[0] == "undo"):
            wrong.append(f"{words[0]}: status {status}: {said}")
    return wrong or None, wrote or read(victim) != b"precious\n"


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
    """The process that changes files under ROOT."""
    for comm in glob.glob("/proc/[0-9]*/comm"):
        folder = os.path.dirname(comm)
        try:
            if read(comm) == b"holdfast-files\n" and root.encode() in read(folder + "/cmdline"):
                return int(os.path.basename(folder))
        except OSError:
            pass
    return None


def wait_for(what):
    end = time.monotonic() + 20
    while not (got := what()) and time.monotonic() < end:
        time.sleep(0.01)
    return got


def parent(pid):
    return int(re.search(rb"PPid:\t(\d+)", read(f"/proc/{pid}/status"))[1])


def orphaned(harness, gaps, new, above):
    """The process ABOVE the one that changes files, while that is at work, is killed: 1, the one that
    runs errands, 2, the program."""
    harness.fresh(gaps)
    with subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat2", "-e",
             "inject=renameat2:delay_enter=3000000:when=2", HOLDFAST, "apply", "--root",
             harness.root, "--policy", POLICY, "--yes"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        pid = wait_for(lambda: at_work(harness.root))
        if not pid:
            run.kill()
            return "no process was at work"
        time.sleep(0.5)
        for _ in range(above):
            pid = parent(pid)
        os.kill(pid, 9)
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
    for is_live in False, True:
        fault, wrote = wandering(harness, gaps, is_live)
        harness.ok(fault is None and not wrote, f"live {is_live}: wrote {wrote}, {fault}")
        fault, wrote = wandering(harness, gaps, is_live, NO_LANDLOCK)
        harness.ok(fault is None, f"live {is_live}, no Landlock: {fault}")
        harness.planted("WANDERS", wrote)
    points = [(name, number) for name, count in counts(harness, gaps).items()
              for number in range(1, count + 1)]
    points = harness.sample(points, 40)
    for name, number in points:
        fault = killed(harness, gaps, new, name, number)
        harness.ok(fault is None, f"killed at {name} {number}: {fault}")
    for above in 1, 2:
        fault = orphaned(harness, gaps, new, above)
        harness.ok(fault is None, f"process {above} above killed: {fault}")
    print(f"kills of the program or a process of its own: {len(points) + 2}")
    harness.proof(1, kills_of_several_processes=len(points) + 2)
    harness.finish()


main()
