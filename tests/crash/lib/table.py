"""Prints the proofs with the figures that the last run of each harness left. Fails when
one does not hold or was not made."""
import glob
import json
import os
import sys

PROOFS = {  # what, and the figures that the long form must reach
    1: ("a kill before every system call of apply, undo and recovery", {}),
    2: ("every system call fails with at least two errors", {}),
    3: ("allocations fail one by one, the parsing process is killed", {}),
    4: ("the disk stops at any write, on ext4, xfs and btrfs", {"states": 400}),
    5: ("faults planted in the code", {}),
    6: ("file and directory are exchanged with links elsewhere all along", {"swaps": 500000}),
    7: ("a root full of links out of it, FIFOs, devices, huge files", {}),
    8: ("fuzzing", {"over loader and models": 10000000, "a lens": 200000, "of the module's configuration": 1000000}),
    9: ("two writers, an editor, dpkg", {"rounds": 1000}),
    10: ("owner, mode, ACL, extended attributes and label, applied and undone", {}),
    11: ("an audit that may write nothing gives the same output", {}),
    12: ("a full disk at every size, tiny limits", {}),
}


def rows():
    build = os.environ.get("BUILD", "build")
    for path in glob.glob(build + "/crash/*.row") + glob.glob(build + "/fuzz/crash/*.row"):
        with open(path, encoding="ascii") as file:
            yield json.load(file)


def main():
    full = os.environ.get("FULL", "") not in ("", "0")
    good, figures, plants = {}, {number: {} for number in PROOFS}, {}
    for row in rows():
        plants.update(row["plants"])
        for number, counted in row["proofs"].items():
            number = int(number)
            good[number] = good.get(number, True) and row["good"]
            for name, count in counted.items():
                figures[number][name] = figures[number].get(name, 0) + count
    figures[5] = {"planted": len(plants), "caught": sum(plants.values())}
    good[5] = bool(plants) and all(plants.values())
    failed = 0
    for number, (what, wanted) in PROOFS.items():
        short = [name for name, count in wanted.items() if figures[number].get(name, 0) < count]
        holds = good.get(number, False) and not (full and short)
        failed += not holds
        numbers = ", ".join(f"{count:,} {name}" for name, count in figures[number].items())
        print(f"{number:2} {what}: {numbers or 'not made'}: "
              f"{'holds' if holds else 'DOES NOT HOLD'}{'' if full else ' (sample)'}")
    sys.exit(1 if failed else 0)


main()
