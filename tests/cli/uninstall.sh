#!/bin/bash
# `make uninstall` never leaves a stack naming a module that is gone, wherever a distribution's
# libpam looks for stacks and authselect for profiles; and it takes what `make install` brought.
# `make install` leaves the old module whole when it fails.
. "$(dirname "$0")/lib.sh"

build=$(dirname "$HOLDFAST")
# staged TARGET...: the Makefile with a configuration of which nothing has to be compiled.
staged()
{
	timeout 60 env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory -C "$PROJECT" BUILD="$T/built" \
		DESTDIR="$T/stage" prefix=/usr pamdir=/lib/security MAKE=true "$@" >out 2>err </dev/null
	# shellcheck disable=SC2034 # status reads it
	STATUS=$?
}

mkdir -p built/install/systemd
cp "$build/holdfast" "$build/pam_probe" "$build/pam_holdfast.so" built/install
for unit in "$PROJECT"/enforcer/systemd/*.in; do
	cp "$unit" "built/install/systemd/$(basename "${unit%.in}")"
done
staged install
status "install" 0
ok "the module is there" test -f stage/lib/security/pam_holdfast.so
ok "the feature for authselect can be run" test -x stage/usr/share/holdfast/authselect/add-feature
find stage ! -type d | sort >before

# An enabled module, and no room for a new one: the old one is whole at every moment.
cp stage/lib/security/pam_holdfast.so old.so
echo a program >built/install/holdfast
echo a program >built/install/pam_probe
cat old.so old.so >built/install/pam_holdfast.so
size=$(($(stat -c %s old.so) / 1024 / 2))
for how in "killed" "without room"; do
	(
		[ "$how" = killed ] || trap '' XFSZ
		ulimit -c 0 -f $size
		staged install
		exit $STATUS
	)
	ok "install is $how: it says so" test $? -ne 0
	same "install is $how: the module is the old one" stage/lib/security/pam_holdfast.so old.so
	is "install is $how: it can be read" "$(stat -c %a stage/lib/security/pam_holdfast.so)" 644
done
is "nothing half done is left" "$(find stage -name '*.new')" ""
exec 3<stage/lib/security/pam_holdfast.so
staged install
status "install over an installed module" 0
same "the module is the new one" stage/lib/security/pam_holdfast.so built/install/pam_holdfast.so
same "who has the old one open keeps it" /dev/fd/3 old.so
exec 3<&-

# named PATH: a line there keeps uninstall from anything.
named()
{
	mkdir -p "stage/$(dirname "$1")"
	printf '#\naccount required pam_holdfast.so\n' >"stage/$1"
	staged uninstall
	ok "$1: uninstall refuses" test "$STATUS" -ne 0
	says "$1: and says where" "$1:2:"
	rm "stage/$1"
	find stage ! -type d | sort >now
	same "$1: and removes nothing" now before
}
for path in etc/pam.conf etc/pam.d/login etc/pam.d/more/login usr/lib/pam.d/login usr/etc/pam.d/login \
	usr/share/pam.d/login etc/authselect/system-auth etc/authselect/custom/mine/password-auth \
	usr/share/authselect/vendor/mine/system-auth; do
	named $path
done

# As authselect has them: links to what it has made, and a condition.
mkdir -p stage/etc/pam.d stage/etc/authselect stage/elsewhere
echo 'account required pam_holdfast.so {include if "with-holdfast"}' >stage/elsewhere/login
ln -s ../../elsewhere/login stage/etc/pam.d/login
staged uninstall
ok "a link to a stack elsewhere: uninstall refuses" test "$STATUS" -ne 0
rm stage/etc/pam.d/login

# Files that a stack includes by a path, in turn.
mkdir -p stage/etc/pam.d stage/srv/folder
printf '@include /srv/first\naccount include /srv/folder\n' >stage/etc/pam.d/su
printf 'account [default=bad] Include ../../srv/second # more\n@include /srv/first\n' >stage/srv/first
find stage ! -type d | sort >before
named srv/second
echo '# account required pam_holdfast.so' >stage/srv/second
echo 'account required pam_holdfast.so' >stage/srv/folder/other

# What keeps nobody.
echo '# account required pam_holdfast.so' >stage/etc/pam.d/login
echo 'account required pam_unix.so' >stage/etc/pam.d/sshd
ln -s ../pam.d stage/etc/pam.d/loop
ln -s nowhere stage/etc/pam.d/dangling
mkfifo stage/etc/pam.d/fifo
staged uninstall
status "a comment, a loop, a dangling link, a FIFO and a folder: it does its work" 0
rm -r stage/etc/pam.d stage/elsewhere stage/srv
is "nothing is left of it" "$(find stage ! -type d)" ""
ok "nor are its folders" test ! -e stage/usr/share/holdfast
# The paths are built in: with another prefix what was compiled before is no good.
compiled()
{
	timeout 60 env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory -C "$PROJECT" BUILD="$T/paths" \
		LENS_DIR="$1" "$T/paths/base/bytes.o" 2>&1 </dev/null | grep -c -- '-c -o'
}
is "compiled once" "$(compiled /a)" 1
is "not again for the same paths" "$(compiled /a)" 0
is "again for others" "$(compiled /b)" 1
finish
