#!/bin/bash
# The command line: every command's help comes from its table, and mistakes are named with
# what was probably meant.
. "$(dirname "$0")/lib.sh"

# refuses WHAT TEXT ARG...: exit status 3, TEXT on stderr, nothing on stdout.
refuses()
{
	run "${@:3}"
	status "$1" 3
	says "$1: says so" "$2" err
	ok "$1: in one line, and nothing else" test "$(wc -l <err)-$(wc -c <out)" = 1-0
}

run --version
status "--version" 0
ok "is one line" grep -qx 'holdfast [0-9.]*' out
run help
status help 0
cp out help
run --help
same "--help is help" out help
sed -n 's/^  \([a-z-]*\) .*/\1/p' help >commands
ok "help fits a terminal" test "$(wc -L <help)" -le 90
while read -r command; do
	run help "$command"
	status "help $command" 0
	cp out want
	run "$command" --help
	status "$command --help" 0
	same "is the same" out want
	ok "help $command fits a terminal" test "$(wc -L <out)" -le 100
	is "no letter of $command stands for two options" \
		"$(sed -n 's/^  \(-.\), .*/\1/p' out | sort | uniq -d)" ""
	refuses "$command with an unknown option" "unknown option '--no-such-thing'" \
		"$command" --no-such-thing
done <commands

refuses "no command" "holdfast help"
refuses "an unknown command" "did you mean audit?" audti
refuses "one that is near none" "holdfast help" frobnicate
refuses "help of an unknown command" "did you mean plan?" help plam
refuses "an option nearly right" "did you mean --format?" audit --fromat json
refuses "an ambiguous option" "'--o' could be several" plan --o x
refuses "an unknown letter" "unknown option '-Z'" audit -Z
refuses "an unknown letter among known ones" "unknown option '-Z'" audit -vZ
refuses "a flag with an argument" "--verbose takes no argument" audit --verbose=yes
refuses "an option without its argument" "--root needs a DIR" audit --root
refuses "a letter without its argument" "--root needs a DIR" audit -r
refuses "an empty argument" "--root is empty" audit --root ""
refuses "one root only" "--root is given twice" plan --root a --root b
refuses "an unknown format" "must be one of text|json" audit --format yaml
refuses "control bytes in an argument" 'x\x1b[31m' audit --policy $'x\033[31m'
refuses "control bytes in a command" '\x1b[31m' $'\033[31m'

printf 'holdfast: 1\ntitle: t\ncontrols:\n  - id: x\n    xinetd: { only: [imap] }\n' >policy.yaml
mkdir root
run audit -vrroot -ppolicy.yaml -f json x
cp out one
run audit x --verbose --root=root --format=json --policy=policy.yaml
ok "letters, long names and any order are the same" \
	cmp <(sed 's/"time":"[^"]*"//' one) <(sed 's/"time":"[^"]*"//' out)
run audit -r root -p policy.yaml -- -x
status "what follows -- is no option" 3
says "but an id" "no control '-x': 'holdfast policy show' lists them" err

"$HOLDFAST" help >/dev/full 2>err
is "a full disk is an error" $? 3
says "that is named" "No space left on device" err
exec 3> >(:)
wait $!
(exec "$HOLDFAST" help >&3 2>err)
echo $? >status
exec 3>&-
is "a reader that is gone ends it as SIGPIPE does" "$(cat status)" 141
is "without a word" "$(cat err)" ""
"$HOLDFAST" help >&- 2>err
is "a closed output is one" $? 3
"$HOLDFAST" help <&- >out 2>&-
is "closed input and errors are none" $? 0
same "and change nothing" out help
finish
