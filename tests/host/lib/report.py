"""The lines that a test prints, and its end."""
import sys
import time

failed = 0
start = time.monotonic()


def check(name, is_good, detail=""):
    global failed
    print(f"{'ok' if is_good else 'not ok'} - {name} ({time.monotonic() - start:.0f} s)", flush=True)
    if not is_good:
        failed += 1
        print("".join(f"#   {line}\n" for line in str(detail).splitlines()), end="", flush=True)


def same(name, have, want):
    check(name, have == want, f"have: {have!r}\nwant: {want!r}")


def finish():
    print(f"{failed} failed, {time.monotonic() - start:.0f} s")
    sys.exit(1 if failed else 0)
