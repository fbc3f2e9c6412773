#!/bin/bash
# The policy as it is understood: loads again to the same; overlays, waivers and defaults.
. "$(dirname "$0")/lib.sh"

for profile in "$PROJECT"/policy/profiles/*.yaml; do
	name=${profile##*/}
	run policy show "$profile"
	status "$name: status 0" 0
	cp out shown.yaml
	run policy show shown.yaml
	same "$name: loads again to the same" out shown.yaml
done

cat >policy.yaml <<'END'
holdfast: 1
title: Web server
controls:
  - id: ssh
    title: Keys only
    item: 3
    objective: Nobody guesses a password, because there is none to guess; who comes in has a key that was given out by hand
    owner: ops
    sshd:
      settings: { PermitRootLogin: no, MaxAuthTries: { max: 4 } }
  - id: inetd
    xinetd: { only: [] }
  - id: gone
    xinetd: { only: [imap] }
END
cat >overlay.yaml <<'END'
holdfast: 1
overlay:
  - id: ssh
    sshd: { settings: { maxauthtries: 3 } }
    waive: { owner: mail team, reason: migration, until: 9999-12-31 }
  - id: inetd
    waive: { owner: ops, reason: tests, until: 2020-01-01 }
  - id: gone
    drop: yes
END
run policy show policy.yaml --overlay overlay.yaml
status "with an overlay: status 0" 0
expected overlay
cp out shown.yaml
run policy show shown.yaml
same "with an overlay: loads again to the same" out shown.yaml

run explain --policy policy.yaml --overlay overlay.yaml ssh inetd
status "explain: status 0" 0
expected explain

# words of one length come to the last column exactly
sed -i "s/owner: ops/owner: '$(printf 'word %.0s' {1..40})'/; s/: Keys only/: Keys ünd só ön/" policy.yaml
run explain --policy policy.yaml ssh
is "explain: wraps at 80 columns" "$(awk 'length > longest { longest = length } END { print longest }' out)" 79
sed -i "s/owner: 'word.*/owner: '$(printf 'wörds %.0s' {1..40})'/" policy.yaml
run explain --policy policy.yaml ssh
is "explain: counts characters" \
	"$("$PYTHON" -c 'print(max(map(len, open("out", encoding="utf-8").read().split("\n"))))')" 80

run explain --policy policy.yaml shh
status "explain an unknown control: status 3" 3
says "explain an unknown control: which was meant" "did you mean ssh?" err
run explain --policy policy.yaml
status "explain nothing: status 3" 3

sed -i 's/id: gone/id: gnoe/' overlay.yaml
run policy show policy.yaml --overlay overlay.yaml
status "an id that matches nothing: status 3" 3
says "an id that matches nothing: which was meant" \
	"overlay.yaml:8:9: overlay: no control has the id 'gnoe' (did you mean gone?)" err
finish
