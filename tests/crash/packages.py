#!/usr/bin/python3
"""All at once: dpkg puts a new version of a configuration file in its place, an editor one of a
drop-in, two runs change both, audits read them.

Judged: dpkg's and the editor's last versions are there, as they wrote them or with our lines, and
nothing older; audits see whole files alone; the log is whole; and a run after all that mends both.
Needs root, as dpkg does.
"""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from crash import FULL, HELPERS, HOLDFAST, Harness, read  # noqa: E402

ROUNDS = 300 if FULL else 15
MAIN, DROP_IN = "/etc/ssh/sshd_config", "/etc/ssh/sshd_config.d/local.conf"
LINES = 400
POLICY = """holdfast: 1
title: Two lines
assume: { openssh: 9.2p1 }
controls:
  - id: main
    sshd: { settings: { AllowTcpForwarding: no } }
  - id: drop-in
    sshd: { settings: { X11Forwarding: no } }
"""


def text(file, number):
    """Version NUMBER of a file; each line says which it is of."""
    setting = "AllowTcpForwarding" if file == MAIN else "X11Forwarding"
    lines = [f"{setting} yes # {number}"] + [f"# {number} {line}" for line in range(LINES)]
    return (f"Include {DROP_IN}\n" if file == MAIN else "") + "".join(f"{line}\n" for line in lines)


def versions(file, number):
    """The two that may be there once NUMBER was written."""
    plain = text(file, number)
    return plain.encode(), plain.replace(" yes # ", " no # ", 1).encode()


def package(top, number):
    """The package file of version NUMBER."""
    folder, deb = os.path.join(top, f"package-{number}"), os.path.join(top, f"{number}.deb")
    os.makedirs(folder + "/DEBIAN")
    os.makedirs(folder + os.path.dirname(MAIN))
    for name, data in (("/DEBIAN/conffiles", MAIN + "\n"), (MAIN, text(MAIN, number)), (
            "/DEBIAN/control", f"Package: it\nVersion: {number}\nArchitecture: all\nMaintainer: a <a@b>\nDescription: a\n")):
        with open(folder + name, "w", encoding="ascii") as file:
            file.write(data)
    subprocess.run(["dpkg-deb", "-Znone", "--root-owner-group", "-b", folder, deb], check=True, stdout=subprocess.DEVNULL)
    return deb


def install(root, deb):
    return subprocess.Popen(["dpkg", "--root=" + root, "--log=/dev/null", "--force-unsafe-io", "--force-confnew", "-i", deb],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def edit(root, number):
    """As editors do: the new file is renamed over the old one."""
    with open(root + DROP_IN + "~", "w", encoding="ascii") as file:
        file.write(text(DROP_IN, number))
    os.rename(root + DROP_IN + "~", root + DROP_IN)


class Host:
    def __init__(self, harness):
        self.harness, self.root = harness, harness.root
        self.policy = os.path.join(harness.top, "policy.yaml")
        self.number = 0
        with open(self.policy, "w", encoding="ascii") as file:
            file.write(POLICY)
        for folder in ("/var/lib/dpkg/info", "/var/lib/dpkg/updates", os.path.dirname(DROP_IN)):
            os.makedirs(self.root + folder)
        with open(self.root + "/var/lib/dpkg/status", "w", encoding="ascii"):
            pass
        edit(self.root, 0)
        dpkg = install(self.root, package(harness.top, 0))
        output = dpkg.communicate()[0]
        assert dpkg.returncode == 0, output

    def start(self, command, *words, plant=None, prefix=()):
        program = os.path.join(HELPERS, "crash", f"holdfast-{plant}") if plant else HOLDFAST
        return subprocess.Popen([*prefix, program, command, "--root", self.root, "--policy", self.policy, *words],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def meanwhile(self, plant):
        """One round of all at once; what was wrong, or None."""
        self.number += 1
        deb = package(self.harness.top, self.number)
        late = ("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=renameat2", "-e",
                f"inject=renameat2:delay_enter={self.harness.random.randrange(20000, 200000)}:when=1+")
        runs = [self.start("apply", "--yes", plant=plant, prefix=late) for _ in range(2)]
        # a run reads the files some time after its start, which tracing makes slower
        time.sleep(self.harness.random.random() / 4)
        dpkg = install(self.root, deb)
        audits = [self.start("audit", "--format", "json") for _ in range(2)]
        time.sleep(self.harness.random.random() / 10)
        edit(self.root, self.number)
        audits.append(self.start("audit", "--format", "json"))
        output = dpkg.communicate(timeout=60)[0]
        if dpkg.returncode != 0:
            return f"dpkg: {output}"
        for run in runs:
            output, errors = run.communicate(timeout=60)
            self.harness.seen[run.returncode] = self.harness.seen.get(run.returncode, 0) + 1
            if run.returncode not in (0, 1, 2):
                return f"apply: status {run.returncode}: {output + errors}"
        for audit in audits:
            output, errors = audit.communicate(timeout=60)
            verdicts = {control["verdict"] for control in json.loads(output)["controls"]}
            if not verdicts <= {"pass", "fail"} or audit.returncode not in (0, 1):
                return f"an audit: status {audit.returncode}, {verdicts}: {errors}"
        for file in (MAIN, DROP_IN):
            if read(self.root + file) not in versions(file, self.number):
                return f"{file} is not version {self.number}: {read(self.root + file)[:60]}"
        return None

    def afterwards(self):
        """A run that nobody disturbs; what was wrong, or None."""
        for words in (("apply", "--yes"), ("audit",), ("log", "--verify")):
            run = self.start(*words) if words[0] != "log" else subprocess.Popen(
                [HOLDFAST, *words, "--root", self.root], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            output, errors = run.communicate(timeout=60)
            if run.returncode != 0:
                return f"{words}: status {run.returncode}: {output + errors}"
        for file in (MAIN, DROP_IN):
            if read(self.root + file) != versions(file, self.number)[1]:
                return f"{file} is not mended"
        left = {name for folder, _, names in os.walk(self.root + "/etc") for name in names}
        left -= {os.path.basename(MAIN), os.path.basename(DROP_IN), "sshd_config.dpkg-old"}
        return f"left behind: {left}" if left else None


def main():
    harness = Harness()
    if os.geteuid() != 0:
        print("SKIP: dpkg needs root")
        sys.exit(77)
    harness.seen = {}
    os.makedirs(harness.root)
    host = Host(harness)
    wrong = 0
    for _ in range(ROUNDS):
        fault = host.meanwhile(None) or host.afterwards()
        wrong += fault is not None
        harness.ok(fault is None, fault)
    print(f"dpkg, an editor, two runs, audits: rounds {ROUNDS}, statuses {harness.seen}, bad {wrong}")
    harness.proof(9, rounds_with_dpkg=ROUNDS, mixed_or_lost=wrong)
    rounds = caught = 0
    while not caught and rounds < 100:
        caught = host.meanwhile("NO_COMPARE") is not None
        rounds += 1
    print(f"with NO_COMPARE: rounds {rounds}, bad {int(caught)}")
    harness.planted("NO_COMPARE", caught)
    harness.finish()


main()
