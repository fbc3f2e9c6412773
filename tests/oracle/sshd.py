#!/usr/bin/env python3
"""Compares the model of sshd with `sshd -T -C` of the installed 9.2: generated and real sshd_config
trees, several connections each, every keyword that it prints; what it rejects must be rejected too, at
the same line. A real file is asked for the global case and for a connection that each Match is meant for.
"""
import re

from lib.oracle import Answer, Oracle, real_files
from lib.sshd_daemon import COMMAND_LINE, USERS, Model, ask_sshd, prepare, write_accounts, write_options, write_tree
from lib.sshd_trees import Generator

HOSTS = ["Host.example.org", "db.internal", "UNKNOWN"]
ADDRESSES = ["10.0.0.1", "10.1.2.3", "192.168.1.30", "192.0.2.1", "2001:db8::1", "fe80::1"]
LOCAL = ["10.0.0.254", "192.0.2.2", "::1"]
PORTS = ["22", "2222", "80"]
LISTS = {"allowusers", "denyusers", "allowgroups", "denygroups", "acceptenv", "setenv", "subsystem", "logverbose", "channeltimeout",
         "authenticationmethods"}  # where ours has quotes that sshd does not print
# words of a command line; not those with which sshd serves nobody (test_sshd_start.c has them), or keeps its reasons to itself
OPTIONS = ["-4", "-6", "-D", "-d", "-dd", "-e", "-i", "-Q", "-r", "-DQ", "-u0", "-b768", "-k1h", "-g30", "-gx", "-p2222",
           "-p0", "-phttp", "-p22", "-h/run/sshd/host_key", "-fnone", "-f/etc/ssh/sshd_config", "-oPort=80", "-oPermitRootLogin=no",
           "-oLogLevel=VERBOSE", "-oAllowUsers=bob", "-oNoSuch=1", "-o#x", "-oPort", "-oMatch=all", "-Z", "-G", "-o", "-f", "--", "--x", "word"]
UNPRINTED = {"debianbanner", "rdomain", "kerberosgetafstoken"}  # not in dump_config of servconf.c


def connection(pick):
    return [pick.choice(list(USERS)), pick.choice(HOSTS), pick.choice(ADDRESSES), pick.choice(LOCAL), pick.choice(PORTS),
            pick.choice(["", "vrf1"])]


def same(name, ours, theirs):
    if name == "permitrootlogin":
        theirs = theirs.replace("without-password", "prohibit-password")
    elif name == "maxstartups":  # the rate between two equal numbers means nothing
        one, two = ours.split(":"), theirs.split(":")
        if one[0] == one[2] and two[0] == two[2]:
            return one[0] == two[0]
    elif name == "loglevel":
        theirs = theirs.replace("DEBUG1", "DEBUG").replace("SILENT", "QUIET")
    elif name in ("hostkey", "hostcertificate"):
        theirs = theirs.replace("(null)", "none")
    if theirs.lower() in ("none", "internal"):
        theirs = theirs.lower()
    if name == "persourcenetblocksize" and ours.endswith(":?"):
        return ours.split(":")[0] == theirs.split(":")[0]
    if name in LISTS:
        ours = re.sub(r'\\(.)|"', r"\1", ours)
    return ours == re.sub(r"^//", "/", theirs)


def differences(ours, theirs):
    for name in theirs.keys() - ours.keys():
        yield f"{name}: not known, sshd: {theirs[name]!r}"
    for name, value in ours.items():
        if name in UNPRINTED:
            continue
        if name == "listenaddress":  # the order is that of getaddrinfo(3)
            value, theirs[name] = (" ".join(sorted(text.split())) for text in (value, theirs[name]))
        if value == "?":
            yield f"{name}: unknown"
        elif not same(name, value, theirs.get(name, "none")):
            yield f"{name}: {value!r}, sshd: {theirs.get(name, 'none')!r}"


def first(pattern, filling):
    """A text that the list PATTERN matches, most likely."""
    chosen = next((item for item in pattern.split(",") if item and item[0] != "!"), "x")
    return chosen.split("/")[0].replace("*", filling).replace("?", "1")


def connections_of(text):
    """None, and a connection for each Match line; and the users with the groups that these ask for."""
    connections, users = [None], dict(USERS)
    for line in text.splitlines():
        words = line.replace("=", " ").replace('"', " ").split("#")[0].split()
        if not words or words[0].lower() != "match":
            continue
        asked = {name.lower(): pattern for name, pattern in zip(words[1::2], words[2::2])}
        group = first(asked["group"], "x") if "group" in asked else None
        user = first(asked["user"], "x") if "user" in asked else "alice" if group is None else "of-" + group
        if group is not None:
            users[user] = users.get(user, []) + [group]
        connections.append([user, first(asked.get("host", "host.example.org"), "x"), first(asked.get("address", "10.0.0.1"), "1"),
                            first(asked.get("localaddress", "10.0.0.254"), "1"), first(asked.get("localport", "22"), ""), ""])
    return connections, users


class Sshd(Oracle):
    name = "sshd"
    cases = 11500
    needs = ("sshd", "ssh-keygen")
    namespaces = ("--mount",)

    def open(self):
        prepare()
        self.model = Model()

    def close(self):
        self.model.stop()

    def generate(self, rng):
        files = Generator(rng).tree()
        case = {"files": files, "connections": [connection(rng) for _ in range(2)] + [rng.choice([None, connection(rng)])]}
        if rng.random() < 0.1:
            case["options"] = [rng.choice(OPTIONS) for _ in range(rng.choice([1, 1, 2, 3]))]
        return case

    def real(self, folder):
        for name, text in real_files(folder, self.name):
            connections, users = connections_of(text)
            yield name, {"files": {"sshd_config": text}, "connections": connections, "users": users}

    def compare(self, loaded, one, said, users):
        if loaded.startswith("UNKNOWN"):
            return Answer("unknown", str(one), loaded)
        if loaded.startswith("INVALID"):
            if said.values is not None:
                return Answer("disagree", str(one), f"{loaded}, but sshd starts")
            place = loaded.split()[1].rstrip(":")
            if said.places and place not in said.places and not place.startswith(COMMAND_LINE):
                return Answer("disagree", str(one), f"{loaded}, but sshd says {said.reason}")
            return Answer("invalid", str(one), loaded)
        ours = self.model.values(one, users)
        if isinstance(ours, str) or said.values is None:
            if isinstance(ours, str) and ours.startswith("REFUSED") and said.values is None:
                return Answer("invalid", str(one), ours)
            return Answer("disagree", str(one), f"{ours if isinstance(ours, str) else 'accepted'}, sshd: {said.reason or 'starts'}")
        wrong = list(differences(ours, said.values))
        if not wrong:
            return Answer("agree", str(one))
        if all(text.endswith(": unknown") for text in wrong):
            return Answer("unknown", str(one), "; ".join(wrong[:3]))
        return Answer("disagree", str(one), "; ".join(wrong[:3]))

    def judge(self, case):
        users = case.get("users", USERS)
        write_accounts(users)
        write_tree(case["files"])
        options = case.get("options", [])
        write_options(options)
        loaded, every = self.model.load(), ask_sshd(case["connections"], options)
        # no question: sshd -T without a connection, but with Match LocalPort; whether the files of keys are there
        return [self.compare(loaded, one, said, users) for one, said in zip(case["connections"], every)
                if "not in connection test specification" not in said.reason
                and not ("no hostkeys available" in said.reason and loaded == "OK")]

    def smaller(self, case):
        for index in range(len(case.get("options", []))):
            yield {**case, "options": case["options"][:index] + case["options"][index + 1:]}
        for index in range(len(case["connections"])):
            rest = case["connections"][:index] + case["connections"][index + 1:]
            if rest:
                yield {**case, "connections": rest}
        yield from super().smaller(case)


if __name__ == "__main__":
    Sshd().main()
