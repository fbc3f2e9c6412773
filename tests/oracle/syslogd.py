#!/usr/bin/python3
"""Compares where the model says that messages go with where inetutils' syslogd sends them, in
the way of rsyslog.py. The package conflicts with rsyslog's, so its program is taken from an
unpacked package: SYSLOGD names it, else apt-get fetches it and it is unpacked below build/.
"""
import glob
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import logs  # noqa: E402
import oracle  # noqa: E402
from syslog_conf import Conf  # noqa: E402

FOLDER = os.path.join(os.environ.get("BUILD", "build").removesuffix("/planted"), "inetutils")


def find_syslogd():
    """The program, None where it can't be had."""
    path = os.environ.get("SYSLOGD", FOLDER + "/usr/sbin/syslogd")
    if os.path.exists(path) or "SYSLOGD" in os.environ:
        return path if os.path.exists(path) else None
    os.makedirs(FOLDER, exist_ok=True)
    subprocess.run(["apt-get", "-q", "download", "inetutils-syslogd"], cwd=FOLDER, check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for package in glob.glob(FOLDER + "/*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, FOLDER], check=False)
    return path if os.path.exists(path) else None


class Syslogd(logs.LogOracle):
    name = "syslogd"
    cases = 500
    needs = ("unshare", "ip", "apt-get", "dpkg-deb")
    command = ("/daemon/syslogd", "-n", "--pidfile=/run/syslogd.pid")

    def main(self):
        if find_syslogd() is None:
            oracle.skip("inetutils-syslogd can't be fetched")
        super().main()

    def open(self):
        super().open()
        os.mkdir(self.root.at("daemon"))
        shutil.copy(find_syslogd(), self.root.at("daemon"))

    def generate(self, rng):
        return {"files": Conf(rng).configuration()}

    def real(self, folder):
        return logs.real_files(folder, "syslog", "/etc/syslog.conf")

    def ready(self, process):
        """It writes its number when the socket is there."""
        self.root.turn_until(lambda: process.poll() is not None or all(os.path.exists(self.root.at(path)) for path in ("run/syslogd.pid", "dev/log"))
                             and logs.idle(process.pid))
        return process.poll() is None


if __name__ == "__main__":
    Syslogd().main()
