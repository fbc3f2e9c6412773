#!/usr/bin/python3
"""What a file carries comes back: owner, mode, ACL, extended attributes, label.

Judged, for random ones: after apply a replaced file carries what it carried, a created one
what the plan says and nothing that its directory hands down; after undo, and after a run
that was killed and recovered from, every file carries what it carried. The time of the last
change may differ.
"""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from crash import CREATED, FULL, REMOVED, REPLACED, Harness, injected  # noqa: E402

ROUNDS = 400 if FULL else 40
CARRYING = (*REPLACED, REMOVED)
ACL, DEFAULT = "system.posix_acl_access", "system.posix_acl_default"
# <linux/posix_acl_xattr.h>: tags of an entry
USER_OBJ, USER, GROUP_OBJ, GROUP, MASK, OTHER = 1, 2, 4, 8, 16, 32


def acl(random):
    entries = [(USER_OBJ, 6, -1)]
    entries += [(USER, random.randrange(8), uid) for uid in sorted(random.sample(range(1, 999), 2))]
    entries += [(GROUP_OBJ, random.randrange(8), -1), (GROUP, random.randrange(8), 77),
                (MASK, random.randrange(8), -1), (OTHER, random.randrange(8), -1)]
    return struct.pack("<I", 2) + b"".join(
        struct.pack("<HHI", tag, rights, number & 0xffffffff) for tag, rights, number in entries)


def dress(harness, path):
    """Gives the file at PATH a random lot of what a file can carry."""
    random = harness.random
    os.chown(path, *(random.choice((0, 0, 1, 12345)) for _ in range(2)))
    os.chmod(path, random.choice((0o600, 0o640, 0o644, 0o444, 0o4755, 0o2750, 0o1600, 0o6777, 0)))
    lot = {ACL: acl(random),
           "user.note": random.randbytes(random.choice((0, 1, 40, 2000))),
           "user." + "x" * 200: b"\0",
           "trusted.overlay.opaque": b"y",
           "security.selinux": b"system_u:object_r:etc_t:s0\0",
           # VFS_CAP_REVISION_2: net_bind_service, permitted and effective
           "security.capability": struct.pack("<5I", 0x02000001, 1 << 10, 0, 0, 0)}
    for name in random.sample(sorted(lot), random.randrange(len(lot) + 1)):
        os.setxattr(path, name, lot[name])


def carried(path):
    status = os.lstat(path)
    return (status.st_mode, status.st_uid, status.st_gid,
            {name: os.getxattr(path, name) for name in os.listxattr(path)})


def all_carried(harness, files):
    return {file: carried(harness.root + file) for file in files}


def one(harness, plant=None):
    """One round; what was wrong, or None."""
    harness.fresh()
    for file in CARRYING:
        dress(harness, harness.root + file)
        directory = os.path.dirname(harness.root + file)
        if harness.random.randrange(2):
            os.setxattr(directory, DEFAULT, acl(harness.random))
    before = all_carried(harness, CARRYING)
    status, output = harness.run("apply=new", plant=plant)
    if status != 0:
        return f"apply: status {status}: {output}"
    for file, want in all_carried(harness, REPLACED).items():
        if want != before[file]:
            return f"after apply, {file}: {want}, but was {before[file]}"
    made = carried(harness.root + CREATED)
    if made != (0o100640, 0, 0, {}):
        return f"the created file has {made}"
    status, output = harness.run("undo", plant=plant)
    if status != 0 or all_carried(harness, CARRYING) != before:
        return f"after undo, status {status}: {all_carried(harness, CARRYING)}, was {before}"
    number = harness.random.randrange(1, 5)
    words = harness.random.choice((("apply=new",), ("apply=new", "undo")))
    harness.run(*words, plant=plant, prefix=injected("renameat2", "signal=KILL", number))
    status, output = harness.run("recover", plant=plant)
    now = all_carried(harness, [file for file in CARRYING if os.path.exists(harness.root + file)])
    if status != 0 or any(before[file] != now[file] for file in now):
        return f"after a kill and recovery, status {status}: {now}, was {before}"
    return None


def main():
    harness = Harness(memory=False)  # a tmpfs may lack user.*
    wrong = 0
    for _ in range(ROUNDS):
        fault = one(harness)
        wrong += fault is not None
        harness.ok(fault is None, fault)
    print(f"attributes: rounds {ROUNDS}, different {wrong}")
    harness.proof(10, rounds=ROUNDS, different=wrong)
    for plant in ("NO_XATTRS", "OWNER_LAST"):
        caught = sum(one(harness, plant) is not None for _ in range(10))
        print(f"attributes with {plant}: rounds 10, different {caught}")
        harness.planted(plant, caught)
    harness.finish()


main()
