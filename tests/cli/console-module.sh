#!/bin/bash
# console through the module: the line in the stack, its arguments and console.conf are judged,
# set up by apply, and taken back by undo.
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

[ "$(id -u)" -eq 0 ] || skip_all "needs root: the module believes root's files alone"

policy 'pam: 1.5.2' <<'END'
console:
  only: [root, (wheel), 1000]
  through: [module]
END

host()
{
	form "$1"
	put etc/pam.d/login <<-'END'
		auth	required	pam_unix.so
		# account required pam_holdfast.so
		@include common-account
		session	required	pam_unix.so
	END
	put etc/pam.d/common-account <<-'END'
		account	[success=1 new_authtok_reqd=done default=ignore]	pam_unix.so
		account	requisite	pam_deny.so
		account	required	pam_permit.so
	END
	modules
	mkdir "$ROOT/etc/holdfast"
}

# set_up ARGUMENTS [LINE...]: as somebody may have done it by hand.
set_up()
{
	host "$1${2:+, $2}"
	sed -i "3i account required pam_holdfast.so $1" "$ROOT/etc/pam.d/login"
	shift
	[ $# -gt 0 ] || set -- "allow root" "allow (wheel)" "allow 1000"
	{
		printf 'control it\npolicy %064d\n' 0
		printf '%s\n' "$@"
	} | put etc/holdfast/console.conf
}

host "nothing is set up"
judged fail "no pam_holdfast.so -> pam_holdfast.so is asked"
fixed 1 0
is "the line stands before the account phase" "$(sed -n 3p "$ROOT/etc/pam.d/login")" "account	required	pam_holdfast.so"
is "the configuration" "$(grep -v '^#\|^policy\|^sum' "$ROOT/etc/holdfast/console.conf")" "control it
allow (wheel)
allow 1000
allow root"
tail -n +2 "$ROOT/etc/holdfast/console.conf" | "$PYTHON" "$PROJECT/tests/cli/console_conf.py" sum >wanted
same "its sum" "$ROOT/etc/holdfast/console.conf" wanted
is "its mode" "$(stat -c %a "$ROOT/etc/holdfast/console.conf")" 644
undone

set_up ""
judged pass
set_up "" "allow 1000" "allow (wheel)" "allow root"
judged pass
set_up "" "allow root" "allow (wheel)"
judged fail "it does not allow 1000"
fixed 0 0
undone
set_up "" "allow root" "allow (wheel)" "allow 1000" "allow eve"
judged fail "it allows eve, whom the policy does not name"
set_up "" "allow wheel" "allow root" "allow 1000"
judged fail "it allows wheel, whom the policy does not name"
set_up "" "allow eve" "alow root"
judged fail "line 4, column 1: not 'control ID'"
set_up "" "alow root"
judged fail "line 3, column 1: not 'control ID'"
set_up ""
# shellcheck disable=SC2034 # judged shows it
FORM="behind a sum"
printf 'root\n(wheel)\n1000\n' | "$PYTHON" "$PROJECT/tests/cli/console_conf.py" | put etc/holdfast/console.conf
judged pass
sed -i 's/allow 1000/allow 1001/' "$ROOT/etc/holdfast/console.conf"
judged fail "line 1, column 16: the file was changed: it has another sum"
fixed 0 0
undone
set_up ""
chmod 666 "$ROOT/etc/holdfast/console.conf"
judged fail "others than root can write it"
set_up ""
rm "$ROOT/etc/holdfast/console.conf"
judged fail "without it the module refuses everybody but root"
set_up "onerr=allow"
judged fail "with onerr=allow whoever has no entry gets in when its configuration can't be read"
set_up "conf=/srv/open/console.conf"
mkdir -p "$ROOT/srv/open"
mv "$ROOT/etc/holdfast/console.conf" "$ROOT/srv/open"
judged pass
for folder in srv srv/open; do
	chmod 777 "$ROOT/$folder"
	judged fail "others than root can write a folder that it lies in"
	sed -i '/^allow root/d' "$ROOT/srv/open/console.conf"
	refused
	chmod 755 "$ROOT/$folder"
done
chown 1000 "$ROOT/srv"
judged fail "others than root can write a folder that it lies in"
# by its name it lies where others can put another link
set_up "conf=/srv/open/link/console.conf"
mkdir -p "$ROOT/srv/open"
ln -s /etc/holdfast "$ROOT/srv/open/link"
judged pass
chmod 777 "$ROOT/srv/open"
judged fail "others than root can write a folder that it lies in"
set_up "conf=/etc/fstab"
printf '# what is mounted\n/dev/sda / ext4 defaults 0 1\n' | put etc/fstab
judged fail "line 2, column 1: not 'control ID'"
refused
says "it says why" "/etc/fstab: it is no console.conf"
printf '# all of it is a comment\n' | put etc/fstab
refused
: | put etc/fstab
refused
says "how it can be had" "write 'control it' alone into it"
echo 'control it' | put etc/fstab
fixed 7 0
undone
set_up "conf=/etc/fstab.d/x"
mkdir "$ROOT/etc/fstab.d"
refused
says "it says why" "/etc/fstab.d/x: conf= names it and it is not there: make it first"
echo 'control it' | put etc/fstab.d/x
fixed 7 0
undone
set_up "onerr=allow"
rm "$ROOT/etc/holdfast/console.conf"
judged fail "without it the module lets everybody in"
set_up ""
mv "$ROOT/etc/holdfast/console.conf" "$ROOT/etc/holdfast/real"
ln -s real "$ROOT/etc/holdfast/console.conf"
judged fail "it is a symbolic link"
set_up "dry_run"
judged fail "with dry_run it refuses nobody"
set_up "exempt=login"
judged fail "it does not look at this service"
set_up "services=sshd,login"
judged pass
set_up "services=sshd"
judged fail "it does not look at this service"
set_up "pts=sometimes"
judged fail "an argument that the module does not know, and then it refuses everybody but root"
set_up "conf=foo onerr=allow"
judged fail "an argument that the module does not know, and then it lets everybody in"
set_up "services=Login"
judged pass
set_up ""
printf 'passwd: files ldap\n' | put etc/nsswitch.conf
judged unknown "accounts of uid 0 for login"
says "why" "the module never refuses uid 0"
printf 'passwd: files systemd\n' | put etc/nsswitch.conf
judged pass
set_up "[a b]"
judged unknown "its arguments are not understood"
set_up "conf=/etc/other.conf"
judged fail "/etc/other.conf for login: it is missing"
set_up ""
rm "$ROOT/lib/x-linux-gnu/security/pam_holdfast.so"
judged invalid "pam_holdfast.so can't be loaded: it is not where libpam looks for modules"
set_up ""
: >"$ROOT/lib/x-linux-gnu/security/pam_holdfast.so"
judged invalid "its file is empty: libpam refuses everybody"
set_up ""
rm "$ROOT/lib/x-linux-gnu/security/pam_holdfast.so"
sed -i 's/required pam_holdfast/[success=ok module_unknown=ignore default=bad] pam_holdfast/' "$ROOT/etc/pam.d/login"
judged fail "libpam can't load it (it is not where libpam looks for modules), and its control lets that pass"
set_up ""
sed -i "3a account required pam_gone.so" "$ROOT/etc/pam.d/login"
judged invalid "pam_gone.so can't be loaded: it is not where libpam looks for modules: libpam refuses everybody"
rm -r "$ROOT/lib/x-linux-gnu"
judged fail "there is no folder with libpam's own modules"
host "the module is where libpam does not look"
mkdir -p "$ROOT/usr/lib64/security"
mv "$ROOT/lib/x-linux-gnu/security/pam_holdfast.so" "$ROOT/usr/lib64/security"
refused
says "it says why" "pam_holdfast.so is not installed (it is not where libpam looks for modules)"

host "after the account phase has ended"
printf 'account required pam_holdfast.so\n' >>"$ROOT/etc/pam.d/login"
printf 'control it\npolicy %064d\nallow root\nallow (wheel)\nallow 1000\n' 0 | put etc/holdfast/console.conf
judged fail "the stack can be passed without pam_holdfast.so"
form_run plan
says "and no second line is put before it" "move its line up"

policy 'pam: 1.5.2' <<'END'
console:
  only: [root]
  through: [access.conf, module]
  services: [login, kiosk]
END
host "both ways, two services"
put etc/pam.d/kiosk <<-'END'
	account required pam_unix.so
END
printf '# nothing yet\n' | put etc/security/access.conf
printf 'eve:x:1000:1000::/:/bin/sh\n' | put etc/passwd
printf 'root:x:0:\n' | put etc/group
fixed 5 0
is "the other service is named" "$(head -n 2 "$ROOT/etc/pam.d/kiosk")" "account	required	pam_access.so nodefgroup
account	required	pam_holdfast.so services=kiosk"
undone

policy 'pam: 1.5.2' <<'END'
console:
  only: [root]
  through: [module]
  services: [desk]
END
for arguments in services=desk 'services=de*' 'services=desk,de*'; do
	host "a service that may be a display manager's, $arguments"
	printf 'control it\npolicy %064d\nallow root\n' 0 | put etc/holdfast/console.conf
	printf "account required %s\n" "pam_holdfast.so $arguments" pam_unix.so | put etc/pam.d/desk
	case $arguments in
	*desk*) judged pass ;;
	*) judged fail "services= names this service by a pattern alone" ;;
	esac
done

policy 'pam: 1.5.2' <<'END'
console:
  only: [root, (wheel), 1000]
  through: [module]
  pts: console
END
set_up "debug"
judged fail "it lets pseudo terminals pass, which the policy calls a console: pts=console is missing"
fixed 1 1
is "the argument is added" "$(sed -n 3p "$ROOT/etc/pam.d/login")" "account required pam_holdfast.so pts=console debug"
undone
set_up "pts=console"
judged pass
set_up "debug dry_run"
judged fail "with dry_run it refuses nobody"
refused
host "pts: console, nothing is set up"
fixed 1 0
is "the line says so" "$(sed -n 3p "$ROOT/etc/pam.d/login")" "account	required	pam_holdfast.so pts=console"
undone
form_run plan
says "what changes is told" "login    any other user  tty1, tty2, tty3, tty4, tty5, tty6,  admitted  refused"
echo '@include common-account' | put etc/pam.d/cron
sed -i '1,$s/  through/  remedy: shared\n      through/' "$T/policy.yaml"
form_run plan
says "on request the line goes where all services have it" "+account	required	pam_holdfast.so pts=console"
says "and into that file" "+++ b/etc/pam.d/common-account"
silent "which touches no other service: the module looks at its own" "    cron"
says "whose the file is too is told" "/etc/pam.d/common-account is changed: cron, login use it too; asked for by it"
mv "$ROOT/etc/passwd" "$ROOT/etc/passwd.old" 2>/dev/null
printf 'root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\n' | put etc/passwd
printf 'root:$6$x:1::::::\ntoor:$6$x:1::::::\n' | put etc/shadow
judged fail "toor for login: is admitted -> only root, (wheel), 1000"

# The module lets the user called root pass whatever his uid.
policy 'pam: 1.5.2' <<'END'
console: { only: [alice], through: [module] }
END
set_up "" "allow alice"
printf '%s\n' root:x:1500:1500::/:/bin/sh alice:x:1000:1000::/:/bin/sh | put etc/passwd
printf '%s:$6$x:1::::::\n' root toor alice | put etc/shadow
judged fail "root for login: is admitted -> only alice"
says "why" "its uid is 1500, and the module never refuses the user 'root', whatever his uid"
sed -i s/^root/toor/ "$ROOT/etc/passwd"
judged pass

# Jumps count the lines of included files: one more there shifts them.
jumps()
{
	policy 'pam: 1.5.2' <<-END
		console: { only: [root], through: [$2], remedy: $1 }
	END
	host "$3"
}
for through in module access.conf; do
	jumps shared $through "$through: a jump over an included line"
	printf -- '-:ALL EXCEPT root:LOCAL\n' | put etc/security/access.conf
	put etc/pam.d/sshd <<-'END'
		account [success=1 default=ignore] pam_succeed_if.so quiet user ingroup daemon
		@include common-account
	END
	sed -i '1i account required pam_succeed_if.so user = root' "$ROOT/etc/pam.d/common-account"
	refused
	says "the service is told" "sshd     every user  anywhere  pam_succeed_if.so jumps over"
	says "and that its jump would end before" "jumps over 0 lines"
done
jumps own module "a service includes login"
printf 'account required pam_unix.so\n' | put etc/pam.d/login
put etc/pam.d/remote <<-'END'
	account [success=1 default=ignore] pam_succeed_if.so user = root
	account include login
END
refused
says "the service is told" "remote   every user  anywhere  pam_succeed_if.so jumps over"
jumps own module "a substack counts as one"
put etc/pam.d/remote <<-'END'
	account [success=1 default=ignore] pam_succeed_if.so user = root
	account substack login
	account required pam_permit.so
END
form_run plan
says "it can be done" "+account	required	pam_holdfast.so"
silent "and no jump is told" "jumps"
jumps own module "a jump behind the line"
put etc/pam.d/remote <<-'END'
	account include login
	account [success=1 default=ignore] pam_succeed_if.so user = root
	account required pam_deny.so
	account required pam_permit.so
END
form_run plan
says "it can be done" "+account	required	pam_holdfast.so"
silent "and no jump is told" "jumps"
jumps own module "a jump beyond the end"
put etc/pam.d/remote <<-'END'
	account [success=4 default=ignore] pam_succeed_if.so user = root
	account include login
END
refused
says "the service is told" "pam_succeed_if.so jumps beyond the end"

policy 'pam: 1.5.2' <<'END'
console: { only: ["no such"], through: [module] }
END
form_run audit
status "a name that console.conf can't hold" 3
says "it says so" "this can't stand in the name of a user or group" "$T/err"

# what the module would read otherwise than the policy has it
for service in Login /etc/pam.d/login login,sshd 'log*'; do
	policy 'pam: 1.5.2' <<<"console: { only: [root], through: [module], services: ['$service'] }"
	form_run audit
	status "the service $service" 3
	says "$service is refused" "'$service' is no service's name" "$T/err"
done
policy 'pam: 1.5.2' <<<'console: { only: [root], through: [module], services: [login, gdm-launch-environment] }'
form_run audit
status "a greeter's service" 3
says "it says why" "'gdm-launch-environment' starts a display manager's greeter" "$T/err"
policy 'pam: 1.5.2' <<<'console: { only: ["01000"], through: [module] }'
form_run audit
status "a uid with zeros" 3
says "it says why" "a uid is written without zeros before it" "$T/err"
finish
