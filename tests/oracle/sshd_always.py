#!/usr/bin/env python3
"""What the model says of every connection there can be: that a keyword always has a value, or the
connection for which it has not. A connection that it names is asked of `sshd -T -C`. That it knows of
none is compared with its own answers for many connections, which sshd.py compares with sshd's, and with
sshd's for some.
"""
import itertools

from lib.oracle import Answer, Oracle
from lib.sshd_daemon import USERS, Model, ask_sshd, prepare, write_tree

PATTERNS = {
    "User": ["*", "!someone,*", "someone", "root", "!root,*", "alice,bob", "*,!alice", "a*", "!a*,*", "?*", "al*,b*", "*o*", "?????",
             "sftp1", "*,!*o*,!alice"],
    "Group": ["*", "!nobody,*", "*,!sftp", "users", "users,!wheel", "wheel", "root", "empty", "w*", "!w*,users", "nogroup,*", "u*,s*"],
    "Address": ["0.0.0.0/0", "::/0", "*", "0.0.0.0/0,::/0", "10.0.0.0/8", "*,!10.0.0.1", "0.0.0.0/1,128.0.0.0/1", "10.*", "10.0.0.1",
                "!10.*,*", "10.1.*,10.0.0.0/9", "::/1,8000::/1"],
    "LocalAddress": ["0.0.0.0/0", "*", "::/0", "10.0.0.254"],
    "LocalPort": ["22", "2222"],
    "RDomain": ["*", "vrf1", "!vrf1,*", "?*"],
    "Host": ["*", "10.*", "*.example.org", "!10.0.0.1,*"],
}
# values of a line, and those asked for
KEYWORDS = {
    "PermitRootLogin": (["yes", "no"], ["no"]),
    "IPQoS": (["none", "ef"], ["none none", "ef ef", "lowdelay throughput"]),
    "AllowUsers": (["alice", "bob", "alice bob", "root@10.*"], ["alice", "bob", "alice bob", "none", "alice alice"]),
    "UnusedConnectionTimeout": (["5m", "none", "0"], ["none", "300"]),
    "RekeyLimit": (["1G", "1G 1h", "default 2m", "1G none"], ["1073741824 3600", "0 0", "1073741824 120", "1073741824 0"]),
    "AuthorizedPrincipalsCommand": (["/bin/a", "/bin/b", "none"], ["/bin/a", "/bin/b", "none"]),
    "StreamLocalBindMask": (["0177", "022"], ["0177", "022"]),
}
ADDRESSES = ["10.0.0.1", "10.1.2.3", "10.128.0.0", "192.0.2.1", "128.0.0.0", "2001:db8::1", "::1", "fe80::1"]
LOCAL = ["10.0.0.254", "192.0.2.2", "::1"]
PEOPLE = [*USERS, "someone", "x", "alicia", "b", "oo"]
ASKED_OF_SSHD = 4


class Always(Oracle):
    name = "sshd_always"
    cases = 2000
    needs = ("sshd", "ssh-keygen")
    namespaces = ("--mount",)

    def open(self):
        prepare()
        self.model = Model()

    def close(self):
        self.model.stop()

    def generate(self, rng):
        keyword = rng.choice(["PermitRootLogin"] * 5 + list(KEYWORDS))
        values, wanted = KEYWORDS[keyword]
        ports = rng.choice([[], ["22"], ["2222"], ["22", "2222"]])
        lines = [f"Port {port}" for port in ports] + ["AuthorizedPrincipalsCommandUser nobody", "AuthorizedKeysCommandUser nobody"]
        lines += rng.choice([["AddressFamily inet"], [], [], []])

        def setting():
            if keyword == "AuthorizedPrincipalsCommand" and rng.random() < 0.3:
                return "AuthorizedKeysCommand " + rng.choice(["/bin/x", "none"])
            return f"{keyword} {rng.choice(values)}"
        lines += [setting() for _ in range(rng.choice([0, 1, 1, 1, 2]))]
        for _ in range(rng.randrange(1, 5)):
            if rng.random() < 0.05:
                lines.append("Match all")
            else:
                asked = rng.sample(list(PATTERNS), rng.choice([1, 1, 1, 2]))
                lines.append("Match " + " ".join(f"{name} {rng.choice(PATTERNS[name])}" for name in asked))
            lines += [setting() for _ in range(rng.choice([1, 1, 2]))]
        return {"files": {"sshd_config": "\n".join(lines) + "\n"}, "keyword": keyword, "wanted": rng.choice(wanted),
                "sample": rng.randrange(1 << 30)}

    def connections(self, text):
        """Those that there can be: UseDNS is off, so that a host is its address."""
        ports = [line.split()[1] for line in text.splitlines() if line.startswith("Port ")] or ["22"]
        for user, address, local, port, domain in itertools.product(PEOPLE, ADDRESSES, LOCAL, ports, ["", "vrf1", "other"]):
            if (":" in address) == (":" in local) and not (":" in address and "AddressFamily inet" in text):
                yield user, address, address, local, port, domain

    def first_against(self, case, every):
        """A connection for which the model itself says otherwise."""
        for start in range(0, len(every), 200):
            some = every[start:start + 200]
            answers = self.model.ask_many([("value", case["keyword"], one[0], ",".join(USERS.get(one[0], [])), *one[1:]) for one in some])
            for one, have in zip(some, answers):
                if have != case["wanted"]:
                    return [one]
        return []

    def said(self, case, connections):
        for one, said in zip(connections, ask_sshd(connections)):
            have = None if said.values is None else said.values.get(case["keyword"].lower(), "none")
            yield one, have, "refused: " + said.reason if have is None else have

    def judge(self, case):
        text = case["files"].get("sshd_config", "")
        question = f"{case['keyword']} {case['wanted']}"
        write_tree(case["files"])
        if not self.model.load().startswith("OK"):
            return []
        answer, *witness = self.model.ask("always", case["keyword"], case["wanted"])[0].split("\t")
        if answer == "NOT":
            user, groups, *rest = witness
            if groups != ",".join(USERS.get(user, [])) and groups != "":
                return [Answer("disagree", question, f"{user} is not in {groups}")]
            for one, have, text in self.said(case, [(user, *rest)]):
                if have in (None, case["wanted"]):
                    return [Answer("disagree", question, f"but not for {one}: {text}")]
            return [Answer("agree", question)]
        every = list(self.connections(text))
        if answer == "UNSURE":  # right where the port may be another one
            return [Answer("unknown", question, "a socket unit may give any port" if "LocalPort" in text else "")]
        if answer != "ALWAYS":
            return [Answer("disagree", question, answer)]
        against = self.first_against(case, every)
        sample = against or every[case["sample"] % 7::len(every) // ASKED_OF_SSHD + 1]
        for one, have, text in self.said(case, sample):
            if have != case["wanted"]:
                return [Answer("disagree", question, f"always, but {text} for {one}")]
        if against:
            return [Answer("disagree", question, f"always, but the model itself has it otherwise for {against[0]}")]
        return [Answer("agree", question)]


if __name__ == "__main__":
    Always().main()
