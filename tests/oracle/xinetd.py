#!/usr/bin/env python3
"""Compares the model of xinetd with a real xinetd: which services it starts, and what listens.

Each case is a tree in which the daemon runs, changed root, in a network of its own that has a
loopback alone. It is asked for its state (SIGUSR1, xinetd.log(5)); a question is one service,
and one more are the sockets. What the daemon's log says it can't use, by file and line, must be
what the model says is bad. A part of the cases asks again after the remedy of an xinetd control.

Not generated, because the files do not decide it: RPC services (they start when a portmapper
answers), addresses that the machine may or may not have, protocols that the kernel may lack,
lines of more than 8,191 bytes, a line of one word so near the end of its file that xinetd reads
on behind the buffer, and lines of inetd.conf with fewer than six fields, after which it reads
memory that it never set.
"""
import collections
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import oracle
import xinetd_files
from oracle import Answer

XINETD = "/usr/sbin/xinetd"
Service = collections.namedtuple("Service", "state type protocol port socket name id bad reason")
State = collections.namedtuple("State", "services sockets bad log")  # services is None: xinetd is gone


def sockets():
    """Pairs of a protocol and the port at which something listens."""
    found = set()
    for protocol, state in (("tcp", "0A"), ("udp", "07")):
        for suffix in ("", "6"):
            with open(f"/proc/net/{protocol}{suffix}") as table:
                rows = [row.split() for row in table.readlines()[1:]]
            found |= {(protocol, int(row[1].rsplit(":", 1)[1], 16)) for row in rows if row[3] == state}
    return found


def wait_for(path, text, daemon):
    """The content of PATH when it holds TEXT; what it held when DAEMON ended."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        ended = daemon.poll() is not None
        try:
            with open(path, newline="\n", errors="surrogateescape") as file:
                content = file.read()
        except FileNotFoundError:
            content = ""
        if text in content or ended:
            return content
        time.sleep(0.002)
    sys.exit(f"xinetd: no '{text}' in {path}")


class Xinetd(oracle.Oracle):
    name = "xinetd"
    cases = 700
    needs = ("xinetd",)
    namespaces = ("--mount", "--net")

    def open(self):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        # xinetd closes every descriptor that the limit allows
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
        self.root = tempfile.mkdtemp()
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", self.root], check=True)
        listed = subprocess.run(["ldd", XINETD], check=True, capture_output=True, text=True).stdout
        for path in [XINETD] + re.findall(r"(/\S+) \(0x", listed):
            self.put(path, b"", 0o755)
            shutil.copy(path, self.root + path)
        for name in ("dev", "run", "var"):
            os.makedirs(os.path.join(self.root, name), exist_ok=True)
        os.symlink("/run", os.path.join(self.root, "var/run"))
        self.put("/dev/null", b"", 0o666)
        self.kept = self.names()
        self.helper = subprocess.Popen([oracle.helper("xinetd")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                       errors="surrogateescape", bufsize=1)

    def close(self):
        self.helper.stdin.close()
        self.helper.wait()
        subprocess.run(["umount", "-l", self.root], check=True)
        os.rmdir(self.root)

    # --- the tree -----------------------------------------------------------------------

    def put(self, path, content, mode=0o644):
        path = os.path.join(self.root, path.lstrip("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        os.chmod(path, mode)

    def text(self, path):
        with open(self.root + path, encoding="latin-1") as file:
            return file.read()

    def names(self):
        return {os.path.join(folder, name) for folder, _, names in os.walk(self.root) for name in names}

    def build(self, case):
        for path in self.names() - self.kept:
            os.unlink(path)
        for path, mode in case.get("programs", xinetd_files.PROGRAMS).items():
            self.put(path, b"", mode)
        for path, text in {**xinetd_files.base_files(), **case["files"]}.items():
            self.put(path, text.encode("latin-1"))

    # --- the two sides ------------------------------------------------------------------

    def daemon(self, case):
        compat = "INETD_COMPAT=Y" in case["files"].get("etc/default/xinetd", "")
        for name in ("log", "xinetd.dump"):
            path = os.path.join(self.root, "run", name)
            if os.path.exists(path):
                os.unlink(path)
        words = [XINETD, "-dontfork", "-stayalive", "-filelog", "/run/log", "-pidfile", "/run/pid"] + ["-inetd_compat"] * compat
        daemon = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=True,
                                  preexec_fn=lambda: (os.chroot(self.root), os.chdir("/")))
        try:
            log = wait_for(os.path.join(self.root, "run/log"), "Started working", daemon)
            bad = set(re.findall(r"DISABLING SERVICE \[file=(.*)\] \[line=(\d+)\]", log))
            if daemon.poll() is not None:
                return State(None, set(), bad, log)
            listens = sockets()
            daemon.send_signal(signal.SIGUSR1)
            dump = wait_for(os.path.join(self.root, "run/xinetd.dump"), "END OF DUMP", daemon)
        finally:
            daemon.kill()
            daemon.wait()
        services = []
        for part in dump.split("\nService = ")[1:]:
            def field(pattern, otherwise="-"):
                found = re.search(r"^\t\t" + pattern, part, re.M)
                return found.group(1) if found else otherwise
            name = part.split("\n", 1)[0]
            fields = (name, field(r"id = (.*)").replace("(null)", name), field("socket_type = (.*)"), field(r"Protocol \(name,number\) = \((.*),"),
                      field(r"port = (.*)", "0"))
            services.append(tuple(re.sub(r"[\x00-\x1f]", "?", text) for text in fields))
        return State(services, listens, bad, log)

    def model(self):
        """The problems and the services."""
        self.helper.stdin.write(self.root + "\n")
        self.helper.stdin.flush()
        problems, services = [], []
        for line in self.helper.stdout:
            if line == "\n":
                return problems, services
            fields = line.rstrip("\n").split("\t")
            if len(fields) == 3:
                problems.append(fields)
            else:
                services.append(Service(*fields))
        sys.exit("xinetd: the asking program ended")

    # --- a case -------------------------------------------------------------------------

    def smaller(self, case):
        if "remedy" in case:
            yield {key: value for key, value in case.items() if key != "remedy"}
        yield from (candidate for candidate in super().smaller(case) if "etc/xinetd.conf" in candidate["files"])

    def generate(self, rng):
        case = {"files": xinetd_files.tree(rng)}
        if rng.random() < 0.2:
            case["remedy"] = {"only": rng.sample(xinetd_files.NAMES, rng.randrange(12)), "remedy": rng.choice(["disable", "disable", "remove"])}
        return case

    def real(self, folder):
        """With the programs that a file names, and the services of /etc/services."""
        with open("/etc/services", encoding="latin-1") as file:
            listed = file.read() + xinetd_files.listed_services()
        for name, text in oracle.real_files(folder, self.name):
            path = "etc/xinetd.conf" if re.search(r"(?m)^\s*defaults\b", text) else "etc/xinetd.d/real"
            programs = dict.fromkeys(re.findall(r"(?m)^\s*server\s*=\s*(/\S+)", text), 0o755)
            yield name, {"files": {"etc/xinetd.conf": "includedir /etc/xinetd.d\n", "etc/services": listed, path: text},
                         "programs": {**xinetd_files.PROGRAMS, **programs}}

    def judge(self, case):
        self.build(case)
        state = self.daemon(case)
        answers = self.compare(state, *self.model())
        if "remedy" in case and state.services is not None:
            answers += self.repaired(case, state)
        return answers

    def compare(self, state, problems, services):
        unknown = [f"{place} {reason}" for verdict, place, reason in problems if verdict == "unknown"]
        if unknown:
            return [Answer("unknown", "xinetd", unknown[0])]
        invalid = [place for verdict, place, reason in problems]
        if invalid or state.services is None:
            file, line = (invalid or ["-:0"])[0].rsplit(":", 1)
            crashes = any("crashes" in reason for verdict, place, reason in problems)
            says = ("signal: 11" if crashes else f"[file={file}] [line={line}]") in state.log
            return [Answer("invalid" if invalid and state.services is None and says else "disagree", "xinetd",
                           f"model: {'exits at ' + invalid[0] if invalid else 'runs'}; xinetd: {state.log if state.services is None else 'runs'}")]
        running = collections.Counter(state.services)
        answers, doubted = [], []
        for service in services:
            question = f"service {service.name} id {service.id}"
            key = (service.name, service.id, service.type, service.protocol, service.port)
            if service.state == "unsure":
                doubted.append(service)
                answers.append(Answer("unknown", question, service.reason))
                continue
            was = running[key] > 0
            running[key] -= was
            if service.state == "started" and not was:
                answers.append(Answer("disagree", question, f"model: started; xinetd does not start {key}"))
            elif service.state == "stopped" and was and not any(other.state == "started" and key[:2] == (other.name, other.id) for other in services):
                answers.append(Answer("disagree", question, f"model: {service.reason}; xinetd starts {key}"))
            else:
                running[key] += service.state == "stopped" and was
                answers.append(Answer("agree", question, ""))
        for key in (+running).elements():
            if not any(key[:2] == (service.name, service.id) for service in doubted):
                answers.append(Answer("disagree", f"service {key[0]} id {key[1]}", f"xinetd starts {key}, which the model does not know"))
        protocols = {"stream": "tcp", "dgram": "udp"}
        wanted = {(protocols[service.type], int(service.port)) for service in services
                  if service.state == "started" and service.type in protocols and service.port != "0" and service.socket == "own"}
        if not doubted and wanted != state.sockets:
            answers.append(Answer("disagree", "sockets", f"model {sorted(wanted)}, xinetd {sorted(state.sockets)}"))
        bad = {tuple(service.bad.rsplit(":", 1)) for service in services if service.bad != "-"}
        # xinetd counts no line that it takes for part of one of a single word
        counted = {file for file, line in state.bad if not re.search(r"(?m)^\s*[^\s{}#]+\s*$", self.text(file))}
        unsaid = {place for place in bad if place[0] in counted and place not in state.bad}
        if unsaid and not doubted:
            answers.append(Answer("disagree", "bad values", f"model {sorted(unsaid)}, not in {state.log}"))
        return answers

    def repaired(self, case, before):
        """What the remedy does: nothing runs any more that is not allowed, all else runs as before."""
        only = case["remedy"]["only"]
        policy = os.path.join(self.root, "run/policy.yaml")
        with open(policy, "w") as file:
            json.dump({"holdfast": 1, "title": "oracle", "controls": [{"id": "it", "xinetd": case["remedy"]}]}, file)
        done = oracle.apply("--root", self.root, "--policy", policy)
        if done.returncode != 0:
            return []  # there is no safe one
        state = self.daemon(case)
        if state.services is None:
            return [Answer("disagree", "remedy", f"xinetd exits after it: {state.log}")]
        allowed = {name.lower() for name in only}

        def is_allowed(service):
            return service[0].lower() in allowed or service[1].lower() in allowed
        left = [service for service in state.services if not is_allowed(service)]
        lost = collections.Counter(filter(is_allowed, before.services)) - collections.Counter(state.services)
        if left or lost:
            return [Answer("disagree", "remedy", f"still runs: {left}; no longer runs: {list(lost)}")]
        return [Answer("agree", "remedy", "")]


if __name__ == "__main__":
    Xinetd().main()
