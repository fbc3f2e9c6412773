"""Generated access.conf files, and the accounts, hosts and netgroups that they speak of."""
import functools

USERS = ["root", "toor", "alice", "bob", "carol", "ROOT", "wheel", "svc-1"]
LOCAL = ["tty1", "tty2", "ttyS0", ":0", "pts/3", "cron"]
REMOTE = ["192.0.2.7", "10.1.2.3", "2001:db8::1", "::ffff:10.1.2.3", "127.0.0.1", "host.example.org", "both", "six", "FOUR", "nohost", "10.1"]
MACHINES = ["mach.example.org", "box", "four"]
PASSWD = """root:x:0:0::/root:/bin/sh
toor:x:0:0::/root:/bin/sh
alice:x:1000:1000::/:/bin/sh
bob:x:1001:1001::/:/bin/sh
carol:x:1002:10::/:/bin/sh
ROOT:x:1003:1003::/:/bin/sh
wheel:x:1004:1004::/:/bin/sh
svc-1:x:1005:1000::/:/bin/sh
"""
GROUPS = ["""root:x:0:
wheel:x:10:alice
alice:x:1000:
staff:x:50:bob,alice
twin:x:50:
""", """root:x:0:bob
wheel:x:10:
staff:x:50:carol,nobody
"""]
HOSTS = """127.0.0.1 localhost
10.1.2.3 mach.example.org host.example.org
::1 six
2001:db8::1 both
192.0.2.7 both four # six
192.0.2.8 four
"""
LINE = "account required pam_access.so"
STATUS = "Package: libpam-modules\nStatus: install ok installed\nVersion: 1.5.2-6+deb12u2\n\n"

USER_WORDS = (["ALL"] * 6 + USERS * 2 + [
    "all", "All", "(wheel)", "(root)", "(staff)", "staff", "wheel", "twin", "(twin)", "nobody", "Alice", "()", "(", ")", "alice@ALL", "ALL@ALL",
    "bob@tty1", "@net", "(nogroup)", "@@net", "Staff", "(Staff)", "LOCAL", "EXCEPT", "-", "0", "1000", "root@LOCAL", "@", "@@", "@@@", "alice@",
    "(alice", "alice)", "(wheel)x", "al ice", "#bob", "@empty", "@ring", "@hosts", "@@hosts", "alice@mach.example.org", "bob@BOX", "ALL@.example.org",
    "root@10.", "carol@10.1.0.0/16", "bob@@hosts", "(wheel)@four", "@net@box", "@nosuch", "ALL@192.0.2.", "(a@b)", "bob@box@box"])
ORIGIN_WORDS = (["ALL"] * 4 + ["LOCAL"] * 6 + [
    "tty1", "tty2", "TTY1", "ttyS0", ":0", "pts/3", "cron", "local", "Local", "all", "192.0.2.7", "192.0.2.", "10.", "10.1.2.3/8", "10.0.0.0/8",
    "192.0.2.0/255.255.255.0", "2001:db8::/32", "2001:db8::1", "10.1.2.3/0", "10.1.2.3/33", "10.1.2.3/x", ".example.org", ".org", "host.example.org",
    "@hosts", "@net", "@ring", "@", "@empty", "EXCEPT", "NONE", "tty", "1.2.3.4/0x8", "10.1/8", "#", "comment", "192.0.2.7.", "10.1.2",
    "::ffff:10.1.2.3", "0.0.0.0/0", "::/0", "2001:db8::/129", "10.1.2.3/", "/8", "10.", "1", "tty1.", "pts", "LOCAL.", "-", "both", "::1", "::/8",
    "127.0.0.0/8", "127.", "10.1.2.3/::", "::1/255.255.255.0", "192.0.2.8", "192.0.2.0/29", "10.1.2.3/010", "10.1.2.3/+8", ".", "2001:db8::1/128"])
MEMBERS = ["(,alice,)", "(tty1,,)", "(host.example.org,bob,)", "( BOX , carol , dom )", "(mach.example.org,,)", "(,,)", "(192.0.2.7,,)", "(-,root,-)",
           "net", "ring", "hosts", "nosuch", "(a,b)", "(", "(,ROOT,other)", "(TTY2,x y,)", "#", "(four,bob,)", "(both,-,)"]


def listed(rng, words, separator):
    chosen = [rng.choice(words) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        chosen.append(rng.choice(["EXCEPT"] * 8 + ["except", "Except"]))
        chosen += [rng.choice(words) for _ in range(rng.choice([0, 1, 1, 1, 2, 3]))]
    return separator.join(chosen)


def rule(rng, field, item):
    sign = rng.choice(["-"] * 5 + ["+"] * 5 + ["+ ", "- ", "-junk", "+x", " -", "\ufeff-".encode().decode("latin-1"), "*", "", field + "+", "--"])
    line = f"{sign}{field}{listed(rng, USER_WORDS, item)}{field}{listed(rng, ORIGIN_WORDS, item)}"
    if rng.random() < 0.06:
        line = rng.choice([line.replace(field, field * 2), line.replace(field, f" {field} "), line + field + "x", "# " + line, line + " # note",
                           line + "\r", line + "   \t", sign + field + "ALL", "", "   ", "#", "\t" + line, line.rsplit(field, 1)[0],
                           line.replace(field, " "), line + item * 3])
    return line


def long_line(rng, field):
    filler = " ".join(f"user{i}" for i in range(rng.choice([900, 1000, 1010, 1100, 1900, 2200])))
    return rng.choice(["-", "+", "#", "# -"]) + f"{field}{filler} alice ROOT{field}ALL" + rng.choice(["", " "] + ["x" * 50])


def content(rng, field, item, count):
    lines = [rule(rng, field, item) for _ in range(rng.randrange(count + 1))]
    if rng.random() < 0.004:  # slow: pam_access looks each word up as a group
        lines.insert(rng.randrange(len(lines) + 1), long_line(rng, field))
    if rng.random() < 0.3:
        lines.append(f"-{field}ALL{item}EXCEPT{item}root{field}LOCAL")
    text = "\n".join(lines)
    return text if rng.random() < 0.15 or not text else text + "\n"


def netgroups(rng):
    lines = []
    for name in ("net", "hosts", "ring"):
        for _ in range(rng.choice([0, 1, 1, 1, 2])):
            middle = rng.choice([" "] * 6 + ["\t", " \\\n", "\\\n ", "  "])
            lines.append(rng.choice([name] * 9 + [" " + name, name + "\\\n"]) + rng.choice([" ", "\t"]) +
                         middle.join(rng.choice(MEMBERS) for _ in range(rng.randrange(4))))
    lines.append("empty" + rng.choice(["", " ", " \\"]))
    rng.shuffle(lines)
    return "\n".join(lines) + rng.choice(["\n", "\n", ""])


def arguments(rng):
    """The module's arguments, the separators of fields and of words."""
    field, item, words = ":", " ", []
    if rng.random() < 0.15:
        item = rng.choice([",", ";", ", ", "|", "+"])
        words.append(f"listsep={item[0]}")
        item = item[0]
    elif rng.random() < 0.2:
        item = rng.choice([",", ", ", "\t"])
    if rng.random() < 0.1:
        field = rng.choice(["|", "%", ";", " "])
        words.append(f"fieldsep={field}" if field != " " else rng.choice(["fieldsep=", "[fieldsep= ]"]))
    if rng.random() < 0.4:
        words.append(rng.choice(["nodefgroup"] * 9 + ["nodefgroup\r", "[nodefgroup]", "nodefgroup "]))
    if rng.random() < 0.1:
        words += rng.sample(["accessfile=/etc/security/other.conf", "accessfile=/etc/security/absent.conf", "accessfile=/etc/security"],
                            rng.choice([1, 1, 1, 2]))
    rng.shuffle(words)
    return " ".join(words), field, item


def base_files():
    """What every case has besides its own."""
    return {"etc/passwd": PASSWD, "etc/hosts": HOSTS, "var/lib/dpkg/status": STATUS}


def tree(rng):
    """A case: its files, links and folders."""
    text, field, item = arguments(rng)
    write = functools.partial(content, rng, field, item)
    security = "etc/security/"
    files, links, folders = {"etc/pam.d/login": f"{LINE} {text}\n", "etc/group": rng.choice(GROUPS)}, {}, []
    if "accessfile" in text:
        files[security + "other.conf"] = write(4)
    form = rng.random()
    if form < 0.03:
        folders.append(security + "access.conf")
    elif form < 0.06:
        links[security + "access.conf"] = "access.conf"
    elif form > 0.1:
        files[security + "access.conf"] = write(6)
    if rng.random() < 0.25:
        for name in rng.sample(["a.conf", "b.conf", "c.txt", ".d.conf", "z.conf"], rng.randrange(1, 4)):
            if rng.random() < 0.1:
                links[security + "access.d/" + name] = rng.choice(["nowhere", name])
            else:
                files[security + "access.d/" + name] = write(2)
    if rng.random() < 0.5:
        files["etc/netgroup"] = netgroups(rng)
    hosts, groups = (rng.choice(["files"] * 8 + ["files [NOTFOUND=return] nosuch", "nosuch", "nosuch files", "files nosuch"]) for _ in range(2))
    files["etc/nsswitch.conf"] = f"passwd: files\ngroup: files\nhosts: {hosts}\nnetgroup: {groups}\n"
    files["etc/host.conf"] = rng.choice(["multi on\n", ""])
    files["etc/hostname"] = rng.choice(MACHINES) + "\n"
    return {"files": files, "links": links, "folders": folders}
