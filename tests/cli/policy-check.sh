#!/bin/bash
# What is wrong with a desired state: all of it at once, each with its place.
. "$(dirname "$0")/lib.sh"

cat >five.yaml <<'END'
holdfast: 1
titel: POP/IMAP mail server
controls:
  - id: ssh-keys-only
    risk: hihg
    sshd:
      settings:
        PermitRotLogin: no
  - id: kernel-log
    syslog:
      forward: { selector: kern.*, to: syslog.isp.net, port: 70000 }
    waive: { owner: mail team, reason: migration, until: 2026-02-30 }
END
run policy check five.yaml
status "five mistakes: status 3" 3
expected five err
is "five mistakes: nothing on standard output" "$(cat out)" ""
sane "five mistakes: sane"

for command in audit plan explain; do
	run "$command" --policy five.yaml ssh-keys-only
	status "$command with five mistakes: status 3" 3
	same "$command with five mistakes: the same words" err "$TEST.five.expected"
done

# what a key table sees and what only a kind sees, in the same controls
cat >mixed.yaml <<'END'
holdfast: 1
titel: POP/IMAP mail server
controls:
  - id: ssh
    risk: hihg
    sshd:
      settings:
        PermitRootLogin: maybe
        Port: 99999
        UsePAM: { min: 3 }
        PermitRotLogin: no
  - id: log
    colour: red
    syslog:
      forward: { selector: kern.bogus, to: loghost }
      store: { selector: mial.info, file: var/log/mail }
  - id: console
    console: { only: [], through: [module] }
  - id: names
    console:
      only: [root, (wheel), "(wheel]", "%wheel", "@wheel", all, "0", "00"]
      through: [access.conf]
  - id: mail
    xinetd: { only: [imap], run: [pop3], rnu: [] }
END
run policy check mixed.yaml
status "mistakes of all sorts: status 3" 3
expected mixed err

# an error of structure hides no other: of the same section, of an overlay, of evidence
cat >hidden.yaml <<'END'
holdfast: 1
controls:
  - id: backup
    backup:
      log: { file: [backup.log], record: '(' }
      schedule: { command: '[', at-least: dayly }
      restored: { directory: srv, files: [etc] }
  - id: mode
    files: { path: [etc/passwd, []], mode: rw }
  - id: start
    service: { name: [a/b], boot: yse, arguments: [-x] }
  - id: two
    listening: { allow: [{ port: 99999 }, { port: 25, address: nowhere }] }
    files: { path: etc, state: absent }
  - id: old
    colour: red
    packages: { absent: ['a b'] }
    evidence: { file: x, date: 2026-02-30, sha256: 12 }
  - id: over
    files: { path: /etc/passwd, mode: '0644' }
  - id: all
    complies: yes
END
cat >hidden-over.yaml <<'END'
holdfast: 1
overlay:
  - id: over
    risk: hihg
    files: { mode: rw, path: etc }
  - id: mode
    risk: hihg
END
run policy check --overlay hidden-over.yaml hidden.yaml
status "errors of structure beside others: status 3" 3
expected hidden err

cat >syntax.yaml <<'END'
holdfast: 1
controls:
  - id: log
    syslog:
      store: { selector: *.info, file: /var/log/messages }
END
run policy check syntax.yaml
status "an unquoted selector: status 3" 3
expected unquoted err

# What YAML itself has no sense for is said with what to write.
cat >askew.yaml <<'END'
holdfast: 1
controls:
  - id: log
    sshd:
      settings:
        UsePAM: yes
       X11Forwarding: no
END
run policy check askew.yaml
status "a line that is askew: status 3" 3
expected askew err

run policy check nowhere.yaml
status "no such file: status 3" 3
says "no such file: says so" "holdfast: nowhere.yaml: No such file or directory" err

printf 'holdfast: 1\n"\\e[31m\xe2\x80\xae": \x9b\n' >hostile.yaml
run policy check $'hostile.yaml'
status "control bytes: status 3" 3
sane "control bytes: none is printed"

for profile in "$PROJECT"/policy/profiles/*.yaml; do
	run policy check "$profile"
	status "${profile##*/}: status 0" 0
	says "${profile##*/}: ok" "$profile: "
done

run policy check --policy "$PROJECT/policy/profiles/isp-mail.yaml"
is "--policy names the file too" "$(cat out)" \
	"$PROJECT/policy/profiles/isp-mail.yaml: $(grep -c '^  - id:' \
		"$PROJECT/policy/profiles/isp-mail.yaml") controls, ok"

run policy chek
status "an unknown word: status 3" 3
says "an unknown word: which was meant" "did you mean check?" err
run policy check one two
status "two files: status 3" 3
# What could never hold, or be compared, is refused at once.
cat >lists.yaml <<'END'
holdfast: 1
title: lists
controls:
  - id: a
    sshd: { settings: { Ciphers: '-aes128-ctr', MACs: '+hmac-sha1' } }
  - id: b
    syslog: { store: { selector: kern.*, file: /var/log/../log/kern.log } }
END
run policy check -p lists.yaml
status "relative lists and paths with .." 3
says "Ciphers" "lists.yaml:5:34: Ciphers: '-' adds to" "$T/err"
says "MACs" "MACs: '+' adds to" "$T/err"
says "the file" "must be an absolute path without blanks, '..'" "$T/err"

# A text where a list belongs: as one that YAML reads.
cat >text.yaml <<'END'
holdfast: 1
controls:
  - id: a
    console:
      only: root
      through: [access.conf]
      services: "it's, here"
  - id: b
    sshd: { settings: { PermitRootLogin: { any-of: no } } }
END
run policy check text.yaml
status "texts for lists: status 3" 3
expected lists err
sed 's/only: .*/only: [root]/; s/services: .*/services: [login]/; s/any-of: no/any-of: [no]/' text.yaml >list.yaml
run policy check list.yaml
status "the lists that were proposed" 0

# A list that would ask for nothing.
cat >empty.yaml <<'END'
holdfast: 1
title: empty
controls:
  - id: a
    console: { only: [root], through: [], services: [] }
  - id: b
    listening: { allow: { port: 22 }, protocols: [] }
END
run policy check -p empty.yaml
status "empty lists: status 3" 3
says "through" "empty.yaml:5:39: console.through: holds nothing" err
says "services" "empty.yaml:5:53: console.services: holds nothing" err
says "protocols" "empty.yaml:7:50: listening.protocols: holds nothing" err

# The configuration of the PAM module, by its name.
hash=$(printf %064d 7)
printf '%s\n' 'control c' "policy $hash" 'allow (wheel' 'alow root' 'allow 12' '' 'allow ä b' \
	"policy $hash" >wrong.conf
run policy check wrong.conf
status "a console.conf with mistakes: status 3" 3
expected conf err
is "nothing on standard output" "$(cat out)" ""
printf 'root\nbob\nanne\n(wheel)\n12\n' | "$PYTHON" "$PROJECT/tests/cli/console_conf.py" >good.conf
run policy check good.conf
status "a good one" 0
is "it says so" "$(cat out)" "good.conf: 5 allow lines, ok"
tail -n +2 good.conf >hand.conf
run policy check -p hand.conf
is "one by hand" "$(cat out)" "hand.conf: 5 allow lines, ok"
sed 's/bob/bop/' good.conf >changed.conf
run policy check changed.conf
status "behind a sum, one that was changed" 3
is "says so, once" "$(cat err)" "changed.conf:1:16: the file was changed: it has another sum: take the sum's line out if that was meant, or let 'holdfast apply' write it anew
    $(head -n 1 changed.conf)
                   ^"
printf 'control c\npolicy %064d\nallow b\nallow a\nallow (c)\n' 0 |
	"$PYTHON" "$PROJECT/tests/cli/console_conf.py" sum >order.conf
run policy check order.conf
says "the order: sorted" "order.conf:5:7: in a file with a sum the users are sorted" err
says "the order: last" "order.conf:6:1: in a file with a sum the users come last" err
: >empty.conf
run policy check empty.conf
says "an empty one" "empty.conf:1:1: no line says 'control ID'" err
head -c 2000 /dev/urandom >noise.conf
run policy check noise.conf
status "noise" 3
sane "noise is printed escaped"
cat >evidence.yaml <<'END'
holdfast: 1
title: t
controls:
  - id: a
    evidence: { file: x, date: 2026-01-01, sha256: x }
    xinetd: { only: [imap] }
END
run policy check evidence.yaml
status "evidence for a kind that takes none" 3
is "evidence for a kind that takes none: why" "$(grep -c 'a control of kind xinetd takes none' err)" 1
sed '/evidence:/d; s/^title: t/assume: { openssh: three }/' evidence.yaml >assume.yaml
run policy check assume.yaml
status "no version is assumed" 3
is "no version is assumed: why" "$(grep -c "assume.openssh: 'three' is no version" err)" 1
mkfifo fifo.conf
run policy check fifo.conf
is "a FIFO" "$(cat err)" "holdfast: fifo.conf: it is no regular file"
run policy check nowhere.conf
is "none" "$(cat err)" "holdfast: nowhere.conf: there is no such file"
run policy check --overlay five.yaml good.conf
status "no overlay" 3
ln -s good.conf link.conf
cp good.conf loose.conf
chmod 664 loose.conf
cp good.conf theirs.conf
if [ "$(id -u)" -eq 0 ]; then
	chown daemon theirs.conf
	for case in "link:it is a symbolic link" "loose:others than root can write it" \
		"theirs:it does not belong to root"; do
		run policy check "${case%%:*}.conf"
		status "as root, ${case%%:*}.conf" 3
		is "as root, ${case%%:*}.conf: why" "$(cat err)" "holdfast: ${case%%:*}.conf: ${case#*:}"
	done
else
	for file in link loose theirs; do
		run policy check $file.conf
		status "a draft, $file.conf" 0
	done
fi

# what people write first
cat >habits.yaml <<'END'
holdfast: 1
title: habits
controls:
  - id: a
    when: Live
    service: { name: ssh, boot: true }
  - id: b
    listening: { allow: [] }
  - id: c
    updates: { max-days: 30d }
  - id: d
    packages: { absent: [telnetd, vi m], present: [telnetd] }
  - id: e
    attest: {}
    evidence: { file: x, date: 2026-01-01, sha256: 0 }
  - id: h
    listening:
      allow:
        - { port: 22, address: 192.0.2.999, program: /usr/sbin/sshd }
        - { port: 25, address: "2001:db8::1", program: exim }
        - { port: 53, address: "::g" }
  - id: g
    acl: { interface: e0, host: 192.0.2.35/24, allow: { port: 110, from: 10.0.0.0/8 } }
  - id: f
    sshd: { settings: { PermitRootLogin: { any-of: [no], none-of: [no, yes] } } }
END
run policy check habits.yaml
status "habits: status 3" 3
is "nothing may listen: no mistake" "$(grep -c 'holds nothing\|2001:db8::1. is\|10.0.0.0/8. is' err)" 0
for line in "when: 'Live' is not live (did you mean live?)" "service.boot: 'true' is not one of yes, no" "(write yes)" \
	"updates.max-days: '30d' is not a whole number: write 30, for the key has its unit" \
	"packages.absent: no package can be called 'vi m'" "packages: 'telnetd' is both absent and present" \
	"allow.address: '192.0.2.999' is no address" "allow.program: '/usr/sbin/sshd' is a path: write sshd" \
	"allow.address: '::g' is no address" "acl.host: '192.0.2.35/24' is an address in a network: write 192.0.2.35, or 192.0.2.0/24 for all" \
	"holdfast attest --evidence FILE e" "no value could satisfy both"; do
	says "habits: $line" "$line" err
done
printf 'holdfast: 1\noverlay: [{ id: a, risk: low }]\n' >lonely.yaml
run policy check lonely.yaml
is "an overlay alone: said so, and nothing else" "$(grep -c '^holdfast: \|^lonely.yaml:' err)" 1
says "an overlay alone: how" "holdfast policy check --overlay lonely.yaml POLICY" err

cat >ended.yaml <<'END'
holdfast: 1
controls:
  - id: it
    service: { name: sshd, running: yes }
    waive: { owner: the owner, reason: for long, until: 2001-01-01 }
  - id: other
    service: { name: sshd, running: yes }
    waive: { owner: the owner, reason: for long, until: 2999-12-31 }
END
run policy check ended.yaml
status "a waiver that ended is no mistake" 0
says "but is told" "ended.yaml:5:12: it: the waiver ended with 2001-01-01, and counts no longer" err
silent "one that counts is not" "2999" err

cat >hints.yaml <<'END'
holdfast: 1
controls:
  - id: it
    acl:
      interface: Ethernet0
      allow: 22
  - id: other
    acl:
      interface: Ethernet0
      allow: [ { port: 1, protocol: tls }, { port: 1, protocol: sctp }, { port: 1, protocol: udq } ]
  - id: third
    service: "a b"
END
run policy check hints.yaml
says "a section is a map" "hints.yaml:6:14: acl.allow: must be a map, not text: write { port: 22 }" err
says "and what is in it is quoted" "service: must be a map, not text: write { name: 'a b' }" err
silent "two edits of three letters are no hint" "did you mean tcp" err
says "one is" "(did you mean udp?)" err
printf 'holdfast: 1\ntitle:\ncontrols:\n  - id: a\n    attest: {}\n' >empty-title.yaml
run policy check empty-title.yaml
says "a title without a value" "empty-title.yaml:2:1: 'title' has no value" err
run policy foo
says "no hint for a word" "policy: say check, show, doc or schema" err
finish
