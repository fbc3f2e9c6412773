#!/bin/bash
# Listening ports, recorded by netstat and ss in their forms, and asked of the running system.
# no remedy: a socket goes with its daemon, and which one to stop is not for us to say
# reads no file: the evidence is the policy's, not the root's
# never invalid: no daemon reads it
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

DAYS=36500

# recorded DATE <TEXT: the evidence, and a policy for it
recorded()
{
	cat >"$T/evidence.txt"
	{
		printf 'holdfast: 1\ncontrols:\n  - id: it\n'
		printf '    evidence: { file: evidence.txt, date: %s, max-days: %s, sha256: %s }\n' \
			"$1" "$DAYS" "$(sha256sum <"$T/evidence.txt" | cut -c 1-64)"
		cat "$T/section"
	} >"$T/policy.yaml"
}

section()
{
	sed 's/^/    /' >"$T/section"
}

form "netstat -al, tcp alone"
printf 'ssh 22/tcp\nsmtp\t25/tcp mail # x\n' | put etc/services
section <<'END'
listening:
  protocols: [tcp]
  allow:
    - port: 22
    - port: 25
END
recorded 2004-02-10 <<'END'
Active Internet connections (servers and established)
Proto Recv-Q Send-Q Local Address           Foreign Address         State
tcp        0      0 *:ssh                   *:*                     LISTEN
tcp        0      0 *:mail                  *:*                     LISTEN
tcp        0      0 localhost:domain        *:*                     LISTEN
tcp        0      0 giant:ssh               desk:32768              ESTABLISHED
END
judged pass
form_run apply --yes
status "$FORM: nothing to apply" 0

form "one port more"
printf 'ssh 22/tcp\nshell 514/tcp\n' | put etc/services
recorded 2004-02-10 <<'END'
tcp        0      0 *:shell                 *:*                     LISTEN
END
judged fail "evidence.txt:1: port shell/tcp: answers at every address -> does not answer"

form "a name that services does not know"
printf 'ssh 22/tcp\n' | put etc/services
recorded 2004-02-10 <<'END'
tcp        0      0 *:shell                 *:*                     LISTEN
END
judged unknown "does not know this name"

form "nobody asked for udp"
section <<'END'
listening:
  allow: { port: 22 }
END
recorded 2004-02-10 <<'END'
tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN
END
judged unknown "no open port of udp"

form "nobody asked for tcp"
section <<'END'
listening:
  protocols: [tcp]
  allow: { port: 22 }
END
for text in '' 'Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process
udp   UNCONN 0      0          192.0.2.1:53        0.0.0.0:*'; do
	recorded 2004-02-10 <<<"$text"
	judged unknown "no open port of tcp"
done
form "connections alone"
recorded 2004-02-10 <<'END'
Active Internet connections (w/o servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State
tcp        0      0 192.0.2.1:22            192.0.2.9:51000         ESTABLISHED
END
judged unknown "as without -l or -a"

form "names that are not this host alone"
section <<'END'
listening:
  protocols: [tcp]
  allow: []
END
for name in localhost localhost.localdom localhost4 ip6-localhost ip6-loopback 127.9.9.9 ::1 ::ffff:127.0.0.1; do
	recorded 2004-02-10 <<<"tcp        0      0 $name:25            0.0.0.0:*               LISTEN"
	judged pass "none answers"
done
for name in localhosting.example localhost.example 127.0.0.1.example ::ffff:127.example 127.1 ip6-local; do
	recorded 2004-02-10 <<<"tcp        0      0 $name:25            0.0.0.0:*               LISTEN"
	judged fail "answers at $name"
done

form "one address, written in other ways"
section <<'END'
listening:
  protocols: [tcp]
  allow:
    - { port: 25, address: 192.0.2.1 }
    - { port: 80, address: 'FE80:0::1' }
    - { port: 53, address: Mail.isp.net }
END
recorded 2004-02-10 <<'END'
tcp        0      0 ::ffff:192.0.2.1:25     :::*                    LISTEN
tcp        0      0 fe80::1:80              :::*                    LISTEN
tcp        0      0 mail.isp.net:53         *:*                     LISTEN
END
judged pass
recorded 2004-02-10 <<'END'
tcp        0      0 ::192.0.2.1:25          :::*                    LISTEN
END
judged fail "allowed at 192.0.2.1 alone"

form "no single address"
for address in 0.0.0.0 :: ::0; do
	section <<-END
	listening: { allow: { port: 25, address: '$address' } }
	END
	recorded 2004-02-10 <<<x
	run policy check "$T/policy.yaml"
	status "$FORM: $address" 3
	says "$FORM: $address: says so" "'$address' is every address: leave it out" err
done
section <<'END'
listening:
  allow: { port: 22 }
END

form "netstat -an with udp"
recorded 2004-02-10 <<'END'
tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN
udp        0      0 127.0.0.1:323           0.0.0.0:*
udp        0      0 10.0.0.1:45000          10.0.0.2:53             ESTABLISHED
END
judged pass

form "ss -ltnup with programs"
section <<'END'
listening:
  allow:
    - { port: 22, program: sshd }
    - { port: 53, protocol: udp, address: 192.0.2.1 }
END
recorded 2004-02-10 <<'END'
Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process
udp   UNCONN 0      0          192.0.2.1:53        0.0.0.0:*     users:(("unbound",pid=9,fd=3))
udp   UNCONN 0      0      127.0.0.1%lo:53         0.0.0.0:*     users:(("unbound",pid=9,fd=4))
tcp   LISTEN 0      128          0.0.0.0:22        0.0.0.0:*     users:(("sshd",pid=7,fd=3),("systemd",pid=1,fd=44))
tcp   LISTEN 0      128             [::]:22           [::]:*     users:(("sshd",pid=7,fd=4))
END
judged pass

form "another program at the port"
recorded 2004-02-10 <<'END'
udp   UNCONN 0      0            0.0.0.0:53        0.0.0.0:*
tcp   LISTEN 0      128          0.0.0.0:22        0.0.0.0:*     users:(("sshd",pid=7,fd=3),("nc",pid=8,fd=3))
END
judged fail "allowed for sshd alone"
says "$FORM: and the other address" "allowed at 192.0.2.1 alone"

form "a program whose name has blanks, quotes or brackets"
for name in 'my sshd' 'a(b)' 'a,b'; do
	recorded 2004-02-10 <<END
udp   UNCONN 0      0          192.0.2.1:53        0.0.0.0:*
tcp   LISTEN 0      128          0.0.0.0:22        0.0.0.0:*     users:(("sshd",pid=7,fd=3),("$name",pid=8,fd=3)) uid:1
END
	judged fail "every address (sshd,$name)"
done
for users in '(("sshd",pid=7,fd=3),("a",pid=1,fd=1)",pid=8,fd=3))' '(("sshd",pid=7,fd=3)' '(("sshd",pid=7,fd=3),("x' '()' '(("sshd"))'; do
	recorded 2004-02-10 <<END
udp   UNCONN 0      0          192.0.2.1:53        0.0.0.0:*
tcp   LISTEN 0      128          0.0.0.0:22        0.0.0.0:*     users:$users
END
	judged unknown "it is not known who holds it"
done
recorded 2004-02-10 <<'END'
udp   UNCONN 0      0          192.0.2.1:53        0.0.0.0:*
tcp   LISTEN 0      128          0.0.0.0:22        0.0.0.0:*     users:(("sshd",7,3),("systemd",pid=1,proc_ctx=system_u:system_r:init_t:s0-s0:c0.c1023,fd=44))
END
judged pass
recorded 2004-02-10 <<'END'
udp        0      0 192.0.2.1:53            0.0.0.0:*                           9/named
tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN      7/sshd: /usr/sbin/sshd
END
judged pass

form "nobody knows the program"
recorded 2004-02-10 <<'END'
udp   UNCONN 0      0          192.0.2.1:53        0.0.0.0:*
tcp   LISTEN 0      128          0.0.0.0:22        0.0.0.0:*
END
judged unknown "it is not known who holds it"

form "a line of something else"
recorded 2004-02-10 <<'END'
udp   UNCONN 0      0          192.0.2.1:53        0.0.0.0:*
22 is open
END
judged unknown "none of netstat's or ss's"

form "evidence that is too old"
DAYS=30
recorded 2004-02-10 <<'END'
udp   UNCONN 0      0          192.0.2.1:53        0.0.0.0:*
END
judged unknown "believed are 30"

form "no evidence at all"
{ printf 'holdfast: 1\ncontrols:\n  - id: it\n'; cat "$T/section"; } >"$T/policy.yaml"
judged unknown "needs the running host, or evidence"

# The running system, in a network namespace where the test opens the sockets.
cat >"$T/policy.yaml" <<'END'
holdfast: 1
controls:
  - id: it
    listening:
      loopback: judge
      allow: { port: 7000 }
END
if [ "$(id -u)" -eq 0 ]; then
	ok "asked: what ss lists" "$PYTHON" "$PROJECT/tests/cli/listening_ports.py" "$HOLDFAST" "$T/policy.yaml"
fi
finish
