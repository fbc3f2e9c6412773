"""Generated rules of tcpserver, and clients that they are about."""

OCTETS = ["0", "1", "9", "10", "127", "192", "255"]
NAMES = ["a.b.org", "b.org", "org", "x.a.b.org", "c", "a-b.c_d", ".", "A.b.org"]
INFOS = ["joe", "root", "", "j@k", "a b", "joe@=c"]
VALUES = ["", "1", "a b", "x=y", ",", "\xe9"]


def octet(rng):
    return rng.choice(OCTETS)


def ip(rng):
    return ".".join(octet(rng) for _ in range(4))


def span(rng):
    return rng.choice([f"{rng.randrange(12)}-{rng.randrange(14)}", "0-255", "250-300", "9-1", "007-010", "-3", "9-", "-", "18446744073709551617-2"])


def address(rng):
    text = ip(rng)
    parts = text.split(".")[:rng.randrange(1, 5)]
    if rng.random() < 0.25:
        parts[rng.randrange(len(parts))] = span(rng)
    return ".".join(parts) + ("." if len(parts) < 4 else "")


def strange(rng):
    return rng.choice([ip(rng).rsplit(".", 1)[0], ip(rng) + ".", "01.2.", "1..2", "1.2.3.4.5", "300.", " 1.", "1. ", "x", "1.x-2.", "1.2-3-4.", "=a-b", "-", ".", "..",
                       "1.\t", "@", "=@", "@=", "joe@", "joe@1.", "joe@=.org", "\xff", "a" * 40, "\\056", "=" + "a." * 30])


def key(rng):
    return rng.choice([address] * 6 + [lambda rng: "", lambda rng: "=" + rng.choice(NAMES), lambda rng: "=." + rng.choice(NAMES), lambda rng: "=",
                                       lambda rng: rng.choice(INFOS) + "@" + rng.choice([ip(rng), "=" + rng.choice(NAMES)]), strange])(rng)


def variable(rng):
    quote = rng.choice(["\"", "'", "/", "=", ",", "x"])
    return "," + rng.choice(["RELAYCLIENT", "A", "", "B C"]) + "=" + quote + rng.choice(VALUES).replace(quote, "") + quote


def action(rng, wrong):
    text = rng.choice(["allow", "allow", "deny"]) + "".join(variable(rng) for _ in range(rng.choice([0, 0, 0, 1, 1, 2])))
    if rng.random() < wrong:
        text = rng.choice([text + "x", text[:-1], text + ",", text + ",A", text + ",A=", text + ",A=\"", "", "Allow", " allow", text + "\r", "allowdeny", text + " ,", "deny allow"])
    return text + rng.choice([""] * 6 + [" ", "\t", " \t  "])


def line(rng, wrong):
    return rng.choice([lambda: key(rng) + ":" + action(rng, wrong)] * 14 + [lambda: "# 1.:deny", lambda: "", lambda: "  ", lambda: "1.2.3.4", lambda: " # x"])()


def rules(rng):
    wrong = rng.choice([0] * 9 + [0.15])
    lines = [line(rng, wrong) for _ in range(rng.choice([0, 1, 3, 6, 12, 30]))]
    if rng.random() < 0.5:
        lines.append(":deny")
    if rng.random() < 0.01:  # a prefix of which nothing is left
        lines += [f"{rng.choice(['', '10.'])}{number}.:{rng.choice(['allow', 'deny'])}" for number in range(256)]
    text = "\n".join(lines)
    return text + rng.choice(["\n"] * 5 + [""])


def client(rng, text):
    """An address, a name, an ident (None: unknown), now and then what a rule names."""
    keys = [part.split(":")[0] for part in text.split("\n") if ":" in part]
    where, host, info = ip(rng), rng.choice([None, rng.choice(NAMES), "y." + rng.choice(NAMES)]), rng.choice([None, None, rng.choice(INFOS)])
    if keys and rng.random() < 0.7:
        chosen = rng.choice(keys)
        if "@" in chosen:
            info, chosen = chosen.rsplit("@", 1)
        if chosen.startswith("=") and len(chosen) > 1:
            host = ("z" if chosen[1] == "." else "") + chosen[1:]
        parts = chosen.split(".")
        if all(part.replace("-", "").isdigit() or not part for part in parts):
            parts = [part.split("-")[0] or octet(rng) for part in parts] + [octet(rng)] * 4
            where = ".".join(str(int(part) % 256) if part.isdigit() else part for part in parts[:4])
    return [where, host, info]
