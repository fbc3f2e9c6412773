#!/bin/bash
# Services in their forms: what systemd, the runlevels of SysV and xinetd start at boot, and what runs.
# no remedy: whoever turns a daemon on or off must know who needs it; the command that does is said
# never invalid: what systemd refuses is not started
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

asked()
{
	{ echo service: && sed 's/^/  /'; } >"$T/section"
	policy '' <"$T/section"
}

# recorded <TEXT: the same control, with what ps printed
recorded()
{
	cat >"$T/evidence.txt"
	{
		printf 'holdfast: 1\ncontrols:\n  - id: it\n'
		printf '    evidence: { file: evidence.txt, date: 2004-02-10, max-days: 36500, sha256: %s }\n' \
			"$(sha256sum <"$T/evidence.txt" | cut -c 1-64)"
		sed 's/^/    /' "$T/section"
	} >"$T/policy.yaml"
}

# systemd: the targets that every host has
systemd()
{
	local lib=usr/lib/systemd/system
	mkdir -p "$ROOT"/{sbin,etc/systemd/system} "$ROOT"/$lib
	: >"$ROOT/usr/lib/systemd/systemd"
	ln -s ../usr/lib/systemd/systemd "$ROOT/sbin/init"
	printf '[Unit]\nRequires=multi-user.target\n' | put $lib/graphical.target
	printf '[Unit]\nRequires=basic.target\n' | put $lib/multi-user.target
	printf '[Unit]\nRequires=sysinit.target\nWants=sockets.target timers.target\n' | put $lib/basic.target
	for target in sysinit sockets timers; do printf '[Unit]\n' | put $lib/$target.target; done
	ln -s graphical.target "$ROOT/$lib/default.target"
}

# unit NAME [LINE...]: a service that starts /usr/sbin/catd
unit()
{
	local name=$1
	shift
	printf '%s\n' '[Unit]' "$@" '[Service]' 'ExecStart=/usr/sbin/catd -a -r "b c"' | put "usr/lib/systemd/system/$name"
}

# program PATH: one that can be run
program()
{
	: | put "$1"
	chmod +x "$ROOT/$1"
}

# wanted NAME [TARGET]: what `systemctl enable` leaves
wanted()
{
	local target=${2:-multi-user.target}
	mkdir -p "$ROOT/etc/systemd/system/$target.wants"
	ln -s "/usr/lib/systemd/system/$1" "$ROOT/etc/systemd/system/$target.wants/$1"
}

# both STATE [TEXT]: asked to be started, and asked not to be; STATE is yes, no or unknown
both()
{
	local good=pass bad=fail
	case $1 in unknown) good=unknown bad=unknown ;; no) good=fail bad=pass ;; esac
	printf 'name: [cat, catd]\nboot: yes\n' | asked
	judged $good "${2:-}"
	printf 'name: [cat, catd]\nboot: no\n' | asked
	judged $bad "${2:-}"
}

form "wanted by multi-user.target"
systemd
unit cat.service
wanted cat.service
both yes "/etc/systemd/system/multi-user.target.wants/cat.service: cat at boot: started by cat.service"
form_run audit
says "$FORM: what to do" "systemctl disable --now cat.service changes that"
refused
unreadable usr/lib/systemd/system/cat.service

form "installed, but wanted by nothing"
systemd
unit cat.service
both no "/usr/lib/systemd/system/cat.service: cat at boot: not started"
printf 'name: cat\nboot: yes\n' | asked
judged fail "nothing that is started at boot wants it; systemctl enable --now cat.service changes that"

form "before the first boot"
systemd
unit cat.service
printf '\n[Install]\nWantedBy=multi-user.target\n' >>"$ROOT/usr/lib/systemd/system/cat.service"
both unknown "the first boot enables what the presets of systemd say"
echo uninitialized | put etc/machine-id
both unknown "the first boot enables what the presets of systemd say"
echo 0123456789abcdef0123456789abcdef | put etc/machine-id
both no "nothing that is started at boot wants it"
: | put etc/machine-id
both no "nothing that is started at boot wants it"
form "wanted by a target that nothing starts"
systemd
unit cat.service
wanted cat.service other.target
both no "not started"
form "wanted by what is wanted"
systemd
unit dog.service 'Wants=cat.service'
wanted dog.service sysinit.target
printf '[Service]\nExecStart=/usr/sbin/catd\n' | put usr/lib/systemd/system/cat.service
both yes "/usr/lib/systemd/system/dog.service:2: cat at boot: started by cat.service"
form "in a drop-in"
systemd
unit cat.service
printf '[Unit]\nWants=cat.service\n' | put etc/systemd/system/multi-user.target.d/cats.conf
both yes "/etc/systemd/system/multi-user.target.d/cats.conf:2"
form "nothing of that name"
systemd
both no "not started"
printf 'name: nosuchd\nboot: yes\n' | asked
judged fail "there is no such unit; look at the name"
silent "$FORM: no command" systemctl
form "masked"
systemd
unit cat.service
wanted cat.service
ln -s /dev/null "$ROOT/etc/systemd/system/cat.service"
both no "it is masked"
form "an alias"
systemd
unit feline.service
wanted feline.service
ln -s /usr/lib/systemd/system/feline.service "$ROOT/etc/systemd/system/cat.service"
both yes "started by feline.service"
form "under another name"
systemd
unit feline.service
wanted feline.service
both yes "/usr/lib/systemd/system/feline.service:3: cat at boot: started by feline.service"
form "by its socket"
systemd
unit cat.service
printf '[Socket]\nListenStream=7\n' | put usr/lib/systemd/system/cat.socket
wanted cat.socket sockets.target
both yes "started for the first who connects, by cat.service"
form "by a socket, for each connection"
systemd
unit cat@.service
printf '[Socket]\nListenStream=7\nAccept=yes\n' | put usr/lib/systemd/system/cat.socket
wanted cat.socket sockets.target
printf 'name: cat.socket\nboot: no\n' | asked
judged fail "cat.socket at boot: started by cat.socket"
form "by a timer"
systemd
unit cat.service
printf '[Timer]\nOnBootSec=1h\n' | put usr/lib/systemd/system/cat.timer
wanted cat.timer timers.target
printf 'name: cat\nboot: yes\n' | asked
judged unknown "cat.timer starts it"
printf 'name: cat\nboot: no\n' | asked
judged fail "started later, by cat.service"
form "an instance"
systemd
unit cat@.service
wanted cat@one.service
printf 'name: cat@one\nboot: yes\n' | asked
judged pass "started by cat@one.service"

form "a condition that does not hold"
systemd
unit cat.service 'ConditionPathExists=!/etc/cat.off'
wanted cat.service
both yes "started by cat.service"
: | put etc/cat.off
both no "/usr/lib/systemd/system/cat.service:2: cat at boot: not started"
form "a condition that no file tells"
systemd
unit cat.service 'ConditionKernelCommandLine=!nocat'
wanted cat.service
both unknown "ConditionKernelCommandLine=!nocat can't be told from the files of this root"
form "two that exclude each other"
systemd
unit cat.service 'Conflicts=dog.service'
unit dog.service
wanted cat.service
wanted dog.service
both unknown "it excludes dog.service, which is wanted too"
form "a target that can't be started"
systemd
unit cat.service
wanted cat.service
printf '[Unit]\nRequires=none.service multi-user.target\n' | put etc/systemd/system/graphical.target
both unknown "requires what can't be loaded"
form "a part of a root"
mkdir -p "$ROOT/etc/systemd/system"
wanted cat.service
both unknown "its unit file is not in this root, which lacks the vendor's units"

form "an init script under systemd"
systemd
printf '#!/bin/sh\n' | put etc/init.d/cat
chmod +x "$ROOT/etc/init.d/cat"
mkdir -p "$ROOT"/etc/rc{2,5,6}.d
ln -s ../init.d/cat "$ROOT/etc/rc2.d/K01cat"
ln -s ../init.d/cat "$ROOT/etc/rc6.d/S01cat"
both no "not started"
ln -s ../init.d/cat "$ROOT/etc/rc2.d/S01cat"
both yes "/etc/rc2.d/S01cat: cat at boot: started by /etc/init.d/cat"
unit cat.service
both no "nothing that is started at boot wants it"

# what the boot starts without a unit of its name wanted
form "a socket's service, by its program"
systemd
unit feline.service
printf '[Socket]\nListenStream=7\n' | put usr/lib/systemd/system/feline.socket
wanted feline.socket sockets.target
both yes "started for the first who connects, by feline.service"
form_run audit
says "$FORM: what to do" "feline.socket starts it; systemctl disable --now feline.socket changes that"
form "a socket that its own condition keeps away"
systemd
unit cat.service
printf '[Unit]\nConditionPathExists=/etc/cats\n[Socket]\nListenStream=7\n' | put usr/lib/systemd/system/cat.socket
wanted cat.socket sockets.target
both no "not started"
form "wanted by what a socket starts"
systemd
unit cat.service
unit dog.service 'Wants=cat.service'
printf '[Socket]\nListenStream=7\n' | put usr/lib/systemd/system/dog.socket
wanted dog.socket sockets.target
both yes "dog.service wants it, and is started later"
for setting in ExecStart 'ExecStartPre' 'ExecStartPost' 'ExecStart=-'; do
	form "in a shell: $setting"
	systemd
	printf "[Service]\nType=oneshot\nExecStart=/bin/true\n${setting%%=*}=${setting#*=}\n" |
		sed "s|^$setting=$setting\$|$setting=/bin/sh -c 'exec /usr/sbin/catd -x'|;s|^ExecStart=-\$|ExecStart=-/usr/bin/env catd|" |
		put usr/lib/systemd/system/dog.service
	wanted dog.service
	both unknown "this line of dog.service names catd, and is not followed"
done
for setting in ExecStop ExecStopPost; do
	form "when a oneshot ends: $setting"
	systemd
	printf "[Service]\nType=oneshot\nExecStart=/bin/true\n$setting=/usr/sbin/catd -x\n" | put usr/lib/systemd/system/dog.service
	wanted dog.service
	both unknown "/usr/lib/systemd/system/dog.service:4"
	printf '[Service]\nRemainAfterExit=yes\n' | put etc/systemd/system/dog.service.d/x.conf
	both no "not started"
	printf '[Service]\nType=simple\n' | put etc/systemd/system/dog.service.d/x.conf
	both no "not started"
done
# starts LINE...: a service that is wanted, with these lines
starts()
{
	printf '%s\n' '[Service]' "$@" | put usr/lib/systemd/system/dog.service
	[ -L "$ROOT/etc/systemd/system/multi-user.target.wants/dog.service" ] || wanted dog.service
}
for line in '/bin/systemctl start cat.service' '/usr/bin/systemctl --no-block start cat' "/bin/sh -c 'test -e /x && systemctl start cat'"; do
	form "it starts a unit: $line"
	systemd
	starts "ExecStart=$line"
	both unknown "not known: dog.service"
done
starts 'ExecStart=/usr/sbin/dogd start cat'
printf 'name: cat\nprogram: catd\nboot: no\n' | asked
judged pass
for lines in 'ExecStartPre=/opt/st\nExecStart=/bin/true' 'ExecStart=/usr/bin/nice -n 5 /opt/st' 'ExecStart=/usr/bin/setsid /opt/st'; do
	form "a link, in $lines"
	systemd
	program usr/sbin/catd
	for name in nice setsid; do program "usr/bin/$name"; done
	program bin/true
	mkdir -p "$ROOT/opt"
	ln -s /usr/sbin/catd "$ROOT/opt/st"
	starts "$(printf "$lines")"
	both unknown "not known: dog.service"
done
form "a specifier in a command"
systemd
printf '[Service]\nExecStart=/usr/sbin/%%p\n' | put usr/lib/systemd/system/catd.service
mkdir -p "$ROOT/usr/sbin"
program usr/sbin/catd
wanted catd.service
printf 'name: cat\nprogram: catd\nboot: no\n' | asked
judged fail "started by catd.service"
rm "$ROOT/usr/lib/systemd/system/catd.service" "$ROOT"/etc/systemd/system/*.wants/*
printf '[Service]\nExecStart=/usr/sbin/%%i\n' | put usr/lib/systemd/system/dog@.service
wanted dog@catd.service
both yes "started by dog@catd.service"
printf '[Service]\nExecStart=/usr/sbin/ca%%J\n' | put usr/lib/systemd/system/dog-td.service
rm "$ROOT"/etc/systemd/system/*.wants/*
wanted dog-td.service
both yes "started by dog-td.service"
starts 'ExecStart=/usr/sbin/%H'
printf 'name: other\nboot: no\n' | asked
judged unknown "what this line runs, a variable or a specifier says"
while read -r line; do
	form "as systemd reads it: $line"
	systemd
	starts "ExecStart=$line"
	both yes "started by dog.service"
done <<'END'
"/usr/sbin/catd" -x
-"/usr/sbin/catd"
/usr/sbin/c"at"d
"-/usr/sbin/catd" x
/usr/sbin/\x63at\144
END
form "a specifier in a dependency"
systemd
unit cat.service
unit dog-cat.service 'Wants="%j.service" none.service'
wanted dog-cat.service
both yes "/usr/lib/systemd/system/dog-cat.service:2"
unit dog-cat.service 'Wants=none.service c"at.serv"ice'
both yes "/usr/lib/systemd/system/dog-cat.service:2"
printf '[Unit]\nWants="none.service cat.service"\n[Service]\nExecStart=/bin/true\n' | put usr/lib/systemd/system/dog-cat.service
both no "nothing that is started at boot wants it"
printf '[Unit]\nWants=c%%H.service\n[Service]\nExecStart=/bin/true\n' | put usr/lib/systemd/system/dog-cat.service
both unknown "dog-cat.service would start it: it names c%H.service, a specifier that is not understood"
mv "$ROOT"/usr/lib/systemd/system/{cat,cfeline}.service
both unknown "dog-cat.service would start it: it names c%H.service, a specifier that is not understood"
unit dog@.service
printf '[Unit]\nWants=dog@%%H.service\n[Service]\nExecStart=/bin/true\n' | put usr/lib/systemd/system/dog-cat.service
printf 'name: dog@one\nboot: no\n' | asked
judged unknown "dog-cat.service starts it, if that is what it names by a specifier"
both unknown "/usr/lib/systemd/system/dog@.service:3"
printf '[Unit]\nWants=q%%H.service\n[Service]\nExecStart=/bin/true\n' | put usr/lib/systemd/system/dog-cat.service
both no "there is no such unit"
form "more commands than are parsed"
systemd
long=$(printf '/bin/true foo; %.0s' {1..2000})
for i in {1..90}; do
	printf '[Service]\nExecStart=/bin/sh -c "%s"\n' "$long" | put usr/lib/systemd/system/d$i.service
	wanted d$i.service
done
both unknown "there are more commands than are searched for cat"
printf 'name: cat\nboot: yes\n' | asked
form_run audit -v
says "$FORM: some of them" "; and "
form "what a variable says"
while read -r command; do
	form "what a variable says: $command"
	systemd
	starts 'Environment=P=/usr/sbin/x' "ExecStart=$command"
	both unknown "not known: dog.service"
done <<'END'
/bin/sh -c '$P'
/bin/sh -c 'exec /usr/sbin/$P'
/bin/sh -c 'test -e /x || "${P}d" -x'
/usr/bin/env $P
/bin/sh -c 'A=cat; B=d; $A$B'
/bin/sh -c 'eval "$P"'
END
while read -r command; do
	form "what no variable says: $command"
	systemd
	starts "ExecStart=$command"
	both no "not started"
done <<'END'
/bin/sh -c 'A=dog; /usr/sbin/$A'
/bin/sh -c 'exec "$D"/dogd $X'
/usr/sbin/dogd $OPTIONS
END
for start in /opt/start.sh '/bin/sh /opt/start.sh' '/usr/bin/python3 -u /opt/start.sh' "/bin/sh -c 'exec /opt/start.sh'"; do
	form "a script: $start"
	systemd
	starts "ExecStart=$start"
	printf '#!/bin/sh\n# catd\nexec /usr/sbin/catd -x\n' | put opt/start.sh
	chmod +x "$ROOT/opt/start.sh"
	both unknown "/opt/start.sh:3: cat at boot: not known: dog.service"
	printf '#!/bin/sh\n# catd\nexec /usr/sbin/dogd /srv/catd\n' | put opt/start.sh
	mkdir -p "$ROOT/srv/catd"
	both no "not started"
done
starts 'Environment=X=y' 'Environment="P=/usr/sbin/catd"' 'ExecStart=/opt/start.sh'
both unknown "its environment names catd"
starts 'EnvironmentFile=-/etc/dogs' 'ExecStart=/opt/start.sh'
printf '#P=catd\nP=catd\n' | put etc/dogs
both unknown "/etc/dogs:2"
starts 'ExecStart=/usr/sbin/dogd' 'EnvironmentFile=-/etc/dogs'
both no "not started"
form "an init script of another name"
systemd
printf '#!/bin/sh\nP=/usr/sbin/catd\n' | put etc/init.d/dog
chmod +x "$ROOT/etc/init.d/dog"
mkdir -p "$ROOT/etc/rc2.d"
ln -s ../init.d/dog "$ROOT/etc/rc2.d/S01dog"
both unknown "/etc/init.d/dog:2: cat at boot: not known: dog.service"
form "another name, and a folder"
systemd
printf '[Service]\nExecStart=/bin/dog /etc/catd.conf --with=xcatd /srv/catd my-catd\n' | put usr/lib/systemd/system/dog.service
mkdir -p "$ROOT/srv/catd"
wanted dog.service
both no "not started"
form "several commands"
systemd
printf '[Service]\nType=oneshot\nExecStart=/bin/true\nExecStart=@/usr/sbin/catd cat\n' | put usr/lib/systemd/system/dog.service
wanted dog.service
both yes "/usr/lib/systemd/system/dog.service:4: cat at boot: started by dog.service"
for setting in OnSuccess OnFailure; do
	form "$setting"
	systemd
	unit cat.service
	unit dog.service "$setting=cat.service"
	wanted dog.service
	both unknown "dog.service starts it when it"
done
form "wanted by a mount"
systemd
unit cat.service
printf '[Unit]\nWants=cat.service\n[Mount]\nWhat=/dev/sdb1\nWhere=/srv\n' | put etc/systemd/system/srv.mount
wanted srv.mount
both yes "/etc/systemd/system/srv.mount:2"
form "a link of a slice"
systemd
unit cat.service
wanted x.slice
wanted cat.service x.slice
both yes "/etc/systemd/system/x.slice.wants/cat.service"
form "of inetd"
systemd
printf '#cat stream tcp nowait root /usr/sbin/catd catd\n127.0.0.1:cat stream tcp nowait root /usr/sbin/tcpd catd -i\n' | put etc/inetd.conf
both no "not started"
printf '[Service]\nExecStart=/usr/sbin/inetd -i\n' | put usr/lib/systemd/system/inetutils-inetd.service
wanted inetutils-inetd.service
both yes "/etc/inetd.conf:2: cat at boot: started for the first who connects, by inetd"
printf '[Unit]\nConditionACPower=true\n' | put etc/systemd/system/inetutils-inetd.service.d/x.conf
both unknown "whether inetd is started, which would serve it"
while read -r file line; do
	form "an inetd of another configuration: $line"
	systemd
	printf '[Service]\nEnvironmentFile=-/etc/default/it\nExecStart=%s\n' "$line" | put "usr/lib/systemd/system/$file.service"
	printf 'OPTIONS="-i /etc/other.conf"\n' | put etc/default/it
	both no "not started"
	wanted "$file.service"
	both unknown "not known: $file.service"
done <<'END'
inetd /usr/sbin/inetd -i /etc/other.conf
inetd /usr/sbin/inetd $OPTIONS
xinetd /usr/sbin/xinetd -stayalive -f /etc/other.conf
dog /usr/sbin/xinetd -stayalive
dog /usr/sbin/inetd
END
while read -r file line; do
	form "an inetd of its own configuration: $line"
	systemd
	printf '[Service]\nExecStart=%s\n' "$line" | put "usr/lib/systemd/system/$file.service"
	wanted "$file.service"
	both no "not started"
done <<'END'
inetd /usr/sbin/inetd -i /etc/inetd.conf
xinetd /usr/sbin/xinetd -stayalive -pidfile /run/xinetd.pid -f /etc/xinetd.conf
END
form "by udev's rules"
systemd
printf '# RUN+="catd"\nSUBSYSTEM=="catd", ENV{X}="catd", RUN+="/usr/sbin/dogd catfish"\n' | put etc/udev/rules.d/1.rules
both no "not started"
while read -r rule; do
	printf '\n%s\n' "$rule" | put usr/lib/udev/rules.d/9.rules
	both unknown "/usr/lib/udev/rules.d/9.rules:2"
done <<'END'
RUN+="/usr/sbin/catd -x"
A=="b", RUN{program}+="/bin/sh -c 'echo \"x\"; catd'"
PROGRAM=="catd", RUN+="x"
END
ln -s /dev/null "$ROOT/etc/udev/rules.d/9.rules"
both no "not started"
unit cat.service
printf 'ACTION=="add", TAG+="systemd", ENV{SYSTEMD_WANTS}+="none.service dog.target"\n' | put etc/udev/rules.d/1.rules
both no "nothing that is started at boot wants it"
wanted cat.service dog.target
printf '[Unit]\n' | put usr/lib/systemd/system/dog.target
both unknown "dog.target would start it: udev starts it where it finds the device"
printf 'ENV{SYSTEMD_WANTS}="x.service cat.service"\n' | put etc/udev/rules.d/1.rules
both unknown "udev starts it where it finds the device"
ln -s /dev/null "$ROOT/etc/systemd/system/cat.service"
both no "it is masked"
unit cat@.service
printf 'ENV{SYSTEMD_WANTS}="cat@$name.service"\n' | put etc/udev/rules.d/1.rules
both unknown "/usr/lib/systemd/system/cat@.service:3"
form "by D-Bus"
systemd
unit cat.service
printf '[D-BUS Service]\nName=a.b\nExec=/usr/sbin/catd\nSystemdService=dbus-a.b.service\n' | put usr/share/dbus-1/system-services/a.b.service
printf '[Service]\nExecStart=/bin/dbus-daemon\n' | put usr/lib/systemd/system/dbus.service
both no "nothing that is started at boot wants it"
ln -s /usr/lib/systemd/system/cat.service "$ROOT/etc/systemd/system/dbus-a.b.service"
both no "nothing that is started at boot wants it"
wanted dbus.service
both unknown "D-Bus starts it when it is asked for"
rm "$ROOT/etc/systemd/system/dbus-a.b.service"
both no "nothing that is started at boot wants it"
printf '[D-BUS Service]\nName=a.b\nExec = /usr/sbin/catd -x\n' | put usr/share/dbus-1/system-services/a.b.service
both unknown "/usr/share/dbus-1/system-services/a.b.service:3"
form "a line of cron for the boot"
systemd
program usr/sbin/cron
program usr/sbin/catd
printf 'root:x:0:0::/root:/bin/sh\n' | put etc/passwd
printf '@daily root /usr/sbin/catd\n' | put etc/crontab
printf '[Service]\nExecStart=/usr/sbin/cron -f\n' | put usr/lib/systemd/system/cron.service
wanted cron.service
printf 'name: [cat, catd]\nboot: no\n' | asked
judged fail "/etc/crontab:1: cat at boot: started later, by cron"
printf 'name: [cat, catd]\nboot: yes\n' | asked
judged unknown "cron starts it"
printf '@reboot root /usr/sbin/catd -a\n' | put etc/crontab
both yes "/etc/crontab:1: cat at boot: started by cron"
printf '@reboot root cd /srv && exec catd\n' | put etc/crontab
both unknown "this line names catd, and is not followed"
program usr/sbin/service
for command in 'cd /srv && ./catd' '/bin/sh -c "exec catd"' '/opt/start.sh' 'test -e /run/x && /opt/start.sh' '$P' \
	'case $P in x) catd ;; esac' 'systemctl restart cat.service' '/usr/sbin/service catd start'; do
	printf '#!/bin/sh\nif test -e /run/x; then /usr/sbin/catd; fi\n' | put opt/start.sh
	chmod +x "$ROOT/opt/start.sh"
	mkdir -p "$ROOT/srv"
	printf 'P=/usr/sbin/catd\n@daily root %s\n' "$command" | put etc/crontab
	both unknown "/etc/crontab:2: cat at boot: not known: cron"
done
printf '@daily root echo catd; /opt/start.sh catd\n' | put etc/crontab
printf '#!/bin/sh\necho catd\n/usr/sbin/dogd catd\n' | put opt/start.sh
both no "not started"
printf '@reboot root /opt/start.sh\n' | put etc/crontab
both unknown "/opt/start.sh:2"
program bin/st
for shell in /usr/sbin/catd /bin/st; do
	printf "SHELL=$shell\n@reboot root -a\n" | put etc/crontab
	both unknown "/etc/crontab:2: cat at boot: not known: cron"
	printf "SHELL=$shell\n@reboot root catd\n" | put etc/crontab
	both unknown "/etc/crontab:2: cat at boot: not known: cron"
done
printf '@reboot root catd\n' | put etc/crontab
rm "$ROOT/etc/systemd/system/multi-user.target.wants/cron.service"
both no "not started"

# what is wanted and can't be started
form "the program is not there"
systemd
unit cat.service
wanted cat.service
mkdir -p "$ROOT/usr/sbin"
both no "/usr/lib/systemd/system/cat.service:3: cat at boot: not started"
form_run audit -v
says "$FORM: why" "the program /usr/sbin/catd is not there"
program usr/sbin/catd
both yes "started by cat.service"
printf '[Service]\nExecStartPre=/usr/sbin/prepare\n' | put etc/systemd/system/cat.service.d/x.conf
both no "the program /usr/sbin/prepare is not there"
printf '[Service]\nExecStartPre=-/usr/sbin/prepare\n' | put etc/systemd/system/cat.service.d/x.conf
both yes "started by cat.service"
mkdir -p "$ROOT/srv"
printf '[Service]\nExecStartPre=/usr/sbin/prepare\nRootDirectory=/srv\n' | put etc/systemd/system/cat.service.d/x.conf
both yes "started by cat.service"
form "a program that can't be run"
systemd
unit cat.service
wanted cat.service
: | put usr/sbin/catd
both no "the program /usr/sbin/catd can't be executed"
mkdir -p "$ROOT/bin"
printf '#! /bin/shell -e\n' | put usr/sbin/catd
chmod +x "$ROOT/usr/sbin/catd"
both no "the program /usr/sbin/catd is a script, and its interpreter /bin/shell is not there"
program bin/shell
both yes "started by cat.service"
printf '#!/bin/shell\r\n' | put usr/sbin/catd
both no "is a script, and its interpreter /bin/shell"
rm "$ROOT/usr/sbin/catd"
mkdir "$ROOT/usr/sbin/catd"
both no "the program /usr/sbin/catd is a directory"
form "what systemd refuses, or what fails"
while read -r why lines; do
	form "refused: $lines"
	systemd
	printf 'root:x:0:0::/:/bin/sh\n' | put etc/passwd
	printf 'root:x:0:\n' | put etc/group
	unit cat.service
	printf "[Service]\n$lines\n" | put etc/systemd/system/cat.service.d/x.conf
	wanted cat.service
	both unknown "$why"
done <<'END'
Restart=always Type=oneshot\nRestart=always
Restart=on-success Type=oneshot\nRestart=on-success
BusName Type=dbus
ExecStart ExecStart=/usr/sbin/catd
closed ExecStart=\nExecStart=/usr/sbin/catd "x
specifier ExecStart=\nExecStart=/usr/sbin/catd %%Q
absolute ExecStart=\nExecStart=sbin/catd
cats User=cats
EnvironmentFile EnvironmentFile=/etc/cats
WorkingDirectory WorkingDirectory=/cats
RootDirectory RootDirectory=/cats
prefix ExecStart=\nExecStart=|/usr/sbin/catd
Group=cats Group=cats
SupplementaryGroups=cats SupplementaryGroups=root cats
ReadWritePaths=/cats ReadWritePaths=-/dogs /cats
ReadOnlyPaths=/cats ReadOnlyPaths=/cats
BindPaths=/cats BindPaths=/cats:/etc
BindReadOnlyPaths=/cats BindReadOnlyPaths=/cats
StandardInput=file:/cats StandardInput=file:/cats
LoadCredential=a:/cats LoadCredential=a:/cats
InaccessiblePaths=-/usr InaccessiblePaths=-/usr
NoExecPaths=/usr/sbin/ NoExecPaths=/usr/sbin/
TemporaryFileSystem=/usr:ro TemporaryFileSystem=/usr:ro
ExecStartPre=/bin/false ExecStartPre=/bin/false
END
form "what systemd does not read to the end"
systemd
unit cat.service
wanted cat.service
cp "$ROOT/usr/lib/systemd/system/cat.service" "$T/good"
for line in 'Description=caf\xe9' '[X-cats' '[Service] x'; do
	{ cat "$T/good" && printf "$line\n"; } | put usr/lib/systemd/system/cat.service
	both unknown "/usr/lib/systemd/system/cat.service:4"
done
{ cat "$T/good" && printf 'X=%1048577s\n' x; } | put usr/lib/systemd/system/cat.service
both unknown "has a line of more than 1 MiB"
{ cat "$T/good" && printf '#caf\xe9\n;[x\nDescription=caf\xc3\xa9\n[X-cats] \n'; } | put usr/lib/systemd/system/cat.service
both yes "started by cat.service"
while read -r lines; do
	form "taken: $lines"
	systemd
	printf 'root:x:0:0::/:/bin/sh\ncats:x:9:9::/:/bin/sh\n' | put etc/passwd
	printf 'root:x:0:\n' | put etc/group
	unit cat.service
	printf "[Service]\n$lines\n" | put etc/systemd/system/cat.service.d/x.conf
	wanted cat.service
	both yes "started by cat.service"
done <<'END'
Type=oneshot\nRestart=no
Type=dbus\nBusName=x.y
Type=oneshot\nExecStart=/usr/sbin/catd
ExecStart=\nExecStart=/usr/sbin/catd "x" '"' %%n %%%%Q
User=cats\nEnvironmentFile=-/etc/cats\nWorkingDirectory=-/cats
WorkingDirectory=~\nEnvironmentFile=/etc/cats\nEnvironmentFile=\nUser=7
Group=root\nSupplementaryGroups=none\nSupplementaryGroups=\nReadWritePaths=-/cats /var/lib/cats /run/cats
ExecStartPre=-/bin/false\nInaccessiblePaths=/usr/sb\nNoExecPaths=/etc\nStandardInput=null
END
form "a device that it requires"
systemd
unit cat.service 'BindsTo=dev-cat.device' 'After=dev-cat.device'
wanted cat.service
both unknown "it requires dev-cat.device, which udev may not find"
form "by a link to its program"
systemd
program usr/sbin/catd
ln -s catd "$ROOT/usr/sbin/feline"
printf '[Service]\nExecStart=/usr/sbin/feline\n' | put usr/lib/systemd/system/dog.service
wanted dog.service
both yes "started by dog.service"
form "an ExecCondition"
systemd
unit cat.service
printf '[Service]\nExecCondition=/bin/test -e /x\n' | put etc/systemd/system/cat.service.d/x.conf
wanted cat.service
both unknown "/etc/systemd/system/cat.service.d/x.conf:2"
form "it requires what fails"
systemd
unit cat.service 'Requires=dog.service' 'After=dog.service'
wanted cat.service
mkdir -p "$ROOT/usr/sbin"
program usr/sbin/catd
# dog TYPE [LINE]
dog()
{
	printf '[Unit]\n%s\n[Service]\nType=%s\nExecStart=/usr/sbin/dogd\n' "${2:-}" "$1" | put usr/lib/systemd/system/dog.service
}
dog oneshot
both no "it requires dog.service, which fails: the program /usr/sbin/dogd is not there"
dog simple
both yes "started by cat.service"
program usr/sbin/dogd
dog oneshot 'ConditionPathExists=/etc/dogs'
both yes "started by cat.service"
dog oneshot 'AssertPathExists=/etc/dogs'
both no "it requires dog.service, which fails: AssertPathExists=/etc/dogs does not hold"
dog oneshot 'Requisite=none.service'
both unknown "it requires dog.service, which may fail: it must find none.service started"
dog oneshot 'AssertPathExists=/etc/dogs'
printf '[Unit]\nRequires=cat.service\nAfter=cat.service\n[Service]\nExecStart=/usr/sbin/catd\n' | put usr/lib/systemd/system/third.service
wanted third.service
printf 'name: third\nboot: yes\n' | asked
judged fail "it requires cat.service, which fails"
unit cat.service 'Requires=dog.service'
both unknown "it requires dog.service, which fails"
unit cat.service 'BindsTo=dog.service' 'After=dog.service'
dog oneshot 'ConditionPathExists=/etc/dogs'
both no "it requires dog.service, which fails: ConditionPathExists=/etc/dogs does not hold"
form "a condition about a folder"
systemd
unit cat.service 'ConditionDirectoryNotEmpty=/etc/cats'
wanted cat.service
for name in .placeholder cats~ cats.dpkg-old lost+found; do : | put "etc/cats/$name"; done
both no "ConditionDirectoryNotEmpty=/etc/cats does not hold"
: | put etc/cats/tom
both yes "started by cat.service"

form "several names"
systemd
unit cat.service
unit lynx.service
wanted cat.service
wanted lynx.service
printf 'name: [none, cat, lynx]\nboot: no\n' | asked
judged fail "cat at boot: started by cat.service"
form_run audit
says "$FORM: the first that is there" "systemctl disable --now cat.service changes that"
says "$FORM: the other one" "systemctl disable --now lynx.service changes that"
rm "$ROOT"/etc/systemd/system/multi-user.target.wants/*
ln -s /dev/null "$ROOT/etc/systemd/system/lynx.service"
printf 'name: [none, cat, lynx]\nboot: yes\n' | asked
judged fail "nothing that is started at boot wants it; systemctl enable --now cat.service changes that; lynx.service: it is masked"
printf 'name: [none, lynx]\nboot: yes\n' | asked
judged fail "it is masked; systemctl unmask lynx.service and enable --now lynx.service change that"
printf 'name: [none, nothing]\nboot: yes\n' | asked
judged fail "there is no such unit"
form_run audit
is "$FORM: no command for what is not there" "$(grep -c systemctl "$T/out")" 0
unit cat.service
unit dog.service 'Wants=cat.service'
wanted dog.service
printf 'name: cat\nboot: no\n' | asked
judged fail "systemctl mask --now cat.service changes that"

# sysv: init of old, for runlevel 3
sysv()
{
	printf 'id:3:initdefault:\n1:2345:respawn:/sbin/mingetty tty1\nct:3:respawn:/usr/sbin/feed -f\nl3:3:wait:/etc/rc.d/rc 3\n' | put etc/inittab
	: | put sbin/init
	printf '#!/bin/sh\ncat start\n' | put etc/rc.d/init.d/cat
	chmod +x "$ROOT/etc/rc.d/init.d/cat"
	mkdir -p "$ROOT"/etc/rc.d/rc{3,5}.d
}
form "a link of the runlevel"
sysv
ln -s ../init.d/cat "$ROOT/etc/rc.d/rc5.d/S90cat"
ln -s ../init.d/cat "$ROOT/etc/rc.d/rc3.d/K10cat"
both no "/etc/inittab:1: cat at boot: not started"
: | put sbin/chkconfig
printf 'name: cat\nboot: yes\n' | asked
judged fail "runlevel 3 has no link that starts it; chkconfig cat on changes that"
ln -s ../init.d/cat "$ROOT/etc/rc.d/rc3.d/S90cat"
both yes "/etc/rc.d/rc3.d/S90cat: cat at boot: started by /etc/rc.d/init.d/cat"
chmod -x "$ROOT/etc/rc.d/init.d/cat"
both no "not started"
form "a script that starts nothing"
sysv
ln -s ../init.d/cat "$ROOT/etc/rc.d/rc3.d/S90cat"
while read -r why text; do
	printf "$text" | put etc/rc.d/init.d/cat
	both unknown "$why"
done <<'END'
command #!/bin/sh\n# cat\n
once #!/bin/sh\n\nexit 0\ncat\n
interpreter #!/sbin/shell\ncat\n
END
printf '#!/bin/sh\nexitd\n' | put etc/rc.d/init.d/cat
both yes "started by /etc/rc.d/init.d/cat"
printf 'id:3:initdefault:\nl3:3:wait:/etc/rc.d/rc 5\nl5:5:wait:/etc/rc.d/rc 3\n' | put etc/inittab
both unknown "no line of inittab that is understood runs rc for runlevel 3"
form "the script of a package that was removed"
sysv
ln -s ../init.d/cat "$ROOT/etc/rc.d/rc3.d/S90cat"
mkdir -p "$ROOT/usr/sbin"
for text in 'DAEMON=/usr/sbin/catd\ntest -x $DAEMON || exit 0' \
	'PROG="/usr/sbin/catd" # it\nif [ ! -x "${PROG}" ]; then\n\texit 5\nfi' '[ -x /usr/sbin/catd ] || exit 5'; do
	rm -f "$ROOT/usr/sbin/catd"
	printf "#!/bin/sh\n# test -x /usr/sbin/dogd || exit 0\n$text\n" | put etc/rc.d/init.d/cat
	both unknown "its script tests for /usr/sbin/catd, which is not there"
	program usr/sbin/catd
	both yes "started by /etc/rc.d/init.d/cat"
done
printf '#!/bin/sh\n[ -x /usr/sbin/helper ] && /usr/sbin/helper\n' | put etc/rc.d/init.d/cat
both yes "started by /etc/rc.d/init.d/cat"
form "a line of inittab"
sysv
printf 'name: feed\nboot: yes\n' | asked
judged pass "/etc/inittab:3: feed at boot: started by init"
printf 'id:3:initdefault:\nct:5:respawn:/usr/sbin/catd\n' | put etc/inittab
both no "not started"
printf 'id:3:initdefault:\nct:5:bootwait:/usr/sbin/catd\n' | put etc/inittab
both yes "at boot: started by init"
for process in '/bin/sh -c "exec /usr/sbin/catd"' '/usr/bin/env catd' '/bin/sh /opt/start.sh -f' '/opt/start.sh' '$P'; do
	form "a line of inittab: $process"
	sysv
	printf 'exec catd\n' | put opt/start.sh
	[ "$process" != /opt/start.sh ] || printf '#!/bin/sh\nexec catd\n' | put opt/start.sh
	chmod +x "$ROOT/opt/start.sh"
	printf 'ct:3:once:%s\n' "$process" >>"$ROOT/etc/inittab"
	both unknown "cat at boot: not known"
	sed -i s/ct:3/ct:5/ "$ROOT/etc/inittab"
	both no "not started"
done
form "links in other forms"
sysv
ln -s ../init.d/cat "$ROOT/etc/rc.d/rc3.d/S9cat"
both unknown "a link of another form leads to it"
mv "$ROOT"/etc/rc.d/rc3.d/S{9cat,20zzz}
both unknown "/etc/rc.d/rc3.d/S20zzz"
chmod -x "$ROOT/etc/rc.d/init.d/cat"
both no "not started"
form "a script of another name"
sysv
printf '#!/bin/sh\n# catd\nD=/usr/sbin/catd\n' | put etc/rc.d/init.d/dog
ln -s ../init.d/dog "$ROOT/etc/rc.d/rc3.d/S20dog"
both no "not started"
chmod +x "$ROOT/etc/rc.d/init.d/dog"
both unknown "/etc/rc.d/rc3.d/S20dog:3"
rm "$ROOT/etc/rc.d/rc3.d/S20dog"
both no "not started"
printf 'catd\n' | put etc/rc.d/rc.sysinit
both unknown "/etc/rc.d/rc.sysinit:1"
for line in '/etc/init.d/cat start' 'test -e /x && service cat start'; do
	printf '%s\n' "$line" | put etc/rc.d/rc.sysinit
	both unknown "/etc/rc.d/rc.sysinit:1"
done
form "no runlevel"
sysv
printf '1:2345:respawn:/sbin/mingetty tty1\n' | put etc/inittab
both unknown "init asks for the runlevel"
form "rc.local"
sysv
printf '# catd\n/usr/sbin/catd &\n' | put etc/rc.d/rc.local
both unknown "/etc/rc.d/rc.local:2"

# xinetd [LINE]: it serves cat
xinetd()
{
	printf 'service cat\n{\n\ttype = UNLISTED\n\tsocket_type = stream\n\tprotocol = tcp\n\tport = 7777\n\twait = no\n\tuser = root\n\tserver = /bin/cat\n%s\n}\n' "${1:-}" |
		put etc/xinetd.conf
	program bin/sh
	put bin/cat <<<'#!/bin/sh'
	chmod +x "$ROOT/bin/cat"
	printf 'root:x:0:0::/root:/bin/sh\n' | put etc/passwd
	printf '#!/bin/sh\n:\n' | put etc/rc.d/init.d/xinetd
	chmod +x "$ROOT/etc/rc.d/init.d/xinetd"
	ln -s ../init.d/xinetd "$ROOT/etc/rc.d/rc3.d/S56xinetd"
}
form "a service of xinetd"
sysv
rm "$ROOT/etc/rc.d/init.d/cat"
xinetd
both yes "/etc/xinetd.conf:1: cat at boot: started for the first who connects, by xinetd"
rm "$ROOT/etc/rc.d/rc3.d/S56xinetd"
printf 'name: cat\nboot: yes\n' | asked
judged fail "xinetd, which would serve it, is not started: runlevel 3 has no link that starts it"
form "an xinetd of another configuration"
sysv
rm "$ROOT/etc/rc.d/init.d/cat"
xinetd
printf 'service dog\n{\n}\n' | put etc/xinetd.conf
both no "not started"
printf '# XOPTS="-f /etc/x"\nEXTRAOPTIONS="-remlock -f /etc/x.conf"\n' | put etc/sysconfig/xinetd
both unknown "/etc/sysconfig/xinetd:2"
form "disabled in xinetd"
sysv
rm "$ROOT/etc/rc.d/init.d/cat"
xinetd '	disable = yes'
both no "/etc/xinetd.conf:10: cat at boot: not started"

form "its arguments"
systemd
unit cat.service
wanted cat.service
printf 'name: cat\nboot: yes\narguments: [-a, b c]\nwithout: [-q]\n' | asked
judged pass "/usr/lib/systemd/system/cat.service:3: cat at boot: arguments: as asked for"
printf 'name: cat\nboot: yes\narguments: [-a, -x]\nwithout: [-r]\n' | asked
judged fail "cat at boot: arguments: without -x, with -r"
printf '[Service]\nExecStart=\nExecStart=/usr/sbin/catd $OPTIONS %%H\n' | put etc/systemd/system/cat.service.d/x.conf
judged unknown "how cat.service is started can't be told"
form "the arguments of another program"
systemd
unit cat.service
wanted cat.service
printf 'name: cat\nprogram: dogd\nboot: yes\nwithout: [-q]\n' | asked
judged unknown "/usr/lib/systemd/system/cat.service:3: cat at boot: not known: cat.service"
form_run audit -v
says "$FORM: why" "it runs /usr/sbin/catd, not dogd"
printf 'name: cat\nprogram: [dogd, catd]\nboot: yes\n' | asked
judged pass "started by cat.service"
printf '[Service]\nExecStart=\nExecStart=/bin/true\n' | put etc/systemd/system/cat.service.d/x.conf
judged unknown "/etc/systemd/system/cat.service.d/x.conf:3"
printf "[Service]\nExecStart=\nExecStart=/bin/sh -c 'exec catd'\n" | put etc/systemd/system/cat.service.d/x.conf
judged pass "started by cat.service"
rm -r "$ROOT/etc/systemd/system/cat.service.d"
printf "[Service]\nExecStart=/bin/sh -c 'exec catd -q'\n" | put usr/lib/systemd/system/cat.service
printf 'name: cat\nboot: yes\nwithout: [-q]\n' | asked
judged unknown "its unit starts /bin/sh, and what this starts is not followed"
form "arguments that a script gives"
sysv
ln -s ../init.d/cat "$ROOT/etc/rc.d/rc3.d/S90cat"
judged unknown "what gives it them is not followed"

form "whether it runs"
systemd
printf 'name: cat\nprogram: [catd, cat]\nrunning: yes\narguments: [-a]\nwithout: [-r]\n' | asked
judged unknown "needs the running host, or evidence"
recorded <<'END'
UID          PID    PPID  C STIME TTY          TIME CMD
root           1       0  0 06:15 ?        00:00:12 /sbin/init
root        2001       1  0 06:16 ?        00:00:00 /usr/sbin/catd -a now
END
judged pass "evidence.txt:3: cat on 2004-02-10: runs"
recorded <<'END'
  PID TTY      STAT   TIME COMMAND
 2001 ?        Ss     0:00 /usr/sbin/catd -a -r
 2002 ?        Ss     0:00 catd -a
 2004 pts/0    S+     0:00 grep catd
    1 ?        Ss     0:12 /sbin/init
END
judged fail "evidence.txt:2: cat on 2004-02-10: runs with -r"
recorded <<'END'
  PID TTY      STAT   TIME COMMAND
 2001 ?        Ss     0:00 /usr/sbin/catd
    1 ?        Ss     0:12 /sbin/init
END
judged fail "cat on 2004-02-10: runs without -a"
recorded <<'END'
  PID TTY      STAT   TIME COMMAND
 2004 pts/0    S+     0:00 grep catd
    1 ?        Ss     0:12 /sbin/init
END
judged fail "cat on 2004-02-10: does not run"
recorded <<'END'
  PID TTY          TIME CMD
 2004 pts/0    00:00:00 ps
END
judged unknown "no list of all processes, for process 1 is not in it"
recorded <<'END'
  PID TTY      STAT   TIME COMMAND
 2004 pts/0    S+     0:00 grep catd
    1 ?        Ss     0:12 /sbin/init
END
echo "catd:x:100:100::/:/bin/sh" | put etc/passwd
for command in 'catd: /usr/sbin/catd -a [listener]' '/usr/bin/python3 /usr/sbin/catd -a'; do
	recorded <<-END
	UID          PID    PPID  C STIME TTY          TIME CMD
	root           1       0  0 06:15 ?        00:00:12 /sbin/init
	catd        2001       1  0 06:16 ?        00:00:00 $command
	END
	judged pass "evidence.txt:3: cat on 2004-02-10: runs"
done
form "lines that ps may have cut"
systemd
# cut WIDTH COMMAND...: a list whose lines end at WIDTH, and 0 is no end
cut_list()
{
	local width=$1 command
	shift
	for command; do
		printf 'root        2001       1  0 06:16 ?        00:00:00 %s\n' "$command"
	done | sed -E "s/^(.{$width}).*/\\1/" >"$T/lines"
	{
		echo 'UID          PID    PPID  C STIME TTY          TIME CMD'
		echo 'root           1       0  0 06:15 ?        00:00:12 /sbin/init'
		cat "$T/lines"
	} | recorded
}
other='/usr/lib/dog/dogd --a-long-option --another-long-option'
catd='/usr/sbin/catd -a -a -a -a -a -a -r'
printf 'name: cat\nprogram: catd\nrunning: yes\nwithout: [-r]\n' | asked
cut_list 80 "$other" "$catd"
judged unknown "its line may be cut: record \`ps -efww\`, which cuts nothing"
cut_list 200 "$other" "$catd"
judged fail "runs with -r"
printf 'name: cat\nprogram: catd\nrunning: no\n' | asked
far=/usr/lib/far/far/far/catd
cut_list 80 "$other" "${far/far/far-far-away}"
judged unknown "may be cut: record \`ps -efww\`"
cut_list 80 "${far/far/far-far-away}"
judged unknown "may be cut: record \`ps -efww\`"
cut_list 80 "$other-é" "/usr/bin/perl -wT ${far/far/far-far-away}"
judged unknown "/usr/bin/perl may be cut: record \`ps -efww\`"
cut_list 200 "$other" "$far"
judged fail "runs"
printf 'name: cat\nprogram: systemd-timesyncd\nrunning: no\n' | asked
recorded <<'END'
    PID TTY          TIME CMD
      1 ?        00:00:12 systemd
    200 ?        00:00:00 systemd-timesyn
END
judged unknown "systemd-timesyn may be cut: record \`ps -efww\`, which cuts nothing"
form "what may run it"
systemd
echo "catd:x:100:100::/:/bin/sh" | put etc/passwd
for command in '/usr/bin/perl -wT /usr/sbin/catd' '/usr/bin/python3 -u /usr/sbin/catd' \
	'/lib64/ld-linux.so.2 /usr/sbin/catd' '[catd]' 'dog /usr/bin/env catd' '/usr/bin/vi /usr/sbin/catd'; do
	printf 'name: cat\nprogram: [catd, other]\nrunning: no\n' | asked
	recorded <<-END
	UID          PID    PPID  C STIME TTY          TIME CMD
	root           1       0  0 06:15 ?        00:00:12 /sbin/init
	catd        2001       1  0 06:16 ?        00:00:00 $command
	END
	case $command in
	*/vi*) judged pass "does not run" ;;
	*) judged unknown "runs catd can't be told" ;;
	esac
done
printf 'name: cat\nprogram: [catd, cat]\nrunning: yes\narguments: [-a]\nwithout: [-r]\n' | asked
form "whose process it is"
systemd
for account in catd:100:pass catd:1500:unknown other:100:unknown; do
	IFS=: read -r name uid verdict <<<"$account"
	echo "$name:x:$uid:$uid::/:/bin/sh" | put etc/passwd
	recorded <<-END
	USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
	root           1  0.0  0.0      0     0 ?        Ss   06:15   0:12 /sbin/init
	catd        2001  0.0  0.0      0     0 ?        Ss   06:16   0:00 /usr/sbin/catd -a
	END
	judged "$verdict" "evidence.txt"
done
says "$FORM: why" "a process of catd, who can give it any name, is called so"
for owner in 100 ca+; do
	echo "catd:x:100:100::/:/bin/sh" | put etc/passwd
	recorded <<-END
	UID          PID    PPID  C STIME TTY          TIME CMD
	root           1       0  0 06:15 ?        00:00:12 /sbin/init
	$owner      2001       1  0 06:16 ?        00:00:00 /usr/sbin/catd -a
	END
	judged pass "evidence.txt:3: cat on 2004-02-10: runs"
done
form "whether it runs"
recorded <<'END'
UID          PID    PPID  C STIME TTY          TIME CMD
root           1       0  0 06:15 ?        00:00:12 /sbin/init
alice       2001       1  0 06:16 ?        00:00:00 sleep 0:00 catd -a
catd        2002       1  0 06:16 ?        00:00:00 /usr/bin/vi /usr/sbin/catd -a
END
judged fail "cat on 2004-02-10: does not run"
recorded <<'END'
  PID TTY      STAT   TIME COMMAND
 2004 pts/0    S+     0:00 grep catd
    1 ?        Ss     0:12 /sbin/init
END
printf 'name: cat\nprogram: catd\nrunning: no\n' | asked
cp evidence.txt ps.txt
recorded <ps.txt
judged pass "cat on 2004-02-10: does not run"
recorded <<'END'
  PID COMMAND
 2001 /usr/sbin/catd
END
judged unknown "no whole list of ps(1)"

# The running system, in a pid namespace where the test starts what passes for catd.
if [ "$(id -u)" -eq 0 ]; then
	cp "$HELPERS/cli/idle" "$T/catd"
	chmod 755 "$T" "$T/catd"
	for running in yes no; do
		printf 'name: catd\nrunning: %s\narguments: [-a]\n' $running | sed '/no$/{n;d}' | asked
		unshare --pid --fork --mount-proc bash -c '
			"$0" -a & for _ in {1..100}; do [ "$(pgrep -c catd)" -ge 1 ] && break; sleep 0.1; done
			"$@"' "$T/catd" "$HOLDFAST" audit -v --policy "$T/policy.yaml" >"$T/out" 2>"$T/err"
		says "asked, running $running: it runs" "catd now: runs"
	done
	# as another user's process, by his own executable and by root's
	printf 'name: catd\nrunning: yes\n' | asked
	for owner in 0 1234; do
		chown $owner "$T/catd"
		unshare --pid --fork --mount-proc bash -c '
			setpriv --reuid 1234 --regid 1234 --clear-groups "$0" -a &
			for _ in {1..100}; do [ "$(pgrep -c catd)" -ge 1 ] && break; sleep 0.1; done
			"$@"' "$T/catd" "$HOLDFAST" audit -v --policy "$T/policy.yaml" >"$T/out" 2>"$T/err"
		if [ $owner -eq 0 ]; then
			says "asked: a user's process of root's program" "catd now: runs"
		else
			says "asked: a user's own program" "unknown catd now: its executable is not root's alone"
		fi
	done
fi

printf 'name: [a/b, "c d"]\nprogram: /bin/x\narguments: [-x]\n' | asked
run policy check "$T/policy.yaml"
says "mistakes: a path" "'a/b' is no name of one: no path, no pattern" err
says "mistakes: a blank" "'c d' is no name" err
says "mistakes: a program's path" "service.program: '/bin/x'" err
says "mistakes: asks for nothing" "policy.yaml:6:5: service: neither 'boot' nor 'running'" err
says "mistakes: arguments of nothing" "service.arguments needs boot: yes or running: yes" err
printf 'name: ["ssh*", "ssh?", "[s]sh", "{ssh,sshd}", ssh.socket, getty@tty1, whois++]\nprogram: "ssh*"\nboot: no\n' | asked
run policy check "$T/policy.yaml"
for name in 'ssh*' 'ssh?' '[s]sh' '{ssh,sshd}'; do
	says "mistakes: a pattern, $name" "service.name: '$name' is no name of one" err
done
says "mistakes: a program's pattern" "service.program: 'ssh*' is no name of one" err
is "mistakes: and no more" "$(grep -c 'is no name' err)" 5
finish
