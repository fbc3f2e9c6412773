#!/usr/bin/env python3
"""Opens sockets in a network namespace of its own, has nmap scan them, and compares what the model finds
in the result with the sockets, and the verdict of a policy with what the sockets make of it.
"""
import datetime
import hashlib
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from oracle import Answer, Oracle, helper

HOSTS = ["127.0.0.1", "127.0.0.2", "127.0.0.3", "::1"]
SMALL = {"tcp": (1, 400), "udp": (600, 640)}  # where the generated ports are


class Sockets:
    """The sockets of a case, and a thread that answers on those of UDP that answer."""

    def __init__(self, listeners):
        self.all, self.answering = [], []
        for protocol, port, host, manner in listeners:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            one = socket.socket(family, socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind((host, port))
            if protocol == "tcp" and manner != "bound":
                one.listen(64)
            if manner == "answers":
                self.answering.append(one)
            self.all.append(one)
        self.end, self.ended = socket.socketpair()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            for one in select.select([*self.answering, self.ended], [], [])[0]:
                if one is self.ended:
                    return
                one.sendto(b"x", one.recvfrom(2048)[1])

    def close(self):
        self.end.close()
        self.thread.join()
        for one in [*self.all, self.ended]:
            one.close()


def ports_of(ranges):
    return {port for part in ranges.split(",") for port in range(int(part.split("-")[0]), int(part.split("-")[-1]) + 1)}


class Scan(Oracle):
    name = "scan"
    cases = 300
    needs = ("nmap", "unshare")
    namespaces = ("--net",)

    def open(self):
        self.folder = tempfile.mkdtemp(prefix="holdfast-scan.")
        subprocess.run("ip link set lo up && echo 0 >/proc/sys/net/ipv4/icmp_ratelimit && echo 0 >/proc/sys/net/ipv6/icmp/ratelimit",
                       shell=True, check=True)
        self.model = subprocess.Popen([helper(self.name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def close(self):
        self.model.stdin.close()
        self.model.wait()
        shutil.rmtree(self.folder)

    def ranges(self, rng, protocol):
        low, high = SMALL[protocol]
        parts = []
        for _ in range(rng.choice([1, 1, 2, 3])):
            first = rng.randint(low, high)
            parts.append(str(first) if rng.random() < 0.4 else f"{first}-{rng.randint(first, high)}")
        return ",".join(parts)

    def generate(self, rng):
        host = rng.choice(HOSTS)
        udp = ":" not in host and rng.random() < 0.4
        ranges = {"tcp": rng.choice([self.ranges(rng, "tcp"), "1-65535" if rng.random() < 0.1 else "1-400"])}
        if udp:
            ranges["udp"] = self.ranges(rng, "udp")
        lines = set()
        for _ in range(rng.choice([0, 1, 2, 5, 30])):
            protocol = "udp" if udp and rng.random() < 0.3 else "tcp"
            inside = sorted(ports_of(ranges[protocol]) & set(range(*SMALL[protocol])))
            port = rng.choice(inside) if inside and rng.random() < 0.8 else rng.randint(*SMALL[protocol])
            lines.add((protocol, port, host if rng.random() < 0.8 else rng.choice(HOSTS[:3])))
        manner = {"tcp": ["listens"] * 6 + ["bound"], "udp": ["answers", "answers", "silent"]}
        text = "".join(f"{protocol} {port} {where} {rng.choice(manner[protocol])}\n" for protocol, port, where in sorted(lines))
        open_ports = [(protocol, port) for protocol, port, where in lines if where == host]
        scanned = [("tcp", rng.choice([ranges["tcp"].split(",")[0], ranges["tcp"].split(",")[-1], "1-400", "5"]))]
        if udp:
            scanned.append(("udp", ranges["udp"].split(",")[0]))
        wanted = {(protocol, port) for protocol, part in scanned for port in ports_of(part)}  # a policy allows none but these
        allow = [one for one in sorted(open_ports) if one in wanted and rng.random() < rng.choice([0.5, 1, 1])]
        allow.append(rng.choice(sorted(wanted)))
        options = [option for option in ("-Pn", "--open", "-v", "-r") if rng.random() < 0.2]
        others = [one for one in HOSTS[:3] if one != host and ":" not in host and rng.random() < 0.2]
        return {"files": {"listeners": text}, "host": host, "others": others, "ranges": ranges, "options": options,
                "how": rng.choice(["-sS", "-sT"]), "allow": allow, "scanned": scanned}

    def scan(self, case, path):
        ranges = case["ranges"]
        ports = "T:" + ranges["tcp"] + (",U:" + ranges["udp"] if "udp" in ranges else "")
        command = ["nmap", "-n", "-T5", "--max-retries", "2", case["how"], *(["-sU"] if "udp" in ranges else []), *(["-6"] if ":" in case["host"] else []),
                   *case["options"], "-p", ports, "-oX", path, case["host"], *case["others"]]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(self, path, host):
        self.model.stdin.write(f"{path} {host}\n")
        self.model.stdin.flush()
        lines = []
        while (line := self.model.stdout.readline().rstrip("\n")) != "":
            lines.append(line)
        return lines

    def judge(self, case):
        listeners = [(words[0], int(words[1]), words[2], words[3]) for words in map(str.split, case["files"]["listeners"].splitlines()) if len(words) == 4]
        path = os.path.join(self.folder, "scan.xml")
        sockets = Sockets(listeners)
        try:
            self.scan(case, path)
        finally:
            sockets.close()
        asked = {protocol: ports_of(ranges) for protocol, ranges in case["ranges"].items()}
        mine = [(protocol, port, manner) for protocol, port, where, manner in listeners if where == case["host"] and port in asked.get(protocol, ())]
        answers = {(protocol, port) for protocol, port, manner in mine if manner in ("listens", "answers")}
        doubtful = {(protocol, port) for protocol, port, manner in mine if manner == "silent"}
        return [self.judge_model(case, path, asked, answers, doubtful), self.judge_verdict(case, path, asked, answers, doubtful)]

    def judge_model(self, case, path, asked, answers, doubtful):
        lines = self.ask(path, case["host"])
        told = {line for line in lines if not line.startswith("asked")}
        want = {f"open {protocol} {port}" for protocol, port in answers} | {f"doubt {protocol} {port}" for protocol, port in doubtful}
        have = {(words[1], port) for words in map(str.split, lines) if words[0] == "asked" for port in ports_of(words[2])}
        if "--open" in case["options"]:
            told -= {"problem it does not tell of each port that was scanned (as with --open)"}
            told -= set() if want else {"problem it does not tell of the host"}
        if have != {(protocol, port) for protocol, ports in asked.items() for port in ports}:
            return Answer("disagree", "what was asked", f"{[line for line in lines if line.startswith('asked')]}, and it was {case['ranges']}")
        return Answer("agree" if told == want else "disagree", "the ports", f"{sorted(told)}, and there are {sorted(want)}")

    def judge_verdict(self, case, path, asked, answers, doubtful):
        allow = {tuple(one) for one in case["allow"]}
        missing = [protocol for protocol, ranges in case["scanned"] if ports_of(ranges) - asked.get(protocol, set())]
        want = "fail" if answers - allow else "unknown" if missing or doubtful - allow else "pass"
        with open(path, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        policy = {"holdfast": "1", "controls": [{
            "id": "it", "evidence": {"file": path, "date": datetime.date.today().isoformat(), "sha256": digest},
            "scan": {"host": case["host"], "allow": [{"port": str(port), "protocol": protocol} for protocol, port in sorted(allow)],
                     "scanned": [{"ports": ranges, "protocol": protocol} for protocol, ranges in case["scanned"]]}}]}
        with open(os.path.join(self.folder, "policy.yaml"), "w") as file:
            json.dump(policy, file)
        root = os.path.join(self.folder, "root")
        os.makedirs(root, exist_ok=True)
        done = subprocess.run([os.environ.get("HOLDFAST", "build/holdfast"), "audit", "--root", root, "--policy", file.name, "--format", "json"],
                              capture_output=True, text=True, check=False)
        have = json.loads(done.stdout)["controls"][0]["verdict"]
        if have == "unknown" and want == "pass" and "--open" in case["options"]:
            return Answer("unknown", "the verdict", "ports that --open does not show")
        return Answer("agree" if have == want else "disagree", "the verdict", f"{have}, and it is {want}: {done.stdout}")


if __name__ == "__main__":
    Scan().main()
