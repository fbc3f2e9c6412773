#!/usr/bin/python3
"""Each allocation of apply, undo and recovery fails, alone or with all after it.

Judged as in errors.py: the status says what is there, and the next run makes it whole.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from crash import HELPERS, Harness, State, injected, sample_for  # noqa: E402

SAMPLE = 120
STARVE = os.path.abspath(os.path.join(HELPERS, "crash", "starve.so"))


def starved(harness, template, words, plant=None, **how):
    harness.fresh(template)
    env = {name.upper(): str(value) for name, value in how.items()}
    # through env: the allocations of nothing else are to fail
    status, output = harness.run(*words, plant=plant, timeout=60, prefix=(
        "env", f"LD_PRELOAD={STARVE}", *(f"{key}={value}" for key, value in env.items())))
    return status, output


def one(harness, template, words, before, after, how, plant=None):
    seen = harness.seen
    status, output = starved(harness, template, words, plant, **how)
    state = State(harness.root)
    seen["starved"] += 1
    if state.torn or status not in (0, 1, 2, 3):
        return f"status {status}, {state}: {output}"
    seen[f"status {status}"] += 1
    if status == 0 and not state.whole(after) or \
            status in (1, 2) and not state.whole(before):
        return f"status {status}, but {state}: {output}"
    status, output = harness.run("recover", "verify", "pending")
    state = State(harness.root)
    if status != 0 or not state.whole("old", "new") or state.litter:
        return f"the next run: status {status}, {state}: {output}"
    seen["next run whole"] += 1
    return None


def main():
    harness = Harness()
    harness.fresh()
    status, output = harness.run("apply=new")
    assert status == 0, output
    applied = harness.keep("applied")
    harness.fresh()
    harness.run("apply=new", prefix=injected("renameat2", "signal=KILL", 3))
    amid = harness.keep("amid")
    harness.fresh()
    status, output = harness.run("try=new")
    assert status == 0, output
    on_trial = harness.keep("on-trial")
    for what, template, words, before, after in (
            ("apply", None, ("apply=new",), "old", "new"),
            ("undo", applied, ("undo",), "new", "old"),
            ("a trial", None, ("try=new",), "old", "new"),
            ("confirmation", on_trial, ("confirm",), "new", "new"),
            ("recovery", amid, ("recover",), "mixed", "old")):
        status, output = starved(harness, template, words, starve_count=1)
        count = int(re.search(r"allocations=(\d+)", output)[1])
        harness.fresh(template)
        harness.seen = dict.fromkeys(("starved", "status 0", "status 1", "status 2", "status 3",
                                      "next run whole"), 0)
        points = [{key: number} for key in ("starve_at", "starve_from")
                  for number in range(1, count + 1)]
        wrong = 0
        for how in harness.sample(points, sample_for(what, SAMPLE)):
            fault = one(harness, template, words, before, after, how)
            wrong += fault is not None
            harness.ok(fault is None, f"{what}, {how}: {fault}")
        print(f"{what}: " + ", ".join(f"{key} {value}" for key, value in harness.seen.items()) +
              f", bad {wrong}")
        harness.ok(harness.seen["status 3"] > 0, f"{what}: no allocation failed")
        harness.proof(3, allocations_failed=harness.seen["starved"], bad=wrong)
        if what == "apply":
            faults = [one(harness, template, words, before, after, how, "STARVED_IS_DONE")
                      for how in harness.random.sample(points, 40)]
            harness.planted("STARVED_IS_DONE", [fault for fault in faults if fault])
    harness.finish()


main()
