#!/bin/bash
# debian_tree.sh DIRECTORY [PACKAGE]...: makes a minimal Debian 12 tree with these packages.
# Needs root and mmdebstrap; packages come from where this host's apt gets them.
set -eu
directory=$1
shift
include=$(
	IFS=,
	echo "$*"
)
options=$(mktemp)
trap 'rm -f "$options"' EXIT

# This host's sources of bookworm, and its way to them: proxy, checks of the clock.
sources=()
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources}; do
	if [ -f "$file" ] && grep -q 'bookworm' "$file" && grep -q 'debian.org\|/debian' "$file"; then
		sources+=("$file")
	fi
done
apt-config dump --format '%f "%v";%n' Acquire |
	grep -E '^Acquire::(http|https|Check|Retries)[A-Za-z:-]* ".+"' >"$options" || true
mmdebstrap --quiet --variant=minbase ${include:+--include="$include"} --aptopt="$options" \
	bookworm "$directory" "${sources[@]}" </dev/null
