#!/bin/bash
# The systemd units: what systemd says of them, that they hold nothing up, and that `make
# install` enables nothing and `make uninstall` leaves no link to a unit that is gone.
. "$(dirname "$0")/lib.sh"

build=$(dirname "$HOLDFAST")
# staged TARGET...: the Makefile with a configuration of which nothing has to be compiled.
staged()
{
	env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory -C "$PROJECT" BUILD="$T/built" \
		DESTDIR="$T/stage" prefix=/usr pamdir=/lib/security MAKE=true "$@" >out 2>err
	STATUS=$?
}
mkdir -p built/install
cp "$build/holdfast" "$build/pam_probe" "$build/pam_holdfast.so" built/install
units=$(cd "$PROJECT/enforcer/systemd" && echo *.in)
units=${units//.in/}

# What systemd says; the program they start must be there.
# shellcheck disable=SC2086,SC2046 # words
staged BUILD="$T/here" sbindir="$build" $(printf "$T/here/systemd/%s " $units)
status "the units are written" 0
if command -v systemd-analyze >/dev/null; then
	# shellcheck disable=SC2086 # words
	(cd here/systemd && systemd-analyze verify --man=no $units) >out 2>&1
	is "systemd-analyze verify has nothing to say" "$?$(cat out)" 0
	for service in here/systemd/*.service; do
		name=$(basename "$service")
		# that an audit can read the clock's state, which it can't set, counts
		most=20
		[ "$name" != holdfast-audit.service ] || most=21
		ok "$name: its exposure is $most tenths or less" \
			systemd-analyze security --offline=true --threshold=$most --no-pager "$service"
	done
else
	echo "# SKIP verify and security: systemd-analyze is not installed"
fi

# shellcheck disable=SC2086,SC2046 # words
staged BUILD="$T/built/install" $(printf "$T/built/install/systemd/%s " $units)
staged install
status "install" 0
unitdir=stage/usr/lib/systemd/system
for unit in $units; do
	is "$unit is installed" "$(stat -c %a "$unitdir/$unit")" 644
	ok "without a path that was not filled in" test -z "$(grep '@' "$unitdir/$unit" | grep -v '^SystemCallFilter=')"
done
for service in "$unitdir"/*.service; do
	program=$(sed -n 's/^ExecStart=\([^ ]*\) .*/\1/p' "$service")
	ok "$(basename "$service") starts what was installed" test -x "stage$program"
	says "and is hardened" "NoNewPrivileges=yes" "$service"
done
ok "nothing is enabled" test ! -e stage/etc/systemd

grep -hE '^(Before|Requires|Requisite|BindsTo|PartOf|Upholds|OnFailure|FailureAction|RequiredBy)=' \
	"$unitdir"/* >waits
is "nothing waits for the audits but logins at boot, and for the undo all daemons" \
	"$(sort waits | tr '\n' ' ')" "Before=shutdown.target Before=sysinit.target Before=systemd-user-sessions.service "
is "and those not for long" "$(grep -h '^TimeoutStartSec=' "$unitdir/holdfast-boot.service")" TimeoutStartSec=20s

# Taken back.
link=stage/etc/systemd/system/timers.target.wants/holdfast-audit.timer
mkdir -p "${link%/*}"
ln -s /usr/lib/systemd/system/holdfast-audit.timer "$link"
find stage >before
staged uninstall
ok "uninstall refuses while a unit is enabled" test "$STATUS" -ne 0
says "and says which" "timers.target.wants/holdfast-audit.timer"
find stage >now
same "and removes nothing" now before
rm "$link"
ln -s /dev/null "stage/etc/systemd/system/holdfast-audit.timer"
staged uninstall
status "uninstall, when one is masked" 0
is "leaves nothing but the mask" "$(find stage ! -type d)" stage/etc/systemd/system/holdfast-audit.timer
finish
