#!/bin/bash
# Several roots in one run: in the order given, each with its own verdicts; JSON and text
# agree; what can't be audited does not stop the rest.
. "$(dirname "$0")/lib.sh"

cat >policy.yaml <<'END'
holdfast: 1
title: one daemon
assume:
  openssh: 9.2p1
controls:
  - id: keys
    title: Only keys
    sshd:
      settings:
        PasswordAuthentication: "no"
  - id: waived
    title: Accepted
    sshd:
      settings:
        X11Forwarding: "no"
  - id: expired
    title: No longer accepted
    sshd:
      settings:
        PermitRootLogin: "no"
END
cat >waivers.yaml <<'END'
holdfast: 1
overlay:
  - id: waived
    waive: { owner: the owner, reason: is needed, until: 2999-12-31 }
  - id: expired
    waive: { owner: the owner, reason: was needed, until: 2001-01-01 }
END

# make_host NAME PASSWORD: its PasswordAuthentication.
make_host()
{
	mkdir -p "$1/etc/ssh"
	printf 'PasswordAuthentication %s\nPermitRootLogin no\nX11Forwarding no\n' "$2" \
		>"$1/etc/ssh/sshd_config"
	echo "$1" >"$1/etc/hostname"
}

roots=()
for number in $(seq 1 30); do
	make_host "host$number" "$([ $((number % 3)) -eq 0 ] && echo yes || echo no)"
	roots+=(--root "host$number")
done
truncate -s 9M host7/etc/ssh/sshd_config

run audit --policy policy.yaml "${roots[@]}"
status "any fail is 1, though one is unknown" 1
sed -n 's/^\(host[0-9]*\) (.*/\1/p' out >order
seq -f 'host%g' 1 30 >want
same "text is in the order given" order want
cp out text
is "each root with gaps has its heading before them" \
	"$(grep -A1 '^host[0-9]*:$' out | grep -c '^\(fail\|unknown\) keys')" 11

run audit --policy policy.yaml --format json "${roots[@]}"
status "JSON has the same status" 1
"$PYTHON" - text out >facts <<'END'
import json, re, sys
text = open(sys.argv[1]).read()
reports = [json.loads(line) for line in open(sys.argv[2])]
print([r["root"] for r in reports] == ["host%d" % n for n in range(1, 31)])
print([r["host"] for r in reports] == ["host%d" % n for n in range(1, 31)])
want = lambda n: "unknown" if n == 7 else "fail" if n % 3 == 0 else "pass"
print(all(r["controls"][0]["verdict"] == want(n) for n, r in enumerate(reports, 1)))
summary = []
for report in reports:
    counts = report["summary"]
    words = ", ".join("%d %s" % (counts[v], v) for v in ("fail", "invalid", "unknown",
        "manual", "waived", "not-applicable", "pass") if counts[v])
    summary.append("%s (%s): 3 controls: %s" % (report["root"], report["host"], words))
print(re.findall(r"^host\d+ \(.*", text, re.M) == summary)
END
is "JSON says what the text says" "$(sort -u facts)" True
schema=$PROJECT/enforcer/report/audit.schema.json
objects=0
while read -r line; do
	objects=$((objects + 1))
	echo "$line" >"object$objects"
done <out
ok "each line validates against the schema" "$PYTHON" -m jsonschema \
	$(seq -f '-i object%g' 1 30) "$schema"

run audit --policy policy.yaml --root host1 --root host7
status "unknown is 2" 2
run audit --policy policy.yaml --root host1 --root host2
status "all hold is 0" 0
run audit --policy policy.yaml --root host1 --root nowhere --root host3
status "a root that is not there is 3" 3
says "and is named" nowhere err
is "the others are audited" "$(grep -c '^host[13] ' out)" 2

# Waivers.
sed -i 's/X11Forwarding no/X11Forwarding yes/; s/PermitRootLogin no/PermitRootLogin yes/' \
	host1/etc/ssh/sshd_config
run audit --policy policy.yaml --overlay waivers.yaml --root host1
status "an expired waiver does not waive" 1
says "waived is said" "waived waived"
says "until when, by whom and why" "waived through 2999-12-31 (the owner answers for it: is needed)"
says "the expired one fails" "fail expired"
says "and says that it expired" "the waiver ended with 2001-01-01, and counts no longer (the owner answered for it: was needed)"
sane "waivers are plain"
run audit --policy policy.yaml --root host1 keys
says "a part of the policy: said so" "host1 (host1): 1 of 3 controls: "
run audit --policy policy.yaml --format json --root host1 keys
says "a part of the policy: in JSON" '"partial":true,"policy-controls":3'
ok "and as the schema says" "$PYTHON" -m jsonschema -i out "$schema"
run audit --policy policy.yaml --overlay waivers.yaml --root host1 waived
status "a waived control counts for nothing" 0
run audit --policy policy.yaml --overlay waivers.yaml --root host1 --format json
ok "waivers validate" "$PYTHON" -m jsonschema -i out "$schema"
is "waived in JSON" "$(verdict waived)" waived
is "expired in JSON" "$(verdict expired)" fail
is "both are needed, or over" "$(grep -o '"idle":[a-z]*' out | sort | uniq -c | tr -s ' ')" ' 2 "idle":false'
sed -i 's/X11Forwarding yes/X11Forwarding no/; s/PermitRootLogin yes/PermitRootLogin no/' host1/etc/ssh/sshd_config
run audit --policy policy.yaml --overlay waivers.yaml --root host1
status "a waiver that is needed no longer changes nothing" 0
says "it is said" "pass waived (risk medium): Accepted
  the waiver through 2999-12-31 is needed no longer, as the control holds (the owner answers for it: is needed)
host1"
silent "nothing of one that is over" "pass expired"
run audit --policy policy.yaml --overlay waivers.yaml --root host1 --format json
ok "and as the schema says" "$PYTHON" -m jsonschema -i out "$schema"
says "it is said in JSON" '"until":"2999-12-31","expired":false,"idle":true'
run report --policy policy.yaml --overlay waivers.yaml --root host1
says "it is said in the report" "- Exception: the waiver through 2999-12-31 is needed no longer, as the control holds"
says "and in its summary" "The waiver of \`waived\` is needed no longer: the control holds."
sed -i 's/X11Forwarding no/X11Forwarding yes/; s/PermitRootLogin no/PermitRootLogin yes/' host1/etc/ssh/sshd_config

# Long work shows on a terminal how far it is, and takes that away; short work does not.
mkdir -p long/etc
"$PYTHON" -c 'print("".join("service s%d\n{\n\tdisable = no\n\tserver = /x\n}\n" % n
	for n in range(60000)))' >long/etc/xinetd.conf
printf 'holdfast: 1\ntitle: t\ncontrols: [{ id: x, xinetd: { only: [imap] } }]\n' >long.yaml
"$PYTHON" "$PROJECT/tests/cli/terminal.py" "" "$HOLDFAST" audit --policy long.yaml --root long \
	>out
says "long work shows progress" "0 of 1 roots audited"
ok "and takes it away" grep -q $'\r\033\[K' out
run audit --policy long.yaml --root long
silent "not without a terminal" "roots audited" err
"$PYTHON" "$PROJECT/tests/cli/terminal.py" "" "$HOLDFAST" audit --policy policy.yaml --root host3 \
	>out
silent "short work shows none" "roots audited"
says "but the same" "host3 (host3): 3 controls: 1"

# Colour, and where it comes from.
run audit --policy policy.yaml --root host3 --color always
ok "--color always colours" grep -q $'\033\\[' out
run audit --policy policy.yaml --root host3 --color never
sane "--color never does not"
run audit --policy policy.yaml --root host3 --color=sometimes
status "another word is an error" 3
says "that lists the words" "auto|always|never" err
"$HOLDFAST" audit --policy policy.yaml --root host3 >/dev/full 2>err
is "a full disk is an error" "$?" 3
"$HOLDFAST" audit --policy policy.yaml --root host3 >&- 2>err
is "a closed output is an error" "$?" 3
("$HOLDFAST" audit --policy policy.yaml "${roots[@]}" -v; echo $? >status) 2>err | true
is "a reader that goes away ends it by SIGPIPE, or was served" "$(sed 's/^1$/141/' status)" 141
is "without a word" "$(cat err)" ""
"$HOLDFAST" audit --policy policy.yaml --root host3 <&- >out 2>&-
is "closed input and errors are none" "$?" 1
finish
