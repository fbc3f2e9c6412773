#!/bin/bash
# The main job on a copy of the bundled host of 2004. Fails when a step does not do what its
# heading says.
set -u
cd "$(dirname "$0")/.." || exit 1
holdfast=${HOLDFAST:-build/holdfast}
policy=(--policy policy/profiles/isp-mail.yaml --overlay tests/hosts/giant-evidence/overlay.yaml)
closed=(ssh-keys-only kernel-log inetd-only-mail no-trusted-hosts console-root-only)
original=tests/hosts/giant
work=$(mktemp -d "${TMPDIR:-/tmp}/holdfast-demo.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
root=$work/giant
cp -R $original "$root"

# step HEADING STATUS LINES ARG...: runs holdfast, shows the last LINES of what it says, and
# wants that exit status.
step()
{
	local heading=$1 want=$2 lines=$3 status
	shift 3
	number=$((number + 1))
	printf '\n--- %d. %s ---\n$ holdfast %s\n' "$number" "$heading" "${*//$work\//}"
	[ "$lines" = all ] || echo "[the same changes again, and then:]"
	"$holdfast" "$@" </dev/null 2>&1 | sed "s|$work/||g" | tail -n "${lines/all/+1}"
	status=${PIPESTATUS[0]}
	if [ "$status" -ne "$want" ]; then
		echo "demo: exit status $status, wanted $want" >&2
		exit 1
	fi
}

echo "A mail server as an audit found it in February 2004, and the policy it should meet: the twenty"
echo "items of that audit's checklist. An overlay has what was recorded beside the host's files."
number=0
step "What does not hold? (exit status 1: gaps)" 1 all audit --root "$root" "${policy[@]}"
step "What would close the gaps?" 0 all plan --root "$root" "${policy[@]}"
step "Close them, on a copy (1: some are left to be closed by hand)" 1 3 apply --root "$root" "${policy[@]}" --yes
step "Audit what was closed again (exit status 0: all holds)" 0 all audit --root "$root" "${policy[@]}" "${closed[@]}"
step "Take it back" 0 1 undo --root "$root" --yes
# the journal in var/lib/holdfast stays: it is the record
if ! diff --no-dereference -r -x var $original "$root"; then
	echo "demo: the files are not what they were" >&2
	exit 1
fi
echo "Every file is byte for byte what it was before."
step "What was done?" 0 all log --root "$root"
step "Is the record intact?" 0 all log --root "$root" --verify
