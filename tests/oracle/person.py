#!/usr/bin/env python3
"""Compares what the model of a PAM stack says to one person with the installed libpam and its own
modules.

A case is a host: stacks of Linux-PAM's modules with arguments, accounts, and the files that the
modules look into. Its etc and run are the system's in a mount namespace. Two persons who know their
passwords are asked for at tty1, in the auth phase, in the account phase, and for a login, which is
both with one handle. That libpam lets somebody in whom the model keeps out counts as much as the
reverse. Needs Debian's libpam.
"""
import ctypes
import glob
import os
import pwd
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import oracle
import person_files
from oracle import Answer

PASSWORD = b"secret"
PROMPTS = 1, 2  # PAM_PROMPT_ECHO_OFF and _ON
TTY, CONVERSATION_FAILS, RUSER, FAIL_DELAY = 3, 19, 8, 10
STATUS = "Package: libpam-modules\nStatus: install ok installed\nVersion: 1.5.2-6+deb12u2\n\n"
ALWAYS = {"etc/nsswitch.conf": "passwd: files\ngroup: files\nshadow: files\n", "etc/shells": "/bin/sh\n",
          "etc/pam.d/other": "auth required pam_deny.so\naccount required pam_deny.so\n"}
IN = {"auth": ("0",), "account": ("0", "12")}  # 12: with a new password

CONVERSE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
DELAY = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p)


class Message(ctypes.Structure):
    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]


class Response(ctypes.Structure):
    _fields_ = [("text", ctypes.c_void_p), ("code", ctypes.c_int)]


class Conversation(ctypes.Structure):
    _fields_ = [("converse", CONVERSE), ("data", ctypes.c_void_p)]


LIBC = ctypes.CDLL(None)
LIBC.calloc.restype = LIBC.strdup.restype = ctypes.c_void_p


@CONVERSE
def converse(count, messages, ret_responses, _):
    """Types the password at each prompt."""
    answers = LIBC.calloc(count, ctypes.sizeof(Response))
    asked = ctypes.cast(messages, ctypes.POINTER(ctypes.POINTER(Message)))
    for i in range(count):
        if asked[i].contents.style in PROMPTS:
            ctypes.cast(answers, ctypes.POINTER(Response))[i].text = LIBC.strdup(PASSWORD)
    ctypes.cast(ret_responses, ctypes.POINTER(ctypes.c_void_p))[0] = answers
    return 0


def find(name):
    """The line of etc/passwd."""
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


@DELAY
def no_delay(*_):
    pass


class Person(oracle.Oracle):
    name = "person"
    cases = 2000
    namespaces = ("--mount", "--net")

    def open(self):
        folders = glob.glob("/usr/lib/*-linux-*/security")
        if not folders or not os.path.exists("/var/lib/dpkg/status") or not os.path.exists("/usr/sbin/unix_chkpwd"):
            oracle.skip("needs Debian's libpam")
        self.root = tempfile.mkdtemp(prefix="holdfast-person.")
        self.mounts = [self.root]
        self.mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", self.root)
        for path in ("etc/folder", "run", "var", "usr/lib", "var/lib/dpkg"):
            os.makedirs(os.path.join(self.root, path))
        shutil.copytree(folders[0], self.root + folders[0])
        os.symlink("usr/lib", self.root + "/lib")
        os.symlink("/run", self.root + "/var/run")
        with open(self.root + "/var/lib/dpkg/status", "w") as file:
            file.write(STATUS)
        for name in ("ld.so.cache", "ld.so.conf"):
            if os.path.exists("/etc/" + name):
                shutil.copy("/etc/" + name, self.root + "/etc")
        self.kept = set(os.listdir(self.root + "/etc"))
        for path in ("/etc", "/run"):
            self.mount("--bind", self.root + path, path)
            self.mounts.append(path)
        self.pam = ctypes.CDLL("libpam.so.0")
        self.helper = subprocess.Popen([oracle.helper("person")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    @staticmethod
    def mount(*words):
        if subprocess.run(["mount", *words], check=False, capture_output=True).returncode != 0:
            oracle.skip("can't mount " + " ".join(words))

    def close(self):
        self.helper.stdin.close()
        self.helper.wait()
        for path in reversed(self.mounts):
            subprocess.run(["umount", "-l", path], check=True)
        os.rmdir(self.root)

    def generate(self, rng):
        return person_files.tree(rng)

    # --- the host -----------------------------------------------------------------------

    def clear(self, folder, kept=()):
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if name not in kept:
                shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)

    def build(self, files):
        self.clear(self.root + "/etc", self.kept)
        self.clear(self.root + "/run")
        for path, text in {**ALWAYS, **files}.items():
            path = os.path.join(self.root, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="latin-1", newline="") as file:
                file.write(text)

    # --- the two sides ------------------------------------------------------------------

    def ask(self, user, caller, phases):
        """What libpam returns in the PHASES, up to one that keeps the user out."""
        conversation, handle, values = Conversation(converse, None), ctypes.c_void_p(), []
        self.pam.pam_start(b"svc", user.encode(), ctypes.byref(conversation), ctypes.byref(handle))
        self.pam.pam_set_item(handle, TTY, b"/dev/tty1")
        self.pam.pam_set_item(handle, FAIL_DELAY, no_delay)
        if caller is not None:
            self.pam.pam_set_item(handle, RUSER, caller.pw_name.encode())
            os.setresuid(caller.pw_uid, 0, 0)
        for phase in phases:
            call = self.pam.pam_authenticate if phase == "auth" else self.pam.pam_acct_mgmt
            values.append(str(call(handle, 0)))
            if values[-1] not in IN[phase]:
                break
        return values

    def daemon(self, user, caller, phases):
        """The same in a child: modules keep things, and may die."""
        shutil.rmtree("/run/faillock", ignore_errors=True)
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            signal.alarm(10)
            os.write(writer, " ".join(self.ask(user, find(caller), phases)).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as file:
            values = file.read().split()
        os.waitpid(child, 0)
        return values

    def model(self, user, caller):
        """The passage and the reason in each phase, and for a login."""
        self.helper.stdin.write(f"{self.root} svc {user} {caller}\n")
        told = {phase: self.helper.stdout.readline().rstrip("\n").split(" ", 1) for phase in ("auth", "account")}
        for passage in ("closed", "unknown", "open"):
            for phase in ("auth", "account"):
                if told[phase][0] == passage:
                    told.setdefault("login", told[phase])
        return told

    def judge(self, case):
        self.build(case["files"])
        answers = []
        for user in case["asked"]:
            if find(user) is None:  # of a smaller case: the model is asked about accounts
                continue
            told = self.model(user, case["caller"])
            for question, phases in (("auth", ["auth"]), ("account", ["account"]), ("login", ["auth", "account"])):
                values = self.daemon(user, case["caller"], phases)
                let_in = len(values) == len(phases) and all(value in IN[phase] for value, phase in zip(values, phases))
                passage, reason = told[question]
                verdict = "unknown" if passage == "unknown" else "agree" if (passage == "open") == let_in else "disagree"
                detail = reason if verdict == "unknown" else f"libpam: {' '.join(values) or 'dies'}, model: {passage} {reason}"
                answers.append(Answer(verdict, f"{question} of {user}", detail))
        return answers

    def smaller(self, case):
        for part in oracle.pieces(case["asked"]):
            if part:
                yield {**case, "asked": part}
        if case["caller"] != "-":
            yield {**case, "caller": "-"}
        yield from super().smaller(case)


if __name__ == "__main__":
    Person().main()
