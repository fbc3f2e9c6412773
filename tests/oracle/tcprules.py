#!/usr/bin/env python3
"""Compares the model of tcpserver's rules with ucspi-tcp: what tcprules(1) refuses, what the cdb that
it writes holds, which rule tcprulescheck(1) takes for a client, and what both make of a cdb with
damage in it.
"""
import os
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import tcprules_files
from oracle import Answer, Oracle, helper, real_files

CLIENTS = 4  # that are asked about, of a case


def records(cdb):
    """The records in the order of the file, as cdbdump prints them."""
    end, at = struct.unpack_from("<I", cdb)[0], 2048
    while at < end:
        key, data = struct.unpack_from("<II", cdb, at)
        yield cdb[at + 8:at + 8 + key], cdb[at + 8 + key:at + 8 + key + data]
        at += 8 + key + data


class Tcprules(Oracle):
    name = "tcprules"
    cases = 10000
    needs = ("tcprules", "tcprulescheck")

    def open(self):
        self.root = tempfile.mkdtemp(prefix="holdfast-tcprules.")
        self.model = subprocess.Popen([helper(self.name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="latin-1")

    def close(self):
        self.model.stdin.close()
        self.model.wait()
        shutil.rmtree(self.root)

    def generate(self, rng):
        text = tcprules_files.rules(rng)
        case = {"files": {"rules": text}, "clients": [tcprules_files.client(rng, text) for _ in range(CLIENTS)]}
        if rng.random() < 0.3:
            case["damage"] = [rng.random(), rng.randrange(256), rng.choice([0, 0, 0, 1])]
        return case

    def real(self, folder):
        for name, text in real_files(folder, "tcprules"):
            yield name, {"files": {"rules": text}, "clients": [["10.1.2.3", None, None], ["127.0.0.1", "localhost", None]]}

    def ask(self, *fields, whole=False):
        self.model.stdin.write("\t".join(fields) + "\n")
        self.model.stdin.flush()
        found = []
        while line := self.model.stdout.readline().rstrip("\n"):
            found.append(line)
            if not whole:
                break
        return found

    def path(self, name):
        return os.path.join(self.root, name)

    def judge(self, case):
        for name in ("rules", "cdb"):
            if os.path.exists(self.path(name)):
                os.remove(self.path(name))
        with open(self.path("rules"), "wb") as file:
            file.write(case["files"]["rules"].encode("latin-1"))
        with open(self.path("rules"), "rb") as file:
            run = subprocess.run(["tcprules", self.path("cdb"), self.path("temp")], stdin=file, stderr=subprocess.PIPE, check=False)
        said = self.ask("read", self.root, whole=True)
        if any(line.startswith("text unknown") for line in said):
            return [Answer("unknown", "the rules", said[0])]
        refused = any(line.startswith("text refused") for line in said)
        if run.returncode != 0 or refused:
            good = run.returncode == 100 and refused and not os.path.exists(self.path("cdb"))
            return [Answer("invalid" if good else "disagree", "the rules", f"{said!r}, and tcprules: {run.stderr!r}")]
        with open(self.path("cdb"), "rb") as file:
            cdb = file.read()
        first = {}
        for key, data in records(cdb):
            first.setdefault(key, data)
        want = sorted(f"{key.decode('latin-1')} {data.hex()}" for key, data in first.items())
        answers = [self.compare(f"the {source}'s rules", sorted(line[len(source) + 1:] for line in said if line.startswith(source + " ")), want)
                   for source in ("text", "cdb")]
        for client in case["clients"]:
            answers += self.judge_client(client)
        if "damage" in case:
            answers.append(self.judge_damage(case, cdb))
        return answers

    def check(self, ip, host, info):
        """The rule that tcprulescheck takes and whether it denies; None where it gives up."""
        names = (("TCPREMOTEIP", ip), ("TCPREMOTEHOST", host), ("TCPREMOTEINFO", info))
        run = subprocess.run(["tcprulescheck", self.path("cdb")], env={name.encode(): value.encode("latin-1") for name, value in names if value is not None},
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if run.returncode != 0:
            return None
        head, _, rest = run.stdout.decode("latin-1").partition(":\n")
        return ("default" if head == "default" else "=" + head[len("rule "):]), "deny connection" in rest

    def judge_client(self, client):
        ip, host, info = client
        fields = [ip] + ["" if value is None else "=" + value for value in (host, info)]
        rule, denies = self.check(*client)
        answers = [self.compare(f"{client} by the {source}", self.ask(source, *fields), [rule]) for source in ("text", "cdb")]
        # the region of the address: its rule is that of a client without a name, and says so where a name decides otherwise
        bare, bare_denies = self.check(ip, None, None)
        region, other = self.ask("region", ip)[0].split("\t")
        answers.append(self.compare(f"the region of {ip}", region, bare))
        if denies != bare_denies and host != "A.b.org" and not (host or "").endswith("A.b.org"):  # tcpserver's names have small letters
            answers.append(Answer("agree" if other != "default" else "disagree", f"a name in the region of {ip}", f"none decides otherwise, and {rule} does"))
        return answers

    def judge_damage(self, case, cdb):
        where, byte, cut = case["damage"]
        at = int(where * len(cdb))
        damaged = cdb[:at] if cut else cdb[:at] + bytes([byte]) + cdb[at + 1:]
        with open(self.path("cdb"), "wb") as file:
            file.write(damaged)
        said = self.ask("read", self.root, whole=True)
        want = [self.check(*client) for client in case["clients"]]
        if "cdb damaged" in said:
            return Answer("invalid" if None in want else "unknown", "a damaged cdb", "damage that no client meets")
        have = [self.ask("cdb", ip, *("" if value is None else "=" + value for value in names))[0] for ip, *names in case["clients"]]
        return self.compare("a damaged cdb", have, [answer and answer[0] for answer in want])

    @staticmethod
    def compare(question, have, want):
        return Answer("agree" if have == want else "disagree", question, f"{have!r}, and it is {want!r}")


Tcprules().main()
