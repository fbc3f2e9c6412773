#!/bin/bash
# access.conf in awkward but legal forms: the verdict is whom pam_access admits at the
# console, the edit is small, and the real pam_access admits root alone afterwards.
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

policy 'pam: 1.5.2' <<'END'
console:
  only: [root]
  through: [access.conf]
  services: [login]
END

# Whom the real pam_access admits, of the tree's three accounts.
admits()
{
	is "$FORM: pam_access admits" \
		"$(in_tree "$PYTHON" "$PROJECT/tests/cli/pam_admits.py" root alice bob 2>&1)" "$*"
}

host()
{
	form "$1"
	put etc/passwd <<-'END'
		root:x:0:0:root:/root:/bin/bash
		alice:x:1000:1000:Alice:/home/alice:/bin/bash
		bob:x:1001:1001:Bob:/home/bob:/bin/bash
	END
	printf 'root:x:0:%s\nalice:x:1000:\nbob:x:1001:\n' "${2:-}" | put etc/group
	printf 'passwd: files\ngroup: files\n' | put etc/nsswitch.conf
	printf 'auth required pam_permit.so\naccount required pam_access.so %s\n' "${3:-}" |
		put etc/pam.d/login
}

host "comments alone"
printf '# Login access control table.\n#-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
admits root alice bob
judged fail /etc/security/access.conf
fixed 1 0
admits root
undone

host "the rule is there"
printf -- '-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
admits root
judged pass
fixed 0 0

host "the rule in other words"
printf '+ : root : ALL\n- : ALL : LOCAL\n' | put etc/security/access.conf
admits root
judged pass

host "+:ALL:ALL before the rule"
printf '# all\n+:ALL:ALL\n-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
admits root alice bob
judged fail /etc/security/access.conf:2
fixed 1 0
admits root
undone

host "one user before the rule"
printf '+:bob:tty1 tty2\n-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
admits root bob
judged fail /etc/security/access.conf:1
says "$FORM: who" bob
fixed 1 0
admits root
undone

host "a rule without its final newline is void"
printf '# console\n-:ALL EXCEPT root:LOCAL' | put etc/security/access.conf
admits root alice bob
judged fail /etc/security/access.conf:2
form_run apply --yes
status "$FORM: apply" 0
admits root

host "no final newline after a comment"
printf '# console' | put etc/security/access.conf
admits root alice bob
judged fail
fixed 2 1
admits root
undone

host "a leading blank"
printf ' -:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
admits root alice bob
judged fail /etc/security/access.conf:1
form_run apply --yes
status "$FORM: apply" 0
admits root

host "words after the rule"
printf -- '-:ALL EXCEPT root:LOCAL # only root\n' | put etc/security/access.conf
admits root
judged pass

host "CRLF"
printf '# console\r\n-:ALL EXCEPT root:LOCAL\r\n' | put etc/security/access.conf
admits root
judged pass

host "a group of the same name that comes in from elsewhere" bob
printf -- '+:root:ALL\n-:ALL:10.0.0.0/8\n' | put etc/security/access.conf
judged fail "bob is admitted"
run plan --root "$ROOT" --policy policy.yaml
says "$FORM: with nodefgroup its members would be shut out there" "with nodefgroup 'root' of a rule is no group any more; write (root) there"

# libpam takes a line of no phase for one of auth that always fails: pam_handlers.c
host "a phase spelled wrong"
printf 'auth required pam_permit.so\nacount required pam_unix.so\naccount required pam_access.so\n' |
	put etc/pam.d/login
printf -- '-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
judged invalid "/etc/pam.d/login:2: auth stack of login: nobody can pass it"

host "a stack whose first line ends in CRLF"
printf -- '-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
printf '# PAM\r\nauth required pam_permit.so\naccount required pam_unix.so\n' | put etc/pam.d/login
judged fail "no pam_access.so"
fixed 1 0
is "$FORM: libpam would take a CR for a part of the name" "$(grep -c $'\r$' "$ROOT/etc/pam.d/login")" 1
judged pass

host "CRLF, +:ALL:ALL before the rule"
printf '# console\r\n+:ALL:ALL\r\n-:ALL EXCEPT root:LOCAL\r\n' | put etc/security/access.conf
admits root alice bob
judged fail /etc/security/access.conf:2
fixed 1 0
is "$FORM: every line ends alike" "$(grep -c $'\r$' "$ROOT/etc/security/access.conf")" 4
admits root
undone

host "a list of terminals"
printf -- '-:ALL EXCEPT root:tty1 tty2 tty3 tty4 tty5 tty6 ttyS0 hvc0 console\n' | put etc/security/access.conf
admits root
judged fail "everybody is admitted from any other terminal -> only root"
says "$FORM: why" "the rules name terminals one by one"
fixed 1 0
admits root
undone

host "a terminal in a folder of /dev"
printf -- '+:bob:lxc/tty1\n-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
judged fail "bob is admitted from lxc/tty1"
fixed 1 0
undone

host "a module of somebody's own, which may be gone"
printf -- '-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
printf 'account %s /opt/gone/security/pam_access.so\naccount required pam_unix.so\n' \
	'[success=ok module_unknown=ignore default=bad]' | put etc/pam.d/login
judged fail "no pam_access.so -> pam_access.so is asked"

host "a network is no terminal"
printf -- '+:bob:192.0.2.0/24 2001:db8::/32\n-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
judged pass

host "a member of group root" alice
printf -- '-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
admits root alice
judged fail alice
fixed 1 1
is "$FORM: the line" "$(tail -n 1 "$ROOT/etc/pam.d/login")" "account required pam_access.so nodefgroup "
admits root
undone

host "a member of group root, and a rule that means a group" alice
printf -- '-:staff:.example.org\n-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
printf 'staff:x:50:bob\n' >>"$ROOT/etc/group"
refused
says "$FORM: with nodefgroup its members would come in from there" "with nodefgroup 'staff' of a rule is no group any more; write (staff) there"
sed -i 's/staff/(staff)/' "$ROOT/etc/security/access.conf"
fixed 1 1
admits root
undone

# sources PASSWD GROUP: what nsswitch.conf names beside the files
sources()
{
	printf 'passwd: files %s\ngroup: files %s\n' "$1" "$2" | put etc/nsswitch.conf
	grep -q users "$ROOT/etc/group" || echo 'users:x:100:' >>"$ROOT/etc/group"
}
host "members that another source may know" "" nodefgroup
printf -- '-:ALL EXCEPT root (users):LOCAL\n' | put etc/security/access.conf
sources "" ""
judged pass
sources ldap ""
judged unknown "any other user may be admitted from every terminal"
sources "" ldap
judged unknown "any other user may be admitted from every terminal"
sources systemd systemd
judged pass
echo '{}' | put etc/userdb/eve:users.membership
judged unknown
host "users that another source may have in group root"
printf -- '-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
sources ldap ""
judged unknown "with nodefgroup a bare name in a rule means a user alone"
refused
: >"$ROOT/etc/security/access.conf"
judged fail
fixed 2 1
undone

host "no file"
mkdir -p "$ROOT/etc/security"
admits root alice bob
judged fail /etc/security/access.conf
fixed 1 0
admits root
undone

host "10,000 lines"
{
	for ((i = 0; i < 9998; i++)); do
		printf -- '-:user%d:192.0.2.1\n' "$i"
	done
	printf '+:ALL:ALL\n-:ALL EXCEPT root:LOCAL\n'
} | put etc/security/access.conf
judged fail /etc/security/access.conf:9999
fixed 1 0
undone

unreadable etc/security/access.conf

host "a loop of links refuses everybody"
mkdir -p "$ROOT/etc/security"
ln -s access.conf "$ROOT/etc/security/access.conf"
admits ""
judged fail
refused

host "a stack that libpam refuses"
printf -- '-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
echo 'account include no-such' >>"$ROOT/etc/pam.d/login"
admits ""
judged invalid "no-such: no such file: the line fails: libpam refuses everybody"
says "$FORM: where" "/etc/pam.d/login:3"
refused

host "the modules of the stack, and who gets in from elsewhere"
printf -- '-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
echo '@include more' >>"$ROOT/etc/pam.d/login"
echo 'account required pam_unix.so' | put etc/pam.d/more
judged pass "account stack of login: asks in turn pam_access.so, pam_unix.so"
says "$FORM: with their lines" "/etc/pam.d/more:1 | account required pam_unix.so"
says "$FORM: remotely" "admitted are root from pts/0; everybody from 192.0.2.1"

# a rule of a file that other services read too
host "what else would be touched"
printf '# nothing yet\n' | put etc/security/access.conf
for service in cron su sudo systemd-user sshd imap; do
	echo 'account required pam_access.so' | put "etc/pam.d/$service"
done
refused
says "$FORM: it says so" "would also change (service cron, user any other user, from cron) from admitted to refused"
sed -n '/^    service/,$p' "$T/out" >"$T/table"
cat >"$T/want" <<'END'
    service       user            from          before    after
    cron          any other user  cron          admitted  refused
    imap          any other user  imap          admitted  refused
    su, sudo      any other user  tty1, pts/0   admitted  refused
    systemd-user  any other user  systemd-user  admitted  refused
Nothing to change, but 1 gap is left, see above.
END
same "$FORM: in a table" "$T/table" "$T/want"
form_run plan -o "$T/saved.plan"
run apply --root "$ROOT" --yes "$T/saved.plan"
status "$FORM: a saved plan is refused too" 1
sed -n '/^    service/,$p' "$T/out" >"$T/table"
same "$FORM: and shows it" "$T/table" "$T/want"

# getty LINE...: the getty of every terminal
getty()
{
	printf -- '-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
	printf '%s\n' '[Service]' "$@" | put lib/systemd/system/getty@.service
}
host "a getty"
getty 'ExecStart=-/sbin/agetty -o "-p -- \\u" --noclear %I $TERM' "UnsetEnvironment=LANG"
judged pass "gettys: each asks for a name and a password"
fixed 0 0
host "a getty that logs somebody in"
getty 'ExecStart=-/sbin/agetty --autologin root --noclear %I'
judged fail "/lib/systemd/system/getty@.service:2: getty@.service: root is logged in without a password"
refused
says "$FORM: it says why" "gettys and display managers are not changed, put it right first"
host "a getty that tells of a remote host"
getty 'ExecStart=-/sbin/agetty -E -H there %I'
judged fail "login is told the remote host 'there'"
host "a drop-in for one terminal"
getty 'ExecStart=-/sbin/agetty %I'
printf '[Service]\nExecStart=\nExecStart=/bin/sh\n' | put etc/systemd/system/getty@tty9.service.d/x.conf
judged fail "/etc/systemd/system/getty@tty9.service.d/x.conf:3: getty@tty9.service at tty9: starts /bin/sh -> login"
host "a getty that is not known"
getty 'ExecStart=/opt/ask %I'
judged unknown "it starts, and what that does is not known, /opt/ask"
refused
host "a session beside a getty"
getty 'ExecStart=-/sbin/agetty %I' 'StandardInput=tty' 'ExecStartPre=-/usr/bin/clear'
judged pass "gettys: each asks for a name and a password"
getty 'ExecStart=-/sbin/agetty %I' 'StandardInput=tty' 'ExecStartPre=-/bin/login -f root'
judged fail "/lib/systemd/system/getty@.service:4: getty@.service: root is logged in without a password"
getty 'ExecStart=-/sbin/agetty %I' 'StandardInput=tty' 'ExecStartPre=-/opt/greet'
judged unknown "it starts, and what that does is not known, /opt/greet"
host "inittab"
printf -- '-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
printf '1:2345:respawn:/sbin/mingetty tty1\n2:2345:respawn:/sbin/mingetty --autologin bob tty2\n' | put etc/inittab
judged fail "/etc/inittab:2: /etc/inittab at tty2: bob is logged in without a password"

policy 'pam: 1.5.2' <<'END'
console:
  only: [root]
  through: [access.conf]
  pts: console
END
host "a pseudo terminal as a console"
printf '+:bob:pts/0\n-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
judged fail "bob is admitted from pts/0"
fixed 1 0
undone

policy 'pam: 1.5.2' <<'END'
console:
  only: [root, (users)]
  through: [access.conf]
END
host "a group of the policy, wherever its members are known" "" nodefgroup
printf -- '-:ALL EXCEPT root (users):LOCAL\n' | put etc/security/access.conf
sources ldap ldap
judged pass

policy 'pam: 1.5.2' <<'END'
console:
  only: [root]
  through: [access.conf]
  services: [desk]
END
host "a service that may be a display manager's"
cp "$ROOT/etc/pam.d/login" "$ROOT/etc/pam.d/desk"
printf -- '+:bob:desk\n-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
judged fail "bob is admitted from desk"
printf -- '+:bob::0\n-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
judged fail "bob is admitted from :0"

policy 'pam: 1.5.2' <<<'console: { only: [root], through: [access.conf], services: [lgoin] }'
host "a service that is not there"
printf -- '-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
judged invalid "the host has no PAM service 'lgoin' (did you mean login?): /etc/pam.d/lgoin: no such file, and no other"
printf '%s required pam_permit.so\n' auth account | put etc/pam.d/other
judged fail "the host has no PAM service 'lgoin' (did you mean login?), libpam takes 'other': no line of the stack names it"
refused
says "$FORM: nor is one made" "it: the host has no PAM service 'lgoin' (did you mean login?)"
policy 'pam: 1.5.2' <<<'console: { only: [root], through: [access.conf], services: [quagga] }'
judged fail "the host has no PAM service 'quagga', libpam takes 'other'"

policy 'pam: 1.5.2' <<'END'
console:
  only: [root]
  through: [access.conf]
  remedy: shared
END
host "a stack that is shared, on request"
printf '# nothing yet\n' | put etc/security/access.conf
printf 'auth required pam_permit.so\n@include common-account\n' | put etc/pam.d/login
printf '# all\naccount required pam_permit.so\n' | put etc/pam.d/common-account
admits root alice bob
fixed 2 0
is "$FORM: its line" "$(sed -n 2p "$ROOT/etc/pam.d/common-account")" "account	required	pam_access.so nodefgroup"
admits root
undone
echo '@include common-account' | put etc/pam.d/cron
refused
says "$FORM: not when others lose by it" "service cron, user any other user, from cron"

# one that passes is silent otherwise
policy 'pam: 1.5.2' <<<'console: { only: [root, alcie, (staf)], through: [access.conf] }'
host "a name that nobody has"
printf 'staff:x:50:\n' >>"$ROOT/etc/group"
printf -- '-:ALL EXCEPT root alcie (staf):LOCAL\n' | put etc/security/access.conf
sed -i 's/pam_access.so/& nodefgroup/' "$ROOT/etc/pam.d/login"
judged pass
run audit --root "$ROOT" --policy policy.yaml
says "$FORM: audit says so though it passes" "note /etc/passwd: names in only: this host has no user alcie (did you mean alice?), group staf (did you mean staff?)"
run plan --root "$ROOT" --policy policy.yaml
says "$FORM: plan says so too" "it: this host has no user alcie"
policy 'pam: 1.5.2' <<<'console: { only: [rot], through: [access.conf] }'
judged fail "nobody could log in at the console"
refused
says "$FORM: no remedy shuts everybody out" "name somebody in only"

expected edits "$T/edits"
finish
