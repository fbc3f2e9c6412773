"""What the oracles of syslog daemons share: a root directory in namespaces of its own in which
the daemon runs and which the model is asked about, marked messages, hosts that receive them, and
the comparison of where they should come with where they came.

A message's mark is M<facility>.<level>.<number>.E. Messages of facility kern come in by
/proc/kmsg, all others by the log socket."""
import collections
import fcntl
import os
import re
import selectors
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import zlib

import oracle

FACILITIES = ("kern user mail daemon auth syslog lpr news uucp cron authpriv ftp facility12 "
              "facility13 facility14 facility15 local0 local1 local2 local3 local4 local5 local6 "
              "local7").split()
LEVELS = "emerg alert crit err warning notice info debug".split()
MARK = re.compile(rb"M(\d+)\.(\d+)\.(\d+)\.E")
SIOCOUTQ, FIONREAD, SO_RCVBUFFORCE = 0x5411, 0x541B, 33
LITERALS = 10  # texts and programs, each, that are taken from a configuration

# Where messages came: place -> facility, level -> the numbers of the messages.
Run = collections.namedtuple("Run", "started came complaints")


def literals(files):
    """Texts that the configuration may test for, and what remains of a regular expression."""
    found = []
    for text in files.values():
        for value, _, word in re.findall(r"""(\w\s*=\s*)?(["'])(.{1,80}?)\2""", text):
            if value:
                continue  # of a parameter
            for form in (word, re.sub(r"\[\^?(.)[^\]]*\]", r"\1", word).translate({ord(c): None for c in "\\^$*?+()|{}[]"}).replace(".", "x")):
                if form and form.isprintable() and form.isascii() and not form.startswith("/") and form not in found:
                    found.append(form)
    return found


def messages(files):
    """Pairs of a tag and a text, {} in which stands for the mark. What has no tag is said by the
    kernel alone: the texts of others begin with a blank."""
    words = literals(files)
    made = [("alpha:", " one {}"), ("alpha:", " two {}"), ("beta:", " one {}"), ("beta:", " {}"), ("zeta:", " zz {}")]
    made += [("alpha:", f" {word} {{}}") for word in words[:LITERALS]]
    made += [("", f"{word} {{}}") for word in words[:LITERALS]]
    made.append(("alpha:", f" {' '.join(words[:2 * LITERALS])} {{}}"))
    # two that stand beside each other may be tested for together, and a third let it in
    made += [("alpha:", f" {one} {other} {{}}") for one, other in zip(words, words[1:LITERALS])]
    # a program that one rule stops, with a text that another takes; a tag may have no colon
    made += [(tag, text) for word in words if re.fullmatch(r"[A-Za-z0-9_.-]{1,30}", word) for tag in (word + ":", word)
             for text in (" one {}", f" {' '.join(words[:2 * LITERALS])} {{}}")][:4 * LITERALS]
    if "template" not in "".join(files.values()).lower():
        # a whole text that is tested for leaves no room for the mark
        made += [("{}:", text) for word in words[:LITERALS] for text in (word, " " + word)]
    return made


def numbers(sent, facility):
    """Which of them can be told apart: the kernel's messages have no tag."""
    return {number for number, (tag, text) in enumerate(sent) if (tag if facility > 0 else "{}" in text)}


class Hosts:
    """Receives all that is sent to this network namespace. Every name in a configuration gets an
    address of its own."""

    def __init__(self):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        self.selector = selectors.DefaultSelector()
        self.ports = set()
        self.names = {"127.0.0.1": "127.0.0.1", "::1": "::1"}
        self.datagrams = collections.defaultdict(list)
        self.streams = collections.defaultdict(list)
        # takes a copy of all datagrams: a daemon may want port 514 for itself
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
        datagrams.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
        datagrams.setblocking(False)
        self.selector.register(datagrams, selectors.EVENT_READ, (self.take_packets, None))
        for port in (514, 10514):
            self.listen(port)

    def listen(self, port):
        if port in self.ports:
            return
        self.ports.add(port)
        datagrams = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        datagrams.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
        datagrams.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        streams = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        streams.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for sock, take, only in ((datagrams, self.take_datagrams, 1), (streams, self.take_connection, 0)):
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
            sock.setblocking(False)
            sock.bind(("::", port))
            self.selector.register(sock, selectors.EVENT_READ, (take, port))
        streams.listen(64)

    def resolve(self, files):
        """Gives addresses to the names in a configuration; the text of /etc/hosts."""
        texts = "\n".join(files.values())
        found = re.findall(r"@@?(?:\([^)\n]*\))?\[?([A-Za-z0-9_.:-]+)\]?", texts)
        found += re.findall(r"(?i)target\s*=\s*\"([^\"\n]+)\"", texts)
        for name in found:
            name = name.split(":")[0].lower() if name.count(":") == 1 else name.lower()
            if name in self.names or not re.fullmatch(r"[a-z0-9_.:-]+", name):
                continue
            numeric = re.fullmatch(r"[0-9.]+|.*:.*", name)
            address = name if numeric else f"10.77.{len(self.names) // 200}.{len(self.names) % 200 + 1}"
            if subprocess.run(["ip", "addr", "add", address, "dev", "lo"], check=False, stderr=subprocess.DEVNULL).returncode == 0:
                self.names[name] = address
        for port in re.findall(r"@[^\s;#]*:(\d{1,5})\b", texts) + re.findall(r"(?i)port\s*=\s*\"(\d{1,5})\"", texts):
            if 0 < int(port) < 65536:
                self.listen(int(port))
        return f"127.0.0.1\tlocalhost\n127.0.1.1\t{socket.gethostname()}\n" + "".join(f"{address}\t{name}\n" for name, address in self.names.items() if address != name)

    def take_datagrams(self, sock, port):
        while True:
            try:
                data, ancillary, _, _ = sock.recvmsg(65536, 256)
            except BlockingIOError:
                return
            for _, kind, value in ancillary:
                if kind == socket.IPV6_PKTINFO:
                    self.take(socket.inet_ntop(socket.AF_INET6, value[:16]), port, data)

    def take_packets(self, sock, _):
        while True:
            try:
                packet = sock.recv(65536)
            except BlockingIOError:
                return
            start = (packet[0] & 15) * 4  # of the datagram's header
            self.take(socket.inet_ntoa(packet[16:20]), int.from_bytes(packet[start + 2:start + 4], "big"), packet[start + 8:])

    def take(self, address, port, data):
        self.datagrams["udp", address, port].append(zlib.decompress(data[1:]) if data[:1] == b"z" else data)

    def take_connection(self, sock, port):
        try:
            connection, _ = sock.accept()
        except BlockingIOError:
            return
        connection.setblocking(False)
        address = connection.getsockname()[0].removeprefix("::ffff:")
        stream = bytearray()
        self.streams["tcp", address, port].append(stream)
        self.selector.register(connection, selectors.EVENT_READ, (self.take_stream, stream))

    def take_stream(self, connection, stream):
        try:
            data = connection.recv(1 << 20)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        stream.extend(data)
        if not data:
            self.selector.unregister(connection)
            connection.close()

    def turn(self, seconds):
        """Whether anything came."""
        events = self.selector.select(seconds)
        for key, _ in events:
            take, data = key.data
            take(key.fileobj, data)
        return bool(events)

    def collect(self):
        """What came to each "udp ADDRESS PORT", and all is forgotten."""
        while self.turn(0):
            pass
        came = {place: b"\n".join(parts) for place, parts in self.datagrams.items()}
        for place, streams in self.streams.items():
            came[place] = b"\n".join(unpacked(bytes(stream)) for stream in streams)
        self.datagrams.clear()
        self.streams.clear()
        return came


def unpacked(stream):
    """A stream of rsyslog's without its compression: of all, or of octet-counted messages."""
    if stream[:1] == b"\x78":
        return zlib.decompressobj().decompress(stream)
    parts, at = [], 0
    while (frame := re.compile(rb"(\d{1,6}) z").match(stream, at)) is not None:
        start = frame.end() - 1
        at = start + int(frame[1])
        parts.append(zlib.decompress(stream[start + 1:at]))
    return b"\n".join([*parts, stream[at:]])


class Root:
    """A root directory on a tmpfs, with the host's programs."""

    KEPT = ("usr", "proc", "bin", "sbin", "lib", "lib32", "lib64", "kmsg", "daemon")
    FOLDERS = ("dev", "run", "tmp", "var/log", "var/lib/rsyslog", "var/spool/rsyslog", "etc/rsyslog.d")
    USERS = ("root:x:0:0::/root:/bin/sh\nsyslog:x:104:110::/home/syslog:/bin/false\n"
             "alice:x:1000:1000::/home/alice:/bin/sh\n")
    GROUPS = "root:x:0:\nadm:x:4:syslog\nsyslog:x:110:\nusers:x:100:alice\n"

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="logs")
        self.hosts = Hosts()
        mount = lambda *words: subprocess.run(["mount", *words], check=True)
        mount("-t", "tmpfs", "tmpfs", self.path)
        for name in os.listdir("/"):
            if os.path.islink("/" + name) and name in self.KEPT:
                os.symlink(os.readlink("/" + name), self.at(name))
        for name in ("usr", "proc"):
            os.mkdir(self.at(name))
            mount("--rbind", "/" + name, self.at(name))
        os.mkfifo(self.at("kmsg"))
        mount("--bind", self.at("kmsg"), self.at("proc/kmsg"))
        self.kmsg = os.open(self.at("kmsg"), os.O_RDWR | os.O_NONBLOCK)
        fcntl.fcntl(self.kmsg, fcntl.F_SETPIPE_SZ, 1 << 20)  # all messages of the kernel, read or not
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notices.bind(f"\0logs{os.getpid()}")

    def at(self, path):
        return os.path.join(self.path, path.lstrip("/"))

    def close(self):
        subprocess.run(["umount", "-l", self.path], check=False)
        os.rmdir(self.path)

    def lay(self, files):
        """Leaves FILES, and what a host has, in the root."""
        for name in os.listdir(self.path):
            if name not in self.KEPT:
                path = self.at(name)
                (shutil.rmtree if os.path.isdir(path) and not os.path.islink(path) else os.unlink)(path)
        try:
            while os.read(self.kmsg, 65536):
                pass
        except BlockingIOError:
            pass
        for name in self.FOLDERS:
            os.makedirs(self.at(name))
        os.chmod(self.at("var/log"), 0o777)
        for number, name in ((3, "null"), (9, "urandom")):
            os.mknod(self.at("dev/" + name), 0o20666, os.makedev(1, number))
        for path, text in {"/etc/passwd": self.USERS, "/etc/group": self.GROUPS, "/etc/nsswitch.conf": "hosts: files\n", "/etc/services": "syslog\t514/udp\n",
                           "/etc/hostname": socket.gethostname() + "\n", "/etc/hosts": self.hosts.resolve(files), **files}.items():
            os.makedirs(os.path.dirname(self.at(path)), exist_ok=True)
            with open(self.at(path), "w", encoding="latin-1", newline="") as file:
                file.write(text)
        shutil.copy("/etc/ld.so.cache", self.at("etc"))

    def run(self, command, socket_path, sent, ready):
        """Starts the daemon, sends the messages SENT, ends it, and gathers what came. READY waits
        until it is up."""
        for path in self.written():
            os.unlink(path)
        with tempfile.TemporaryFile() as errors, subprocess.Popen(
                command, preexec_fn=self.enter, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors,
                env={"PATH": "/usr/sbin:/usr/bin", "NOTIFY_SOCKET": f"@logs{os.getpid()}"}) as daemon:
            try:
                started = ready(daemon)
                if started:
                    self.send(daemon, self.at(socket_path), sent)
                    daemon.send_signal(signal.SIGTERM)
                    self.turn_until(lambda: daemon.poll() is not None)
            finally:
                if daemon.poll() is None:
                    daemon.kill()
            errors.seek(0)
            complaints = errors.read().decode("latin-1")
        came = self.hosts.collect()
        for path in self.written():
            with open(path, "rb") as file:
                came["/" + os.path.relpath(path, self.path)] = file.read()
        return Run(started, {place: marks(data) for place, data in came.items()}, complaints)

    def enter(self):
        os.chroot(self.path)
        os.chdir("/")

    def turn_until(self, done, seconds=20):
        deadline = time.monotonic() + seconds
        while not done() and time.monotonic() < deadline:
            self.hosts.turn(0.002)

    def send(self, daemon, path, sent):
        """Returns when the daemon has taken all."""
        for l in range(len(LEVELS)):
            lines = [f"<{l}>{sent[number][1]}\n".replace("{}", f"M0.{l}.{number}.E") for number in numbers(sent, 0)]
            os.write(self.kmsg, "".join(lines).encode("latin-1"))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            try:
                sock.connect(path)
            except OSError:
                self.turn_until(lambda: False, 0.05)
                return
            for f in range(1, len(FACILITIES)):
                for l in range(len(LEVELS)):
                    for number in numbers(sent, f):
                        tag, text = sent[number]
                        line = f"<{f * 8 + l}>{tag}{text}".replace("{}", f"M{f}.{l}.{number}.E").encode("latin-1")
                        self.turn_until(lambda: daemon.poll() is not None or sent_off(sock, line))
            kernel = self.reads_kernel(daemon)
            self.turn_until(lambda: daemon.poll() is not None or waiting(sock, SIOCOUTQ) == 0 and
                            not (kernel and waiting(self.kmsg, FIONREAD)))
        self.turn_until(lambda: daemon.poll() is not None or idle(daemon.pid) and not self.hosts.turn(0.005) and idle(daemon.pid))

    def reads_kernel(self, daemon):
        """Whether the daemon has /proc/kmsg open."""
        folder = f"/proc/{daemon.pid}/fd"
        try:
            return any(os.readlink(f"{folder}/{name}").endswith("kmsg") for name in os.listdir(folder))
        except OSError:
            return False

    def written(self):
        """Regular files outside /etc that hold something."""
        for folder, names, files in os.walk(self.path):
            if folder == self.path:
                names[:] = [name for name in names if name not in self.KEPT and name != "etc"]
            for name in files:
                path = os.path.join(folder, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    yield path


def sent_off(sock, line):
    try:
        sock.send(line)
    except BlockingIOError:
        return False
    except ConnectionError:
        pass  # it has died
    return True


def waiting(file, request):
    return struct.unpack("i", fcntl.ioctl(file, request, b"\0\0\0\0"))[0]


def idle(pid):
    """Whether all threads sleep: what is still in a queue would keep one awake."""
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/stat", encoding="ascii") as file:
                if file.read().rsplit(") ", 1)[1][0] != "S":
                    return False
        except OSError:
            return False
    return True


def marks(data):
    found = collections.defaultdict(set)
    for f, l, number in MARK.findall(data):
        found[int(f), int(l)].add(int(number))
    return found


def real_files(folder, name, path):
    """A case of each file in FOLDER/NAME, to be read at PATH."""
    for entry, text in oracle.real_files(folder, name):
        yield entry, {"files": {path: text}}


class Model:
    """What it says of a root: see syslog_ask.h."""

    def __init__(self, program, root, places):
        output = subprocess.run([program, root, *places], capture_output=True, check=True).stdout.decode("latin-1")
        self.failure = self.start = self.reason = None
        self.mistakes, self.places = [], {}
        for line in output.splitlines():
            kind, *parts = line.split("\t")
            if kind == "failure":
                self.failure = parts[0]
            elif kind == "start":
                self.start, self.reason = parts
            elif kind == "place":
                self.places[parts[0]] = [bytes.fromhex(part) for part in parts[1:4]], parts[4]
            else:
                self.mistakes.append((kind, *parts))


def wrong(sets, pair, came, sent, lenient):
    """What is wrong with what CAME to a place, None when nothing is; "unknown". LENIENT: a message
    that does not come may be one that was not sent."""
    reached, partly, none = (sets[i][pair[0]] >> pair[1] & 1 for i in range(3))
    missing = numbers(sent, pair[0]) - came
    if reached:
        return f"all should come, {len(missing)} did not, such as {sent[min(missing)]}" if missing else None
    if partly:
        return None if missing or lenient else f"some should not come, all {len(came)} did"
    if none:
        return f"none should come, {len(came)} did, such as {sent[min(came)]}" if came else None
    return "unknown"


class LogOracle(oracle.Oracle):
    """A subject: NAME, of the program that answers for the model, and COMMAND."""

    namespaces = ("--mount", "--net", "--propagation", "private")
    command = None

    def open(self):
        self.root = Root()

    def close(self):
        self.root.close()

    def ready(self, process):
        raise NotImplementedError

    def socket_path(self, case):
        return "/dev/log"

    def run_daemon(self, case, sent):
        return self.root.run(self.command, self.socket_path(case), sent, self.ready)

    def judge(self, case):
        self.root.lay(case["files"])
        sent = messages(case["files"])
        run = self.run_daemon(case, sent)
        names = self.root.hosts.names
        places = {}  # as the model is asked -> what came
        for place, came in run.came.items():
            if came and isinstance(place, str):
                places[place] = came
            elif came:
                for name, address in names.items():
                    if address == place[1]:
                        places[f"{place[0]} {name} {place[2]}"] = came
        self.root.lay(case["files"])  # as it was
        model = Model(oracle.helper(self.name), self.root.path, sorted(places))
        for place in model.places:
            kind, *words = place.split(" ")
            if place not in places and not place.startswith(("/proc/", "/dev/null")) and (place.startswith("/") or len(words) == 2 and words[0] in names):
                key = place if place.startswith("/") else (kind, names[words[0]], int(words[1]))
                places[place] = run.came.get(key, {})
        return [self.answer(case, run, model, places, sent), *self.more(case, run, model, sent)]

    def more(self, case, run, model, sent):
        """Further answers."""
        return []

    def answer(self, case, run, model, places, sent):
        if model.failure is not None:
            return oracle.Answer("unknown", "what it reads", model.failure)
        if not run.started:
            verdict = {"invalid": "invalid", "unknown": "unknown"}.get(model.start, "disagree")
            return oracle.Answer(verdict, "start", f"it does not start: {run.complaints[:300].strip()!r}; the model: {model.reason}")
        if model.start is not None:
            return oracle.Answer("disagree" if model.start == "invalid" else "unknown", "start", f"it starts; the model: {model.reason}")
        # one with a text that leaves no room for the mark, or of another year
        exact = any(re.search(r"!isequal|!=|<>|strlen|msg[^\n]*(isequal|==)", text) for text in case["files"].values())
        year = time.strftime("%Y")
        unknown, doubts = collections.Counter(), {}
        for place, came in sorted(places.items()):
            sets, reason = model.places[place]
            for pair in ((f, l) for f in range(len(FACILITIES)) for l in range(len(LEVELS))):
                answer = wrong(sets, pair, came.get(pair, set()), sent, exact or year in place)
                if answer == "unknown":
                    unknown[place] += 1
                    doubts[place] = reason
                elif answer is not None:
                    return oracle.Answer("disagree", f"{FACILITIES[pair[0]]}.{LEVELS[pair[1]]} to {place}", answer)
        for place in unknown:
            return oracle.Answer("unknown", f"{unknown[place]} to {place}", doubts[place])
        return oracle.Answer("agree", f"{len(places)} places")
