#!/bin/bash
# A file that can't be read, is too large or can't be parsed makes its own control unknown,
# never a pass, never a crash; and what it holds never reaches the terminal raw.
. "$(dirname "$0")/lib.sh"

cat >policy.yaml <<'END'
holdfast: 1
title: two daemons
assume:
  openssh: 9.2p1
controls:
  - id: keys
    sshd:
      settings:
        PasswordAuthentication: "no"
  - id: services
    xinetd:
      only: [imap]
END

# fresh_host: both controls hold.
fresh_host()
{
	rm -rf root
	mkdir -p root/etc/ssh root/etc/xinetd.d root/usr/sbin root/bin
	printf 'PasswordAuthentication no\n' >root/etc/ssh/sshd_config
	printf 'includedir /etc/xinetd.d\n' >root/etc/xinetd.conf
	printf 'service shell\n{\n\tdisable = yes\n}\n' >root/etc/xinetd.d/rsh
	: >root/bin/true
	chmod +x root/bin/true
	echo victim >root/etc/hostname
}

# spoiled NAME: keys is unknown, services holds.
spoiled()
{
	run audit --root root --policy policy.yaml --format json
	status "$1: exit status" 2
	is "$1: its control is unknown" "$(verdict keys)" unknown
	is "$1: the other one holds" "$(verdict services)" pass
	sane "$1: JSON is plain"
	run audit --root root --policy policy.yaml
	status "$1: exit status of the text" 2
	says "$1: says which file" /etc/ssh/sshd_config
	silent "$1: is no pass" "pass keys"
	sane "$1: the text is plain"
}

fresh_host
run audit --root root --policy policy.yaml
status "both hold" 0

truncate -s 9M root/etc/ssh/sshd_config
spoiled "larger than 8 MiB"
says "larger than 8 MiB: says so" "larger than 8 MiB"

yes '{' | head -c 5000000 >root/etc/ssh/sshd_config
spoiled "larger than a lens is given"
says "larger than a lens is given: says so" "larger than 4 MiB"

fresh_host
rm root/etc/ssh/sshd_config
mkfifo root/etc/ssh/sshd_config
spoiled "a FIFO"

fresh_host
ln -sf sshd_config root/etc/ssh/sshd_config
spoiled "a link to itself"

if [ "$(id -u)" -ne 0 ]; then
	fresh_host
	chmod 0 root/etc/ssh/sshd_config
	spoiled "unreadable"
fi

# Bytes that would abort libaugeas, and sequences that would drive the terminal.
fresh_host
printf 'PasswordAuthentication no\nX \003\004\000 \033]0;owned\007\n' >root/etc/ssh/sshd_config
run audit --root root --policy policy.yaml
ok "control bytes: not a pass" test "$STATUS" -ne 0
sane "control bytes: the text is plain"
run audit --root root --policy policy.yaml --format json
sane "control bytes: JSON is plain"

fresh_host
printf 'PasswordAuthentication yes \033[2J\233\342\200\256\n' >root/etc/ssh/sshd_config
for format in text json; do
	run audit --root root --policy policy.yaml --format $format
	ok "escape sequences: no pass as $format" test "$STATUS" -ne 0
	sane "escape sequences: $format is plain"
	ok "escape sequences: $format is UTF-8 without overrides" bash -c \
		"iconv -f UTF-8 -t UTF-8 out >/dev/null && ! grep -qP '\xe2\x80\xae' out"
done

fresh_host
name=$'rsh\033[31m\nfake'
printf \
	'service shell\n{\n\tsocket_type = stream\n\twait = no\n\tuser = root\n\tserver = /bin/true\n}\n' >\
	"root/etc/xinetd.d/$name"
printf '\033[2Jname\n' >root/etc/hostname
for format in text json; do
	run audit --root root --policy policy.yaml --format $format services
	status "a hostile file name: $format" 1
	ok "a hostile file name: escaped as $format" grep -qE 'rsh\\\\?x1b\[31m\\\\?x0afake' out
	sane "a hostile file name: $format is plain"
done
run plan --root root --policy policy.yaml
status "a hostile file name: plan" 0
says "a hostile file name: the plan shows it escaped" 'rsh\x1b[31m\x0afake'
sane "a hostile file name: the plan is plain"

# A line of megabytes does not fill the screen.
fresh_host
{ printf 'PasswordAuthentication yes #'; head -c 4000000 /dev/zero | tr '\0' x; } \
	>root/etc/ssh/sshd_config
tr '\n' ' ' <root/etc/ssh/sshd_config >root/etc/hostname
for format in text json; do
	run audit --root root --policy policy.yaml --format $format
	ok "a long line: no pass as $format" test "$STATUS" -ne 0
	ok "a long line: little is shown as $format" test "$(wc -c <out)" -lt 10000
done

rm -rf root
mkdir root
run audit --root root --policy policy.yaml
ok "an empty root is judged" test "$STATUS" -le 2
sane "an empty root: plain"

run audit --root nowhere --policy policy.yaml
status "a root that is not there" 3
says "is named" nowhere err
run audit --root policy.yaml --policy policy.yaml
status "a root that is a file" 3
run audit --root root --policy nowhere.yaml
status "a policy that is not there" 3
says "is named too" nowhere.yaml err
run audit --root root --policy policy.yaml keyz
status "an id that is not there" 3
says "the nearest is named" "did you mean keys?" err
finish
