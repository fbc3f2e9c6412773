"""Generated hosts for the oracle of persons: stacks of Linux-PAM's own modules, accounts, and the
files that the modules look into, which may be missing. "secret" is everybody's password."""

USERS = ["root", "alice", "bob", "carol"]
# of "secret", by crypt(3)
HASHES = ["$1$ab$dslkcXxVH.x8LwW1W/oAB/", "$5$rounds=1000$ab$bw4PhTdETPYycBP1S/MfHGVqzf4cldTXkxqJJ2X8w.3", "abNANd1rDfiNc"]
LOCKED = ["!", "*", "!!", "x", "!" + HASHES[0], "*" + HASHES[0], "short"]
DAYS = ["", "", "0", "1", "20000", "20000", "90000", "-1", "99999999999", "x"]
MAXIMA = ["", "99999", "99999", "10", "30000"]
CONTROLS = ["required"] * 8 + ["requisite"] * 3 + ["sufficient"] * 3 + ["optional"] * 2
VALUES = ["success", "ignore", "service_err", "system_err", "perm_denied", "auth_err", "authinfo_unavail", "user_unknown", "acct_expired",
          "new_authtok_reqd", "authtok_expired", "module_unknown", "abort", "default", "default"]
ACTIONS = ["ignore", "ok", "done", "bad", "die", "reset", "1", "2"]

# The arguments that a line of each module may have.
FILES = ["/etc/issue", "/etc/issue.local", "/etc/nosuch", "/etc/other", "/etc/folder"]
UNIX = ["nullok", "use_first_pass", "try_first_pass", "use_authtok", "no_pass_expiry", "broken_shadow", "nullresetok", "nodelay", "likeauth",
        "use_first_pass=x", "nullokx", "quiet", "bogus"]
MODULES = {
    "pam_unix.so": UNIX,
    "pam_access.so": ["nodefgroup", "accessfile=/etc/other", "accessfile=/etc/nosuch", "noaudit"],
    "pam_nologin.so": ["successok", "bogus"] + ["file=" + path for path in FILES],
    "pam_securetty.so": ["noconsole"] * 4 + ["debug"],
    "pam_rootok.so": ["debug"],
    "pam_wheel.so": ["deny", "trust", "root_only", "use_uid", "group=bob", "group=nosuch", "group="],
    "pam_localuser.so": ["debug", "file"] + ["file=" + path for path in FILES],
    "pam_faillock.so": ["preauth", "authfail", "authsucc", "conf=/etc/nosuch", "conf=/etc/other", "local_users_only", "deny=2"],
    "pam_issue.so": ["noesc"] + ["issue=" + path for path in FILES],
    "pam_permit.so": [], "pam_deny.so": [], "pam_cap.so": [], "pam_warn.so": [], "pam_keyinit.so": ["force"],
    "pam_env.so": ["conffile=/etc/nosuch", "readenv=0"], "pam_faildelay.so": ["delay=1"], "pam_group.so": [],
    "pam_shells.so": [], "pam_nosuch.so": []}
NAMES = ["pam_unix.so"] * 14 + ["pam_localuser.so", "pam_nologin.so", "pam_wheel.so", "pam_issue.so", "pam_faillock.so", "pam_permit.so",
                                "pam_deny.so"] * 2 + [name for name in MODULES if name not in ("pam_shells.so", "pam_nosuch.so")] * 2 + \
        ["pam_shells.so", "pam_nosuch.so"]


def control(rng):
    if rng.random() < 0.7:
        return rng.choice(CONTROLS)
    return "[" + " ".join(f"{rng.choice(VALUES)}={rng.choice(ACTIONS)}" for _ in range(rng.choice([1, 2, 2, 3, 4]))) + "]"


def line(rng, phase, inner):
    if inner and rng.random() < 0.08:
        return f"{phase} {rng.choice(['include', 'substack'])} inner\n"
    name = rng.choice(NAMES)
    words = MODULES[name]
    chosen = [rng.choice(words) for _ in range(rng.choice([0, 0, 1, 1, 2, 3]))] if words else []
    return " ".join([phase, control(rng), name, *chosen]) + "\n"


def stack(rng, inner):
    return "".join(line(rng, phase, inner) for phase in ("auth", "account") for _ in range(rng.choice([1, 1, 2, 2, 3, 4, 6])))


def field(rng):
    """A password."""
    chance = rng.random()
    return rng.choice(HASHES) if chance < 0.7 else rng.choice(LOCKED) if chance < 0.85 else ""


def shadow_line(rng, name):
    fields = [name, field(rng), rng.choice(DAYS), "0", rng.choice(MAXIMA), rng.choice(["7", ""]), rng.choice(["", "", "5", "30000"]),
              rng.choice(["", "", "", "1", "90000"]), ""]
    if rng.random() < 0.4:
        fields = [name, field(rng), "20000", "0", "99999", "7", "", "", ""]
    if rng.random() < 0.12:
        fields = fields[:rng.choice([1, 2, 3, 4, 5, 6, 7, 8])]
    return rng.choice(["", "", "", "", " "]) + ":".join(fields) + "\n"


def accounts(rng):
    passwd, shadow = "", ""
    for uid, name in enumerate(USERS):
        password = "x" if rng.random() < 0.88 else rng.choice([field(rng), "*NP*", "##" + name])
        uid = 0 if name == "root" or rng.random() < 0.03 else 999 + uid
        if rng.random() < 0.03:
            passwd += f"{name}:{field(rng)}:\n"
        passwd += f"{name}:{password}:{uid}:{uid}::/:/bin/sh\n"
        for _ in range(rng.choice([0] + [1] * 14 + [2])):
            shadow += shadow_line(rng, name)
    return passwd, shadow


def tree(rng):
    passwd, shadow = accounts(rng)
    files = {"etc/passwd": passwd, "etc/shadow": shadow, "etc/pam.d/svc": stack(rng, True), "etc/pam.d/inner": stack(rng, False),
             "etc/group": f"{rng.choice(['root', 'zero'])}:x:0:\nalice:x:1000:\nbob:x:1001:{rng.choice(['', 'alice'])}\n"}
    if rng.random() < 0.7:
        files["etc/group"] += f"wheel:x:10:{rng.choice(['bob', 'alice,bob', 'root', ''])}\n"
    some = {
        "etc/shadow": None,
        "etc/issue": "hello \\n\n",
        "etc/issue.local": "",
        "etc/nologin": "closed\n",
        "run/nologin": "closed\n",
        "etc/securetty": rng.choice(["tty1\n", "tty2\ntty1", "tty1\r\n", "/dev/tty1\n", "", "tty11\n"]),
        "etc/other": rng.choice(["alice:x\nroot:\n", " alice:x\n", "#alice:\nbob", "bob:x:1\n", "deny = 3\n", "dir = /etc/passwd\n", "x" * 1100,
                                 "-:ALL EXCEPT root:ALL\n", "x" * 9000 + "\nalice:"]),
        "etc/security/faillock.conf": rng.choice(["", "# dir = /x\nsilent\n", "y" * 2000 + "\n"]),
        "etc/security/access.conf": rng.choice(["", "-:ALL EXCEPT root:LOCAL\n", "+:alice:tty1\n-:ALL:ALL\n", "-:bob:tty1\n", "-:(wheel):ALL\n"]),
    }
    for path, text in some.items():
        there = {"etc/issue": 0.6, "etc/shadow": 0.03, "etc/nologin": 0.15, "run/nologin": 0.05}.get(path, 0.5)
        if rng.random() < there and text is not None:
            files[path] = text
        elif text is None and rng.random() < there:
            del files[path]
    return {"files": files, "caller": rng.choice(["-", "-", "-", "alice", "bob", "root"]), "asked": rng.sample(USERS, 2)}
