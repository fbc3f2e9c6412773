#!/bin/bash
# README.md's examples print what README.md shows (UPDATE=1 writes them anew), and the tests that
# SECURITY.md names are there.
. "$(dirname "$0")/lib.sh"

cd "$PROJECT" || exit 1
"$PYTHON" tests/cli/readme_examples.py README.md "$HOLDFAST" ${UPDATE:+update} >"$T/difference" 2>&1
same "the examples are true" "$T/difference" /dev/null

grep -oE '\b(unit|cli|crash|host|fuzz)/[a-z_-]+\.[a-z]+' SECURITY.md >"$T/named"
while read -r name; do
	[ -e "tests/$name" ] || echo "$name"
done <"$T/named" >"$T/missing"
ok "SECURITY.md names tests" test -s "$T/named"
same "and they are there" "$T/missing" /dev/null

finish
