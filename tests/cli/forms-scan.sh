#!/bin/bash
# Results of nmap in their forms: which ports answer, and what a result does not tell.
# no remedy: a port closes with its daemon or at a filter, and which one is not for us to say
# reads no file: the evidence is the policy's, not the root's
# never invalid: no daemon reads it
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

# asked <KEYS: what the control asks for
asked()
{
	{ echo scan: && sed 's/^/  /'; } | sed 's/^/    /' >"$T/section"
}

# recorded [DATE] <XML: the evidence, and a policy for it
recorded()
{
	cat >"$T/scan.xml"
	{
		printf 'holdfast: 1\ncontrols:\n  - id: it\n'
		printf '    evidence: { file: scan.xml, date: %s, max-days: 36500, sha256: %s }\n' \
			"${1:-2004-02-10}" "$(sha256sum <"$T/scan.xml" | cut -c 1-64)"
		cat "$T/section"
	} >"$T/policy.yaml"
}

# port NUMBER STATE [PROTOCOL]: as nmap writes one that it lists
port()
{
	printf '<port protocol="%s" portid="%s"><state state="%s" reason="x" reason_ttl="0"/><service name="s%s" method="table" conf="3"/></port>\n' \
		"${3:-tcp}" "$1" "$2" "$1"
}

# scan OTHERS PORT...: a whole result, of OTHERS ports that are closed and the ones that are listed
HEAD='<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<?xml-stylesheet href="file:///usr/bin/../share/nmap/nmap.xsl" type="text/xsl"?>
<!-- Nmap 7.93 scan -->
<nmaprun scanner="nmap" args="nmap -&#45;top" start="1076414400" version="7.93" xmloutputversion="1.05">'
INFO='<scaninfo type="syn" protocol="tcp" numservices="65535" services="1-65535"/>'
UP='<status state="up" reason="echo-reply" reason_ttl="64"/>'
ADDRESS='<address addr="192.0.2.35" addrtype="ipv4"/>
<address addr="00:00:5E:00:53:01" addrtype="mac"/>'
END='<runstats><finished time="1076418000" elapsed="9" exit="success"/><hosts up="1" down="0" total="1"/></runstats>
</nmaprun>'
scan()
{
	local others=$1
	shift
	printf '%s\n<verbose level="0"/>\n%s\n<host starttime="1" endtime="2">%s\n%s\n<hostnames>\n</hostnames>\n' \
		"$HEAD" "$INFO" "$UP" "$ADDRESS"
	printf '<ports><extraports state="closed" count="%s">\n<extrareasons reason="reset" count="%s"/>\n</extraports>\n' \
		"$others" "$others"
	printf '%s' "$@"
	printf '</ports>\n<times srtt="9" rttvar="0" to="100000"/>\n</host>\n%s\n' "$END"
}

form "only the allowed port answers"
asked <<'EOF'
host: 192.0.2.35
allow: { port: 110 }
EOF
scan 65534 "$(port 110 open)" | recorded
judged pass "scan.xml:16: port 110/tcp: answers (s110)"
says "$FORM: all was asked" "ports 1-65535/tcp: scanned"
form_run apply --yes
status "$FORM: nothing to apply" 0
form "nothing answers"
scan 65535 | recorded
judged pass
form "two ports more"
scan 65531 "$(port 22 open)" "$(port 25 filtered)" "$(port 110 open)" "$(port 514 open)" | recorded
judged fail "scan.xml:16: port 22/tcp: answers (s22) -> does not answer"
says "$FORM: the other" "port 514/tcp: answers (s514) -> does not answer"
silent "$FORM: what is filtered" "25/tcp"
form_run apply --yes
status "$FORM: apply can't mend it" 1

form "another protocol"
asked <<'EOF'
host: 192.0.2.35
allow: [ { port: 53 }, { port: 53, protocol: udp } ]
scanned: [ { ports: 53 }, { ports: 50-60, protocol: udp } ]
EOF
INFO='<scaninfo type="connect" protocol="tcp" numservices="2" services="53,80"/>
<scaninfo type="udp" protocol="udp" numservices="11" services="50-52,53-60"/>'
scan 11 "$(port 53 open)" "$(port 53 open udp)" | recorded
judged pass "ports 50-60/udp: scanned"
scan 11 "$(port 53 open)" "$(port 54 open udp)" | recorded
judged fail "port 54/udp: answers"
scan 11 "$(port 53 open)" "$(port 53 'open|filtered' udp)" | recorded
judged pass
form "nobody can tell"
scan 10 "$(port 53 open)" "$(port 53 'open' udp)" "$(port 54 'open|filtered' udp)" | recorded
judged unknown "port 54/udp"
says "$FORM: why" "nmap says open|filtered: it may answer, and it may not"
scan 2 | sed 's|</ports>|<extraports state="open\|filtered" count="11"/>&|' | recorded
judged unknown "11 ports"
form "what was not asked"
INFO='<scaninfo type="connect" protocol="tcp" numservices="2" services="53,80"/>
<scaninfo type="udp" protocol="udp" numservices="10" services="50-53,55-60"/>'
scan 12 | recorded
judged unknown "the scan did not ask port 54 of udp"
form "a scan that does not find services"
INFO='<scaninfo type="connect" protocol="tcp" numservices="2" services="53,80"/>
<scaninfo type="ack" protocol="udp" numservices="11" services="50-60"/>'
scan 13 | recorded
judged unknown "the scan did not ask port 50 of udp, or not in a way"
INFO='<scaninfo type="connect" protocol="tcp" numservices="2" services="53,x"/>'
scan 2 | recorded
judged unknown "it can't be told which ports were scanned"

INFO='<scaninfo type="syn" protocol="tcp" numservices="65535" services="1-65535"/>'
asked <<'EOF'
host: 192.0.2.35
allow: { port: 110 }
EOF
form "options that make silence worthless"
SOUND=$HEAD
for option in '--scanflags FIN' -scanf=FIN --badsum '--ttl 1' -S192.0.2.9 '-S 192.0.2.9' '--proxies socks4://h'; do
	HEAD=${SOUND/-&#45;top/-sS $option -oX scan.xml}
	scan 65535 | recorded
	judged unknown "nmap ran with -"
done
for option in -sS --top-ports=9 -T4 --ttyp -sT --scan-delay=1s; do
	HEAD=${SOUND/-&#45;top/$option -oX scan.xml}
	scan 65535 | recorded
	judged pass
done
HEAD=$SOUND
form "another host"
ADDRESS='<address addr="192.0.2.36" addrtype="ipv4"/>'
scan 65535 | recorded
judged unknown "it does not tell of the host"
form "several hosts"
{ scan 65534 "$(port 22 open)" | sed '/<runstats>/,$d'; ADDRESS='<address addr="192.0.2.35" addrtype="ipv4"/>' HEAD='' INFO=''
	scan 65534 "$(port 110 open)"; } | recorded
judged pass
silent "$FORM: the other's port" "22/tcp"
ADDRESS='<address addr="192.0.2.35" addrtype="ipv4"/>'
{ scan 65534 "$(port 110 open)" | sed '/<runstats>/,$d'; HEAD='' INFO='' scan 65534 "$(port 22 open)"; } | recorded
judged unknown "more than once"
form "IPv6"
asked <<'EOF'
host: 2001:DB8:0::1
EOF
ADDRESS='<address addr="2001:db8::1" addrtype="ipv6"/>'
scan 65535 | recorded
judged pass
scan 65534 "$(port 110 open)" | recorded
judged fail "port 110/tcp: answers"

asked <<'EOF'
host: 192.0.2.35
allow: { port: 110 }
EOF
ADDRESS='<address addr="192.0.2.35" addrtype="ipv4"/>'
form "the host was down"
scan 65535 | sed 's/state="up"/state="down"/' | recorded
judged unknown "the host was not up"
form "the host was given up"
scan 65535 | sed 's/<host /&timedout="true" /' | recorded
judged unknown "nmap gave the host up"
form "a ping alone"
scan 65535 | sed '/<ports>/,/<.ports>/d' | recorded
judged unknown "no port of the host was scanned"
form "nobody asked whether the host is there"
scan 65535 | sed 's/echo-reply/user-set/; s/"closed"/"filtered"/' | recorded
judged unknown "nothing of it answered, and nobody asked whether it is there"
scan 65534 "$(port 22 closed)" | sed 's/echo-reply/user-set/; s/"closed" count/"filtered" count/' | recorded
judged pass

form "a scan that did not end"
scan 65535 | sed 's/ exit="success"/ exit="error"/' | recorded
judged unknown "the scan failed"
scan 65535 | sed '/<runstats>/d' | recorded
judged unknown "the scan did not end"
scan 65534 "$(port 22 open)" | sed '/<runstats>/,$d' | recorded
judged unknown "the evidence is no XML"
scan 65534 "$(port 22 open)" | sed 's/ exit="success"/ exit="error"/' | recorded
judged fail "port 22/tcp: answers"
form "a port that is not told of"
scan 65533 "$(port 110 open)" | recorded
judged unknown "it does not tell of each port that was scanned"
form "a port that is none"
scan 65534 "$(port 110 open)" "$(port 65536 open)" | recorded
judged unknown "a port is not understood"

form "the day"
scan 65535 | recorded 2004-02-09
judged pass
scan 65535 | recorded 2004-02-12
judged unknown "nmap says that it ran from 2004-02-10 to 2004-02-10, and the evidence is dated 2004-02-12"
scan 65535 | sed 's/ start="[0-9]*"/ start="soon"/' | recorded
judged unknown "at no time that is understood"

form "another program's"
scan 65535 | sed 's/scanner="nmap"/scanner="masscan"/' | recorded
judged unknown "nmap did not write it"
recorded <<<'<html/>'
judged unknown "nmap did not write it"
form "no XML"
recorded <<<'Starting Nmap 7.93'
judged unknown "scan.xml:1: the scan"
: | recorded
judged unknown "the evidence is no XML"

form "hostile XML"
scan 65534 "$(port 110 open)" | sed 's|<!DOCTYPE nmaprun>|<!DOCTYPE nmaprun [<!ENTITY a "x"><!ENTITY b "\&a;\&a;">]>|' | recorded
judged unknown "its document type declares something"
scan 65534 "$(port 110 open)" | sed "s|<!DOCTYPE nmaprun>|<!DOCTYPE nmaprun SYSTEM \"$T/none.dtd\">|" | recorded
judged pass
scan 65534 "$(port 110 open)" | sed 's|name="s110"|name="\&a;"|' | recorded
judged unknown "undefined entity"
{ for ((i = 0; i < 101; i++)); do printf '<a>'; done; } | recorded
judged unknown "it is too deep"
"$PYTHON" -c 'print("<nmaprun" + "".join(f" a{i}=\"\"" for i in range(60000)) + "/>")' | recorded
judged unknown
"$PYTHON" -c 'print("<nmaprun scanner=\"nmap\">" + "<host><address addr=\"192.0.2.35\"/>" * 50 + "<a/>" * 200000)' | recorded
judged unknown "the evidence is no XML"

form "evidence that is too old, is another file, or is none"
scan 65535 | recorded
sed -i 's/ max-days: 36500,//' "$T/policy.yaml"
judged unknown "believed are 30"
scan 65535 | recorded
echo >>"$T/scan.xml"
judged unknown "is not the file that was recorded"
{ printf 'holdfast: 1\ncontrols:\n  - id: it\n'; cat "$T/section"; } >"$T/policy.yaml"
judged unknown "needs evidence"

form "mistakes in the policy"
asked <<'EOF'
host: 192.0.2.35
allow: [ { port: 110 }, { port: 9, protocol: udp }, { port: 59 }, { port: 60 } ]
scanned: [ { ports: 60-200 }, { ports: 1-8, protocol: udp } ]
EOF
recorded <<<"<a/>"
run policy check "$T/policy.yaml"
says "$FORM: no such port of udp" "scan.allow: port 9/udp is none of those in 'scanned'" err
says "$FORM: nor of tcp" "scan.allow: port 59/tcp is none of those in 'scanned'" err
is "$FORM: no other" "$(grep -c "in 'scanned'" err)" 2
asked <<'EOF'
host: 192.0.2.35
allow: [ { port: 110 }, { port: 9, protocol: udp } ]
EOF
recorded <<<"<a/>"
sed -i 's/date: [0-9-]*/date: 2999-01-01/' "$T/policy.yaml"
run policy check "$T/policy.yaml"
is "$FORM: by default tcp alone" "$(grep -c "in 'scanned'" err)" 1
says "$FORM: evidence that is to come" "evidence.date: 2999-01-01 is to come" err
asked <<'EOF'
host: mail.example.org
allow: [ { port: 110, protocol: icmp }, { port: 0 } ]
scanned: { ports: 9-1 }
EOF
recorded <<<"<a/>"
run policy check "$T/policy.yaml"
status "$FORM: status" 3
for text in "is not one of tcp, udp, sctp" "scan.allow.port"; do
	says "$FORM: $text" "$text" err
done
asked <<'EOF'
host: mail.example.org
scanned: { ports: 9-1 }
EOF
recorded <<<"<a/>"
run policy check "$T/policy.yaml"
for text in "'mail.example.org' is no address" "'9-1' is no port"; do
	says "$FORM: $text" "$text" err
done
finish
