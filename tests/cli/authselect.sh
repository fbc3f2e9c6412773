#!/bin/bash
# The feature for profiles of authselect, which is not in Debian: its templates are rendered by
# authselect_render.py, as authselect-profiles(5) has them, and the stacks are judged by
# `holdfast audit` and asked through libpam.
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

render()
{
	"$PYTHON" "$PROJECT/tests/cli/authselect_render.py" "$@"
}

add_feature()
{
	sh "$PROJECT/pam_module/authselect/add-feature" "$@" >out 2>err </dev/null
	# shellcheck disable=SC2034 # status reads it
	STATUS=$?
}

# A profile with what matters here of those for Fedora and RHEL.
profile()
{
	mkdir "$1"
	cat >"$1/system-auth" <<-'END'
		{imply "with-smartcard" if "with-smartcard-required"}
		auth        required      pam_env.so
		auth        sufficient    pam_unix.so {if not "without-nullok":nullok}
		auth        required      pam_deny.so

		account     required      pam_access.so         {include if "with-pamaccess"}
		account     required      pam_faillock.so       {include if "with-faillock"}
		account     required      pam_unix.so
		account     sufficient    pam_localuser.so      {exclude if "with-files-access-provider"}
		account     sufficient    pam_usertype.so issystem
		account     [default=bad success=ok user_unknown=ignore] pam_sss.so
		account     required      pam_permit.so

		session     required      pam_unix.so
	END
	cp "$1/system-auth" "$1/password-auth"
	for method in fingerprint smartcard; do
		{
			echo "{continue if \"with-$method\"}"
			grep -v imply "$1/system-auth"
		} >"$1/$method-auth"
	done
	printf '%s\n' '{continue if "with-switchable-auth"}' 'auth include system-auth' \
		'account include system-auth' >"$1/switchable-auth"
	printf '%s\n' 'session optional pam_umask.so' >"$1/postlogin"
	printf '%s\n' 'A profile' '=========' "" 'AVAILABLE OPTIONAL FEATURES' \
		'---------------------------' "" 'with-faillock::' '    Lock.' "" EXAMPLES >"$1/README"
	echo 'Make sure that the service is enabled.' >"$1/REQUIREMENTS"
}

# selected NAME FEATURE...: a host on which they are, as authselect leaves it
selected()
{
	local template name service phase
	form "$1"
	shift
	render profile "$ROOT/etc/authselect" "$@"
	mkdir "$ROOT/etc/pam.d"
	for template in profile/*-auth; do
		name=${template#*/}
		ln -s "/etc/authselect/$name" "$ROOT/etc/pam.d/$name"
	done
	for service in login:system gdm-password:password gdm-fingerprint:fingerprint \
		gdm-smartcard:smartcard; do
		for phase in auth account session; do
			echo "$phase include ${service#*:}-auth"
		done | put "etc/pam.d/${service%:*}"
	done
	modules
	printf 'control it\npolicy %064d\nallow root\n' 0 | put etc/holdfast/console.conf
}

console()
{
	policy 'pam: 1.5.2' <<-END
		console:
		  only: [root]
		  through: [module]
		  services: [$1]
	END
}

profile profile
cp -R profile before
add_feature profile
status "the feature is added" 0
cp -R profile once
add_feature profile
ok "a second time nothing changes" diff -r once profile
is "of the templates one line each is new" "$(diff -r before profile | grep '^[<>].*account')" \
	"$(yes '> account     required      pam_holdfast.so {include if "with-holdfast"}' | head -n 5)"
for features in "" "with-faillock with-pamaccess with-fingerprint with-smartcard with-switchable-auth"; do
	rm -rf without with
	# shellcheck disable=SC2086 # words
	render before without $features
	# shellcheck disable=SC2086 # words
	render profile with $features
	ok "unless it is selected all is as before (${features:-no other feature})" diff -r without with
done
says "the README tells of it" "with-holdfast::" profile/README
rm -r with
render profile with with-holdfast
says "so do the requirements" "make sure /etc/holdfast/console.conf is there" with/REQUIREMENTS

# Judged. The module believes root's files alone.
all="login, gdm-password, gdm-fingerprint, gdm-smartcard"
methods="with-fingerprint with-smartcard"
if [ "$(id -u)" -eq 0 ]; then
	console "$all"
	for more in "" with-files-access-provider; do
		# shellcheck disable=SC2086 # words
		selected "on, ${more:-nothing else}" with-holdfast $methods $more
		judged pass
		# shellcheck disable=SC2086 # words
		selected "off, ${more:-nothing else}" $methods $more
		judged fail "no pam_holdfast.so -> pam_holdfast.so is asked"
	done
	selected "no fingerprints" with-holdfast
	console "login, gdm-password"
	judged pass

	# libpam's own answer, with Debian's modules where it has them.
	chmod 755 "$T"
	printf 'control c\npolicy %064d\nallow sync\n' 7 >conf
	# answers SERVICE: libpam's numbers for one who is not listed, one who is, and root
	answers()
	{
		mkdir -p pam
		for file in "$ROOT"/etc/pam.d/*; do
			sed -e "s|pam_unix.so|pam_debug.so acct=success|; s|pam_sss.so|pam_deny.so|" \
				-e "s|pam_holdfast.so|${HOLDFAST%/*}/pam_holdfast.so conf=$T/conf pts=console|" \
				"$ROOT/etc/authselect/${file##*/}" >"pam/${file##*/}" 2>/dev/null ||
				cp "$file" "pam/${file##*/}"
		done
		# what is included comes from /etc/pam.d, whatever pam_start_confdir was given
		# shellcheck disable=SC2016 # the inner shell's
		unshare --mount sh -c 'mount --bind pam /etc/pam.d && exec "$@"' - \
			"$HELPERS/cli/module_ask" /etc/pam.d "$1" daemon,sync,root tty1 "" pts
	}
	for want in "on:6 0 0" "off:0 0 0"; do
		# shellcheck disable=SC2046 # none, or one word
		selected "libpam" $([ "${want%:*}" = off ] || echo with-holdfast) with-fingerprint with-smartcard
		for service in login gdm-password gdm-fingerprint gdm-smartcard; do
			is "libpam, ${want%:*}: $service" "$(answers $service)" "${want#*:}"
		done
	done
else
	echo "# SKIP the stacks: the module believes root's files alone"
fi

# What is no profile of one's own is left alone.
refused_for()
{
	add_feature "$1"
	status "refused: $2" 1
	says "and says so: $2" "$3" err
	rm -rf now
	cp -R "$1" now
	ok "and nothing has changed: $2" diff -r "$1" before.other
}
for trouble in "mv README x|there is no README" "ln -sf ../before/smartcard-auth .|another profile's" \
	"ln -sf ../before/README .|another profile's" "sed -i /^account/d password-auth|no account line"; do
	rm -rf other before.other
	cp -R before other
	(cd other && eval "${trouble%|*}")
	cp -R other before.other
	refused_for other "${trouble%|*}" "${trouble#*|}"
done

# What it could not do is told, and the rest is done.
is "a profile with all headings: no note" "$(rm -rf other; cp -R before other; add_feature other; cat err)" ""
rm -rf other
cp -R before other
sed -i '/^AVAILABLE/d' other/README
sed -i '/^account/d' other/switchable-auth
add_feature other
status "without a heading" 0
says "it is told" "note: other/README has no heading AVAILABLE OPTIONAL FEATURES" err
says "and which stack stays" "note: other/switchable-auth has no account line" err
ok "the others ask the module" grep -q pam_holdfast.so other/system-auth
finish
