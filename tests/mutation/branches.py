#!/usr/bin/python3
"""The branches of the code that changes files which no test takes, against tests/mutation/branches.

The code is that of tests/mutation/files; gcc counts (-O0 --coverage: in C there are no branches of
exceptions, so all that it counts are the code's own). What is not taken is in the list, with the
reason:

	FILE FUNCTION: LINE [N of M]
		reason

Fails when one is not taken and not in the list, or one in the list is taken or gone.
"""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from mutants import functions  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(os.environ.get("BUILD", "build"))


def listed():
    found, key = {}, None
    with open(os.path.join(HERE, "branches"), encoding="utf-8") as lines:
        for line in lines:
            if line[0] == "\t":
                found[key] = f"{found[key]} {line.strip()}".strip()
            elif line[0] not in "#\n":
                key = line.rstrip("\n")
                found[key] = ""
    return found


def not_taken(data):
    """{key}, and the figures of a file."""
    with open(data["file"], encoding="utf-8") as file:
        source = file.read()
    lines = source.split("\n")
    where = [(source.count("\n", 0, start), source.count("\n", 0, end), name)
             for name, start, end in functions(source)]
    keys, taken, count = {}, 0, 0
    for line in data["lines"]:
        counts = [branch["count"] for branch in line["branches"]]
        missed = counts.count(0)
        count += len(counts)
        taken += len(counts) - missed
        if missed:
            number = line["line_number"]
            name = [name for first, last, name in where if first < number <= last + 1]
            key = f"{data['file']} {name[0]}: {' '.join(lines[number - 1].split())}"
            keys[key] = keys.get(key, 0) + 1
            if keys[key] > 1:
                key = f"{key} #{keys[key]}"
            keys[key] = 1
            keys[f"{key} [{missed} of {len(counts)}]"] = 0
    return [key for key, repeated in keys.items() if repeated == 0], taken, count


def main():
    with open(os.path.join(HERE, "files"), encoding="ascii") as lines:
        files = [line.strip() for line in lines if line[0] != "#"]
    for test in sys.argv[1:]:
        name, *settings = test.split()
        subprocess.run(["env", *settings, os.path.join(BUILD, "tests/unit", "test_" + name)],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    out = os.path.join(BUILD, "branches.json")
    subprocess.run(["gcovr", "--root", ".", "--object-directory", BUILD, "--filter", "enforcer/",
                    "--json", out, os.path.join(BUILD, "enforcer")], check=True)
    with open(out, encoding="utf-8") as file:
        found = {data["file"]: data for data in json.load(file)["files"]}
    known, missed = listed(), set()
    all_taken = all_count = 0
    print(f"{'file':28}{'branches':>12}{'taken':>12}")
    for file in files:
        keys, taken, count = not_taken(found[file])
        missed.update(keys)
        all_taken, all_count = all_taken + taken, all_count + count
        print(f"{file:28}{count:12}{taken:12}")
    print(f"{'all':28}{all_count:12}{all_taken:12}")
    wrong = [f"not taken and not listed: {key}" for key in sorted(missed - set(known))]
    wrong += [f"listed, but taken or gone: {key}" for key in known if key not in missed]
    wrong += [f"listed without a reason: {key}" for key, reason in known.items() if not reason]
    for line in wrong:
        print(line)
    sys.exit(1 if wrong else 0)


main()
