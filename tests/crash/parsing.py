#!/usr/bin/python3
"""The parsing process is killed before each of its answers, before it is confined, or each
time; and each allocation of an audit fails, alone or with all after it.

Judged: every verdict is as without that, or unknown; an apply changes each file as it would
have or not at all, says with its status that something is missing, and the next one makes it
whole.
"""
import json
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from crash import (HELPERS, JOURNAL, POLICY, Harness, gaps_host, held_host,  # noqa: E402
                   holdfast, snapshot)

SAMPLE = 40
STARVE = os.path.join(HELPERS, "crash", "starve.so")


def killed(name, when):
    return ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={name}", "-e",
            f"inject={name}:signal=KILL:when={when}")


def starving(**how):
    return ("env", f"LD_PRELOAD={STARVE}", *(f"{name}={value}" for name, value in how.items()))


def answers(harness, root):
    """How often the parsing process answers: writev is its alone."""
    trace = os.path.join(harness.top, "trace")
    holdfast("audit", "--root", root, "--policy", POLICY,
             prefix=("strace", "-f", "-qq", "-o", trace, "-e", "trace=writev"))
    with open(trace, encoding="utf-8", errors="replace") as file:
        return sum("writev(" in line for line in file)


def audit(root, prefix=(), plant=None):
    """Status and verdicts; None for these when there is no report."""
    status, output, _ = holdfast("audit", "--root", root, "--policy", POLICY, "--format", "json",
                                 prefix=prefix, plant=plant, timeout=120)
    try:
        report = json.loads(output)
    except ValueError:
        return status, None
    return status, {control["id"]: control["verdict"] for control in report["controls"]}


def judge_audit(root, before, prefix, plant=None):
    """What was wrong, or None, and how many verdicts are unknown."""
    status, verdicts = audit(root, prefix, plant)
    if verdicts is None:
        return (None if status == 3 else f"status {status} and no report"), 0
    unknown = sum(verdict == "unknown" for verdict in verdicts.values())
    if verdicts.keys() != before.keys() or status not in (0, 1, 2) or \
            any(verdicts[name] not in (before[name], "unknown") for name in before) or \
            (unknown and status == 0):
        return f"status {status}, {verdicts} for {before}", unknown
    return None, unknown


def files(root):
    return {path: entry for path, entry in snapshot(root).items()
            if not path.startswith("/" + JOURNAL)}


def judge_apply(gaps, root, prefix, old, new):
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(gaps, root, symlinks=True)
    status, output, errors = holdfast("apply", "--root", root, "--policy", POLICY, "--yes",
                                      prefix=prefix)
    now = files(root)
    if any(now.get(path) not in (old.get(path), new.get(path)) for path in {*now, *old, *new}):
        return f"apply: status {status}, a file is neither old nor new: {output + errors}"
    if (status == 0) != (now == new):
        return f"apply: status {status}, but not all is changed: {output + errors}"
    status, output, errors = holdfast("apply", "--root", root, "--policy", POLICY, "--yes")
    if status != 0 or files(root) != new:
        return f"the next apply: status {status}: {output + errors}"
    return None


def main():
    harness = Harness()
    gaps, held = os.path.join(harness.top, "gaps"), os.path.join(harness.top, "held")
    gaps_host(gaps)
    held_host(held)
    old, new = files(gaps), files(held)
    unknown = runs = 0
    for root in (gaps, held):
        _, before = audit(root)
        count = answers(harness, root)
        points = [("writev", number) for number in range(1, count + 1)] + \
            [("writev", "1+"), ("writev", "2+"), ("close_range", "1"), ("close_range", "1+")]
        for name, when in points:
            fault, lost = judge_audit(root, before, killed(name, when))
            unknown += lost
            runs += 1
            harness.ok(fault is None, f"{name} {when}, {root}: {fault}")
            if root == gaps and when in ("1", "2+"):
                fault = judge_apply(gaps, harness.root, killed(name, when), old, new)
                harness.ok(fault is None, f"{name} {when}: {fault}")
                runs += 1
        wrong = [judge_audit(root, before, killed("writev", "1+"), "DEAD_IS_EMPTY")[0]]
        harness.planted(f"DEAD_IS_EMPTY, {os.path.basename(root)}", wrong[0])
    print(f"the parsing process killed: runs {runs}, verdicts unknown {unknown}")
    harness.ok(unknown > 0, "no kill was noticed")
    harness.proof(3, kills_of_the_parsing_process=runs, bad=harness.failed)

    _, _, errors = holdfast("audit", "--root", gaps, "--policy", POLICY,
                            prefix=starving(STARVE_COUNT=1))
    count = max(int(number) for number in re.findall(rb"allocations=(\d+)", errors))
    _, before = audit(gaps)
    points = [{name: number} for name in ("STARVE_AT", "STARVE_FROM")
              for number in range(1, count + 1)]
    points, bad = harness.sample(points, SAMPLE), 0
    for how in points:
        fault, _ = judge_audit(gaps, before, starving(**how))
        bad += fault is not None
        harness.ok(fault is None, f"audit, {how}: {fault}")
    print(f"audit: allocations {count}, failed {len(points)}, bad {bad}")
    harness.proof(3, allocations_failed=len(points), bad=bad)
    harness.finish()


main()
