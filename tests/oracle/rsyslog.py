#!/usr/bin/python3
"""Compares where the model says that messages go with where a real rsyslogd sends them.

Each case is a configuration. rsyslogd reads it in a root directory and namespaces of its own,
takes marked messages of every facility and level, from several programs and with several texts,
and what it wrote to files and sent to hosts is gathered. Of a place that every message of a
facility and level reaches all must be there, of one that some do not reach one must be missing,
and elsewhere none may be. A configuration in which something can't be told counts as unknown.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from logs import LogOracle, real_files  # noqa: E402
from rsyslog_tame import Tame  # noqa: E402
from rsyslog_wild import Wild  # noqa: E402


# Reads the drop-ins among the real files.
MAIN = """module(load="imuxsock")
module(load="imklog")
$ActionFileDefaultTemplate RSYSLOG_TraditionalFileFormat
$IncludeConfig /etc/rsyslog.d/*.conf
*.*;auth,authpriv.none	-/var/log/syslog
"""
# No journal is here: messages come by the log socket instead.
JOURNAL = ((r'module\(\s*load="imjournal"(?:[^()]|\([^()]*\))*\)', ""), (r"(?im)^\$(ModLoad imjournal|IMJournal)", "#$1"),
           (r"(?i)\$OmitLocalLogging on", "$OmitLocalLogging off"), (r'(?i)(SysSock\.Use=)"off"', r'\1"on"'))


class Rsyslog(LogOracle):
    name = "rsyslog"
    cases = 300
    needs = ("rsyslogd", "unshare", "ip")
    command = ("/usr/sbin/rsyslogd", "-n")

    def generate(self, rng):
        return {"files": (Tame if rng.randrange(4) else Wild)(rng).configuration()}

    def real(self, folder):
        for entry, case in real_files(folder, "rsyslog", "/etc/rsyslog.conf"):
            # so many messages in a second are no fault of the configuration
            text = re.sub(r"(?im)^(\$SystemLogRateLimitInterval) .*", r"\1 0", case["files"]["/etc/rsyslog.conf"])
            if "imjournal" in text:
                for pattern, instead in JOURNAL:
                    text = re.sub(pattern, instead, text)
            if entry.endswith("etc_rsyslog.conf") or "imuxsock" in text:
                yield entry, {"files": {"/etc/rsyslog.conf": text}}
            else:
                yield entry, {"files": {"/etc/rsyslog.conf": MAIN, "/etc/rsyslog.d/50-real.conf": text}}

    def ready(self, process):
        """rsyslogd tells systemd."""
        self.root.notices.settimeout(0)
        said = []

        def heard():
            try:
                said.append(self.root.notices.recv(4096))
            except BlockingIOError:
                return process.poll() is not None
            return b"READY=1" in said[-1]

        self.root.turn_until(heard)
        return process.poll() is None and any(b"READY=1" in data for data in said)


if __name__ == "__main__":
    Rsyslog().main()
