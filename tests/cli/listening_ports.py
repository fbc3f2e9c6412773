"""listening_ports.py HOLDFAST POLICY: opens sockets of all sorts in a network namespace of its own
and compares what an audit says of each with what ss(8) lists: an audit in that namespace, one in
another, one with the rights that holdfast-audit.service has, and one that can't see process 1."""
import json
import os
import re
import socket
import subprocess
import sys

SORTS = [(socket.AF_INET, "0.0.0.0"), (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::"), (socket.AF_INET6, "::1")]

RIGHTS = "+dac_read_search,+audit_write"


def service(hidepid, rights=RIGHTS):
    """What holdfast-audit.service may and sees, with another ProtectProc= or CapabilityBoundingSet=."""
    return ["unshare", "--net", "--mount", "sh", "-c",
            f'mount -t proc -o hidepid={hidepid} proc /proc && '
            f'exec setpriv --bounding-set -all,{rights} --inh-caps -all "$@"', "-"]


WAYS = [("in its namespace", [], True), ("in another", ["unshare", "--net"], True),
        ("as the service", service("invisible"), False),
        ("as the service, edited", service("invisible", RIGHTS + ",+sys_ptrace"), True)]


def findings(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(done.stdout)["controls"][0]["findings"]


def main():
    holdfast, policy = sys.argv[1:3]
    if os.environ.get("INSIDE") != "1":
        os.environ["INSIDE"] = "1"
        os.execvp("unshare", ["unshare", "--net", "--pid", "--fork", "--mount-proc", sys.executable, *sys.argv])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    kept = []
    for number, (family, address) in enumerate(SORTS):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            one = socket.socket(family, kind)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind((address, 7000 + number))
            if kind == socket.SOCK_STREAM:
                one.listen(8)
                client = socket.create_connection((("127.0.0.1", "::1")[family == socket.AF_INET6], 7000 + number))
                kept += [client, one.accept()[0]]  # connected: not listed
            kept.append(one)
    connected = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    connected.connect(("127.0.0.1", 7000))
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.bind(("127.0.0.1", 7100))  # does not listen
    want = set()
    for line in subprocess.run(["ss", "-H", "-ltnup"], check=True, capture_output=True, text=True).stdout.splitlines():
        words = line.split()
        want.add((words[0], words[4].rsplit(":", 1)[1], words[4].rsplit(":", 1)[0].strip("[]")))
    want = {(protocol, port, "every address" if address in ("0.0.0.0", "::", "*") else address) for protocol, port, address in want}
    audit = [holdfast, "audit", "--format", "json", "--policy", policy]
    for name, before, sees_programs in WAYS:
        have = set()
        for finding in findings(before + audit):
            port, protocol = re.fullmatch(r"port (\d+)/(tcp|udp)", finding["subject"]).groups()
            address, program = re.fullmatch(r"answers at (\S+|every address)(?: \((.*)\))?", finding["have"]).groups()
            assert (program is not None and program.startswith("python")) == sees_programs, (name, finding)
            assert finding["verdict"] == ("pass" if (port, protocol) == ("7000", "tcp") else "fail"), (name, finding)
            have.add((protocol, port, address))
        if have != want or len(want) != 8:
            sys.exit(f"{name}: only ss: {sorted(want - have)}, only the audit: {sorted(have - want)}")
    found = findings(service("ptraceable") + audit)
    assert [finding["verdict"] for finding in found] == ["unknown"] and "host's network" in str(found), found


main()
