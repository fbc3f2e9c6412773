#!/bin/bash
# log: what it shows, what --verify notices, what --prune drops, and the order of undoing.
. "$(dirname "$0")/lib.sh"

copy_host giant
policy=$PROJECT/tests/hosts/giant-gaps.yaml
journal=root/var/lib/holdfast

run log --root root
status "no journal" 0
says "nothing was changed" "Nothing was changed yet"
run log --root root --verify --head "$(printf %064d 0)"
status "a head that is gone with the journal" 1

run apply --root root --policy "$policy" --yes ssh-keys-only
status "apply one" 0
cat >more.yaml <<'END'
holdfast: 1
title: more
assume: { openssh: 3.6.1p2, syslog: sysklogd }
controls:
  - id: tries
    sshd: { settings: { X11Forwarding: no, PermitEmptyPasswords: no, LoginGraceTime: { max: 60 } } }
END
run apply --root root --policy more.yaml --yes
status "apply another on the same file" 0
run undo --root root --yes 1
status "the older can't be undone first" 1
says "it says which to undo first" "undo 2 first" "$T/err"
run log --root root --verify
status "whole" 0
head=$(sed -n 's/.*Head: //p' "$T/out")
run log --root root --verify --head "$head"
status "it holds its head" 0
run log --root root --verify --head "${head//[0-9]/0}"
status "it does not hold another" 1
run log --root root --format json
ok "json is one object a line" "$PYTHON" -c '
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert [line["id"] for line in lines] == [1, 2]' "$T/out"

# What a forger of less than the whole chain leaves shows.
cp -a $journal kept
restore() {
	rm -rf $journal
	cp -a kept $journal
}
rm $journal/2/state
run log --root root --verify
status "a state that is gone" 1
run apply --root root --policy "$policy" --yes inetd-only-mail
status "nothing is begun on it" 3
ok "nor is the change thrown away" test -e $journal/2/old.0
restore
echo undoing >$journal/2/state
echo evil >$journal/2/old.0
run log --root root --verify
status "bytes that are not those written, in an unfinished state" 1
run apply --root root --policy "$policy" --yes inetd-only-mail
status "recovery refuses them" 3
ok "and writes none of them" sh -c '! grep -q evil root/etc/ssh/sshd_config'
restore
rm -r $journal/2
run log --root root --verify
status "a change that is gone" 1
restore
echo junk >>$journal/log
snapshot root >before.snapshot
run apply --root root --policy "$policy" --yes inetd-only-mail
status "no change is begun on a log that can't be continued" 3
snapshot root >now.snapshot
same "and no file changes" now.snapshot before.snapshot
restore
: >$journal/log
run log --root root --verify
status "a log without the lines of its changes" 1
run undo --root root --yes
status "what no line tells of is not undone" 1
says "and it says so" "knows nothing of change 2" "$T/err"
restore
printf torn >>$journal/log
run log --root root --verify
status "a torn last line is no tampering" 0
says "it is told" "cut short by a crash"
run apply --root root --policy "$policy" --yes inetd-only-mail
status "the next change drops it" 0
run log --root root --verify
status "and all is whole" 0

run undo --root root --yes 3
status "undo the third" 0
run log --root root --prune
status "pruning what is in force needs a yes" 1
run log --root root --prune --yes
status "prune" 0
ok "the bytes are gone" sh -c "! ls $journal/*/old.* 2>/dev/null"
run log --root root --verify
status "the hashes stay whole" 0
run undo --root root --yes
status "what is pruned can't be undone" 1
says "it says why" pruned "$T/err"
run undo --root root --yes first
status "a change that is no number" 3
run log --root root --verify --head abc
status "a head that is no hash" 3

# A change that was on trial, as a live root's log has it.
rehash() {
	"$PYTHON" - "$journal/log" "$@" <<-'END'
		import hashlib, json, sys
		log, confirm = sys.argv[1], len(sys.argv) > 2
		lines = [json.loads(open(log).readline())]
		lines[0]["result"] = "unconfirmed"
		if confirm:
		    lines.append(dict(lines[0], action="confirm", result="done"))
		head = ""
		with open(log, "w") as out:
		    for line in lines:
		        line["previous"] = head
		        del line["hash"]
		        body = json.dumps(line, separators=(",", ":"))[:-1]
		        head = hashlib.sha256(body.encode()).hexdigest()
		        out.write('%s,"hash":"%s"}\n' % (body, head))
	END
}
rehash
run log --root root
status "a change on trial" 0
says "is unconfirmed" "change 1: apply unconfirmed, "
rehash confirm
run log --root root
says "a confirmation is a line" "change 1: confirm done, "
says "after it the change is confirmed" "change 1: apply confirmed, "
silent "and unconfirmed no more" unconfirmed
run log --root root --format json
says "json is what was written" '"result":"unconfirmed"'

# A journal elsewhere is that of one root.
copy_host giant one
copy_host giant two
for root in one two; do
	run apply --root $root --journal elsewhere --policy "$policy" --yes ssh-keys-only
	status "the journal of one: $root" "$([ $root = one ]; echo $(($? * 3)))"
done
says "it says whose it is" "is the journal of the root $T/one" "$T/err"
run undo --root two --journal elsewhere --yes
status "nothing of one is undone in two" 3
run log --root two --journal elsewhere
status "nor is it shown as two's" 3
run undo --root one --journal elsewhere --yes
status "one's is undone in one" 0

finish
