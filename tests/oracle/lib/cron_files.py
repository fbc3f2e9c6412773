"""Crontabs and times of systemd's timers for tests/oracle/cron.py: what people write, and what is
awkward."""

NAMES = {3: ["jan", "Feb", "MAR", "apr", "May", "jun", "jul", "aug", "sep", "oct", "nov", "DEC"],
         4: ["sun", "Mon", "TUE", "wed", "thu", "fri", "sat"]}
LIMITS = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]
USERS = ["root", "root", "root", "bob", "nobody"]


def number(rng, field):
    low, high = LIMITS[field]
    if field in NAMES and rng.random() < 0.3:
        return rng.choice(NAMES[field])
    if rng.random() < 0.01:
        return rng.choice([str(high + 1), "0", "007", "99999999999", "x", "", "-1", "1x", "sund"])
    return str(rng.randint(low, high))


def part(rng, field):
    low, high = LIMITS[field]
    choice = rng.random()
    if choice < 0.2:
        return "*" + (f"/{rng.randint(1, high)}" if rng.random() < 0.5 else "")
    if choice < 0.4:
        first, last = rng.randint(low, high), rng.randint(low, high)
        if rng.random() < 0.9:
            first, last = sorted((first, last))
        if field in NAMES and rng.random() < 0.3:
            text = f"{rng.choice(NAMES[field])}-{rng.choice(NAMES[field])}"
        else:
            text = f"{first}-{last}"
        return text + (f"/{rng.randint(1, 9)}" if rng.random() < 0.3 else "")
    if choice < 0.42:
        return rng.choice(["*5", "5/2", "*/0", "1-", "-1", ",", "1;2", "*-3", "1~3", "~", "**", "1-5-7", "0-0/3"])
    return number(rng, field)


def field(rng, index):
    # few starts: each is a process of cron's
    if index == 0:
        return ",".join(number(rng, 0) for _ in range(rng.choice([1, 1, 1, 2]))) if rng.random() < 0.93 else part(rng, 0)
    if rng.random() < (0.5 if index > 1 else 0.1):
        return "*"
    return ",".join(part(rng, index) for _ in range(rng.choice([1, 1, 1, 2, 3])))


def blank(rng):
    return rng.choice([" ", " ", " ", "\t", "  "])


def times(rng):
    if rng.random() < 0.12:
        return rng.choice(["@daily", "@hourly", "@weekly", "@monthly", "@yearly", "@annually", "@midnight", "@reboot", "@never", "@", "@Daily"])
    return blank(rng).join(field(rng, index) for index in range(5))


def command(rng):
    return rng.choice(["/usr/local/sbin/backup", "true", "test -e /x && y", "a=b", "echo 1 2", "mail\\%x", "a\\\\%b", "in%put", "*", "-n x", "", "x "]) + rng.choice(
        ["", "", f" {rng.randrange(100)}"])


def line(rng, own):
    choice = rng.random()
    if choice < 0.15:
        return rng.choice(["# a comment", "", "   ", "\t# x", "#"])
    if choice < 0.35:
        return rng.choice(["A=b", "A = b c", '"A"="b"', "'A'= 'b' ", "PATH=/bin", "A=\"b\" c", "A=", "=b", "A b=c", "'A=b'", "MAILTO=\"\"", "A==", "1=2"])
    user = "" if own else blank(rng) + (rng.choice(USERS) if rng.random() < 0.97 else rng.choice(["eve", "", "*", "root:bob"]))
    lead = rng.choice(["", "", "", " ", "-"]) if rng.random() < 0.1 else ""
    return lead + times(rng) + user + blank(rng) + command(rng)


def crontab(rng, own=False):
    # one bad line spoils Debian's: mostly short
    lines = [line(rng, own) for _ in range(rng.choice([1, 1, 2, 3, 5]))]
    text = "\n".join(lines) + "\n"
    if rng.random() < 0.05:
        text = text.rstrip("\n")
    return text


def tree(rng):
    """The files of a case and the modes of those that have others than is usual."""
    files, modes = {}, {}
    if rng.random() < 0.7:
        files["etc/crontab"] = crontab(rng)
        if rng.random() < 0.5:
            files["etc/crontab"] = "25 6 * * * root cd / && run-parts --report /etc/cron.daily\n"
    for name in rng.sample(["backup", "a.b", "A_b-9", ".hid", "x~", "#y", "z.rpmsave", "9", "a b", "d\xe4"], 3):
        files["etc/cron.d/" + name] = crontab(rng)
    # one of a user who is none makes cron slower with each time that it reads them
    for name in rng.sample(["root", "bob", "nobody", "tmp.x", ".root"], 2):
        files["var/spool/cron/crontabs/" + name] = crontab(rng, True)
    for name in rng.sample(["backup", "backup.sh", "0a", "A-b_c", ".x", "y~", "z.dpkg-old"], 3):
        files["etc/cron.daily/" + name] = "#!/bin/sh\n"
    for path in files:
        if rng.random() < 0.15:
            modes[path] = rng.choice([0o644, 0o600, 0o664, 0o640, 0o755, 0o400, 0o602, 0o666, 0o604])
    return files, modes


def item(rng, low, high):
    choice = rng.random()
    if choice < 0.5:
        return f"{rng.randint(low, high):02d}"
    if choice < 0.7:
        first, last = sorted((rng.randint(low, high), rng.randint(low, high)))
        return f"{first}..{last}" + (f"/{rng.randint(1, 5)}" if rng.random() < 0.4 else "")
    if choice < 0.85:
        return f"{rng.randint(low, high)}/{rng.randint(1, high)}"
    return rng.choice(["*", "*", "*/2", f"{high + 1}", "x", "", "1-3"])


def listed(rng, low, high):
    return "*" if rng.random() < 0.4 else ",".join(item(rng, low, high) for _ in range(rng.choice([1, 1, 1, 2])))


def calendar(rng):
    if rng.random() < 0.1:
        return rng.choice(["daily", "Hourly", "weekly", "monthly", "quarterly", "semiannually", "yearly", "minutely", "annually", "semi-annually", "bi-annually",
                           "biannually", "never", ""])
    words = []
    if rng.random() < 0.4:
        days = ["Mon", "tue", "Wednesday", "THU", "fri", "Sat", "sunday"]
        words.append(rng.choice([rng.choice(days), f"{rng.choice(days)},{rng.choice(days)}", f"{rng.choice(days)}..{rng.choice(days)}", "Mon-Fri", "Mon,", "Tues"]))
    if rng.random() < 0.6:
        mark = "~" if rng.random() < 0.25 else "-"
        words.append(rng.choice(["*-", "*-", "*-", "", "2027-"]) + listed(rng, 1, 12) + mark + listed(rng, 1, 31))
    if rng.random() < 0.8 or not words:
        words.append(listed(rng, 0, 23) + ":" + listed(rng, 0, 59) + rng.choice(["", "", ":00", ":30", ":0/20", ":60"]))
    if rng.random() < 0.15:
        words.append(rng.choice(["UTC", "UTC", "utc", "Europe/Berlin", "XYZ"]))
    return rng.choice([" ", " ", "  "]).join(words)
