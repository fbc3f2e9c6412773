#!/bin/bash
# An audit and a plan give up all but reading before they look at a host, but for where the plan is
# saved; apply, undo and log all but reading and their journal. They are refused nothing that they ask for. What is
# given up tests/unit/test_confine.c shows.
. "$(dirname "$0")/lib.sh"

command -v strace >/dev/null || skip_all "no strace"
strace -o /dev/null true 2>/dev/null || skip_all "strace may not trace here"

# The last that is put on; a sanitizer's program has no filter of system calls.
last=PR_SET_SECCOMP
nm "$HOLDFAST" 2>/dev/null | grep -q __asan_init && last=landlock_restrict_self

copy_host giant root
policy=$PROJECT/tests/hosts/giant-gaps.yaml
cat >live.yaml <<'END'
holdfast: 1
title: what the running system shows
controls:
  - id: ports
    listening:
      protocols: [tcp]
      allow:
        - port: 22
END

# without_landlock ARG...: as run, on a kernel that has none.
without_landlock()
{
	"$HELPERS/cli/no_landlock" "$HOLDFAST" "$@" >out 2>err </dev/null
	STATUS=$?
}

# confined NAME ARG...
confined()
{
	local name=$1
	shift
	strace -f -qq -o trace "$HOLDFAST" "$@" >/dev/null 2>&1 </dev/null
	sed "1,/$last/d" trace | grep -E '= -1 (ENOSYS|EPERM|EROFS|EAFNOSUPPORT) ' >refused
	ok "$name: is confined" grep -q "$last" trace
	ok "$name: asks for nothing that is refused" test ! -s refused || diagnose <refused
	sed "/$last/,\$d" trace | grep 'openat2(' >early
	ok "$name: opens no file of a host before" test ! -s early || diagnose <early
	run "$@"
	sed 's/"time":"[^"]*"//' out >with
	local status=$STATUS
	without_landlock "$@"
	sed -i 's/"time":"[^"]*"//' out
	is "$name: without Landlock: status" "$STATUS" "$status"
	same "$name: without Landlock: says the same" out with
}

confined "an audit" audit --root root --policy "$policy"
confined "as JSON" audit --root root --policy "$policy" --format json
confined "of three roots" audit --root root --root root --root root --policy "$policy"
confined "a plan" plan --root root --policy "$policy"
confined "a plan that is saved" plan --root root --policy "$policy" --output saved
ok "it is saved" test -s saved
confined "of the running system" audit --policy live.yaml

# changes NAME ARG...: the first process of the trace is the program's own; others are the one that
# runs errands, the parser, and the one that changes files.
changes()
{
	local name=$1 status
	shift
	# a sanitizer can't look for leaks while strace looks on
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o trace "$HOLDFAST" "$@" --root root --yes \
		>out 2>err </dev/null
	is "$name: is done" $? 0
	awk 'NR == 1 { own = $1 } $1 == own' trace >own
	sed "/$last/,\$d" own | grep 'openat2(' | grep -v O_DIRECTORY >early
	ok "$name: is confined" grep -q "$last" own
	ok "$name: opens no file of a host but its journal before" test ! -s early || diagnose <early
	sed "1,/$last/d" own | grep -E '= -1 (EACCES|EPERM|EROFS|ENOSYS|EAFNOSUPPORT) ' >refused
	ok "$name: asks for nothing that is refused" test ! -s refused || diagnose <refused
	grep -E ' (execve|connect|fchown|fchmod|fsetxattr)\(' own | sed 1d >acts
	ok "$name: does nothing itself that errands are for" test ! -s acts || diagnose <acts
	grep -vE "^$(head -n 1 own | cut -d ' ' -f 1) " trace |
		grep -E '= -1 (EACCES|EPERM|ENOSYS) ' >refused
	ok "$name: nor do its other processes" test ! -s refused || diagnose <refused
	ok "$name: confines what changes files, where there is Landlock" \
		grep -qE 'landlock_add_rule.* = 0$|landlock_create_ruleset\(NULL.* = -1 ' trace
}

changes "an apply" apply --policy "$policy"
changes "an undo" undo
changes "a log that is pruned" log --prune
rm -rf root/var/lib/holdfast
for words in "apply --policy $policy --yes" "undo --yes" "log --verify"; do
	# shellcheck disable=SC2086
	without_landlock ${words%% *} --root root ${words#* }
	is "${words%% *} without Landlock: is done" "$STATUS" 0
done

finish
