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

host "CRLF, +:ALL:ALL before the rule"
printf '# console\r\n+:ALL:ALL\r\n-:ALL EXCEPT root:LOCAL\r\n' | put etc/security/access.conf
admits root alice bob
judged fail /etc/security/access.conf:2
fixed 1 0
is "$FORM: every line ends alike" "$(grep -c $'\r$' "$ROOT/etc/security/access.conf")" 4
admits root
undone

host "a member of group root" alice
printf -- '-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
admits root alice
judged fail alice

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

# never invalid: what pam_access can't read matches nobody or refuses everybody
host "a loop of links refuses everybody"
mkdir -p "$ROOT/etc/security"
ln -s access.conf "$ROOT/etc/security/access.conf"
admits ""
judged fail
refused

expected edits "$T/edits"
finish
