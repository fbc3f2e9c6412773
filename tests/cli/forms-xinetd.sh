#!/bin/bash
# xinetd's files in awkward but legal forms: the verdict is what xinetd serves, the edit is
# small, and the real xinetd serves nothing else afterwards.
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

command -v xinetd >/dev/null || skip_all "no xinetd"

policy 'xinetd: 2.3.15' <<'END'
xinetd:
  only: [imap2, pop3]
  remedy: disable
END

# serves PORT...: the TCP ports on which the real xinetd listens.
serves()
{
	is "$FORM: xinetd serves" "$(in_tree "$PYTHON" "$PROJECT/tests/cli/xinetd_serves.py" 2>&1)" "$*"
}

# service NAME [LINE]...: a service that would start, with these lines more.
service()
{
	local name=$1
	shift
	printf 'service %s\n{\n\tsocket_type\t= stream\n\twait\t\t= no\n' "$name"
	printf '\tuser\t\t= root\n\tserver\t\t= /usr/bin/true\n'
	for line; do
		printf '\t%s\n' "$line"
	done
	printf '}\n'
}

main()
{
	{
		printf 'defaults\n{\n'
		for line; do
			printf '\t%s\n' "$line"
		done
		printf '}\n\nincludedir /etc/xinetd.d\n'
	} | put etc/xinetd.conf
	service imap2 'disable = no' | put etc/xinetd.d/imap
}

form "mail alone"
main
service shell 'disable = yes' | put etc/xinetd.d/rsh
serves 143
judged pass
fixed 0 0

# xinetd compares names without case (defs.h EQ)
form "a name in capitals"
main
service IMAP2 'type = UNLISTED' 'port = 143' | put etc/xinetd.d/imap
serves 143
judged pass
fixed 0 0

form "rsh under another file name"
main
service shell 'disable = no' | put etc/xinetd.d/remsh
serves 143 514
judged fail /etc/xinetd.d/remsh:7
fixed 1 1
serves 143
undone

form "a file named rsh that serves pop3"
main
service pop3 'disable = no' | put etc/xinetd.d/rsh
serves 110 143
judged pass

form "no disable line at all"
main
service shell | put etc/xinetd.d/rsh
serves 143 514
judged fail /etc/xinetd.d/rsh:1
fixed 1 0
serves 143
undone

form "disabled = shell in defaults"
main 'disabled = shell'
service shell 'disable = no' | put etc/xinetd.d/rsh
serves 143
judged pass
fixed 0 0

form "disabled names the service, its id is another"
main 'disabled = shell'
service shell 'id = rsh-old' 'disable = no' | put etc/xinetd.d/rsh
serves 143 514
judged fail /etc/xinetd.d/rsh
fixed 1 1
serves 143
undone

form "enabled in defaults turns the others off"
main 'enabled = imap2'
service shell 'disable = no' | put etc/xinetd.d/rsh
serves 143
judged pass

form "the first disable wins"
main
service shell 'disable = no' 'disable = yes' | put etc/xinetd.d/rsh
serves 143 514
judged fail /etc/xinetd.d/rsh:7
fixed 1 1
serves 143
undone

form "a comment after the value"
main
service shell 'disable = yes # for good' | put etc/xinetd.d/rsh
serves 143 514
judged fail /etc/xinetd.d/rsh:7
fixed 1 1
serves 143
undone

form "upper case"
main
service shell 'DISABLE = YES' | put etc/xinetd.d/rsh
serves 143
judged pass

form "names that includedir skips"
main
service shell | put etc/xinetd.d/rsh.rpmsave
service login | put etc/xinetd.d/rlogin~
serves 143
judged pass

form "a service in xinetd.conf itself"
{
	service shell 'disable = no'
	printf 'includedir /etc/xinetd.d\n'
} | put etc/xinetd.conf
service imap2 | put etc/xinetd.d/imap
serves 143 514
judged fail /etc/xinetd.conf:7
fixed 1 1
serves 143
undone

form "no final newline"
main
printf '%s' "$(service shell)" | put etc/xinetd.d/rsh
serves 143 514
judged fail /etc/xinetd.d/rsh
fixed 1 0
serves 143
undone

form "CRLF"
main
service shell 'disable = no' | sed 's/$/\r/' | put etc/xinetd.d/rsh
serves 143
judged pass

form "10,000 lines"
main
{
	for ((i = 0; i < 4990; i++)); do
		printf '# line %d\n\n' "$i"
	done
	service shell 'disable = no'
} | put etc/xinetd.d/rsh
serves 143 514
judged fail /etc/xinetd.d/rsh:9987
fixed 1 1
serves 143
undone

form "two gaps in two files"
main
service shell 'disable = no' | put etc/xinetd.d/rsh
service login | put etc/xinetd.d/rlogin
serves 143 513 514
judged fail
fixed 2 1
serves 143
undone

unreadable etc/xinetd.conf
unreadable etc/xinetd.d/imap

form "a value that xinetd rejects"
main
service shell 'disable = true' | put etc/xinetd.d/rsh
serves 143
judged pass

form "a default that xinetd rejects"
main 'umask = nine'
serves "xinetd did not start"
judged invalid /etc/xinetd.conf:3

expected edits "$T/edits"
finish
