#!/bin/bash
# plant.sh LIST KEY OUTPUT.c: writes a source file with the fault that LIST has for KEY. A line of
# a list: two words, one of them the key; the file; a sed expression (-E).
set -eu
list=$1 key=$2 output=$3
read -r name _ file expression < <(awk -v key="$key" '$1 == key || $2 == key' "$list") || {
	echo "$list: has no fault for $key" >&2
	exit 1
}
sed -E -e "$expression" "$file" >"$output"
if cmp -s "$file" "$output"; then
	echo "$list: the fault for $name changes nothing in $file" >&2
	exit 1
fi
