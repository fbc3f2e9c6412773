#!/bin/bash
# sshd_config in awkward but legal forms: the verdict is what sshd does, the edit is small,
# and sshd agrees that it is effective.
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

command -v sshd >/dev/null || skip_all "no sshd"
ssh-keygen -q -t ed25519 -N '' -f "$T/key"

policy 'openssh: 9.2p1' <<'END'
sshd:
  settings:
    PermitRootLogin: no
    PasswordAuthentication: no
    KbdInteractiveAuthentication: no
END

# sshd USER KEYWORD VALUE: what the real sshd answers for that user.
sshd_says()
{
	in_tree sshd -T -h "$T/key" -C "user=$1,host=here,addr=192.0.2.1" >"$T/sshd" 2>&1
	ok "$FORM: sshd says $2 $3 for $1" grep -qix "$2 $3" "$T/sshd"
}

keys_only()
{
	for user; do
		sshd_says "$user" permitrootlogin no
		sshd_says "$user" passwordauthentication no
		sshd_says "$user" kbdinteractiveauthentication no
	done
}

form "empty file"
put etc/ssh/sshd_config </dev/null
judged fail /etc/ssh/sshd_config
fixed 3 0
keys_only root
undone

form "all is set"
put etc/ssh/sshd_config <<'END'
PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication no
END
judged pass
fixed 0 0
keys_only root

form "trailing Match block"
put etc/ssh/sshd_config <<'END'
PasswordAuthentication no
KbdInteractiveAuthentication no

Match User backup
	X11Forwarding no
	PermitTTY no
END
judged fail PermitRootLogin
fixed 1 0
keys_only root backup
undone

form "a Match block that says otherwise"
put etc/ssh/sshd_config <<'END'
PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication no
Match User backup
	PasswordAuthentication yes
END
sshd_says backup passwordauthentication yes
judged fail /etc/ssh/sshd_config:5
says "$FORM: for whom" backup
fixed 1 1
keys_only root backup
undone

form "Match all at the end"
put etc/ssh/sshd_config <<'END'
PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication no
Match all
    PermitRootLogin yes
END
sshd_says root permitrootlogin yes
judged fail /etc/ssh/sshd_config:5
fixed 1 1
keys_only root backup
undone

form "Include whose drop-in says otherwise"
put etc/ssh/sshd_config <<'END'
Include /etc/ssh/sshd_config.d/*.conf
PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication no
END
put etc/ssh/sshd_config.d/50-cloud-init.conf <<'END'
PasswordAuthentication yes
END
sshd_says root passwordauthentication yes
judged fail /etc/ssh/sshd_config.d/50-cloud-init.conf:1
fixed 1 1
keys_only root
undone

form "Include after the settings"
put etc/ssh/sshd_config <<'END'
PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication no
Include sshd_config.d/*.conf
END
put etc/ssh/sshd_config.d/50-cloud-init.conf <<'END'
PasswordAuthentication yes
END
judged pass
keys_only root

form "a name that the Include does not match"
put etc/ssh/sshd_config <<'END'
Include /etc/ssh/sshd_config.d/*.conf
PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication no
END
put etc/ssh/sshd_config.d/50-cloud-init.conf.dpkg-old <<'END'
PasswordAuthentication yes
END
judged pass
keys_only root

form "a Match block ends with the included file"
put etc/ssh/sshd_config <<'END'
Include /etc/ssh/sshd_config.d/*.conf
PasswordAuthentication no
KbdInteractiveAuthentication no
END
put etc/ssh/sshd_config.d/10-backup.conf <<'END'
Match User backup
	X11Forwarding no
END
judged fail PermitRootLogin
fixed 1 0
keys_only root backup
undone

form "lower case with ="
put etc/ssh/sshd_config <<'END'
# root
permitrootlogin=yes
passwordauthentication = no
KBDINTERACTIVEAUTHENTICATION no
END
sshd_says root permitrootlogin yes
judged fail /etc/ssh/sshd_config:2
fixed 1 1
keys_only root
undone

form "no final newline, the value wrong"
printf 'PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes' |
	put etc/ssh/sshd_config
judged fail /etc/ssh/sshd_config:3
fixed 1 1
keys_only root
undone

form "no final newline, a value missing"
printf 'PasswordAuthentication no\nKbdInteractiveAuthentication no' | put etc/ssh/sshd_config
judged fail PermitRootLogin
form_run apply --yes
status "$FORM: apply" 0
ok "$FORM: whole lines" grep -qx 'KbdInteractiveAuthentication no' "$ROOT/etc/ssh/sshd_config"
keys_only root

form "CRLF"
printf 'PasswordAuthentication no\r\nPermitRootLogin yes\r\n' | put etc/ssh/sshd_config
sshd_says root permitrootlogin yes
judged fail /etc/ssh/sshd_config:2
fixed 2 1
is "$FORM: every line ends alike" "$(grep -c $'\r$' "$ROOT/etc/ssh/sshd_config")" 3
keys_only root
undone

form "indented, quoted, with a comment"
put etc/ssh/sshd_config <<'END'
   PermitRootLogin "yes" # until the migration
	PasswordAuthentication	no	# never
KbdInteractiveAuthentication "no"
END
sshd_says root permitrootlogin yes
judged fail /etc/ssh/sshd_config:1
fixed 1 1
says "$FORM: the comment stays" '# until the migration' "$ROOT/etc/ssh/sshd_config"
keys_only root
undone

form "the first value wins"
put etc/ssh/sshd_config <<'END'
PermitRootLogin no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
END
judged pass
keys_only root

form "a comment that looks like the setting"
put etc/ssh/sshd_config <<'END'
#PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication no
END
sshd_says root permitrootlogin without-password
judged fail PermitRootLogin
fixed 1 0
keys_only root
undone

form "the old name of keyboard-interactive"
put etc/ssh/sshd_config <<'END'
PermitRootLogin no
PasswordAuthentication no
ChallengeResponseAuthentication no
END
judged pass
keys_only root

form "a value that sshd rejects"
put etc/ssh/sshd_config <<'END'
PermitRootLogin never
PasswordAuthentication no
KbdInteractiveAuthentication no
END
ok "$FORM: sshd does" test "$(in_tree sshd -t -h "$T/key" 2>&1 | grep -c 'line 1')" -gt 0
judged invalid /etc/ssh/sshd_config:1

form "a keyword that sshd does not know"
put etc/ssh/sshd_config <<'END'
PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRotLogin no
END
judged invalid /etc/ssh/sshd_config:4

form "10,000 lines"
{
	for ((i = 0; i < 5000; i++)); do
		printf '# line %d\nAcceptEnv V%d\n' "$i" "$i"
	done
	printf 'PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n'
} | put etc/ssh/sshd_config
judged fail /etc/ssh/sshd_config:10003
fixed 1 1
keys_only root
undone

# matched VERDICT LINE...: a file that turns the other two settings off.
matched()
{
	local want=$1
	shift
	form "Match: $*"
	printf '%s\n' 'PasswordAuthentication no' 'KbdInteractiveAuthentication no' "$@" |
		put etc/ssh/sshd_config
	judged "$want"
}

matched fail 'PermitRootLogin no' 'Match Group *' 'PermitRootLogin yes'
matched fail 'PermitRootLogin no' 'Match Group !nobody,*' 'PermitRootLogin yes'
matched fail 'PermitRootLogin no' 'Match Group *,!sftp User root' 'PermitRootLogin yes'
matched fail 'PermitRootLogin yes' 'Match Address 0.0.0.0/0' 'PermitRootLogin no'
matched fail 'PermitRootLogin yes' 'Match LocalAddress 0.0.0.0/0' 'PermitRootLogin no'
matched fail 'PermitRootLogin yes' 'Port 22' 'Port 2222' 'Match LocalPort 22' 'PermitRootLogin no'
matched fail 'PermitRootLogin yes' 'Port 2222' 'Match LocalPort 22' 'PermitRootLogin no'
matched pass 'PermitRootLogin no' 'Match LocalPort 22' 'PermitRootLogin no' \
	'Match LocalAddress *' 'PermitRootLogin yes'
matched fail 'PermitRootLogin no' 'Match User !someone,*' 'PermitRootLogin yes'
matched fail 'PermitRootLogin yes' 'Match User someone' 'PermitRootLogin no'
matched pass 'PermitRootLogin yes' 'Match RDomain *' 'PermitRootLogin no'
matched pass 'PermitRootLogin yes' 'Match Address 0.0.0.0/0,::/0' 'PermitRootLogin no'

unreadable etc/ssh/sshd_config

expected edits "$T/edits"
finish
