#!/bin/bash
# Trust in its forms: who gets in by the name of his host, from which file, and who reads it.
# never invalid: what is not understood lets nobody in
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

asked()
{
	{ echo trust: && sed 's/^/  /'; } | policy ''
}

# accounts: root, two whose homes are there, and two daemons that share a folder
accounts()
{
	mkdir -p "$ROOT"/{root,home/alice,srv/bob,etc/ssh}
	put etc/passwd <<'END'
root:x:0:0::/root:/bin/bash
daemon:x:1:1::/:/usr/sbin/nologin
bin:x:2:2::/:/usr/sbin/nologin
alice:x:1000:1000::/home/alice:/bin/bash
bob:x:1001:1001::/srv/bob/:/bin/bash
gone:x:1002:1002::/home/gone:/bin/bash
END
	echo 'passwd: files' | put etc/nsswitch.conf
}

form "nobody is trusted"
accounts
asked <<<'allow: []'
judged pass "no entry in hosts.equiv, shosts.equiv and the .rhosts and .shosts of 5 homes"
fixed 0 0

form "files that let nobody in"
accounts
printf '# + +\n\n -there bob\nthere -bob\n+ -bob\n' | put etc/hosts.equiv
printf '+ +\n+\nthere +\nthere bob more\nNO_PLUS\n- x\n@ bob\n' | put etc/ssh/shosts.equiv
mkdir "$ROOT/home/alice/.rhosts"
ln -s /dev/null "$ROOT/root/.rhosts"
ln -s nowhere "$ROOT/srv/bob/.rhosts"
judged pass "no entry in hosts.equiv"
unreadable etc/hosts.equiv

form "all who can be trusted"
accounts
printf '+ +\n' | put .rhosts
printf '+\nThere.ISP.net\nthere bob\n+@group\n' | put etc/hosts.equiv
printf '@group @people\n+there\n' | put etc/ssh/shosts.equiv
printf 'there +@people\n indented carol\nunread dave\n' | put srv/bob/.rhosts
printf 'here alice\n' | put home/alice/.shosts
printf '10.0.0.1' | put root/.shosts
judged fail "/.rhosts:1: + +: everybody on any host gets in as daemon, bin -> no such entry"
says "$FORM: any host" "/etc/hosts.equiv:1: +: whoever has the same name on any host gets in as himself"
says "$FORM: who asks" "rshd or rlogind asks him for no password"
says "$FORM: a host" "/etc/hosts.equiv:2: there.isp.net: whoever has the same name on there.isp.net gets in as himself"
says "$FORM: who asks" "rshd, rlogind, or sshd with HostbasedAuthentication asks him for no password"
says "$FORM: a user" "/etc/hosts.equiv:3: there bob: user bob on there gets in as any account but root"
says "$FORM: a netgroup" "/etc/hosts.equiv:4: @group: whoever has the same name on hosts of the netgroup group gets"
says "$FORM: of users" "shosts.equiv:1: @group @people: users of the netgroup people on hosts of the netgroup group"
says "$FORM: sshd takes a plus off" "shosts.equiv:2: there:"
says "$FORM: a home elsewhere" "/srv/bob/.rhosts:1: there @people: users of the netgroup people on there gets in as bob"
says "$FORM: sshd reads on" "/srv/bob/.rhosts:2: indented carol: user carol on indented gets in as bob"
says "$FORM: sshd alone" "sshd with HostbasedAuthentication asks him for no password"
says "$FORM: the last line" "/root/.shosts:1: 10.0.0.1:"
fixed 0 12
is "$FORM: no file is left" "$(find "$ROOT" -name '.[rs]hosts' -o -name '*.equiv')" ""
undone

form "some are allowed"
accounts
printf '# backup\nBackup.isp.net backup\nother backup\n+ +\n' | put home/alice/.rhosts
asked <<<"allow: [backup.ISP.net backup, here]"
judged fail "/home/alice/.rhosts:3: other backup"
says "$FORM: allowed" "pass /home/alice/.rhosts:2: backup.isp.net backup: user backup on backup.isp.net gets in as alice"
fixed 0 2
same "$FORM: the rest stays" "$ROOT/home/alice/.rhosts" <(printf '# backup\nBackup.isp.net backup\n')
undone

form "what is not followed"
accounts
asked <<<'allow: []'
echo 'root:$y$secret:1::::::' | put etc/shadow
ln -s ../../etc/shadow "$ROOT/home/alice/.rhosts"
judged unknown "it is a link, which is not followed"
silent "$FORM: nor shown" secret
refused
rm "$ROOT/home/alice/.rhosts"
ln "$ROOT/etc/shadow" "$ROOT/home/alice/.shosts"
judged unknown "it has a second name"
silent "$FORM: nor shown either" secret

form "a line that sshd reads as several"
accounts
printf -- '-x%2000s+ +\n' '' | put etc/hosts.equiv
judged unknown "a line of more than 1022 bytes"

form "homes that are not known"
accounts
echo 'passwd: files ldap' | put etc/nsswitch.conf
judged unknown "may bring in more accounts"
rm "$ROOT/etc/passwd"
judged unknown "which homes there are can't be told without it"

form "many entries"
accounts
seq 1 300 | put etc/hosts.equiv
judged fail "200 more let somebody in"

asked <<<"allow: ['', 'a b c', ' a', 'a ']"
run policy check "$T/policy.yaml"
says "mistakes: nothing" "'' is neither" err
says "mistakes: three words" "'a b c' is neither 'HOST' nor 'HOST USER'" err
says "mistakes: a blank in front" "' a' is neither" err
says "mistakes: no user" "'a ' is neither" err
expected edits "$T/edits"
form "more entries than are shown"
for number in {1..103}; do echo "host$number"; done | put etc/hosts.equiv
policy '' <<<'trust: {}'
judged fail "etc/hosts.equiv:100: host100"
says "$FORM: the rest" "more entries: 3 more let somebody in"

finish
