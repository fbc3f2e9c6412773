#!/bin/bash
# probe smtp: who answers at a mail port, in a network namespace of our own: servers of all sorts,
# and the real tcpserver with rules.
. "$(dirname "$0")/lib-network.sh"

run probe smtp --port 0
status "no port" 3
says "it names the option" "--port" err
run probe smtp --timeout 1.5
status "no whole seconds" 3
run probe smtp --tty /dev/tty1
status "an option of another probe" 3
says "it says so" "smtp takes no --tty" err
run probe smtp --expect perhaps
status "a choice that is none" 3
run probe smtp --from 127.0.0.1 --host ::1
status "addresses of two families" 3

[ "$NETWORK" = 1 ] || {
	echo "# no network namespace can be made here"
	finish
}
ip route add unreachable 10.8.0.0/24
talkers \
	'25 say 220 mail.example.org ESMTP\r\n' \
	'2502 say 220-mail.example.org\r\n220 ESMTP\r\n' \
	'2503 say 554 no mail for you\r\n' \
	'2504 close' '2505 reset' '2506 silent' \
	'2507 say 220 \x1b[31m\x00\xff\xe2\x80\xae\x9b\r\n' \
	'2508 say SSH-2.0-OpenSSH_9.2\r\n' \
	'2509 drip 2' '2510 flood 220-more\r\n' '2511 flood \x00' '2512 full' \
	'2513 say 220' '2514 say 2200 no\r\n' '2515 part 220 ha' '2516 say 421 later\r\n'

# answers NAME STATUS ANSWER TEXT ARG...
answers()
{
	run probe smtp --timeout 2 "${@:5}"
	status "$1" "$2"
	says "$1: the answer" "$3: "
	says "$1: how" "$4"
	sane "$1: plain text"
}

answers "a mail server" 0 answered "220 mail.example.org ESMTP"
says "it says beforehand what it does" "Asks who answers at 127.0.0.1 port 25: one TCP connection"
is "it says QUIT and nothing else" "$(tail -n +2 said/25 | od -c | head -1)" "$(printf 'QUIT\r\n' | od -c | head -1)"
answers "from an address of ours" 0 answered "port 25, from 127.0.0.9" --from 127.0.0.9
is "which the server sees" "$(grep -ac '^from 127.0.0.9$' said/25)" 1
answers "several lines" 0 answered "  greeting   220 ESMTP" --port 2502
answers "no mail here" 1 refused "it answers that it takes no mail" --port 2503
says "in its words" "554 no mail for you"
answers "not now" 1 refused "421 later" --port 2516
answers "closed at once" 1 refused "closed without a greeting" --port 2504
answers "reset" 1 refused "the connection is reset" --port 2505
answers "silence" 2 unknown "no greeting in time" --port 2506
answers "a greeting with control bytes" 0 answered '220 \x1b[31m \xff' --port 2507
answers "another protocol" 2 unknown "no greeting of SMTP" --port 2508
SECONDS=0
answers "a byte now and then" 2 unknown "no greeting" --port 2509
answers "lines without end" 2 unknown "no greeting of SMTP" --port 2510
ok "of which little is kept" test "$(wc -c <out)" -lt 30000
answers "NULs without end" 2 unknown "no greeting of SMTP" --port 2511
ok "in the time it has" test "$SECONDS" -lt 9
answers "a filter that drops" 2 unknown "no answer to the attempt to connect in time" --port 2512
answers "a code without an end" 2 unknown "no greeting in time" --port 2513
answers "a code of four digits" 2 unknown "no greeting of SMTP" --port 2514
answers "closed in the middle" 2 unknown "no greeting of SMTP" --port 2515
answers "nobody there" 1 refused "the connection is refused" --port 2599
answers "no way there" 2 unknown "the host can't be reached" --host 10.8.0.1
answers "refused as expected" 0 refused "the connection is refused" --port 2599 --expect refused
answers "answered against expectation" 1 answered "expected: refused" --expect refused
answers "answered as expected" 0 answered "220 mail" --expect answered
answers "silence is no refusal" 2 unknown "no greeting in time" --port 2506 --expect refused
run probe smtp --from 10.9.9.9
status "an address that is not ours" 3
says "it says why" "Cannot assign requested address" err
run probe smtp --host no-such-host.invalid
status "a name that is none" 3
says "it names the option" "--host: no-such-host.invalid: " err

run probe smtp --port 2503 --format json
status "json" 1
ok "is one object" "$PYTHON" - out <<-'END'
	import json, sys
	answer = json.load(open(sys.argv[1]))
	assert answer == {"holdfast": 1, "probe": "smtp", "host": "127.0.0.1", "address": "127.0.0.1", "port": 2503, "from": None,
		"expect": None, "answer": "refused", "how": "declined", "greeting": "554 no mail for you\\x0d\\x0a"}, answer
END

if command -v tcpserver tcprules >/dev/null; then
	printf '127.0.0.9:allow\n:deny\n' | tcprules rules.cdb rules.tmp
	# shellcheck disable=SC2016
	tcpserver -x rules.cdb -R -H -l 0 127.0.0.1 2525 bash -c 'printf "220 qmail ESMTP\r\n"; read -r' &
	keep $!
	listens 2525
	answers "tcpserver: who is allowed" 0 answered "220 qmail ESMTP" --port 2525 --from 127.0.0.9
	answers "tcpserver: who is not" 0 refused "closed without a greeting" --port 2525 --expect refused
fi
finish
