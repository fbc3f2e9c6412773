"""The kernel's audit stream, read as any reader may (netlink, AUDIT_NLGRP_READLOG) while an
audit daemon has it too. Sources: linux/audit.h, kernel/audit.c."""
import atexit
import os
import select
import socket
import struct
import time

NETLINK_AUDIT, READLOG = 9, 1
GET, SET, ERROR = 1000, 1001, 2
REQUEST_ACK = 5
STATUS = struct.Struct("=10I")  # struct audit_status: mask, enabled, failure, pid, ...
MASK_ENABLED = 1
SO_RCVBUFFORCE = 33  # asm-generic/socket.h


class Audit:
    """Switches auditing on where it is off, and off again at the end."""

    def __init__(self):
        self.control = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_AUDIT)
        self.reader = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_AUDIT)
        # whatever else runs on this machine sends its records too
        self.reader.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        self.reader.bind((0, 1 << (READLOG - 1)))
        if self.enabled() == 0:
            self.enable(1)
            atexit.register(self.enable, 0)

    def ask(self, kind, payload):
        header = struct.pack("=IHHII", 16 + len(payload), kind, REQUEST_ACK, 1, 0)
        self.control.send(header + payload)
        while True:
            data = self.control.recv(65536)
            answer = struct.unpack_from("=H", data, 4)[0]
            if answer == kind:
                status = STATUS.unpack_from(data, 16)
                if kind == GET:
                    return status
            elif answer == ERROR:
                code = -struct.unpack_from("=i", data, 16)[0]
                if code != 0:
                    raise OSError(code, os.strerror(code))
                if kind != GET:
                    return None

    def enabled(self):
        return self.ask(GET, b"")[1]

    def enable(self, value):
        self.ask(SET, STATUS.pack(MASK_ENABLED, value, *[0] * 8))

    def records(self, kind, *words, seconds=5):
        """The records of that type with all of WORDS in them, among those that came since the
        last call: waits for the first, and a moment longer for what should not be there."""
        found, deadline = [], time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not select.select([self.reader], [], [], 0.1)[0]:
                continue
            data = self.reader.recv(65536)
            text = data[16:].rstrip(b"\0").decode(errors="replace")
            if struct.unpack_from("=H", data, 4)[0] == kind and all(word in text for word in words):
                if not found:
                    deadline = time.monotonic() + 0.5
                found.append(text)
        return found
