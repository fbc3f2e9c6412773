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
  - id: mail
    xinetd: { only: [imap], run: [pop3], rnu: [] }
END
run policy check mixed.yaml
status "mistakes of all sorts: status 3" 3
expected mixed err

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

finish
