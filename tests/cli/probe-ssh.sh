#!/bin/bash
# probe ssh: the methods that a server offers without a key, and telnet. The real sshd with
# accounts, files and a network of our own; and servers that are none.
. "$(dirname "$0")/lib-network.sh"

run probe ssh --port ssh
status "no port" 3
says "it names the option" "--port" err
run probe ssh --from 127.0.0.1
status "an option of another probe" 3
[ "$NETWORK" = 1 ] || {
	echo "# no network namespace can be made here"
	finish
}
[ -x /usr/bin/ssh ] || {
	run probe ssh
	status "no ssh(1)" 3
	says "it says so" "there is no ssh(1)" err
	finish
}

# answers NAME STATUS ANSWER TEXT ARG...
answers()
{
	run probe ssh "${@:5}"
	status "$1" "$2"
	says "$1: the answer" "$3: "
	says "$1: how" "$4"
	sane "$1: plain text"
}

talkers '2301 close' '2302 flood no ssh' '2303 silent' '2304 say SSH-2.0-\x1b[31mX\r\n' \
	'2305 flood line\n' '2306 full' '2307 flood \x00\n'
answers "nobody there" 1 refused "port 2300: Connection refused" --port 2300
says "it says beforehand what it does" "Asks the ssh server at 127.0.0.1 port 2300 how it lets root in"
says "telnet" "  telnet     refused"
answers "closed at once" 2 unknown "onnection" --port 2301
answers "no ssh" 2 unknown "" --port 2302
SECONDS=0
answers "silence" 2 unknown "" --port 2303 --timeout 2
answers "control bytes in the version" 2 unknown "" --port 2304 --timeout 2
answers "lines without end" 2 unknown "" --port 2305 --timeout 2
answers "nobody takes the connection" 2 unknown "timed out" --port 2306 --timeout 2
ok "in the time it has" test "$SECONDS" -lt 16
answers "NULs" 2 unknown "" --port 2307 --timeout 2
ok "of all that little is kept" test "$(wc -c <out)" -lt 20000
run probe ssh --port 2300 --user $'\033[31m'
says "a user with control bytes" 'lets \x1b[31m in'
sane "a user with control bytes: plain text"

[ $EUID -eq 0 ] && [ -x /usr/sbin/sshd ] && [ "$(cat /proc/self/uid_map | tr -s ' ')" = ' 0 0 4294967295' ] || {
	echo "# sshd needs root"
	finish
}
# --- the real sshd: no file of the host's decides, and none is written -----------------
mkdir etc home
sed 's/^root:[^:]*:/root::/' /etc/shadow >etc/shadow
chmod 600 etc/shadow
printf 'Host *\nProxyCommand touch %s/trapped\n' "$T" >etc/ssh_config
mount --bind etc/shadow /etc/shadow
mount --bind etc/ssh_config /etc/ssh/ssh_config
# the home of root by passwd(5), where ssh(1) looks; over /root the project may lie
sed "s|^\(root:.*\):/root:|\1:$T/home:|" /etc/passwd >etc/passwd
mount --bind etc/passwd /etc/passwd
mkdir -p /run/sshd
ssh-keygen -q -t ed25519 -N '' -f host_key

# serve LINE...: sshd with these lines, on port 2222
serve()
{
	printf '%s\n' 'ListenAddress 127.0.0.1' "HostKey $T/host_key" 'PidFile none' 'UsePAM no' "$@" >sshd_config
	/usr/sbin/sshd -D -f "$T/sshd_config" -E "$T/sshd.log" &
	SSHD=$!
	keep "$SSHD"
	for port in $(printf '%s\n' "$@" | sed -n 's/^Port //p'); do
		listens "$port"
	done
}
stop()
{
	kill "$SSHD"
	wait "$SSHD" 2>/dev/null
}
keys="PasswordAuthentication no"

serve "Port 2222" "$keys" "KbdInteractiveAuthentication no"
answers "keys alone" 0 keys-only "methods    publickey" --port 2222
says "the software" "  server     OpenSSH_"
answers "where this host's sshd listens" 0 keys-only "at 127.0.0.1 port 2222"
ok "one connection each" test "$(grep -c 'Connection closed by authenticating user root' sshd.log)" = 2
"$PYTHON" - said/telnet <<-'END' &
	import socket, sys
	server = socket.create_server(("127.0.0.1", 23))
	while True:
	    client = server.accept()[0]
	    with open(sys.argv[1], "ab") as file:
	        file.write(b"connected;" + client.recv(100))
END
telnet=$!
keep $telnet
listens 23
answers "telnet is served" 1 keys-only "; port 23, for telnet, answers"
run probe ssh --format json
status "json: telnet" 1
is "nothing is said to telnet" "$(cat said/telnet)" "connected;connected;"
kill $telnet
stop

serve "Port 2222" "Port 2223" "$keys" "KbdInteractiveAuthentication yes"
answers "keyboard-interactive is still on" 1 other-methods "publickey, keyboard-interactive"
says "that is a password" "it goes on to ask for a password"
says "other ports are named" "sshd listens at port 2223 too: --port 2223"
says "the lowest is asked" "at 127.0.0.1 port 2222 how"
stop
# what a server says of itself does not stand for the methods
printf 'debug1: Authentications that can continue: publickey\r\nroot@127.0.0.1: Permission denied (publickey).\n\033[31m\n' >banner
serve "Port 2222" "PasswordAuthentication yes" "KbdInteractiveAuthentication no" "Banner $T/banner" \
	"Match User alice" "$keys" "Match User bob" "AuthenticationMethods password"
answers "passwords" 1 other-methods "methods    publickey, password" --user root
answers "for another user" 0 keys-only "methods    publickey" --user alice
answers "passwords alone" 1 other-methods "methods    password" --user bob
run probe ssh --format json
status "json" 1
ok "is one object" "$PYTHON" - out <<-'END'
	import json, sys
	answer = json.load(open(sys.argv[1]))
	assert answer.pop("server").startswith("OpenSSH_")
	assert answer == {"holdfast": 1, "probe": "ssh", "host": None, "address": "127.0.0.1", "port": 2222, "user": "root",
		"answer": "other-methods", "methods": ["publickey", "password"], "reason": None, "telnet": "refused"}, answer
END
stop
serve "Port 2222" "$keys" "KbdInteractiveAuthentication no" "HostbasedAuthentication yes"
answers "the word of another host" 1 other-methods "it offers a method that is no key of the user's"
stop
serve "Port 2222" "PermitRootLogin yes" "PasswordAuthentication yes" "PermitEmptyPasswords yes"
answers "an account without a password" 1 let-in "it lets this user in without a key or a password"
stop
ok "no file of ssh(1)'s is read" test ! -e trapped
is "none is written" "$(find home -mindepth 1)" ""
finish
