#!/bin/bash
# The program itself, killed amid its exchanges: the next undo or apply deals with it and says so,
# an audit only reports it, and the log stays whole.
set -u
PROJECT=$(cd "$(dirname "$0")/../.." && pwd)
HOLDFAST=${HOLDFAST:-$PROJECT/build/holdfast}
T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
passed=0 failed=0
policy=$PROJECT/tests/hosts/giant-gaps.yaml
exec </dev/null

ok()
{
	local name=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $name"
		cat "$T/out"
	fi
}

holdfast()
{
	"$HOLDFAST" "$@" >"$T/out" 2>&1
}

# fresh: the bundled host, and what changes files for apply killed before its third exchange.
fresh()
{
	rm -rf "$T/root"
	cp -R "$PROJECT/tests/hosts/giant" "$T/root"
	ok "the third exchange is reached" killed
}

killed()
{
	strace -f -qq -o /dev/null -e trace=renameat2 -e inject=renameat2:signal=KILL:when=3 \
		"$HOLDFAST" apply --root "$T/root" --policy "$policy" --yes >"$T/out" 2>&1
	[ $? -eq 3 ] && said "the process that changes the files died (Killed)" &&
		said "the change is not finished; the next run completes or undoes it"
}

as_before()
{
	diff -r --no-dereference -x var "$PROJECT/tests/hosts/giant" "$T/root" >"$T/out"
}

said()
{
	grep -q "$1" "$T/out"
}

fresh
ok "something was changed" eval '! as_before'
ok "log --verify holds" holdfast log --root "$T/root" --verify
ok "and says that a run was cut short" said "cut short"
ok "undo without --yes changes nothing" eval '! holdfast undo --root "$T/root"; ! as_before'
ok "undo deals with it" holdfast undo --root "$T/root" --yes
ok "and says so" said "change 1 is undone: it had been cut short"
ok "all is as before" as_before
ok "the log is whole" holdfast log --root "$T/root" --verify
ok "a second undo has nothing to do" eval '! holdfast undo --root "$T/root" --yes'
fresh
ok "apply deals with it and goes on" holdfast apply --root "$T/root" --policy "$policy" --yes
ok "and says so" said "change 1 is undone: it had been cut short"
ok "the controls hold" holdfast audit --root "$T/root" --policy "$policy"
ok "undo by number" holdfast undo --root "$T/root" --yes 2
ok "all is as before then" as_before
ok "the log is whole then" holdfast log --root "$T/root" --verify

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
