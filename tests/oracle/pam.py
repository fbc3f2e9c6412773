#!/usr/bin/env python3
"""Compares the model of PAM's stacks with the installed libpam.

A case is a tree whose etc and usr/lib/pam.d are libpam's in a mount namespace. A question is one
service and phase: which modules are asked, in order, and what libpam returns. The modules are one
of the test's own, which notes that it was asked, and some that are missing or can't be loaded. In
generated stacks it returns what its line says; with real files it stands for every module that
they name, and returns what the case says.

Not generated, because chance decides it: in a file that others include, an @include that fails
(libpam uses actions that it never set) and a module without a name (it goes on with memory that it
never set); and files that include each other without a substack, which ends when something gives
way. Needs Debian's libpam.
"""
import ctypes
import glob
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import oracle
import pam_files
from oracle import Answer

CONVERSE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
CALLS = {"account": ("pam_acct_mgmt", 0), "auth": ("pam_authenticate", 0), "session": ("pam_open_session", 0),
         "password": ("pam_chauthtok", 0)}
VENDOR = "/usr/lib/pam.d"
STATUS = "Package: libpam-modules\nStatus: install ok installed\nVersion: 1.5.2-6+deb12u2\n\n"
VARIANTS = 8  # of what the modules of a real file return
DIES = "refused"  # libpam gives up, or dies: nobody gets in


class Conversation(ctypes.Structure):
    _fields_ = [("converse", CONVERSE), ("data", ctypes.c_void_p)]


class Pam(oracle.Oracle):
    name = "pam"
    cases = 10000
    needs = ("cc",)
    namespaces = ("--mount", "--net")

    def open(self):
        if not os.path.isdir(VENDOR) or not os.path.exists("/var/lib/dpkg/status"):
            oracle.skip(f"needs Debian's libpam and a {VENDOR}")
        self.root = tempfile.mkdtemp()
        self.mounts = [self.root]
        self.mount("-t", "tmpfs", "tmpfs", self.root)
        for name in ("etc", "usr/lib", "var/lib/dpkg", "upper", "work"):
            os.makedirs(os.path.join(self.root, name))
        self.write("var/lib/dpkg/status", STATUS)
        self.write("etc/passwd", "root:x:0:0::/root:/bin/sh\n")
        for name in ("ld.so.cache", "ld.so.conf"):
            if os.path.exists(os.path.join("/etc", name)):
                shutil.copy(os.path.join("/etc", name), os.path.join(self.root, "etc"))
        self.cover("/run", "-t", "tmpfs", "tmpfs")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib/mark.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", pam_files.MODULE, source], check=True)
        for name in glob.glob("/lib/*/security/pam_permit.so") + glob.glob("/lib/*/security/pam_deny.so") + [pam_files.MODULE]:
            self.write(name[1:], "")
            shutil.copy(name, self.root + name)
        for place in ("", self.root):
            for name, content in pam_files.broken(pam_files.MODULE).items():
                with open(place + name, "wb") as file:
                    file.write(content)
        # pam.conf counts only where there is no pam.d at all
        self.cover("/usr/lib", "-t", "overlay", "overlay", "-o", f"lowerdir=/usr/lib,upperdir={self.root}/upper,workdir={self.root}/work")
        self.cover("/etc", "--bind", os.path.join(self.root, "etc"))
        self.pam = ctypes.CDLL("libpam.so.0")
        self.marks = (ctypes.c_char * (1 << 16)).in_dll(ctypes.CDLL(pam_files.MODULE), "pam_marks")
        self.helper = subprocess.Popen([oracle.helper("pam")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def mount(self, *words):
        if subprocess.run(["mount", *words], check=False, capture_output=True).returncode != 0:
            oracle.skip("can't mount " + " ".join(words))

    def cover(self, path, *words):
        self.mount(*words, path)
        self.mounts.append(path)

    def close(self):
        self.helper.stdin.close()
        self.helper.wait()
        for path in reversed(self.mounts):
            subprocess.run(["umount", "-l", path], check=True)
        os.rmdir(self.root)

    # --- the tree -----------------------------------------------------------------------

    def write(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text.encode("latin-1"))

    def build(self, case):
        etc, vendor = os.path.join(self.root, "etc"), os.path.join(self.root, VENDOR[1:])
        for folder in (os.path.join(etc, "pam.d"), vendor, VENDOR):
            shutil.rmtree(folder, ignore_errors=True)
            if case["folders"]:
                os.makedirs(folder)
        for name in ("pam.conf", "d"):
            if os.path.exists(os.path.join(etc, name)):
                os.unlink(os.path.join(etc, name))
        for path, text in case["files"].items():
            self.write(path, text)
            if path.startswith(VENDOR[1:]):
                shutil.copy(os.path.join(self.root, path), "/" + path)
        for path, target in case["links"].items():
            os.symlink(target, os.path.join(self.root, path))

    # --- the two sides ------------------------------------------------------------------

    def converse(self, service, phase):
        """What libpam does."""
        conversation = Conversation(CONVERSE(lambda *ignored: 19), None)
        handle = ctypes.c_void_p()
        self.marks.value = b""
        if self.pam.pam_start(service.encode(), b"root", ctypes.byref(conversation), ctypes.byref(handle)) != 0:
            return DIES
        call, flags = CALLS[phase]
        value = getattr(self.pam, call)(handle, flags)
        self.pam.pam_end(handle, 0)
        return f"{self.marks.value.decode('latin-1')}= {value}"

    def daemon(self, questions):
        """The same for several questions, in a child: libpam dies of some, and another goes on."""
        answers = []
        while len(answers) < len(questions):
            reader, writer = os.pipe()
            child = os.fork()
            if child == 0:
                resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
                signal.alarm(5)
                for service, phase in questions[len(answers):]:
                    os.write(writer, (self.converse(service, phase) + "\n").encode("latin-1"))
                os._exit(0)
            os.close(writer)
            with os.fdopen(reader, encoding="latin-1", newline="\n") as file:
                answers += file.read().split("\n")[:-1]
            if os.waitpid(child, 0)[1] != 0:
                answers.append(DIES)
        return answers

    def model(self, service, phase):
        self.helper.stdin.write(f"{self.root} {service} {phase}\n")
        self.helper.stdin.flush()
        return self.helper.stdout.readline().rstrip("\n")

    # --- a case -------------------------------------------------------------------------

    def generate(self, rng):
        return pam_files.tree(rng)

    def real(self, folder):
        """Each file several times, its modules replaced by some that note their mark and return what a
        module may; with the files of the folder that it includes."""
        others = {}
        for name, text in oracle.real_files(folder, self.name):
            others[name.split("_")[-1]] = text
        for name, text in oracle.real_files(folder, self.name):
            files, left = {"svc": text}, [text]
            for text in left:
                for other in re.findall(r"(?m)^[^#\n]*\binclude\s+(\S+)|^[^#\n]*\bsubstack\s+(\S+)", text):
                    for one in other:
                        if one in others and one not in files:
                            files[one] = others[one]
                            left.append(others[one])
            for number in range(VARIANTS):
                rng = random.Random(f"{name}/{number}")
                yield f"{name} {number}", {"files": {"etc/pam.d/" + path: pam_files.marked(rng, text) for path, text in files.items()},
                                           "folders": True, "links": {}, "asked": pam_files.QUESTIONS[:4]}

    def smaller(self, case):
        for part in oracle.pieces(case.get("asked", pam_files.QUESTIONS)):
            if part:
                yield {**case, "asked": part}
        if case["links"]:
            yield {**case, "links": {}}
        yield from super().smaller(case)

    def judge(self, case):
        asked = case.get("asked", pam_files.QUESTIONS)
        self.build(case)
        answers = []
        for (service, phase), have in zip(asked, self.daemon(asked)):
            guess = self.model(service, phase)
            verdict = "unknown" if guess.startswith("unsure") else "invalid" if guess == have == DIES else "agree" if guess == have else "disagree"
            detail = "" if verdict == "agree" else guess if verdict == "unknown" else f"libpam: {have}, model: {guess}"
            answers.append(Answer(verdict, f"{phase} of {service}", detail))
        return answers


if __name__ == "__main__":
    Pam().main()
