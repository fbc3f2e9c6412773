#!/bin/bash
# A plan that would lock somebody out is refused with a table of who gets in, unless --accept names
# what is lost.
. "$(dirname "$0")/lib.sh"

KEY="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJP1aVMJGZ8mSLsXjDJ8uMKrscrAgbf/SO5oa2dN+cGf"

# begin: a Debian host at $T/root with root, the administrators alice and bob and the user eve,
# all with passwords and no keys.
begin()
{
	rm -rf root before
	mkdir -p root/etc/{ssh,pam.d,security,sudoers.d} root/root root/home/{alice,bob,eve} \
		root/var/lib
	cat >root/etc/passwd <<-END
		root:x:0:0:root:/root:/bin/bash
		daemon:x:1:1:daemon:/:/usr/sbin/nologin
		alice:x:1000:1000::/home/alice:/bin/bash
		bob:x:1001:1001::/home/bob:/bin/bash
		eve:x:1002:1002::/home/eve:/bin/bash
	END
	sed 's/:.*/:$y$j9T$salt$hash:19000:0:99999:7:::/' root/etc/passwd >root/etc/shadow
	printf '%s\n' root:x:0: sudo:x:27:alice,bob alice:x:1000: bob:x:1001: eve:x:1002: >root/etc/group
	echo '%sudo ALL=(ALL:ALL) ALL' >root/etc/sudoers
	printf 'UsePAM yes\nPermitRootLogin prohibit-password\n' >root/etc/ssh/sshd_config
	printf '%s\n' 'auth [success=1 default=ignore] pam_unix.so nullok' 'auth requisite pam_deny.so' \
		'auth required pam_permit.so' >root/etc/pam.d/common-auth
	printf '%s\n' 'account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so' \
		'account requisite pam_deny.so' 'account required pam_permit.so' >root/etc/pam.d/common-account
	for service in login sshd sudo cron systemd-user; do
		printf '@include common-auth\n@include common-account\n' >"root/etc/pam.d/$service"
	done
	printf 'auth sufficient pam_rootok.so\n@include common-auth\n@include common-account\n' \
		>root/etc/pam.d/su
	snapshot root >before
}

# give_key USER: a key that works.
give_key()
{
	mkdir -p "root/home/$1/.ssh"
	echo "$KEY" >"root/home/$1/.ssh/authorized_keys"
	chmod 700 "root/home/$1/.ssh"
	# the account is whose the file is, whoever runs the test
	sed -i "s/^$1:x:[0-9]*:/$1:x:$(id -u | sed s/^0$/1000/):/" root/etc/passwd
	[ "$(id -u)" -ne 0 ] || chown -R "$(sed -n "s/^$1:x:\([0-9]*\):.*/\1/p" root/etc/passwd)" "root/home/$1"
	snapshot root >before
}

# want SECTION: a policy of one control.
want()
{
	printf 'holdfast: 1\ntitle: a host\nassume: { openssh: 9.2p1 }\ncontrols:\n  - id: it\n' >policy.yaml
	sed 's/^/    /' >>policy.yaml
}

KEYS_ONLY='sshd: { settings: { PasswordAuthentication: no, KbdInteractiveAuthentication: no } }'

plan()
{
	run plan --root root --policy policy.yaml "$@"
}

apply()
{
	run apply --root root --policy policy.yaml --yes "$@"
}

# unchanged NAME
unchanged()
{
	snapshot root >now
	same "$1" now before
}

# row NAME WHO HOW FROM BEFORE AFTER [NOTE]: the table has that line.
row()
{
	local name=$1 words
	shift
	words=$(printf '%s' "$1" && shift && printf ' {2,}%s' "$@")
	ok "$name" grep -qE "^  $words\$" out
}

# refused NAME LOSS: status 1, the table, the loss by its name, the command, nothing changed.
refused()
{
	status "$1: refused" 1
	sane "$1: in plain text"
	ok "$1: the table is shown" grep -q '^Who gets in:' out
	ok "$1: $2 is named" grep -q "^  $2: " out
	ok "$1: and the command that accepts it" grep -q "^  holdfast apply .*--accept $2 " out
	unchanged "$1: nothing is changed"
}

# --- passwords are taken away --------------------------------------------------------

begin
want <<<"$KEYS_ONLY"
apply
refused "no keys" ssh:alice
row "what alice had and has" alice ssh anywhere password "nothing works" LOST
says "the line that takes it away" "PasswordAuthentication is no"
says "where a key would be looked for" "put a key that works into /home/alice/.ssh/authorized_keys"
says "nobody else could come" "ssh:administrators: no administrator would come in over ssh and could be root"
row "the console stays" alice console "tty1, ttyS0" password password
silent "so that is no loss" "any:administrators"
plan -o saved
status "plan refuses too" 1
ok "and saves nothing" test ! -e saved
ok "it says how it would go" grep -q '^  holdfast plan --accept ssh:' out

apply --accept ssh:alice
refused "one of three accepted" ssh:bob
silent "what is accepted is no loss any more" "  ssh:alice: "
row "and said to be" alice ssh anywhere password "nothing works" "lost, accepted"
apply --accept ssh:eve --accept ssh --accept console:alice --accept port:22
refused "wrong names do nothing" ssh:alice
apply --accept ssh:alice --accept ssh:bob
refused "the last administrator" ssh:administrators
apply --accept ssh:alice --accept ssh:bob --accept ssh:administrators
status "all accepted: applied" 0
run undo --root root --yes
unchanged "and undone"

apply
eval "run $(sed -n 's/^  holdfast \(apply .*\)/\1/p' out)"
status "the command that is shown works" 0
run undo --root root --yes

give_key alice
apply
refused "a key for alice" ssh:bob
row "hers stays" alice ssh anywhere "key, password" key
silent "she is no loss" "  ssh:alice: "
silent "nor are all" "ssh:administrators"
apply --accept ssh:bob
status "bob is accepted" 0
run undo --root root --yes
chmod 777 root/home/alice/.ssh
snapshot root >before
apply --accept ssh:bob
refused "others can write her keys" ssh:alice
says "which StrictModes forbids" "/home/alice/.ssh can be written by others"
chmod 700 root/home/alice/.ssh
# sshd opens it as alice, whom a folder of root's keeps out
if [ "$(id -u)" -eq 0 ]; then
	chown root:root root/home/alice/.ssh
	snapshot root >before
	apply --accept ssh:bob
	refused "root's folder is around her keys" ssh:alice
	says "which she can't read" "alice can't read /home/alice/.ssh/authorized_keys"
	chmod 755 root/home/alice/.ssh
	chgrp root root/home/alice/.ssh/authorized_keys
	chmod 640 root/home/alice/.ssh/authorized_keys
	chown root root/home/alice/.ssh/authorized_keys
	snapshot root >before
	apply --accept ssh:bob
	refused "her keys are readable for root's group alone" ssh:alice
fi
give_key alice
give_key bob
apply
status "keys for both: applied" 0
row "who keeps what" alice ssh anywhere "key, password" key
apply
says "a second time there is nothing to do" "Nothing to change."

# What can't be told: a home that is elsewhere, keys that a command prints.
begin
rm -r root/home/alice root/home/bob
snapshot root >before
want <<<"$KEYS_ONLY"
apply
refused "homes that are not here" ssh:alice
row "it is not known" alice ssh anywhere password "not known" LOST
says "with the reason" "/home/alice is not in this root"
printf 'AuthorizedKeysCommand /bin/keys\nAuthorizedKeysCommandUser nobody\n' >>root/etc/ssh/sshd_config
sed -i 's/:$y[^:]*:/:!:/' root/etc/shadow
snapshot root >before
apply
status "not known before and not known after is no loss" 0
begin
rm -r root/home/alice
printf '%sAuthentication no\n' Password KbdInteractive >>root/etc/ssh/sshd_config
want <<<"sshd: { settings: { AllowUsers: bob } }"
plan
row "not known before" alice ssh anywhere "not known" refused "lost, asked for by it"
says "with the reason too" "alice, ssh: not known: /home/alice is not in this root"

# --- root ----------------------------------------------------------------------------

begin
printf 'UsePAM yes\nPermitRootLogin yes\n' >root/etc/ssh/sshd_config
sed -i '/^alice\|^bob/d' root/etc/passwd
snapshot root >before
want <<<'sshd: { settings: { PermitRootLogin: no } }'
apply
refused "root is the only administrator" ssh:administrators
row "that root loses it is asked for" root ssh anywhere password refused "lost, asked for by it"
silent "and no loss by itself" "  ssh:root: "
apply --accept ssh:administrators
status "accepted: applied" 0

begin
sed -i '/^alice\|^bob/d' root/etc/passwd
snapshot root >before
apply
refused "nobody could come, and now nobody with a key either" ssh:administrators
says "it says so" "whatever key or password"
begin
apply
status "alice and bob can: applied" 0

# an administrator whose sudo is not there can't be root
begin
sed -i '/^bob/d' root/etc/passwd
printf 'UsePAM yes\nPermitRootLogin yes\n' >root/etc/ssh/sshd_config
give_key alice
mkdir -p root/usr/bin
touch root/usr/bin/env root/usr/bin/sudo root/usr/bin/su
snapshot root >before
apply
status "alice can use sudo: applied" 0
run undo --root root --yes
rm root/usr/bin/su root/usr/bin/sudo
snapshot root >before
apply
refused "neither sudo nor su is there" ssh:administrators
says "it is said" "whether an administrator still comes in over ssh and can be root is not known"
# nobody could be root before, and the policy asks that alice does not come in
begin
sed -i '/^bob/d' root/etc/passwd
printf 'UsePAM yes\nPermitRootLogin no\n' >root/etc/ssh/sshd_config
give_key alice
mkdir -p root/usr/bin
touch root/usr/bin/env
: >root/etc/sudoers
rm root/etc/pam.d/su root/etc/pam.d/sudo
snapshot root >before
want <<'END'
sshd: { settings: { DenyUsers: alice } }
END
apply
refused "nobody could be root, and now nobody comes in" ssh:administrators
want <<<"$KEYS_ONLY"

# --- who is named --------------------------------------------------------------------

begin
give_key alice
give_key bob
want <<<'sshd: { settings: { AllowUsers: alice } }'
apply
status "AllowUsers of the policy asks for it" 0
row "which is said" bob ssh anywhere "key, password" refused "lost, asked for by it"
begin
want <<<'sshd: { settings: { AllowUsers: eve } }'
apply
refused "but not for everybody" ssh:administrators
begin
want <<<'sshd: { settings: { Port: 2222 } }'
apply
refused "another port" port:22
apply --accept port:22
status "accepted: applied" 0

# --- the console ---------------------------------------------------------------------

begin
want <<<'console: { only: [root], through: [access.conf], services: [login] }'
apply
status "what the policy asks for at the console" 0
row "alice" alice console "tty1, ttyS0, pts/0" password refused "lost, asked for by it"
row "root" root console "tty1, ttyS0" password password
begin
plan -o saved
sed 's/-:ALL EXCEPT root:LOCAL/-:root:pts\/0/' saved >pseudo
chmod 600 pseudo
run apply --root root --yes ./pseudo
refused "a rule about pseudo terminals alone" pts:root
row "which are shown then" root console pts/0 password refused LOST
begin
sed -i 's/^root:[^:]*:/root:!:/' root/etc/shadow
printf 'UsePAM yes\nPermitRootLogin no\nAllowUsers nobody\n' >root/etc/ssh/sshd_config
snapshot root >before
apply
refused "root has no password" any:administrators
says "nobody would be left" "no administrator would come in in any way"
begin
mkdir -p root/etc/security
echo '+:ALL:pts/0' >root/etc/security/access.conf
sed -i 's/^root:[^:]*:/root:!:/' root/etc/shadow
printf 'UsePAM yes\nPermitRootLogin no\nAllowUsers nobody\n' >root/etc/ssh/sshd_config
snapshot root >before
apply
refused "a pseudo terminal is no way in to rely on" any:administrators
row "though alice keeps it" alice console "tty1, ttyS0" password refused "lost, asked for by it"

# --- other services ------------------------------------------------------------------

# access.conf is asked by what all services share
begin
sed -i '1i account required pam_access.so nodefgroup' root/etc/pam.d/common-account
snapshot root >before
want <<<'console: { only: [root], through: [access.conf], services: [login] }'
apply
status "a rule that would stop cron is no remedy" 1
unchanged "and nothing is changed"

# a saved plan is judged again on the host as it is then
begin
give_key alice
give_key bob
want <<<"$KEYS_ONLY"
plan -o saved
status "a plan that locks nobody out is saved" 0
rm root/home/bob/.ssh/authorized_keys
snapshot root >before
run apply --root root --yes ./saved
refused "but bob's key is gone meanwhile" ssh:bob
run apply --root root --yes --accept ssh:bob ./saved
status "accepted: applied" 0
run undo --root root --yes
plan --accept ssh:bob -o saved
status "accepted when it is made" 0
run apply --root root --yes ./saved
status "counts when it is applied" 0
run undo --root root --yes

# what the policy asked for is in the saved plan
begin
want <<<'console: { only: [root], through: [access.conf], services: [login] }'
plan -o saved
rm policy.yaml
run apply --root root --yes ./saved
status "what the policy asked for is in the saved plan" 0
row "with the control" alice console "tty1, ttyS0, pts/0" password refused "lost, asked for by it"

# --- files of PAM --------------------------------------------------------------------

begin
want <<<'console: { only: [root], through: [access.conf], services: [login] }'
plan -o saved
# the same change, but of what others use too
"$PYTHON" - saved root <<-'END'
	import hashlib, json, sys
	plan = json.load(open(sys.argv[1]))
	change = dict(plan["changes"][0])
	with open(sys.argv[2] + "/etc/pam.d/common-account") as file:
	    old = file.read()
	change.update(action="replace", file="/etc/pam.d/common-account", old=old, new="# mine\n" + old,
	              old_sha256=hashlib.sha256(old.encode()).hexdigest(), mode=0)
	plan["changes"] = [change]
	json.dump(plan, open(sys.argv[1], "w"))
END
run apply --root root --yes ./saved
refused "a file that other services use" stack:common-account
says "which they are" "cron, login, sshd, su, sudo and 1 more use too"
run apply --root root --yes --accept stack:common-account ./saved
status "accepted: applied" 0
says "and still told" "/etc/pam.d/common-account is changed: cron, login, sshd, su, sudo and 1 more use it too; accepted"

# link SERVICE...: their files are one, outside of /etc/pam.d
link()
{
	begin
	mkdir root/etc/pam-shared
	mv root/etc/pam.d/login root/etc/pam-shared/all
	for service; do
		ln -sfn ../pam-shared/all "root/etc/pam.d/$service"
	done
	snapshot root >before
}

link login sshd
want <<<'console: { only: [root], through: [access.conf], services: [login] }'
apply
refused "one file by links" stack:/etc/pam-shared/all
says "which services" "/etc/pam-shared/all is changed, which login, sshd use"
link login
apply
status "a link alone is the service's own file" 0
is "and is changed last" "$(sed -n 's|^+++ b||p' out)" "/etc/security/access.conf
/etc/pam-shared/all"
run undo --root root --yes
mkdir root/etc/pam-shared/more
cp root/etc/pam.d/common-account root/etc/pam-shared/more/account
sed -i 's|common-account|/etc/pam-shared/more/account|' root/etc/pam.d/sshd root/etc/pam-shared/all
want <<<'console: { only: [root], through: [access.conf], services: [login], remedy: shared }'
plan
says "one that is included by its path" \
	"/etc/pam-shared/more/account is changed: login, sshd use it; asked for by it"

# --- nothing to lose -----------------------------------------------------------------

begin
rm root/etc/passwd
snapshot root >before
want <<<"$KEYS_ONLY"
apply
status "without accounts nothing can be lost" 0
says "and it is said" "Who gets in can't be told: /etc/passwd"
# --- from one network alone ------------------------------------------------------------

begin
want <<<'sshd: { settings: { AllowUsers: alice@10.0.0.0/8 bob@10.0.0.0/8 } }'
apply
refused "whether they ever come from there is not known" ssh:administrators
run apply --root root --policy policy.yaml --yes --accept ssh:administrators
status "accepted: applied" 0

# --- a key that works, and no password ---------------------------------------------------

begin
give_key alice
sed -i 's/^alice:[^:]*:/alice:!:/' root/etc/shadow
snapshot root >before
want <<<'sshd: { settings: { AuthenticationMethods: "publickey,password" } }'
apply
refused "a password is wanted too" ssh:alice
says "that is what is missing" "AuthenticationMethods wants publickey,password"
silent "no further key would help" "put a key that works into /home/alice"

finish
