#!/bin/bash
# Walks the tables of kinds, commands and report formats: each is one file and one row, and has
# a summary, its place in a manual, and a test that shows what it does.
. "$(dirname "$0")/lib.sh"
cd "$PROJECT" || exit 1

# rows TABLE PREFIX: the names in the table's rows.
rows()
{
	sed -n "s/^	&$2_\([a-z_]*\),\$/\1/p" "$1"
}

# walk TABLE PREFIX FOLDER: both ways between rows and files.
walk()
{
	local name file
	ok "$1 has rows" test -n "$(rows "$1" "$2")"
	for name in $(rows "$1" "$2"); do
		file=$3/$name.c
		is "$name: its file ends in its description" \
			"$(grep -c "^const struct [a-z_]* $2_$name = {" "$file")" 1
		ok "$name: under that name" grep -qE "(^	|\{ ?)\.name = \"$name\"" "$file"
	done
	grep -lE "^const struct [a-z_]* $2_" "$3"/*.c | sed 's|.*/||; s|\.c$||' | sort >"$T/files"
	rows "$1" "$2" | sort >"$T/rows"
	same "each file in $3 has its row" "$T/files" "$T/rows"
}

walk policy/kinds/kinds.c kind policy/kinds
for kind in $(rows policy/kinds/kinds.c kind); do
	ok "$kind: a summary" grep -qE '^	?\.summary = ".+"' "policy/kinds/$kind.c"
	ok "$kind: in the manual" grep -qx "\.Ss $kind" policy/holdfast-policy.5
	ok "$kind: in a profile" grep -rqE "^    $kind:( \{\})?$" policy/profiles
	forms=tests/cli/forms-$kind.sh
	ok "$kind: compliant" grep -q '^judged pass' "$forms"
	ok "$kind: gap" grep -q '^judged fail' "$forms"
	if grep -q '^	\.remedy = ' "policy/kinds/$kind.c"; then
		ok "$kind: fix, and the same fix twice" grep -qE '^fixed ([1-9]|0 [1-9])' "$forms"
		ok "$kind: nothing to fix" grep -q '^fixed 0 0' "$forms"
		ok "$kind: undo" grep -q '^undone' "$forms"
	else
		ok "$kind: says why it mends nothing" grep -q '^# no remedy: ' "$forms"
	fi
	ok "$kind: unreadable" grep -qE '^unreadable |^# reads no file: ' "$forms"
	ok "$kind: invalid, or why it can't be" grep -qE '^judged invalid|^# never invalid: ' "$forms"
done

walk enforcer/commands.c command enforcer/commands
for command in $(rows enforcer/commands.c command); do
	ok "$command: answers --help" "$HOLDFAST" "$command" --help
	# what `holdfast help` does not list is there for the shell's completion alone, whose
	# test runs it through the shell
	[ "$command" != completion ] || continue
	ok "$command: a test runs it" grep -qE "(run|HOLDFAST\"?) $command\b" tests/cli/*.sh
	ok "$command: a summary" grep -qE '\.summary =' "enforcer/commands/$command.c"
	ok "$command: in the manual" grep -qx "\.Ss $command" enforcer/holdfast.8
done

walk enforcer/commands/probe.c active enforcer/commands/probe
for probe in $(rows enforcer/commands/probe.c active); do
	ok "$probe: a test runs it" grep -qE "(run|HOLDFAST\"?) probe $probe\b" tests/cli/*.sh
	ok "$probe: in the manual" grep -qx "\.Cm $probe" enforcer/holdfast.8
done
is "the completion has the same probes" "$("$HOLDFAST" completion -- probe "" | tr '\n' ' ')" \
	"$(rows enforcer/commands/probe.c active | tr '\n' ' ')"

walk enforcer/report/report.c report enforcer/report
for format in $(rows enforcer/report/report.c report); do
	ok "$format: in the manual" grep -qE "(Cm|Ar|Ql) $format\b" enforcer/holdfast.8
	command=audit
	"$HOLDFAST" help report | grep -q -- "--format .*$format" && command=report
	run "$command" --format "$format" --root tests/hosts/giant --policy policy/profiles/isp-mail.yaml
	status "$format: reports" 1
	ok "$format: prints something" test -s "$T/out"
done

finish
