#!/usr/bin/python3
"""Remedies of controls on syslogd's configuration, checked with the daemon: see lib/log_remedy.py."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "lib")]
from syslogd import Syslogd  # noqa: E402
from log_remedy import RemedyMixin  # noqa: E402


class SyslogdRemedy(RemedyMixin, Syslogd):
    name = "syslogd_remedy"
    cases = 200
    assume = "inetutils"


if __name__ == "__main__":
    SyslogdRemedy().main()
