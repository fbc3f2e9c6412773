"""Compares whom the model of access.conf admits with what the installed pam_access says.

Each case is a generated tree; its etc becomes /etc in a mount namespace, and the account
phase of service login is asked through libpam for every user and origin.
"""
import argparse
import ctypes
import os
import random
import shutil
import subprocess
import sys
import tempfile

PAM_SUCCESS, PAM_TTY, PAM_RHOST = 0, 3, 4
CONVERSE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
USERS = ["root", "toor", "alice", "bob", "carol", "ROOT", "wheel", "svc-1"]
ORIGINS = ["tty1", "tty2", "ttyS0", ":0", "pts/3", "cron", "@192.0.2.7", "@10.1.2.3", "@2001:db8::1", "@host.example.org"]
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


class Conversation(ctypes.Structure):
    _fields_ = [("converse", CONVERSE), ("data", ctypes.c_void_p)]


# Words that need a host's name, which the model leaves unknown; so are those with an @:
# a netgroup, or a user of this host by its own name.
LOOKED_UP = {".example.org", ".org", "host.example.org"}
LOOKED_UP_ORIGIN = "@host.example.org"


def users(rng):
    return rng.choice(["ALL"] * 6 + USERS * 2 + ["all", "All", "(wheel)", "(root)", "(staff)", "staff", "wheel", "twin", "(twin)",
                                                 "nobody", "Alice", "()", "(", ")", "alice@ALL", "ALL@ALL", "bob@tty1", "@net",
                                                 "(nogroup)", "@@net", "Staff", "(Staff)", "LOCAL", "EXCEPT", "-", "0", "1000",
                                                 "root@LOCAL", "@", "alice@", "(alice", "alice)", "(wheel)x", "al ice", "#bob"])


def origins(rng):
    return rng.choice(["ALL"] * 4 + ["LOCAL"] * 6 + ["tty1", "tty2", "TTY1", "ttyS0", ":0", "pts/3", "cron", "local", "Local", "all",
                                                     "192.0.2.7", "192.0.2.", "10.", "10.1.2.3/8", "10.0.0.0/8", "192.0.2.0/255.255.255.0",
                                                     "2001:db8::/32", "2001:db8::1", "10.1.2.3/0", "10.1.2.3/33", "10.1.2.3/x", ".example.org",
                                                     ".org", "host.example.org", "@hosts", "EXCEPT", "NONE", "tty", "1.2.3.4/0x8", "10.1/8",
                                                     "#", "comment", "192.0.2.7.", "10.1.2", "::ffff:10.1.2.3", "0.0.0.0/0", "::/0",
                                                     "2001:db8::/129", "10.1.2.3/", "/8", "10.", "1", "tty1.", "pts", "LOCAL.", "-"])


def listed(rng, word, separator):
    words = [word(rng) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        words.append(rng.choice(["EXCEPT"] * 8 + ["except", "Except"]))
        words += [word(rng) for _ in range(rng.choice([0, 1, 1, 1, 2, 3]))]
    return separator.join(words)


def plain(rng, word):
    """WORD without what has to be looked up."""
    chosen = word(rng)
    while "@" in chosen or chosen in LOOKED_UP:
        chosen = word(rng)
    return chosen


def plain_users(rng):
    return plain(rng, users)


def plain_origins(rng):
    return plain(rng, origins)


def rule(rng, field, item, looks_up):
    sign = rng.choice(["-"] * 5 + ["+"] * 5 + ["+ ", "- ", "-junk", "+x", " -", "\ufeff-", "*", "", field + "+", "--"])
    who, where = (users, origins) if looks_up else (plain_users, plain_origins)
    line = f"{sign}{field}{listed(rng, who, item)}{field}{listed(rng, where, item)}"
    if rng.random() < 0.06:
        line = rng.choice([line.replace(field, field * 2), line.replace(field, f" {field} "), line + field + "x", "# " + line,
                           line + " # note", line + "\r", line + "   \t", sign + field + "ALL", "", "   ", "#", "\t" + line,
                           line.rsplit(field, 1)[0], line.replace(field, " "), line + item * 3, "\f"])
    return line


def long_line(rng, field):
    filler = " ".join(f"user{i}" for i in range(rng.choice([900, 1000, 1010, 1100, 1900, 2200])))
    return rng.choice(["-", "+", "#", "# -"]) + f"{field}{filler} alice ROOT{field}ALL" + rng.choice(["", " "] + ["x" * 50])


def content(rng, field, item, looks_up, count):
    lines = [rule(rng, field, item, looks_up) for _ in range(rng.randrange(count + 1))]
    if rng.random() < 0.004:  # slow: pam_access looks each word up as a group
        lines.insert(rng.randrange(len(lines) + 1), long_line(rng, field))
    if rng.random() < 0.3:
        lines.append(f"-{field}ALL{item}EXCEPT{item}root{field}LOCAL")
    text = "\n".join(lines)
    return text if rng.random() < 0.15 or not text else text + "\n"


def build(rng, etc, looks_up):
    field, item, arguments = ":", " ", []
    security = os.path.join(etc, "security")
    shutil.rmtree(security, ignore_errors=True)
    os.makedirs(os.path.join(security, "access.d"))
    if rng.random() < 0.15:
        item = rng.choice([",", ";", ", ", "|", "+"])
        arguments.append(f"listsep={item[0]}")
        item = item[0]
    elif rng.random() < 0.2:
        item = rng.choice([",", ", ", "\t"])
    if rng.random() < 0.1:
        field = rng.choice(["|", "%", ";", " "])
        arguments.append(f"fieldsep={field}")
    if rng.random() < 0.4:
        arguments.append("nodefgroup")
    name = os.path.join(security, "access.conf")
    if rng.random() < 0.1:
        arguments.append("accessfile=" + rng.choice(["/etc/security/other.conf", "/etc/security/absent.conf"]))
        with open(os.path.join(security, "other.conf"), "w", newline="") as file:
            file.write(content(rng, field, item, looks_up, 4))
    form = rng.random()
    if form < 0.03:
        os.mkdir(name)
    elif form < 0.06:
        os.symlink("access.conf", name)
    elif form > 0.1:
        with open(name, "w", newline="") as file:
            file.write(content(rng, field, item, looks_up, 6))
    if rng.random() < 0.25:
        for drop_in in rng.sample(["a.conf", "b.conf", "B.conf", "c.txt", ".d.conf", "z.conf"], rng.randrange(1, 4)):
            path = os.path.join(security, "access.d", drop_in)
            if rng.random() < 0.1:
                os.symlink(rng.choice(["nowhere", drop_in]), path)
                continue
            with open(path, "w", newline="") as file:
                file.write(content(rng, field, item, looks_up, 2))
    rng.shuffle(arguments)
    files = {"passwd": PASSWD, "group": rng.choice(GROUPS), "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
             "hosts": "127.0.0.1 localhost\n", "pam.d/login": f"account required pam_access.so {' '.join(arguments)}\n"}
    os.makedirs(os.path.join(etc, "pam.d"), exist_ok=True)
    for path, text in files.items():
        with open(os.path.join(etc, path), "w") as file:
            file.write(text)


def admitted(pam, user, asked):
    """What pam_access answers USER, by origin."""
    conversation = Conversation(CONVERSE(lambda *ignored: 19), None)
    handle = ctypes.c_void_p()
    if pam.pam_start(b"login", user.encode(), ctypes.byref(conversation), ctypes.byref(handle)) != PAM_SUCCESS:
        sys.exit("pam_start failed")
    answers = {}
    for origin in asked:
        is_remote = origin[0] == "@"
        pam.pam_set_item(handle, PAM_RHOST, origin[1:].encode() if is_remote else None)
        pam.pam_set_item(handle, PAM_TTY, origin.encode() if origin in (":0", "cron") else b"/dev/" + origin.encode())
        answers[user, origin] = "admitted" if pam.pam_acct_mgmt(handle, 0) == PAM_SUCCESS else "refused"
    pam.pam_end(handle, 0)
    return answers


def questions(etc, asked):
    """Whom to ask for, and from which origins with one handle. A handle keeps every name
    that pam_access looked up and goes through all of them for the next, so that a long
    line gets few questions with a handle each."""
    security = os.path.join(etc, "security")
    sizes = [os.lstat(os.path.join(folder, name)).st_size for folder, _, names in os.walk(security) for name in names]
    if max(sizes, default=0) < 4000:
        return [(user, asked) for user in USERS]
    return [(user, [origin]) for user in ("alice", "ROOT") for origin in ("tty1", "cron", "@10.1.2.3")]


def ask(helper, root):
    helper.stdin.write(root + "\n")
    helper.stdin.flush()
    answers = {}
    for line in helper.stdout:
        if line == "\n":
            return answers
        user, origin, answer = line.split()
        answers[user, origin] = answer
    sys.exit("the asking program ended")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--looked-up", type=float, default=0.05, help="the part of the cases with netgroups and names of hosts")
    parser.add_argument("--keep", help="keep the trees that disagree here")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    helper = os.path.join(os.environ.get("HELPERS", "build/tests"), "oracle/access_ask")
    if os.geteuid() != 0:
        print("SKIP: needs root")
        sys.exit(77)
    if not options.inside:
        os.execvp("unshare", ["unshare", "-n", "-m", sys.executable, os.path.abspath(__file__), "--inside"] + sys.argv[1:])
    rng = random.Random(options.seed)
    agree = disagree = unknown = 0
    with tempfile.TemporaryDirectory() as root:
        etc = os.path.join(root, "etc")
        os.mkdir(etc)
        for name in ("ld.so.cache", "ld.so.conf"):
            if os.path.exists(os.path.join("/etc", name)):
                shutil.copy(os.path.join("/etc", name), etc)
        subprocess.run(["mount", "--bind", etc, "/etc"], check=True)
        pam = ctypes.CDLL("libpam.so.0")
        with subprocess.Popen([helper] + ORIGINS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as asking:
            for case in range(options.cases):
                looks_up = rng.random() < options.looked_up
                asked = [origin for origin in ORIGINS if looks_up or origin != LOOKED_UP_ORIGIN]
                build(rng, etc, looks_up)
                answers = ask(asking, root)
                real = {}
                for user, origin in questions(etc, asked):
                    real |= admitted(pam, user, origin)
                wrong = [(*key, real[key], answers[key]) for key in real if answers[key] not in ("unknown", real[key])]
                if wrong:
                    disagree += 1
                    for user, origin, have, model in wrong[:3]:
                        print(f"case {case}: {user} from {origin}: pam_access {have}, model {model}")
                    if options.keep:
                        shutil.copytree(etc, os.path.join(options.keep, str(case), "etc"), symlinks=True)
                elif any(answers[key] == "unknown" for key in real):
                    unknown += 1
                else:
                    agree += 1
            asking.stdin.close()
        subprocess.run(["umount", "-l", "/etc"], check=True)
    print(f"{options.cases} cases, {agree} agree, {disagree} disagree, {unknown} unknown")
    sys.exit(1 if disagree else 0)


main()
