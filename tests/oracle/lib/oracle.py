"""What the oracles share: a run over generated cases and real files, the count of answers, and
the search for the smallest case that still disagrees.

An oracle is a subclass of Oracle and a last line `SUBJECT().main()`. A case is a dictionary that
JSON can hold; its key "files" maps paths to texts (one character a byte). Each question asked
of a case gives one Answer.
"""
import argparse
import collections
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time

Answer = collections.namedtuple("Answer", "verdict question detail", defaults=("", ""))
VERDICTS = ("agree", "disagree", "unknown", "invalid")
SHRINK_SECONDS = 30
SHOWN = 5  # disagreements of a run that are shrunk and shown


def skip(reason):
    print("SKIP: " + reason)
    sys.exit(77)


def disagreements(answers):
    return [answer for answer in answers if answer.verdict == "disagree"]


def pieces(items):
    """Halves first, then ever smaller runs: what to leave out of a list."""
    size = len(items)
    while size > 0:
        for start in range(0, len(items), size):
            yield items[:start] + items[start + size:]
        size //= 2


class Oracle:
    name = None  # of the subject, in the table
    cases = 1000  # of the long form
    needs = ()  # programs
    namespaces = ()  # of unshare(1): "--mount", "--net", ...
    jobs = os.cpu_count() or 1  # that share the cases of a run

    def open(self):
        """Once, inside the namespaces."""

    def close(self):
        """Once, at the end."""

    def generate(self, rng):
        """A case."""
        raise NotImplementedError

    def real(self, folder):
        """Cases made of the real files in FOLDER: pairs of a name and a case."""
        return []

    def judge(self, case):
        """The answers: "invalid" is a case that daemon and model both refuse."""
        raise NotImplementedError

    def smaller(self, case):
        """Cases a step smaller: without a file, without lines, without words."""
        for path in sorted(case["files"]):
            files = {name: text for name, text in case["files"].items() if name != path}
            if files:
                yield {**case, "files": files}
        for divide, join in ((lambda text: text.splitlines(keepends=True), "".join), (lambda text: text.split(" "), " ".join)):
            for path in sorted(case["files"]):
                for part in pieces(divide(case["files"][path])):
                    yield {**case, "files": {**case["files"], path: join(part)}}

    # --- the run ------------------------------------------------------------------------

    def settled(self, label, case):
        """The answers. A daemon on a busy machine may lose or delay a message, so what disagrees is
        judged twice more: it counts unless both of those agree, and is told in any case."""
        answers = self.judge(case)
        if not disagreements(answers):
            return answers
        again = self.judge(case)
        if not disagreements(again) and not disagreements(self.judge(case)):
            for answer in disagreements(answers):
                print(f"{self.name}: {label} once in three: {answer.question}: {answer.detail}", flush=True)
            return again
        return answers

    def shrink(self, case):
        deadline = time.monotonic() + SHRINK_SECONDS
        found = True
        while found and time.monotonic() < deadline:
            found = False
            for candidate in self.smaller(case):
                if time.monotonic() > deadline:
                    break
                if candidate != case and disagreements(self.judge(candidate)):
                    case, found = candidate, True
                    break
        return case

    def report(self, label, case, answers, replay):
        small = self.shrink(case)
        print(f"{self.name}: {label} disagrees; at its smallest:")
        for path, text in sorted(small["files"].items()):
            print(f"--- {path}\n{text!r}" if any(c not in "\t\n" and not c.isprintable() for c in text) else f"--- {path}\n{text}")
        rest = {key: value for key, value in small.items() if key != "files"}
        if rest:
            print(f"--- with {json.dumps(rest)}")
        for answer in disagreements(self.judge(small)) or disagreements(answers):
            print(f"  {answer.question}: {answer.detail}")
        path = os.path.join(os.path.dirname(self.row_path("")), f"{self.name}-{label.replace('/', '_').replace(' ', '-')}.json")
        with open(path, "w") as file:
            json.dump(small, file, indent=1)
        print(f"again: {replay}\nor the smallest alone: {os.path.relpath(sys.argv[0])} --replay {path}", flush=True)

    def numbered(self, options):
        start = time.monotonic()
        first, step = (int(number) for number in (options.share or "0/1").split("/"))
        numbers = [options.case] if options.case is not None else range(first, 1 << 60 if options.seconds else options.cases, step)
        for number in numbers:
            if options.seconds and time.monotonic() - start > options.seconds:
                return
            case = self.generate(random.Random(f"{self.name}/{options.seed}/{number}"))
            yield f"case {number}", case, f"{os.path.relpath(sys.argv[0])} --seed {options.seed} --case {number}"

    def chosen(self, options):
        if options.replay:
            with open(options.replay) as file:
                yield "replay", json.load(file), f"{sys.argv[0]} --replay {options.replay}"
        elif options.corpus:
            for name, case in self.real(options.corpus):
                yield name, case, f"{os.path.relpath(sys.argv[0])} --corpus {options.corpus}"
        else:
            yield from self.numbered(options)

    def run(self, options):
        counts, cases, shown = collections.Counter(), 0, 0
        unknown = collections.Counter()
        for label, case, replay in self.chosen(options):
            answers = self.settled(label, case)
            cases += 1
            counts.update(answer.verdict for answer in answers)
            unknown.update(answer.detail for answer in answers if answer.verdict == "unknown")
            if options.verbose:
                for answer in answers:
                    print(f"{label}: {answer.verdict} {answer.question}: {answer.detail}")
            if disagreements(answers) and shown < SHOWN:
                shown += 1
                self.report(label, case, answers, replay)
                if options.first:
                    break
        return cases, counts, unknown

    def run_shared(self, options):
        """The same in several processes, each with its share of the cases and a world of its own."""
        cases, counts, unknown = 0, collections.Counter(), collections.Counter()
        rows = [self.row_path(f"{self.name}.share{number}") for number in range(options.jobs)]
        for path in rows:
            if os.path.exists(path):
                os.remove(path)
        shares = [subprocess.Popen([sys.executable, *sys.argv, "--share", f"{number}/{options.jobs}"], stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, errors="replace") for number in range(options.jobs)]
        running = list(shares)
        while running:
            for share in list(running):
                try:
                    print(share.communicate(timeout=0.2)[0], end="", flush=True)
                except subprocess.TimeoutExpired:
                    continue
                running.remove(share)
                if share.returncode != 0 and options.first:
                    for other in running:
                        other.terminate()
        for share, path in zip(shares, rows):
            if share.returncode == 77:
                sys.exit(77)
            if not os.path.exists(path):  # it died, or another found what the first alone was asked for
                if options.first:
                    continue
                sys.exit(f"{self.name}: a share of the cases ended with status {share.returncode}")
            with open(path) as file:
                row = json.load(file)
            cases += row["cases"]
            counts.update({verdict: row[verdict] for verdict in VERDICTS})
            unknown.update(row["reasons"])
            os.remove(path)
        return cases, counts, unknown

    def row_path(self, name):
        folder = os.path.join(os.environ.get("BUILD", "build"), "oracle")
        os.makedirs(folder, exist_ok=True)
        return os.path.join(folder, name + ".row")

    def main(self):
        parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
        parser.add_argument("--cases", type=int, default=self.cases)
        parser.add_argument("--seconds", type=int, help="go on for so long instead")
        parser.add_argument("--seed", default="1")
        parser.add_argument("--case", type=int, help="this one alone")
        parser.add_argument("--replay", metavar="FILE", help="a case kept by an earlier run")
        parser.add_argument("--corpus", metavar="DIR", help="the real files in this folder")
        parser.add_argument("--first", action="store_true", help="end at the first disagreement")
        parser.add_argument("--verbose", action="store_true", help="each answer")
        parser.add_argument("--jobs", type=int, default=self.jobs, help="processes that share the cases")
        parser.add_argument("--share", metavar="K/N", help=argparse.SUPPRESS)
        options = parser.parse_args()
        if os.geteuid() != 0:
            skip("needs root")
        for program in self.needs:
            if shutil.which(program, path="/usr/sbin:/sbin:/usr/bin:/bin") is None:
                skip(f"{program} is not installed")
        shared = options.share is None and options.jobs > 1 and options.case is None and not options.replay and not options.corpus
        if not shared and self.namespaces and os.environ.get("ORACLE_INSIDE") != self.name:
            os.environ["ORACLE_INSIDE"] = self.name
            os.execvp("unshare", ["unshare", *self.namespaces, sys.executable, *sys.argv])
        name = self.name + ("-real" if options.corpus else "")
        if shared:
            cases, counts, unknown = self.run_shared(options)
        else:
            if options.share:
                name = f"{self.name}.share{options.share.split('/')[0]}"
                signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
            self.open()
            try:
                cases, counts, unknown = self.run(options)
            finally:
                self.close()
        row = {"subject": self.name, "cases": cases, "real": bool(options.corpus), **{verdict: counts[verdict] for verdict in VERDICTS}, "reasons": unknown}
        with open(self.row_path(name), "w") as file:
            json.dump(row, file)
        if not options.share:
            for reason, times in unknown.most_common(20):
                print(f"{self.name}: unknown {times} times: {reason}")
            print(f"{self.name}: {cases} cases, " + ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS))
            if cases == 0:
                skip("no cases")
        sys.exit(1 if counts["disagree"] else 0)


def real_files(folder, name):
    """The name and the text (one character a byte) of each file in FOLDER/NAME."""
    folder = os.path.join(folder, name)
    for entry in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        with open(os.path.join(folder, entry), encoding="latin-1", newline="") as file:
            yield entry, file.read()


def apply(*words):
    """holdfast apply --yes WORDS; what it refuses because somebody would be locked out is then accepted: the
    daemon alone is the judge here."""
    command = [os.environ.get("HOLDFAST", "build/holdfast"), "apply", "--yes", *words]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    accepted = re.findall(r"--accept \S+", done.stdout + done.stderr)
    if accepted:
        command += " ".join(accepted).split()
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    return done


def helper(subject):
    """The program that answers for the model."""
    return os.path.join(os.environ.get("HELPERS", "build/tests"), f"oracle/{subject}_ask")
