"""Runs xinetd on /etc/xinetd.conf and prints the TCP ports on which it listens then. To be run
where /var/log, /run and the network are the test's own."""
import resource
import subprocess
import sys
import time

LOG = "/var/log/xinetd"


def started():
    try:
        with open(LOG) as file:
            return "Started working" in file.read()
    except FileNotFoundError:
        return False


def listening():
    with open("/proc/net/tcp") as tcp, open("/proc/net/tcp6") as tcp6:
        rows = [row.split() for row in tcp.readlines()[1:] + tcp6.readlines()[1:]]
    return sorted({int(row[1].split(":")[1], 16) for row in rows if row[3] == "0A"})


# xinetd closes every descriptor that the limit allows.
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
daemon = subprocess.Popen(["xinetd", "-dontfork", "-stayalive", "-filelog", LOG,
                           "-pidfile", "/run/xinetd.pid"], stdin=subprocess.DEVNULL)
deadline = time.monotonic() + 10
while not started() and daemon.poll() is None and time.monotonic() < deadline:
    time.sleep(0.02)
print(*listening() if started() else ["xinetd did not start"])
daemon.terminate()
daemon.wait(10)
sys.exit(0)
