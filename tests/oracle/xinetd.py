"""Compares which services the model says xinetd starts with the sockets of a real xinetd.

Each case is a generated tree whose etc is mounted over /etc, in namespaces with a loopback
alone; the daemon's listening TCP and bound UDP ports are those of the started services.
"""
import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time

NAMES = [f"svc{i}" for i in range(24)]
SERVERS = ["/usr/bin/true", "/usr/bin/missing", "/usr/bin", "nosuchprogram"]
SKIPPED = ["a.conf", "b~", ".hidden", "c.rpmsave", "d.bak~"]


def listed_services():
    lines = []
    for i, name in enumerate(NAMES):
        if i % 6 == 5:
            continue  # not in services
        for protocol in ("tcp", "udp"):
            if i % 6 == 4 and protocol == "udp":
                continue
            lines.append(f"{name}\t{21000 + i}/{protocol}\talias{i}")
    for port, name in enumerate(("echo", "discard", "time", "daytime", "chargen", "tcpmux")):
        lines += [f"{name} {22000 + port}/tcp", f"{name} {22000 + port}/udp # builtin"]
    return "\n".join(lines) + "\n"


def cased(rng, word):
    return rng.choice([word] * 8 + [word.upper(), word.capitalize()])


def attribute(rng, name, value):
    equals = rng.choice(["\t= ", " = ", " =", "\t\t=\t"] * 30 + ["= ", "=", " += ", " -= ", " ", "\t"])
    end = rng.choice([""] * 150 + [" ", "\t", " # note", "\r", " x"])
    return f"{rng.choice(['', chr(9), '    '])}{cased(rng, name)}{equals}{value}{end}"


EXTRAS = [
    ("only_from", ["127.0.0.1", "10.0.0.0/8 192.168.1.0", "1.2.3.{4,5}", "a,b", "1.2.3.{4,,5}", ""]),
    ("no_access", ["10.1.1.1", "1.2.{3", "0.0.0.0"]),
    ("log_type", ["SYSLOG authpriv", "SYSLOG nonsense", "FILE /run/f.log", "FILE", "SYSLOG daemon info", "NONE"]),
    ("log_on_success", ["HOST PID", "HOST TRAFFIC", "NONSENSE", "", "duration"]),
    ("log_on_failure", ["HOST", "PID", "USERID ATTEMPT"]),
    ("instances", ["10", "UNLIMITED", "-1", "many", "3 4"]),
    ("per_source", ["5", "unlimited", "x"]),
    ("cps", ["25 30", "25", "a b", "25 x"]),
    ("nice", ["5", "-5", "low"]),
    ("access_times", ["08:00-17:00", "8:0-9:0 10:00-11:00", "17:00-08:00", "24:00-25:00", "x", ""]),
    ("env", ["A=b", "A", "A=b C=d"]),
    ("passenv", ["PATH", "NONE_SUCH"]),
    ("flags", ["REUSE", "NAMEINARGS", "IPv4", "NODELAY KEEPALIVE", "BAD", "", "IPv6", "SENSOR", "INTERCEPT"]),
    ("server_args", ["true -x", "", "-l"]),
    ("banner", ["/etc/motd", "a b"]),
    ("umask", ["022", "888", "0777", "1000"]),
    ("max_load", ["2.5", "0", "x"]),
    ("rlimit_as", ["8M", "UNLIMITED", "8X", "k"]),
    ("rlimit_files", ["100", "x"]),
    ("deny_time", ["FOREVER", "60", "soon"]),
    ("group", ["root", "nosuchgroup", "0", "daemon"]),
    ("groups", ["yes", "no", "maybe"]),
    ("disabled", ["svc1"]),
    ("mdns", ["yes", "huh"]),
    ("nonsense", ["1"]),
    ("v6only", ["no", "yes", "2"]),
    ("port", None),
    ("bind", ["127.0.0.1", "1.2.3.4.5", "::1"]),
    ("libwrap", ["x"]),
    ("type", ["UNLISTED", "INTERNAL", "NONSENSE", "", "SPECIAL", "UNLISTED SPECIAL", "TCPMUX", "INTERNAL UNLISTED"]),
]


def service(rng, used, number):
    builtin = rng.random() < 0.12
    name = rng.choice(["echo", "discard", "time", "daytime", "chargen", "tcpmux", "svc3"]) if builtin \
        else rng.choice(NAMES + ["alias3", "alias9", "SVC2"])
    lines, protocol = [], rng.choice(["tcp", "tcp", "tcp", "udp"])
    kind = "stream" if protocol == "tcp" else "dgram"
    if rng.random() < 0.03:
        kind = rng.choice(["stream", "dgram", "raw", "nonsense"])
    lines.append(("socket_type", kind))
    lines.append(("wait", rng.choice(["no"] * 9 + ["yes", "NO", "maybe"])) if protocol == "tcp"
                 else ("wait", rng.choice(["yes"] * 9 + ["no"])))
    lines.append(("user", rng.choice(["root"] * 12 + ["nobody", "0", "nosuchuser", "12x"])))
    lines.append(("server", rng.choice(["/usr/bin/true"] * 14 + SERVERS)))
    if rng.random() < 0.4:
        lines.append(("protocol", rng.choice([protocol] * 12 + ["tcp", "udp", "TCP", "xyz"])))
    if builtin:
        lines.append(("type", rng.choice(["INTERNAL"] * 4 + ["INTERNAL UNLISTED"])))
    elif rng.random() < 0.4:
        lines.append(("type", "UNLISTED"))
        lines.append(("port", str(23000 + number)))
    if rng.random() < 0.7:
        lines.append(("disable", rng.choice(["no"] * 8 + ["yes", "yes", "YES", "No", "true", "", "yes no"])))
    if rng.random() < 0.1:
        lines.append(("disable", rng.choice(["no", "yes"])))
    if rng.random() < 0.3:
        lines.append(("id", rng.choice([f"id{number}", name, "svc1", "ID1", "two words"])))
    while rng.random() < 0.35:
        key, values = rng.choice(EXTRAS)
        value = rng.choice(values) if values else str(rng.choice([23000 + number, 70000, 21003, "x", -1]))
        lines.append((key, value))
    while rng.random() < 0.06:
        lines.pop(rng.randrange(len(lines)))
    if rng.random() < 0.7:
        rng.shuffle(lines)
    out = [rng.choice([f"service {name}"] * 20 + [f"SERVICE\t{name}", f"service  {name} more", f"  service {name}",
                                                   f"service {name} {{", "service", f"services {name}"])]
    out.append(rng.choice(["{"] * 25 + ["  {", "{ ", "{ disable = yes", "{{", "# note\n\n{", "("]))
    for key, value in lines:
        out.append(attribute(rng, key, value))
        if rng.random() < 0.04:
            out.append(rng.choice(["# comment", "", "   ", "\t# disable = yes", "=", "disable= yes", "disable =yes"]))
    out.append(rng.choice(["}"] * 25 + [" }", "}\t", "", "} # end"]))
    return "\n".join(out)


def defaults(rng):
    lines = []
    for _ in range(rng.randrange(4)):
        key = rng.choice(["instances", "log_type", "log_on_success", "cps", "disabled", "disabled", "enabled", "only_from",
                          "log_on_failure", "nonsense", "umask", "per_source", "v6only"])
        value = {"disabled": lambda: " ".join(rng.sample(NAMES + ["ID1", "SVC4", "id3"], rng.randrange(1, 4))),
                 "enabled": lambda: " ".join(rng.sample(NAMES + ["id1", "id2", "echo"], rng.randrange(4, 20)))}.get(key)
        if value is None:
            good = {"instances": "60", "log_type": "SYSLOG authpriv", "log_on_success": "HOST PID", "cps": "25 30",
                    "only_from": "127.0.0.1", "log_on_failure": "HOST", "nonsense": "x", "umask": "022",
                    "per_source": "10", "v6only": "no"}[key]
            bad = dict(EXTRAS).get(key, ["x"])
            text = rng.choice([good] * 15 + list(bad))
        else:
            text = value()
        lines.append(attribute(rng, key, text))
    return "\n".join([rng.choice(["defaults"] * 9 + ["DEFAULTS", "defaults x"]), "{"] + lines + ["}"])


def inetd_line(rng, number):
    name = rng.choice(NAMES + ["echo", "time", "discard"])
    protocol = rng.choice(["tcp", "tcp", "udp", "xyz"])
    kind = rng.choice({"tcp": ["stream"] * 9 + ["dgram"], "udp": ["dgram"] * 9 + ["stream"]}.get(protocol, ["stream"]))
    wait = rng.choice(["nowait", "nowait", "wait", "nowait.400"]) if kind == "stream" else "wait"
    user = rng.choice(["root"] * 6 + ["nobody", "root.root", "nosuch", "root.nosuch"])
    server = rng.choice(["/usr/bin/true true", "/usr/bin/missing x", "internal", "/usr/bin/true"])
    line = f"{name}\t{kind}\t{protocol}\t{wait}\t{user}\t{server}"
    if name not in ("echo", "time") and server == "internal":
        line = "# " + line
    if rng.random() < 0.05:
        line = " ".join(line.split()[:rng.choice([3, 4, 5])])
    return line


def end(rng, text):
    return text if rng.random() < 0.1 else text + "\n"


def build(rng, root):
    etc = os.path.join(root, "etc")
    os.makedirs(os.path.join(etc, "xinetd.d"))
    os.makedirs(os.path.join(etc, "default"))
    os.makedirs(os.path.join(root, "bin"))
    os.makedirs(os.path.join(root, "usr/bin"))  # what is absent there is absent for the model
    shutil.copy("/usr/bin/true", os.path.join(root, "usr/bin/true"))
    files = {"services": listed_services(), "protocols": "ip 0 IP\ntcp\t6\tTCP\nudp\t17\tUDP\n",
             "passwd": "root:x:0:0::/:/bin/sh\nnobody:x:99:99::/:/bin/false\n",
             "group": "root:x:0:\ndaemon:x:1:\n", "hosts": "127.0.0.1 localhost\n",
             "nsswitch.conf": "passwd: files\ngroup: files\nservices: files\nprotocols: files\nhosts: files\n"}
    number, parts = 0, []
    if rng.random() < 0.7:
        parts.append(defaults(rng))
    for _ in range(rng.randrange(3)):
        number += 1
        parts.append(service(rng, None, number))
    parts.append("includedir /etc/xinetd.d")
    if rng.random() < 0.3:
        parts.append(rng.choice(["include /etc/more", "include /etc/absent", "include", "INCLUDE /etc/more"]))
        files["more"] = end(rng, service(rng, None, 50))
    if rng.random() < 0.15:
        parts.append(defaults(rng))
    rng.shuffle(parts) if rng.random() < 0.3 else None
    files["xinetd.conf"] = end(rng, "\n\n".join(parts))
    for i in range(rng.randrange(3, 12)):
        number += 1
        name = rng.choice([f"file{i}"] * 6 + SKIPPED + ["UPPER", "with space"])
        text = "\n".join(service(rng, None, number + 30 * k) for k in range(rng.choice([1, 1, 1, 2])))
        if rng.random() < 0.08:
            text = defaults(rng) + "\n" + text
        files[os.path.join("xinetd.d", name)] = end(rng, text)
    compat = rng.random() < 0.3
    if compat:
        files["inetd.conf"] = end(rng, "# inetd\n" + "\n".join(inetd_line(rng, i) for i in range(rng.randrange(1, 6))))
    files["default/xinetd"] = f'INETD_COMPAT={"Yes" if compat else "No"}\nXINETD_OPTS="-stayalive"\n'
    for name, text in files.items():
        with open(os.path.join(etc, name), "w", newline="") as file:
            file.write(text)
    return compat


def sockets():
    found = set()
    for protocol, state in (("tcp", "0A"), ("udp", "07")):
        for suffix in ("", "6"):
            try:
                with open(f"/proc/net/{protocol}{suffix}") as table:
                    rows = [row.split() for row in table.readlines()[1:]]
            except FileNotFoundError:
                continue
            found |= {(protocol, int(row[1].rsplit(":", 1)[1], 16)) for row in rows if row[3] == state}
    return found


def serve(root, compat):
    """The sockets of a real xinetd on ROOT's etc; None when it does not run."""
    log = "/run/xinetd.log"
    if os.path.exists(log):
        os.unlink(log)
    subprocess.run(["mount", "--bind", os.path.join(root, "etc"), "/etc"], check=True)
    try:
        daemon = subprocess.Popen(["/usr/sbin/xinetd", "-dontfork", "-filelog", log, "-pidfile", "/run/xinetd.pid"]
                                  + (["-inetd_compat"] if compat else []), stdin=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while daemon.poll() is None and time.monotonic() < deadline:
            try:
                with open(log, errors="replace") as file:
                    if "Started working" in file.read():
                        break
            except FileNotFoundError:
                pass
            time.sleep(0.01)
        served = sockets() if daemon.poll() is None else None
        daemon.kill()
        daemon.wait()
        return served
    finally:
        subprocess.run(["umount", "/etc"], check=True)


def ask(helper, root):
    helper.stdin.write(root + "\n")
    helper.stdin.flush()
    rows = []
    for line in helper.stdout:
        if line == "\n":
            return rows
        rows.append(line.rstrip("\n").split(" ", 5))
    sys.exit("the asking program ended")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--keep", help="keep the trees that disagree here")
    options = parser.parse_args()
    helper = os.path.join(os.environ.get("HELPERS", "build/tests"), "oracle/xinetd_ask")
    if not os.path.exists("/usr/sbin/xinetd") or os.geteuid() != 0:
        print("SKIP: needs xinetd and root")
        sys.exit(77)
    if not options.inside:
        os.execvp("unshare", ["unshare", "-n", "-m", sys.executable, os.path.abspath(__file__), "--inside"] + sys.argv[1:])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
    rng = random.Random(options.seed)
    agree = disagree = unknown = ports = 0
    with subprocess.Popen([helper], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, errors="replace",
                          bufsize=1) as asking, tempfile.TemporaryDirectory() as folder:
        for case in range(options.cases):
            root = os.path.join(folder, str(case))
            compat = build(rng, root)
            served, rows = serve(root, compat), ask(asking, root)
            exits = any(row[0] == "exits" for row in rows)
            services = [row for row in rows if len(row) > 1]
            unsure = {(row[1], int(row[2])) for row in services if row[0] == "unsure"}
            want = {(row[1].lower(), int(row[2])) for row in services if row[0] == "started" and int(row[2])
                    and row[1] != "raw"}
            have = served if served is not None else set()
            ports += len(have)
            wrong = ((have ^ want) - unsure) if not exits else set()
            problem = any(row[0] == "problem" for row in rows)
            if problem:  # it says that it can't tell
                unknown += 1
            elif (served is None) != exits or wrong:
                disagree += 1
                print(f"case {case}: xinetd {'exits' if served is None else 'runs'}, model {'exits' if exits else 'runs'}; "
                      f"only xinetd {sorted((have - want) & wrong)}, only the model {sorted((want - have) & wrong)}")
                if options.keep:
                    shutil.copytree(root, os.path.join(options.keep, str(case)), dirs_exist_ok=True)
            elif unsure:
                unknown += 1
            else:
                agree += 1
            shutil.rmtree(root)
        asking.stdin.close()
    print(f"{ports} sockets compared")
    print(f"{options.cases} cases, {agree} agree, {disagree} disagree, {unknown} unknown")
    sys.exit(1 if disagree else 0)


main()
