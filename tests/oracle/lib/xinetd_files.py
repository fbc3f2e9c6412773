"""Generated configurations of xinetd: legal and awkward ones, with a wrong value now and then."""
import re

NAMES = [f"svc{i}" for i in range(24)]
BUILTINS = ["echo", "discard", "time", "daytime", "chargen", "tcpmux"]
PROGRAMS = {"/usr/bin/true": 0o755, "/usr/bin/data": 0o644, "/usr/bin/one": 0o001}
SERVERS = ["/usr/bin/missing", "/usr/bin", "nosuchprogram", "/usr/bin/data", "/usr/bin/one"]
SKIPPED = ["a.conf", "b~", ".hidden", "c.rpmsave", "d.bak~"]
STATUS = "Package: xinetd\nStatus: install ok installed\nVersion: 1:2.3.15.3-1+b1\n\n"
HOSTS = "127.0.0.1 localhost four\n::1 localhost six\n127.0.0.2 second\n# 1.2.3.4 none\n"
LOCAL = ["127.0.0.1", "127.0.0.2", "::1"]  # what the loopback answers to
BINDS = LOCAL + ["1.2.3.4.5", "four", "six", "localhost", "nohost", "SECOND", "127.1", "::1%lo", "0.0.0.0", "::", "127.0.0.1 x"]


def listed_services():
    lines = []
    for i, name in enumerate(NAMES):
        if i % 6 == 5:
            continue  # not in services
        for protocol in ("tcp", "udp"):
            if i % 6 == 4 and protocol == "udp":
                continue
            lines.append(f"{name}\t{21000 + i}/{protocol}\talias{i}")
    for port, name in enumerate(BUILTINS):
        lines += [f"{name} {22000 + port}/tcp", f"{name} {22000 + port}/udp # builtin"]
    return "\n".join(lines) + "\n"


def base_files():
    """What every case has besides its own."""
    return {"etc/services": listed_services(), "etc/protocols": "ip 0 IP\ntcp\t6\tTCP\nudp\t17\tUDP\nicmp 1 ICMP\n",
            "var/lib/dpkg/status": STATUS, "etc/rpc": "portmapper 100000 portmap\n", "etc/hosts": HOSTS,
            "etc/passwd": "root:x:0:0::/:/bin/sh\nnobody:x:99:99::/:/bin/false\n", "etc/group": "root:x:0:\ndaemon:x:1:\n",
            "etc/nsswitch.conf": "".join(f"{name}: files\n" for name in ("passwd", "group", "services", "protocols", "rpc", "hosts"))}


EXTRAS = {
    "only_from": ["127.0.0.1", "10.0.0.0/8 192.168.1.0", "1.2.3.{4,5}", "a,b", "1.2.3.{4,,5}", "", "1.2.3.{4,5", "{1}", "1..2.{3}", ".{1}"],
    "no_access": ["10.1.1.1", "1.2.{3", "0.0.0.0", "x{y}", "1.2.{3}x"],
    "log_type": ["SYSLOG authpriv", "SYSLOG nonsense", "FILE /run/f.log", "FILE", "SYSLOG daemon info", "NONE", "FILE /run/f 9 8", "FILE /run/f 8 9k",
                 "FILE /run/f 1k x", "file /run/f 99999999999999999999", "FILE /nosuch/f", "FILE /run", "SYSLOG daemon info x", "FILE /run/f 1 2 3"],
    "log_on_success": ["HOST PID", "HOST TRAFFIC", "NONSENSE", "", "duration"],
    "log_on_failure": ["HOST", "PID", "USERID ATTEMPT"],
    "instances": ["10", "UNLIMITED", "-1", "many", "3 4", "99999999999999999999", "4294967295"],
    "per_source": ["5", "unlimited", "x"],
    "cps": ["25 30", "25", "a b", "25 x", "-1 5", "5000000000 1"],
    "nice": ["5", "-5", "low", "0x5", "+3"],
    "access_times": ["08:00-17:00", "8:0-9:0 10:00-11:00", "17:00-08:00", "24:00-25:00", "x", "", "8:00-8:00", ":-1:0", "08:00-17:00x"],
    "env": ["A=b", "A", "A=b C=d", ""],
    "passenv": ["PATH", "NONE_SUCH", ""],
    "flags": ["REUSE", "NAMEINARGS", "IPv4", "NODELAY KEEPALIVE", "BAD", "", "IPv6", "SENSOR", "INTERCEPT", "IPv4 IPv6", "LABELED", "SENSOR NAMEINARGS"],
    "server_args": ["true -x", "", "-l"],
    "banner": ["/etc/motd", "a b"],
    "umask": ["022", "888", "0777", "1000", "-1", "0x1"],
    "max_load": ["2.5", "0", "x", "2x", "1e400", ".5", "-1", "0.0001", "nan"],
    "rlimit_as": ["8M", "UNLIMITED", "8X", "k", "-1", "99999999999999999m", "M"],
    "rlimit_cpu": ["10", "10k", "x"],
    "rlimit_files": ["100", "x"],
    "deny_time": ["FOREVER", "60", "soon"],
    "group": ["root", "nosuchgroup", "0", "daemon", "99999999999999999999", "4294967296"],
    "user": ["nobody", "99999999999999999999", "4294967296", "7"],
    "groups": ["yes", "no", "maybe"],
    "disabled": ["svc1"],
    "enabled": ["svc1"],
    "mdns": ["yes", "huh"],
    "nonsense": ["1"],
    "v6only": ["no", "yes", "2"],
    "port": ["70000", "21003", "x", "-1", "21001 ", "023"],
    "bind": BINDS,
    "interface": BINDS,
    "redirect": ["127.0.0.1 80", "four 80", "nohost 80", "six 80", "::1 svc1", "127.0.0.1 0", "127.0.0.1 70000", "127.0.0.1 nosuch", "127.0.0.1", "1.2.3 -5"],
    "libwrap": ["x"],
    "id": ["svc1", "ID1", "two words"],
    "wait": ["yes", "no"],
    "protocol": ["ip", "icmp", "UDP", "tcp"],
    "socket_type": ["raw", "seqpacket", "stream", "dgram"],
    "type": ["UNLISTED", "INTERNAL", "NONSENSE", "", "SPECIAL", "UNLISTED SPECIAL", "TCPMUX", "INTERNAL UNLISTED", "TCPMUXPLUS UNLISTED"],
}


def cased(rng, word):
    return rng.choice([word] * 8 + [word.upper(), word.capitalize()])


def attribute(rng, name, value):
    equals = rng.choice(["\t= ", " = ", " =", "\t\t=\t"] * 30 + ["= ", "=", " += ", " -= ", " ", "\t", "", " =+ ", " + "])
    end = rng.choice([""] * 150 + [" ", "\t", " # note", "\r", " x"])
    return f"{rng.choice(['', chr(9), '    '])}{cased(rng, name)}{equals}{value}{end}"


def service(rng, number):
    builtin = rng.random() < 0.12
    name = rng.choice(BUILTINS + ["svc3"]) if builtin else rng.choice(NAMES + ["alias3", "alias9", "SVC2"])
    protocol = rng.choice(["tcp", "tcp", "tcp", "udp"])
    kind = "stream" if protocol == "tcp" else "dgram"
    if rng.random() < 0.03:
        kind = rng.choice(["stream", "dgram", "raw", "seqpacket", "nonsense"])
    lines = [("socket_type", kind),
             ("wait", rng.choice(["no"] * 9 + ["yes", "NO", "maybe"] if protocol == "tcp" else ["yes"] * 9 + ["no"])),
             ("user", rng.choice(["root"] * 12 + ["nobody", "0", "nosuchuser", "12x"])),
             ("server", rng.choice(["/usr/bin/true"] * 16 + SERVERS))]
    if rng.random() < 0.4:
        lines.append(("protocol", rng.choice([protocol] * 12 + ["tcp", "udp", "TCP", "xyz"])))
    if builtin:
        lines.append(("type", rng.choice(["INTERNAL"] * 4 + ["INTERNAL UNLISTED"])))
    elif rng.random() < 0.5:
        lines += [("type", "UNLISTED"), ("port", str(23000 + number % 90))]
    if rng.random() < 0.7:
        lines.append(("disable", rng.choice(["no"] * 8 + ["yes", "yes", "YES", "No", "true", "", "yes no"])))
    if rng.random() < 0.1:
        lines.append(("disable", rng.choice(["no", "yes"])))
    if rng.random() < 0.5:
        lines.append(("id", f"id{number}"))
    while rng.random() < 0.35:
        key = rng.choice(list(EXTRAS))
        lines.append((key, rng.choice(EXTRAS[key])))
    while rng.random() < 0.06:
        lines.pop(rng.randrange(len(lines)))
    if rng.random() < 0.7:
        rng.shuffle(lines)
    out = [rng.choice([f"service {name}"] * 20 + [f"SERVICE\t{name}", f"service  {name} more", f"  service {name}", f"service {name} {{",
                                                   "service", f"services {name}"]),
           rng.choice(["{"] * 25 + ["  {", "{ ", "{ disable = yes", "{{", "# note\n\n{", "("])]
    for key, value in lines:
        out.append(attribute(rng, key, value))
        if rng.random() < 0.04:
            out.append(rng.choice(["# comment", "", "   ", "\t# disable = yes", "=", "disable= yes", "disable =yes", "disable", "foo", "\tport",
                                   "disable\n= yes"]))
    out.append(rng.choice(["}"] * 25 + [" }", "}\t", "", "} # end"]))
    return "\n".join(out)


def defaults(rng):
    lines = []
    for _ in range(rng.randrange(4)):
        key = rng.choice(["instances", "log_type", "log_on_success", "cps", "disabled", "disabled", "enabled", "only_from", "log_on_failure",
                          "nonsense", "umask", "per_source", "v6only", "bind"])
        if key == "disabled":
            text = " ".join(rng.sample(NAMES + ["ID1", "SVC4", "id3"], rng.randrange(1, 4)))
        elif key == "enabled":
            text = " ".join(rng.sample(NAMES + [f"id{i}" for i in range(20)] + ["echo"], rng.randrange(4, 20)))
        else:
            good = {"instances": "60", "log_type": "SYSLOG authpriv", "log_on_success": "HOST PID", "cps": "25 30", "only_from": "127.0.0.1",
                    "log_on_failure": "HOST", "umask": "022", "per_source": "10", "v6only": "no", "bind": "127.0.0.1"}.get(key, "x")
            text = rng.choice([good] * 30 + EXTRAS[key])
        lines.append(attribute(rng, key, text))
    return "\n".join([rng.choice(["defaults"] * 9 + ["DEFAULTS", "defaults x"]), "{"] + lines + ["}"])


def inetd_line(rng):
    name = rng.choice(NAMES + ["echo", "time", "discard", "alias2/1", "portmapper/1-2"])
    protocol = rng.choice(["tcp", "tcp", "udp", "xyz"])
    kind = rng.choice({"tcp": ["stream"] * 9 + ["dgram"], "udp": ["dgram"] * 9 + ["stream"]}.get(protocol, ["stream"]))
    wait = rng.choice(["nowait", "nowait", "wait", "nowait.400"]) if kind == "stream" else "wait"
    user = rng.choice(["root"] * 6 + ["nobody", "root.root", "nosuch", "root.nosuch", "0"])
    server = rng.choice(["/usr/bin/true true", "/usr/bin/missing x", "internal", "/usr/bin/true"])
    line = f"{name}\t{kind}\t{protocol}\t{wait}\t{user}\t{server}"
    if rng.random() < 0.05:
        return "tcpmux stream tcp nowait root internal"
    return "# " + line if name not in ("echo", "time") and server == "internal" else line


def ended(rng, text):
    """TEXT with its last newline, or without; after a line of one word xinetd looks for more."""
    if re.search(r"(?m)^\s*[^\s{}#]+\s*$", text):
        return text + "\n# the end of it\n"
    return text if rng.random() < 0.1 else text + "\n"


def tree(rng):
    """The files of a case."""
    files, number, parts = {}, 0, []
    if rng.random() < 0.7:
        parts.append(defaults(rng))
    for _ in range(rng.randrange(3)):
        number += 1
        parts.append(service(rng, number))
    parts.append("includedir /etc/xinetd.d")
    if rng.random() < 0.3:
        parts.append(rng.choice(["include /etc/more", "include /etc/absent", "include", "INCLUDE /etc/more"]))
        files["etc/more"] = ended(rng, service(rng, 80))
    if rng.random() < 0.15:
        parts.append(defaults(rng))
    if rng.random() < 0.3:
        rng.shuffle(parts)
    files["etc/xinetd.conf"] = ended(rng, "\n\n".join(parts))
    for i in range(rng.randrange(4, 14)):
        name = rng.choice([f"file{i}"] * 6 + SKIPPED + ["UPPER", "with space"])
        texts = []
        for _ in range(rng.choice([1, 1, 1, 2, 4])):
            number += 1
            texts.append(service(rng, number))
        if rng.random() < 0.08:
            texts.insert(0, defaults(rng))
        files["etc/xinetd.d/" + name] = ended(rng, "\n".join(texts))
    compat = rng.random() < 0.3
    if compat:
        files["etc/inetd.conf"] = ended(rng, "# inetd\n" + "\n".join(inetd_line(rng) for _ in range(rng.randrange(1, 6))))
    files["etc/default/xinetd"] = f'INETD_COMPAT={"Yes" if compat else "No"}\nXINETD_OPTS="-stayalive"\n'
    return files
