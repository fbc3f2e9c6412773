"""Runs rsyslogd on /etc/rsyslog.conf, sends it one message of facility kern for each level, and
prints which levels arrived in /var/log/kernel and which at 127.0.0.1 port 514. To be run where
/var/log and the network are the test's own."""
import os
import select
import socket
import subprocess
import sys
import time

LEVELS = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"]
SENTINEL = "/var/log/sentinel"


def content(path):
    try:
        with open(path, errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def main(directory):
    host = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    host.bind(("127.0.0.1", 514))
    with open("/etc/rsyslog.conf", "rb") as file:
        conf = file.read().replace(b'module(load="imklog")', b"#")
    with open("/etc/rsyslog.conf", "wb") as file:
        file.write(conf)
    with open(directory + "/wrapper.conf", "w") as file:
        file.write('module(load="imudp")\ninput(type="imudp" address="127.0.0.1" port="5140")\n'
                   'local7.=debug %s\n& stop\ninclude(file="/etc/rsyslog.conf")\n' % SENTINEL)
    daemon = subprocess.Popen(
        ["rsyslogd", "-n", "-f", directory + "/wrapper.conf", "-i", directory + "/rsyslogd.pid"],
        stdin=subprocess.DEVNULL)
    try:
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        deadline = time.monotonic() + 20
        # The queue keeps the order: what came before a sentinel was handled when it is there.
        for number in range(10000):
            if number == 1:
                for level, name in enumerate(LEVELS):
                    client.sendto(b"<%d>Nov 24 12:00:00 here probe: level-%s" %
                                  (level, name.encode()), ("127.0.0.1", 5140))
            text = "<191>Nov 24 12:00:00 here probe: sentinel-%d" % number
            arrived = False
            while not arrived and time.monotonic() < deadline:
                client.sendto(text.encode(), ("127.0.0.1", 5140))
                select.select([], [], [], 0.05)
                arrived = "sentinel-%d\n" % number in content(SENTINEL)
            if number == 1 or not arrived:
                break
        if not arrived:
            print("rsyslogd answered nothing")
            return 1
        received = b""
        while select.select([host], [], [], 0.1)[0]:
            received += host.recv(65536)
        for where, text in (("file", content("/var/log/kernel")),
                            ("host", received.decode(errors="replace"))):
            print(where, *[name for name in LEVELS if "level-" + name in text])
        return 0
    finally:
        daemon.terminate()
        daemon.wait(10)


sys.exit(main(os.environ["T"]))
