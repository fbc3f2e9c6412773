#!/bin/bash
# What a person answers: recorded by `holdfast attest`, judged by the kind attest.
# no remedy: only a person can make it so
# reads no file: the answers are the policy's, not the root's
# never invalid: no daemon reads them
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

attest()
{
	run attest --policy "$T/policy.yaml" "$@" it
}

# answered DATE UNTIL [MORE]: an answer as the file has it
answered()
{
	echo "{\"id\":\"it\",\"answer\":\"yes\",\"by\":\"alice\",\"date\":\"$1\",\"until\":\"$2\"${3:-}}" >"$answers"
}

answers=$T/attestations.jsonl
today=$(date +%F)
form "no answer"
policy '' <<'END'
testing: Go there, and try the door
attest:
  max-days: 30
END
judged manual "answer with: holdfast attest --policy $PWD/policy.yaml it"
form_run apply --yes
status "$FORM: apply changes nothing" 1

form "yes"
attest --answer yes --by "alice, the <owner>" --remark $'at\tnoon'
status "$FORM: recorded" 0
says "$FORM: where" "$answers"
says "$FORM: the shorter of days and max-days" "It counts for 30 days, by max-days of the policy, not for 365."
judged pass "attestations.jsonl:1: a person's answer: yes, by alice, the <owner> on $today"
ok "$FORM: one whole line" "$PYTHON" -c 'import json, sys; [json.loads(l) for l in open(sys.argv[1])]' "$answers"

judged pass "by alice, the <owner> on $today, until $(date +%F -d "$today + 30 days")"
judged pass "it counts for 30 more days, by max-days of the policy, not until "

form "no, the last answer counts"
attest -a no --by bob
judged fail "attestations.jsonl:2: a person's answer: no, by bob"
is "$FORM: nothing is lost" "$(wc -l <"$answers")" 2
printf '%s' "$(cat "$answers")" >"$answers"
attest -a yes --by bob
is "$FORM: behind a line without an end" "$(wc -l <"$answers")" 3
judged pass

form "the day until which it counts"
for age in 0 12 29 30; do
	answered "$(date +%F -d "$today - $age days")" 2099-02-10
	judged pass "until $(date +%F -d "$today + $((30 - age)) days")"
done
answered "$today" "$(date +%F -d "$today + 3 days")"
judged pass "until $(date +%F -d "$today + 3 days")"

form "answers that count no longer"
answered 2004-02-10 2005-02-10
judged manual "the answer of 2004-02-10 held until 2005-02-10"
answered 2004-02-10 2099-02-10
judged manual "days old, believed are 30"
answered 2098-02-10 2099-02-10
judged manual "which is to come"

form "evidence"
echo a photo >"$T/photo"
rm "$answers"
attest -a yes --by alice --evidence photo
judged pass "photo"
echo another >"$T/photo"
judged manual "is not the file that was recorded"
rm "$T/photo"
judged manual "can't be read"
attest -a yes --by alice --evidence none
status "$FORM: that is not there" 3
says "$FORM: that is not there: which" "the evidence none: No such file or directory" err
# It is the file that the shell names; the answers name it as it lies to them.
mkdir -p sub elsewhere
echo beside >photo
echo here >sub/photo
echo away >elsewhere/photo
(cd sub && "$HOLDFAST" attest -p ../policy.yaml -a yes --by alice --evidence photo it) >out 2>err
says "$FORM: what was recorded" "with the hash of photo"
says "$FORM: below the answers" "\"file\":\"sub/photo\",\"sha256\":\"$(sha256sum <sub/photo | cut -c1-64)\"" "$answers"
judged pass "sub/photo"
(cd elsewhere && "$HOLDFAST" attest -p ../policy.yaml -a yes --by alice --evidence ../photo it) >out 2>err
says "$FORM: beside the answers" "\"file\":\"photo\",\"sha256\":\"$(sha256sum <photo | cut -c1-64)\"" "$answers"
away=$(mktemp)
attest -a yes --by alice --evidence "$away"
says "$FORM: elsewhere" "\"file\":\"$away\"" "$answers"
judged pass "$away"
rm "$away"

form "a file of answers that can't be read"
answered 2004-02-10 2005-02-10
echo 'nonsense' >>"$answers"
judged unknown "line 2 is no answer"
echo '{"id":"it","answer":"maybe","by":"a","date":"2004-02-10","until":"2005-02-10"}' >"$answers"
judged unknown "line 1 is no answer"
printf 'Port 22\nthe end' >"$answers"
cp "$answers" other
attest -a yes --by alice
status "$FORM: another's file" 3
says "$FORM: another's file: why" "attestations.jsonl: line 1 is no answer: nothing is written" err
same "$FORM: another's file is left" "$answers" other
rm "$answers"
mkfifo "$answers"
judged unknown
attest -a yes --by alice
status "$FORM: nor written" 3
rm "$answers"

form "mistakes"
attest --by alice </dev/null
status "$FORM: nobody to ask" 3
attest -a yes
status "$FORM: nobody answers for it" 3
attest -a perhaps --by alice
status "$FORM: neither yes nor no" 3
attest -a yes --by alice --days 0
status "$FORM: for no day" 3
ok "$FORM: nothing is written" test ! -e "$answers"
run attest --policy "$PROJECT/tests/hosts/giant-gaps.yaml" -a yes --by alice kernel-log
says "$FORM: what holdfast judges" "kind syslog, which holdfast judges by itself" err

"$PYTHON" - "$HOLDFAST" "$T/policy.yaml" <<'END'
import os, pty, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "attest", "--policy", sys.argv[2], "it"])
seen = b""
for question, line in ((b"[yes/no] ", b"perhaps\n"), (b"[yes/no] ", b"yes\n"), (b"says so? ", b" carol \n"), (b"Remark: ", b"\n"), (b"line): ", b"gone\n"), (b"line): ", b"\n")):
    while question not in seen:
        seen += os.read(fd, 1000)
    seen = seen.split(question, 1)[1]
    os.write(fd, line)
try:
    while os.read(fd, 1000):
        pass
except OSError:
    pass
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
END
form "asked at a terminal"
judged pass "yes, by carol on $today"

if [ "$EUID" -eq 0 ]; then
	form "answers that others can write, of the running host"
	run audit --policy "$T/policy.yaml"
	says "$FORM: safe" "1 pass"
	chmod 666 "$answers"
	run audit --policy "$T/policy.yaml"
	says "$FORM: not safe" "others can write it (chmod go-w"
	says "$FORM: tells nothing" "1 unknown"
	chmod 644 "$answers"
fi
finish
