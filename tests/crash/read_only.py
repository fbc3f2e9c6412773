#!/usr/bin/python3
"""An audit that may write nothing, for Landlock refuses it, says the same as one that may.

Judged: status, output and errors are the same, of a host whose controls hold, of one with
gaps, of one whose last change was cut short, of several at once, of the live system.
"""
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from crash import HELPERS, POLICY, Harness, gaps_host, held_host, holdfast, injected  # noqa: E402

NAMES = ("held", "gaps", "cut")
CONFINED = (os.path.join(HELPERS, "crash", "read_only"),)


def templates(harness):
    """A host whose controls hold, one with gaps, one whose last change was cut short."""
    held, gaps, cut = (os.path.join(harness.top, "template." + name) for name in NAMES)
    held_host(held)
    gaps_host(gaps)
    gaps_host(cut)
    status, _, _ = holdfast("apply", "--root", cut, "--policy", POLICY, "--yes",
                            prefix=(*injected("renameat2", "signal=KILL", 3), "-f"))
    assert status == 3, status


def lay(harness):
    """Fresh copies of them; their names."""
    roots = [os.path.join(harness.top, name) for name in NAMES]
    for name, root in zip(NAMES, roots):
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(os.path.join(harness.top, "template." + name), root, symlinks=True)
    return roots


def audit(harness, roots, options, plant, prefix):
    """On hosts of their own: what one does must not help the other."""
    lay(harness)
    words = [word for root in roots for word in ("--root", root)]
    status, output, errors = holdfast("audit", *words, "--policy", POLICY, *options,
                                      plant=plant, prefix=prefix)
    return status, re.sub(rb'"time": *"[^"]*"', b"", output), errors


def main():
    harness = Harness()
    templates(harness)
    held, gaps, cut = lay(harness)
    if holdfast("--version", prefix=CONFINED)[0] == 77:
        print("SKIP: this kernel has no Landlock")
        sys.exit(77)
    refused = holdfast("apply", "--root", gaps, "--policy", POLICY, "--yes", prefix=CONFINED)
    harness.ok(refused[0] == 3, f"an apply there is refused: {refused}")
    for plant in (None, "AUDIT_RECOVERS"):
        runs = different = 0
        # the fault must not meet the live system
        for roots in ([held], [gaps], [cut], [held, gaps, cut] * 4, [])[:-1 if plant else None]:
            for options in ((), ("-v",), ("--format", "json"), ("--color", "always")):
                pair = [audit(harness, roots, options, plant, prefix)
                        for prefix in (CONFINED, ())]
                runs += 1
                different += pair[0] != pair[1]
                if plant is None:
                    harness.ok(pair[0] == pair[1] and pair[0][0] <= 2 and pair[0][1],
                               f"{roots} {options}: {pair}")
        print(f"audits that may write nothing{' with ' + plant if plant else ''}: {runs}, "
              f"different {different}")
        if plant:
            harness.planted(plant, different)
        else:
            harness.proof(11, audits=runs, different=different)
    harness.finish()


main()
