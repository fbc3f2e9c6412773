#!/usr/bin/python3
"""Compares where the model says that messages go with where a real rsyslogd sends them.

Each case is a configuration. rsyslogd reads it in a root directory and namespaces of its own,
takes marked messages of every facility and level, from several programs and with several texts,
and what it wrote to files and sent to hosts is gathered. Of a place that every message of a
facility and level reaches all must be there, of one that some do not reach one must be missing,
and elsewhere none may be. A configuration in which something can't be told counts as unknown.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from logs import LogOracle  # noqa: E402
from rsyslog_tame import Tame  # noqa: E402
from rsyslog_wild import Wild  # noqa: E402


class Rsyslog(LogOracle):
    name = "rsyslog"
    cases = 300
    needs = ("rsyslogd", "unshare", "ip")
    command = ("/usr/sbin/rsyslogd", "-n")

    def generate(self, rng):
        return {"files": (Tame if rng.randrange(4) else Wild)(rng).configuration()}

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
