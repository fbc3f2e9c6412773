"""Files syslog.conf: such as hosts have, and such as meet every rule of the language."""
from logs import LEVELS

STOCK = ("""auth,authpriv.*\t\t\t/var/log/auth.log
*.*;auth,authpriv.none\t\t-/var/log/syslog
daemon.*\t\t\t-/var/log/daemon.log
kern.*\t\t\t\t-/var/log/kern.log
lpr.*\t\t\t\t-/var/log/lpr.log
mail.*\t\t\t\t-/var/log/mail.log
user.*\t\t\t\t-/var/log/user.log
uucp.*\t\t\t\t/var/log/uucp.log
mail.info\t\t\t-/var/log/mail.info
mail.warn\t\t\t-/var/log/mail.warn
mail.err\t\t\t/var/log/mail.err
news.crit\t\t\t/var/log/news/news.crit
*.=debug;\\
\tauth,authpriv.none;\\
\tnews.none;mail.none\t-/var/log/debug
*.=info;*.=notice;*.=warn;\\
\tauth,authpriv.none;\\
\tcron,daemon.none;\\
\tmail,news.none\t\t-/var/log/messages
*.emerg\t\t\t\t*
""", """*.info;mail.none;authpriv.none;cron.none\t\t/var/log/messages
authpriv.*\t\t\t\t\t\t/var/log/secure
mail.*\t\t\t\t\t\t\t-/var/log/maillog
cron.*\t\t\t\t\t\t\t/var/log/cron
*.emerg\t\t\t\t\t\t\t*
uucp,news.crit\t\t\t\t\t\t/var/log/spooler
local7.*\t\t\t\t\t\t/var/log/boot.log
""", """*.err;kern.warning;auth.notice;mail.crit\t\t/dev/console
*.notice;authpriv.none;kern.debug;lpr.info;mail.crit;news.err\t/var/log/messages
security.*\t\t\t\t\t/var/log/security
auth.info;authpriv.info\t\t\t\t/var/log/auth.log
mail.info\t\t\t\t\t/var/log/maillog
lpr.info\t\t\t\t\t/var/log/lpd-errs
ftp.info\t\t\t\t\t/var/log/xferlog
cron.*\t\t\t\t\t\t/var/log/cron
*.=debug\t\t\t\t\t/var/log/debug.log
*.emerg\t\t\t\t\t\t*
!ppp
*.*\t\t\t\t\t\t/var/log/ppp.log
!*
""")


class Conf:
    """Each draw is one file."""

    def __init__(self, rng):
        self.random = rng
        self.pick = lambda *choices: rng.choice(choices)

    def facility(self, wild):
        return self.pick("kern", "user", "mail", "daemon", "auth", "authpriv", "cron", "local0", "local7", "news", "ftp", "uucp",
                         *(("security", "16", "foo") if wild else ()))

    def level(self, wild):
        name = self.pick(*LEVELS, "warn", "error")
        return self.pick("*", "none", name, name, "=" + name, "!" + name, "!=" + name, "=!" + name, "!*", "!none", "3", "panic") if wild \
            else self.pick("*", "*", "none", name, name, "=" + name)

    def selector(self, wild):
        return ";".join(self.pick("*", self.facility(wild), self.facility(wild) + "," + self.facility(wild), "**" if wild else "*") + "."
                        + self.level(wild) for _ in range(self.pick(1, 1, 2, 3)))

    def file(self):
        return "/var/log/" + self.pick("a", "b", "c", "kernel", "messages", "auth.log", "app/log" if self.random.randrange(8) == 0 else "d")

    def wild(self):
        lines = []
        for _ in range(self.pick(2, 4, 8)):
            kind = self.random.randrange(16)
            if kind == 0:
                lines.append(self.pick("!alpha", "!*", "#! beta", "# note \\", "! kernel", "", "!!beta", "!alpha,beta", "!vmunix", "+host"))
            elif kind == 1:
                lines.append(self.selector(True) + self.pick("", " ", ";") + "\\\n   \t" + self.file())
            elif kind == 2:
                lines.append("  " + self.selector(True) + "  " + self.file() + "  ")
            elif kind == 3:
                lines.append(self.selector(True) + "\t" + self.pick("@127.0.0.1", "@10.1.1.1", "@loghost", "root,alice", "*", "|/dev/xconsole"))
            else:
                lines.append(self.selector(True) + self.pick("\t", "\t\t", " ") + self.pick("", "", "-") + self.file())
        text = "\n".join(lines) + self.pick("\n", "\n", "\n", "")
        return text.replace("\n", "\r\n") if self.random.randrange(10) == 0 else text

    def tame(self):
        lines = [self.pick(*STOCK, "")]
        for _ in range(self.random.randrange(1, 6)):
            kind = self.random.randrange(12)
            action = self.pick("@loghost", "@10.1.1.1", "@log.example.net") if kind < 3 else self.pick("", "-") + self.file()
            if kind == 3:
                lines.append(f"!{self.pick('alpha', 'beta', 'sshd')}\n{self.selector(False)}\t{action}\n!*")
            elif kind == 4:
                lines.append("# " + self.selector(False) + "\t" + action)
            else:
                lines.append(self.selector(False) + self.pick("\t", "\t\t\t") + action)
        return "\n".join(lines) + "\n"

    def configuration(self):
        files = {"/etc/syslog.conf": self.tame() if self.random.randrange(2) else self.wild()}
        if self.random.randrange(5) == 0:
            files[f"/etc/syslog.d/{self.pick('local.conf', 'x')}"] = self.tame()
        return files
