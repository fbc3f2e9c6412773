#!/usr/bin/env python3
"""Applies policies to generated sshd_config trees and asks the installed sshd 9.2 before and after:
what is wanted it answers, nothing else that it answers has changed, be it for those who then come to
another port or address, and what was refused, or held already, has changed no byte.
"""
import json
import os
import subprocess

from lib.oracle import Answer, Oracle, apply
from lib.sshd_daemon import DIRECTORY, ask_sshd, mount, prepare, write_tree
from lib.sshd_trees import Generator
from sshd import connection

ROOT = "/run/root"
POLICY = "/run/policy.yaml"


def equal(*texts):
    return lambda value: value in texts


def within(low, high):
    return lambda value: value.isdigit() and low <= int(value) <= high


def possible(who, values):
    """Whether the sshd with these VALUES may get that connection."""
    if who is None:
        return False
    _, host, address, local, port, _ = who
    family = {"inet": False, "inet6": True}.get(values["addressfamily"], ":" in address)
    return (":" in address) == (":" in local) == family and port in values["port"].split() and (values["usedns"] == "yes" or host == address)


PEOPLE = ["someone", "root"]  # who come to wherever sshd listens
ANYBODY = ["someone", "10.0.0.1", "10.0.0.1", "10.0.0.254", "22", ""]  # sshd -T alone says nothing where Match asks for more

# what is wanted of a keyword, and whether what sshd -T prints is that
WANTED = [
    ("PermitRootLogin", "no", equal("no")),
    ("PermitRootLogin", "prohibit-password", equal("without-password")),
    ("PasswordAuthentication", "no", equal("no")),
    ("KbdInteractiveAuthentication", "no", equal("no")),
    ("ChallengeResponseAuthentication", "yes", equal("yes")),
    ("X11Forwarding", "no", equal("no")),
    ("MaxAuthTries", "{ max: 4 }", within(0, 4)),
    ("LoginGraceTime", "{ min: 1, max: 60 }", within(1, 60)),
    ("ClientAliveInterval", "{ min: 60, max: 300 }", within(60, 300)),
    ("LogLevel", "{ any-of: [VERBOSE, INFO] }", equal("VERBOSE", "INFO")),
    ("SyslogFacility", "AUTHPRIV", equal("AUTHPRIV")),
    ("Ciphers", "aes256-ctr,aes128-ctr", equal("aes256-ctr,aes128-ctr")),
    ("PubkeyAcceptedAlgorithms", "ssh-ed25519", equal("ssh-ed25519")),
    ("Banner", "/etc/issue.net", equal("/etc/issue.net")),
    ("AllowUsers", "alice bob", equal("alice bob")),
    ("DenyGroups", "sftp", equal("sftp")),
    ("AuthenticationMethods", "publickey", equal("publickey")),
    ("UnusedConnectionTimeout", "5m", equal("300")),
    ("UnusedConnectionTimeout", "none", equal("none")),
    ("RekeyLimit", "1G 1h", equal("1073741824 3600")),
    ("MaxStartups", "10:30:60", equal("10:30:60")),
    ("IPQoS", "ef", equal("ef ef")),
    ("Port", "2222", equal("2222")),
    ("ForceCommand", "internal-sftp", equal("internal-sftp")),
    ("AuthorizedKeysFile", "/etc/keys/%u", equal("/etc/keys/%u")),
    ("StreamLocalBindMask", "022", equal("022")),
    ("PermitUserEnvironment", "no", equal("no")),
    ("AuthorizedPrincipalsCommand", "none", lambda value: value.lower() == "none"),
    ("PermitOpen", "none", equal("none")),
    ("HostKeyAlgorithms", "{ none-of: [ssh-rsa] }", lambda value: "ssh-rsa" not in value.split(",")),
]
# where it listens: Match blocks may then hold for others
ELSEWHERE = [
    ("Port", "2222", equal("2222")),
    ("ListenAddress", "127.0.0.1", lambda value: value.startswith("127.0.0.1:")),
    ("AddressFamily", "inet", equal("inet")),
    ("AddressFamily", "any", equal("any")),
]
HERE = ["LocalPort 22", "LocalPort 2222", "LocalPort 2222 User root", "LocalAddress 127.0.0.1", "LocalAddress 10.0.0.254", "Address 0.0.0.0/0",
        "Address 10.0.0.0/8", "LocalAddress ::/0 LocalPort 22"]
# other names, under which sshd -T prints what is wanted
SAME = {"challengeresponseauthentication": "kbdinteractiveauthentication"}


def listening(values):
    """Pairs of an address and a port, of "listenaddress [::]:22 10.0.0.1:22 rdomain x"."""
    for item in values["listenaddress"].split():
        host, colon, port = item.rpartition(":")
        if colon and port.isdigit():
            yield host.strip("[]"), port


def arriving(values, person):
    """The connections by which PERSON, a user, comes to where sshd listens."""
    for host, port in sorted(set(listening(values))):
        address, wildcard = ("2001:db8::1", "2001:db8::2") if ":" in host else ("10.0.0.1", "10.0.0.254")
        yield [person, address, address, wildcard if host in ("::", "0.0.0.0") else host, port, ""]


class Remedy(Oracle):
    name = "sshd_remedy"
    cases = 1500
    needs = ("sshd", "ssh-keygen")
    namespaces = ("--mount",)

    def open(self):
        prepare()
        os.makedirs(f"{ROOT}/etc/ssh")
        mount("--bind", DIRECTORY, f"{ROOT}/etc/ssh")
        for name in "passwd", "group", "nsswitch.conf", "services":
            with open(f"/etc/{name}", encoding="ascii") as source, open(f"{ROOT}/etc/{name}", "w", encoding="ascii") as copy:
                copy.write(source.read())
        os.makedirs(f"{ROOT}/var/lib/dpkg")
        with open(f"{ROOT}/var/lib/dpkg/status", "w", encoding="ascii") as file:
            file.write("Package: openssh-server\nStatus: install ok installed\nVersion: 1:9.2p1-2+deb12u3\n\n")

    def generate(self, rng):
        generator = Generator(rng)
        generator.errors = generator.errors and rng.random() < 0.2
        connections = [connection(rng) for _ in range(3)]
        for one in connections:  # most of them possible
            one[1] = one[2] if rng.random() < 0.8 else one[1]
            one[3] = rng.choice(["::1"] if ":" in one[2] else ["10.0.0.254", "192.0.2.2"])
            one[4] = rng.choice(["22", "22", "2222"])
        case = {"files": generator.tree(), "connections": [None] + connections,
                "wanted": sorted(rng.sample(range(len(WANTED)), rng.choice([1, 1, 2, 3])))}
        if rng.random() > 0.8:
            self.move(case, rng)
        return case

    def move(self, case, rng):
        """Has sshd listen elsewhere, with Match blocks that this may concern: with nothing else that stands in the way."""
        case["wanted"] = [len(WANTED) + rng.randrange(len(ELSEWHERE))]
        lines = rng.choice([[], [], ["AddressFamily inet"], ["Port 22"], ["ListenAddress 10.0.0.254"], ["ListenAddress 0.0.0.0:22"]])
        lines = lines + [f"PasswordAuthentication {rng.choice(['yes', 'no'])}"]
        for where in rng.sample(HERE, rng.choice([1, 1, 2])):
            lines += [f"Match {where}", rng.choice(["PasswordAuthentication no", "PasswordAuthentication yes", "PermitRootLogin yes"])]
        case["files"] = {"sshd_config": "\n".join(lines) + "\n"}

    def contents(self):
        found = {}
        for folder, _, names in os.walk(DIRECTORY):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        found[path] = file.read()
        return found

    def settings(self, case):
        seen = set()
        for index in case["wanted"]:
            keyword, text, holds = (WANTED + ELSEWHERE)[index]
            printed = SAME.get(keyword.lower(), keyword.lower())
            if printed not in seen:
                seen.add(printed)
                yield keyword, text, printed, holds

    def changed(self, before, after, wanted):
        """What sshd says otherwise though nobody wanted it."""
        if (before.values is None) != (after.values is None):
            return f"accepted: {before.values is not None}, then {after.values is not None}: {after.reason}"
        for name in (before.values or {}).keys() | (after.values or {}).keys():
            old, new = before.values.get(name), after.values.get(name)
            if old == new:
                continue
            # each ListenAddress has the ports of Port, and is of the AddressFamily
            if name in wanted and not wanted[name](old or "none") or (name == "listenaddress" and wanted.keys() & {"port", "addressfamily"}):
                continue
            return f"{name}: {old!r}, then {new!r}"
        return None

    def newly(self, before, after, wanted):
        """What somebody gets where sshd listens now, and nowhere got before."""
        free = {"port", "listenaddress", "addressfamily", *wanted}
        for person, old, new in zip(PEOPLE, before, after):
            had = [{name: value for name, value in one.values.items() if name not in free} for one in old if one.values is not None]
            for one in new:
                got = {name: value for name, value in (one.values or {}).items() if name not in free}
                if one.values is None or got not in had:
                    other = {name: (had[0].get(name), value) for name, value in got.items() if had and had[0].get(name) != value}
                    return f"{person} gets otherwise where sshd listens now: {other or one.reason}"
        return None

    def judge(self, case):
        settings = list(self.settings(case))
        wanted = {printed: holds for _, _, printed, holds in settings}
        question = ", ".join(f"{keyword}: {text}" for keyword, text, _, _ in settings)
        write_tree(case["files"])
        with open(POLICY, "w", encoding="ascii") as file:
            file.write("holdfast: 1\ntitle: t\ncontrols:\n  - id: it\n    title: t\n    sshd:\n      settings:\n"
                       + "".join(f"        {keyword}: {json.dumps(text) if text[0] != '{' else text}\n" for keyword, text, _, _ in settings))
        before, old = ask_sshd(case["connections"]), self.contents()
        start = ask_sshd([ANYBODY])[0].values
        came = [ask_sshd(list(arriving(start, person))) for person in PEOPLE] if start is not None else None
        where = ["--root", ROOT, "--policy", POLICY]
        audit = subprocess.run([os.environ.get("HOLDFAST", "build/holdfast"), "audit", "--format", "json", *where],
                               capture_output=True, text=True, errors="replace", check=False)
        verdict = json.loads(audit.stdout)["controls"][0]["verdict"] if audit.returncode in (0, 1, 2) else "none"
        applied = apply(*where)
        after, new = ask_sshd(case["connections"]), self.contents()
        changes = [change for change in (self.changed(*pair, wanted) for pair in zip(before, after)) if change is not None]
        moved = ask_sshd([ANYBODY])[0].values
        if start is not None and moved is not None and old != new:
            come = [ask_sshd(list(arriving(moved, person))) for person in PEOPLE]
            changes += filter(None, [self.newly(came, come, wanted)])
        missing = [f"{name} is {one.values.get(name, 'none')} for {who}" for one, who in zip(after, case["connections"])
                   if one.values is not None and possible(who, one.values) for name, holds in wanted.items() if not holds(one.values.get(name, "none"))]
        if verdict == "none" or applied.returncode > 2:
            return [Answer("disagree", question, f"status {audit.returncode}, {applied.returncode}: {audit.stderr}{applied.stderr}")]
        if changes:
            return [Answer("disagree", question, changes[0])]
        if verdict == "invalid":
            if all(one.values is not None for one in before):
                return []  # of a connection that is not asked
            return [Answer("invalid", question)] if old == new else [Answer("disagree", question, "invalid, and changed")]
        if verdict == "pass" or applied.returncode != 0:
            if old != new:
                return [Answer("disagree", question, f"{verdict}, status {applied.returncode}, and changed")]
        if verdict == "pass" or applied.returncode == 0:
            if missing:
                return [Answer("disagree", question, f"{verdict}: {missing[0]}\n{applied.stdout}")]
            return [Answer("agree", question)]
        if "still invalid" in applied.stdout + applied.stderr:  # what is wanted makes sshd refuse the rest
            return [Answer("invalid", question)]
        return [Answer("unknown", question, verdict + ": " + " ".join((applied.stdout + applied.stderr).split())[-300:])]

    def smaller(self, case):
        for index in range(len(case["wanted"])):
            rest = case["wanted"][:index] + case["wanted"][index + 1:]
            if rest:
                yield {**case, "wanted": rest}
        for index in range(len(case["connections"])):
            rest = case["connections"][:index] + case["connections"][index + 1:]
            if rest:
                yield {**case, "connections": rest}
        yield from super().smaller(case)


if __name__ == "__main__":
    Remedy().main()
