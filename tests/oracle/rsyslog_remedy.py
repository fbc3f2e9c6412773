#!/usr/bin/python3
"""Remedies of controls on rsyslogd's configuration, checked with the daemon: see lib/log_remedy.py."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "lib")]
from rsyslog import Rsyslog  # noqa: E402
from log_remedy import RemedyMixin  # noqa: E402


class RsyslogRemedy(RemedyMixin, Rsyslog):
    name = "rsyslog_remedy"
    cases = 200
    assume = "rsyslog"


if __name__ == "__main__":
    RsyslogRemedy().main()
