"""A test of the tests: with a fault planted in a model, its oracle finds a case that disagrees and
shrinks it within a minute. tests/oracle/plants lists the faults; the Makefile builds the asking
programs with them."""
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 60  # seconds


def plants():
    with open(os.path.join(HERE, "plants")) as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                yield line.split()[0]


def main():
    helpers = os.environ.get("HELPERS", "build/tests")
    failed = 0
    for subject in plants():
        start = time.monotonic()
        environment = {**os.environ, "HELPERS": os.path.join(helpers, "planted"), "BUILD": os.path.join(os.environ.get("BUILD", "build"), "planted")}
        done = subprocess.run([sys.executable, os.path.join(HERE, f"{subject}.py"), "--cases", "100000", "--first"], env=environment,
                              capture_output=True, text=True, errors="replace", check=False)
        took = time.monotonic() - start
        small = done.stdout.split("at its smallest:")[-1].split("again:")[0]
        good = done.returncode == 1 and "at its smallest:" in done.stdout and took < LIMIT
        failed += not good
        print(f"{'ok' if good else 'NOT OK'}: {subject}: the planted fault is {'found and shrunk' if good else 'missed'}: {took:.1f} s, "
              f"{len(small.splitlines())} lines")
        if not good:
            print(done.stdout[-2000:] + done.stderr[-2000:])
    sys.exit(1 if failed else 0)


main()
