#!/bin/bash
# probe console: what the live PAM stack answers, and which module. The stack, access.conf and
# the accounts are our own, bound over the host's in a mount namespace.
. "$(dirname "$0")/lib.sh"

run probe
status "nothing to probe" 3
says "it says what there is" "probe console --user" err
run probe sysog
status "an unknown one" 3
says "it is named, and the nearest" "probe: unknown word 'sysog' (did you mean syslog?)" err
run probe zzzzzzzz
says "it is named, with all there are" "probe: unknown word 'zzzzzzzz': say console, smtp, ssh or syslog" err
run probe ssh smtp
says "one word too many" "probe: 'smtp' is one word too many" err
run probe ssh --help
says "help: the port by default" "its port (default 25 or 22, or that of sshd here)"
# each default is said in the manual too
sed -n '/^\.Ss probe/,/^\.It Fl f/p' "$PROJECT/enforcer/holdfast.8" | tr '\n' ' ' >timeout
for test in console smtp ssh syslog; do
	run probe "$test" --help
	seconds=$(sed -n 's/.*how long it may take (default \([0-9]*\))$/\1/p' out)
	ok "help: how long $test may take, as in the manual" grep -qE "[^0-9]${seconds:-none} for \.Cm $test " timeout
done
run probe console
status "no user" 3
says "it asks for one" "--user" err
run probe console --user root --root /
status "there is no other root than the live one" 3

[ "$(id -u)" -eq 0 ] || {
	run probe console --user root
	status "not root" 3
	says "it needs root" "needs root" err
	finish
}
unshare -m true 2>/dev/null || skip_all "no mount namespace can be made here"
[ -n "$(find /lib/*/security /lib*/security -name pam_access.so 2>/dev/null)" ] ||
	skip_all "pam_access is not installed"

mkdir -p etc/pam.d etc/security
cat >etc/passwd <<'END'
root:x:0:0:root:/root:/bin/sh
toor:x:0:0:root:/root:/bin/sh
alice:x:1000:1000:Alice:/home/alice:/bin/sh
END
printf 'root:x:0:\nalice:x:1000:\n' >etc/group
printf '%s:*:19000:0:99999:7:::\n' root toor alice >etc/shadow
printf 'passwd: files\ngroup: files\nshadow: files\n' >etc/nsswitch.conf
printf -- '-:ALL EXCEPT root:tty1 :0\n' >etc/security/access.conf
printf 'account required pam_deny.so\n' >etc/pam.d/other
for phase in auth password session; do
	echo "$phase required pam_exec.so $T/trap.sh"
done >etc/pam.d/login
cat >>etc/pam.d/login <<'END'
@include common
account required pam_unix.so
END
echo 'account required pam_access.so nodefgroup' >etc/pam.d/common
printf '#!/bin/sh\necho >>%s/trapped\n' "$T" >trap.sh
chmod 755 "$T" trap.sh

# ask ARG...: `holdfast probe console ARG...` with the files of etc in their places.
ask()
{
	# shellcheck disable=SC2016
	unshare -m bash -c 'for file in pam.d passwd group shadow nsswitch.conf security/access.conf; do
			mount --bind "$1/etc/$file" "/etc/$file" || exit 99
		done
		exec "${@:2}"' bash "$T" "$HOLDFAST" probe console "$@" >out 2>err </dev/null
	# shellcheck disable=SC2034 # status looks at it
	STATUS=$?
}

# answers NAME STATUS VERDICT MODULE ARG...
answers()
{
	ask "${@:5}"
	status "$1" "$2"
	says "$1: the answer" "$3: "
	says "$1: who gave it" "$4"
	sane "$1: plain text"
}

answers "an ordinary user at a console" 1 "refused" "; pam_access.so was the first to say so" \
	--user alice
says "it says beforehand what it does" "Asks what service login answers alice at /dev/tty1"
says "each module that was asked" "pam_access.so nodefgroup             Permission denied"
says "and the next one too" "pam_unix.so                          Success"
answers "by the terminal's short name" 1 refused pam_access.so --user alice --tty tty1
answers "at a display" 1 refused pam_access.so --user alice --tty :0
answers "over the network" 0 admitted pam_access.so --user alice --tty ssh
answers root 0 admitted pam_access.so --user root
answers "another name of uid 0" 1 refused pam_access.so --user toor
answers "an unknown user" 1 refused "pam_access.so was the first" --user nobody-here
answers "an unknown service" 1 refused "pam_deny.so was the first" --user root --service no-such
says "it says whose stack it is" "the stack of 'other'"
ask --user root --service LOGIN
says "libpam folds the case of a service" "Asks what service LOGIN"
silent "it is no other stack" "the stack of 'other'"
answers "control bytes" 1 refused '\x1b[31m' --user $'\033[31m'
ok "no other phase was asked" test ! -e trapped

ask --user alice --format json
status "json" 1
ok "is one object" "$PYTHON" - out <<-'END'
	import json, sys
	answer = json.load(open(sys.argv[1]))
	assert (answer["user"], answer["tty"], answer["service"]) == ("alice", "/dev/tty1", "login")
	assert answer["answer"] == "refused" and answer["code"] == 6 and not answer["other"]
	modules = answer["modules"]
	assert [m["module"].split("/")[-1] for m in modules] == ["pam_access.so", "pam_unix.so"]
	assert answer["first"] == 0 and modules[0]["arguments"] == ["nodefgroup"]
	assert [m["code"] for m in modules] == [6, 0]
END

sed -i 's/^alice:.*/alice:*:0:0:99999:7:::/' etc/shadow
answers "a password that must be changed" 0 new-password "pam_unix.so was the first" \
	--user alice --tty ssh
says "what the user is told" "tells the user: "

# stack LINE...: the account stack of login
stack()
{
	printf 'account %s\n' "$@" >etc/pam.d/login
}
stack "required pam_no_such_module.so" "required pam_permit.so"
answers "a module that is missing" 1 refused "no module said so, it is libpam's own" --user root
stack "[success=1 default=ignore] pam_succeed_if.so quiet uid = 0" "requisite pam_deny.so" \
	"required pam_permit.so"
answers "a jump" 0 admitted "pam_succeed_if.so" --user root
silent "what was jumped over was not asked" "pam_deny"
printf '#!/bin/sh\nkill -KILL $PPID\nsleep 1\n' >kill.sh
printf '#!/bin/sh\n{ cut -d" " -f7 /proc/$PPID/stat; readlink /proc/$PPID/fd/0; } >%s/seen\n' "$T" >see.sh
chmod 755 kill.sh see.sh
stack "required pam_exec.so $T/kill.sh" "required pam_permit.so"
answers "a module that takes the process down" 2 unknown "did not come back" --user root
stack "required pam_exec.so $T/see.sh"
answers "a terminal that is not there" 0 admitted "can't be opened (No such file" \
	--user root --tty /dev/tty-none
is "none is at standard input" "$(tail -n 1 seen)" /dev/null
# shellcheck disable=SC2016
export -f ask
export T HOLDFAST
SHELL=/bin/bash script -qec 'ask --user root --tty "$(tty)"; tty >terminal' /dev/null >script.out 2>&1 </dev/null
is "the terminal is at standard input, and is not taken from who has it" "$(cat seen)" \
	"$(echo 0; cat terminal)"
run probe smtp --help
status "help of one probe" 0
says "its own options" "--expect answered|refused"
silent "none of another's" "--facility"
run probe -h
says "help of all" "--facility"
run -h
status "-h is --help" 0

finish
