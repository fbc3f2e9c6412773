#!/bin/bash
# The audit of the bundled host of 2004 finds what its audit found, and what that missed, each at
# its line.
. "$(dirname "$0")/lib.sh"

cd "$PROJECT/tests/hosts" || exit 1
audit=(audit --root giant --policy ../../policy/profiles/isp-mail.yaml
	--overlay giant-evidence/overlay.yaml)

run "${audit[@]}"
status "audit finds gaps" 1
sane "audit prints plain text"
# fails ITEM...: a control of each fails
fails()
{
	for item; do
		ok "item $item fails" grep -qE "^fail .*, item $item\)" "$T/out"
	done
}
fails 3 4 5 9 13 14 19
says "what a person must answer" "manual physical-access"
says "keyboard-interactive: the file that does not set it" /etc/ssh/sshd_config
says "keyboard-interactive: the option that turns it off in that version" ChallengeResponseAuthentication
says "kernel log: the level that is lost" kern.debug
says "kernel log: the line that takes info and above to the file" '/var/log/messages (line 6)'
says "kernel log: and the one that takes them to the log host" /etc/syslog.conf:7
says "kernel log: that line's text" '*.info;mail.none;authpriv.none;cron.none'
says "xinetd: the service, not the file" "service shell"
says "xinetd: the line that enables it" /etc/xinetd.d/rsh:11
says "xinetd: that line's text" 'disable			= no'
says "console: the file that admits everybody" /etc/security/access.conf
silent "what holds is not listed without -v" PermitRootLogin
says "mail: the permit that is never asked" "giant-evidence/router.txt:12: a line of list 150: never matches"
says "ssh: likewise" "giant-evidence/router.txt:13: a line of list 150: never matches"
says "a network that is denied already" "giant-evidence/router.txt:10: a line of list 150: never matches"
says "ports: the one too many" "giant-evidence/netstat-al.txt:2: port shell/tcp: answers at every address"
says "trust: whom root's file lets in" "/root/.rhosts:1: mgmt.isp.net root: user root on mgmt.isp.net gets in as root"
sed -i 's/, [0-9]* days old: /, N days old: /' "$T/out"
expected text

run audit --root giant --policy ../../policy/profiles/isp-mail.yaml ports outside-filter
status "without the evidence nothing is believed" 2

run "${audit[@]}" -v
status "-v changes no status" 1
says "-v lists what holds" PermitRootLogin
for item in 6 10 11; do
	is "item $item holds" "$(grep -E "^[a-z-]+ .*, item $item\)" "$T/out" | cut -d ' ' -f 1 | sort -u)" pass
done
says "the rules' database is compared, not made anew" tcp.smtp.cdb

run "${audit[@]}" kernel-log
status "one control alone" 1
silent "no other control is judged" ssh-keys-only

run "${audit[@]}" kernal-log
status "an unknown id is an error" 3
says "and the nearest one is named" kernel-log "$T/err"

finish
