#!/bin/bash
# Files of formats that stock lenses of Augeas read: what nodes are, and what can't be told.
# never invalid: the lens is none of the daemon's
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

# asked <KEYS: what the control asks for
asked()
{
	{ echo augeas: && sed 's/^/  /'; } | policy ""
}

form "login.defs"
put etc/login.defs <<'EOF'
# ages
PASS_MAX_DAYS	365
UMASK		027

ENCRYPT_METHOD SHA512
EOF
asked <<'EOF'
lens: Login_defs
file: /etc/login.defs
settings:
  PASS_MAX_DAYS: { max: 365 }
  UMASK: { any-of: [027, 077] }
  ENCRYPT_METHOD: { any-of: [YESCRYPT, SHA512] }
absent: [MD5_CRYPT_ENAB]
EOF
judged pass "/etc/login.defs:2: PASS_MAX_DAYS: 365"
says "$FORM: what is not there" "MD5_CRYPT_ENAB: not set"
form_run audit --format json
says "$FORM: where" '"line":2,"column":15'
fixed 0 0
unreadable etc/login.defs
form "login.defs with gaps"
put etc/login.defs <<'EOF'
PASS_MAX_DAYS	99999
PASS_MAX_DAYS	30
UMASK 022
MD5_CRYPT_ENAB yes
EOF
judged fail "/etc/login.defs:1: PASS_MAX_DAYS: 99999 -> at most 365"
says "$FORM: one of" "/etc/login.defs:3: UMASK: 022 -> one of 027, 077"
says "$FORM: nothing at all" "/etc/login.defs: ENCRYPT_METHOD: not set -> one of YESCRYPT, SHA512"
says "$FORM: what should not be there" "/etc/login.defs:4: MD5_CRYPT_ENAB: there: yes -> not there"
refused
form_run plan
says "$FORM: why" "ENCRYPT_METHOD: there is no node, and a line of this format can't be made"
form "login.defs with values to mend"
put etc/login.defs <<'EOF'
# PASS_MAX_DAYS 1
PASS_MAX_DAYS	99999
PASS_MAX_DAYS	30
UMASK 022
ENCRYPT_METHOD DES
EOF
fixed 3 3
undone
form "a node that should not be there"
put etc/login.defs <<'EOF'
PASS_MAX_DAYS	999
UMASK		027
ENCRYPT_METHOD SHA512
MD5_CRYPT_ENAB no
EOF
refused
form "no login.defs"
judged fail "there is no such file"

form "a setting that may be missing"
asked <<'EOF'
lens: Sysctl
file: /etc/sysctl.conf
missing: allow
settings: { kernel.sysrq: 0, net\/ipv4\/ip_forward: 0 }
EOF
judged pass "kernel.sysrq: not set"
put etc/sysctl.conf <<<'# nothing'
judged pass
put etc/sysctl.conf <<<'net/ipv4/ip_forward = 1'
judged fail "/etc/sysctl.conf:1: net\\/ipv4\\/ip_forward: 1 -> 0"

form "which of several counts"
put etc/sysctl.conf <<'EOF'
kernel.sysrq = 1
kernel.sysrq = 438
kernel.sysrq = 0
EOF
judged fail "/etc/sysctl.conf:1: kernel.sysrq: 1 -> 0"
says "$FORM: each" "/etc/sysctl.conf:2: kernel.sysrq: 438 -> 0"
fixed 2 2
undone
for path in 'kernel.sysrq[last()]' 'kernel.sysrq[3]' "*[. = '0']" '"kernel.sysrq"'; do
	asked <<EOF
lens: Sysctl
file: /etc/sysctl.conf
$([ "$path" != '"kernel.sysrq"' ] || echo 'nodes: some')
settings: { $([[ $path == \"* ]] && echo "$path" || echo "\"$path\""): 0 }
EOF
	judged pass "/etc/sysctl.conf:3: "
done
asked <<'EOF'
lens: Sysctl
file: /etc/sysctl.conf
nodes: some
settings: { kernel.sysrq: { min: 2, max: 9 } }
EOF
judged fail "/etc/sysctl.conf:3: kernel.sysrq: 0 -> at least 2 and at most 9"

refused
form_run plan
says "$FORM: which" "kernel.sysrq: any of 3 nodes could be the one"

form "a value that the format can't hold, or holds as something else"
put etc/hosts <<<'127.0.0.1 localhost'
asked <<'EOF'
lens: Hosts
file: /etc/hosts
settings: { 1/canonical: "a b" }
EOF
refused
form_run plan
says "$FORM: more" "the lens would read more than the new values"
asked <<'EOF'
lens: Hosts
file: /etc/hosts
settings: { 1/canonical: "# x" }
EOF
refused
asked <<'EOF'
lens: Hosts
file: /etc/hosts
settings: { 1/canonical: { none-of: [localhost] } }
EOF
refused
form_run plan
says "$FORM: no value" "1/canonical: the policy names no value to write"

form "a setting that is mended in quotes, in a list and at the end of the file"
printf 'A="x"\nB=(a b)\nC=1' | put etc/default/x
asked <<'EOF'
lens: Shellvars
file: /etc/default/x
settings: { A: '"y z"', "B/2": "c", C: { max: 0 } }
EOF
fixed 3 3
undone

form "fstab"
put etc/fstab <<'EOF'
UUID=x  /      ext4  errors=remount-ro  0  1
/dev/b  /home  ext4  nosuid,nodev       0  2
tmpfs   /tmp   tmpfs nosuid,size=1G
EOF
asked <<'EOF'
lens: Fstab
file: /etc/fstab
present: ["*[file='/home']/opt[.='nosuid']", "*[file='/tmp']/opt[.='nodev']"]
absent: ["*[vfstype='nfs']", "*[file='/']/opt[.='suid']"]
EOF
judged fail "/etc/fstab: *[file='/tmp']/opt[.='nodev']: not set -> there"
says "$FORM: the other" "/etc/fstab:2: *[file='/home']/opt[.='nosuid']: there: nosuid"
form "hosts"
printf '127.0.0.1\tlocalhost\n::1 localhost ip6-localhost # end\n' | put etc/hosts
asked <<'EOF'
lens: Hosts
file: /etc/hosts
settings: { "*[canonical='localhost']/ipaddr": { any-of: [127.0.0.1, '::1'] } }
EOF
judged pass "/etc/hosts:2: *[canonical='localhost']/ipaddr: ::1"
form "Shellvars"
printf 'A=1\nexport B="x y"\n' | put etc/default/x
asked <<'EOF'
lens: Shellvars
file: /etc/default/x
settings: { A: { min: 1 }, B: '"x y"' }
present: [B/export]
EOF
judged pass 'B: "x y"'
form "ntp.conf"
printf 'server 192.0.2.1 iburst\nserver 192.0.2.2\nrestrict default nomodify noquery\n' | put etc/ntp.conf
asked <<'EOF'
lens: Ntp
file: /etc/ntp.conf
settings: { server: { any-of: [192.0.2.1, 192.0.2.2] } }
present: ["restrict[.='default']/action[.='noquery']"]
EOF
judged pass "/etc/ntp.conf:2: server: 192.0.2.2"

form "what the lens does not accept"
printf 'a = 1\nb c\n' | put etc/sysctl.conf
asked <<'EOF'
lens: Sysctl
file: /etc/sysctl.conf
settings: { a: 1 }
EOF
judged unknown "/etc/sysctl.conf:2"
says "$FORM: why" "the lens does not accept it"
form "lines that end in CR LF"
printf '# c\r\na = 1\r\n' | put etc/sysctl.conf
judged fail "/etc/sysctl.conf:2: a: 1"
form "control bytes"
printf 'a = 1\001\n' | put etc/sysctl.conf
judged unknown 'line 1 holds the control byte \x01'
form "more than the lens is given"
yes '# comment' | head -c 1100000 | put etc/sysctl.conf
judged unknown "larger than 1 MiB"
form "no such lens"
put etc/sysctl.conf <<<'a = 1'
asked <<'EOF'
lens: Nonesuch
file: /etc/sysctl.conf
settings: { a: 1 }
EOF
for command in 'policy check' 'audit --policy'; do
	# shellcheck disable=SC2086
	run $command "$T/policy.yaml"
	status "$FORM: $command" 3
	says "$FORM: $command says where" "policy.yaml:7:13: augeas.lens: there is no lens 'Nonesuch' in /" err
done
lens()
{
	sed -i "s/lens: .*/lens: $1/" "$T/policy.yaml"
	run policy check "$T/policy.yaml"
}
for name in Syctl Login_def Login_Defs; do
	lens $name
	says "$FORM: what is near $name" "(did you mean $(case $name in S*) echo Sysctl ;; *) echo Login_defs ;; esac)?)" err
done
lens Rx
says "$FORM: a module without one" "there is no lens 'Rx'" err
lens Login_defs
status "$FORM: one that is there" 0
asked <<'EOF'
lens: Nonesuch
file: /etc/nothing
absent: [a]
EOF
sed -i 's/Nonesuch/Sysctl/' "$T/policy.yaml"
judged pass "/etc/nothing: a: not set"
form "a password's field"
put etc/shadow <<'EOF'
root:$y$j9T$secret:19000:0:99999:7:::
EOF
asked <<'EOF'
lens: Shadow
file: /etc/shadow
settings: { root/password: '*' }
EOF
judged fail 'root/password: what is not shown -> *'
silent "$FORM: nowhere" secret
form_run audit --format json
silent "$FORM: nor in JSON" secret
form_run plan
silent "$FORM: nor in a plan" secret

form "many nodes"
for ((i = 0; i < 50; i++)); do echo "a = $i"; done | put etc/sysctl.conf
asked <<'EOF'
lens: Sysctl
file: /etc/sysctl.conf
settings: { a: { max: 9 } }
EOF
judged fail "a: 20 nodes more: not as they should be"
is "$FORM: shown" "$(grep -c -- '-> at most 9' "$T/out")" 20

form "several controls, several lenses"
put etc/sysctl.conf <<<'a = 1'
put etc/hosts <<<'127.0.0.1 localhost'
cat >"$T/policy.yaml" <<'EOF'
holdfast: 1
controls:
  - { id: it, augeas: { lens: Sysctl, file: /etc/sysctl.conf, settings: { a: 1 } } }
  - { id: two, augeas: { lens: Hosts, file: /etc/hosts, present: [1] } }
  - { id: three, augeas: { lens: Shadow, file: /etc/hosts, present: [1] } }
  - { id: four, augeas: { lens: Passwd, file: /etc/sysctl.conf, present: [1] } }
EOF
form_run audit --format json
for id in it two; do is "$FORM: $id" "$(verdict $id)" pass; done
for id in three four; do is "$FORM: $id" "$(verdict $id)" unknown; done

form "mistakes in the policy"
asked <<'EOF'
lens: ../Hosts
file: etc/hosts
settings: { "a[": 1, "a//b": 1, "a[b]": 1, "a[x=1]": 1, "/a": 1, "a[0]": 1, "a b": 1, "a[last()": 1, "a|b": 1 }
absent: ["a/"]
EOF
run policy check "$T/policy.yaml"
status "$FORM: status" 3
for text in "'../Hosts' is no name of a module" "'etc/hosts' is no absolute path" "'a[' is no path" "'a//b' is no path" "'a[b]' is no path" \
	"'a[x=1]' is no path: behind = stands a text in quotes" "'/a' is no path" "'a[0]' is no path" "'a b' is no path" \
	"'a[last()' is no path: a ] is missing" "'a|b' is no path" "'a/' is no path"; do
	says "$FORM: $text" "$text" err
done
asked <<'EOF'
lens: Hosts
file: /etc/hosts
EOF
run policy check "$T/policy.yaml"
says "$FORM: nothing is asked" "none of 'settings', 'present' and 'absent' is there" err

expected edits "$T/edits"
finish
