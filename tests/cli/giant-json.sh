#!/bin/bash
# The same audit as JSON: the same gaps, in the form that the schema of the project asks for.
. "$(dirname "$0")/lib.sh"

run audit --root "$PROJECT/tests/hosts/giant" --policy "$PROJECT/tests/hosts/giant-gaps.yaml" \
	--format json
status "audit finds gaps" 1
sane "JSON has no raw control byte"
schema=$(echo "$PROJECT"/enforcer/report/*.schema.json)
ok "it validates against the schema" "$PYTHON" -m jsonschema -i "$T/out" "$schema"
ok "the schema refuses a verdict that does not exist" bash -c "
	sed 's/\"verdict\": *\"fail\"/\"verdict\": \"fine\"/' out >wrong.json &&
	! cmp -s out wrong.json && ! '$PYTHON' -m jsonschema -i wrong.json '$schema'"

cat >facts.py <<'END'
import hashlib, json, sys
report = json.load(open("out"))
root = sys.argv[1]

def fact(name, good):
    print(name if good else "WRONG " + name)

controls = {control["id"]: control for control in report["controls"]}

def evidence(control, verdict="fail"):
    return [(e["file"], e["line"], e["text"])
            for f in controls[control]["findings"] if f["verdict"] == verdict
            for e in f["evidence"]]

def line(path, number):
    return open(root + path).read().split("\n")[number - 1]

fact("version of the format", report["holdfast"] == 1)
fact("four controls, all failing", [c["verdict"] for c in report["controls"]] == ["fail"] * 4)
fact("in the order of the policy", [c["item"] for c in report["controls"]] == ["3", "4", "5", "9"])
fact("the summary counts them", report["summary"]["fail"] == 4 and
     sum(report["summary"].values()) == 4)
fact("sshd_config is the evidence", any(e[0] == "/etc/ssh/sshd_config"
     for e in evidence("ssh-keys-only")))
fact("keys: one setting fails alone", len([f for f in controls["ssh-keys-only"]["findings"]
     if f["verdict"] == "fail"]) == 1)
fact("kern.debug is the subject or stands in the reason", any("kern.debug" in json.dumps(f)
     for f in controls["kernel-log"]["findings"] if f["verdict"] == "fail"))
fact("rsh's line", ("/etc/xinetd.d/rsh", 11, line("/etc/xinetd.d/rsh", 11))
     in evidence("inetd-only-mail"))
fact("imap and pop3 hold", len([f for f in controls["inetd-only-mail"]["findings"]
     if f["verdict"] == "fail"]) == 1)
fact("access.conf", any(e[0] == "/etc/security/access.conf"
     for e in evidence("console-root-only")))
every = [e for c in report["controls"] for f in c["findings"] for e in f["evidence"] if e["line"]]
fact("each line is quoted as it stands", every and
     all(e["text"] == line(e["file"], e["line"]) for e in every))
fact("each file's hash", report["files"] and all(
     hashlib.sha256(open(root + f["file"], "rb").read()).hexdigest() == f["sha256"]
     for f in report["files"] if f["sha256"]))
END
"$PYTHON" facts.py "$PROJECT/tests/hosts/giant" >facts 2>&1 || echo "WRONG: stopped" >>facts
silent "what it says is so" WRONG facts
ok "all was looked at" test "$(wc -l <facts)" -eq 12

finish
