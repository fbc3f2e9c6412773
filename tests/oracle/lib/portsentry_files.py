"""Generated portsentry.conf files: mostly sound, each with a few lines in awkward forms."""

LISTS = ["TCP_PORTS", "UDP_PORTS", "ADVANCED_EXCLUDE_TCP", "ADVANCED_EXCLUDE_UDP"]
FILES = ["IGNORE_FILE", "HISTORY_FILE", "BLOCKED_FILE"]
LIMITS = ["ADVANCED_PORTS_TCP", "ADVANCED_PORTS_UDP"]
OTHERS = ["RESOLVE_HOST", "BLOCK_TCP", "BLOCK_UDP", "KILL_ROUTE", "KILL_RUN_CMD", "SCAN_TRIGGER", "PORT_BANNER"]


def port(rng):
    return rng.choice([str(rng.randrange(1, 300))] * 12 + [str(rng.randrange(65536))] * 3 + ["0", "70000", "7x", " 9", "x", "", "3-5", "+4", "-6", "007", "9 ", "1;2"])


def value(rng, name):
    if name in LISTS:
        return ",".join(port(rng) for _ in range(rng.choice([1, 2, 5, 20, 70])))
    if name in LIMITS:
        return rng.choice(["10", "100", "300", "1024", "0", "", "x", " 12", "5x"])
    if name in FILES:
        return rng.choice(["blocked", "a b", "x", ""])
    return rng.choice(["0", "1", "2", "/bin/true $TARGET$", "", "\xe4"])


def line(rng, name, wild):
    text = value(rng, name)
    if rng.random() > wild:
        return f'{name}="{text}"'
    return rng.choice([f'{name} = "{text}"', f'{name}\t="{text}"', f' {name}="{text}"', f'#{name}="{text}"', f"{name}={text}", f'{name}="{text}', f'{name}="{text}" # x"y"',
                       f'{name}=x"{text}"', f"{name}='{text}'", f'{name}="{text[:2]}\t{text[2:]}"', f'{name}="{text[:1]}\xe4{text}"', f"{name}", f'{name.lower()}="{text}"',
                       "x" * len(name) + f'= {name} "{text}"', "a comment of " + f'{name} "{text}"', f'X{name}="{text}"', f'{name}X="{text}"', f'{name}="{text}"\r',
                       "#" + "x" * 1022 + f'{name}="{text}"', "#" + "x" * rng.randrange(1015, 1025) + f'{name}="{text}"',
                       f'{name}=' + " " * rng.choice([1000, 1012, 1030]) + f'"{text}"'])


def conf(rng):
    wild = rng.choice([0, 0.1, 0.3])
    lines = [line(rng, name, wild if name not in FILES else wild / 6) for name in FILES + LISTS + LIMITS + OTHERS if rng.random() < 0.93 or name in FILES]
    lines += [line(rng, rng.choice(LISTS + LIMITS), wild) for _ in range(rng.choice([0, 0, 1, 3]))]
    lines += rng.sample(["", "# comment", "   ", "\t", "noise", '="', '"'], rng.randrange(4))
    rng.shuffle(lines)
    return "\n".join(lines) + rng.choice(["\n"] * 6 + [""])
