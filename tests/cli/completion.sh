#!/bin/bash
# Completion in bash: what it offers stands in the tables, and what the tables have it offers.
. "$(dirname "$0")/lib.sh"

mkdir -p bin some/folder
ln -s "$HOLDFAST" bin/holdfast
PATH=$T/bin:$PATH
cat >policy.yaml <<'END'
holdfast: 1
title: ids
controls:
  - id: first-id
    xinetd: { only: [imap] }
  - id: second_id
    xinetd: { only: [imap] }
  - id: third
    attest: {}
END
. "$PROJECT/enforcer/holdfast.bash"
# Not inside a completion: what the builtin would say of that.
compopt() { :; }

# offers WORD...: what is offered for the last word, one blank between.
offers()
{
	COMP_WORDS=(holdfast "$@")
	COMP_CWORD=$#
	_holdfast
	echo "${COMPREPLY[*]}"
}

"$HOLDFAST" help | sed -n 's/^  \([a-z-]*\) .*/\1/p' >commands
is "every command is offered" "$(offers "" | tr ' ' '\n' | sed '/^--/d')" "$(cat commands)"
is "a command" "$(offers aud)" audit
is "help's argument" "$(offers help aud)" audit
is "nothing after nonsense" "$(offers nonsense "")" ""
while read -r command; do
	"$HOLDFAST" help "$command" | grep -o '^  .\{3\} --[a-z-]*' | grep -o -- '--.*' >want
	is "options of $command" "$(offers "$command" -- | tr ' ' '\n')" "$(cat want)"
done <commands
is "the options of one probe" "$(offers probe syslog --)" "--facility --level --timeout --format --help"
is "an option that is given is not offered again" "$(offers audit --format json --fo)" ""
is "one that may be repeated is" "$(offers audit --root some --roo)" --root
is "formats" "$(offers audit --format "")" "text json"
is "formats after =" "$(offers audit --format = j)" json
is "after = alone" "$(offers audit --format =)" "text json"
is "choices" "$(offers audit --color n)" never
is "folders only" "$(offers audit --root "" | tr " " "\n" | sort)" $'bin\nsome'
is "folders after the letter" "$(offers audit -r so)" some
is "files" "$(offers audit --policy po)" policy.yaml
is "ids of the policy named" "$(offers audit --policy policy.yaml "")" "first-id second_id third"
is "ids that a person answers" "$(offers attest --policy policy.yaml "")" third
is "an id" "$(offers plan -p policy.yaml s)" second_id
is "subcommands" "$(offers policy c)" check
is "probes" "$(offers probe s)" "smtp ssh syslog"
is "a probe's choices" "$(offers probe smtp --expect "")" "answered refused"
is "no policy, no ids" "$(offers audit --policy nowhere.yaml "")" ""
run completion -- audit --root
status "the program answers by itself" 0
is "one candidate a line" "$(cat out)" --root
ok "shellcheck finds nothing" bash -c "! command -v shellcheck >/dev/null ||
	shellcheck -s bash '$PROJECT/enforcer/holdfast.bash'"
finish
