#!/bin/bash
# Walks the tables of commands and options: each has its place in holdfast.8, and the manual
# has no option that no command takes.
. "$(dirname "$0")/lib.sh"

manual=$PROJECT/enforcer/holdfast.8
"$HOLDFAST" help | sed -n 's/^  \([a-z-]*\) .*/\1/p' >commands
ok "help lists the commands" grep -qx audit commands

# The text of one subsection (.Ss NAME) or section (.Sh NAME).
section()
{
	sed -n "/^\.S[sh] $1\$/,/^\.S[sh] /p" "$manual" | sed '1d;$d'
}

section OPTIONS >shared
section SYNOPSIS >synopsis
: >every
while read -r command; do
	section "$command" >own
	ok "$command has its section" test -s own
	ok "$command stands in the synopsis" grep -qx "\.Cm $command" synopsis
	ok "$command has its exit status" grep -q "\b$command\b" <(section "EXIT STATUS")
	"$HOLDFAST" help "$command" | sed -n 's/^  \(-[a-zA-Z],\|   \) --\([a-z-]*\).*/\1 \2/p' >options
	ok "$command has options" test -s options
	while read -r letter option; do
		if [ -z "$option" ]; then
			option=$letter letter=
		fi
		echo "$option" >>every
		item="\.It \(Fl [a-zA-Z] , \)\?Fl -$option\b"
		ok "$command --$option is described" grep -q "$item" own shared
		[ -z "$letter" ] || ok "and with its letter $letter" \
			grep -q "\.It Fl ${letter:1:1} , Fl -$option\b" own shared
	done <options
done <commands

echo version >>every
grep '^\.It .*Fl -' "$manual" | grep -o 'Fl -[a-z-]*' | sed 's/Fl -//' | while read -r option; do
	grep -qx "$option" every || echo "$option"
done >stale
ok "the manual has no option that is gone" test ! -s stale
if command -v mandoc >/dev/null; then
	ok "mandoc finds nothing to say" mandoc -T lint -W warning "$manual"
fi
finish
