#!/bin/bash
# plant.sh PROGRAM OUTPUT.c: writes the model's file with the fault that tests/oracle/plants
# lists for the asking program.
set -eu
read -r subject program file expression < <(awk -v program="$1" '$2 == program' tests/oracle/plants)
[ "$program" = "$1" ] || exit 1
sed -E -e "$expression" "$file" >"$2"
if cmp -s "$file" "$2"; then
	echo "tests/oracle/plants: the fault for $subject changes nothing in $file" >&2
	exit 1
fi
