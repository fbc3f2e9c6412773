#!/bin/bash
# Time daemons and the sources that they follow; the clock as recorded, and as the kernel says.
# no remedy: which server to ask, and how far to trust it, is not for us to say
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

# recorded DATE SECTION <TEXT: the evidence, and a policy for it
recorded()
{
	cat >"$T/evidence.txt"
	{
		printf 'holdfast: 1\ncontrols:\n  - id: it\n'
		printf '    evidence: { file: evidence.txt, date: %s, max-days: 36500, sha256: %s }\n' \
			"$1" "$(sha256sum <"$T/evidence.txt" | cut -c 1-64)"
		printf '    time: %s\n' "$2"
	} >"$T/policy.yaml"
}

# programs NAME...: which are installed
programs()
{
	mkdir -p "$ROOT"/usr/{sbin,lib/systemd}
	for program; do : >"$ROOT/usr/$program"; done
}

servers="time: { servers: [ntp1.isp.net], only: ['*.isp.net'] }"

form "no daemon at all"
programs
policy '' <<<"$servers"
judged fail "time daemon: none"
form_run apply --yes
status "$FORM: apply does nothing about it" 1

form "a root of which nothing is known"
judged unknown "nor a folder of programs"

# --- chrony ---------------------------------------------------------------------------
form "chrony asks the right server"
programs sbin/chronyd
put etc/chrony.conf <<'END'
# Use our own
server ntp1.isp.net iburst
SERVER NTP2.ISP.NET prefer key 3
driftfile /var/lib/chrony/drift
makestep 1.0 3
rtcsync
logdir /var/log/chrony
allow 192.0.2.0/24
END
judged pass
form_run apply --yes
status "$FORM: nothing to apply" 0

form "chrony asks another one too"
programs sbin/chronyd
put etc/chrony.conf <<'END'
server ntp1.isp.net
pool 2.debian.pool.ntp.org iburst
END
judged fail "etc/chrony.conf:2: source 2.debian.pool.ntp.org: followed (pool) -> none but"

form "chrony never follows it"
programs sbin/chronyd
put etc/chrony.conf <<'END'
server ntp1.isp.net noselect
server ntp2.isp.net
END
judged fail "etc/chrony.conf:1: source ntp1.isp.net: noselect: asked, but never followed -> followed"

form "chrony's choice leaves sources out"
programs sbin/chronyd
for lines in 'authselectmode require' 'minsources 3' 'authselectmode prefer' 'minsources 2\nminsources 4'; do
	printf "server ntp1.isp.net\nserver ntp2.isp.net key 3\n$lines\n" | put etc/chrony.conf
	judged unknown "${lines%% *} "
done
for lines in 'authselectmode mix' 'minsources 2' 'authselectmode require\nauthselectmode ignore'; do
	printf "server ntp1.isp.net\nserver ntp2.isp.net key 3\n$lines\n" | put etc/chrony.conf
	judged pass
done
printf 'server ntp1.isp.net nts\nserver ntp2.isp.net key 3\nauthselectmode require\n' | put etc/chrony.conf
judged pass

form "chrony asks once, at the start"
programs sbin/chronyd
printf 'server ntp1.isp.net\ninitstepslew 30 foo.example.org\n' | put etc/chrony.conf
judged fail "source foo.example.org: followed (initstepslew)"

form "a comment behind a server ends chronyd"
programs sbin/chronyd
printf 'server ntp1.isp.net iburst # ours\n' | put etc/chrony.conf
judged invalid "'#' is no option: chronyd ends"

form "a directive of another daemon's"
programs sbin/chronyd
printf 'server ntp1.isp.net\nfrobnicate yes\n' | put etc/chrony.conf
judged unknown "'frobnicate', or what is behind it, is not understood"

form "chrony's folders"
programs sbin/chronyd
printf 'confdir /etc/chrony/a /etc/chrony/b\nsourcedir /etc/chrony/s\n' | put etc/chrony/chrony.conf
printf 'server ntp9.example.org\n' | put etc/chrony/b/x.conf # the same name in the first counts
printf 'rtcsync\n' | put etc/chrony/a/x.conf
printf 'server foo.example.org\n' | put etc/chrony/a/x.conf.orig
printf 'server ntp1.isp.net\nrtcsync\nserver bar.example.org' | put etc/chrony/s/ours.sources # no end of line
judged pass

form "what DHCP gives chrony"
programs sbin/chronyd
printf 'server ntp1.isp.net\nsourcedir /run/chrony-dhcp\n' | put etc/chrony/chrony.conf
judged unknown "what is put into /run/chrony-dhcp, only the running host knows"
policy '' <<<'time: { servers: [ntp1.isp.net] }'
judged pass
policy '' <<<"$servers"

form "chronyd is started with another file"
programs sbin/chronyd
printf 'server ntp9.example.org\n' | put etc/chrony/chrony.conf
printf 'server ntp1.isp.net\n' | put etc/other.conf
printf 'DAEMON_OPTS="-F 1 -f /etc/other.conf"\n' | put etc/default/chrony
judged pass

printf 'server ntp1.isp.net\n' | put etc/chrony/chrony.conf
for option in '-t 10' -q -Q -x -p -v -h; do
	printf 'DAEMON_OPTS="%s"\n' "$option" | put etc/default/chrony
	judged unknown "an option on its command line is not followed"
done

form "chrony with limits that nothing keeps"
programs sbin/chronyd
for line in 'maxdistance 0.0001' 'maxjitter 0' 'maxjitter .0009' 'bindacqaddress 127.0.0.1' 'bindacqaddress ::1'; do
	printf "server ntp1.isp.net\n$line\n" | put etc/chrony.conf
	judged unknown "$line"
done
for line in 'maxdistance 3.0' 'maxjitter 0.001' 'maxjitter 1' 'bindacqaddress 192.0.2.1'; do
	printf "server ntp1.isp.net\n$line\n" | put etc/chrony.conf
	judged pass
done
printf 'server ntp1.isp.net maxdelay 0.00001\n' | put etc/chrony.conf
judged unknown "maxdelay 0.00001"
printf 'server ntp1.isp.net maxdelay 0.2\n' | put etc/chrony.conf
judged pass

form "chrony passes over a source that it has"
programs sbin/chronyd
printf 'server ntp1.isp.net noselect\nserver ntp1.isp.net\n' | put etc/chrony.conf
policy '' <<<'time: { servers: [ntp1.isp.net] }'
judged unknown "ntp1.isp.net has noselect too"
printf 'server ntp1.isp.net\nserver ntp1.isp.net noselect\n' | put etc/chrony.conf
judged pass
printf 'sourcedir /etc/chrony/s\n' | put etc/chrony.conf
printf 'server ntp1.isp.net\nserver ntp1.isp.net noselect\n' | put etc/chrony/s/a.sources
judged unknown "ntp1.isp.net has noselect too"
printf 'server ntp1.isp.net\nserver ntp1.isp.net\nminsources 2\n' | put etc/chrony.conf
judged unknown "minsources 2: there may be no more than 1 sources"
policy '' <<<"$servers"

form "how chronyd is started can't be told"
programs sbin/chronyd
printf 'server ntp1.isp.net\n' | put etc/chrony.conf
mkdir -p "$ROOT/etc/systemd/system"
mkfifo "$ROOT/etc/systemd/system/chrony.service"
judged unknown "its command line: how chrony.service is started can't be told"

form "a file that includes itself"
programs sbin/chronyd
printf 'server ntp1.isp.net\ninclude /etc/chrony.conf\n' | put etc/chrony.conf
judged invalid "more than 10 deep"

form "files that include each other without end"
programs sbin/chronyd
for i in {1..7}; do
	for _ in {1..40}; do echo "include /etc/$((i + 1))"; done | put "etc/$i"
done
: | put etc/8
echo 'include /etc/1' | put etc/chrony.conf
judged unknown "include each other without end"

form "chrony unreadable"
programs sbin/chronyd
printf 'server ntp1.isp.net\n' | put etc/chrony.conf
unreadable etc/chrony.conf

form "ntp with limits that nothing keeps"
programs sbin/ntpd
for line in 'tos maxdist 0.0001' 'interface ignore all' 'nic drop eth0'; do
	printf "server ntp1.isp.net\n$line\n" | put etc/ntp.conf
	judged unknown "${line%% *}"
done
for line in 'tos maxdist 1.5' 'interface ignore wildcard' 'interface listen eth0'; do
	printf "server ntp1.isp.net\n$line\n" | put etc/ntp.conf
	judged pass
done

# --- ntp ------------------------------------------------------------------------------
form "ntp that drops all answers"
programs sbin/ntpd
put etc/ntp.conf <<'END'
restrict default ignore
server ntp1.isp.net
END
judged unknown "etc/ntp.conf:2: source ntp1.isp.net: followed"
says "$FORM: why" "a line of restrict may drop what it answers"
policy '' <<<"time: { only: ['*.isp.net'] }"
judged unknown "no other is followed, so far as is understood"

form "ntp that drops the answers of one"
programs sbin/ntpd
put etc/ntp.conf <<'END'
restrict default ignore
restrict ntp1.isp.net nomodify
server ntp2.isp.net
server ntp1.isp.net
END
policy '' <<<"$servers"
judged pass
policy '' <<<"time: { servers: ['*.isp.net'] }"
judged pass "etc/ntp.conf:4: source *.isp.net"
policy '' <<<"time: { servers: [ntp2.isp.net] }"
judged unknown "etc/ntp.conf:3: source ntp2.isp.net"

form "keys that are not there"
programs sbin/chronyd
printf 'server ntp1.isp.net key 5\n' | put etc/chrony.conf
policy '' <<<"$servers"
judged unknown "it has a key, and no line keyfile is there"

form "ntp of 2004"
put etc/ntp.conf <<'END'
restrict default ignore
restrict ntp1.isp.net nomodify
server ntp1.isp.net
server  127.127.1.0     # local clock
fudge   127.127.1.0 stratum 10
driftfile /var/lib/ntp/drift
broadcastdelay  0.008
authenticate no
keys            /etc/ntp/keys
END
judged fail "etc/ntp.conf:4: source 127.127.1.0: followed (server)"
policy '' <<<"time: { daemons: [ntp], servers: [ntp1.isp.net], only: ['*.isp.net', 127.127.1.0] }"
judged pass

form "lines that end in CR"
printf 'server ntp1.isp.net iburst\r\nserver x.org\r\ndriftfile /x\r\n' | put etc/ntp.conf
policy '' <<<"$servers"
judged fail "etc/ntp.conf:2: source x.org: followed (server)"

form "ntp follows whoever broadcasts"
printf 'server ntp1.isp.net\nbroadcastclient\n' | put etc/ntp.conf
judged fail "source whoever broadcasts: followed (broadcastclient)"

form "ntp does not set the clock"
printf 'server -4 "ntp1.isp.net" iburst\ndisable monitor ntp\n' | put etc/ntp.conf
judged unknown "disable ntp: the clock is not set"

form "a line that ntpd passes over"
printf 'server ntp1.isp.net iburst\nserver ntp2.isp.net frob\n' | put etc/ntp.conf
judged unknown "'frob' is not understood"

for line in 'tos minsane 3' 'tos mindist 0.1 floor 3' 'server ntp2.isp.net minpoll high' 'server ntp2.isp.net version 9'; do
	printf 'server ntp1.isp.net iburst\n%s\n' "$line" | put etc/ntp.conf
	judged unknown "etc/ntp.conf:2: configuration of ntp"
done
printf 'server ntp1.isp.net iburst minpoll 4 version 4\ntos mindist 0.1 minclock 4 minsane 1\n' | put etc/ntp.conf
policy '' <<<"time: { servers: [ntp1.isp.net] }"
judged pass
policy '' <<<"$servers"

form "ntpsec with its folder"
programs sbin/ntpd
policy '' <<<"time: { daemons: [ntpsec], only: ['*.isp.net'] }"
printf 'IGNORE_DHCP="yes"\nNTPD_OPTS="-g -N"\n' | put etc/default/ntpsec
printf '[Service]\nExecStart=/usr/libexec/ntpsec/ntp-systemd-wrapper\n' | put usr/lib/systemd/system/ntpsec.service
printf 'server ntp.example.org\n' | put etc/ntp.conf # ntp was there before
printf 'tos minclock 4\npool ntp.isp.net nts\n' | put etc/ntpsec/ntp.conf
printf 'refclock shm unit 1 noselect\n' | put etc/ntpsec/ntp.d/gps.conf
printf 'server foo.example.org\n' | put etc/ntpsec/ntp.d/README
judged pass

form "what DHCP gives ntpsec"
cp -a "$T/$((FORMS - 1))/." "$ROOT/"
: | put etc/default/ntpsec
judged unknown "without IGNORE_DHCP=yes"

form "ntpsec follows what a drop-in names"
cp -a "$T/$((FORMS - 2))/." "$ROOT/"
printf 'refclock shm unit 1\n' | put etc/ntpsec/ntp.d/gps.conf
judged fail "ntp.d/gps.conf:1: source shm 1: followed (refclock)"

form "openntpd is not read"
programs sbin/ntpd
policy '' <<<"$servers"
printf 'servers ntp1.isp.net\n' | put etc/openntpd/ntpd.conf
judged unknown "the configuration of openntpd is not read"

# --- timesyncd ------------------------------------------------------------------------
form "timesyncd"
programs lib/systemd/systemd-timesyncd
printf '[Time]\nNTP=foo.example.org\n' | put etc/systemd/timesyncd.conf
printf '[Time]\nNTP=\nNTP=ntp2.isp.net \\\n ntp1.isp.net\n[Other]\nNTP=bar.example.org\n' |
	put usr/lib/systemd/timesyncd.conf.d/50-ours.conf
printf '[Time]\nFallbackNTP=baz.example.org\n' | put etc/systemd/timesyncd.conf.d/60-more.conf
judged pass

form "a drop-in that is hidden"
cp -a "$T/$((FORMS - 1))/." "$ROOT/"
ln -s /dev/null "$ROOT/etc/systemd/timesyncd.conf.d/50-ours.conf"
judged fail "etc/systemd/timesyncd.conf:2: source foo.example.org: followed (NTP=)"

form "timesyncd falls back"
programs lib/systemd/systemd-timesyncd
printf '[Time]\nFallbackNTP=ntp1.isp.net\n' | put etc/systemd/timesyncd.conf
judged pass

form "timesyncd falls back on what is built in"
programs lib/systemd/systemd-timesyncd
printf '[Time]\n#NTP=\n' | put etc/systemd/timesyncd.conf
judged unknown "servers that are built into it"
policy '' <<<"time: { servers: [ntp1.isp.net] }"
judged unknown "servers that are built into it"
policy '' <<<"$servers"

form "networkd adds what DHCP says"
programs lib/systemd/systemd-timesyncd
printf '[Time]\nNTP=ntp1.isp.net\n' | put etc/systemd/timesyncd.conf
mkdir -p "$ROOT/etc/systemd/system/multi-user.target.wants"
ln -s /lib/systemd/system/systemd-networkd.service "$ROOT/etc/systemd/system/multi-user.target.wants/"
judged unknown "what a DHCP server says counts too"

form "timesyncd that takes no server's word"
programs lib/systemd/systemd-timesyncd
for span in 0 0.0001 5ms '20 us' '1ms 3us' '5ms\nRootDistanceMaxSec=far'; do
	printf "[Time]\nNTP=ntp1.isp.net\nRootDistanceMaxSec=$span\n" | put etc/systemd/timesyncd.conf
	judged unknown "etc/systemd/timesyncd.conf:3"
	says "$FORM: $span" "RootDistanceMaxSec=: there may be no server as near as that"
done
for span in '' 5 0.5 5s '1min 30s' 30m infinity ntp1.isp.net 192.0.2.7 '0s 5' '5ms\nRootDistanceMaxSec=5'; do
	printf "[Time]\nNTP=ntp1.isp.net\nRootDistanceMaxSec=$span\n" | put etc/systemd/timesyncd.conf
	judged pass
done

form "timesyncd, whose links can't be looked at"
programs lib/systemd/systemd-timesyncd
printf '[Time]\nNTP=ntp1.isp.net\n' | put etc/systemd/timesyncd.conf
: | put run/systemd/netif/links
judged unknown "what DHCP servers say stands there"
policy '' <<<"time: { servers: [ntp1.isp.net] }"
judged pass
policy '' <<<"$servers"

form "timesyncd unreadable"
programs lib/systemd/systemd-timesyncd
printf '[Time]\nNTP=ntp1.isp.net\n' | put etc/systemd/timesyncd.conf
unreadable etc/systemd/timesyncd.conf

# --- several --------------------------------------------------------------------------
form "two, and one is started"
programs lib/systemd/systemd-timesyncd sbin/chronyd
printf 'server ntp1.isp.net\n' | put etc/chrony.conf
mkdir -p "$ROOT/etc/systemd/system/multi-user.target.wants"
ln -s /usr/lib/systemd/system/chronyd.service "$ROOT/etc/systemd/system/multi-user.target.wants/"
judged pass

form "two, and both are started"
cp -a "$T/$((FORMS - 1))/." "$ROOT/"
printf '[Time]\nNTP=ntp1.isp.net\n' | put etc/systemd/timesyncd.conf
mkdir -p "$ROOT/etc/systemd/system/sysinit.target.wants"
ln -s /usr/lib/systemd/system/systemd-timesyncd.service "$ROOT/etc/systemd/system/sysinit.target.wants/"
judged unknown "which of them keeps the clock can't be told"

# --- the clock ------------------------------------------------------------------------
form "ntpstat"
ntpstat='synchronised to NTP server (192.0.2.7) at stratum 3
   time correct to within 42 ms
   polling server every 1024 s'
recorded 2004-02-10 '{ synchronised: yes, max-error: 50 }' <<<"$ntpstat"
judged pass

form "ntpstat, too far off"
recorded 2004-02-10 '{ max-error: 41 }' <<<"$ntpstat"
judged fail "evidence.txt:2: error of the clock: up to 42.000 ms -> at most 41 ms"

form "ntpstat, unsynchronised"
recorded 2004-02-10 '{ synchronised: yes }' <<'END'
unsynchronised
  time server re-starting
   polling server every 64 s
END
judged fail "clock: not synchronised -> synchronised"

form "ntpstat, the machine's own clock"
recorded 2004-02-10 '{ synchronised: yes }' <<'END'
synchronised to local net at stratum 11
   time correct to within 11 ms
END
judged fail "clock: not synchronised"

form "chronyc tracking"
tracking()
{
	cat <<END
Reference ID    : CB00710F (ntp1.isp.net)
Stratum         : 3
Ref time (UTC)  : Fri Jan 27 09:49:17 2017
System time     : 0.000006523 seconds slow of NTP time
Last offset     : -0.000006747 seconds
RMS offset      : 0.000035822 seconds
Frequency       : 3.225 ppm slow
Root delay      : 0.013639022 seconds
Root dispersion : 0.001100737 seconds
Update interval : 64.2 seconds
Leap status     : $1
END
}
recorded 2004-02-10 '{ synchronised: yes, max-error: 8 }' < <(tracking Normal)
judged pass
says "$FORM: half the delay and the dispersion" "up to 7.926 ms"
recorded 2004-02-10 '{ synchronised: yes }' < <(tracking 'Not synchronised')
judged fail "evidence.txt:11: clock: not synchronised"
recorded 2004-02-10 '{ synchronised: yes }' < <(tracking Normal | sed 's/CB00710F (ntp1.isp.net)/7F7F0101 ()/')
judged fail "evidence.txt:11: clock: not synchronised"

form "timedatectl show"
recorded 2004-02-10 '{ synchronised: yes }' <<<$'NTP=yes\nNTPSynchronized=yes'
judged pass
recorded 2004-02-10 '{ synchronised: yes, max-error: 100 }' <<<$'NTP=yes\nNTPSynchronized=yes'
judged unknown "the evidence does not tell it"

form "evidence of something else"
recorded 2004-02-10 '{ synchronised: yes }' <<<'it is ten past ten'
judged unknown "no output of ntpstat"
recorded 2004-02-10 '{ synchronised: yes }' <<<$'NTPSynchronized=yes\nunsynchronised'
judged unknown "more than once"

form "no evidence"
policy '' <<<'time: { synchronised: yes }'
judged unknown "needs the running host, or evidence"

# What the kernel of this host says, asked by another program.
kernel=$("$PYTHON" -c '
import ctypes
state = (ctypes.c_long * 64)()
ctypes.CDLL(None, use_errno=True).adjtimex(state)
print("fail" if ctypes.cast(ctypes.byref(state, 5 * ctypes.sizeof(ctypes.c_long)), ctypes.POINTER(ctypes.c_int))[0] & 0x40 else "pass")')
run audit --policy "$T/policy.yaml" --format json
is "asked: what adjtimex says" "$(verdict it)" "$kernel"
finish
