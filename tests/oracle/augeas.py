#!/usr/bin/env python3
"""Compares where paths lead in what stock lenses read with what augtool finds: generated files of some
formats, and generated paths.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from oracle import Answer, Oracle, helper, real_files

# lines of each format, and the labels below the top that it has
FORMATS = {
    "Hosts": (["127.0.0.1 localhost lo", "::1 localhost ip6-localhost  ip6-loopback", "192.0.2.1\ta.example a", "# comment", "",
               "192.0.2.1 b.example # end"], "ipaddr canonical alias #comment"),
    "Sysctl": (["kernel.sysrq = 0", "net.ipv4.ip_forward=1", "net/ipv4/ip_forward = 0", "; c", "# c", "", "-kernel.x = a b c"],
               "kernel.sysrq net.ipv4.ip_forward net/ipv4/ip_forward #comment"),
    "Login_defs": (["UMASK\t\t022", "PASS_MAX_DAYS 99999", "PASS_MAX_DAYS\t90", "ENCRYPT_METHOD SHA512", "# c", "", "ENV_PATH PATH=/bin:/usr/bin"],
                   "UMASK PASS_MAX_DAYS ENCRYPT_METHOD ENV_PATH #comment"),
    "Fstab": (["/dev/sda1 / ext4 errors=remount-ro,noatime 0 1", "proc /proc proc defaults 0 0", "UUID=x /home xfs nodev,nosuid", "# c", "",
               "a:/b /mnt nfs ro,vers=4 0 0"], "spec file vfstype opt value dump passno #comment"),
    "Services": (["ssh 22/tcp", "domain 53/tcp dns name # x", "domain 53/udp", "# c", ""], "service-name port protocol alias #comment"),
    "Shellvars": (["A=1", "A=2", "export B='x y'", 'C="1"', "D=(a b c)", "# c", "", "unset E", "source /etc/x"], "A B C D export unset .source 1 2 3 #comment"),
    "Ntp": (["driftfile /var/lib/ntp/drift", "server 0.example iburst", "server 192.0.2.1 key 5", "restrict default ignore", "restrict 127.0.0.1",
             "statistics loopstats peerstats", "# c", ""], "driftfile server restrict statistics iburst key action ignore loopstats #comment"),
    "Passwd": (["root:x:0:0:root:/root:/bin/sh", "a:*:100:100::/home/a:/bin/false", "b:x:100:100:,,,:/:"], "root a b uid gid name home shell password"),
    "Nsswitch": (["passwd: files systemd", "hosts: files dns [NOTFOUND=return] mdns", "# c", ""], "database service reaction status action #comment"),
    "Json": (['{"a": [1, 2, {"b": "x"}], "a": "y",', ' "c": {"a": null, "b": true}}'], "dict entry array number string const a b c"),
    "Xinetd": (["service a", "{", "\tdisable = yes", "\tflags = A B", "\tflags += C", "}", "defaults", "{", "}"], "service defaults disable flags value"),
}
WORDS = re.compile(r"[^\s=:,/'\"]+")


class Augeas(Oracle):
    name = "augeas"
    cases = 1000
    needs = ("augtool",)

    def open(self):
        self.folder = tempfile.mkdtemp(prefix="holdfast-augeas.")
        self.model = subprocess.Popen([helper(self.name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="latin-1")

    def close(self):
        self.model.stdin.close()
        self.model.wait()
        shutil.rmtree(self.folder)

    def quoted(self, rng, text):
        return f"'{text}'" if "'" not in text and ('"' in text or rng.random() < 0.7) else f'"{text}"'

    def label(self, rng, labels):
        return re.sub(r"([/\\[\]])", r"\\\1", rng.choice(labels))

    def step(self, rng, labels, words):
        names = [label for label in labels if not label[0].isdigit()]
        text = "*" if rng.random() < 0.4 else self.label(rng, labels)
        for _ in range(rng.choice([0, 0, 0, 1, 1, 2])):
            sort, blank = rng.randrange(4), rng.choice(["", "", " "])
            value = self.quoted(rng, rng.choice(words))
            inside = (str(rng.choice([1, 1, 2, 3, 7])), "last()", f".{blank}={blank}{value}", f"{self.label(rng, names)}{blank}={blank}{value}")[sort]
            text += f"[{blank}{inside}{blank}]"
        return text

    def generate(self, rng):
        module = rng.choice(sorted(FORMATS))
        lines, labels = FORMATS[module]
        labels = labels.split() + ["1", "2", "01"]
        if module not in ("Json", "Xinetd"):
            lines = [rng.choice(lines) for _ in range(rng.choice([0, 1, 3, 8, 20]))]
        elif rng.random() < 0.2:
            lines = lines[:rng.randrange(len(lines))]
        if rng.random() < 0.05:
            lines = [*lines, "= ? ["]
        text = "".join(line + "\n" for line in lines)
        words = WORDS.findall(text) + ["x"]
        paths = ["/".join(self.step(rng, labels, words) for _ in range(rng.choice([1, 1, 2, 2, 3, 4]))) for _ in range(20)]
        return {"files": {"file": text}, "module": module, "paths": paths}

    def smaller(self, case):
        for path in case["paths"] if len(case["paths"]) > 1 else []:
            yield {**case, "paths": [path]}
        yield from super().smaller(case)

    def real(self, folder):
        lenses = {"sshd": "Sshd", "xinetd": "Xinetd", "access": "Access"}
        for kind, module in lenses.items():
            for name, text in real_files(folder, kind):
                yield f"{kind}/{name}", {"files": {"file": text}, "module": module, "paths": ["*", "*/*", "*/*/*", "*[last()]", "*[1]/*[2]"]}

    def judge(self, case):
        path, module = os.path.join(self.folder, "file"), case["module"]
        with open(path, "w", encoding="latin-1", newline="") as file:
            file.write(case["files"]["file"])
        for text in case["paths"]:
            self.model.stdin.write(f"{module}\t{path}\t{text}\n")
        self.model.stdin.flush()
        told = []
        for _ in case["paths"]:
            told.append([])
            while (line := self.model.stdout.readline()) not in ("\n", ""):
                told[-1].append(line.rstrip("\n"))
        return self.compare(case, told)

    def compare(self, case, told):
        script = "set /end x\n" + "".join(f"get /end\nmatch /files/file/{path}\n" for path in case["paths"])
        script += "get /end\nmatch /augeas/files/file/error\n"
        done = subprocess.run(["augtool", "-r", self.folder, "--noautoload", "-t", f"{case['module']} incl /file"], input=script, capture_output=True,
                              text=True, encoding="latin-1", check=False)
        found = [part.splitlines() for part in re.split(r"^/end = x\n", done.stdout, flags=re.M)[1:]]
        if any("error = " in line for line in found[-1]):
            good = all(len(lines) == 1 and lines[0].startswith("! the lens does not accept it") for lines in told)
            return [Answer("invalid" if good else "disagree", "the file", f"{told[0]}, and augtool refuses it")]
        answers = []
        for path, lines, want in zip(case["paths"], told, found):
            want = [] if want == ["  (no matches)"] else [self.plain(line) for line in want]
            answers.append(Answer("agree" if lines == want else "disagree", f"{case['module']} {path}", f"{lines}, and augtool has {want}"))
        return answers

    @staticmethod
    def plain(line):
        """LABEL = VALUE of a line PATH = VALUE."""
        match = re.match(r"(?:/(?:[^/\\ =]|\\.)+)*/((?:[^/\\ =]|\\.)+?)(\[\d+\])?(?: = (.*))?$", line)
        if match is None:
            return line
        label = re.sub(r"\\(.)", r"\1", match.group(1))
        return f"{label} (none)" if match.group(3) in (None, "(none)") else f"{label} = {match.group(3)}"


if __name__ == "__main__":
    Augeas().main()
