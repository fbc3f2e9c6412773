#!/usr/bin/python3
"""console_conf.py [ID]: writes a console.conf with a sum to standard output, as apply would for
the control ID; whom to let in are the lines of standard input. With "sum" as its only argument
it puts a sum before the text that it is given, whatever that is.

The sum is worked out by a reading of base/console_sum.h of its own."""
import struct
import sys

MASK = (1 << 64) - 1


def console_sum(data):
    """Fletcher's sum over parts of 512 bytes, in four lanes of 64 bits."""
    inner, outer = [0] * 4, [0] * 4
    for start in range(0, len(data), 512):
        words = struct.unpack("<64Q", data[start:start + 512].ljust(512, b"\0"))
        for lane in range(4):
            inner[lane] = (inner[lane] + sum(words[lane::4])) & MASK
            outer[lane] = (outer[lane] + inner[lane]) & MASK
    result = len(data)
    for pair in zip(inner, outer):
        for word in pair:
            result = (result ^ word) * 0x9e3779b97f4a7c15 & MASK
            result ^= result >> 32
    return result


def with_sum(data):
    return b"sum %010d %016x\n" % (len(data), console_sum(data)) + data


def main():
    data = sys.stdin.buffer.read()
    if sys.argv[1:] != ["sum"]:
        who = data.split()
        users = sorted({w for w in who if not w.startswith(b"(") and not w[:1].isdigit()})
        control = sys.argv[1].encode() if sys.argv[1:] else b"c"
        data = b"control %s\npolicy %064d\n" % (control, 7) + b"".join(
            b"allow %s\n" % w for w in [w for w in who if w not in users] + users)
    sys.stdout.buffer.write(with_sum(data))


if __name__ == "__main__":
    main()
