#!/bin/bash
# Files in their forms: there or not, whose, how open, and what they hold.
# no remedy: what a file should hold instead, or who misses it when it goes, is not for us to say
# never invalid: no daemon reads them for us
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

asked()
{
	{ echo files: && sed 's/^/  /'; } | policy ''
}

form "nobody trusts a host"
mkdir -p "$ROOT"/home/{alice,bob} "$ROOT/root"
asked <<'END'
path: [/etc/hosts.equiv, '/home/*/.rhosts', /root/.rhosts]
is: absent
END
judged pass "/home/*/.rhosts: absent"
form_run apply --yes
status "$FORM: nothing to apply" 0
form "somebody does, by a link that leads nowhere too"
mkdir -p "$ROOT"/home/{alice,bob} "$ROOT/root"
echo '+ +' >"$ROOT/home/alice/.rhosts"
ln -s nowhere "$ROOT/home/bob/.rhosts"
judged fail "/home/alice/.rhosts: file -> absent"
says "$FORM: the link" "/home/bob/.rhosts: link that leads nowhere -> absent"
says "$FORM: the others" "pass /root/.rhosts: absent"
refused

form "links to one program"
mkdir -p "$ROOT"/{usr/sbin,usr/lib,var/qmail/bin}
: >"$ROOT/var/qmail/bin/sendmail"
ln -s /var/qmail/bin/sendmail "$ROOT/usr/sbin/sendmail"
ln -s ../sbin/sendmail "$ROOT/usr/lib/sendmail"
asked <<'END'
path: ['/usr/*/sendmail']
is: file
leads-to: /var/qmail/bin/sendmail
END
judged pass "as asked for"
form "one of them is another"
mkdir -p "$ROOT"/{usr/sbin,usr/lib,var/qmail/bin}
: >"$ROOT/usr/sbin/sendmail"
ln -s /var/qmail/bin/sendmail "$ROOT/usr/lib/sendmail"
judged fail "/usr/sbin/sendmail: leads to /usr/sbin/sendmail -> /var/qmail/bin/sendmail"
says "$FORM: and one leads nowhere" "/usr/lib/sendmail: link that leads nowhere -> file"
form "the wanted path is a link"
mkdir -p "$ROOT"/{usr/sbin,usr/lib,var/qmail/bin}
: >"$ROOT/usr/sbin/sendmail"
ln -s /usr/sbin/sendmail "$ROOT/var/qmail/bin/sendmail"
asked <<<'{ path: /usr/sbin/sendmail, leads-to: /var/qmail/bin/sendmail }'
judged fail "/usr/sbin/sendmail: no link, but what is wanted leads to it -> /var/qmail/bin/sendmail"
mv "$ROOT"/usr/sbin/{sendmail,exim4}
ln -s exim4 "$ROOT/usr/sbin/sendmail"
ln -sf /usr/sbin/exim4 "$ROOT/var/qmail/bin/sendmail"
judged unknown "what is wanted is itself a link"
form "the wanted path has a folder that is a link"
mkdir -p "$ROOT"/usr/bin
ln -s usr/bin "$ROOT/bin"
: >"$ROOT/usr/bin/dash"
ln -s dash "$ROOT/usr/bin/sh"
asked <<<'{ path: /bin/sh, leads-to: /bin/dash }'
judged pass "/bin/sh: as asked for"
asked <<<'{ path: [/bin/dash, /bin], leads-to: /bin }'
judged fail "/bin/dash: leads to /usr/bin/dash -> /bin"
says "$FORM: itself" "pass /bin: as asked for"

form "owner, group and mode"
printf 'me:x:%s:%s::/:/bin/sh\n' "$(id -u)" "$(id -g)" | put etc/passwd
printf 'us:x:%s:\n' "$(id -g)" | put etc/group
echo a | put etc/secret
chmod 640 "$ROOT/etc/secret"
asked <<END
path: /etc/secret
owner: me
group: us
mode: 0640
END
[ "$(id -u)" -eq 0 ] || sed -i '/owner:/d' "$T/policy.yaml"
judged pass "/etc/secret: as asked for"
chmod 644 "$ROOT/etc/secret"
judged fail "/etc/secret: mode 0644 -> mode 0640 at most"
chmod 4600 "$ROOT/etc/secret"
judged fail "/etc/secret: mode 4600 -> mode 0640 at most"
asked <<'END'
path: /etc/secret
owner: 12345
group: 12346
END
judged fail "-> owner 12345"
says "$FORM: the group" "-> group 12346"
asked <<'END'
path: /etc/secret
owner: nobody-at-all
END
judged unknown "there is no account 'nobody-at-all' here"

form "a link that leads nowhere"
mkdir -p "$ROOT/etc"
ln -s /nowhere "$ROOT/etc/link"
asked <<<'{ path: /etc/link, owner: "0", mode: "0600" }'
judged fail "/etc/link: link that leads nowhere -> something that is there"
asked <<<'{ path: /etc/link, leads-to: /nowhere }'
judged fail "/etc/link: leads to /nowhere, where nothing is -> /nowhere"
ln -sf /dev/null "$ROOT/etc/link"
asked <<<'{ path: /etc/link, leads-to: /dev/null }'
judged pass "/etc/link: as asked for"

form "what it holds"
printf 'ALL: ALL\n# telnet\nx\n' | put etc/hosts.deny
asked <<'END'
path: /etc/hosts.deny
holds: ['^ALL: *ALL$', 'x$']
lacks: ['^[^#]*telnet', '^no$']
END
judged pass "/etc/hosts.deny: as asked for"
printf '# ALL: ALL\n telnet' | put etc/hosts.deny
judged fail "/etc/hosts.deny: no line matches ^ALL: *ALL$ -> a line matches it"
says "$FORM: what it lacks" "/etc/hosts.deny:2: a line matches ^[^#]*telnet -> none does"
printf 'ALL: ALL\na\0telnet\nx\n' | put etc/hosts.deny
cp "$T/policy.yaml" "$T/kept.yaml"
asked <<<"{ path: /etc/hosts.deny, lacks: ['a.telnet'] }"
judged unknown "it holds a NUL byte"
cp "$T/kept.yaml" "$T/policy.yaml"
head -c 70000 /dev/zero | tr '\0' a | put etc/hosts.deny
judged unknown "a line of more than 64 KiB"
unreadable etc/hosts.deny

form "how old it is"
echo a | put var/log/backup
asked <<'END'
path: /var/log/backup
max-days: 7
END
touch -d '-6 days' "$ROOT/var/log/backup"
judged pass "as asked for"
touch -d '-9 days' "$ROOT/var/log/backup"
judged fail "changed 9 days and 0 h ago -> changed in the last 7 days"
touch -d '-170 hours' "$ROOT/var/log/backup"
judged fail "changed 7 days and 2 h ago -> changed in the last 7 days"
touch -d '+20 hours' "$ROOT/var/log/backup"
judged unknown "in the future"

form "not there"
judged fail "/var/log/backup: absent -> there"
asked <<'END'
path: '/var/log/backup.*'
is: directory
END
judged fail "/var/log/backup.*: nothing matches -> something does"
mkdir "$ROOT/var/log/backup.1"
judged pass
: >"$ROOT/var/log/backup.2"
judged fail "/var/log/backup.2: file -> directory"

form "many"
for i in {1..25}; do echo | put "var/log/a$i"; done
asked <<'END'
path: /var/log/a*
is: absent
END
judged fail "5 more like these"

asked <<'END'
path: [etc/a, /b]
leads-to: c
mode: 0999
holds: ['(', a]
END
run policy check "$T/policy.yaml"
status "mistakes" 3
for text in "files.path: 'etc/a' is no absolute path" "files.leads-to: 'c'" "files.mode: '0999' is no octal mode" "files.holds: '('"; do
	says "mistakes: $text" "$text" err
done
asked <<<'path: /b'
run policy check "$T/policy.yaml"
says "mistakes: asks for nothing" "policy.yaml:6:5: files: nothing is asked" err
asked <<<'{ path: /b, is: absent, mode: 0600 }'
run policy check "$T/policy.yaml"
says "mistakes: absent and more" "policy.yaml:6:5: files: nothing else can be asked" err
form "more files than are shown"
for number in {1..23}; do : | put "srv/f$number"; done
policy '' <<<"files: { path: '/srv/*', is: absent }"
judged fail "more files: 3 more like these"

finish
