"""Configurations of rsyslog such as hosts have: the stock files of distributions, and what is
added to them, with the weights of files that were found in public repositories."""
from logs import LEVELS

WORDS = ("one", "two", "three", "IN=", "[UFW ", "error", "last message")
PROGRAMS = ("alpha", "beta", "sshd", "CRON", "haproxy", "dhcpd", "kernel")
HOSTS = ("loghost", "10.1.1.1", "192.168.7.9", "log.example.net")
MODES = """$FileOwner root
$FileGroup adm
$FileCreateMode 0640
$DirCreateMode 0755
$Umask 0022
"""
DEBIAN = """auth,authpriv.*\t\t\t/var/log/auth.log
*.*;auth,authpriv.none\t\t-/var/log/syslog
#cron.*\t\t\t\t/var/log/cron.log
daemon.*\t\t\t-/var/log/daemon.log
kern.*\t\t\t\t-/var/log/kern.log
lpr.*\t\t\t\t-/var/log/lpr.log
mail.*\t\t\t\t-/var/log/mail.log
user.*\t\t\t\t-/var/log/user.log
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
*.emerg\t\t\t\t:omusrmsg:*
daemon.*;mail.*;\\
\tnews.err;\\
\t*.=debug;*.=info;\\
\t*.=notice;*.=warn\t|/dev/xconsole
"""
REDHAT = """#kern.*                                                 /dev/console
*.info;mail.none;authpriv.none;cron.none                /var/log/messages
authpriv.*                                              /var/log/secure
mail.*                                                  -/var/log/maillog
cron.*                                                  /var/log/cron
*.emerg                                                 :omusrmsg:*
uucp,news.crit                                          /var/log/spooler
local7.*                                                /var/log/boot.log
"""
SUSE = """if ( \\
        /* kernel up to warning except of firewall  */ \\
        ($syslogfacility-text == 'kern')      and      \\
        ($syslogseverity <= 4 /* warning */ ) and not  \\
        ($msg contains 'IN=' and $msg contains 'OUT=') \\
    ) or ( \\
        ($syslogseverity <= 3 /* errors  */ ) and not  \\
        ($syslogfacility-text == 'authpriv')           \\
    ) \\
then /var/log/tty10
&   |/dev/xconsole
if  ($syslogfacility-text == 'kern') and \\
    ($msg contains 'IN=' and $msg contains 'OUT=') \\
then -/var/log/firewall
&   ~
if  ($programname == 'NetworkManager') or \\
    ($programname startswith 'nm-') \\
then -/var/log/NetworkManager
&   ~
mail.*\t\t\t\t\t-/var/log/mail
*.=warning;*.=err\t\t\t-/var/log/warn
*.crit\t\t\t\t\t /var/log/warn
*.*;mail.none;news.none\t\t\t-/var/log/messages
local0,local1.*\t\t\t\t-/var/log/localmessages
"""


class Tame:
    """Each draw is one configuration."""

    def __init__(self, rng):
        self.random = rng
        self.pick = lambda *choices: rng.choice(choices)
        self.templates = []
        self.modules = []

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def inputs(self):
        legacy = self.chance(45)
        lines = []
        if self.chance(97):
            lines.append(self.pick("$ModLoad imuxsock", "$ModLoad imuxsock.so", "$ModLoad imuxsock # local logging") if legacy
                         else self.pick('module(load="imuxsock")', 'module(load="imuxsock.so")', 'module(load="imuxsock" SysSock.Use="on")',
                                        'module(load="imuxsock") # provides support for local system logging'))
        if self.chance(92):
            lines.append(self.pick("$ModLoad imklog", "$ModLoad imklog   # kernel logging") if legacy
                         else self.pick('module(load="imklog")', 'module(load="imklog" permitnonkernelfacility="on")'))
        if self.chance(15):
            lines.append("$ModLoad immark" if legacy else 'module(load="immark" interval="3600")')
        if self.chance(20):
            lines.append("$ModLoad imudp\n$UDPServerRun 5514" if legacy else 'module(load="imudp")\ninput(type="imudp" port="5514")')
        if self.chance(3):
            lines.append("$OmitLocalLogging on" if legacy else "# off")
        if self.chance(5):
            lines.append("$SystemLogRateLimitInterval 0")
        return lines

    def settings(self):
        lines = []
        if self.chance(60):
            lines.append(self.pick("$ActionFileDefaultTemplate RSYSLOG_TraditionalFileFormat",
                                   'module(load="builtin:omfile" Template="RSYSLOG_TraditionalFileFormat")'))
        if self.chance(50):
            lines.append(MODES)
        if self.chance(60):
            lines.append(self.pick("$WorkDirectory /var/spool/rsyslog", 'global(workDirectory="/var/lib/rsyslog")'))
        if self.chance(25):
            lines.append("$RepeatedMsgReduction " + self.pick("on", "off"))
        if self.chance(6):
            lines.append(self.pick("$PrivDropToUser syslog\n$PrivDropToGroup syslog", "$PrivDropToUser nobody2"))
        if self.chance(4):
            lines.append('global(abortOnUncleanConfig="on")')
        if self.chance(4):
            lines.append(self.pick("$MaxMessageSize 64k", "$PreserveFQDN on", "$MainMsgQueueSize 50000",
                                   "$EscapeControlCharactersOnReceive off"))
        if self.chance(8):
            lines.append(self.main_queue())
        return lines

    # --- queues and files ---------------------------------------------------------------

    # name in main_queue() and action(), after $MainMsgQueue and $ActionQueue, ordinary values; the others are odd
    QUEUE = (("queue.size", "Size", ("1000", "50000", "100000")), ("queue.dequeueBatchSize", "DequeueBatchSize", ("1", "128", "5000")),
             ("queue.workerThreads", "WorkerThreads", ("1", "2", "5")), ("queue.timeoutEnqueue", "TimeoutEnqueue", ("2000", "10000")),
             ("queue.discardSeverity", "DiscardSeverity", ("8",)), ("queue.dequeueSlowdown", "DequeueSlowdown", ("0", "500")),
             ("queue.highWatermark", "HighWatermark", ("800", "0", "1")), ("queue.lowWatermark", "LowWatermark", ("200", "0", "1")),
             ("queue.discardMark", "DiscardMark", ("975", "0", "1")), ("queue.saveOnShutdown", "SaveOnShutdown", ("on", "off")),
             ("queue.timeoutShutdown", "TimeoutShutdown", ("5000",)), ("queue.checkpointInterval", "CheckpointInterval", ("0", "1", "100")),
             ("queue.workerThreadMinimumMessages", "WorkerThreadMinimumMessages", ("1000", "0", "1")),
             ("queue.maxDiskSpace", "MaxDiskSpace", ("1g", "0")), ("queue.dequeueTimeBegin", "DequeueTimeBegin", ("0", "1", "3")),
             ("queue.dequeueTimeEnd", "DequeueTimeEnd", ("25",)))
    MODERN = (("queue.samplingInterval", None, ("0",)), ("queue.minDequeueBatchSize", None, ("0",)),
              ("queue.minDequeueBatchSize.timeout", None, ("0", "100")))
    FILE = (("ioBufferSize", "OMFileIOBufferSize", ("4k", "64k")), ("zipLevel", "OMFileZipLevel", ("0",)),
            ("flushInterval", "OMFileFlushInterval", ("0", "1")), ("flushOnTXEnd", "OMFileFlushOnTXEnd", ("on",)),
            ("asyncWriting", "OMFileASyncWriting", ("on", "off")), ("rotation.sizeLimit", None, ("0",)))

    def value(self, ordinary):
        """Seldom an odd one."""
        if self.chance(96):
            return self.pick(*ordinary)
        return self.pick("off", "on") if ordinary[0] in ("on", "off") else self.pick("0", "1", "3", "60", "100000", "-1")

    def parameters(self, known, count):
        """For an object."""
        return "".join(f' {name}="{self.value(ordinary)}"' for name, _, ordinary in self.random.sample(known, count))

    def directives(self, known, prefix, count):
        return "\n".join(f"${prefix}{name} {self.value(ordinary)}" for _, name, ordinary in self.random.sample(known, count) if name)

    def main_queue(self):
        if self.chance(50):
            return self.directives(self.QUEUE, "MainMsgQueue", self.pick(1, 2))
        kind = self.pick("", ' queue.type="LinkedList"', ' queue.type="FixedArray"')
        return f"main_queue({(kind + self.parameters(self.QUEUE + self.MODERN, self.pick(1, 2))).strip()})"

    def channel(self):
        """An output channel, and what writes to it."""
        name = f"C{self.random.randrange(1000)}"
        limit = self.pick(",10,/bin/rm", ",60", ",1000,/bin/true") if self.chance(15) else self.pick("", ",0", ",0,/bin/true")
        return f"$outchannel {name},{self.file()}{limit}\n{self.selector()} :omfile:${name}"

    def queued(self):
        """An action with settings for its queue or its file."""
        kind = self.random.randrange(5)
        if kind == 0:
            return (f'{self.selector()} action(type="omfile" file="{self.file()}" queue.type="{self.pick("LinkedList", "FixedArray", "Direct")}"'
                    f"{self.parameters(self.QUEUE + self.MODERN, self.pick(1, 2))})")
        if kind == 1:
            return f"$ActionQueueType LinkedList\n{self.directives(self.QUEUE, 'ActionQueue', self.pick(1, 2))}\n{self.selector()} {self.file()}"
        if kind == 2:
            return f'{self.selector()} action(type="omfile" file="{self.file()}"{self.parameters(self.FILE, self.pick(1, 2))})'
        if kind == 3:
            return f"{self.directives(self.FILE, '', 1)}\n{self.selector()} {self.file()}"
        return self.channel()

    def odd_include(self):
        """Of a file that the model does not read: beside a relative name, one that is too large."""
        text = self.pick('ruleset(name="odd") { stop }\n$DefaultRuleset odd\n', "$PrivDropToUser nobody\n", "*.* /var/log/odd\n")
        if self.chance(50):
            return "$IncludeConfig etc/rsyslog.d/odd", {"/etc/rsyslog.d/odd": text}
        return 'include(file="/etc/rsyslog.d/odd")', {"/etc/rsyslog.d/odd": "# a comment that fills the file up\n" * 32000 + text}

    # --- statements ---------------------------------------------------------------------

    def facility(self):
        return self.pick("kern", "mail", "daemon", "auth", "authpriv", "cron", "user", "news", "lpr", "uucp",
                         *(f"local{i}" for i in range(8)))

    def selector(self):
        kind = self.random.randrange(10)
        if kind < 4:
            return self.facility() + "." + self.pick("*", "*", "*", *LEVELS, "warn")
        if kind == 4:
            return "*." + self.pick("*", *LEVELS)
        if kind == 5:
            return "*.*;" + ";".join(self.facility() + ".none" for _ in range(self.pick(1, 2, 3)))
        if kind == 6:
            return ",".join(self.facility() for _ in range(self.pick(2, 3))) + ".*"
        if kind == 7:
            return "*.info;" + self.facility() + ".none"
        if kind == 8:
            return self.facility() + "." + self.pick("=", "=", "!", "!=") + self.pick(*LEVELS)
        return "*.=" + self.pick(*LEVELS) + ";" + self.facility() + ".none"

    def file(self):
        if self.random.randrange(400) == 0:
            return self.pick("/var/log//all", "/var/log/./all", "/var/log/app/../all")
        return "/var/log/" + self.pick("all", "kernel", "messages", "extra.log", "app/app.log", "f" + str(self.random.randrange(6)))

    def host(self):
        return self.pick(*HOSTS)

    def test(self):
        """Of an if."""
        kind = self.random.randrange(24)
        quote = self.pick("'", '"')
        if kind < 5:
            return f"$programname {self.pick('==', '==', '==', 'startswith', 'contains', '!=')} {quote}{self.pick(*PROGRAMS)}{quote}"
        if kind < 10:
            return f"$msg {self.pick('contains', 'contains', 'contains', 'startswith', 'contains_i')} {quote}{self.pick(*WORDS)}{quote}"
        if kind < 13:
            return f"$syslogfacility-text == {quote}{self.facility()}{quote}"
        if kind == 13:
            return f"$syslogseverity-text == {quote}{self.pick(*LEVELS)}{quote}"
        if kind == 14:
            return f"$syslogseverity {self.pick('<=', '<', '>=', '>', '==')} {self.pick(quote, '') and ''}{self.random.randrange(8)}"
        if kind == 15:
            return f"not ({self.test()})"
        if kind < 19:
            return f"({self.test()}) {self.pick('and', 'or', 'and')} ({self.test()})"
        if kind == 19:
            return f"re_match($msg, '{self.pick('o[mn]e', '^ *two', 'th.*ee', '(one|two)')}')"
        if kind == 20:
            return f"$fromhost-ip {self.pick('==', '!=', 'startswith')} '{self.pick('127.0.0.1', '192.168.', '10.1.1.1')}'"
        if kind == 21:
            return f"prifilt({quote}{self.selector()}{quote})"
        if kind == 22:
            return self.pick("$inputname == 'imuxsock'", "$syslogtag == 'alpha:'", "$syslogtag startswith 'be'", "$rawmsg contains 'two'",
                             "$msg == ' one'", "strlen($msg) > 3", "$hostname == 'elsewhere.example.net'")
        return f"$programname == [{', '.join(quote + name + quote for name in self.random.sample(PROGRAMS, 3))}]"

    def filter(self):
        name = self.pick("msg", "msg", "programname", "programname", "syslogtag", "rawmsg", "fromhost-ip")
        value = {"msg": WORDS, "rawmsg": WORDS, "fromhost-ip": ("127.0.0.1", "192.168.7.9")}.get(name, PROGRAMS)
        operation = self.pick("contains", "contains", "contains", "contains" if name == "rawmsg" else "isequal", "startswith", "regex", "ereregex")
        word = self.pick(*value).replace("[", "\\\\[") if "regex" in operation else self.pick(*value)
        return f':{name}, {self.pick("", "", "", "!")}{operation}, "{word}"'

    def template(self):
        if not self.templates or self.chance(50):
            name = f"T{len(self.templates)}"
            self.templates.append((name, self.pick(
                f'$template {name},"%timegenerated% %HOSTNAME% %syslogtag%%msg:::sp-if-no-1st-sp%%msg:::drop-last-lf%\\n"',
                f'template(name="{name}" type="string" string="%timestamp:::date-rfc3339% %syslogtag% %msg%\\n")',
                f'template(name="{name}" type="list") {{\n    property(name="timereported" dateFormat="rfc3339")\n'
                f'    constant(value=" ")\n    property(name="msg" format="json")\n    constant(value="\\n")\n}}')))
        return self.pick(*self.templates)[0]

    def dynamic(self):
        name = f"D{len(self.templates)}"
        path = self.pick("/var/log/hosts/%HOSTNAME%.log", "/var/log/programs/%programname%.log", "/var/log/by/%syslogfacility-text%.log",
                         "/var/log/by/%syslogfacility-text%-%syslogseverity-text%", "/var/log/%$year%/messages")
        text = self.pick(f'$template {name},"{path}"', f'template(name="{name}" type="string" string="{path}")')
        self.templates.append((name, text))
        return text, name

    def action(self):
        kind = self.random.randrange(20)
        if kind < 9:
            return self.pick("", "-") + self.file() + (";" + self.pick("RSYSLOG_TraditionalFileFormat", "RSYSLOG_FileFormat", self.template())
                                                       if self.chance(12) else "")
        if kind < 12:
            return f'action(type="omfile" file="{self.file()}"' + self.pick("", "", f' template="{self.template()}"',
                                                                            ' fileOwner="root" fileCreateMode="0640"') + ")"
        if kind < 16:
            return self.pick("@", "@@", "@") + self.host() + self.pick("", ":514", ":10514") + self.pick("", "", ";RSYSLOG_SyslogProtocol23Format",
                                                                                                       ";RSYSLOG_ForwardFormat")
        if kind < 18:
            return (f'action(type="omfwd" target="{self.host()}" port="{self.pick("514", "10514")}" protocol="{self.pick("tcp", "udp")}"'
                    + self.pick("", ' action.resumeRetryCount="-1" queue.type="LinkedList" queue.size="10000"',
                                '\n\tqueue.type="LinkedList" queue.filename="fwd" queue.maxDiskSpace="256m" queue.saveOnShutdown="on"\n\t'
                                'action.resumeRetryCount="-1" action.resumeInterval="30"') + ")")
        if kind == 18:
            return self.pick(":omusrmsg:*", ":omusrmsg:root", "|/dev/xconsole", "/dev/console")
        return "stop" if self.chance(70) else "~"

    def block(self):
        if self.chance(60):
            return self.action()
        actions = [self.action() for _ in range(self.pick(1, 2))] + (["stop"] if self.chance(40) else [])
        return "{\n    " + "\n    ".join(actions) + "\n}"

    def rule(self):
        kind = self.random.randrange(20)
        if kind < 9:
            text = self.selector() + self.pick("\t", "\t\t\t", "    ") + self.action()
        elif kind < 13:
            text = self.filter() + " " + self.action()
        elif kind < 17:
            text = f"if {self.test()} then {self.block()}" + (f"\nelse {self.block()}" if self.chance(15) else "")
        elif kind == 17:
            text = f"{self.selector()} {self.block()}"
        elif kind == 18:
            definition, name = self.dynamic()
            return f"{definition}\n{self.selector()} " + self.pick(f"?{name}", f"-?{name}", f'action(type="omfile" dynaFile="{name}")')
        else:
            return self.seldom() if self.chance(60) else self.queued()
        if self.chance(25) and not text.endswith("}"):
            text += "\n& " + self.pick("stop", "stop", "~", self.action())
        return text

    def seldom(self):
        number = self.random.randrange(100)
        return self.pick(
            f'ruleset(name="r{number}") {{\n    {self.rule()}\n}}\n{self.selector()} call r{number}',
            f'ruleset(name="remote{number}") {{\n    {self.rule()}\n}}\nmodule(load="imtcp")\ninput(type="imtcp" port="5515" ruleset="remote{number}")',
            f'set $.kind = "x";\nif $.kind == "x" then {self.action()}',
            f'if $!app == "x" then {self.action()}',
            f"$ActionQueueType LinkedList\n$ActionQueueFileName srvr\n$ActionResumeRetryCount -1\n$ActionQueueSaveOnShutdown on\n*.* @@{self.host()}",
            f"*.* {self.file()}\n$ActionExecOnlyWhenPreviousIsSuspended on\n& /var/log/instead\n$ActionExecOnlyWhenPreviousIsSuspended off",
            f'module(load="mmjsonparse")\naction(type="mmjsonparse")\nif $parsesuccess == "OK" then {self.action()}',
            # its program is not in this root: without a queue of its own it holds up what follows
            f'module(load="omprog")\n{self.selector()} action(type="omprog" binary="/bin/true" queue.type="LinkedList")',
            f'module(load="omprog")\n{self.selector()} action(type="omprog" binary="/bin/true")',
            f'$ModLoad ommail\n{self.filter()} :ommail:',
            f"*.* {{\n    {self.file()}\n    stop\n}}",
            f'lookup_table(name="t" file="/etc/none.json")\n{self.rule()}',
            f"{self.selector()} /var/log/x;NoSuchTemplate",
            f'module(load="ommysql")\n{self.selector()} :ommysql:localhost,Syslog,u,p',
            f"{self.facility()}.bogus /var/log/x",
            f'{self.selector()} action(type="omfile" file="{self.file()}" nosuch="x")',
            f"$IncludeConfig /etc/rsyslog.d/none/*.conf\n{self.rule()}")

    def drop_in(self):
        return "\n".join(self.rule() for _ in range(self.pick(1, 1, 2))) + "\n"

    def configuration(self):
        stock = self.pick(DEBIAN, REDHAT, SUSE, "", "")
        rules = [self.rule() for _ in range(self.random.randrange(1 if stock else 2, 7))]
        files = {}
        include = []
        if self.chance(60):
            include = [self.pick("$IncludeConfig /etc/rsyslog.d/*.conf", 'include(file="/etc/rsyslog.d/*.conf" mode="optional")',
                                 "$IncludeConfig /etc/rsyslog.d/")]
            for number in range(self.random.randrange(3)):
                files[f"/etc/rsyslog.d/{number * 10}-{self.pick('app', 'remote', 'ufw')}.conf"] = self.drop_in()
        rules.insert(self.random.randrange(len(rules) + 1), stock)
        if self.random.randrange(400) == 0:
            line, more = self.odd_include()
            rules.append(line)
            files.update(more)
        if self.chance(25):
            rules.append(f"*.* @{self.host()}")
        body = rules
        templates = [text for _, text in self.templates if not any(text in part for part in [*rules, *files.values()])]
        lines = [*self.inputs(), *self.settings(), *templates, *include, *body]
        return {"/etc/rsyslog.conf": "\n".join(line for line in lines if line) + "\n", **files}
