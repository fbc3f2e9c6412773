"""Configurations of rsyslog that meet every rule of the language, mistakes included."""
from logs import LEVELS

LOG = "/var/log"
INPUTS = ('module(load="imuxsock") module(load="imklog")', 'module(load="imuxsock")\nmodule(load="imklog")',
          "$ModLoad imuxsock\n$ModLoad imklog")
TEMPLATES = [
    'template(name="L0" type="list") { constant(value="x\\n") }',
    'template(name="L1" type="list") { constant(value="x") property(name="msg") }',
    'template(name="L2" type="list") { property(name="msg" spifno1stsp="on") }',
    'template(name="L3" type="list") { property(name="rawmsg-after-pri") '
    'constant(value="\\n") }',
    'template(name="L4" type="string" string="%HOSTNAME% %msg:::sp-if-no-1st-sp%\\n")',
    'template(name="L5" type="string" string="%HOSTNAME% %MSG:::drop-last-lf%\\n")',
]

# What takes messages away, or rsyslogd itself.
DEADLY = [
    "$RuleSet\tfoo", "$ActionQueueType Disk", "$MaxOpenFiles 1", "$FileCreateMode 0000", 'global(net.ipprotocol="ipv6-only")',
    '*.* action(type="omfile" file=["/var/log/a"])', "$ActionSendStreamDriverMode 1\n*.* @@127.0.0.1", "$DefaultNetstreamDriver gtls\n*.* @@127.0.0.1",
    'ruleset(name="rec") {\n*.* /var/log/b\ncall rec\n}\n*.* call rec',
    'template(name="bad" type="list") { property(name="msg" format="nosuch") constant(value="x") }\n*.* /var/log/bad;bad',
]


class Wild:
    """Each draw is one configuration."""

    def __init__(self, rng):
        self.random = rng
        self.drop_ins = {}
        self.rulesets = []

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def facility(self):
        return self.pick("kern", "kern", "kern", "user", "mail", "daemon", "auth", "authpriv",
                         "cron", "local0", "local7", "news", "security", "ftp", "KERN")

    def level(self):
        level = self.pick(*LEVELS, "warn", "error", "panic")
        return self.pick("*", "none", level, level, level, "=" + level, "!" + level,
                         "!=" + level, "3", "Info")

    def selector(self):
        parts = []
        for _ in range(self.pick(1, 1, 1, 2, 3)):
            names = self.pick("*", self.facility(), self.facility(),
                              self.facility() + "," + self.facility())
            parts.append(names + "." + self.level())
        if self.chance(4):
            parts.append(self.pick("foo.*", "kern.loud", "mail"))
        return self.pick(";", ";", ";", ",", ";;").join(parts) if self.chance(5) \
            else ";".join(parts)

    def file(self):
        return LOG + "/" + self.pick("a", "b", "c", "d")

    def target(self):
        if self.chance(30):
            return self.pick("@127.0.0.1", "@@127.0.0.1", "@127.0.0.1:10514",
                             "@@127.0.0.1:10514", "@(z0)127.0.0.1", "@@(o)127.0.0.1:10514",
                             "@[127.0.0.1]:10514", "@127.0.0.1#note",
                             "@127.0.0.1:514 # note", "@127.0.0.1;RSYSLOG_ForwardFormat")
        return self.pick("", "", "-") + self.file() + self.pick(
            "", "", "", "", ";RSYSLOG_TraditionalFileFormat", ";NoSuchTemplate", " # note",
            " note", ";RSYSLOG_FileFormat # note", " ;RSYSLOG_FileFormat")

    def object_action(self):
        if self.chance(25):
            return 'action(type="omfwd" target="127.0.0.1"%s%s)' % (
                self.pick("", ' port="10514"', ' Port="514"'),
                self.pick("", ' protocol="tcp"', ' protocol="udp"', ' protocol="sctp"'))
        return 'action(type="%s" %s="%s"%s)' % (
            self.pick("omfile", "omfile", "omfile", "omfile", "omfile", "omfile", "builtin:omfile",
                      "omfoo", "OmFile"),
            self.pick("file", "file", "File"), self.file(),
            self.pick("", "", "", "", ' config.enabled="off"', ' template="NoSuch"',
                      ' template="L%d"' % self.random.randrange(len(TEMPLATES)),
                      ' template="L%d"' % self.random.randrange(len(TEMPLATES)),
                      ' template="RSYSLOG_FileFormat"', ' config.enabled="on"',
                      ' action.execOnlyWhenPreviousIsSuspended="on"'))

    def call(self):
        """Of a function, now and then such as rsyslogd dies of."""
        text = self.pick("$msg", "$msg", "$programname", "'one'", "5", "-5", "''")
        return self.pick("strlen(%s) > %d" % (text, self.random.randrange(30)), "re_match(%s, '%s')" % (text, self.pick("one", "^ o", "(", "")),
                         "re_extract($msg, %s, 0, 0, '') == 'one'" % self.pick("'one'", text), "tolower(%s) contains 'one'" % text,
                         "field(%s, 32, 2) == 'one'" % text, "substring($msg, %s, 3) == 'one'" % self.pick("1", "0", text),
                         "exec_template('%s') == 'x'" % self.pick("L0", "NoSuch"), "lookup('t', %s) == 'x'" % text, "strlen(%s, 1) == 0" % text,
                         "replace(%s, 'one', 'x') contains 'x'" % text, "nosuch(%s)" % text, "STRLEN(%s) > 1" % text, "cnum(%s) < 5" % text)

    def test(self, depth=0):
        if self.chance(1):
            return self.call()
        kind = self.random.randrange(14)
        if kind < 4 and depth < 3:
            return "%s %s %s" % (self.test(depth + 1), self.pick("and", "or", "AND"),
                                 self.test(depth + 1))
        if kind == 4 and depth < 3:
            return "(%s)" % self.test(depth + 1)
        if kind == 5 and depth < 3:
            return "not (%s)" % self.test(depth + 1)
        quote = self.pick("'", '"')
        if kind == 6:
            return "$syslogseverity %s %d" % (self.pick("<", "<=", ">", ">=", "==", "!="),
                                              self.random.randrange(8))
        if kind == 7:
            return "$syslogseverity %s '%d'" % (self.pick("<", "<=", ">", ">=", "==", "<>"),
                                                self.random.randrange(8))
        if kind == 8:
            return "$syslogfacility %s %d" % (self.pick("<", "<=", ">", ">=", "==", "!="),
                                              self.random.randrange(24))
        if kind == 9:
            return "prifilt(%s%s%s)" % (quote, self.selector(), quote)
        if kind == 10:
            return "$syslogseverity-text %s '%s'" % (self.pick("==", "!=", "contains"),
                                                     self.pick(*LEVELS, "error", "er"))
        if kind == 11:
            return "$programname %s '%s'" % (self.pick("==", "!=", "startswith", "contains"),
                                             self.pick("kernel", "alpha", "alp", "rn"))
        if kind == 12:
            return "$msg %s %s" % (self.pick("contains", "startswith"), self.pick("'one'", "'x'"))
        return "$syslogfacility-text %s %s" % (
            self.pick("==", "==", "!=", "contains", "startswith"),
            self.pick("'%s'" % self.facility(), "'%s'" % self.facility(), "['kern', 'mail']",
                      "'foo'"))

    def action(self, depth):
        kind = self.random.randrange(20)
        if kind == 0:
            return "stop"
        if kind == 1:
            return "~"
        if kind == 2 and self.rulesets:
            return "call " + self.pick(*self.rulesets)
        if kind < 9:
            return self.object_action()
        if kind == 9 and depth < 3:
            return self.condition(depth + 1)
        return self.target()

    def block(self, depth):
        if depth > 3:
            return self.target()
        if self.chance(50):
            return self.action(depth)
        lines = [self.statement(depth + 1) for _ in range(self.pick(1, 1, 2, 3))]
        return "{\n" + "\n".join(lines) + "\n}"

    def condition(self, depth):
        text = "if %s then %s" % (self.test(), self.block(depth))
        if self.chance(30):
            text += self.pick("\n", " ") + "else " + self.block(depth)
        return text

    def statement(self, depth=0):
        kind = self.random.randrange(20)
        if kind < 9:
            text = self.selector() + self.pick("\t", "\t\t", " ") + self.block(depth)
        elif kind < 13:
            text = self.condition(depth)
        elif kind < 15:
            text = ':%s, %s%s, "%s" %s' % (
                self.pick("msg", "programname", "syslogfacility-text", "nosuch"),
                self.pick("", "!"), self.pick("contains", "isequal", "startswith", "Contains", "IsEqual", "foo"),
                self.pick("one", "kernel", "kern", "alpha"), self.block(depth))
        elif kind == 15:
            text = "set $.x = 'a' & $msg;"
        else:
            text = self.action(depth)
        if self.chance(15) and not text.endswith("}"):
            text += "\n& " + self.pick("stop", "~", self.file(), self.object_action())
        return text

    def top(self):
        if self.random.randrange(300) == 0:
            return self.pick(*DEADLY)
        kind = self.random.randrange(40)
        if kind == 0:
            return "# a comment that swallows the next line \\\n" + self.statement()
        if kind == 1:
            return "*.* \\\n   " + self.file()
        if kind == 2:
            return "/* %s\n%s */" % (self.statement(), self.statement())
        if kind == 3:
            name = "r%d" % len(self.rulesets)
            body = [self.statement(1) for _ in range(self.pick(1, 2))]
            self.rulesets.append(name)
            return 'ruleset(name="%s"%s) {\n%s\n}' % (
                name, self.pick("", "", ' queue.type="LinkedList"'), "\n".join(body))
        if kind == 4:
            return "$RuleSet " + self.pick("old", "RSYSLOG_DefaultRuleset")
        if kind == 5:
            return "$DefaultRuleset old" if self.chance(30) else "$RepeatedMsgReduction off"
        if kind in (6, 7):
            name = "%d.conf" % len(self.drop_ins)
            self.drop_ins[name] = "\n".join(
                self.statement() for _ in range(self.pick(1, 2))) + "\n"
            return self.pick("$IncludeConfig /etc/rsyslog.d/", 'include(file="/etc/rsyslog.d/') \
                + name + "%s"
        if kind == 8:
            return self.pick("!prog", "+host", "$FileOwner root", "template(name=\"T\" "
                             "type=\"string\" string=\"%msg%\\n\")", "$NoSuch thing")
        if kind == 9 and self.chance(25):
            return self.pick("kern.* {", "if $msg then", "}", "$IncludeConfig /etc/rsyslog.d/none",
                             "if $msg == \"$x\" then /var/log/a", "action(type=omfile)")
        if kind == 10:
            return "$ActionExecOnlyWhenPreviousIsSuspended on\n*.* %s\n" \
                   "$ActionExecOnlyWhenPreviousIsSuspended off" % self.file()
        return self.statement()

    def configuration(self):
        lines = []
        for _ in range(self.pick(2, 4, 8, 12)):
            line = self.top()
            if line.endswith("%s"):
                line = line[:-2] + ('")' if line.startswith("include(") else "")
            lines.append(line)
        text = "\n".join(lines) + self.pick("\n", "\n", "")
        if self.chance(10):
            text = text.replace("\n", "\r\n")
        head = [self.pick(*INPUTS), *TEMPLATES]
        if self.chance(5):
            head.insert(0, 'global(abortOnUncleanConfig="on")')
        return {"/etc/rsyslog.conf": "\n".join([*head, text]),
                **{"/etc/rsyslog.d/" + name: text for name, text in self.drop_ins.items()}}
