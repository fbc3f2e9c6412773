#!/bin/bash
# README.md's examples print what README.md shows. UPDATE=1 writes them anew.
. "$(dirname "$0")/lib.sh"

cd "$PROJECT" || exit 1
"$PYTHON" tests/cli/readme_examples.py README.md "$HOLDFAST" ${UPDATE:+update} >"$T/difference" 2>&1
same "the examples are true" "$T/difference" /dev/null

finish
