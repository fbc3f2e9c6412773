#!/bin/bash
# apply closes the four gaps with the smallest edits and undo takes back every byte and
# attribute.
. "$(dirname "$0")/lib.sh"

copy_host giant
policy=$PROJECT/tests/hosts/giant-gaps.yaml
chmod 600 root/etc/ssh/sshd_config
chmod 640 root/etc/syslog.conf
chmod 4755 root/etc/xinetd.d/rsh
setfacl -m u:1:r root/etc/xinetd.d/rsh root/etc/syslog.conf || skip_all "no ACLs in $T"
for file in ssh/sshd_config syslog.conf xinetd.d/rsh security/access.conf; do
	setfattr -n user.origin -v "audit of 2004" "root/etc/$file" || skip_all "no attributes in $T"
done
if [ "$(id -u)" -eq 0 ]; then
	chown 0:10 root/etc/syslog.conf
	chown 510:510 root/etc/security/access.conf
	setfattr -n security.holdfast -v label root/etc/syslog.conf
fi
cp -a root before
snapshot root >before.snapshot

run plan --root root --policy "$policy"
status "plan" 0
says "plan shows what comes" '+-:ALL EXCEPT root:LOCAL'
snapshot root >now.snapshot
same "plan writes nothing" now.snapshot before.snapshot

run apply --root root --policy "$policy"
ok "apply without --yes and without a terminal refuses" test "$STATUS" -ne 0
snapshot root >now.snapshot
same "and writes nothing" now.snapshot before.snapshot

run apply --root root --policy "$policy" --yes
status "apply" 0
sane "apply prints plain text"
says "it says that no daemon judged the files" "not validated by the daemon"
says "it ends with the command that undoes it" "holdfast undo"
difference before root >difference
expected difference difference
snapshot root >applied.snapshot
attributes applied.snapshot >have
attributes before.snapshot >want
same "owner, mode, ACL and attributes stay" have want

run audit --root root --policy "$policy"
status "audit passes" 0
run apply --root root --policy "$policy" --yes
status "a second apply" 0
snapshot root >now.snapshot
same "changes nothing" now.snapshot applied.snapshot

run log --root root
status "log" 0
says "log names the file" /etc/xinetd.d/rsh
says "log names the control" inetd-only-mail
run log --root root --verify
status "log --verify holds" 0

run undo --root root --yes
status "undo" 0
snapshot root >now.snapshot
same "undo restores every byte and attribute" now.snapshot before.snapshot
run audit --root root --policy "$policy"
status "the gaps are back" 1
run undo --root root --yes
ok "there is nothing more to undo" test "$STATUS" -ne 0
snapshot root >now.snapshot
same "and nothing changes" now.snapshot before.snapshot

# Every byte that the journal keeps is covered: turn one bit in each file.
run log --root root --verify
status "log --verify holds after the undo" 0
find root/var/lib/holdfast -type f -size +0 >journal
ok "the journal keeps files" test -s journal
while read -r file; do
	cp -p "$file" kept
	"$PYTHON" - "$file" <<-'END'
		import sys
		data = bytearray(open(sys.argv[1], "rb").read())
		data[len(data) // 2] ^= 1
		open(sys.argv[1], "r+b").write(data)
	END
	run log --root root --verify
	ok "log --verify notices a changed bit in ${file#root/var/lib/holdfast/}" test "$STATUS" -ne 0
	sane "and says so in plain text"
	cp -p kept "$file"
done <journal
run log --root root --verify
status "log --verify holds again" 0

finish
