#!/bin/bash
# The PAM module through libpam: who is refused where, and what each option does. What may go wrong
# is in module-trouble.sh and module-starve.sh.
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-module.sh"

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
name=$(uname -n)
for host in 127.0.0.1 127.1.2.3 ::1 ::ffff:127.0.0.1 localhost.localdomain LOCALHOST ip6-localhost \
	"$name" "$name.example.org" "${name%%.*}"; do
	answers "a display manager that says $host" $refused daemon gdm-password none "$host" ""
done
for host in 127.example.org 192.0.2.1 ::2 "x$name" "${name}x" localhost.example.org; do
	answers "a remote display of $host" $admitted daemon gdm-password none "$host" ""
done
answers "localhost is none" $refused daemon login pts localhost
module pts=console services=sshd,x
answers "services= names others" $refused daemon sshd
answers "and drops login" $admitted daemon login
answers "what services= names needs no terminal, as a display manager's" $refused daemon x none ""
answers "but none from a host" $admitted daemon x none host
module pts=console 'services=x*'
answers "what it names by a pattern does, as a greeter's" $admitted daemon xx none
module pts=console services=login
answers "and so does login" $admitted daemon login none
module pts=console
answers "display managers that are less known" $refused daemon mdm none
module pts=console services=SSHD
answers "services= in another case, which libpam folds" $refused daemon sshd
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

# What it exports, needs and says.
ok "it exports pam_sm_* alone" sh -c "nm -D --defined-only '$MODULE' | grep -v ' T pam_sm_[a-z_]*$' | grep -q . && exit 1 || exit 0"
ok "and has all of them" sh -c "[ \"\$(nm -D --defined-only '$MODULE' | grep -c ' T pam_sm_')\" -eq 3 ]"

is_sanitized || ok "its relocations are read-only" sh -c "readelf -lW '$MODULE' | grep -q GNU_RELRO && readelf -dW '$MODULE' | grep -q NOW"
finish
