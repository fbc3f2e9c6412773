#!/bin/bash
# The main job on a copy of the bundled host of 2004. Fails when a step does not do what its
# heading says.
set -u
cd "$(dirname "$0")/.." || exit 1
holdfast=${HOLDFAST:-build/holdfast}
policy=policy/profiles/isp-mail.yaml
original=tests/hosts/giant
work=$(mktemp -d "${TMPDIR:-/tmp}/holdfast-demo.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
root=$work/giant
cp -R $original "$root"

# step N HEADING STATUS ARG...: runs holdfast and wants that exit status.
step()
{
	local number=$1 heading=$2 want=$3 status
	shift 3
	printf '\n%s\n\n$ holdfast %s\n' "--- $number. $heading ---" "${*//$work\//}"
	"$holdfast" "$@" </dev/null 2>&1 | sed "s|$work/||g"
	status=${PIPESTATUS[0]}
	if [ "$status" -ne "$want" ]; then
		echo "demo: exit status $status, wanted $want" >&2
		exit 1
	fi
}

echo "A mail server as an audit found it in February 2004, and the policy it should meet:"
echo "four items of that audit's checklist, in $policy."
step 1 "What does not hold? (exit status 1: gaps)" 1 audit --root "$root" --policy $policy
step 2 "What would close the gaps?" 0 plan --root "$root" --policy $policy
step 3 "Close them, on a copy" 0 apply --root "$root" --policy $policy --yes
step 4 "Audit again (exit status 0: all holds)" 0 audit --root "$root" --policy $policy
step 5 "Take it back" 0 undo --root "$root" --yes
if ! diff -r -x holdfast $original/etc "$root/etc"; then
	echo "demo: the files are not what they were" >&2
	exit 1
fi
echo
echo "Every file is byte for byte what it was before. The log of both changes:"
step 6 "What was done, and is the record intact?" 0 log --root "$root" --verify
