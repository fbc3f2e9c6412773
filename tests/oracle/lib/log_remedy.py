"""Remedies checked with the daemon: a control asks for messages at a file or host; holdfast judges
it, closes the gap, and takes that back. Its verdict must be what the daemon does, afterwards the
daemon must do what is wanted and all else that it did before, and undo must bring every byte
back."""
import json
import os
import subprocess
import tempfile

from logs import FACILITIES, LEVELS, messages, numbers
from oracle import Answer

HOLDFAST = os.environ.get("HOLDFAST", "build/holdfast")

CHANGED = "has changed"
RUNS = 8


class RemedyMixin:
    """Before a LogOracle; ASSUME is the daemon as a policy calls it."""

    assume = None

    def generate(self, rng):
        case = super().generate(rng)
        selector = rng.choice(("kern.*", "*.*", "auth,authpriv.*", "mail.info", "*.err", "local0.*", "*.*;mail.none", "kern.*;user.warning"))
        where = {"file": "/var/log/" + rng.choice(("kernel", "messages", "all", "wanted"))} if rng.randrange(3) else \
            {"to": rng.choice(("loghost", "10.1.1.1", "10.9.9.9")), "protocol": rng.choice(("any", "udp", "any"))}
        return {**case, "control": {"selector": selector, **where}}

    def real(self, folder):
        for name, case in super().real(folder):
            yield name, {**case, "control": {"selector": "kern.*", "file": "/var/log/wanted"}}

    def smaller(self, case):
        yield from super().smaller(case)
        if case["control"]["selector"] != "kern.*":
            yield {**case, "control": {**case["control"], "selector": "kern.*"}}

    def holdfast(self, command, *words):
        done = subprocess.run([HOLDFAST, command, "--root", self.root.path, *words], capture_output=True, text=True, errors="replace", check=False)
        return done.returncode, done.stdout + done.stderr

    def wanted(self, control):
        """The pairs that the selector names, by the rules that all daemons share."""
        pairs = set()
        for part in control["selector"].split(";"):
            names, level = part.split(".")
            for f, facility in enumerate(FACILITIES):
                if names != "*" and facility not in names.split(","):
                    continue
                for l, name in enumerate(LEVELS):
                    if level == "none":
                        pairs.discard((f, l))
                    elif level == "*" or l <= LEVELS.index(level):
                        pairs.add((f, l))
        return pairs

    def came_to(self, run, control):
        """facility, level -> the numbers of the messages at the control's place."""
        if "file" in control:
            return run.came.get(control["file"], {})
        address = self.root.hosts.names.get(control["to"], control["to"])
        found = {}
        for kind in ("udp", "tcp") if control["protocol"] == "any" else (control["protocol"],):
            for pair, came in run.came.get((kind, address, 514), {}).items():
                found[pair] = found.get(pair, set()) | came
        return found

    def missing(self, run, control, sent):
        came = self.came_to(run, control)
        return {pair for pair in self.wanted(control) if numbers(sent, pair[0]) - came.get(pair, set())}

    def judge(self, case):
        control, files = case["control"], case["files"]
        sent = messages(files)
        extra = {"/etc/names": "target=\"10.9.9.9\""}  # so that it has an address
        self.root.lay({**files, **extra})
        before = self.run_daemon(case, sent)
        self.root.lay({**files, **extra})
        section = {"store": {"selector": control["selector"], "file": control["file"]}} if "file" in control else {"forward": {
            key: control[key] for key in ("selector", "to", "protocol")}}
        policy = {"holdfast": 1, "title": "x", "assume": {"syslog": self.assume}, "controls": [{"id": "it", "syslog": section}]}
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            json.dump(policy, file)
            file.flush()
            return [self.answer_control(case, extra, sent, before, file.name)]

    def answer_control(self, case, extra, sent, before, policy):
        control = case["control"]
        _, output = self.holdfast("audit", "--policy", policy, "--format", "json")
        try:
            verdict = json.loads(output)["controls"][0]["verdict"]
        except (ValueError, KeyError, IndexError):
            return Answer("disagree", "audit", output[:300])
        missing = self.missing(before, control, sent) if before.started else set()
        if not before.started:
            good = verdict in ("invalid", "unknown", "fail")
            return Answer("invalid" if good else "disagree", "audit", f"it does not start; the verdict is {verdict}")
        if (verdict == "pass") == bool(missing) and verdict in ("pass", "invalid"):
            return Answer("disagree", "audit", f"{verdict}, and {len(missing)} of the wanted did not all come")
        if verdict == "unknown":
            return Answer("unknown", "audit", "the control is unknown")
        bytes_before = self.bytes_of(case["files"])
        status, output = self.holdfast("apply", "--policy", policy, "--yes")
        if status != 0:
            same = self.bytes_of(case["files"]) == bytes_before
            return Answer("agree" if same else "disagree", "no remedy", output[-200:])
        after = self.bytes_of(case["files"])
        if verdict == "pass":
            return Answer("agree" if after == bytes_before else "disagree", "nothing to do", "")
        status, output = self.holdfast("undo", "--yes")
        if status != 0 or self.bytes_of(case["files"]) != bytes_before:
            return Answer("disagree", "undo", output[-200:])
        befores, afters = [before], []
        self.root.lay({**after, **extra})
        afters.append(self.run_daemon({**case, "files": after}, sent))
        answer = self.compare(control, befores, afters, sent)
        # a daemon that can't give a new file away loses the message that makes it, and which one
        # that is differs from run to run: a change is what no two runs, one of each sort, agree on
        while answer.verdict != "agree" and answer.detail.endswith(CHANGED) and len(befores) < RUNS:
            self.root.lay({**case["files"], **extra})
            befores.append(self.run_daemon(case, sent))
            self.root.lay({**after, **extra})
            afters.append(self.run_daemon({**case, "files": after}, sent))
            answer = self.compare(control, befores, afters, sent)
        return answer

    def bytes_of(self, files):
        found = {}
        for path in files:
            with open(self.root.at(path), encoding="latin-1", newline="") as file:
                found[path] = file.read()
        return found

    def compare(self, control, befores, afters, sent):
        after = afters[0]
        if not after.started:
            return Answer("disagree", "remedy", f"it does not start any more: {after.complaints[:200]}")
        missing = self.missing(after, control, sent)
        if missing:
            return Answer("disagree", "remedy", f"still missing, of {len(missing)}: {min(missing)}")
        wanted = self.wanted(control)
        # a control that asks for the kernel's messages has them read
        kernel_came = any(pair[0] == 0 for before in befores for came in before.came.values() for pair in came)
        for place in set().union(*(run.came for run in befores + afters)):
            mine = place == control.get("file") or place[1:] == (self.root.hosts.names.get(control.get("to"), control.get("to")), 514)
            olds, news = ([run.came.get(place, {}) for run in runs] for runs in (befores, afters))
            for pair in set().union(*olds, *news):
                if any(old.get(pair, set()) == new.get(pair, set()) for old in olds for new in news) or (mine and pair in wanted) or (pair[0] == 0 and not kernel_came):
                    continue
                return Answer("disagree", "remedy", f"{FACILITIES[pair[0]]}.{LEVELS[pair[1]]} to {place} {CHANGED}")
        return Answer("agree", "remedy", "")
