#!/bin/bash
# fresh.sh [GOAL]...: runs `make deps GOAL` (demo and check) from a clean clone of HEAD, each in
# a new minimal Debian 12 tree in which make and git are all that was added. Needs root and
# mmdebstrap; packages come from where this host's apt gets them.
set -eu
project=$(cd "$(dirname "$0")/.." && pwd)
[ "$(id -u)" -eq 0 ] || {
	echo "fresh: needs root" >&2
	exit 1
}
work=$(mktemp -d /var/tmp/holdfast-fresh.XXXXXX)
trap 'rm -rf --one-file-system "$work"' EXIT

"$project/tests/debian_tree.sh" "$work/minimal" make git ca-certificates

for goal in "${@:-demo check}"; do
	for word in $goal; do
		rm -rf --one-file-system "$work/tree"
		cp -a "$work/minimal" "$work/tree"
		git clone -q "file://$project" "$work/tree/root/holdfast"
		SECONDS=0
		# The tree becomes a mount, as / is on a real host: unshare -m works in it then.
		unshare -m -p -f bash -c '
			mount --bind "$1" "$1" && cd "$1" &&
			mount -t proc proc proc && mount --rbind /dev dev && mount --rbind /sys sys &&
			exec chroot . env -i HOME=/root PATH="$PATH" TERM=dumb CI="${CI:-}" \
				make -C /root/holdfast deps "$2"' fresh "$work/tree" "$word" </dev/null
		echo "fresh: make deps $word: done in $SECONDS s"
	done
done
