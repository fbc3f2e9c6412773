#!/bin/bash
# Whatever is wrong with the PAM module's configuration or with the system around it: root passes,
# under whatever name, and the others as onerr= says. In mounts of the test's own.
[ "$(id -u)" -ne 0 ] || [ -n "${MOUNTS:-}" ] ||
	exec unshare --mount --propagation private env MOUNTS=own bash "$0"
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-module.sh"
own_accounts

# The configuration before each trouble: it lets the one in on whom the trouble is tried, so
# that who comes in by what is left of it is seen. As apply writes it, but for hand_written.
good()
{
	rm -rf conf
	printf '%s\n' listed stranger "(in)" 5000 zed |
		"$PYTHON" "$PROJECT/tests/cli/console_conf.py" >conf
}

hand_written()
{
	conf "allow zed" "allow (in)" "allow stranger"
}

# tried NAME: root, root's alias and another
tried()
{
	module ""
	answers "$1: root passes under both names, others are refused" \
		"$admitted $admitted $refused" root,toor,stranger gdm-password none
	module onerr=allow
	answers "$1: by onerr=allow all pass" \
		"$admitted $admitted $admitted" root,toor,stranger gdm-password none
}

# without WHAT NAME WANT USER [ARGUMENT]: the module's own answer, once WHAT is gone. Leaks can't be
# looked for then.
without()
{
	DIRECTLY="$MODULE conf=$T/conf ${5:-}" WITHOUT=$1 ASAN_OPTIONS=detect_leaks=0 \
		answers "$2" "$3" "$4" gdm-password none
}

good
module ""
answers "nothing is wrong: those who are listed come in" $admitted stranger gdm-password none
answers "nothing is wrong: the others do not" $refused wide gdm-password none

# NAME|COMMANDS, beginning with the good file
while IFS='|' read -r name commands; do
	good
	eval "$commands"
	tried "$name"
done <<'END'
no file|rm conf
an empty file|: >conf
noise|head -c 500 /dev/urandom >conf
NUL bytes for all|tr '\000-\377' '\000' <conf >zero; cat zero >conf
a garbled line|hand_written; echo 'alow root' >>conf
a garbled line before the good ones|hand_written; sed -i '1i alow root' conf
a second control|hand_written; echo 'control d' >>conf
a CR at each line's end|hand_written; sed -i 's/$/\r/' conf
by hand, the last line cut|hand_written; truncate -s -1 conf
by hand, NUL bytes at the end|hand_written; truncate -s 300 conf
cut after the last line but one|sed -i '$d' conf
cut in the middle|truncate -s 100 conf
cut to the sum's line|sed -i '2,$d' conf
the sum's line cut|truncate -s 20 conf
half of it overwritten with zeros|dd if=/dev/zero of=conf bs=1 seek=60 count=30 conv=notrunc status=none
a wrong sum|sed -i '1s/.$/x/' conf
another's sum|cp conf other; hand_written; sed -i "1i $(head -n 1 other)" conf
a name that was changed|sed -i 's/zed/zee/' conf
a name that was added|echo 'allow zoe' >>conf
a line that was taken out|sed -i '/zed/d' conf
two lines that were exchanged|sed -i '/listed/{h;d};/stranger/G' conf
the sum at the end|sed -i '1{h;d};$G' conf
anybody can write it|chmod 666 conf
its group can write it|chmod 664 conf
another owns it|chown 1003 conf
a symbolic link|mv conf real; ln -s real conf
a dangling link|rm conf; ln -s nowhere conf
a link to itself|rm conf; ln -s conf conf
a FIFO|rm conf; mkfifo conf
a directory|rm conf; mkdir conf
a device|rm conf; mknod conf c 1 5
a device that is no more|rm conf; mknod conf b 250 250
a socket|rm conf; "$PYTHON" -c 'import socket; socket.socket(socket.AF_UNIX).bind("conf")'
larger than 1 MiB|{ yes '# filled up' | head -c 1100000; } >>conf
END

# The process.
good
is_sanitized || for how in deny:$no_memory allow:$ignored; do
	without memory "no memory is left, onerr=${how%:*}: root passes" $ignored root "onerr=${how%:*}"
	without memory "no memory is left, onerr=${how%:*}: its alias passes" $ignored toor "onerr=${how%:*}"
	without memory "no memory is left, onerr=${how%:*}: others" "${how#*:}" stranger "onerr=${how%:*}"
done
for how in deny:$refused allow:$ignored; do
	without files "no descriptor is left, onerr=${how%:*}: root passes" $ignored root "onerr=${how%:*}"
	# nothing tells toor's uid then
	without files "no descriptor is left, onerr=${how%:*}: its alias" "${how#*:}" toor "onerr=${how%:*}"
	without files "no descriptor is left, onerr=${how%:*}: others" "${how#*:}" stranger "onerr=${how%:*}"
done
without "" "the module by itself admits nobody" $ignored stranger
module ""
answers "standard input and errors are closed: those listed come in" $admitted stranger gdm-password none <&- 2>&-
answers "standard input and errors are closed: others do not" $refused wide gdm-password none <&- 2>&-

# Where the login is can't be told, with service login.
without_proc()
{
	WITHOUT=proc ASAN_OPTIONS=detect_leaks=0 answers "no /proc: $1" "$2" root,toor,stranger login none
}
without_proc "root passes under both names, others are refused" "$admitted $admitted $refused"
module onerr=allow
without_proc "by onerr=allow all pass" "$admitted $admitted $admitted"

# A module's line that is wrong.
for argument in nonsense pts=maybe onerr=perhaps conf=relative services= "services=," conf; do
	module "$argument"
	answers "the argument '$argument': root passes under both names, others are refused" \
		"$admitted $admitted $refused" root,toor,stranger gdm-password none
done

# No audit: nothing else changes.
conf "allow listed"
module ""
users=root,toor,listed,stranger answered="$admitted $admitted $admitted $refused"
WITHOUT=audit answers "a kernel without audit" "$answered" $users gdm-password none
is "no CAP_AUDIT_WRITE" "$(setpriv --bounding-set -audit_write --inh-caps -audit_write \
	"$ask" pam gdm-password $users :0 "" none)" "$answered"

# A full disk: what is whole on it stays in force, and what was cut by it is a mistake.
mkdir disk
mount -t tmpfs -o size=64k none disk
good
cp conf disk/conf
rm conf
sed -i "s|conf=[^ ]*|conf=$T/disk/conf|" pam/*
cat /dev/zero >disk/full 2>err
ok "the disk is full" grep -q "No space left" err
answers "on a full disk: root and those listed come in, others do not" \
	"$admitted $admitted $admitted $refused" root,toor,stranger,wide gdm-password none
{ seq -f user%g 20000; echo stranger; } | "$PYTHON" "$PROJECT/tests/cli/console_conf.py" >large
cp large disk/conf 2>err
ok "a larger file was cut by it" test "$(stat -c %s disk/conf)" -lt "$(stat -c %s large)"
answers "cut by a full disk: root passes under both names, others are refused" \
	"$admitted $admitted $refused" root,toor,stranger gdm-password none
umount disk

# What is only long, or odd, is no trouble.
module pts=console
conf "allow wide"
answers "an entry of 3,000 bytes" $admitted wide gdm-password none
conf "allow (long)"
answers "a group of 4,000 bytes: a member" $admitted stranger gdm-password none
answers "a group of 4,000 bytes: no member" $refused member gdm-password none
answers "an empty name" $unknown "" gdm-password none
for user in toor:x toor:x:0:0 +toor "toor " " toor" $'toor\n' Toor "$(printf '%05000d' 0)" 0; do
	answers "the name $(printf '%.9q' "$user") is nobody's" $unknown "$user" gdm-password none
	is_sanitized || without memory "nor is it root's without memory" $no_memory "$user"
done
answers "a terminal with a line of its own" $refused member gdm-password none "" $'tty1\nres=success'
answers "a terminal of 5,000 bytes" $refused member gdm-password none "" "$(printf '%05000d' 0)"
answers "a host of 5,000 bytes" $refused member login pts "$(printf '%05000d' 0)"
finish
