# shellcheck shell=bash
# What the tests of awkward forms share (after lib.sh). A form is a small tree with one
# control; what each remedy changed in it stands in TEST.edits.expected.
#
#	form NAME		begins one: an empty tree in $ROOT
#	put PATH		standard input becomes that file of the tree
#	modules			pam_holdfast.so and some of libpam's own, as far as their heads tell
#	policy ASSUME <SECTION	the policy: assume: { ASSUME } and one control of that section
#	judged VERDICT [TEXT]	audit's verdict, exit status, and TEXT in what it prints
#	fixed ADDED REMOVED	apply does it with so many lines added and removed, the audit
#				passes then, and a second apply changes nothing
#	undone			every byte and attribute is back
#	unreadable PATH		two forms: a FIFO there, and more than 8 MiB, are unknown
#	refused			apply changes nothing and says so by its exit status
FORM=
FORMS=0

form()
{
	FORM=$1
	FORMS=$((FORMS + 1))
	ROOT=$T/$FORMS
	mkdir -p "$ROOT"/{etc,var/lib,var/log}
}

put()
{
	mkdir -p "$ROOT/$(dirname "$1")"
	cat >"$ROOT/$1"
}

modules()
{
	for module in pam_{holdfast,access,deny,env,faillock,localuser,permit,sss,succeed_if,unix,usertype}; do
		printf '\177ELF\2\1\1%9s\3 \76%45s' '' '' | tr ' ' '\0' | put "lib/x-linux-gnu/security/$module.so"
	done
}

policy()
{
	{
		printf 'holdfast: 1\ntitle: a form\nassume: { %s }\ncontrols:\n  - id: it\n' "$1"
		sed 's/^/    /'
	} >"$T/policy.yaml"
}

form_run()
{
	local command=$1
	shift
	run "$command" --root "$ROOT" --policy "$T/policy.yaml" "$@"
}

judged()
{
	local want=0
	case $1 in fail | invalid) want=1 ;; unknown | manual) want=2 ;; esac
	form_run audit --format json
	is "$FORM: verdict" "$(verdict it)" "$1"
	form_run audit -v
	status "$FORM: exit status" "$want"
	sane "$FORM: plain text"
	[ $# -lt 2 ] || says "$FORM: says so" "$2"
}

fixed()
{
	rm -rf "$T/before"
	cp -a "$ROOT" "$T/before"
	snapshot "$ROOT" >"$T/before.snapshot"
	form_run apply --yes
	status "$FORM: apply" 0
	{
		echo "== $FORM"
		difference "$T/before" "$ROOT"
	} >"$T/edit"
	cat "$T/edit" >>"$T/edits"
	is "$FORM: lines added and removed" "$(grep -c '^+' "$T/edit") $(grep -c '^-' "$T/edit")" "$1 $2" ||
		diagnose <"$T/edit"
	form_run audit
	status "$FORM: audit passes" 0
	snapshot "$ROOT" >"$T/after.snapshot"
	form_run apply --yes
	status "$FORM: apply again" 0
	snapshot "$ROOT" >"$T/now.snapshot"
	same "$FORM: applying again changes nothing" "$T/now.snapshot" "$T/after.snapshot"
}

undone()
{
	run undo --root "$ROOT" --yes
	status "$FORM: undo" 0
	snapshot "$ROOT" >"$T/now.snapshot"
	same "$FORM: undo restores all" "$T/now.snapshot" "$T/before.snapshot"
}

refused()
{
	snapshot "$ROOT" >"$T/before.snapshot"
	form_run apply --yes
	status "$FORM: apply refuses" 1
	snapshot "$ROOT" >"$T/now.snapshot"
	same "$FORM: and changes nothing" "$T/now.snapshot" "$T/before.snapshot"
}

unreadable()
{
	local path=$1 real=$ROOT
	form "a FIFO as $path"
	cp -a "$real/." "$ROOT/"
	rm -f "$ROOT/$path"
	mkfifo "$ROOT/$path"
	judged unknown
	refused
	form "$path is too large"
	cp -a "$real/." "$ROOT/"
	truncate -s 9M "$ROOT/$path"
	judged unknown
	refused
}

# in_tree COMMAND...: runs it where a copy of the tree's etc is /etc, with the host's accounts
# and libraries, /run and /var/log are empty and the only network is a loopback of its own.
in_tree()
{
	rm -rf "${T:?}/etc"
	cp -a "$ROOT/etc" "$T/etc"
	cp -a -n /etc/{passwd,group,nsswitch.conf,services,protocols,ld.so.cache,ld.so.conf,hosts,alternatives} \
		"$T/etc/" 2>/dev/null
	local map=()
	[ $EUID -eq 0 ] || map=(-r)
	unshare "${map[@]}" -m -n "$BASH" -c '
		ip link set lo up
		mount --bind "$0/etc" /etc && mount -t tmpfs tmpfs /run && mkdir /run/sshd &&
		mount -t tmpfs tmpfs /var/log && exec "$@"' "$T" "$@"
}
