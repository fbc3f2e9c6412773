#!/bin/bash
# tcpserver's rules in their forms: the text, the cdb that tcprules makes of it, and a cdb that is
# not made of it.
# no remedy: tcprules(1) alone writes the cdb, and whom else the rules should admit is not ours to say
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"
command -v tcprules >/dev/null || skip_all "tcprules is not installed"

# rules <TEXT: the text, and the cdb of it
rules()
{
	put etc/rules.txt
	ok "$FORM: tcprules takes it" sh -c \
		'tcprules "$0/etc/tcp.smtp.cdb" "$0/temp" <"$0/etc/rules.txt"' "$ROOT"
}

# only LIST: the control
only()
{
	policy '' <<END
tcprules: { rules: /etc/rules.txt, cdb: /etc/tcp.smtp.cdb, only: $1 }
END
}

form "the filter alone"
only '[192.168.1.30]'
rules <<'END'
192.168.1.30:allow
:deny
END
judged pass "/etc/rules.txt:1: from 192.168.1.30: admitted"
says "$FORM: all others" "/etc/rules.txt:2: from any other address: denied"
says "$FORM: compiled" "compiles to the 2 rules of /etc/tcp.smtp.cdb"
snapshot "$ROOT" >before
form_run audit
snapshot "$ROOT" >after
same "$FORM: an audit writes nothing" after before
form_run apply --yes
status "$FORM: nothing to apply" 0
unreadable etc/rules.txt

form "one client more, and none for all others"
rules <<'END'
192.168.1.30:allow,RELAYCLIENT=""
10.:allow
END
judged fail "/etc/rules.txt:2: from 10.: admitted -> denied"
says "$FORM: the default" "/etc/tcp.smtp.cdb: from any other address: admitted -> denied"
says "$FORM: why" "no rule is for it, and then tcpserver admits"
says "$FORM: what it sets" "from 192.168.1.30: admitted with RELAYCLIENT=''"
refused

form "the filter is forgotten"
rules <<'END'
192.168.1.3:allow
:deny
END
judged fail "from 192.168.1.30: denied -> admitted"

form "in other words"
only '[192.168.1., 10.0.1.32]'
rules <<'END'
# later lines of a key don't count, nor what has no colon
192.168.0-255.:deny
192.168.1.:allow
END
judged fail "/etc/rules.txt:2: from 192.168.1.: denied -> admitted"
rules <<'END'
10.0.0-1.32:allow,A="b"
10.0.0.32:deny
192.168.1.:allow
192.168.1.0-255:allow
10.0.0.32
:deny
END
judged fail "/etc/rules.txt:1: from 10.0.0.32: admitted with A='b' -> denied"
rules <<'END'
10.0.1-1.32:allow
192.168.1.0-255:allow
:deny
END
judged pass

form "names and idents"
only '[192.168.1.30]'
rules <<'END'
192.168.1.30:allow
=.example.org:allow
:deny
END
judged unknown "/etc/rules.txt:2: from any other address: denied -> denied"
says "$FORM: the domain" "the rule '=.example.org' says otherwise of a client with such a name or ident"
rules <<'END'
=filter.example.org:allow
:deny
END
judged unknown "from 192.168.1.30: denied -> admitted"
rules <<'END'
=filter.example.org:deny
joe@=filter.example.org:deny
192.168.1.30:allow
:deny
END
judged unknown "'joe@=filter.example.org' says otherwise"
rules <<'END'
=.example.org:deny
=Filter.Example.Org:deny
192.168.1.30:allow
:deny
END
judged pass
rules <<'END'
=:deny
192.168.1.30:allow
END
judged fail "from any other address: admitted -> denied"

form "another cdb than the text's"
rules <<'END'
192.168.1.30:allow
10.:allow
:deny
END
sed -i '/^10\./d' "$ROOT/etc/rules.txt"
judged fail "/etc/tcp.smtp.cdb: rule '10.': admitted -> not there"
says "$FORM: the cdb is what counts" "/etc/tcp.smtp.cdb: from 10.: admitted -> denied"
rules <<'END'
192.168.1.30:allow
:deny
END
echo '192.168.1.31:allow' >>"$ROOT/etc/rules.txt"
judged fail "/etc/rules.txt:3: rule '192.168.1.31': not in the cdb -> admitted"
silent "$FORM: it is not admitted yet" "from 192.168.1.31"
rm "$ROOT/etc/rules.txt"
judged fail "/etc/rules.txt: no such file"
policy '' <<'END'
tcprules: { cdb: /etc/tcp.smtp.cdb, only: [192.168.1.30] }
END
judged pass "/etc/tcp.smtp.cdb: from any other address: denied"

form "a text that tcprules refuses"
only '[192.168.1.30]'
rules <<'END'
192.168.1.30:allow
:deny
END
printf '10.0.0.1:permit\n' >>"$ROOT/etc/rules.txt"
judged invalid "invalid /etc/rules.txt:3"
says "$FORM: why" "neither 'allow' nor 'deny' follows the colon: tcprules refuses the text here"
says "$FORM: the cdb stays" "from any other address: denied"
says "$FORM: so says tcprules" "unable to parse this line: 10.0.0.1:permit" \
	<(tcprules "$T/cdb" "$T/temp" <"$ROOT/etc/rules.txt" 2>&1)

form "no cdb"
put etc/rules.txt <<'END'
192.168.1.30:allow
:deny
END
judged fail "with -x alone tcpserver drops every connection, with -X it admits all"
only '[]'
judged unknown "with -X it admits all"

form "a damaged cdb"
only '[192.168.1.30]'
rules <<'END'
192.168.1.30:allow
:deny
END
truncate -s 2050 "$ROOT/etc/tcp.smtp.cdb"
judged invalid "it is no whole cdb"
: | put etc/tcp.smtp.cdb
judged invalid "it is no whole cdb"
unreadable etc/tcp.smtp.cdb

form "hundreds of gaps"
only '[]'
rules < <(seq -f '10.0.%g.:allow' 0 255; echo ':deny')
judged fail "236 more like these"
is "$FORM: the first are shown" "$(grep -c 'from 10' "$T/out")" 20

policy '' <<'END'
tcprules: { rules: rules.txt, cdb: /etc/tcp.smtp.cdb, only: [192.168.1, 10.0.0.0/8] }
END
run policy check "$T/policy.yaml"
says "mistakes: a path" "tcprules.rules: 'rules.txt' is no absolute path" err
says "mistakes: a prefix without a dot" "'192.168.1' is neither an IPv4 address" err
says "mistakes: a mask" "'10.0.0.0/8' is neither" err

# The host of 2004: what the audit could not see, as it had compiled the cdb itself before.
run audit --root "$PROJECT/tests/hosts/giant" --policy "$PROJECT/policy/profiles/isp-mail.yaml" smtp-from-filter
status "giant: item 6 holds" 0
finish
