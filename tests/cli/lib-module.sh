# shellcheck shell=bash
# What the tests of the PAM module share (after lib.sh): it is asked through libpam, with a pam.d
# and a console.conf of the test's own.
#
#	module ARGUMENT...	the line of each service
#	conf LINE...		console.conf by hand: whole and good but for these lines
#	answers NAME WANT USER[,USER...] [SERVICE [TERMINAL [RHOST [TTY]]]]	one TAP line
#	own_accounts		/etc/passwd, group and nsswitch.conf of the test's own: root and its
#				alias toor; listed, member (of the group in) and stranger; wide, whose
#				entry is long. Only where $MOUNTS is set: the test's own mounts.
#	is_sanitized		whether the module is
[ "$(id -u)" -eq 0 ] || skip_all "needs root: the module believes root's files alone"
MODULE=${HOLDFAST%/*}/pam_holdfast.so
ask=$HELPERS/cli/module_ask
hash=$(printf %064d 7)
# shellcheck disable=SC2034 # of libpam's
admitted=0 refused=6 unknown=10 no_memory=5 ignored=25
mkdir pam
chmod 755 "$T" # a user's groups are looked up as anybody

module()
{
	for service in login remote sshd gdm-password mdm cron x xx; do
		printf 'account required pam_permit.so\naccount required %s conf=%s %s\n' \
			"$MODULE" "$T/conf" "$*" >"pam/$service"
	done
}

conf()
{
	rm -rf conf
	printf '%s\n' "control c" "policy $hash" "$@" >conf
	chmod 644 conf
}

answers()
{
	is "$1" "$("$ask" pam "${4:-login}" "$3" "${7:-tty1}" "${6:-}" "${5:-pts}" 2>&1)" "$2"
}

own_accounts()
{
	local long
	long=$(printf '%3000s' '' | tr ' ' x)
	printf '%s:x:%s:%s:%s:/:/bin/sh\n' root 0 0 "" toor 0 100 "" listed 1001 100 "" \
		member 1002 100 "" stranger 1003 100 "" wide 1004 100 "$long" >passwd
	printf '%s\n' root:x:0: users:x:100: "in:x:200:member" \
		"long:x:201:$(seq -s , -f member%g 500),stranger" >group
	printf 'passwd: files\ngroup: files\ninitgroups: files\n' >nsswitch
	for file in passwd group; do
		chmod 644 $file
		mount --bind "$T/$file" /etc/$file
	done
	mount --bind "$T/nsswitch" /etc/nsswitch.conf
}

is_sanitized()
{
	nm -D "$MODULE" | grep -q __asan_
}
