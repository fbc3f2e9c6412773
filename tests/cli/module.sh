#!/bin/bash
# The PAM module through libpam, with its own pam.d: who is refused where, what each option
# does, and that no trouble keeps root out.
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" -eq 0 ] || skip_all "needs root: the module believes root's files alone"
MODULE=${HOLDFAST%/*}/pam_holdfast.so
ask=$HELPERS/cli/module_ask
hash=$(printf %064d 7)
mkdir pam
chmod 755 "$T" # a user's groups are looked up as anybody

# module ARGUMENT...: the services' line.
module()
{
	for service in login remote sshd gdm-password cron; do
		printf 'account required pam_permit.so\naccount required %s conf=%s %s\n' \
			"$MODULE" "$T/conf" "$*" >"pam/$service"
	done
}

# conf LINE...: the configuration, whole and good but for what is given.
conf()
{
	rm -rf conf
	printf '%s\n' "control c" "policy $hash" "$@" >conf
	chmod 644 conf
}

# answers NAME WANT USER [SERVICE [TERMINAL [RHOST [TTY]]]]
answers()
{
	is "$1" "$("$ask" pam "${4:-login}" "$3" "${7:-tty1}" "${6:-}" "${5:-pts}" 2>&1)" "$2"
}
admitted=0 refused=6 unknown=10

conf "allow root" "allow sync"
module pts=console
answers "one who is not listed" $refused daemon
answers "one who is listed" $admitted sync
answers "root" $admitted root
answers "nobody of that name" $unknown no-such-user
answers "a service that is no console's" $admitted daemon sshd
answers "a service that nobody thought of" $admitted daemon cron
answers "a name that only begins like a listed one" $refused sys
answers "another case" $unknown Sync
answers "a host's name on a real terminal fools nobody" $refused daemon login pts fake
answers "no terminal is no console" $admitted daemon login none
answers "a display manager, by its service" $refused daemon gdm-password none "" ""
answers "a display manager with a remote display" $admitted daemon gdm-password none host ""
answers "a display manager that says localhost, as lxdm" $refused daemon gdm-password none localhost ""
answers "login with a host, as util-linux has it" $refused daemon remote pts fake
module ""
answers "a pts is no console by default" $admitted daemon
module pts=console trust_rhost
answers "trust_rhost believes the host" $admitted daemon login pts host
answers "and refuses without one" $refused daemon
answers "localhost is none" $refused daemon login pts localhost
module pts=console services=sshd,x
answers "services= names others" $refused daemon sshd
answers "and drops login" $admitted daemon login
module pts=console services=s*
answers "services= with a star" $refused daemon sshd
module pts=console services=sshd exempt=sshd
answers "exempt= goes first" $admitted daemon sshd
module pts=console dry_run
answers "dry_run refuses nobody" $admitted daemon
module pts=console noaudit debug audit
answers "the flags are understood" $refused daemon

# Principals.
module pts=console
conf "allow 2"
answers "by uid" $admitted bin
answers "another uid" $refused daemon
conf "allow (nogroup)"
answers "by the primary group" $admitted nobody
answers "not in the group" $refused daemon
conf "allow (no-such-group)"
answers "a group that is not there" $refused nobody
conf "allow nobody" "allow (no-such-group)"
answers "beside such a group" $admitted nobody
group=$(awk -F: '$4 != "" { print $1; exit }' /etc/group)
member=$(awk -F: '$4 != "" { sub(/,.*/, "", $4); print $4; exit }' /etc/group)
if [ -n "$member" ] && [ "$(id -u "$member")" -ne 0 ]; then
	conf "allow ($group)"
	answers "by being listed in a group" $admitted "$member"
fi

# Whatever is wrong: root passes, the others as onerr= says.
trouble()
{
	module pts=console
	answers "$1: others are refused" "${2:-$refused}" daemon
	answers "$1: root passes" $admitted root
	module pts=console onerr=allow
	answers "$1: others pass by onerr=allow" $admitted daemon
	answers "$1: root passes by it too" $admitted root
}
rm -f conf
trouble "no configuration"
: >conf
trouble "an empty one"
conf "allow daemon"
chmod 666 conf
trouble "one that anybody can write"
chmod 664 conf
trouble "one that its group can write"
chmod 644 conf
chown daemon conf
trouble "one that is not root's"
conf "allow daemon"
mv conf real
ln -s real conf
trouble "a link"
rm conf
mkfifo conf
trouble "a FIFO"
rm conf
mkdir conf
trouble "a folder"
conf "allow daemon" "alow root"
trouble "a garbled line after a good one"
conf "allow daemon"
truncate -s -1 conf
trouble "one that was cut short"
conf "allow daemon"
truncate -s 200 conf
trouble "one that ends in NUL bytes"
head -c 500 /dev/urandom >conf
trouble "noise"
conf "allow daemon"
{ yes '# filled up' | head -c 1100000; } >>conf
trouble "one that is too large"
rm -rf conf
ln -s /dev/zero conf
trouble "a device"
rm conf
conf "allow daemon"
for argument in nonsense pts=maybe onerr=perhaps conf=relative services= "services=," conf; do
	module pts=console "$argument"
	answers "the argument '$argument': others are refused" $refused daemon
	answers "the argument '$argument': root passes" $admitted root
done

# What it exports, needs and says.
ok "it exports pam_sm_* alone" sh -c "nm -D --defined-only '$MODULE' | grep -v ' T pam_sm_[a-z_]*$' | grep -q . && exit 1 || exit 0"
ok "and has all of them" sh -c "[ \"\$(nm -D --defined-only '$MODULE' | grep -c ' T pam_sm_')\" -eq 3 ]"

# No memory: each allocation fails once, then all from each on.
conf "allow sync" "allow (daemon)" "allow (nogroup)"
module pts=console
starve=$HELPERS/crash/starve.so
case $(nm -D "$MODULE") in *__asan_*) starve= ;; esac
[ -z "$starve" ] || ok "its relocations are read-only" sh -c "readelf -lW '$MODULE' | grep -q GNU_RELRO && readelf -dW '$MODULE' | grep -q NOW"
if [ -n "$starve" ] && [ -e "$starve" ]; then
	count=$(STARVE_COUNT=1 LD_PRELOAD=$starve "$ask" pam gdm-password bin "" "" none 2>&1 | sed -n 's/^allocations=//p' | sort -n | tail -1)
	for user in bin root; do
		: >codes
		for how in STARVE_AT STARVE_FROM; do
			for n in $(seq 1 "${count:-0}"); do
				env LD_PRELOAD="$starve" $how="$n" "$ask" pam gdm-password $user "" "" none || echo "crash at $n"
			done
		done 2>/dev/null | sort | uniq -c >codes
		if [ $user = bin ]; then
			# glibc 2.36's name service crashes in places, which lets nobody in
			ok "no failing allocation lets one in who is refused" sh -c '! grep -qE "^ *[0-9]+ 0$" codes'
		else
			# 6 and 10 are the module's; libpam itself has 4, 5 and 28
			ok "nor keeps root out" sh -c '! grep -qE "^ *[0-9]+ (6|10|crash)" codes'
		fi
		ok "they were tried for $user" sh -c '[ "$(awk "{ s += \$1 } END { print s }" codes)" -gt 50 ]'
	done
fi

# Nothing is lost when a program loads and unloads it.
if command -v valgrind >/dev/null && [ -n "$starve" ]; then
	for user in bin sync root; do
		ok "valgrind: $user" valgrind -q --leak-check=full --errors-for-leak-kinds=definite,indirect \
			--error-exitcode=99 --trace-children=yes "$ask" pam login $user "" "" pts 20
	done
fi
finish
