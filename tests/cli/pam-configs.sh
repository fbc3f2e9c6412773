#!/bin/bash
# The profile for Debian's pam-auth-update: it is not taken unasked, it binds whatever pam_unix
# answers, and what it did can be taken back to the byte. In a root, with a debconf database of
# its own.
. "$(dirname "$0")/lib.sh"

command -v pam-auth-update >/dev/null || skip_all "no pam-auth-update"
[ -e /usr/share/pam-configs/unix ] || skip_all "no profile of pam_unix"
ask=$HELPERS/cli/module_ask
cat >debconf.conf <<END
Config: values
Templates: templates

Name: values
Driver: File
Filename: $T/values.dat

Name: templates
Driver: File
Filename: $T/templates.dat
END
export DEBCONF_SYSTEMRC=$T/debconf.conf DEBIAN_FRONTEND=noninteractive

update()
{
	pam-auth-update --root "$T/root" --package "$@" >out 2>err </dev/null
	# shellcheck disable=SC2034 # status reads it
	STATUS=$?
}

files()
{
	(cd root && sha256sum etc/pam.d/* var/lib/pam/[^s]* var/lib/pam/session*)
}

mkdir -p root/etc/pam.d root/var/lib/pam root/usr/share/pam-configs
cp /usr/share/pam/common-* root/etc/pam.d
rm -f root/etc/pam.d/*.md5sums
cp /usr/share/pam-configs/unix root/usr/share/pam-configs
update --force
status "a host without the profile" 0
says "has pam_unix" pam_unix.so root/etc/pam.d/common-account
rm -f root/etc/pam.d/*.pam-old
files >before

cp "$PROJECT/pam_module/pam-configs/holdfast" root/usr/share/pam-configs
update
status "the profile is there" 0
files >now
same "and is not taken unasked" now before

update --enable holdfast
status "enabled" 0
files | diff before - | sed -n 's/^> [^ ]* *//p' >changed
is "the account stack alone has changed" "$(paste -s -d " " changed)" \
	"etc/pam.d/common-account var/lib/pam/account"
is "the module is asked first" "$(grep -o '^account.*so' root/etc/pam.d/common-account | head -n 1 | tr -s '\t ' ' ')" \
	"account required pam_holdfast.so"

# It binds: libpam with that stack, pam_unix replaced by what answers as it may.
if [ "$(id -u)" -eq 0 ]; then
	mkdir pam
	chmod 755 "$T"
	printf 'control c\npolicy %064d\nallow sync\n' 7 >conf
	# answers ANSWER USER: libpam's number, when pam_unix would answer ANSWER
	answers()
	{
		sed -e "s|pam_unix.so|pam_debug.so acct=$1|" \
			-e "s|pam_holdfast.so|${HOLDFAST%/*}/pam_holdfast.so conf=$T/conf pts=console|" \
			root/etc/pam.d/common-account >pam/login
		echo 'account required pam_permit.so' >>pam/login
		"$ask" pam login "$2" tty1 "" pts
	}
	is "one who is not listed is refused" "$(answers success daemon)" 6
	is "with a password that has run out, too" "$(answers new_authtok_reqd daemon)" 6
	is "one who is listed is as pam_unix says: admitted" "$(answers success sync)" 0
	is "to take a new password" "$(answers new_authtok_reqd sync)" 12
	is "refused" "$(answers acct_expired sync)" 7
	is "so is root" "$(answers success root)" 0
else
	echo "# SKIP whether it binds: the module believes root's files alone"
fi

env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory -C "$PROJECT" DESTDIR="$T/root" \
	uninstall >out 2>err
ok "make uninstall refuses while it is enabled" test "$?" -ne 0
says "and says where" "etc/pam.d/common-account"
ok "and removes nothing" test -e root/usr/share/pam-configs/holdfast

# Other packages' runs keep it; taking it out leaves nothing.
update
ok "it stays when others come and go" grep -q pam_holdfast.so root/etc/pam.d/common-account
for way in --remove --disable; do
	update --enable holdfast
	update "$way" holdfast
	status "$way" 0
	files >now
	same "everything is as before, byte for byte" now before
done
env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory -C "$PROJECT" DESTDIR="$T/root" \
	uninstall >out 2>err
ok "then make uninstall takes the profile" test ! -e root/usr/share/pam-configs/holdfast
finish
