#!/usr/bin/python3
"""bench.py: time and memory of an audit, against the floor and other programs.

Prints a table and writes $BUILD/bench.json. Exits 1 when a budget is exceeded. Figures are
medians; all commands of a group run in turn (A B A B), so that a drift of the machine meets
all of them. Budgets are for our own group; the ratios to others come from one where they
run between, which leaves the processor's caches cold for everybody. CPU is user and system time with that of all processes waited for. What a peer
is asked is the nearest it can do: sshd -T prints effective settings, augtool reads the same
files with the stock lenses."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
HELPERS = os.environ["HELPERS"] + "/bench/"
BUILD = os.environ["BUILD"]
DYNAMIC = os.environ["HOLDFAST"]
STATIC = os.environ.get("STATIC_HOLDFAST", "")
ROUNDS = "15"
POLICY = HERE + "/policy.yaml"
CONSOLE = HERE + "/console.yaml"
SOURCES = [
    "etc/ssh", "etc/default/ssh", "etc/default/xinetd", "etc/rsyslog.conf", "etc/rsyslog.d",
    "etc/xinetd.conf", "etc/xinetd.d", "etc/security/access.conf", "etc/pam.d",
    "etc/login.defs", "etc/passwd", "etc/group", "etc/services", "etc/protocols", "etc/rpc",
    "etc/nsswitch.conf", "var/lib/dpkg/status"]

# Milliseconds of CPU, MiB: what the project promises.
BUDGETS = {
    "one root": (7, 10), "one root, static": (5, 10),
    "each further root": (1.5, None), "each further root, static": (1.5, None)}
# What it wants to reach: shown, and no failure.
GOALS = {"one root, static": (3, 8), "access.conf of 10,000 lines": (40, None)}


def make_root(path, note=None):
    """A root with this machine's files; NOTE ends each, so that no two roots share bytes."""
    for source in SOURCES:
        target = os.path.join(path, source)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.isdir("/" + source):
            shutil.copytree("/" + source, target, symlinks=True,
                            ignore=lambda d, names: [n for n in names if "_key" in n])
        elif os.path.exists("/" + source):
            shutil.copy("/" + source, target)
    if note is not None:
        for folder, _, names in os.walk(os.path.join(path, "etc")):
            for name in names:
                with open(os.path.join(folder, name), "a") as file:
                    file.write(f"# {note}\n")


def audit(program, roots, policy=POLICY):
    return [program, "audit", "--policy", policy] + [f"--root={root}" for root in roots]


def measure(commands, rounds=ROUNDS):
    """[(name, argv)] -> {name: {"cpu_ms", "wall_ms", "mib", "status"}}"""
    line = [HELPERS + "measure", rounds]
    for _, argv in commands:
        line += argv + ["--"]
    out = subprocess.run(line[:-1], stdout=subprocess.PIPE, check=True, text=True).stdout
    figures = {}
    for (name, _), row in zip(commands, out.splitlines()):
        cpu, wall, memory, status = row.split()
        figures[name] = {"cpu_ms": float(cpu), "wall_ms": float(wall),
                         "mib": int(memory) / 1024, "status": int(status)}
    return figures


def files_read(root):
    out = subprocess.run(audit(DYNAMIC, [root]) + ["--format", "json"],
                         stdout=subprocess.PIPE, text=True).stdout
    files = [root + entry["file"] for entry in json.loads(out)["files"]]
    return [file for file in files if os.path.isfile(file)]


def peers(root):
    rows = []
    if shutil.which("sshd", path="/usr/sbin:/sbin") and os.geteuid() == 0:
        os.makedirs("/run/sshd", exist_ok=True)
        rows.append(("sshd -T", ["/usr/sbin/sshd", "-T", "-f", root + "/etc/ssh/sshd_config"]))
    if shutil.which("augtool"):
        load = []
        for lens, pattern in (("Sshd", "/etc/ssh/sshd_config"), ("Rsyslog", "/etc/rsyslog.conf"),
                              ("Xinetd", "/etc/xinetd.conf"), ("Xinetd", "/etc/xinetd.d/*"),
                              ("Access", "/etc/security/access.conf"), ("Pam", "/etc/pam.d/*")):
            load += ["--transform", f"{lens}.lns incl {pattern}"]
        # -A loads no other lens
        rows.append(("augtool -A", ["augtool", "-A", "-r", root] + load + ["match", "/files//*"]))
        rows.append(("augtool", ["augtool", "-r", root, "match", "/files/etc/*"]))
    if shutil.which("cf-agent"):
        policy = os.path.join(os.path.dirname(root), "bench.cf")
        with open(policy, "w") as file:
            file.write('body common control { bundlesequence => { "main" }; }\n'
                       'bundle agent main { vars: "c" string => readfile("%s", 0); }\n'
                       % (root + "/etc/ssh/sshd_config"))
        os.chmod(policy, 0o600)
        rows.append(("cf-agent", ["cf-agent", "-KIf", policy]))
    if shutil.which("oscap"):
        content = "/usr/share/xml/scap/ssg/content/ssg-debian12-ds.xml"
        if os.path.exists(content):
            rows.append(("oscap", ["oscap", "xccdf", "eval", content]))
    return rows


def main():
    programs = [("", DYNAMIC)] + ([(", static", STATIC)] if STATIC else [])
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as scratch:
        roots = [f"{scratch}/root{i}" for i in range(21)]
        same = [f"{scratch}/same{i}" for i in range(21)]
        for i, root in enumerate(roots):
            make_root(root, i)
        for root in same:
            make_root(root)
        files = files_read(roots[0])
        floor = HELPERS + "floor"

        ours = [("one root" + suffix, audit(p, roots[:1])) for suffix, p in programs]
        figures = measure([("floor", [floor] + files)] + ours)
        among = measure([("floor, among others", [floor] + files)]
                        + [(name + ", among others", argv) for name, argv in ours]
                        + peers(roots[0]))
        for figure in among.values():
            figure["of_floor"] = figure["cpu_ms"] / among["floor, among others"]["cpu_ms"]
            figure["of_ours"] = figure["cpu_ms"] / among["one root, among others"]["cpu_ms"]
        figures.update(among)

        many = [("floor of 21", [floor] + [f.replace(roots[0], r) for r in roots for f in files])]
        for suffix, program in programs:
            many += [("21 roots" + suffix, audit(program, roots)),
                     ("21 equal roots" + suffix, audit(program, same))]
        figures.update(measure(many, "7"))
        further = {}
        for total, one, name in (("floor of 21", "floor", "floor of each further root"),
                                 *(("21 roots" + s, "one root" + s, "each further root" + s)
                                   for s, _ in programs),
                                 *(("21 equal roots" + s, "one root" + s,
                                    "each further root, equal" + s) for s, _ in programs)):
            further[name] = {
                "cpu_ms": (figures[total]["cpu_ms"] - figures[one]["cpu_ms"]) / 20}
        figures.update(further)

        access = roots[0] + "/etc/security/access.conf"
        large = []
        for lines in (10000, 40000):
            root = f"{scratch}/large{lines}"
            shutil.copytree(roots[0], root, symlinks=True)
            with open(root + access[len(roots[0]):], "w") as file:
                for i in range(lines):
                    file.write(f"+:user{i}:10.{i // 256 % 256}.{i % 256}.0/24\n")
                file.write("-:ALL EXCEPT root:LOCAL\n")
            large.append((f"access.conf of {lines:,} lines", audit(DYNAMIC, [root], CONSOLE)))
        figures.update(measure(large, "7"))

    figures = {"files": len(files), "figures": figures}
    return report(figures)


def report(result):
    figures = result["figures"]
    floor = figures["floor"]["cpu_ms"]
    ours = figures["one root"]["cpu_ms"]
    exceeded = []
    print(f"one root: ten checks, {result['files']} files")
    print(f"{'':34}{'CPU ms':>9}{'MiB':>8}{'of floor':>10}{'of ours':>9}")
    for name, figure in figures.items():
        cpu, mib = figure["cpu_ms"], figure.get("mib")
        figure.setdefault("of_floor", cpu / floor)
        figure.setdefault("of_ours", cpu / ours)
        verdict = ""
        for limit, word in ((BUDGETS.get(name), "budget"), (GOALS.get(name), "goal")):
            if limit is None:
                continue
            holds = cpu <= limit[0] and (limit[1] is None or mib <= limit[1])
            verdict += f"  {word} {limit[0]} ms" + (f", {limit[1]} MiB" if limit[1] else "")
            verdict += ": holds" if holds else ": EXCEEDED" if word == "budget" else ": missed"
            exceeded += [] if holds or word == "goal" else [name]
        print(f"{name:34}{cpu:9.2f}{f'{mib:.1f}' if mib is not None else '-':>8}"
              f"{figure['of_floor']:10.1f}{figure['of_ours']:9.2f}{verdict}")
    result["exceeded"] = exceeded
    with open(BUILD + "/bench.json", "w") as file:
        json.dump(result, file, indent=1)
    print(f"written: {os.path.relpath(BUILD, PROJECT)}/bench.json")
    return 1 if exceeded else 0


if __name__ == "__main__":
    sys.exit(main())
