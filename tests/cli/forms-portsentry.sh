#!/bin/bash
# portsentry in its forms: how it is started, in which modes it runs, what it watches.
# no remedy: more ports and other modes make more alarms, and who blocks by them can be made to block anybody
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

asked()
{
	{ echo portsentry: && sed 's/^/  /'; } >"$T/section"
	policy '' <"$T/section"
}

# recorded <TEXT: the same control, with what ps printed
recorded()
{
	cat >"$T/evidence.txt"
	{
		printf 'holdfast: 1\ncontrols:\n  - id: it\n'
		printf '    evidence: { file: evidence.txt, date: 2004-02-10, max-days: 36500, sha256: %s }\n' \
			"$(sha256sum <"$T/evidence.txt" | cut -c 1-64)"
		sed 's/^/    /' "$T/section"
	} >"$T/policy.yaml"
}

# debian MODE MODE: as the package leaves a host, with these modes
debian()
{
	mkdir -p "$ROOT"/usr/sbin "$ROOT"/etc/{portsentry,init.d,default,rc2.d,rc3.d}
	printf '#!/bin/sh\nCONFIG=/etc/default/portsentry\n. $CONFIG\n' >"$ROOT/etc/init.d/portsentry"
	: >"$ROOT/usr/sbin/portsentry"
	chmod 755 "$ROOT/etc/init.d/portsentry" "$ROOT/usr/sbin/portsentry"
	ln -sf ../init.d/portsentry "$ROOT/etc/rc2.d/S01portsentry"
	ln -sf ../init.d/portsentry "$ROOT/etc/rc3.d/S01portsentry"
	printf '# modes\nTCP_MODE="%s"\nUDP_MODE="%s"\n' "$1" "$2" >"$ROOT/etc/default/portsentry"
	put etc/portsentry/portsentry.conf <<'END'
# TCP_PORTS="1,2,3"
TCP_PORTS="1,11,15,79,111"
UDP_PORTS="1,7,9,69"
TCP_PORTS="65000"
ADVANCED_PORTS_TCP="1024"
ADVANCED_EXCLUDE_TCP="113,139"
IGNORE_FILE="/etc/portsentry/portsentry.ignore"
HISTORY_FILE="/var/lib/portsentry/portsentry.history"
BLOCKED_FILE="/var/lib/portsentry/portsentry.blocked"
RESOLVE_HOST = "0"
BLOCK_TCP="0"
KILL_ROUTE="/sbin/route add -host $TARGET$ reject"
END
}

form "Debian's package"
debian stcp sudp
asked <<'END'
tcp: [stcp, atcp]
udp: [sudp]
start: [boot]
tcp-ports: [1, 11, 79]
udp-ports: [7, 9]
settings: { BLOCK_TCP: 0, BLOCK_UDP: 0, KILL_RUN_CMD: '' }
END
judged pass "/etc/default/portsentry:2: TCP at boot: stcp"
says "$FORM: its ports" "/etc/portsentry/portsentry.conf:2: TCP_PORTS: -stcp watches all of the 3 wanted"
says "$FORM: a default" "BLOCK_UDP: 0"
form_run apply --yes
status "$FORM: nothing to apply" 0
unreadable etc/portsentry/portsentry.conf

form "other modes, other ports"
debian tcp atcp
asked <<'END'
tcp: [stcp]
udp: [sudp]
start: [boot]
tcp-ports: [1, 2-11, 65000]
settings: { BLOCK_TCP: 1, KILL_ROUTE: { any-of: ['', /bin/true] } }
END
judged fail "/etc/default/portsentry:2: TCP at boot: tcp -> stcp"
says "$FORM: no mode of UDP" "/etc/default/portsentry: UDP at boot: not watched -> sudp"
says "$FORM: why" "the init script ends at UDP_MODE 'atcp', which it does not know"
says "$FORM: the first line counts" "TCP_PORTS: -tcp does not watch 2-10, 65000"
says "$FORM: a setting" "portsentry.conf:11: BLOCK_TCP: 0 -> 1"
says "$FORM: a command" "KILL_ROUTE: /sbin/route add"
refused

form "advanced"
debian atcp audp
asked <<'END'
tcp: [atcp]
udp: [audp]
start: [boot]
tcp-ports: [1-112, 114-138]
udp-ports: [1-1023]
END
judged pass "ADVANCED_PORTS_TCP: -atcp watches all of the 137 wanted"
says "$FORM: the default" "ADVANCED_PORTS_UDP: -audp watches all of the 1023 wanted"
sed -i 's/114-138/113-1024/' "$T/policy.yaml"
judged fail "-atcp does not watch 113, 139, 1024"

form "64 ports of a list"
debian stcp sudp
asked <<'END'
tcp: [stcp]
start: [boot]
tcp-ports: [1-65]
END
sed -i "s/^TCP_PORTS.*/TCP_PORTS=\"$(seq -s, 65)\"/" "$ROOT/etc/portsentry/portsentry.conf"
judged fail "-stcp does not watch 65"

asked <<'END'
tcp: [stcp]
udp: [sudp]
start: [boot]
END
form "not started: no link"
debian stcp sudp
rm "$ROOT"/etc/rc?.d/S*
judged fail "no link of the runlevels"
form "not started: another runlevel"
debian stcp sudp
printf 'id:5:initdefault:\n' | put etc/inittab
judged fail "no link of the runlevels"
printf '# id:5:initdefault:\nid:3:initdefault:\nl3:3:wait:/etc/init.d/rc 3\n' | put etc/inittab
judged pass
form "not started: masked"
debian stcp sudp
mkdir -p "$ROOT/etc/systemd/system"
ln -s /dev/null "$ROOT/etc/systemd/system/portsentry.service"
judged fail "no unit of systemd that is started at boot starts it so"
form "not started: no defaults"
debian stcp sudp
rm "$ROOT/etc/default/portsentry"
judged fail "the init script starts nothing"
form "not started: no program"
debian stcp sudp
rm "$ROOT/usr/sbin/portsentry"
judged fail "the program that it starts is not there"
form "not started: nothing is installed"
judged fail "there is no init script"
says "$FORM: nor a configuration" "portsentry ends without"
form "TCP_MODE ends the script"
debian udp sudp
judged fail "UDP at boot: not watched -> sudp"
form "defaults that a shell works out"
debian stcp sudp
# shellcheck disable=SC2016
echo 'UDP_MODE=$TCP_MODE' >>"$ROOT/etc/default/portsentry"
judged unknown "one of its lines is no plain assignment"
form "another init script"
debian stcp sudp
echo 'exec portsentry -stcp' >"$ROOT/etc/init.d/portsentry"
judged unknown "the init script is not Debian's"
form "rc.local"
debian stcp sudp
rm "$ROOT"/etc/rc?.d/S*
printf '# portsentry\n/usr/local/psionic/portsentry/portsentry -stcp\n' | put etc/rc.local
judged unknown "/etc/rc.local"

form "units of systemd"
debian '' ''
for mode in stcp sudp; do
	printf '[Service]\nType=forking\nExecStart=/usr/sbin/portsentry -%s\n' $mode |
		put "etc/systemd/system/scan-$mode.service"
	mkdir -p "$ROOT/etc/systemd/system/multi-user.target.wants"
	ln -s "../scan-$mode.service" "$ROOT/etc/systemd/system/multi-user.target.wants/"
done
judged pass "/etc/systemd/system/scan-sudp.service:3: UDP at boot: sudp"
rm "$ROOT/etc/systemd/system/multi-user.target.wants/scan-sudp.service"
judged fail "UDP at boot: not watched -> sudp"

form "without what it must have"
debian stcp sudp
sed -i 's/^HISTORY_FILE.*/HISTORY_FILE=none/' "$ROOT/etc/portsentry/portsentry.conf"
judged invalid "HISTORY_FILE has no value in quotes: portsentry ends"
form "without a list"
debian stcp sudp
sed -i '/^TCP_PORTS/d' "$ROOT/etc/portsentry/portsentry.conf"
asked <<'END'
tcp: [stcp]
start: [boot]
tcp-ports: [1]
END
judged invalid "portsentry -stcp ends without"

form "whether it runs"
debian stcp sudp
asked <<'END'
tcp: [stcp]
udp: [sudp]
END
judged unknown "needs the running host, or evidence"
recorded <<'END'
UID          PID    PPID  C STIME TTY          TIME CMD
root           1       0  0 06:15 ?        00:00:12 /sbin/init
root        2001       1  0 06:16 ?        00:00:00 /usr/sbin/portsentry -stcp
root        2003       1  0 Feb10 ?        00:00:00 /usr/sbin/portsentry -sudp
END
judged pass "evidence.txt:3: TCP on 2004-02-10: stcp"
recorded <<'END'
  PID TTY      STAT   TIME COMMAND
 2001 ?        Ss     0:00 /usr/local/psionic/portsentry/portsentry -tcp
 2004 pts/0    S+     0:00 grep portsentry -sudp
    1 ?        Ss     0:12 /sbin/init
END
judged fail "evidence.txt:2: TCP on 2004-02-10: tcp -> stcp"
says "$FORM: grep is not it" "UDP on 2004-02-10: not watched -> sudp"
recorded <<'END'
 2001 ?        Ss     0:00 portsentry -stcp
END
judged unknown "no whole list of ps(1)"
says "$FORM: without the heading nothing counts" "TCP on 2004-02-10: ? -> stcp"

# The running system, in a pid namespace where the test starts what passes for portsentry.
if [ "$(id -u)" -eq 0 ]; then
	cp "$HELPERS/cli/idle" "$T/portsentry"
	asked <<'END'
tcp: [stcp]
udp: [sudp]
start: [now]
END
	# shellcheck disable=SC2016
	unshare --pid --fork --mount-proc bash -c '
		"$0" -stcp & "$0" -sudp more & bash -c "exec -a /usr/sbin/portsentry sleep 60" &
		for _ in {1..100}; do [ "$(pgrep -c "portsentry|sleep")" -ge 3 ] && break; sleep 0.1; done
		"$@"' "$T/portsentry" "$HOLDFAST" audit -v --policy "$T/policy.yaml" >"$T/out" 2>"$T/err"
	says "asked: it runs" "TCP now: stcp"
	says "asked: not with two arguments" "UDP now: not watched -> sudp"
fi

asked <<'END'
tcp-ports: [70000, a, 9-1]
END
run policy check "$T/policy.yaml"
says "mistakes: ports alone" "portsentry.tcp-ports needs 'tcp'" err
says "mistakes: no port" "'70000' is no port" err
says "mistakes: a range" "'9-1' is no port" err
says "mistakes: asks for nothing" "policy.yaml:6:5: portsentry: none of 'tcp', 'udp' and 'settings'" err
form "mistakes in the policy"
policy '' <<<"portsentry: { tcp: [tcp], tcp-ports: [0, 9-1, 65536, a], udp-ports: [7], config: portsentry.conf }"
run policy check "$T/policy.yaml"
status "$FORM: status" 3
for text in "'0' is no port" "'9-1' is no port" "'65536' is no port" "'a' is no port" "portsentry.udp-ports needs 'udp'" "'portsentry.conf' is no absolute path"; do
	says "$FORM: $text" "$text" err
done
policy '' <<<"portsentry: { start: [now] }"
run policy check "$T/policy.yaml"
says "$FORM: nothing is asked" "none of 'tcp', 'udp' and 'settings' is there" err

finish
