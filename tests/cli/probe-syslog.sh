#!/bin/bash
# probe syslog: a marked message to the real rsyslogd, which has /dev/log, /var/log and a
# configuration of our own in namespaces.
. "$(dirname "$0")/lib-network.sh"

run probe syslog --facility kern
status "the kernel's facility" 3
says "it says whose it is" "only the kernel" err
run probe syslog --facility nowhere
status "no facility" 3
says "it names it" "'nowhere' is none of syslog(3)" err
run probe syslog --level emerg
status "a level that goes to every terminal" 3
[ "$NETWORK" = 1 ] || {
	echo "# no namespaces can be made here"
	finish
}
command -v rsyslogd >/dev/null || {
	echo "# rsyslogd is not installed"
	finish
}

mkdir dev log spool
mount -t tmpfs tmpfs dev
touch dev/null dev/urandom rsyslog.conf
for device in null urandom; do
	mount --bind "/dev/$device" "dev/$device"
done
mount --move dev /dev
mount --bind log /var/log
mount --bind rsyslog.conf /etc/rsyslog.conf

# serve LINE...: rsyslogd with these lines
serve()
{
	printf '%s\n' "global(workDirectory=\"$T/spool\")" 'module(load="imuxsock")' "$@" >rsyslog.conf
	rm -rf log/*
	rsyslogd -n -i "$T/rsyslogd.pid" >rsyslogd.out 2>&1 &
	DAEMON=$!
	keep $DAEMON
	for _ in $(seq 100); do
		[ ! -S /dev/log ] || break
		sleep 0.1
	done
}
stop()
{
	kill "$DAEMON"
	wait "$DAEMON" 2>/dev/null
	rm -f /dev/log
}

# answers NAME STATUS ANSWER TEXT ARG...
answers()
{
	run probe syslog "${@:5}"
	status "$1" "$2"
	says "$1: the answer" "$3: "
	says "$1: how" "$4"
	sane "$1: plain text"
	MARK=$(sed -n "s/.*marked '\(probe [0-9a-f]*\)'.*/\1/p" out)
}

serve '*.*;local6.none /var/log/all' 'user.* /var/log/user.log' 'local3.* @@192.0.2.7:10514' 'local3.* @loghost' \
	'local4.* :omusrmsg:root' 'local6.* @loghost' 'local5.* /dev/null' \
	':msg, contains, "nothing is wrong" /var/log/some' 'if $msg contains "never said" then /var/log/never' \
	'local2.* |/var/log/pipe' '$template one,"/var/log/%hostname%.log"' 'local1.* ?one'
mkfifo log/pipe
answers "the default" 2 unknown "/var/log/all: arrived"
says "it says beforehand what it does" "Sends one message of user.notice to syslog(3), marked 'probe "
says "every file where it goes" "/var/log/user.log: arrived"
says "and where the text decides" "/var/log/some: arrived"
says "what the text leaves out" "/var/log/never: unknown, only some messages get there"
ok "the message is there" grep -q "holdfast\[[0-9]*\]: $MARK: a test of the log, nothing is wrong" log/all
answers "to a log host" 2 unknown "@@192.0.2.7:10514: look on 192.0.2.7 with  grep -rF '" --facility local3 --level warning
says "the command has the mark" "@loghost: look on loghost with  grep -rF '$MARK' /var/log"
answers "to a log host alone" 2 unknown "@loghost: look on loghost" --facility local6
answers "by a template" 2 unknown "the name of the file depends on the message" --facility local1
answers "to a pipe" 2 unknown "|/var/log/pipe: unknown, can't be looked at" --facility local2
answers "to a device" 2 unknown "/dev/null: unknown, no regular file" --facility local5
run probe syslog --facility local4
status "to people's terminals" 3
says "it is not sent" "not sent: it would also go to users root" err
silent "not at all" "local4" log/all
stop

serve '*.*;local6.none /var/log/all' 'local3,local6.* @loghost'
answers "to a log host and no file" 2 unknown "@loghost: look on loghost" --facility local6
answers "to the files alone" 0 arrived "/var/log/all: arrived"
answers "and the other levels" 0 arrived "user.crit" --level crit
answers "with a log host" 0 arrived "look on loghost" --facility local3
run probe syslog --facility local3 --format json
status "json" 0
ok "is one object" "$PYTHON" - out <<-'END'
	import json, re, sys
	answer = json.load(open(sys.argv[1]))
	mark = answer.pop("mark")
	assert re.fullmatch("probe [0-9a-f]{16}", mark)
	assert answer == {"holdfast": 1, "probe": "syslog", "facility": "local3", "level": "notice", "answer": "arrived", "reason": None,
		"places": [{"place": "/var/log/all", "type": "file", "answer": "arrived", "why": None},
			{"place": "@loghost", "type": "host", "answer": "look", "command": f"grep -rF '{mark}' /var/log"}]}, answer
END
echo 'local3.* /var/log/new' >>rsyslog.conf
answers "a line that the daemon has not read" 1 missing "/var/log/new: missing" --facility local3 --timeout 1
says "what did arrive" "/var/log/all: arrived"
answers "other messages do arrive" 0 arrived "/var/log/all: arrived" --facility user
stop
SECONDS=0
answers "nobody takes messages" 1 missing "nobody takes messages at /dev/log: No such file"
ok "which is known at once" test "$SECONDS" -lt 5

echo 'module(load="no such thing' >rsyslog.conf
answers "a configuration that can't be read" 1 missing "nobody takes messages"
rm -f log/*
umount /etc/rsyslog.conf
mkdir empty
mount --bind empty /var/lib/dpkg
mount --bind empty /etc
run probe syslog --level crit
status "where it goes can't be told" 3
says "then it wakes nobody" "not sent: who would be told of it can't be known" err
run probe syslog --level err
status "what wakes nobody is sent" 1
says "the reason" "places that can't be told: "
finish
