#!/usr/bin/python3
"""Each file-system call of apply, undo and recovery fails, with each of several errors.

Judged: no file is torn, nothing hangs; status 0 means that all is changed, 1 and 2 that
nothing is, 3 that the next run makes it one of the two; what is left beside the files is
named in the output or removed by the next run.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from crash import Harness, State, calls, injected, sample_for  # noqa: E402

SAMPLE = 150
SPACE = ("ENOSPC", "EIO", "EDQUOT", "EINTR")
NAMES = ("EIO", "ENOSPC", "EPERM", "EINVAL", "EXDEV", "EBUSY")
OPEN = ("EMFILE", "EACCES", "EIO", "EINTR", "ENOSPC", "EROFS", "EOPNOTSUPP")
XATTR = ("EPERM", "ENOSPC", "EIO", "EOPNOTSUPP")
ERRORS = {
    "write": SPACE, "pwrite64": SPACE, "ftruncate": ("EIO", "EPERM"),
    "read": ("EIO", "EINTR"), "pread64": ("EIO", "EINTR"),
    "getdents64": ("EIO", "ENOMEM"),
    "fsync": ("EIO", "ENOSPC"), "close": ("EIO", "EINTR"),
    "open": OPEN, "openat": OPEN, "openat2": OPEN + ("EAGAIN", "ENOSYS"),
    "rename": NAMES, "renameat": NAMES, "renameat2": NAMES + ("ENOSYS",), "linkat": NAMES,
    "unlinkat": ("EIO", "EROFS", "EPERM"), "mkdirat": ("ENOSPC", "EROFS"),
    "fchown": ("EPERM", "EIO"), "fchmod": ("EPERM", "EIO"), "umask": (),
    "flistxattr": XATTR, "fgetxattr": XATTR, "fsetxattr": XATTR, "fremovexattr": XATTR,
    "listxattr": XATTR, "getxattr": XATTR,
    "newfstatat": ("EIO", "EACCES"), "fstat": ("EIO", "ENOMEM"),
    "flock": ("EINTR", "ENOLCK"), "fcntl": ("EMFILE", "EINVAL"),
}


def one(harness, template, words, name, number, error, before, after, plant):
    """One run with one failing call. What was wrong, or None."""
    seen = harness.seen
    harness.fresh(template)
    status, output = harness.run(*words, plant=plant, timeout=60,
                                 prefix=injected(name, f"error={error}", number))
    state = State(harness.root)
    seen["injected"] += 1
    seen["hangs"] += status == 124
    seen["torn"] += bool(state.torn)
    if status == 124 or state.torn:
        return f"status {status}, {state}"
    if status not in (0, 1, 2, 3):
        return f"status {status}: {output}"
    seen[f"status {status}"] += 1
    if status == 0 and not state.whole(after):
        seen["false successes"] += 1
        return f"status 0, but {state}: {output}"
    # a run that says so may have ended before or after; recovery itself may be half done
    if status in (1, 2) and not state.whole(*before):
        seen["false refusals"] += 1
        return f"status {status}, but {state}: {output}"
    if status != 3 and state.litter:
        seen["litter"] += 1
        if ".holdfast" in output or "beside it" in output:
            return None
        seen["hidden"] += 1
        return f"status {status}, litter not named: {state.litter}: {output}"
    status, output = harness.run("recover", "verify", "pending", plant=plant)
    state = State(harness.root)
    if status != 0 or not state.whole("old", "new") or state.litter:
        return f"the next run: status {status}, {state}: {output}"
    seen["next run whole"] += 1
    return None


def matrix(harness, what, template, words, before, after, plant=None, sample=SAMPLE):
    """Failures over the calls of WORDS run on TEMPLATE; with a PLANT only until it is caught."""
    harness.seen = dict.fromkeys((
        "injected", "hangs", "torn", "status 0", "status 1", "status 2", "status 3",
        "false successes", "false refusals", "litter", "hidden", "next run whole"), 0)
    harness.fresh(template)
    points = [(name, number, error)
              for name, number in calls(harness, *words, plant=plant, only=ERRORS)
              for error in ERRORS[name]]
    wrong = []
    for name, number, error in harness.sample(points, sample):
        fault = one(harness, template, words, name, number, error, before, after, plant)
        if fault:
            wrong.append(f"{what}, {name} {number} {error}: {fault}")
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
    status, output = harness.run("try=new")
    assert status == 0 and State(harness.root).whole("new"), output
    on_trial = harness.keep("on-trial")

    def cut(name, template, words, call, number):
        harness.fresh(template)
        status, _ = harness.run(*words, prefix=injected(call, "signal=KILL", number))
        assert status == 137, (words, call, number, status)
        return harness.keep(name)

    amid_apply = cut("amid-apply", None, ("apply=new",), "renameat2", 3)
    amid_undo = cut("amid-undo", applied, ("undo",), "renameat2", 3)
    for what, template, words, before, after in (
            ("apply", None, ("apply=new",), ("old",), "new"),
            ("undo", applied, ("undo",), ("new",), "old"),
            ("a trial", None, ("try=new",), ("old",), "new"),
            # undone where the time can't be read: then there is nothing to be confirmed
            ("confirmation", on_trial, ("confirm",), ("new", "old"), "new"),
            ("the end of a trial", on_trial, ("expire",), ("new",), "old"),
            ("recovery of an apply", amid_apply, ("recover",), ("mixed",), "old"),
            ("recovery of an undo", amid_undo, ("recover",), ("mixed",), "old")):
        wrong = matrix(harness, what, template, words, before, after,
                       sample=sample_for(what, SAMPLE))
        for fault in wrong:
            harness.ok(False, fault)
        seen = harness.seen
        harness.passed += seen["injected"] - len(wrong)
        harness.proof(2, injected=seen["injected"], torn=seen["torn"], hangs=seen["hangs"],
                      false_successes=seen["false successes"], litter_not_told=seen["hidden"])

    for plant in ("IN_PLACE", "NO_WRITE_CHECK"):
        wrong = matrix(harness, "apply", None, ("apply=new",), ("old",), "new", plant,
                       sample=100000)
        harness.planted(plant, wrong)
    harness.finish()


main()
