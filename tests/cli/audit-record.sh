#!/bin/bash
# audit --record: what the kernel's audit log is told, read from the system call, be it taken
# there or not.
. "$(dirname "$0")/lib.sh"

command -v strace >/dev/null || skip_all "no strace"
strace -o /dev/null true 2>/dev/null || skip_all "strace may not trace here"
export ASAN_OPTIONS=detect_leaks=0 # which can't be looked for under strace
policy=$PROJECT/tests/hosts/giant-gaps.yaml

# recorded ARGUMENT...: the records that an audit sends, a line each: the type's number in
# hex and the text.
recorded()
{
	strace -f -qq -xx -s 4096 -e trace=sendto -o trace "$HOLDFAST" audit "$@" >out 2>err </dev/null
	# shellcheck disable=SC2034 # status reads it
	STATUS=$?
	sed -n 's/.*nlmsg_type=\(0x[0-9a-f]*\)[^"]*"\([^"]*\)".*/\1 \2/p' trace |
		while read -r type text; do
			printf '%s %b\n' "$type" "$text"
		done | tr -d '\0' >records
}

copy_host giant
hash=$("$HOLDFAST" audit -f json --root root --policy "$policy" |
	sed -n 's/.*"sha256":"\([0-9a-f]*\)".*/\1/p')
recorded --record --root root --policy "$policy" inetd-only-mail
status "the exit status is the audit's" 1
is "one record, as an AUDIT_TRUSTED_APP" "$(cut -d ' ' -f 1 records)" 0x461
says "it says what was audited" 'op=holdfast-audit root="root" policy="' records
says "which control does not hold" 'gaps="inetd-only-mail"' records
says "and that others were not asked for" ' partial=yes' records
says "and that not all hold" "res=failed" records
says "the policy's hash is the report's" "policy=\"${hash:-none}\"" records

run apply --root root --policy "$policy" --yes inetd-only-mail
recorded --record --root root --policy "$policy" inetd-only-mail
status "the gap is closed" 0
says "no gap is left" 'gaps=""' records
says "all hold" "res=success" records

recorded --record --root root --root nowhere --policy "$policy" inetd-only-mail
status "one root is not there" 3
is "each root has its record" "$(grep -c op=holdfast-audit records)" 2
says "the missing one without a policy" 'root="nowhere" policy=? gaps=""' records
echo nonsense >broken.yaml
recorded --record --root root --policy broken.yaml
status "a policy that is none" 3
says "is recorded too" 'root="root" policy=? gaps=""' records
says "as a failure" "res=failed" records

recorded --root root --policy "$policy"
ok "nothing is recorded unasked" test ! -s records
finish
