#!/usr/bin/env python3
"""Compares what the model proves about generated access lists with an evaluator that goes through the
lines one by one for each of many packets, near the edges of what the lines say: what becomes of a
packet, which lines never match and by which lines they are covered, which are redundant, and what a
service lacks or what else gets through. Each packet that the model shows is tried.
"""
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from oracle import Answer, Oracle, helper

FIN, SYN, RST, PSH, ACK, URG = (1 << bit for bit in range(16, 22))
FLAGS = {"fin": FIN, "syn": SYN, "rst": RST, "psh": PSH, "ack": ACK, "urg": URG}
FRAGMENT = 1 << 22
PORTS = {"tcp": {"smtp": 25, "www": 80, "pop3": 110, "telnet": 23, "ftp": 21, "ftp-data": 20, "domain": 53, "bgp": 179, "cmd": 514},
         "udp": {"domain": 53, "ntp": 123, "snmp": 161, "tftp": 69, "syslog": 514, "isakmp": 500}}
PROTOCOLS = {"tcp": 6, "udp": 17, "icmp": 1, "gre": 47, "esp": 50, "ospf": 89}
MESSAGES = {"echo": (8, None), "echo-reply": (0, None), "unreachable": (3, None), "port-unreachable": (3, 3), "packet-too-big": (3, 4), "ttl-exceeded": (11, 0)}
SERVICES = {"dscp": (2, 63, {"ef": 46, "af11": 10, "default": 0}), "precedence": (5, 7, {"critical": 5, "routine": 0}), "tos": (1, 15, {"min-delay": 8})}
SAMPLES, CLOSE = 120, 30  # packets for each list, and for each line


class Strange(Exception):
    """A line that is no line of IOS."""


def address(word):
    if not re.fullmatch(r"(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}", word) or any(int(part) > 255 for part in word.split(".")):
        raise Strange
    return int.from_bytes(bytes(int(part) for part in word.split(".")), "big")


def number(word, highest, names=()):
    if word in names:
        return names[word]
    if not re.fullmatch(r"\d+", word) or int(word) > highest:
        raise Strange
    return int(word)


class Line:
    """One line: its action, whether it is in doubt, and whether it is about a packet."""

    def __init__(self, where, words, standard):
        self.where, self.words, self.at = where, words, 0
        self.strange = self.maybe = self.later = self.deep = self.logs = False
        self.permits = None
        self.protocol = None
        self.ends = [(0, 0), (0, 0)]  # address and the bits that count
        self.ports = [None, None]  # lists of ranges
        self.flags = None  # (mask, value), any of them
        self.tos = (0, 0)
        try:
            self.read(standard)
            if self.at != len(words) or (self.later and self.deep):
                raise Strange
        except Strange:
            self.strange = True

    def peek(self):
        return self.words[self.at] if self.at < len(self.words) else ""

    def take(self):
        self.at += 1
        return self.words[self.at - 1] if self.at <= len(self.words) else ""

    def read(self, standard):
        word = self.take()
        if word == "evaluate" and not standard:
            self.permits = self.maybe = True
            if not self.take():
                raise Strange
            return
        if word not in ("permit", "deny"):
            raise Strange
        self.permits = word == "permit"
        if standard:
            self.ends[0] = self.end(True)
            if self.peek() == "log":
                self.take()
                self.logs = True
            return
        name = self.take()
        if name != "ip":
            self.protocol = PROTOCOLS[name] if name in PROTOCOLS else number(name, 255)
            if self.protocol == 0:
                raise Strange
        for side in (0, 1):
            self.ends[side] = self.end(False)
            if self.protocol in (6, 17):
                self.ports[side] = self.operator(PORTS["tcp" if self.protocol == 6 else "udp"])
        if self.protocol == 1:
            self.message()
        while self.at < len(self.words):
            self.option()

    def end(self, standard):
        word = self.take()
        if word == "any":
            return 0, 0
        if word == "object-group":  # none is defined
            self.maybe = True
            if not self.take():
                raise Strange
            return 0, 0
        if word == "host":
            return address(self.take()), 0xffffffff
        value, bits = address(word), 0xffffffff
        if re.fullmatch(r"[\d.]+\.[\d.]+", self.peek()):
            bits ^= address(self.take())
        elif not standard:
            raise Strange
        return value & bits, bits

    def operator(self, names):
        word = self.peek()
        if word not in ("eq", "neq", "gt", "lt", "range"):
            return None
        self.take()
        self.deep = True
        found = [number(self.take(), 65535, names)]
        if word == "range":
            found.append(number(self.take(), 65535, names))
        while word in ("eq", "neq") and len(found) < 10 and (self.peek() in names or re.fullmatch(r"\d+", self.peek())):
            found.append(number(self.take(), 65535, names))
        ranges = {"eq": [(port, port) for port in found], "gt": [(found[0] + 1, 65535)], "lt": [(0, found[0] - 1)],
                  "range": [(found[0], found[-1])], "neq": [("not", found)]}[word]
        if word in ("gt", "lt", "range") and ranges[0][0] > ranges[0][1]:
            raise Strange
        return ranges

    def message(self):
        word = self.peek()
        if word in MESSAGES:
            kind, code = MESSAGES[self.take()]
        elif re.fullmatch(r"\d+", word) and int(word) < 256:
            kind, code = int(self.take()), None
            if re.fullmatch(r"\d+", self.peek()) and int(self.peek()) < 256:
                code = int(self.take())
        else:
            return
        self.deep = True
        self.ports[1] = [(kind * 256 + (code or 0), kind * 256 + (255 if code is None else code))]

    def option(self):
        word = self.take()
        if word in ("log", "log-input"):
            self.logs = True
        elif word == "fragments":
            self.later = True
        elif word in SERVICES:
            shift, highest, names = SERVICES[word]
            value, mask = number(self.take(), highest, names) << shift, highest << shift
            if self.tos[0] & mask:
                raise Strange
            self.tos = self.tos[0] | mask, self.tos[1] | value
        elif word == "time-range":
            self.maybe = True
            if not self.take():
                raise Strange
        elif self.protocol == 6 and self.flags is None and (word in FLAGS or word in ("established", "match-any", "match-all")):
            self.deep = True
            if word == "established":
                self.flags = [(ACK, ACK), (RST, RST)]
            elif word in FLAGS:
                self.flags = [(FLAGS[word], FLAGS[word])]
            else:
                self.flags = []
                while self.peek()[:1] in ("+", "-") and self.peek():
                    flag = self.take()
                    if flag[1:] not in FLAGS:
                        raise Strange
                    self.flags.append((FLAGS[flag[1:]], FLAGS[flag[1:]] if flag[0] == "+" else 0))
                if not self.flags or len(self.flags) > 6 or (word == "match-all" and len({mask for mask, _ in self.flags}) < len(self.flags)):
                    raise Strange
                if word == "match-all":
                    self.flags = [(sum(mask for mask, _ in self.flags), sum(value for _, value in self.flags))]
        else:
            raise Strange

    def matches(self, packet):
        """True, False, or None where it can't be told."""
        if self.strange:
            return None
        header = packet[2]
        if self.protocol is not None and header & 0xff != self.protocol:
            return False
        if any(packet[side] & self.ends[side][1] != self.ends[side][0] for side in (0, 1)) or (header >> 8 & 0xff) & self.tos[0] != self.tos[1]:
            return False
        if self.later and not header & FRAGMENT:
            return False
        if self.deep and header & FRAGMENT:
            if not self.permits:
                return False
        elif self.deep:
            for side in (0, 1):
                if self.ports[side] is not None and not any(packet[3 + side] not in high if low == "not" else low <= packet[3 + side] <= high
                                                            for low, high in self.ports[side]):
                    return False
            if self.flags is not None and not any(header & mask == value for mask, value in self.flags):
                return False
        return None if self.maybe else True


def fate(lines, packet):
    """What becomes of it and the line that decides it; "unknown" where both may be."""
    possible = {}
    for line in lines:
        match = line.matches(packet)
        if match is None:
            for permits in (True, False) if line.strange else (line.permits,):
                possible.setdefault(permits, line.where)
        elif match:
            possible.setdefault(line.permits, line.where)
            final = line
            break
    else:
        possible.setdefault(False, 0)
        final = None
    permits = final is not None and final.permits
    if len(possible) == 2:
        return "unknown", possible[not permits]
    return ("permitted" if permits else "denied"), final.where if final else 0


def parse(text, name):
    """The lines of the list, in IOS's order."""
    lines, inside, highest = [], False, 0
    for where, line in enumerate(text.split("\n"), 1):
        words = line.split()
        if not words or words[0].startswith("!"):
            continue
        if words[0] == "access-list":
            inside = False
            found = words[2:] if words[1:2] == [name] else None
        elif words[:2] == ["ip", "access-list"]:
            inside, found = len(words) == 4 and words[2] in ("standard", "extended") and words[3] == name, None
        else:
            known = re.fullmatch(r"\d+|permit|deny|remark|evaluate|dynamic", words[0])
            inside = inside and words[0] != "interface" and bool(known or line[0] == " ")
            found = words if inside else None
        if found is None or found[:1] == ["remark"]:
            continue
        sequence = highest + 10
        if inside and re.fullmatch(r"\d+", found[0]):
            sequence, found = int(found[0]), found[1:]
            if found[:1] == ["remark"]:
                continue
        highest = max(highest, sequence)
        lines.append((sequence, where, Line(where, found, name in ("12", "STD"))))
    lines.sort(key=lambda entry: entry[:2])
    for before, entry in zip(lines, lines[1:]):
        if before[0] == entry[0]:
            entry[2].strange = True
    return [entry[2] for entry in lines]


class Generator:
    def __init__(self, rng):
        self.rng = rng
        self.small = rng.random() < 0.6
        self.wild = rng.random() < 0.25  # doubtful and strange lines too
        self.bits = rng.choice([1, 2, 3]) if self.small else 32

    def address(self, side):
        if self.small:
            return [0x0a000000, 0xc0a80200][side] | self.rng.getrandbits(self.bits)
        return self.rng.choice([0x0a000000, 0xc0a80000, 0xac100000, 0xe0000000, 0x7f000000, self.rng.getrandbits(32)]) | self.rng.getrandbits(self.rng.choice([0, 8, 16]))

    def end(self, side):
        rng, kind = self.rng, self.rng.random()
        text = lambda value: ".".join(str(byte) for byte in value.to_bytes(4, "big"))
        if kind < 0.3:
            return "any"
        if kind < 0.5:
            return "host " + text(self.address(side))
        if self.wild and kind < 0.53:
            return "object-group X"
        if self.small:
            wildcard = rng.getrandbits(self.bits)
        else:
            wildcard = rng.choice([(1 << rng.randrange(33)) - 1, (1 << rng.randrange(33)) - 1, rng.getrandbits(32) & rng.getrandbits(32), 0])
        return f"{text(self.address(side))} {text(wildcard)}"

    def port(self, protocol):
        rng = self.rng
        if self.small:
            return str(rng.randrange(20, 24 if protocol == "tcp" else 23))
        return rng.choice([rng.choice(sorted(PORTS[protocol])), str(rng.randrange(65536)), str(rng.choice([0, 1, 1023, 1024, 65534, 65535]))])

    def ports(self, protocol):
        rng, kind = self.rng, self.rng.random()
        if kind < 0.45:
            return []
        if kind < 0.7:
            return ["eq"] + [self.port(protocol) for _ in range(rng.choice([1, 1, 1, 2, 3]))]
        if kind < 0.8:
            return ["neq"] + [self.port(protocol) for _ in range(rng.choice([1, 1, 2]))]
        if kind < 0.9:
            return [rng.choice(["gt", "lt"]), self.port(protocol)]
        pair = [self.port(protocol), self.port(protocol)]
        return ["range"] + (sorted(pair, key=int) if all(port.isdigit() for port in pair) else pair)

    def options(self, protocol, deep):
        rng, words = self.rng, []
        if protocol == "tcp" and rng.random() < 0.25:
            words += rng.choice([["established"], ["syn"], ["ack"], ["match-all", "+syn", "-ack"], ["match-any", "+rst", "-syn"], ["match-all", "-fin", "+ack", "+psh"]])
            deep = True
        if rng.random() < 0.1:
            kind = rng.choice(sorted(SERVICES))
            words += [kind, rng.choice(sorted(SERVICES[kind][2]) + ["1"])]
        if not deep and rng.random() < 0.12:
            words.append("fragments")
        if self.wild and rng.random() < 0.1:
            words += ["time-range", "NIGHT"]
        if rng.random() < 0.15:
            words.append(rng.choice(["log", "log-input"]))
        return words

    def extended(self):
        rng = self.rng
        if self.wild and rng.random() < 0.06:
            return rng.choice(["evaluate SESSIONS", "permit tcp any", "deny ip 10.0.0.0 any", "permit tcp any any eq nosuch", "permit 300 any any"])
        protocol = rng.choice(["tcp", "tcp", "tcp", "udp", "ip", "ip", "icmp", rng.choice(["gre", "47", "6", "17", "ospf"])])
        plain = {"6": "tcp", "17": "udp"}.get(protocol, protocol)
        words = [rng.choice(["permit", "deny"]), protocol, self.end(0)]
        deep = False
        for side in (0, 1):
            ports = self.ports(plain) if plain in PORTS else []
            deep = deep or bool(ports)
            words += ports + ([self.end(1)] if side == 0 else [])
        if plain == "icmp" and rng.random() < 0.5:
            words.append(rng.choice(sorted(MESSAGES) + ["3", "3 1", "8", "8 0"]))
            deep = True
        return " ".join(words + self.options(plain, deep))

    def standard(self):
        rng = self.rng
        end = self.end(0)
        if rng.random() < 0.2 and " " in end and not end.startswith(("host", "object")):
            end = end.split()[0]
        return f"{rng.choice(['permit', 'deny'])} {end}{rng.choice(['', '', ' log'])}"

    def case(self):
        rng = self.rng
        name = rng.choice(["150", "150", "2001", "EDGE", "EDGE", "12", "STD"])
        make = self.standard if name in ("12", "STD") else self.extended
        lines = [make() for _ in range(rng.choice([1, 2, 3, 5, 8, 12, 16]))]
        if name.isdigit() and rng.random() < 0.6:
            text = "".join(f"access-list {name} {line}\n" for line in lines)
        else:
            head = f"ip access-list {'standard' if make == self.standard else 'extended'} {name}\n"
            numbers = rng.sample(range(1, 400), len(lines))
            style = rng.choice(["none", "order", "shuffled"])
            numbers = sorted(numbers) if style == "order" else numbers
            text = head + "".join(f" {'' if style == 'none' else f'{number} '}{line}\n" for number, line in zip(numbers, lines))
        if rng.random() < 0.3:
            text = "hostname r\n!\naccess-list 151 permit ip any any\n" + text
        if rng.random() < 0.3:
            text += "!\ninterface Ethernet0\n ip access-group 150 in\n"
        return {"files": {"router": text}, "list": name, "seed": rng.getrandbits(32)}


class Packets:
    """Packets near the edges of what the lines say."""

    def __init__(self, rng, lines):
        self.rng = rng
        self.values = [{0x0a000001, 0xc0a80201, 0x08080808}, {0x0a000001, 0xc0a80201, 0x08080808}]
        self.ports = [{0, 1024, 40000, 65535}, {0, 25, 65535}]
        self.protocols = {6, 17, 1, 47, 99}
        self.services = {0, 255}
        for line in lines:
            for side in (0, 1):
                value, bits = line.ends[side]
                self.values[side] |= {value, value | ~bits & 0xffffffff} | {value ^ 1 << bit for bit in rng.sample(range(32), 2)}
                for low, high in line.ports[side] or []:
                    for edge in high if low == "not" else (low, high):
                        self.ports[side] |= {max(edge - 1, 0), edge, min(edge + 1, 65535)}
            self.services |= {line.tos[1], line.tos[1] ^ 4}
            if line.protocol is not None:
                self.protocols.add(line.protocol)
        self.values = [sorted(values) for values in self.values]
        self.ports = [sorted(ports) for ports in self.ports]
        self.protocols, self.services = sorted(self.protocols), sorted(self.services)

    def flags(self):
        return self.rng.choice([0, SYN, ACK, RST, SYN | ACK, FIN | ACK, PSH | ACK, self.rng.getrandbits(6) << 16])

    def any(self):
        rng = self.rng
        fragment = FRAGMENT if rng.random() < 0.2 else 0
        header = rng.choice(self.protocols) | rng.choice(self.services) << 8 | self.flags() | fragment
        return [rng.choice(self.values[0]), rng.choice(self.values[1]), header, rng.choice(self.ports[0]), rng.choice(self.ports[1])]

    def of(self, line):
        """One that the line is likely to be about."""
        rng, packet = self.rng, self.any()
        for side in (0, 1):
            value, bits = line.ends[side]
            packet[side] = value | rng.choice([packet[side], rng.getrandbits(32)]) & ~bits & 0xffffffff
            if line.ports[side]:
                low, high = rng.choice(line.ports[side])
                if low != "not":
                    inside = [port for port in self.ports[side] if low <= port <= high]
                    packet[3 + side] = rng.choice(inside + [rng.randint(low, high)])
        header = packet[2] & ~(line.tos[0] << 8) | line.tos[1] << 8
        if line.protocol is not None:
            header = header & ~0xff | line.protocol
        if line.flags and rng.random() < 0.9:
            mask, value = rng.choice(line.flags)
            header = header & ~mask | value
        if line.later:
            header |= FRAGMENT
        packet[2] = header
        return packet


def network(value, length):
    return ".".join(str(byte) for byte in (value & (0xffffffff << 32 - length)).to_bytes(4, "big")) + f"/{length}"


class Acl(Oracle):
    name = "acl"
    cases = 10000

    def open(self):
        self.folder = tempfile.mkdtemp(prefix="holdfast-acl.")
        self.model = subprocess.Popen([helper(self.name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def close(self):
        self.model.stdin.close()
        self.model.wait()
        shutil.rmtree(self.folder)

    def generate(self, rng):
        return Generator(rng).case()

    def ask(self, *questions):
        """The lines of each answer."""
        self.model.stdin.write("".join(question + "\n" for question in questions))
        self.model.stdin.flush()
        answers = []
        for _ in questions:
            answers.append([])
            while (line := self.model.stdout.readline()) not in ("\n", ""):
                answers[-1].append(line.rstrip("\n"))
        return answers

    def judge(self, case):
        path = os.path.join(self.folder, "router")
        with open(path, "w") as file:
            file.write(case["files"]["router"])
        lines = parse(case["files"]["router"], case["list"])
        told = [line.split() for line in self.ask(f"read {path} {case['list']}")[0]]
        if [int(words[0]) for words in told] != [line.where for line in lines]:
            return [Answer("disagree", "the lines", f"{[words[0] for words in told]}, and they are {[line.where for line in lines]}")]
        if not lines:
            return [Answer("invalid", "the lines", "there is none")]
        rng = random.Random(case["seed"])
        packets = Packets(rng, lines)
        sample = [packets.any() for _ in range(SAMPLES)] + [packets.of(line) for line in lines for _ in range(CLOSE)]
        fates = [fate(lines, packet) for packet in sample]
        answers = [self.judge_fates(sample, fates)]
        for index, words in enumerate(told):
            answers += self.judge_line(lines, index, words, sample, fates)
        return answers + self.judge_service(lines, rng, packets, sample, fates)

    def judge_fates(self, sample, fates):
        told = self.ask(*("packet " + " ".join(str(part) for part in packet) for packet in sample))
        for packet, have, want in zip(sample, told, fates):
            if have != [f"{want[0]} {want[1]}"]:
                return Answer("disagree", f"packet {packet}", f"{have}, and it is {want}")
        return Answer("agree", "the packets")

    def judge_line(self, lines, index, words, sample, fates):
        line, question = lines[index], f"line {lines[index].where}"
        want = "strange" if line.strange else "doubtful" if line.maybe else "certain"
        if words[1] != want:
            return [Answer("disagree", question, f"{words[1]}, and it is {want}")]
        rest, earlier = words[2:], lines[:index]
        sure = [other for other in earlier if not other.strange and not other.maybe]
        about = [packet for packet in sample if line.matches(packet) is not False]
        if rest[0] == "open":
            packet, rest = [int(word) for word in rest[1:6]], rest[6:]
            good = line.matches(packet) is not False and not any(other.matches(packet) for other in sure)
            answers = [Answer("agree" if good else "disagree", question, f"it never sees {packet}")]
        elif rest[0] == "shadowed":
            cover = {int(word) for word in rest[1].split(",") if word != "-"}
            rest = rest[2:]
            missed = [packet for packet in about if not any(other.matches(packet) for other in sure if other.where in cover)]
            answers = [Answer("disagree" if missed else "agree", question, f"{sorted(cover)} don't cover {missed[:1]}")]
        else:
            return [Answer("unknown", question, "the limit")]
        if rest[0] == "limit":
            return answers + [Answer("agree" if line.strange else "unknown", question + " is needed", "the limit")]
        without = earlier + lines[index + 1:]
        if rest[0] == "needed":
            packet = [int(word) for word in rest[1:6]]
            before, after = fate(lines, packet)[0], fate(without, packet)[0]
            good = before != after or "unknown" in (before, after)
            return answers + [Answer("agree" if good else "disagree", question + " is needed", f"{packet} is {after} without it too")]
        wrong = [packet for packet in about if fate(lines, packet)[0] != fate(without, packet)[0]]
        return answers + [Answer("disagree" if wrong else "agree", question + " is redundant", f"{wrong[:1]} is another matter")]

    def judge_service(self, lines, rng, packets, sample, fates):
        source, target = rng.choice(packets.values[0]), rng.choice(packets.values[1])
        lengths = rng.choice([0, 8, 24, 30, 32, 32]), rng.choice([0, 24, 30, 32, 32])
        protocol = rng.choice([6, 6, 6, 17, 1, 256])
        port = rng.choice(packets.ports[1]) if protocol in (6, 17) else 0
        low, high = (port, rng.choice([port, port, 65535])) if protocol in (6, 17) else (0, 65535)
        established = protocol == 6 and rng.random() < 0.2
        to = network(target, lengths[1])
        told = self.ask(f"service {network(source, lengths[0])} {to} {protocol} {low} {high} 0 65535 {int(established)}")[0]

        def inside(packet, must):
            header = packet[2]
            if header & FRAGMENT or (packet[1] ^ target) >> 32 - lengths[1] or (packet[0] ^ source) >> 32 - lengths[0]:
                return False
            if (protocol != 256 and header & 0xff != protocol) or not low <= packet[4] <= high:
                return False
            if not must:
                return not established or bool(header & (ACK | RST))
            if protocol in (6, 17) and not established and packet[3] < 1024:
                return False
            opens = header & (SYN | ACK | RST | FIN) == SYN and not established
            return protocol != 6 or opens or header & (ACK | SYN | RST) == ACK

        def other(packet):
            return not packet[2] & FRAGMENT and not (packet[1] ^ target) >> 32 - lengths[1] and not inside(packet, False)

        answers = []
        for words in (line.split() for line in told):
            question = f"{words[0]} {words[1]} ({network(source, lengths[0])} {to} {protocol} {low}-{high} {established})"
            region, bad = (lambda packet: inside(packet, True), "denied") if words[0] == "must" else (other, "permitted")
            looked_for = (bad,) if words[1] == "surely" else (bad, "unknown")
            if words[2] == "limit":
                answers.append(Answer("unknown", question, "the limit"))
            elif words[2] == "none":
                found = [packet for packet, want in zip(sample, fates) if region(packet) and want[0] in looked_for]
                answers.append(Answer("disagree" if found else "agree", question, f"it is {found[:1]}"))
            else:
                packet = [int(word) for word in words[3:8]]
                want = fate(lines, packet)
                good = region(packet) and want[0] in looked_for and (words[1] != "surely" or int(words[2]) == want[1])
                answers.append(Answer("agree" if good else "disagree", question, f"{words[2:]} is {want}, wanted: {region(packet)}"))
        return answers


if __name__ == "__main__":
    Acl().main()
