#!/bin/bash
# Access lists of Cisco routers in their forms: what they let through, and which lines never match.
# no remedy: a router is not this host
# reads no file: the evidence is the policy's, not the root's
# never invalid: a router prints no configuration that it does not take
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

# asked <KEYS: what the control asks for
asked()
{
	{ echo acl: && sed 's/^/  /'; } | sed 's/^/    /' >"$T/section"
}

# recorded <TEXT: the router's text, and a policy for it
recorded()
{
	cat >"$T/router.txt"
	{
		printf 'holdfast: 1\ncontrols:\n  - id: it\n'
		printf '    evidence: { file: router.txt, date: 2004-02-10, max-days: 36500, sha256: %s }\n' \
			"$(sha256sum <"$T/router.txt" | cut -c 1-64)"
		cat "$T/section"
	} >"$T/policy.yaml"
}

form "the audit's own list of 2004"
asked <<'EOF'
interface: FastEthernet0/0
host: 192.168.2.35
allow:
  - { port: 110 }
  - { port: 25, from: 192.168.1.30 }
  - { port: 22, from: 10.0.1.32 }
EOF
recorded <"$PROJECT/tests/hosts/giant-evidence/router.txt"
judged fail "router.txt:18: interface FastEthernet 0/0: list 150"
says "$FORM: mail can be fetched" "router.txt:11: port 110/tcp of 192.168.2.35 from any: gets through"
says "$FORM: from whom not" "not judged: from the addresses that nobody on the Internet has, such as 10.0.0.0/8 (RFC 6890)"
says "$FORM: no mail comes in" "router.txt:6: port 25/tcp of 192.168.2.35 from 192.168.1.30: denied: tcp 192.168.1.30:40000 -> 192.168.2.35:25 syn"
says "$FORM: no shell" "router.txt:1: port 22/tcp of 192.168.2.35 from 10.0.1.32: denied: tcp 10.0.1.32:40000 -> 192.168.2.35:22 syn"
says "$FORM: and nothing else" "router.txt:14: what else reaches 192.168.2.35: nothing"
says "$FORM: but fragments" "fragments that are not the first have no port, and a line that permits some port lets them pass"
says "$FORM: smtp is shadowed" "router.txt:12: a line of list 150: never matches"
says "$FORM: ssh is shadowed" "router.txt:13: a line of list 150: never matches"
says "$FORM: the network is denied already" "router.txt:10: a line of list 150: never matches"
says "$FORM: by which line" "line 1 (deny), asked before it, decides all that it is about"
is "$FORM: three lines are shadowed" "$(grep -c 'never matches' "$T/out")" 3
form_run apply --yes
status "$FORM: apply can't mend it" 1

form "permits before denials"
asked <<'EOF'
interface: fastethernet 0/0
host: 192.168.2.35
redundant: refuse
allow:
  - { port: 110 }
  - { port: 25, from: 192.168.1.30 }
  - { port: 22, from: 10.0.1.32 }
EOF
recorded <<'EOF'
access-list 150 remark from outside
access-list 150 permit tcp host 192.168.1.30 host 192.168.2.35 eq smtp
access-list 150 permit tcp host 10.0.1.32 host 192.168.2.35 eq 22
access-list 150 deny   ip 10.0.0.0 0.255.255.255 any
access-list 150 deny   ip 192.168.0.0 0.0.255.255 any log
access-list 150 permit tcp any host 192.168.2.35 eq pop3
access-list 150 deny   ip any any log
!
interface FastEthernet0/0
 ip address 192.168.1.126 255.255.255.0
 ip access-group 150 in
EOF
judged pass "lines of list 150: each is needed"
form_run apply --yes
status "$FORM: nothing to apply" 0

form "a line more than is needed"
recorded <<'EOF'
interface FastEthernet0/0
 ip access-group 150 in
access-list 150 permit tcp host 192.168.1.30 host 192.168.2.35 eq smtp
access-list 150 permit tcp host 10.0.1.32 host 192.168.2.35 eq 22
access-list 150 permit tcp any host 192.168.2.35 eq pop3
access-list 150 deny   udp any any
EOF
judged fail "router.txt:6: a line of list 150: changes nothing -> is needed"

form "more gets through"
asked <<'EOF'
interface: Ethernet0
host: 192.0.2.0/24
inside: [192.0.2.0/24]
allow:
  - { port: 80 }
  - { protocol: tcp, established: yes }
  - { port: 1024-65535, protocol: udp, from-port: 53, from: [198.51.100.1, 198.51.100.2] }
  - { protocol: icmp }
EOF
EDGE="interface Ethernet0
 ip access-group EDGE in
ip access-list extended EDGE
 deny ip 192.0.2.0 0.0.0.255 any
 permit tcp any any established
 permit icmp any any
 permit udp host 198.51.100.1 eq domain any gt 1023
 permit udp host 198.51.100.2 eq domain any gt 1023
 permit tcp any 192.0.2.0 0.0.0.255 eq www"
recorded <<<"$EDGE"
judged pass "router.txt:2: what else reaches 192.0.2.0/24: nothing"
says "$FORM: from inside none" "not judged: from 192.0.2.0/24 (inside) and the addresses that nobody on the Internet has"
recorded <<<"$EDGE 8080
 deny tcp any any"
judged fail "router.txt:9: what else reaches 192.0.2.0/24: permitted: tcp"
says "$FORM: at which port" "-> 192.0.2.1:8080 syn"
recorded <<<"${EDGE/ established/}"
judged fail "router.txt:5: what else reaches 192.0.2.0/24: permitted: tcp"
says "$FORM: and covers the last line" "line 5 (permit), asked before it, decides all that it is about"
recorded <<<"${EDGE/ host 198.51.100.1/ any}"
judged fail "router.txt:7: what else reaches"
recorded <<<"${EDGE/ 192.0.2.0 0.0.0.255 eq/ host 192.0.2.80 eq}"
judged fail "port 80/tcp of 192.0.2.0/24 from any: denied: tcp"
says "$FORM: by the end" "no line of list EDGE permits it"

form "what depends on the time, on a session or on a group"
recorded <<<"$EDGE
 permit udp any any eq 123 time-range NIGHT"
judged unknown "may be permitted: udp"
says "$FORM: which" "it depends on time-range NIGHT"
recorded <<<"${EDGE/ eq www/ eq www time-range DAY}"
judged unknown "port 80/tcp of 192.0.2.0/24 from any: may be denied"
says "$FORM: a permit" "it depends on time-range DAY"
sed -i.kept 's|interface: .*|interface: Gi0/0|' "$T/section"
recorded <<<"$EDGE"
judged unknown "interface Gi0/0"
says "$FORM: another interface" "the evidence does not tell of it; it has Ethernet0"
mv "$T/section.kept" "$T/section"
recorded <<<"$EDGE
 evaluate SESSIONS"
judged unknown "it depends on evaluate SESSIONS"
recorded <<<"${EDGE/ deny ip 192.0.2.0 0.0.0.255 any/ deny ip object-group BAD any}"
judged unknown "port 80/tcp of 192.0.2.0/24 from any: may be denied"
recorded <<<"object-group network BAD
 192.0.2.0 255.255.255.0
${EDGE/ deny ip 192.0.2.0 0.0.0.255 any/ deny ip object-group BAD any}"
judged pass
recorded <<<"${EDGE/ ip access-group EDGE in/ ip access-group EDGE in
 ip inspect FW out}"
judged unknown "it lets answers through that the list denies"
recorded <<<"$EDGE
interface Ethernet1
 ip inspect FW in"
judged unknown "router.txt:11: ip inspect"
recorded <<<"$EDGE
interface Ethernet1
 ip inspect FW in
 no ip inspect FW in"
judged pass

form "a text that a pager or an accident cut"
recorded <<<"$EDGE
 --More--"
judged unknown "router.txt:10: a line of the evidence"
says "$FORM: how to avoid it" "'terminal length 0' turns it off"
recorded <<<"Building configuration...

$EDGE"
judged unknown "has no line 'end': it was cut"
recorded <<<"Building configuration...

$EDGE
end"
judged pass

form "a line that is not understood"
recorded <<<"$EDGE
 permit tcp any any eq nosuchport"
judged unknown "router.txt:10: a line of the list"

form "no list at all"
asked <<'EOF'
interface: Ethernet0
EOF
recorded <<'EOF'
interface Ethernet0
 ip address 192.0.2.1 255.255.255.0
access-list 150 deny ip any any
EOF
judged fail "none: everything passes -> a list filters what comes in"
form "a list that is not defined"
recorded <<'EOF'
interface Ethernet0
 ip access-group 151 in
access-list 150 deny ip any any
EOF
judged fail "list 151 is applied and not defined: everything passes"
form "a list without a line"
recorded <<'EOF'
interface Ethernet0
 ip access-group EDGE in
ip access-list extended EDGE
EOF
judged fail "list EDGE is applied and has no line: everything passes"
form "a list with remarks alone"
recorded <<'EOF'
interface Ethernet0
 ip access-group EDGE in
ip access-list extended EDGE
 remark later
EOF
judged unknown "has remarks alone"
form "an interface that is shut down"
recorded <<'EOF'
interface Ethernet0
 shutdown
 ip access-group 1 in
access-list 1 permit any
EOF
judged fail "shut down: nothing passes"

form "the other direction"
asked <<'EOF'
interface: Ethernet0
direction: out
EOF
recorded <<'EOF'
interface Ethernet0
 ip access-group 1 in
 ip access-group 2 out
access-list 2 permit 192.0.2.0 0.0.0.255
access-list 2 permit 192.0.2.128 0.0.0.127
EOF
judged fail "router.txt:5: a line of list 2: never matches"
form "several lines cover one"
recorded <<'EOF'
interface Ethernet0
 ip access-group 2 out
access-list 2 permit 192.0.2.0 0.0.0.127
access-list 2 permit host 10.0.0.1
access-list 2 deny 192.0.2.128 0.0.0.127
access-list 2 permit 192.0.2.0 0.0.0.255
EOF
judged fail "lines 3 (permit), 5 (deny), asked before it, decide all that it is about"

form "another interface, another system"
recorded <<'EOF'
interface Ethernet1
 ip access-group 2 out
EOF
judged unknown "interface Ethernet0"
recorded <<'EOF'
interface Ethernet0
 nameif outside
access-list outside_in extended permit tcp any any eq 80
access-group outside_in in interface outside
EOF
judged unknown "a line that is not understood may apply or define it"
says "$FORM: which" "it may filter packets, and is not understood"

form "evidence that is too old, is another file, or is none"
recorded <<<"interface Ethernet0"
sed -i 's/ max-days: 36500,//' "$T/policy.yaml"
judged unknown "believed are 30"
recorded <<<"interface Ethernet0"
echo >>"$T/router.txt"
judged unknown "is not the file that was recorded"
{ printf 'holdfast: 1\ncontrols:\n  - id: it\n'; cat "$T/section"; } >"$T/policy.yaml"
judged unknown "needs evidence"
printf 'interface Ethernet0\n\003\n' | recorded
judged unknown "holds the control byte"

form "a list that is too intricate"
asked <<'EOF'
interface: Ethernet0
EOF
"$PYTHON" - <<'EOF' | recorded
# Lines that each fix three of 64 bits at random, as many as make such questions hard.
import random
rng = random.Random(7)
print("interface Ethernet0\n ip access-group 150 in")
for _ in range(270):
    value, care = 0, 0
    for bit in rng.sample(range(64), 3):
        care |= 1 << bit
        value |= rng.getrandbits(1) << bit
    wild = ~care & (1 << 64) - 1
    text = [".".join(map(str, number.to_bytes(8, "big")[at:at + 4])) for number in (value, wild) for at in (0, 4)]
    print(f"access-list 150 deny ip {text[0]} {text[2]} {text[1]} {text[3]}")
print("access-list 150 permit ip any any")
EOF
started=$SECONDS
judged unknown "too intricate"
ok "$FORM: and no hang" test $((SECONDS - started)) -lt 300

form "mistakes in the policy"
asked <<'EOF'
interface: Ethernet0
host: 192.0.2.300
inside: [10.0.0.0/33]
allow:
  - { protocol: tcp }
  - { protocol: icmp, port: 8 }
  - { port: 9-1 }
  - { port: 1, from: here }
  - { port: 1, protocol: udp, established: yes }
EOF
recorded <<<"interface Ethernet0"
run policy check "$T/policy.yaml"
status "$FORM: status" 3
for text in "'192.0.2.300' is no IPv4 address" "'10.0.0.0/33' is no IPv4 address" "'port' is missing" "icmp has no ports" \
	"'9-1' is no port" "'here' is no IPv4 address" "only tcp has established connections"; do
	says "$FORM: $text" "$text" err
done
finish
