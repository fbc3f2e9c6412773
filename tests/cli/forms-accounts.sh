#!/bin/bash
# Accounts in their forms: whose shell is which, and where the passwords stand.
# no remedy: an account is its owner's, and passwd -l, usermod -s and pwconv do it under a lock
# never invalid: libc passes over lines that it does not understand
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

HASH='$y$j9T$a$b'
ALL='refuse: [unshadowed, empty-password, other-root, shared-uid, shared-name]'

asked()
{
	{ echo accounts: && sed 's/^/  /'; } | policy ''
}

form "shells of customers"
put etc/passwd <<'END'
root:x:0:0:root:/root:/bin/bash
admin:x:500:500::/home/admin:/bin/bash
one:x:1000:1000::/home/one:/bin/false
two:x:1001:1000::/home/two:/bin/false
END
asked <<'END'
shells:
  - { uids: 1000-, allow: [/bin/false] }
  - { uids: 1-999, allow: [/bin/false], except: [admin] }
END
judged pass "shells of uids 1000-: 2 accounts, all of which have such shells"
says "$FORM: and none of the others" "shells of uids 1-999: 0 accounts"
form_run apply --yes
status "$FORM: nothing to apply" 0

form "a customer with a shell, by an empty field too"
put etc/passwd <<'END'
one:x:1000:1000::/home/one:/bin/sh
# a comment
two:x:1001:1000::/home/two:
END
asked <<'END'
shells: { uids: 1000-1001, allow: [/bin/false, /usr/sbin/nologin] }
END
judged fail "etc/passwd:1: account one: shell /bin/sh -> shell: /bin/false, /usr/sbin/nologin"
says "$FORM: the other" "etc/passwd:3: account two: shell /bin/sh"
refused

form "many of them"
for uid in {1000..1029}; do echo "u$uid:x:$uid:1::/:/bin/sh"; done | put etc/passwd
asked <<'END'
shells: { uids: 1000-, allow: [/bin/false] }
END
judged fail "10 more like these"

form "all as it should be"
put etc/passwd <<'END'
root:x:0:0:root:/root:/bin/bash
daemon:*:1:1::/:/bin/false
one:x:1000:1000::/home/one:/bin/false
gone:x:1001:1000::/home/gone:/bin/false
END
printf 'root:%s:1:::::: \none:!:1::::::\n' "$HASH" | put etc/shadow
asked <<<"$ALL"
judged pass "accounts: empty-password: 4 accounts, none of which is"

form "a password in etc/passwd"
printf 'one:%s:1000:1000::/home/one:/bin/false\n' "$HASH" | put etc/passwd
printf 'one:*:1::::::\n' | put etc/shadow
judged fail "etc/passwd:1: account one: its password stands in etc/passwd"
is "$FORM: and is not shown" "$(grep -cF "$HASH" "$T/out")" 0

for password in "!$HASH" "!!$HASH" "*$HASH" '!ab1cDefGhIjKl'; do
	printf 'one:%s:1000:1000::/:/bin/false\n' "$password" | put etc/passwd
	asked <<<'refuse: [unshadowed]'
	judged fail "etc/passwd:1: account one: its password stands in etc/passwd"
done
for password in x '*' '!' '!!' '!x' '*NP*' '!short' ''; do
	printf 'one:%s:1000:1000::/:/bin/false\n' "$password" | put etc/passwd
	judged pass
done
asked <<<"$ALL"

form "empty passwords"
printf 'one::1000:1000::/:/bin/false\ntwo:x:1001:1::/:/bin/false\n' | put etc/passwd
printf 'two::1::::::\ntwo:*:1::::::\n' | put etc/shadow
judged fail "etc/passwd:1: account one: no password is asked for"
says "$FORM: in etc/shadow, where the first line counts" "etc/shadow:1: account two: no password"

form "root twice, and others"
put etc/passwd <<'END'
root:x:0:0:root:/root:/bin/bash
toor:x:00:0::/root:/bin/sh
one:x:1000:1000::/:/bin/false
one:x:1001:1000::/:/bin/sh
two:x:1001:1000::/:/bin/sh
END
printf 'root:*:1::::::\n' | put etc/shadow
judged fail "etc/passwd:2: account toor: uid 0: it is root under another name"
says "$FORM: shared uid" "etc/passwd:5: account two: uid 1001: it is one too"
says "$FORM: shared name" "etc/passwd:4: account one: a second line of this name"

form "passwords that can't be seen"
printf 'one:x:1000:1000::/:/bin/false\n' | put etc/passwd
judged unknown "etc/shadow: there is no such file"

form "accounts of other sources"
printf 'passwd: files ldap\n' | put etc/nsswitch.conf
printf 'root:*:0:0::/:/bin/sh\n' | put etc/passwd
mkdir -p "$ROOT/usr/lib/x86_64-linux-gnu"
: >"$ROOT/usr/lib/x86_64-linux-gnu/libnss_ldap.so.2"
: >"$ROOT/usr/lib/x86_64-linux-gnu/libc.so.6"
judged unknown "names more than files for passwd"

form "passwords of other sources"
printf 'root:x:0:0::/:/bin/sh\n' | put etc/passwd
printf 'root:*:1::::::\n' | put etc/shadow
printf 'shadow: ldap files\n' | put etc/nsswitch.conf
mkdir -p "$ROOT/usr/lib/x86_64-linux-gnu"
: >"$ROOT/usr/lib/x86_64-linux-gnu/libnss_ldap.so.2"
: >"$ROOT/usr/lib/x86_64-linux-gnu/libc.so.6"
judged unknown "etc/shadow: etc/nsswitch.conf asks others too"
printf 'shadow: files ldap\n' | put etc/nsswitch.conf
judged pass
: | put etc/shadow
judged unknown "etc/nsswitch.conf asks others too"

form "lines of NIS"
printf '+@staff:x:::::\nroot:*:0:0::/:/bin/sh\n' | put etc/passwd
judged unknown "etc/passwd:1: a line for NIS"

form "no such file"
judged unknown "there is no such file"

form "no account"
printf 'nonsense\n' | put etc/passwd
judged unknown "it names no account"

form "a NUL byte"
printf 'root:*:0:0::/:/bin/sh\0\n' | put etc/passwd
judged unknown "it holds a NUL byte"

form "lines that libc does not understand"
printf 'root:*:0:0::/:/bin/sh\nno colon\nbad:x:abc:0::/:/bin/sh\nbad:x:0\n' | put etc/passwd
judged pass "accounts: other-root: 1 account, none"
unreadable etc/passwd

form "mistakes in the policy"
asked <<'END'
shells:
  - { uids: 9-1, allow: [/bin/sh] }
  - { uids: '-5', allow: [/bin/sh] }
  - { uids: '5--', allow: [/bin/sh] }
  - { uids: '-', allow: [/bin/sh] }
  - { uids: 4294967295, allow: [sh] }
END
run policy check "$T/policy.yaml"
status "$FORM: status" 3
for text in "'9-1' is no uid" "'-5' is no uid" "'5--' is no uid" "'-' is no uid" "'4294967295' is no uid" "'sh' is no absolute path"; do
	says "$FORM: $text" "$text" err
done
asked <<<'{}'
run policy check "$T/policy.yaml"
says "$FORM: nothing is asked" "neither 'shells' nor 'refuse' asks for anything" err

finish
