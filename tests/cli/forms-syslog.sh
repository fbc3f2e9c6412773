#!/bin/bash
# syslog.conf and rsyslog.conf in awkward but legal forms: the verdict is where the messages
# go, the edit is small, and the real rsyslogd sends them there afterwards.
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

command -v rsyslogd >/dev/null || skip_all "no rsyslogd"
export T
ALL="emerg alert crit err warning notice info debug"

# arrives FILE-LEVELS HOST-LEVELS: what the real rsyslogd does with the tree's rsyslog.conf.
arrives()
{
	in_tree "$PYTHON" "$PROJECT/tests/cli/rsyslogd_gets.py" >"$T/gets" 2>"$T/gets.err"
	is "$FORM: rsyslogd" "$(cat "$T/gets")" "$(printf 'file%s\nhost%s' "${1:+ $1}" "${2:+ $2}")" ||
		diagnose <"$T/gets.err"
}

section()
{
	policy "syslog: $1" <<-'END'
		syslog:
		  forward: { selector: kern.*, to: 127.0.0.1 }
		  store: { selector: kern.*, file: /var/log/kernel }
	END
}

# The kernel's messages come in through imklog; the real rsyslogd gets the test's instead.
conf()
{
	{
		echo 'module(load="imklog")'
		cat
	} | put etc/rsyslog.conf
}

section rsyslog

form "nothing for kern"
conf <<'END'
mail.*	/var/log/maillog
END
arrives "" ""
judged fail /etc/rsyslog.conf
fixed 2 0
arrives "$ALL" "$ALL"
undone

form "both are there"
conf <<'END'
kern.*	-/var/log/kernel
kern.*	@127.0.0.1
END
arrives "$ALL" "$ALL"
judged pass
fixed 0 0

both()
{
	conf <<-'END'
		kern.*	-/var/log/kernel
		kern.*	@127.0.0.1
	END
}

form "more is included than is read"
{
	for _ in $(seq 9); do echo '$IncludeConfig /etc/large.conf'; done
	echo 'kern.* /var/log/kernel'
	echo 'kern.* @127.0.0.1'
} | conf
yes 'mail.info /var/log/mail' | head -n 5500 | put etc/large.conf
judged unknown "line 9: more than 1 MiB are included"

form "larger than what is read"
{
	yes 'mail.info /var/log/mail' | head -n 50000
	echo 'kern.* /var/log/kernel'
	echo 'kern.* @127.0.0.1'
} | conf
judged unknown "/etc/rsyslog.conf: larger than 1 MiB"

form "the file is thrown away"
both
ln -s /dev/null "$ROOT/var/log/kernel"
judged fail "/var/log/kernel leads to /dev/null"
form_run plan
says "no edit of the configuration helps" "Not remedied" "$T/out"

form "a directory is in its place"
both
mkdir "$ROOT/var/log/kernel"
judged fail "/var/log/kernel is a directory"

form "a FIFO is in its place"
both
mkfifo "$ROOT/var/log/kernel"
judged unknown "/var/log/kernel is no regular file"

form "another file is behind a link"
both
ln -s archive "$ROOT/var/log/kernel"
judged pass

form "info and above"
conf <<'END'
*.info	/var/log/kernel
*.info	@127.0.0.1
END
arrives "${ALL% debug}" "${ALL% debug}"
judged fail kern.debug
fixed 2 0
arrives "$ALL" "$ALL"
undone

form "kern.none"
conf <<'END'
*.*;kern.none	/var/log/kernel
*.*;kern.none	@127.0.0.1
END
arrives "" ""
judged fail /etc/rsyslog.conf:2
fixed 2 0
arrives "$ALL" "$ALL"
undone

form "a later part of the selector takes a level away"
conf <<'END'
kern.*;kern.!=info	/var/log/kernel
kern.*	@127.0.0.1
END
arrives "${ALL/ info/}" "$ALL"
judged fail kern.info
fixed 1 0
arrives "$ALL" "$ALL"
undone

form "kern.* stop"
conf <<'END'
kern.*	/var/log/kernel
kern.*	stop
*.*	@127.0.0.1
END
arrives "$ALL" ""
judged fail /etc/rsyslog.conf:3
fixed 1 0
arrives "$ALL" "$ALL"
undone

form "kern.* ~"
conf <<'END'
kern.*	~
kern.*	/var/log/kernel
kern.*	@127.0.0.1
END
arrives "" ""
judged fail /etc/rsyslog.conf:2
fixed 2 0
arrives "$ALL" "$ALL"
undone

form "stop in an included file"
conf <<'END'
$IncludeConfig /etc/rsyslog.d/*.conf
kern.*	/var/log/kernel
kern.*	@127.0.0.1
END
put etc/rsyslog.d/20-drop.conf <<'END'
kern.debug	stop
END
arrives "" ""
judged fail /etc/rsyslog.d/20-drop.conf:1
fixed 2 0
arrives "$ALL" "$ALL"
undone

form "omfwd action"
conf <<'END'
kern.* action(type="omfile" file="/var/log/kernel")
kern.* action(type="omfwd" target="127.0.0.1" port="514" protocol="udp")
END
arrives "$ALL" "$ALL"
judged pass

form "omfwd action to another host"
conf <<'END'
kern.* /var/log/kernel
kern.* action(type="omfwd"
	target="127.0.0.2"
	port="514" protocol="udp")
END
arrives "$ALL" ""
judged fail 127.0.0.2
fixed 1 0
arrives "$ALL" "$ALL"
undone

form "a template after the host"
conf <<'END'
kern.* /var/log/kernel;RSYSLOG_TraditionalFileFormat
kern.* @127.0.0.1:514;RSYSLOG_ForwardFormat
END
arrives "$ALL" "$ALL"
judged pass

form "if then"
conf <<'END'
if $syslogfacility-text == 'kern' then {
	action(type="omfile" file="/var/log/kernel")
	action(type="omfwd" target="127.0.0.1" port="514" protocol="udp")
}
END
arrives "$ALL" "$ALL"
judged pass

form "some messages are dropped for what they say"
conf <<'END'
if $msg contains 'level-info' then stop
kern.* /var/log/kernel
kern.* @127.0.0.1
END
arrives "${ALL/ info/}" "${ALL/ info/}"
judged fail /etc/rsyslog.conf:2
fixed 2 0
arrives "$ALL" "$ALL"
undone

form "a condition that nobody can tell"
conf <<'END'
if $hostname == 'x' then stop
kern.* /var/log/kernel
kern.* @127.0.0.1
END
arrives "$ALL" "$ALL"
judged unknown /etc/rsyslog.conf:2

# omprog starts it over and over, and the messages come late or never: plugins/omprog/omprog.c
program()
{
	conf <<-END
		module(load="omprog")
		action(type="omprog" binary="/etc/program -v"${1-})
		kern.* /var/log/kernel
		kern.* @127.0.0.1
	END
}
form "a program that is not there"
program
judged unknown /etc/rsyslog.conf:3
form "a program that is not there, with a queue of its own"
program ' queue.type="LinkedList"'
judged pass
form "a program that is there"
program
put etc/program <<'END'
#!/bin/sh
exec cat >/dev/null
END
chmod 755 "$ROOT/etc/program"
arrives "$ALL" "$ALL"
judged pass
form "a program that can't be run"
program
put etc/program </dev/null
judged unknown /etc/rsyslog.conf:3
form "a program that is not there, as old lines say it"
conf <<'END'
$ModLoad omprog
$ActionOMProgBinary /etc/none
*.* :omprog:
kern.* /var/log/kernel
kern.* @127.0.0.1
END
judged unknown /etc/rsyslog.conf:4

form "a comment that swallows the next line"
conf <<'END'
kern.* /var/log/kernel
# to the log host \
kern.* @127.0.0.1
END
arrives "$ALL" ""
judged fail
fixed 1 0
arrives "$ALL" "$ALL"
undone

form "no final newline"
printf 'kern.*\t/var/log/kernel\nmail.*\t/var/log/maillog' | conf
judged fail
fixed 2 1
arrives "$ALL" "$ALL"
undone

form "CRLF"
printf 'mail.*\t/var/log/maillog\r\nkern.*\t/var/log/kernel\r\n' | conf
arrives "$ALL" ""
judged fail
fixed 1 0
arrives "$ALL" "$ALL"
undone

form "10,000 lines"
{
	for ((i = 0; i < 5000; i++)); do
		printf '# line %d\nmail.=debug\t/var/log/mail%d\n' "$i" "$((i % 7))"
	done
	printf '*.*;kern.none\t/var/log/kernel\n'
} | conf
judged fail kern
fixed 2 0
undone

unreadable etc/rsyslog.conf

# never invalid: rsyslogd runs on with the lines that it understands
form "a line that rsyslogd rejects"
conf <<'END'
kern.*	/var/log/kernel
kern.bogus	/var/log/maillog
kern.*	@127.0.0.1
END
arrives "$ALL" "$ALL"
judged pass

expected edits "$T/edits"
finish
