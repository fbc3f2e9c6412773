#!/usr/bin/env python3
"""Compares which units the model finds started at boot with the jobs of systemd's own first transaction
(systemd --test), on generated trees of units, links, drop-ins, masks and init scripts. Of the links some are
made by systemctl(1) itself, and the units of the scripts by systemd-sysv-generator(8).
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
from oracle import Answer, Oracle, helper

SYSTEMD = "/usr/lib/systemd/systemd"
GENERATOR = "/usr/lib/systemd/system-generators/systemd-sysv-generator"
ETC, LIB, LATE = "etc/systemd/system", "usr/lib/systemd/system", "run/systemd/generator.late"
SERVICES = ["a.service", "b.service", "c.service", "d-e.service", "d-f.service", "x@1.service", "x@2.service"]
TARGETS = ["multi-user.target", "graphical.target", "basic.target", "sockets.target", "timers.target", "extra.target"]
EARLY = TARGETS[2:5]
OTHERS = ["a.socket", "b.socket", "c.timer", "d-e.path"]
ALIASES = ["alias.service", "other.service", "y@1.service", "y@.service"]
SCRIPTS = ["a", "s1", "s2", "s3.sh"]
ASKED = SERVICES + OTHERS + ["alias.service", "other.service", "y@1.service", "s1.service", "s2.service", "s3.service", "extra.target"]
BASE = {
    f"{LIB}/graphical.target": "[Unit]\nRequires=multi-user.target\nConflicts=rescue.target\n",
    f"{LIB}/multi-user.target": "[Unit]\nRequires=basic.target\nConflicts=rescue.service rescue.target\n",
    f"{LIB}/basic.target": "[Unit]\nRequires=sysinit.target\nWants=sockets.target timers.target paths.target slices.target\n",
    f"{LIB}/sysinit.target": "[Unit]\nConflicts=emergency.service emergency.target\n",
    f"{LIB}/sockets.target": "[Unit]\n", f"{LIB}/timers.target": "[Unit]\nDefaultDependencies=no\n",
    f"{LIB}/shutdown.target": "[Unit]\nDefaultDependencies=no\n", f"{LIB}/extra.target": "[Unit]\n",
    f"{LIB}/rescue.target": "[Unit]\nRequires=sysinit.target\n",
}


class Service(Oracle):
    name = "service"
    cases = 150
    needs = ("systemctl", SYSTEMD, GENERATOR)

    def open(self):
        self.root = tempfile.mkdtemp(prefix="holdfast-service.")
        os.chmod(self.root, 0o755)
        self.model = subprocess.Popen([helper(self.name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, errors="replace")

    def close(self):
        self.model.stdin.close()
        self.model.wait()
        shutil.rmtree(self.root)

    @staticmethod
    def unit(rng, name):
        """The text of a unit of that name."""
        kind = name.rsplit(".", 1)[1]
        lines = ["[Unit]"]
        for _ in range(rng.choice([0, 0, 1, 1, 2])):
            word = rng.choice(SERVICES + OTHERS + ALIASES[:3] + ["extra.target", "s1.service", "none.service", "x@%i.service", "x@%p.service"])
            lines.append(rng.choice(["Wants", "Wants", "Requires", "BindsTo", "Upholds", "Conflicts", "PartOf"]) +
                         rng.choice(["=", " = "]) + word + rng.choice(["", "", " c.timer", " \\\n a.socket"]))
        if rng.random() < 0.1:
            lines.append("DefaultDependencies=" + rng.choice(["no", "yes", "off"]))
        section = {"service": "[Service]", "socket": "[Socket]", "timer": "[Timer]", "path": "[Path]"}.get(kind)
        lines += {"service": ["[Service]", "Type=oneshot"] + rng.choice([["ExecStart=/bin/true"]] * 6 + [[], ["ExecStart=/bin/true", "ExecStart="],
                                                                                               ["ExecStop=/bin/true"]]),
                  "socket": ["[Socket]", "ListenStream=/run/holdfast-x"] + rng.choice([[], [], ["Service=c.service"], ["Accept=yes"]]),
                  "timer": ["[Timer]", "OnBootSec=1d"] + rng.choice([[], ["Unit=b.service"]]),
                  "path": ["[Path]", "PathExists=/x"]}.get(kind, [])
        if section == "[Service]" and rng.random() < 0.1:
            lines.append("Sockets=" + rng.choice(OTHERS[:2]))
        lines += ["[Install]", "WantedBy=" + rng.choice(["multi-user.target", "graphical.target", "extra.target", "a.service"])]
        if kind == "service" and "@" not in name and rng.random() < 0.3:
            lines.append("Alias=" + rng.choice(ALIASES[:2]))
        return "\n".join(lines) + "\n"

    def generate(self, rng):
        files = dict(BASE)
        files[f"{rng.choice([ETC, LIB])}/default.target"] = "-> /" + LIB + "/" + rng.choice(TARGETS[:2] + TARGETS[:2] + ["extra.target"])
        files[f"{LIB}/x@.service"] = self.unit(rng, "x@.service")
        for name in SERVICES[:5] + OTHERS:
            if rng.random() < 0.75:
                files[f"{rng.choice([ETC, LIB, LIB])}/{name}"] = self.unit(rng, name)
        for _ in range(rng.choice([1, 2, 3, 4])):
            target = rng.choice(TARGETS + TARGETS + SERVICES[:2] + ["x@.service", "d-.service", "alias.service", "service"])
            # what is ordered after an early target must not be wanted by it: a job of such a cycle is deleted
            name = rng.choice(OTHERS if target in EARLY else SERVICES + OTHERS + ALIASES[:3] + ["extra.target", "s2.service"])
            kind = rng.choice(["wants", "wants", "requires"])
            leads = rng.choice([f"/{LIB}/{name}"] * 8 + ["/dev/null", "/nowhere", f"../{name}"])
            files[f"{rng.choice([ETC, LIB])}/{target}.{kind}/{name}"] = "-> " + leads
        for _ in range(rng.choice([0, 0, 1, 2])):
            unit = rng.choice(SERVICES + TARGETS[:2] + ["d-.service", "x@.service", "alias.service", "service"])
            files[f"{rng.choice([ETC, LIB])}/{unit}.d/{rng.choice('123')}.conf"] = "[Unit]\n" + rng.choice(
                ["Wants=b.service\n", "Requires=c.service\n", "Wants=\n", "Requires=none.service\n", "Wants=extra.target\n"])
        for _ in range(rng.choice([0, 0, 1, 1, 2])):
            alias, unit = rng.choice(ALIASES), rng.choice(SERVICES[:3] + ["x@.service", "x@1.service"])
            files[f"{ETC}/{alias}"] = "-> " + rng.choice([f"/{LIB}/{unit}", unit])
        for _ in range(rng.choice([0, 0, 0, 1, 2])):
            files[f"{rng.choice([ETC, LIB])}/{rng.choice(SERVICES + OTHERS + ['s1.service', 'extra.target'])}"] = rng.choice(["-> /dev/null", ""])
        for script in SCRIPTS:
            if rng.random() < 0.4:
                files[f"etc/init.d/{script}"] = rng.choice(["x", "x", "x", "-"]) + "#!/bin/sh\n"
        for _ in range(rng.choice([0, 1, 2])):
            script = rng.choice(SCRIPTS)
            files[f"etc/rc{rng.choice('23356')}.d/{rng.choice('SSSK')}01{script}"] = f"-> ../init.d/{script}"
        done = [rng.choice(["enable", "enable", "disable", "mask"]) + " " + rng.choice(SERVICES + OTHERS)
                for _ in range(rng.choice([0, 0, 1, 1, 2]))]
        # known to be wrong: systemd starts an instance that is masked when another template's alias leads to it
        if any(path.endswith("/y@.service") for path in files):
            done = [words for words in done if words != "mask x@1.service"]
            files = {path: text for path, text in files.items() if not path.endswith(("/x@1.service", "/y@1.service"))}
        return {"files": files, "systemctl": done}

    def write(self, case):
        for name in os.listdir(self.root):
            shutil.rmtree(os.path.join(self.root, name))
        for path in (ETC, LIB, LATE, "run/early", "run/normal", "etc/init.d", "home"):
            os.makedirs(os.path.join(self.root, path))
        for path, text in case["files"].items():
            path = os.path.join(self.root, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if text.startswith("-> "):
                # a link from the root is one from this root
                leads = text[3:]
                os.symlink(self.root + leads if leads.startswith("/" + LIB) else leads, path)
                continue
            with open(path, "w") as file:
                file.write(text[1:] if "/init.d/" in path else text)
            if "/init.d/" in path:
                os.chmod(path, 0o755 if text[0] == "x" else 0o644)

    def systemd(self):
        """The names of units for which systemd has a job, with their aliases; None when it deleted some over a cycle."""
        paths = ":".join(os.path.join(self.root, path) for path in (ETC, LIB, LATE))
        environment = {"PATH": os.environ["PATH"], "HOME": self.root + "/home", "SYSTEMD_UNIT_PATH": paths, "SYSTEMD_LOG_LEVEL": "warning",
                       "SYSTEMD_SYSVINIT_PATH": self.root + "/etc/init.d", "SYSTEMD_SYSVRCND_PATH": self.root + "/etc"}
        folders = [os.path.join(self.root, path) for path in ("run/normal", "run/early", LATE)]
        subprocess.run([GENERATOR] + folders, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        subprocess.run(["chmod", "-R", "a+rX", self.root], check=True)
        done = subprocess.run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", SYSTEMD, "--test", "--system"], env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
        if "ordering cycle" in done.stderr:
            return None
        units, jobs, name = {}, set(), None
        for line in done.stdout.split("\n"):
            if match := re.match(r"\t-> Unit (\S+):$", line):
                name = match.group(1)
                units[name] = name
            elif match := re.match(r"\t\tAlias: (\S+)$", line):
                units[match.group(1)] = name
            elif match := re.match(r"\s+Action: (\S+) -> start$", line):
                jobs.add(match.group(1))
        return {name for name, own in units.items() if own in jobs}

    def ask(self, names):
        # a root of its own: links must not lead out of it
        self.model.stdin.write(f"{self.root}\n{' '.join(names)}\n")
        self.model.stdin.flush()
        return [self.model.stdout.readline().rstrip("\n").split(" ", 1) for _ in names]

    def judge(self, case):
        self.write(case)
        for words in case.get("systemctl", []):
            subprocess.run(["systemctl", "--root", self.root, "--quiet", "--no-reload"] + words.split(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                           check=False)
        self.relink(self.root, "")
        said = self.ask(ASKED)
        self.relink("", self.root)
        started = self.systemd()
        if started is None:
            return [Answer("unknown", "the case", "it has an ordering cycle, which the model does not look for")]
        answers = []
        for name, (state, reason) in zip(ASKED, said):
            want = name in started
            if state == "unknown":
                answers.append(Answer("unknown", name, reason))
            else:
                good = (state == "started") == want
                answers.append(Answer("agree" if good else "disagree", name, f"{state} ({reason}), and systemd {'starts' if want else 'does not start'} it"))
        return answers

    def relink(self, before, after):
        """Links into the vendor's folder are seen from the root, or from the host."""
        for folder, _, names in os.walk(self.root):
            for name in names:
                path = os.path.join(folder, name)
                if not os.path.islink(path):
                    continue
                leads = os.readlink(path)
                if leads.startswith(before + "/usr/lib/") or leads.startswith(before + "/etc/systemd/"):
                    os.unlink(path)
                    os.symlink(after + leads[len(before):], path)


Service().main()
