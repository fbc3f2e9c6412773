#!/usr/bin/python3
"""The disk stops at any write of apply or undo, on ext4, xfs and btrfs.

A FUSE file beneath the file system keeps each write and flush. For each point a disk is made of
all writes up to there, and others of which some blocks written since the last flush are
missing, as a disk with a cache may leave it; it is mounted and the next run recovers. Judged:
then all files are old or all are new and nothing lies beside them; once apply, or undo, has said
that it is done, it stays done. Needs to be root, FUSE, loop devices and the three file systems.
"""
import bisect
import collections
import os
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from crash import FULL, HELPERS, Harness, State, own_mounts  # noqa: E402

SAMPLE = 24  # states for each file system
DROPS = 3  # disks with blocks missing, for each point
BLOCK = 4096
SYSTEMS = {  # the smallest that each can be made
    "ext4": ("8M", ("mkfs.ext4", "-q", "-F"), "noatime"),
    "xfs": ("300M", ("mkfs.xfs", "-q", "-f"), "noatime,nouuid"),
    "btrfs": ("110M", ("mkfs.btrfs", "-q", "-f", "-M"), "noatime"),
}
Record = collections.namedtuple("Record", "kind offset data")


def run(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode(errors="replace")


def must(*command):
    status, output = run(*command)
    if status != 0:
        raise RuntimeError(f"{' '.join(command)}: {output}")
    return output


def read_log(path):
    with open(path, "rb") as file:
        data = file.read()
    at, records = 0, []
    while at < len(data):
        kind, offset, size = struct.unpack_from("=cQQ", data, at)
        at += 17
        records.append(Record(kind.decode(), offset, data[at:at + size]))
        at += size
    return records


class Recording:
    """A file system on the disk that is recorded, and what was sent to it."""

    def __init__(self, harness, system):
        self.harness, self.system = harness, system
        size, make, self.options = SYSTEMS[system]
        self.mount = os.path.join(harness.top, "mount")
        self.base, self.disk = (os.path.join(harness.top, name) for name in ("base", "image"))
        os.makedirs(self.mount, exist_ok=True)
        harness.root = self.mount + "/root"
        must("truncate", "-s", size, self.base)
        must(*make, self.base)
        self.on(self.base)
        harness.fresh()
        self.off()
        self.count = 0

    def on(self, image):
        # not mount -o loop: it may take a device that lingers with another image's bytes
        self.device = must("losetup", "-f", "--show", image).strip()
        if self.system == "btrfs":  # nor the device where it saw this file system before
            run("btrfs", "device", "scan", "--forget")
        must("mount", "-t", self.system, "-o", self.options, self.device, self.mount)

    def off(self):
        run("umount", self.mount)
        run("losetup", "-d", self.device)

    def record(self, plant):
        """Runs apply, then undo, and returns what the disk was sent."""
        folder, log = (os.path.join(self.harness.top, name) for name in ("fuse", "log"))
        os.makedirs(folder, exist_ok=True)
        must("cp", "--sparse=always", self.base, self.disk)
        server = subprocess.Popen(
            [os.path.join(HELPERS, "crash", "logdisk"), self.disk, log, folder],
            stdin=subprocess.DEVNULL)
        try:
            while not os.path.exists(folder + "/disk") and server.poll() is None:
                time.sleep(0.01)
            self.on(folder + "/disk")
            for word in ("apply=new", "undo"):
                self.mark(folder, word)
                status, output = self.harness.run(word, plant=plant)
                assert status == 0, output
                self.mark(folder, "done")
                if plant:
                    time.sleep(1.5)  # the system writes some on its own: not all at once
        finally:
            self.off()
            must("umount", "-l", folder)  # a loop device may let go of its file later
            try:
                server.wait(timeout=60)
            finally:
                server.kill()
        return read_log(log)

    @staticmethod
    def mark(folder, word):
        with open(folder + "/mark", "wb", buffering=0) as file:
            file.write(word.encode())

    def state(self, writes):
        """The disk with WRITES on it, as the next boot finds it: before and after recovery."""
        self.count += 1
        image = f"{self.disk}.{self.count}"
        must("cp", "--sparse=always", self.base, image)
        with open(image, "r+b") as file:
            for offset, data in writes:
                file.seek(offset)
                file.write(data)
        try:
            self.on(image)
            before = State(self.harness.root)
            status, output = self.harness.run("recover", "verify", "pending")
            after = State(self.harness.root)
            return before, after, "" if status == 0 else f"status {status}: {output}"
        except RuntimeError as error:
            return None, None, str(error)
        finally:
            self.off()
            os.unlink(image)


def points(records):
    """After which records a disk may stop, what the files may be then, and how many disks there
    may be: more than one where writes are not flushed yet."""
    found, wanted, late = [], None, False
    for number, record in enumerate(records):
        if record.kind == "M":
            word = record.data.decode()
            wanted = wanted[-1:] if word == "done" else ("old", "new") if word == "apply=new" else \
                ("new", "old")
        late = record.kind == "W" or late and record.kind != "F"
        # what was promised before this record holds after it
        if wanted and record.kind in "WM":
            found += [(number + 1, wanted, drop) for drop in range(1 + DROPS * late)]
    return found


def blocks(random, record):
    """Some of the blocks of a write that was under way."""
    for at in range(0, len(record.data), BLOCK):
        if random.randrange(2):
            yield record.offset + at, record.data[at:at + BLOCK]


def writes_until(random, records, end, drop):
    flushes = [number for number, record in enumerate(records) if record.kind == "F"]
    index = bisect.bisect_left(flushes, end)
    safe = flushes[index - 1] if index else 0
    for number, record in enumerate(records[:end]):
        if record.kind == "W" and (number < safe or not drop):
            yield record.offset, record.data
        elif record.kind == "W":
            yield from blocks(random, record)


def matrix(harness, system, plant=None):
    recording = Recording(harness, system)
    records = recording.record(plant)
    seen = collections.Counter({"states": 0, "torn": 0, "lost": 0, "bad": 0})
    wrong = []
    found = points(records)
    # a fault is looked for until it is seen
    for end, wanted, drop in harness.random.sample(found, len(found)) if plant else \
            harness.sample(found, SAMPLE):
        before, after, fault = recording.state(writes_until(harness.random, records, end, drop))
        seen["states"] += 1
        if before and before.torn:
            seen["torn"] += 1
        if not fault and (not after.whole(*wanted) or after.litter):
            fault = f"{before}, then {after}, wanted {wanted}"
            seen["lost"] += len(wanted) == 1
        if fault:
            seen["bad"] += 1
            wrong.append(f"{system}, record {end} of {len(records)}, drop {drop}: {fault}")
        elif after:
            seen[after.name] += 1
        if plant and wrong:
            break
    kinds = collections.Counter(record.kind for record in records)
    print(f"{system}{' with ' + plant if plant else ''}: writes {kinds['W']}, flushes {kinds['F']}, " +
          ", ".join(f"{key} {value}" for key, value in seen.items()))
    if plant is None:
        harness.proof(4, states=seen["states"], bad=seen["bad"], lost_after_success=seen["lost"])
    return wrong


def missing():
    """What this machine lacks, or None. Its own /dev may not show what the kernel has."""
    if not own_mounts():
        return "no right to mount"
    if not os.path.exists("/dev/fuse") or not os.path.exists("/dev/loop-control"):
        run("mount", "-t", "devtmpfs", "devtmpfs", "/dev")
    if not os.path.exists("/dev/fuse"):
        return "no /dev/fuse"
    status, output = run("losetup", "-f")
    if status != 0:
        return f"no loop device: {output.strip()}"
    run("sh", "-c", f"modprobe -aq {' '.join(SYSTEMS)}")
    with open("/proc/filesystems", encoding="ascii") as file:
        known = file.read().split()
    lacking = [system for system in SYSTEMS if system not in known]
    return f"the kernel has no {', '.join(lacking)}" if lacking else None


def main():
    lacking = missing()
    if lacking:
        print(f"SKIP: {lacking}")
        sys.exit(77)
    harness = Harness()
    for system in SYSTEMS:
        wrong = matrix(harness, system)
        for fault in wrong or [None]:
            harness.ok(fault is None, fault)
    # a missing fsync of a directory does not show on ext4 and xfs: order.py sees it; ext4 writes
    # a file that was cut to nothing out when it is closed, ext4(5) auto_da_alloc
    plants = [("NO_FILE_SYNC", "ext4"), ("UNDO_ORDER", "xfs"), ("NO_DIRECTORY_SYNC", "btrfs")]
    if FULL:
        plants += [(plant, system) for plant in ("NO_FILE_SYNC", "UNDO_ORDER", "IN_PLACE")
                   for system in SYSTEMS
                   if (plant, system) not in [*plants, ("IN_PLACE", "ext4")]]
    for plant, system in plants:
        harness.planted(f"{plant} on {system}", matrix(harness, system, plant))
    harness.finish()


main()
