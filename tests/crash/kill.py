#!/usr/bin/python3
"""kill -9 before every system call of apply, undo and recovery; the next run recovers.

Judged: no file is torn at any point; after recovery all files are old or all are new,
nothing lies beside them, the log is whole; a second recovery changes nothing. Of a change
on trial all files are old once its time is up, unless its confirmation was begun.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from crash import Harness, State, calls, injected, sample_for, snapshot  # noqa: E402

SAMPLE = 100


def one(harness, template, words, point, plant, then, names):
    """Kills one run at POINT; THEN must leave all files in one of NAMES. What was wrong, or None;
    counts into harness.seen."""
    seen = harness.seen
    harness.fresh(template)
    status, _ = harness.run(*words, plant=plant,
                            prefix=injected(point[0], "signal=KILL", point[1]))
    seen["points"] += 1
    seen["killed"] += status == 137
    state = State(harness.root)
    if state.torn:
        seen["torn"] += 1
        return f"torn: {state}"
    status, output = harness.run(then, "verify", "pending", plant=plant)
    if status != 0:
        return f"recovery: status {status}: {output}"
    state = State(harness.root)
    if not state.whole(*names) or state.litter:
        return f"after recovery: {state}"
    seen[state.name] += 1
    before = snapshot(harness.root)
    status, output = harness.run(then, plant=plant)
    if status != 0 or snapshot(harness.root) != before:
        return f"a second recovery: status {status}: {output}"
    seen["second"] += 1
    return None


def cut(harness, template, words, name, number):
    """A root whose run was killed before call NUMBER of NAME."""
    harness.fresh(template)
    status, _ = harness.run(*words, prefix=injected(name, "signal=KILL", number))
    assert status == 137, (words, name, number, status)
    return harness.keep(f"cut-{words[0]}-{name}-{number}")


def matrix(harness, what, template, words, plant=None, sample=SAMPLE, then="recover",
           names=("old", "new")):
    """Failures over the points of WORDS run on TEMPLATE; with a PLANT only until it is caught."""
    harness.seen = dict.fromkeys(("points", "killed", "torn", "old", "new", "second"), 0)
    harness.fresh(template)
    points = harness.sample(calls(harness, *words, plant=plant), sample)
    wrong = []
    for point in points:
        fault = one(harness, template, words, point, plant, then, names)
        if fault:
            wrong.append(f"{what}, {point[0]} {point[1]}: {fault}")
            if plant:
                break
    print(f"{what}{' with ' + plant if plant else ''}: " +
          ", ".join(f"{key} {value}" for key, value in harness.seen.items()) +
          f", bad {len(wrong)}")
    return wrong


def main():
    harness = Harness()
    harness.fresh()
    status, output = harness.run("apply=new")
    assert status == 0 and State(harness.root).whole("new"), output
    applied = harness.keep("applied")

    harness.fresh()
    status, output = harness.run("try=new", "verify", "pending")
    assert status == 0 and State(harness.root).whole("new"), output
    on_trial = harness.keep("on-trial")
    confirmed = cut(harness, on_trial, ("confirm",), "renameat", 1)
    late, old = "expire", ("old",)

    for what, template, words, *end in (
            ("apply", None, ("apply=new",)),
            ("undo", applied, ("undo",)),
            ("recovery of an apply before its exchanges",
             cut(harness, None, ("apply=new",), "renameat2", 1), ("recover",)),
            ("recovery of an apply amid its exchanges",
             cut(harness, None, ("apply=new",), "renameat2", 3), ("recover",)),
            ("recovery of a committed apply",
             cut(harness, None, ("apply=new",), "renameat", 3), ("recover",)),
            ("recovery of an undo amid its exchanges",
             cut(harness, applied, ("undo",), "renameat2", 3), ("recover",)),
            ("a trial", None, ("try=new",)),
            ("a trial, until its time is up", None, ("try=new",), late, old),
            ("recovery of a trial before it was announced",
             cut(harness, None, ("try=new",), "renameat", 3), ("recover",), "recover", old),
            ("the end of a trial", on_trial, ("expire",), late, old),
            ("undo of a trial, until its time is up", on_trial, ("undo",), late, old),
            ("confirmation, until its time is up", on_trial, ("confirm",), late),
            ("recovery of a confirmation", confirmed, ("expire",), late, ("new",))):
        wrong = matrix(harness, what, template, words, None, sample_for(what, SAMPLE), *end)
        for fault in wrong:
            harness.ok(False, fault)
        seen = harness.seen
        harness.passed += seen["points"] - len(wrong)
        harness.proof(1, points=seen["points"], torn=seen["torn"],
                      recovered=seen["old"] + seen["new"], second_a_no_op=seen["second"])
        harness.ok(harness.seen["killed"] == harness.seen["points"], f"{what}: not all killed")

    for plant, template, words, *end in (
            ("IN_PLACE", None, ("apply=new",)), ("UNDO_ORDER", applied, ("undo",)),
            ("TRIAL_GOES_ON", None, ("try=new",), late, old),
            ("CONFIRM_ORDER", on_trial, ("confirm",), late)):
        wrong = matrix(harness, words[0], template, words, plant, 1000000, *end)
        harness.planted(plant, wrong)
    harness.finish()


main()
