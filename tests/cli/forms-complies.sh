#!/bin/bash
# Whether the host complies with the rest of the policy, by the other controls' verdicts.
# no remedy: the other controls have theirs
# reads no file: it goes by the other controls' verdicts
# never invalid: what others have that is refused fails it
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

# with KIND...: a policy of these others, one a line, and of what judges them
with()
{
	local i=0
	{
		printf 'holdfast: 1\ntitle: t\ncontrols:\n  - { id: it, complies: {} }\n'
		for section in "$@"; do
			echo "  - { id: other-$((++i)), $section }"
		done
		echo '  - { id: again, complies: {} }'
	} >"$T/policy.yaml"
}

gone='files: { path: /etc/gone, is: absent }'
there='files: { path: /etc/there, is: absent }'
form "all hold"
put etc/there </dev/null
with "$gone" "$gone"
judged pass "the other controls: all 2 hold, are waived or do not apply"

form "there is no other"
with
judged unknown "the other controls: all 0 hold"

form "one fails"
put etc/there </dev/null
with "$gone" "$there" "$there"
judged fail "the other controls: 2 of 3 do not hold -> all hold"
says "$FORM: which" "other-2, other-3"
run audit --root "$ROOT" --policy "$T/policy.yaml" it
status "$FORM: alone it can't tell" 2
says "$FORM: and says so" "3 of 3 were not judged this time"
run audit --root "$ROOT" --policy "$T/policy.yaml" it other-2
status "$FORM: what was asked for is enough to fail" 1

form "what is waived holds"
put etc/there </dev/null
with "$gone" "$there, waive: { owner: a, reason: b, until: 2099-01-01 }"
judged pass

form "what only a person can tell"
put etc/there </dev/null
with "$gone" 'attest: {}'
judged manual "1 of 2 wait for a person's answer"

form "what can't be told"
with "$gone" 'listening: { allow: [{ port: 22 }] }'
judged unknown "1 of 2 could not be told"

form "a configuration that is refused"
put etc/ssh/sshd_config <<'END'
Nonsense yes
END
with "$gone" 'sshd: { settings: { UsePAM: yes } }' 'attest: {}'
judged fail "1 of 3 have a configuration that is refused"

form "closed gaps"
put etc/xinetd.conf <<'END'
service time
{
	type = INTERNAL
	socket_type = stream
	protocol = tcp
	wait = no
	user = root
}
END
put usr/sbin/xinetd </dev/null
with 'xinetd: { only: [] }'
judged fail
run apply --root "$ROOT" --policy "$T/policy.yaml" --yes
judged pass
finish
