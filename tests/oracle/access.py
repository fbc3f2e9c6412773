#!/usr/bin/env python3
"""Compares whom the model of access.conf admits with what the installed pam_access says.

A case is a tree whose etc becomes /etc in a mount namespace; the machine is called as its
etc/hostname says. The account phase of service login is asked through libpam; a question is one
user from one origin, a terminal, a service or (with an @ before it) a remote host. A part of the
cases asks again after the remedy of a console control.

Not generated, because the files do not decide it: names that dns, NIS or an interface would
know, and files of access.d whose order is a matter of the locale. The installed module is 1.5.2;
what later versions do differently is in the unit tests.
"""
import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import access_files
import oracle
from oracle import Answer

PAM_SUCCESS, PAM_TTY, PAM_RHOST = 0, 3, 4
CONVERSE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
CONSOLES = ["tty1", "tty2", "ttyS0"]
LONG = 4000  # bytes of a file from which on pam_access is slow
ONLY = "root"  # whom the remedy leaves at the console


class Conversation(ctypes.Structure):
    _fields_ = [("converse", CONVERSE), ("data", ctypes.c_void_p)]


def ask_pam(pam, user, origins):
    """What pam_access answers USER from each of ORIGINS, with one handle."""
    conversation = Conversation(CONVERSE(lambda *ignored: 19), None)
    handle = ctypes.c_void_p()
    if pam.pam_start(b"login", user.encode(), ctypes.byref(conversation), ctypes.byref(handle)) != PAM_SUCCESS:
        sys.exit("pam_start failed")
    answers = []
    for origin in origins:
        is_remote = origin[0] == "@"
        pam.pam_set_item(handle, PAM_RHOST, origin[1:].encode() if is_remote else None)
        pam.pam_set_item(handle, PAM_TTY, origin.encode() if origin in (":0", "cron") else b"/dev/" + origin.encode())
        answers.append("admitted" if pam.pam_acct_mgmt(handle, 0) == PAM_SUCCESS else "refused")
    pam.pam_end(handle, 0)
    return answers


class Access(oracle.Oracle):
    name = "access"
    cases = 2000
    namespaces = ("--mount", "--net", "--uts")

    def open(self):
        self.root = tempfile.mkdtemp()
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", self.root], check=True)
        self.etc = os.path.join(self.root, "etc")
        os.makedirs(os.path.join(self.etc, "security"))
        for name in ("ld.so.cache", "ld.so.conf"):
            if os.path.exists(os.path.join("/etc", name)):
                shutil.copy(os.path.join("/etc", name), self.etc)
        # a root with a libc is one that has no other module of nsswitch.conf either
        open(self.place("lib64/libc.so.6"), "w").close()
        self.kept = self.names()
        subprocess.run(["mount", "--bind", self.etc, "/etc"], check=True)
        self.pam = ctypes.CDLL("libpam.so.0")
        self.libc = ctypes.CDLL("libc.so.6")
        origins = access_files.LOCAL + ["@" + name for name in access_files.REMOTE]
        self.helper = subprocess.Popen([oracle.helper("access")] + origins, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.all = [[user, origin] for user in access_files.USERS for origin in origins]

    def close(self):
        self.helper.stdin.close()
        self.helper.wait()
        subprocess.run(["umount", "-l", "/etc", self.root], check=True)
        os.rmdir(self.root)

    # --- the tree -----------------------------------------------------------------------

    def names(self):
        return {os.path.join(folder, name) for folder, folders, names in os.walk(self.root) for name in names + folders}

    def place(self, path):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def build(self, case):
        for path in sorted(self.names() - self.kept, reverse=True):
            os.rmdir(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
        for path, text in {**access_files.base_files(), **case["files"]}.items():
            with open(self.place(path), "wb") as file:
                file.write(text.encode("latin-1"))
        for path in case["folders"]:
            os.mkdir(self.place(path))
        for path, target in case["links"].items():
            os.symlink(target, self.place(path))

    # --- the two sides ------------------------------------------------------------------

    def daemon(self, case, asked):
        """In a child: libc keeps what it read of host.conf."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            name = case["files"].get("etc/hostname", "").strip().encode()
            self.libc.sethostname(name, len(name))
            users = {}
            for user, origin in asked:
                users.setdefault(user, []).append(origin)
            answers = {user: ask_pam(self.pam, user, origins) for user, origins in users.items()}
            os.write(writer, json.dumps(answers).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as file:
            text = file.read()
        status = os.waitpid(child, 0)[1]
        if status != 0:
            return [f"dies of {status}"] * len(asked)
        answers = json.loads(text)
        left = {user: iter(list_) for user, list_ in answers.items()}
        return [next(left[user]) for user, origin in asked]

    def model(self):
        self.helper.stdin.write(self.root + "\n")
        self.helper.stdin.flush()
        answers = {}
        for line in self.helper.stdout:
            if line == "\n":
                return answers
            user, origin, answer = line.split()
            answers[user, origin] = answer
        sys.exit("access: the asking program ended")

    # --- a case -------------------------------------------------------------------------

    def generate(self, rng):
        case = access_files.tree(rng)
        # a handle keeps every name that was looked up and goes through all of them for the next
        if any(len(text) > LONG for text in case["files"].values()):
            case["asked"] = [[user, origin] for user in ("alice", "ROOT") for origin in ("tty1", "cron", "@10.1.2.3")]
        elif rng.random() < 0.1:
            # pam_access takes ROOT for root, and members of group root for members of a rule's root
            case["remedy"] = True
            case["files"]["etc/passwd"] = access_files.PASSWD.replace("ROOT:x:1003:1003::/:/bin/sh\n", "")
            case["files"]["etc/group"] = access_files.GROUPS[0]
            case["asked"] = [[user, origin] for user, origin in self.all if user != "ROOT"]
        return case

    def real(self, folder):
        """Whom a file names is a user, and asked for too."""
        for name, text in oracle.real_files(folder, self.name):
            fields = [line.split(":")[1] for line in text.splitlines() if line[:1] in "+-" and line.count(":") > 1]
            named = {word for field in fields for word in field.split() if re.fullmatch("[a-z_][a-z0-9_-]*", word)} - set(access_files.USERS)
            users = "".join(f"{user}:x:{2000 + number}:{2000 + number}::/:/bin/sh\n" for number, user in enumerate(sorted(named)))
            asked = self.all + [[user, origin] for user in sorted(named) for origin in ("tty1", "cron", "@10.1.2.3", "@127.0.0.1")]
            yield name, {"files": {"etc/pam.d/login": access_files.LINE + "\n", "etc/group": access_files.GROUPS[0], "etc/security/access.conf": text,
                                   "etc/passwd": access_files.PASSWD + users, "etc/nsswitch.conf": "hosts: files\n"}, "links": {}, "folders": [], "asked": asked}

    def smaller(self, case):
        if case.get("remedy"):
            yield {key: value for key, value in case.items() if key != "remedy"}
        for part in oracle.pieces(case.get("asked", self.all)):
            if part:
                yield {**case, "asked": part}
        for key in ("links", "folders"):
            if case[key]:
                yield {**case, key: type(case[key])()}
        for candidate in super().smaller(case):
            # who is asked for stays a user
            if candidate["files"].get("etc/pam.d/login", "").startswith(access_files.LINE) and \
                    candidate["files"].get("etc/passwd") == case["files"].get("etc/passwd"):
                yield candidate

    def judge(self, case):
        asked = case.get("asked", self.all)
        self.build(case)
        model, real = self.model(), self.daemon(case, asked)
        answers = []
        for (user, origin), have in zip(asked, real):
            guess = model[user, origin]
            verdict = "unknown" if guess == "unknown" else "agree" if guess == have else "disagree"
            answers.append(Answer(verdict, f"{user} from {origin}", "" if verdict == "agree" else f"pam_access: {have}, model: {guess}"))
        if case.get("remedy"):
            answers += self.repaired(case, asked, real)
        return answers

    def repaired(self, case, asked, before):
        """At a console root alone is admitted then; remote logins are as they were."""
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as policy:
            json.dump({"holdfast": 1, "title": "oracle", "controls": [{"id": "it", "console": {"only": [ONLY], "through": ["access.conf"]}}]}, policy)
            policy.flush()
            done = oracle.apply("--root", self.root, "--policy", policy.name)
        if done.returncode != 0:
            return []  # there is no safe one
        wrong = []
        for (user, origin), was, now in zip(asked, before, self.daemon(case, asked)):
            wanted = was if origin[0] == "@" else now if origin not in CONSOLES else "admitted" if user == ONLY else "refused"
            if now != wanted:
                wrong.append(f"{user} from {origin} is {now}")
        return [Answer("disagree" if wrong else "agree", "remedy", "; ".join(wrong[:5]))]


if __name__ == "__main__":
    Access().main()
