"""Compares the model of PAM's stacks with the installed libpam.

Each case is a generated tree; its etc and usr/lib/pam.d become those of a mount namespace.
A module of the test's own notes that it was asked and returns what its arguments say.
Compared are the modules asked, in order, and what libpam returns.
"""
import argparse
import ctypes
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

CONVERSE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
CALLS = {"account": "pam_acct_mgmt", "auth": "pam_authenticate", "session": "pam_open_session"}
QUESTIONS = [("svc", "account"), ("svc", "auth"), ("svc", "session"), ("SVC", "account"), ("absent", "account"),
             ("other", "account"), ("a", "account"), ("vendor", "account")]
VALUES = ["success", "open_err", "perm_denied", "auth_err", "user_unknown", "new_authtok_reqd", "acct_expired", "ignore", "abort",
          "module_unknown", "default", "default", "default", "Success", "conv_again", "incomplete", "nonsense", "authtok_err"]
ACTIONS = ["ignore", "ok", "done", "bad", "die", "reset", "1", "2", "3", "1", "2"]
RETURNS = [0] * 10 + [6] * 5 + [12] * 3 + [25] * 3 + [7, 10, 13, 28, 26, 1, 30, 5]
VENDOR = "/usr/lib/pam.d"
STATUS = "Package: libpam-modules\nStatus: install ok installed\nVersion: 1.5.2-6+deb12u2\n\n"


class Conversation(ctypes.Structure):
    _fields_ = [("converse", CONVERSE), ("data", ctypes.c_void_p)]


class Maker:
    def __init__(self, rng, module):
        self.rng, self.module, self.mark = rng, module, 0

    def control(self):
        rng = self.rng
        if rng.random() < 0.5:
            word = rng.choice(["required"] * 4 + ["requisite", "sufficient", "optional"] * 2)
            return rng.choice([word] * 20 + [word.upper(), f"[{word}]", word.capitalize()])
        pairs = []
        for _ in range(rng.choice([1, 1, 2, 2, 3, 4, 5])):
            equals = rng.choice(["="] * 20 + [" = ", " =", "= "])
            pairs.append(rng.choice(VALUES[:-3] if rng.random() < 0.95 else VALUES) + equals +
                         (rng.choice(ACTIONS) if rng.random() < 0.97 else rng.choice(["0", "okay", "-1", "Bad", "99", "", "4294967295",
                                                                                      "01", "1x", "bad]", "4294967298"])))
        text = rng.choice([" "] * 10 + ["", "\t", "  "]).join(pairs)
        return text if rng.random() < 0.01 else f"[{text}]"

    def target(self):
        rng = self.rng
        self.mark += 1
        if rng.random() < 0.85:
            value = rng.choice(RETURNS if rng.random() < 0.97 else [31, 32, -1, 99])
            return f"{self.module} m{self.mark} {value}" + rng.choice(["", "", " x", " [a b]", "  "])
        name = rng.choice(["pam_permit.so"] * 4 + ["pam_deny.so"] * 4 + ["nosuch.so"] * 3 + [f"[{self.module}] m{self.mark} 0", f"{self.module}#x"])
        if rng.random() < 0.04:
            name = rng.choice(["", "?", ".so", "/", "a/", "x.y.so", "?.so", "/nosuch/?", "pam_permit.so\r", "[]", "[", "\\"])
        return name

    def line(self, names):
        rng = self.rng
        if rng.random() < 0.1:
            return rng.choice(["", "   ", "# note", "\t# account required pam_deny.so", "#"])
        if names and rng.random() < 0.06:
            return rng.choice(["@include ", "@include\t", "@INCLUDE ", "-@include "]) + rng.choice(names) + rng.choice(["", " more"])
        kind = rng.choice(["account"] * 12 + ["auth"] * 4 + ["session"] * 3 + ["password", "-account", "Account", "[account]", "-auth"])
        if rng.random() < 0.01:
            kind = rng.choice(["acount", "-", "[]", "account,", "[", "accounts", "\r", "@includes"])
        gap = rng.choice([" "] * 5 + ["\t", "   ", " \t "])
        if names and rng.random() < 0.22:
            return kind + gap + rng.choice(["include"] * 4 + ["substack"] * 6 + ["Include", "SUBSTACK"]) + gap + rng.choice(names)
        return kind + gap + self.control() + (gap if rng.random() < 0.98 else "") + self.target()

    def dress(self, line):
        rng, chance = self.rng, self.rng.random()
        if chance < 0.04:
            words = line.split(" ")
            at = rng.randrange(len(words))
            middle = rng.choice(["\\\n", "\\ \n", "\\\n\n", "\\\n# between\n", "\\\n  ", "\\\t \n \n"])
            return " ".join(words[:at]) + " " + middle + " ".join(words[at:])
        if chance < 0.08:
            return line + rng.choice([" # note", "#note", "  \t", " \\ # note"])
        if chance < 0.1:
            return rng.choice([" ", "\t"]) + line
        if chance < 0.105:
            return line + rng.choice([" " + "x" * rng.choice([900, 990, 1010, 1022, 1030, 1100, 2100]), "\r", "\x0b", "\x01", "\0x", " \\"])
        return line

    def text(self, names, most):
        rng = self.rng
        text = "\n".join(self.dress(self.line(names)) for _ in range(rng.randrange(most + 1)))
        return text + ("" if rng.random() < 0.1 else "\n")


def build(rng, root, module):
    maker = Maker(rng, module)
    vendor = os.path.join(root, "usr/lib/pam.d")
    folder = os.path.join(root, "etc/pam.d")
    for path in (vendor, folder):
        shutil.rmtree(path, ignore_errors=True)
    conf = os.path.join(root, "etc/pam.conf")
    if os.path.exists(conf):
        os.remove(conf)
    os.makedirs(vendor)
    os.makedirs(folder)
    order = ["a", "b", "c", "d"]
    files = {}
    for i, name in enumerate(order):
        names = order[i + 1:] + (["nosuch"] if rng.random() < 0.1 else [])
        if rng.random() < 0.05:
            names += ["/etc/pam.d/d", "../pam.d/d", ".x", "vendor"]
        files[name] = maker.text(names, 4)
    if rng.random() < 0.02:
        files["d"] += f"account substack {rng.choice(['d', 'c'])}\n"
    files["svc"] = maker.text(order, 8)
    if rng.random() < 0.01:
        files["svc"] += rng.choice(["account include\n", "account substack\n", "@include\n", "session include \\\n\n"])
    if rng.random() < 0.8:
        files["other"] = maker.text(order[2:], 3)
    for name, text in files.items():
        if rng.random() < 0.01:
            rng.choice([os.mkdir, lambda path: os.symlink("nowhere", path), lambda path: os.symlink(os.path.basename(path), path),
                        lambda path: os.symlink("/dev/null", path)])(os.path.join(folder, name))
            continue
        with open(os.path.join(folder, name), "w", newline="") as file:
            file.write(text)
    with open(os.path.join(vendor, "vendor"), "w") as file:
        file.write(maker.text(order, 3))
    if rng.random() < 0.1:
        with open(conf, "w") as file:
            file.write("\n".join(rng.choice(["svc ", "SVC\t", "other ", "else ", "[svc] "]) + maker.line(["/etc/d"]) for _ in range(8)) + "\n")
        if rng.random() < 0.8:
            shutil.rmtree(vendor)
            with open(os.path.join(root, "etc/d"), "w", newline="") as file:
                file.write(files["d"])
            shutil.rmtree(folder)
            return False
    return True


def converse(pam, marks, service, kind):
    """What libpam does."""
    conversation = Conversation(CONVERSE(lambda *ignored: 19), None)
    handle = ctypes.c_void_p()
    marks.value = b""
    if pam.pam_start(service.encode(), b"root", ctypes.byref(conversation), ctypes.byref(handle)) != 0:
        return "refused"
    value = getattr(pam, CALLS[kind])(handle, 0)
    pam.pam_end(handle, 0)
    return f"{marks.value.decode()}= {value}"


def real(pam, marks, questions):
    """The same for several questions, in a child: libpam dies of some, and another child
    goes on."""
    answers = []
    while len(answers) < len(questions):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            signal.alarm(5)
            for service, kind in questions[len(answers):]:
                os.write(writer, (converse(pam, marks, service, kind) + "\n").encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as file:
            answers += file.read().splitlines()
        if os.waitpid(child, 0)[1] != 0:
            answers.append("refused")
    return answers


def bind(path, over):
    subprocess.run(["mount", "--bind", path, over], check=True)


def cover(root):
    """Lays a file system over /usr/lib in which pam.d can be removed; pam.conf counts only
    then. False where the kernel has none."""
    layer = os.path.join(root, "layer")
    os.mkdir(layer)
    subprocess.run(["mount", "-t", "tmpfs", "none", layer], check=True)
    os.mkdir(os.path.join(layer, "upper"))
    os.mkdir(os.path.join(layer, "work"))
    lay = f"lowerdir=/usr/lib,upperdir={layer}/upper,workdir={layer}/work"
    if subprocess.run(["mount", "-t", "overlay", "overlay", "-o", lay, "/usr/lib"], check=False).returncode != 0:
        return False
    shutil.rmtree(VENDOR)
    os.mkdir(VENDOR)
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="keep the trees that disagree here")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    helper = os.path.join(os.environ.get("HELPERS", "build/tests"), "oracle/pam_ask")
    if os.geteuid() != 0:
        print("SKIP: needs root")
        sys.exit(77)
    if not os.path.isdir(VENDOR) or not os.path.exists("/var/lib/dpkg/status"):
        print("SKIP: needs Debian's libpam and a /usr/lib/pam.d")
        sys.exit(77)
    if not options.inside:
        os.execvp("unshare", ["unshare", "-n", "-m", sys.executable, os.path.abspath(__file__), "--inside"] + sys.argv[1:])
    rng = random.Random(options.seed)
    agree = disagree = unknown = 0
    with tempfile.TemporaryDirectory() as root:
        module = os.path.join(root, "mark.so")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib/mark.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", module, source], check=True)
        for name in ("etc", "usr/lib/pam.d", "var/lib/dpkg"):
            os.makedirs(os.path.join(root, name))
        with open(os.path.join(root, "var/lib/dpkg/status"), "w") as file:
            file.write(STATUS)
        with open(os.path.join(root, "etc/passwd"), "w") as file:
            file.write("root:x:0:0::/root:/bin/sh\n")
        for name in ("ld.so.cache", "ld.so.conf"):
            if os.path.exists(os.path.join("/etc", name)):
                shutil.copy(os.path.join("/etc", name), os.path.join(root, "etc"))
        pam = ctypes.CDLL("libpam.so.0")
        marks = (ctypes.c_char * (1 << 16)).in_dll(ctypes.CDLL(module), "pam_marks")
        has_overlay = cover(root)
        bind(os.path.join(root, "etc"), "/etc")
        with subprocess.Popen([helper], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as asking:
            for case in range(options.cases):
                vendored = build(rng, root, module)
                if vendored:
                    bind(os.path.join(root, "usr/lib/pam.d"), VENDOR)
                elif has_overlay:
                    os.rmdir(VENDOR)
                else:
                    continue
                model = []
                for service, kind in QUESTIONS:
                    asking.stdin.write(f"{root} {service} {kind}\n")
                    asking.stdin.flush()
                    model.append(asking.stdout.readline().rstrip("\n"))
                sure = [i for i, answer in enumerate(model) if answer != "unsure"]
                have = real(pam, marks, [QUESTIONS[i] for i in sure])
                if vendored:
                    subprocess.run(["umount", "-l", VENDOR], check=True)
                else:
                    os.mkdir(VENDOR)
                wrong = [(QUESTIONS[i], answer, model[i]) for i, answer in zip(sure, have) if answer != model[i]]
                unknown += len(sure) < len(model)
                agree += not wrong and len(sure) == len(model)
                if wrong:
                    disagree += 1
                    for question, answer, guess in wrong[:2]:
                        print(f"case {case}: {' '.join(question)}: libpam {answer}, model {guess}")
                    if options.keep:
                        shutil.copytree(root, os.path.join(options.keep, str(case)), symlinks=True, ignore=shutil.ignore_patterns("layer"))
            asking.stdin.close()
        for path in ["/etc"] + ["/usr/lib"] * has_overlay + [os.path.join(root, "layer")]:
            subprocess.run(["umount", "-l", path], check=True)
    print(f"{options.cases} cases, {agree} agree, {disagree} disagree, {unknown} unknown")
    sys.exit(1 if disagree else 0)


main()
