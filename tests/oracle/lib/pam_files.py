"""Generated PAM stacks of modules that note their own mark and return what their line says."""
import re

MODULE = "/run/mark.so"
BROKEN = "/run/mark-"  # what libpam can't load
VALUES = ["success", "open_err", "perm_denied", "auth_err", "user_unknown", "new_authtok_reqd", "acct_expired", "ignore", "abort",
          "module_unknown", "default", "default", "default", "authtok_err", "conv_again", "incomplete"]
WRONG_VALUES = ["Success", "nonsense", "successful", "defaults", ""]
ACTIONS = ["ignore", "ok", "done", "bad", "die", "reset", "1", "2", "3", "1", "2"]
WRONG_ACTIONS = ["0", "okay", "-1", "Bad", "99", "", "4294967295", "01", "1x", "bad]", "4294967298"]
RETURNS = [0] * 10 + [6] * 5 + [12] * 3 + [25] * 3 + [7, 10, 13, 28, 26, 1, 30, 5]
QUESTIONS = [["svc", "account"], ["svc", "auth"], ["svc", "session"], ["svc", "password"], ["SVC", "account"], ["absent", "account"],
             ["other", "account"], ["a", "account"], ["vendor", "account"], ["/x/svc", "auth"]]


def broken(module):
    """The files that can't be loaded, by their paths. One that is cut off behind its head may kill who loads it."""
    with open(module, "rb") as file:
        content = file.read()
    other = bytes([content[18] ^ 0xff])  # of another sort of machine
    return {BROKEN + "empty.so": b"", BROKEN + "text.so": b"no module\n", BROKEN + "cut.so": content[:40],
            BROKEN + "other.so": content[:18] + other + content[19:]}


def marked(rng, text):
    """TEXT with a module that notes its mark in the place of each."""
    number = iter(range(1, 1 << 30))
    return re.sub(r"(?m)^([^#\n]*?)\S*\bpam_\w+\.so\b", lambda found: f"{found.group(1)}{MODULE} m{next(number)} {rng.choice(RETURNS)}", text)


class Maker:
    def __init__(self, rng):
        self.rng, self.mark = rng, 0

    def control(self):
        rng = self.rng
        if rng.random() < 0.5:
            word = rng.choice(["required"] * 4 + ["requisite", "sufficient", "optional"] * 2)
            return rng.choice([word] * 20 + [word.upper(), f"[{word}]", word.capitalize()])
        pairs = []
        for _ in range(rng.choice([1, 1, 2, 2, 3, 4, 5])):
            pairs.append(rng.choice(VALUES if rng.random() < 0.97 else WRONG_VALUES) + rng.choice(["="] * 20 + [" = ", " =", "= "]) +
                         rng.choice(ACTIONS if rng.random() < 0.97 else WRONG_ACTIONS))
        text = rng.choice([" "] * 10 + ["", "\t", "  "]).join(pairs)
        return text if rng.random() < 0.01 else f"[{text}]"

    def target(self, is_top):
        rng = self.rng
        self.mark += 1
        if rng.random() < 0.85:
            value = rng.choice(RETURNS if rng.random() < 0.97 else [31, 32, -1, 99])
            return f"{MODULE} m{self.mark} {value}" + rng.choice(["", "", " x", " [a b]", "  ", " [a\\]b] c"])
        missing = ["nosuch.so"] * 3 + [f"{BROKEN}{kind}.so" for kind in ("empty", "text", "cut", "other", "none")]
        odd = [f"[{MODULE}] m{self.mark} 0", f"{MODULE}#x", "x.y.so", "pam_permit.so\r", "\\"]
        name = rng.choice(["pam_permit.so"] * 6 + ["pam_deny.so"] * 6 + missing + odd)
        # one without a name makes libpam give the file up, and an included one leave it half set
        if is_top and rng.random() < 0.04:
            name = rng.choice(["", "?", ".so", "/", "a/", "?.so", "/nosuch/?", "[]", "["])
        return name

    def line(self, names, is_top):
        rng = self.rng
        if rng.random() < 0.1:
            return rng.choice(["", "   ", "# note", "\t# account required pam_deny.so", "#"])
        # after one that fails in an included file libpam uses what the stack happens to hold
        if names and is_top and rng.random() < 0.06:
            return rng.choice(["@include ", "@include\t", "@INCLUDE ", "-@include "]) + rng.choice(names) + rng.choice(["", " more"])
        kind = rng.choice(["account"] * 12 + ["auth"] * 4 + ["session"] * 3 + ["password"] * 2 + ["-account", "Account", "[account]", "-auth"])
        if rng.random() < 0.01:
            kind = rng.choice(["acount", "-", "[]", "account,", "[", "accounts", "\r", "@includes"])
        gap = rng.choice([" "] * 5 + ["\t", "   ", " \t "])
        if names and rng.random() < 0.22:
            return kind + gap + rng.choice(["include"] * 4 + ["substack"] * 6 + ["Include", "SUBSTACK"]) + gap + rng.choice(names)
        return kind + gap + self.control() + (gap if rng.random() < 0.98 else "") + self.target(is_top)

    def dress(self, line):
        rng, chance = self.rng, self.rng.random()
        if chance < 0.04:
            words = line.split(" ")
            at = rng.randrange(len(words))
            middle = rng.choice(["\\\n", "\\ \n", "\\\n\n", "\\\n# between\n", "\\\n  ", "\\\t \n \n"])
            return " ".join(words[:at]) + " " + middle + " ".join(words[at:])
        if chance < 0.08:
            return line + rng.choice([" # note", "#note", "  \t", " \\ # note"])
        if chance < 0.1:
            return rng.choice([" ", "\t"]) + line
        if chance < 0.105:
            return line + rng.choice([" " + "x" * rng.choice([900, 990, 1010, 1022, 1030, 1100, 2100]), "\r", "\x0b", "\x01", "\0x", " \\"])
        return line

    def text(self, names, most, is_top=False):
        rng = self.rng
        text = "\n".join(self.dress(self.line(names, is_top)) for _ in range(rng.randrange(most + 1)))
        return text + ("" if rng.random() < 0.1 else "\n")


def tree(rng):
    """A case: its files and links; without FOLDERS there is a pam.conf instead."""
    maker, files, links = Maker(rng), {}, {}
    order = ["a", "b", "c", "d"]
    for i, name in enumerate(order):
        names = order[i + 1:] + (["nosuch"] if rng.random() < 0.1 else [])
        if rng.random() < 0.05:
            names += ["vendor"] + (["/etc/pam.d/d", "../pam.d/d"] if name != "d" else [])
        files[name] = maker.text(names, 4)
    if rng.random() < 0.02:
        files["d"] += f"account substack {rng.choice(['d', 'c'])}\n"
    files["svc"] = maker.text(order + [".x"] * (rng.random() < 0.05), 8, is_top=True)
    if rng.random() < 0.01:
        files["svc"] += rng.choice(["account include\n", "account substack\n", "@include\n", "session include \\\n\n"])
    if rng.random() < 0.8:
        files["other"] = maker.text(order[2:], 3, is_top=True)
    for name in order + ["svc", "other"]:
        if rng.random() < 0.01 and name in files:
            del files[name]
            links[f"etc/pam.d/{name}"] = rng.choice(["nowhere", name, "/dev/null"])
    files = {f"etc/pam.d/{name}": text for name, text in files.items()}
    files["usr/lib/pam.d/vendor"] = maker.text(order, 3)
    if rng.random() < 0.1:
        files["etc/pam.conf"] = "\n".join(rng.choice(["svc ", "SVC\t", "other ", "else ", "[svc] "]) + maker.line(["/etc/d"], True) for _ in range(8)) + "\n"
        if rng.random() < 0.8:
            return {"files": {"etc/pam.conf": files["etc/pam.conf"], "etc/d": files.get("etc/pam.d/d", "")}, "links": {}, "folders": False}
    return {"files": files, "links": links, "folders": True}
