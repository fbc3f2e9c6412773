#!/bin/bash
# The audit of the bundled host of 2004 finds the four gaps, each at its line.
. "$(dirname "$0")/lib.sh"

cd "$PROJECT/tests/hosts" || exit 1
audit=(audit --root giant --policy "$PROJECT/policy/profiles/isp-mail.yaml")

run "${audit[@]}"
status "audit finds gaps" 1
sane "audit prints plain text"
for id in ssh-keys-only kernel-log inetd-only-mail console-root-only; do
	says "$id is named" "$id"
done
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
expected text

run "${audit[@]}" -v
status "-v changes no status" 1
says "-v lists what holds" PermitRootLogin

run "${audit[@]}" kernel-log
status "one control alone" 1
silent "no other control is judged" ssh-keys-only

run "${audit[@]}" kernal-log
status "an unknown id is an error" 3
says "and the nearest one is named" kernel-log "$T/err"

finish
