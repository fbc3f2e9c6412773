#!/bin/bash
# The report to keep: whole, and nothing in it that a hostile root could make a reader see.
. "$(dirname "$0")/lib.sh"
report=(report --policy "$PROJECT/tests/hosts/giant-gaps.yaml")
cp -a "$PROJECT/tests/hosts/giant" "$T/giant"
mkdir -p "$T/giant/var/lib" "$T/giant/var/log"
cd "$T" || exit 1

run "${report[@]}" --root giant
status "gaps" 1
sane "plain text"
for line in '# Audit of giant' '## Executive summary' 'The host does not comply with the policy: of 4 controls 4 do not hold. The highest residual risk among them is **high**.' \
	'| high | 1 | 3 | Shell access only over SSH, and only with keys (`ssh-keys-only`) | fail |' '### 4. Only root logs in at the console (`console-root-only`)' \
	'- Control objective: A console that somebody' '- Testing: Work out where the syslog daemon sends each level of kern' \
	"- What next: \`holdfast plan --policy $PROJECT/tests/hosts/giant-gaps.yaml --root giant kernel-log\` shows" \
	'- Residual risk: medium' '    - KbdInteractiveAuthentication: no' '| high | 2 | 0 | 0 | 0 | 0 |' \
	'| unknown | It could not be told' "- To test it again: \`holdfast audit --policy $PROJECT/tests/hosts/giant-gaps.yaml --root giant ssh-keys-only\`" '- By hand, on the audited host unless it says otherwise:' "  - as root \`sshd -T -C" \
	'/etc/syslog.conf:7: *.info;mail.none;authpriv.none;cron.none' \
	'There is no journal'; do
	says "it says: $line" "$line"
done
is "risks: the worst first" "$(sed -n 's/^| \([a-z]*\) | [0-9].*(.*/\1/p' "$T/out" | tr '\n' ' ')" "high high medium low "
ok "what was read, with its hash" grep -qx "$(sha256sum <giant/etc/syslog.conf | cut -c 1-64)  /etc/syslog.conf" "$T/out"

cat >recorded.yaml <<'END'
holdfast: 1
overlay:
  - id: inetd-only-mail
    mitigation: Disable *rsh*
END
run "${report[@]}" --root giant --overlay recorded.yaml
hash=$(cat "$PROJECT/tests/hosts/giant-gaps.yaml" recorded.yaml | sha256sum | cut -c 1-64)
says "an overlay: named, and how its hash is worked out" "giant-gaps.yaml, with the overlay recorded.yaml, SHA-256 \`$hash\`, which \`cat $PROJECT/tests/hosts/giant-gaps.yaml recorded.yaml | sha256sum\` gives)"
says "what the policy says to do" '- Mitigation: Disable \*rsh\*'
run report --root giant --policy "$PROJECT/policy/profiles/isp-mail.yaml" \
	--overlay "$PROJECT/tests/hosts/giant-evidence/overlay.yaml"
cp "$T/out" report
age=$((($(date +%s -d "$(date +%F) UTC") - $(date +%s -d "2004-02-10 UTC")) / 86400))
says "what was recorded elsewhere" "- Evidence recorded elsewhere: router.txt, taken on 2004-02-10, $age days before this audit, believed for 36500 days, SHA-256 \`$(sha256sum <"$PROJECT/tests/hosts/giant-evidence/router.txt" | cut -c 1-64)\`"
says "evidence: how the like is made" "the like can be made with: ps -efww >FILE, ps auxww"
for line in "- Root: giant, which is $(realpath giant)" '- Operating system: Red Hat Enterprise Linux ES release 3 (Taroon)' \
	'- Testing: apt-get update && apt-get -s dist-upgrade;' '- Assumed where the host does not say: openssh 3.6.1p2, syslog sysklogd' ", run by uid " \
	'| 5 | fail | `inetd-only-mail` fail, `no-trusted-hosts` fail |' \
	'| 15 | manual | `backup-restored` manual, `backup-made` not looked at, `backup-scheduled` pass |' \
	'The root is no running system: what ran,' '- Score: **manual**, to be answered by a person' \
	'- Why: A disk that is carried away needs no password' '  - `systemctl is-enabled ssh sshd` under systemd, else `ls /etc/rc?.d`, and `chkconfig --list`, where it exists' \
	'`ls -ld /usr/sbin/sendmail /usr/lib/sendmail`' 'on the router: `show running-config`, which is what is judged; ' \
	'- Score: **not-applicable**, not looked at'; do
	says "it says: $line" "$line"
done
is "the level of risk, also where a control holds" "$(grep -A1 '^- Risk when it does not hold: high' report | grep -c '^- Residual risk: none')" 4
is "items in the order of their numbers" "$(sed -n '/^## Items/,/^## What/s/^| \([0-9]*\) |.*/\1/p' report | tr '\n' ' ')" "$(seq 1 20 | tr '\n' ' ')"
ok "what is not there is no evidence" bash -c '! grep -q "^[^ ]*attestations.jsonl" report'
named=$(sed -n '/^## What was read/,/^## Change/{s/^[0-9a-f]\{64\}  //p;s/^[a-z/].*[/].*/&/p}' report)
is "each file that is named as evidence is in a list" "$(sed -n '/^## Controls/,/^## What was read/{/^```text/,/^```$/{/^```/d;s/:[0-9]*: .*//;p}}' report |
	sort -u | grep -vxF "$named")" ""
"$HOLDFAST" audit --format json --root giant --policy "$PROJECT/policy/profiles/isp-mail.yaml" \
	--overlay "$PROJECT/tests/hosts/giant-evidence/overlay.yaml" >all.json
"$PYTHON" - all.json report >facts <<'END'
import json, re, sys
audit, report = json.load(open(sys.argv[1])), open(sys.argv[2]).read()
here = re.findall("^([0-9a-f]{64})  (/.*)$", report, re.M)
every = [(f["sha256"], f["file"]) for f in audit["files"]]
print(len(every) > 20 and here == every)
print([o.rsplit("/", 1)[1] for o in audit["policy"]["overlays"]], audit["system"])
END
is "every file that was read is in the list, with its hash" "$(cat facts)" "True
['overlay.yaml'] Red Hat Enterprise Linux ES release 3 (Taroon)"
ok "as the schema says" "$PYTHON" -m jsonschema -i all.json "$PROJECT/enforcer/report/audit.schema.json"
says "what a person must do" "record the answer with \`holdfast attest --policy $PROJECT/policy/profiles/isp-mail.yaml --overlay "
says "where its commands are to be given" "- Commands of holdfast below are to be given in: $(pwd)"
# next ID: what is next for it
next()
{
	sed -n "/(\`$1\`)\$/,/^##* /s/^- What next: //p" report
}
is "an unknown one: what a person can do" "$(next logs-watched)" "do what the reason below asks for, and audit again; where it asks for nothing, look by hand as said below, and waive the control in an overlay or put one of kind attest in its place"
is "an unknown one: where evidence goes" "$(next patches-applied)" "$(next logs-watched); evidence is named in an overlay, by the key \`evidence\` of this control with \`file\`, \`date\` and \`sha256\`: holdfast-policy(5) has one under EXAMPLES"
says "the evidence that is wanted" 'evidence, made there with: LC_ALL=C apt-get -s dist-upgrade >FILE'
says "the policy's own compliance: counted once" "of 29 controls 7 do not hold, and 10 are open."
says "it is tested again by all controls" "- To test it again: \`holdfast audit --policy $PROJECT/policy/profiles/isp-mail.yaml --overlay $PROJECT/tests/hosts/giant-evidence/overlay.yaml --root giant\`"
is "its commands give its verdict" "$(sed -n '/(`policy-complied-with`)$/,/^###* /s/^- To test it again: `holdfast \(.*\)`$/\1/p' report |
	(read -ra words; "$HOLDFAST" "${words[@]}" --format json >out; verdict policy-complied-with))" fail
cp report out
says "nothing is changed for it alone" "- What next: nothing of its own: it follows when the other controls hold"
says "and said so" '(`policy-complied-with`, fail), only repeats what these say, and is in none of the figures'
says "a verdict of the day of its evidence" "- **pass** ssh on 2004-02-10: runs"
says "how old its evidence is: in the summary" "5 verdicts rest on evidence that was recorded elsewhere on 2004-02-10, $age days before this audit"
is "the verdicts are those of as many" "$(sed -n '/^The verdicts of 29 controls:$/,/^A further/s/^- \([0-9]*\) .*/\1/p' report |
	awk '{ n += $1 } END { print n }')" 29
says "not looked at: its risk is no none" "- Residual risk: not told, because it was not looked at"
says "not looked at: among the risks" '| high | 22 | 15 | A backup went well, yesterday or today (`backup-made`) | not looked at |'
says "not looked at: in the summary" '**2 of 29 could not be looked at**'
is "the verdicts by risk are those of the other 29 controls" "$(sed -n 's/^| \(high\|medium\|low\) |\( [0-9]* |\)\{5\}$/&/p' report | tr -dc '0-9\n ' |
	awk '{ for (i = 1; i <= NF; i++) n += $i } END { print n }')" 29
run audit --root giant --policy "$PROJECT/policy/profiles/isp-mail.yaml" \
	--overlay "$PROJECT/tests/hosts/giant-evidence/overlay.yaml"
says "the text: how old the evidence is" "by evidence of 2004-02-10, $age days old: router.txt"
says "the text: what was not looked at" "(not looked at for want of a running host: 2)"
run policy doc --overlay "$PROJECT/tests/hosts/giant-evidence/overlay.yaml" "$PROJECT/policy/profiles/isp-mail.yaml"
is "the policy as a document has the same numbers and ids" "$(grep '^## [0-9]' "$T/out")" "$(sed -n 's/^#\(## [0-9]\)/\1/p' report)"
is "and asks for the same" "$(grep '^    *- ' "$T/out")" "$(grep '^    *- ' report)"

# Nothing fails: that alone is no compliance.
cat >unseen.yaml <<'END'
holdfast: 1
title: Of running hosts
controls:
  - id: door
    title: The door is shut
    when: live
    files: { path: /etc/door, is: absent }
END
run report --root giant --policy unseen.yaml
status "nothing was looked at: the status as documented" 0
says "nothing was looked at: said" "Nothing was judged: it can't be told whether the host complies with the policy. **1 of 1 could not be looked at**, for a directory is no running host; of it nothing is known."
says "nothing was looked at: one" "- 1 was not looked at (not-applicable)"
says "nothing was looked at: no residual risk is claimed absent" "None of those that were looked at."
silent "nothing was looked at: no compliance" "complies with the policy:"
cat >>unseen.yaml <<'END'
  - id: window
    title: The window is shut
    files: { path: /etc/window, is: absent }
END
run report --root giant --policy unseen.yaml
says "not all was looked at" "nothing that was looked at fails or is open, but not all was"
cat >>unseen.yaml <<'END'
  - id: asked
    title: Somebody looked
    attest: { max-days: 7 }
END
run report --root giant --policy unseen.yaml
status "open alone" 2
says "open alone: no verdict" "It can't be told whether the host complies with the policy: 1 of 3 controls is open, and none fails. The residual risk is **medium**."
silent "open alone: not that it does not comply" "does not comply"

cat >waived.yaml <<'END'
holdfast: 1
overlay:
  - id: inetd-only-mail
    waive: { owner: the | head <b>, reason: "until the *move*", until: 2099-01-01 }
END
run "${report[@]}" --root giant --overlay waived.yaml
says "a waiver: apart" "Accepted by a waiver, and not counted above"
says "a waiver: whose" '- Exception: waived through 2099-01-01 (the \| head \<b> answers for it: until the \*move\*)'
is "a waiver: not among the risks" "$(sed -n '/^## Residual/,/^Accepted/p' "$T/out" | grep -c '^| high')" 1

run apply --yes --root giant --policy "$PROJECT/tests/hosts/giant-gaps.yaml"
status "apply" 0
run "${report[@]}" --root giant
status "all holds" 0
says "all holds: the summary" "The host complies with the policy"
says "all holds: no residual risk" "None: every control that applies holds"
says "all holds: the change" "| 1 | apply | done |"
ok "all holds: its files and controls" grep -qE '^\| 1 \| apply .*/etc/xinetd.d/rsh \(inetd-only-mail\)' "$T/out"
run log --root giant --verify
head=$(grep -oE '[0-9a-f]{64}' "$T/out" | tail -n 1)
run "${report[@]}" --root giant
says "all holds: the log's head" "its head is \`$head\` (\`holdfast log --root giant --verify --head $head\` checks"
run "${report[@]}" --root giant kernel-log
says "a part: said so" "Of the policy's 4 controls 1 was asked for this time, and of the others nothing is said here. None of them fails"
silent "a part: it does not comply for that" "complies with the policy"
says "a part: no risk of those" "None of those that were asked for"
sed -i 's/"apply"/"undo"/' giant/var/lib/holdfast/log*
run "${report[@]}" --root giant
says "a changed log" "**It can't be relied on**"

mkdir -p enemy/etc/ssh
printf 'PermitRootLogin yes # ````\n' >enemy/etc/ssh/sshd_config
printf '<script>|`x`\n' >enemy/etc/hostname
printf 'NAME=x\nPRETTY_NAME="<b>\033[1m `os`"\n' >enemy/etc/os-release
run "${report[@]}" --root enemy ssh-keys-only
says "an enemy's line: within a longer fence" '`````text'
sane "an enemy's words: plain"
says "an enemy's system: as text" '- Operating system: \<b>\\x1b\[1m \`os\`'
says "an enemy's name: as text" '# Audit of \<script>\|\`x\`'
printf 'holdfast: 1\ntitle: Our | rules\ndescription: Read *this*\ncontrols:\n' >policy.yaml
cat >>policy.yaml <<'END'
  - id: door
    title: Nobody <b>enters
    owner: The watch
    compliance: The door is locked
    testing: "ls a && ls b >c; `ls * | x`, `y`. &lt; & `*"
    mitigation: "`chmod a_b_c`"
    waive: { owner: the head, reason: moving, until: 2001-01-01 }
    attest: { max-days: 7 }
END
run policy doc policy.yaml
status "doc" 0
sane "doc: plain text"
for line in '# Our \| rules' 'Read \*this\*' '## 1. Nobody \<b>enters (`door`)' 'The door is locked.' '- Owner: The watch' \
	'- How a person tests it: ls a && ls b >c; `ls * | x`, `y`. \&lt; & \`\*' '- What to do when it does not hold: `chmod a_b_c`' \
	'- Risk when it does not hold: medium' '- Exception: the waiver ended with 2001-01-01, and counts no longer (the head answered for it: moving)' '  - max-days: 7 (for how many days' \
	"SHA-256 \`$(sha256sum <policy.yaml | cut -c 1-64)\`"; do
	says "doc: $line" "$line"
done

# By hand: what the control has, and nothing about what it has not.
cat >by-hand.yaml <<'END'
holdfast: 1
title: Commands
controls:
  - id: log
    title: The log
    backup: { log: { file: '/var/log/backup*', record: "it's .*", max-days: 2 } }
  - id: files
    title: Files
    files: { path: [/etc/a, '/etc/b?'], holds: [^x, '/y.*'], lacks: [z] }
  - id: listed
    title: A scan
    portsentry: { tcp: [tcp] }
  - id: elsewhere
    title: A scan
    portsentry: { tcp: [tcp], config: /etc/p.conf }
  - id: kernel
    title: The kernel's
    syslog: { store: [{ selector: kern.*, file: /var/log/k }, { selector: user.*, file: /var/log/u }] }
END
run policy doc by-hand.yaml
# by_hand ID: the steps by hand of that control, one a line
by_hand()
{
	awk -v id="(\`$1\`)" '/^##/ { on = index($0, id) }
		on && /^- By hand, / { go = 1; sub(/.*says otherwise: */, ""); if ($0 != "") print; next }
		go && sub(/^  - /, "") { print; next }
		{ go = 0 }' "$T/out"
}
is "by hand: a pattern of files stays one, an expression is none; nothing of a schedule" "$(by_hand log)" \
	"the newest record: \`ls -tr /var/log/backup* | tr '\\n' '\\0' | xargs -0 grep -hE -e 'it'\\''s .*' /dev/null | tail -n 1\`"
is "by hand: each expression" "$(by_hand files)" \
	"\`ls -ld /etc/a /etc/b?\`, \`readlink -f /etc/a /etc/b?\`, \`stat /etc/a /etc/b?\`
\`grep -E -e '^x' -e '/y.*' /etc/a /etc/b?\`, of which each expression must match a line
\`grep -E -e z /etc/a /etc/b?\`, which must print nothing"
is "by hand: a default, and what is said in its place" "$(by_hand listed | head -n 1; by_hand elsewhere | head -n 1)" \
	"\`grep -v '^ *#' /etc/portsentry/portsentry.conf\`
\`grep -v '^ *#' /etc/p.conf\`"
is "by hand: each section's" "$(by_hand kernel | sed -n 's/^then //p')" "\`grep -E 'holdfast-test|HELP : loglevel' /var/log/k /var/log/u\`"
ok "by hand: nothing that only the kernel can send" bash -c '! grep -q "facility kern" out'

# What is between backticks there is run as it stands, but in a tree.
mkdir -p "our logs" tree/{etc/chrony,etc/ssh,etc/systemd/system,etc/default,usr/lib/systemd/timesyncd.conf.d,home/a}
printf '1 done\n' >"our logs/b'1 é"
printf '2 done\n3 begun\n' >"our logs/b'2 é"
printf '9 done\n' >"our logs/c'2 é"
touch -d '2 days ago' "our logs/b'1 é"
printf '\tServer a\n#server b\nREFCLOCK PPS /dev/pps0\nport 1\nSourceDir /x\n' >tree/etc/chrony/chrony.conf
printf '[Time]\nNTP = c\n' >tree/usr/lib/systemd/timesyncd.conf.d/x.conf
echo d >tree/etc/hosts.equiv
echo e >tree/etc/ssh/shosts.equiv
echo f >tree/etc/shosts.equiv
echo "a:x:1000:1000::$T/tree/home/a:/bin/sh" >tree/etc/passwd
echo g >tree/home/a/.shosts
echo 'TCP_MODE="atcp"' >tree/etc/default/portsentry
printf '[Service]\nExecStart=/usr/bin/swatchdog\n' >tree/etc/systemd/system/watch.service
printf '\tmail=a@b\n' >tree/etc/swatch.conf
cat >run.yaml <<END
holdfast: 1
controls:
  - id: log
    backup: { log: { file: "$T/our logs/[!c]'? é*", record: "[0-9] done", max-days: 2 } }
  - id: none
    backup: { log: { file: "$T/their logs/*", record: "done", max-days: 2 } }
  - { id: clock, time: { servers: [a] } }
  - { id: trusted, trust: {} }
  - { id: ports, portsentry: { tcp: [tcp] } }
  - { id: watched, logwatch: {} }
END
run policy doc run.yaml
# does ID STEP: what the first command of that step by hand prints; not whether it takes too long
does()
{
	by_hand "$1" | sed -n "$2s/^[^\`]*\`\([^\`]*\)\`.*/\1/p" |
		sed -E "s#([ (])(/(etc|run|usr|lib)/)#\1$T/tree\2#g; s#FILE#$T/tree/etc/swatch.conf#" >step
	timeout 5 "$BASH" step 2>/dev/null </dev/zero | sed "s#$T/##g; s#.* tree#tree#"
	[ "${PIPESTATUS[0]}" -ne 124 ] || echo "it waits"
}
is "by hand: the newest record, of files with a blank" "$(does log 1)" "2 done"
is "by hand: no such file is no wait" "$(does none 1)" ""
is "by hand: whom chrony follows, in any form" "$(does clock 1 | sed 's/.*conf://')" $'\tServer a\nREFCLOCK PPS /dev/pps0\nSourceDir /x'
is "by hand: whom timesyncd follows, by any drop-in" "$(does clock 3)" "tree/usr/lib/systemd/timesyncd.conf.d/x.conf:NTP = c"
is "by hand: each file that trusts" "$(does trusted 1; does trusted 2)" $'d\ne\nf\ntree/home/a/.shosts'
is "by hand: portsentry's modes on Debian" "$(does ports 4)" 'TCP_MODE="atcp"'
is "by hand: the unit that starts swatch" "$(does watched 2)" "tree/etc/systemd/system/watch.service"
is "by hand: whom swatch mails" "$(does watched 5)" $'\tmail=a@b'
# where the writer of a policy broke the lines of a text is nobody else's matter
cat >folded.yaml <<'END'
holdfast: 1
title: "Two
  lines"
description: |
  first
  second

  third
controls:
  - id: folded
    title: |
      A
      title
    testing: >
      read  it,
      then

      ask
    waive: { owner: me, reason: "a\nb ", until: 2099-01-01 }
    files: { path: /etc/a, is: absent }
END
run policy doc folded.yaml
silent "folded: no line break shows" '\x0a'
says "folded: description" 'first second third'
says "folded: testing" 'read  it, then ask'
says "folded: reason" 'a b'
run audit --policy folded.yaml --root giant
silent "folded: an audit" '\x0a'
finish
