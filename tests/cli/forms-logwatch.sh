#!/bin/bash
# logwatch in its forms: what starts a watcher, whom it tells, which logs it reads.
# no remedy: whom to tell is the administrator's to say
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

asked()
{
	{ echo logwatch: && sed 's/^/  /'; } >"$T/section"
	policy '' <"$T/section"
}

# cron: Debian's, with its crontab
cron()
{
	mkdir -p "$ROOT"/usr/sbin "$ROOT"/etc/cron.{d,daily,hourly}
	: >"$ROOT/usr/sbin/cron"
	printf 'root:x:0:0::/root:/bin/sh\nlogcheck:x:104:104::/:/bin/sh\n' | put etc/passwd
	printf 'passwd: files\n' | put etc/nsswitch.conf
	put etc/crontab <<'END'
17 *	* * *	root	cd / && run-parts --report /etc/cron.hourly
25 6	* * *	root	test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
END
}

# program PATH: one that is there
program()
{
	: | put "$1"
	chmod 755 "$ROOT/$1"
}

# logcheck: as Debian's package of logcheck 1.4.2 leaves a host
logcheck()
{
	cron
	program usr/sbin/logcheck
	put etc/cron.d/logcheck <<'END'
PATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin
MAILTO=root

@reboot         logcheck    if [ -x /usr/sbin/logcheck ]; then nice -n10 /usr/sbin/logcheck -R; fi
2 * * * *       logcheck    if [ -x /usr/sbin/logcheck ]; then nice -n10 /usr/sbin/logcheck; fi
END
	put etc/logcheck/logcheck.conf <<'END'
#DATE="$(date +'%Y-%m-%d %H:%M')"
REPORTLEVEL="server"
SENDMAILTO="logcheck"
MAILASATTACH=0
FQDN=1
TMP="/tmp"
END
	printf '# none here\n' | put etc/logcheck/logcheck.logfiles
	printf '\njournal\n' | put etc/logcheck/logcheck.logfiles.d/journal.logfiles
	printf '/var/log/syslog\n/var/log/auth.log\n' | put etc/logcheck/logcheck.logfiles.d/syslog.logfiles
}

form "Debian's logcheck"
logcheck
asked <<'END'
by: [logcheck]
to: logcheck
files: [/var/log/auth.log, journal]
at-least: hourly
END
judged pass "/etc/cron.d/logcheck:5: logcheck: started with gaps of at most 1 h"
says "$FORM: whom" "/etc/logcheck/logcheck.conf:3: logcheck to: logcheck"
says "$FORM: what" "/etc/logcheck/logcheck.logfiles.d/syslog.logfiles:2: logcheck /var/log/auth.log"
form_run apply --yes
status "$FORM: nothing to apply" 0
unreadable etc/logcheck/logcheck.conf
unreadable etc/logcheck/logcheck.logfiles.d/syslog.logfiles

form "another address, another log"
logcheck
asked <<'END'
by: [logcheck]
to: security@example.net
files: [/var/log/mail.log]
END
judged fail "logcheck to: logcheck -> security@example.net"
says "$FORM: the log" "logcheck /var/log/mail.log: journal, /var/log/syslog, /var/log/auth.log -> /var/log/mail.log"
refused
form "a shell's own"
logcheck
asked <<'END'
to: root
END
sed -i '/^SENDMAILTO/d' "$ROOT/etc/logcheck/logcheck.conf"
judged pass "logcheck to: root"
# shellcheck disable=SC2016
echo 'SENDMAILTO=$(cat /etc/whom)' >>"$ROOT/etc/logcheck/logcheck.conf"
judged unknown "one of its lines is no plain assignment"
form "carriage returns"
asked <<'END'
by: [logcheck]
to: logcheck
files: [/var/log/auth.log]
END
logcheck
judged pass
sed -i 's/$/\r/' "$ROOT/etc/logcheck/logcheck.conf"
judged unknown "a carriage return at the end of a line is a part of it"
logcheck
sed -i 's/$/\r/' "$ROOT/etc/logcheck/logcheck.logfiles.d/syslog.logfiles"
judged unknown "a carriage return at the end of a line is a part of it"
form "settings that are not followed"
asked <<'END'
by: [logcheck]
to: logcheck
END
logcheck
echo MAILOUT=1 >>"$ROOT/etc/logcheck/logcheck.conf"
judged unknown "MAILOUT has it print what it finds"
asked <<'END'
by: [logcheck]
files: [/var/log/auth.log]
END
for line in LOGFILES_LIST=/etc/none RULEDIR=/etc/all; do
	logcheck
	echo "$line" >>"$ROOT/etc/logcheck/logcheck.conf"
	judged unknown "a setting that may change what is read or told is not followed"
done
form "removed, not purged"
logcheck
rm "$ROOT/usr/sbin/logcheck"
asked <<'END'
by: [logcheck]
to: logcheck
END
judged fail "logcheck: nothing starts it"
says "$FORM: and nobody is told" "not installed, or not started"
form "spoken of"
logcheck
asked <<'END'
by: [logcheck]
END
for command in 'systemctl stop logcheck' 'echo logcheck' 'test -x /usr/sbin/logcheck' 'pkill logcheck'; do
	printf '2 * * * * root %s\n' "$command" | put etc/cron.d/logcheck
	judged fail "logcheck: nothing starts it"
done
for command in 'hostname -f && logcheck' 'pgrep logcheck && exit; logcheck' '[ -e /run/no ] || exit 0; logcheck'; do
	printf '2 * * * * root %s\n' "$command" | put etc/cron.d/logcheck
	judged unknown "a condition before it is not followed"
done
for command in 'sudo -l logcheck' 'logcheck; )' 'logcheck </etc/none'; do
	printf '2 * * * * root %s\n' "$command" | put etc/cron.d/logcheck
	judged unknown "not followed"
done
printf '2 * * * * root /usr/sbin/logcheck\n' | put etc/cron.d/logcheck
judged pass
chmod 600 "$ROOT/usr/sbin/logcheck"
judged fail "/usr/sbin/logcheck can't be executed"
form "root's logcheck ends at once"
logcheck
printf '#!/bin/bash\nif [ "$(id -u)" = 0 ]; then\n\texit 1\nfi\n' | put usr/sbin/logcheck
judged pass
printf '2 * * * * root /usr/sbin/logcheck\n' | put etc/cron.d/logcheck
judged unknown "started by root it ends at once"
printf '#!/bin/sh\n/usr/sbin/logcheck\n' | put etc/cron.daily/check
chmod 755 "$ROOT/etc/cron.daily/check"
rm "$ROOT/etc/cron.d/logcheck"
judged unknown "started by root it ends at once"
form "an option that has it do nothing"
logcheck
asked <<'END'
by: [logcheck]
END
for options in -v -h -R\ -v -c\ /etc/x\ -h -z; do
	printf '2 * * * * root /usr/sbin/logcheck %s\n' "$options" | put etc/cron.d/logcheck
	judged fail "logcheck: nothing starts it"
done
for options in -R '-m -v' -mv '-- -v' 'x -v' -sRu; do
	printf '2 * * * * root /usr/sbin/logcheck %s\n' "$options" | put etc/cron.d/logcheck
	judged pass
done
form "a program without a path"
cron
program usr/sbin/logcheck
missing="its program has no path, and cron may not find it by PATH"
printf '2 * * * * root logcheck\n' | put etc/cron.d/logcheck
judged unknown "$missing"
for path in /usr/bin:/bin /usr/sbin/x; do
	printf 'PATH=/usr/sbin\nPATH=%s\n2 * * * * root logcheck\n' "$path" | put etc/cron.d/logcheck
	judged unknown "$missing"
done
printf '2 * * * * root logcheck\nPATH=/usr/sbin\n' | put etc/cron.d/logcheck
judged unknown "$missing"
for line in 'PATH=/bin:/usr/sbin' 'PATH = "/usr/sbin:/bin"'; do
	printf '%s\n2 * * * * root logcheck\n' "$line" | put etc/cron.d/logcheck
	judged pass
done
rm "$ROOT/etc/cron.d/logcheck"
printf '#!/bin/sh\nlogcheck\n' | put etc/cron.daily/check
chmod 755 "$ROOT/etc/cron.daily/check"
judged unknown "$missing"
printf '#!/bin/sh\nexport PATH=$PATH:/usr/sbin\nlogcheck\n' | put etc/cron.daily/check
judged pass
rm "$ROOT/etc/cron.daily/check"
printf '2 * * * * root logcheck\n' | put etc/cron.d/logcheck
program usr/bin/logcheck
judged pass
form "anacron goes on with a line"
cron
program usr/sbin/logcheck
program usr/sbin/anacron
printf '30 * * * * root /usr/sbin/anacron -s\n' | put etc/cron.d/anacron
printf '1 5 a true\n1 5 b /usr/sbin/logcheck\n' | put etc/anacrontab
judged pass
printf '1 5 a true \\\n1 5 b /usr/sbin/logcheck\n' | put etc/anacrontab
judged unknown "a continued line is not followed"
form "an option"
logcheck
asked <<'END'
to: logcheck
END
sed -i 's|sbin/logcheck;|sbin/logcheck -m bob;|' "$ROOT/etc/cron.d/logcheck"
judged unknown "options on the command line are not followed"
form "not started"
logcheck
rm "$ROOT/etc/cron.d/logcheck"
asked <<'END'
at-least: daily
END
judged fail "logcheck: nothing starts it"
form "refused by cron"
logcheck
echo '61 * * * * root true' >>"$ROOT/etc/cron.d/logcheck"
asked <<'END'
by: [logcheck]
END
judged invalid "cron ignores all of it: bad minute"
form "no watcher"
cron
asked <<'END'
at-least: daily
END
judged fail "nothing starts it"

# It was made to be edited, and what its commands do is not followed.
form "the script of old"
cron
asked <<'END'
by: [logcheck]
to: root
files: [/var/log/secure]
at-least: hourly
END
put usr/local/etc/logcheck.sh <<'END'
#!/bin/sh
# SYSADMIN=nobody
SYSADMIN="root"
LOGTAIL=/usr/local/bin/logtail TMPDIR=/usr/local/etc/tmp
$LOGTAIL /var/log/messages > $TMPDIR/check.$$
$LOGTAIL /var/log/secure >> $TMPDIR/check.$$
#$LOGTAIL /var/log/maillog >> $TMPDIR/check.$$
if [ -s $TMPDIR/check.$$ ]; then
	cat $TMPDIR/check.$$ | mail -s "system check" $SYSADMIN
fi
END
chmod 755 "$ROOT/usr/local/etc/logcheck.sh"
program bin/sh
program usr/bin/nice
for command in 'sh /usr/local/etc/logcheck.sh' 'nice /bin/sh /usr/local/etc/logcheck.sh' /usr/local/etc/logcheck.sh; do
	printf '15 * * * * root %s\n' "$command" | put etc/cron.d/it
	judged unknown "what its commands do is not followed"
	says "$FORM: its address" "/usr/local/etc/logcheck.sh:3: logcheck to: ? -> root"
	says "$FORM: its log" "/usr/local/etc/logcheck.sh:6: logcheck /var/log/secure: ? ->"
done
for line in 's|/var/log/secure|/var/log/maillog|' 's/to: root/to: nobody/'; do
	sed -i "$line" "$T/policy.yaml"
	judged unknown "what its commands do is not followed"
done
rm "$ROOT/etc/cron.d/it"
judged fail "nothing starts it"
form "a logcheck.sh that is another thing"
logcheck
asked <<'END'
by: [logcheck]
to: logcheck
END
printf '2 * * * * root /usr/local/bin/logcheck.sh\n' | put etc/cron.d/logcheck
printf '#!/bin/sh\necho nothing\n' | put usr/local/bin/logcheck.sh
chmod 755 "$ROOT/usr/local/bin/logcheck.sh"
judged unknown "what is started as logcheck.sh has no line SYSADMIN="

form "who starts logcheck"
logcheck
asked <<'END'
by: [logcheck]
to: logcheck
END
printf '#!/bin/sh\nif [ "$(id -u)" = 0 ]; then\n\texit 1\nfi\n' | put usr/sbin/logcheck
for path in usr/bin/{sudo,su,runuser} bin/sh usr/bin/runuser; do
	program "$path"
done
echo 'toor:x:0:0::/root:/bin/sh' >>"$ROOT/etc/passwd"
while IFS='|' read -r verdict user command; do
	printf '2 * * * * %s %s\n' "$user" "$command" | put etc/cron.d/logcheck
	judged "$verdict"
done <<'END'
unknown|root|/usr/sbin/logcheck
pass|root|sudo -u logcheck /usr/sbin/logcheck
pass|root|sudo -nu logcheck /usr/sbin/logcheck -R
pass|root|sudo --user=logcheck /usr/sbin/logcheck
unknown|root|sudo -u gone /usr/sbin/logcheck
unknown|root|sudo /usr/sbin/logcheck
unknown|logcheck|sudo /usr/sbin/logcheck
unknown|logcheck|sudo -u root /usr/sbin/logcheck
pass|root|su -s /bin/sh -c "/usr/sbin/logcheck" logcheck
pass|root|su logcheck -c '/usr/sbin/logcheck -R'
unknown|root|su -c /usr/sbin/logcheck
pass|root|runuser -u logcheck -- /usr/sbin/logcheck
pass|root|runuser -u logcheck /usr/sbin/logcheck
pass|root|runuser -l logcheck -c /usr/sbin/logcheck
unknown|root|runuser -u root /usr/sbin/logcheck
unknown|toor|/usr/sbin/logcheck
unknown|root|sudo -u toor /usr/sbin/logcheck
unknown|root|sudo -u '#0' /usr/sbin/logcheck
unknown|root|su toor -c /usr/sbin/logcheck
END
# A script that starts itself again and again is looked at once.
{ echo '#!/bin/sh' && yes /usr/local/bin/again | head -n 1900; } | put usr/local/bin/again
chmod 755 "$ROOT/usr/local/bin/again"
printf '2 * * * * logcheck /usr/sbin/logcheck\n1 1 1 1 * logcheck /usr/local/bin/again\n' | put etc/cron.d/logcheck
judged pass
rm "$ROOT/etc/cron.d/logcheck"
program usr/lib/systemd/systemd
printf '[Timer]\nOnCalendar=hourly\n' | put etc/systemd/system/logcheck.timer
mkdir -p "$ROOT/etc/systemd/system/timers.target.wants"
ln -s ../logcheck.timer "$ROOT/etc/systemd/system/timers.target.wants/"
while IFS='|' read -r verdict line; do
	printf '[Service]\nType=oneshot\n%b\n' "$line" | put etc/systemd/system/logcheck.service
	judged "$verdict"
done <<'END'
unknown|ExecStart=/usr/sbin/logcheck
pass|User=logcheck\nExecStart=/usr/sbin/logcheck
pass|User=logcheck\nExecStart=-/usr/sbin/logcheck -R
unknown|User=logcheck\nExecStart=+/usr/sbin/logcheck
unknown|User=root\nExecStart=/usr/sbin/logcheck
unknown|User=toor\nExecStart=/usr/sbin/logcheck
unknown|User=0\nExecStart=/usr/sbin/logcheck
unknown|User=logcheck\nUser=\nExecStart=/usr/sbin/logcheck
END
form "a watcher whose interpreter is not there"
logcheck
asked <<'END'
by: [logcheck]
to: logcheck
END
judged pass
printf '#!/bin/bash\n' | put usr/sbin/logcheck
mkdir -p "$ROOT/bin"
judged fail "its interpreter /bin/bash is not there"
says "$FORM: nor is it there" "not installed, or not started"

# swatch OPTION...: one that a unit starts
swatch()
{
	printf '[Service]\nExecStart=/usr/bin/swatchdog %s\n' "$*" | put etc/systemd/system/swatch.service
	mkdir -p "$ROOT/etc/systemd/system/multi-user.target.wants"
	ln -sf ../swatch.service "$ROOT/etc/systemd/system/multi-user.target.wants/"
	program usr/bin/swatchdog
	program usr/sbin/sendmail
	put etc/swatch.conf <<'END'
watchfor /Failed password/
	echo bold
	mail addresses=bob\@example.net:security\@example.net,subject=Login
END
}
form "swatch"
asked <<'END'
by: [swatch]
to: security@example.net
files: [/var/log/auth.log]
at-least: hourly
END
swatch --config-file=/etc/swatch.conf --tail-file=/var/log/auth.log
judged pass "/etc/systemd/system/swatch.service:2: swatch at boot: started at boot"
says "$FORM: whom" "/etc/swatch.conf:3: swatch to: security@example.net"
rm "$ROOT/usr/bin/swatchdog"
judged fail "swatch at boot: no unit of systemd starts it"
program usr/bin/swatchdog
mkdir -p "$ROOT/etc/systemd/system/rescue.target.wants"
mv "$ROOT"/etc/systemd/system/{multi-user,rescue}.target.wants/swatch.service
judged fail "swatch at boot: no unit of systemd starts it"
rm "$ROOT/etc/systemd/system/rescue.target.wants/swatch.service"
judged fail "swatch at boot: no unit of systemd starts it"
form "swatch by itself"
swatch -c /etc/swatch.conf
judged unknown "without --tail-file swatch chooses a log itself"
form "of several logs swatch reads the last"
asked <<'END'
by: [swatch]
files: [/var/log/auth.log]
END
swatch -c /etc/swatch.conf -t /var/log/syslog -t /var/log/auth.log
judged pass "swatch /var/log/auth.log"
swatch -c /etc/swatch.conf -t /var/log/auth.log --tail-file=/var/log/syslog
judged fail "swatch /var/log/auth.log: /var/log/syslog -> /var/log/auth.log"
form "swatch does another thing"
for option in --version -V --dump-script=/tmp/x --dump --help -h --examine=/var/log/syslog -f\ /x -p\ x \
	--bogus --tail=/var/log/syslog -examine -Vc -z --daemon=1 --old -O --pid-file; do
	swatch -c /etc/swatch.conf -t /var/log/auth.log "$option"
	judged unknown "by an option of swatch's it may end at once, or read another thing"
done
for option in --pid-file=/run/x.pid --restart-time=3 '--tail-program-name /usr/bin/tail' -r3 '--tail-a -f' --deb=3; do
	swatch -c /etc/swatch.conf -t /var/log/auth.log "$option"
	judged pass
done
swatch --conf=/etc/swatch.conf -t/var/log/auth.log --daemon
judged unknown "with --daemon it ends for systemd, unless Type= is forking"
sed -i '1aType=forking\nPIDFile=/run/swatch.pid' "$ROOT/etc/systemd/system/swatch.service"
judged pass "swatch /var/log/auth.log"
asked <<'END'
by: [swatch]
to: security@example.net
files: [/var/log/auth.log]
at-least: hourly
END
form "swatch tells root"
swatch -c /etc/swatch.conf -t '"/var/log/syslog /var/log/auth.log"'
printf 'watchfor /x/\n\tmail\n' | put etc/swatch.conf
judged fail "swatch to: root -> security@example.net"
printf 'watchfor /x/\n\techo\n' | put etc/swatch.conf
judged fail "swatch to: nobody"
printf 'watchfor /x/\n\tmail=security@example.net\n' | put etc/swatch.conf
judged pass
rm "$ROOT/usr/sbin/sendmail"
judged unknown "there is no sendmail, by which swatch mails"
program usr/lib/sendmail
judged pass
printf 'watchfor /x/\n\tmail=bob,\\\n\taddresses=security@example.net\n' | put etc/swatch.conf
judged unknown "a line of it is not followed"
rm "$ROOT/etc/swatch.conf"
judged unknown "there is no such configuration"
swatch -t /var/log/auth.log
judged unknown "without --config-file it depends on HOME what it reads"
form "swatch tells who runs it, or nobody"
asked <<'END'
by: [swatch]
to: bob
END
swatch -c /etc/swatch.conf -t /var/log/auth.log
printf 'root:x:0:0::/root:/bin/sh\nbob:x:1000:1000::/:/bin/sh\n' | put etc/passwd
printf 'watchfor /x/\n\tmail\n' | put etc/swatch.conf
judged fail "swatch to: root -> bob"
sed -i '1aUser=bob' "$ROOT/etc/systemd/system/swatch.service"
judged pass
asked <<'END'
by: [swatch]
END
judged pass
printf 'watchfor /x/\n\techo\n' | put etc/swatch.conf
judged unknown "no action of its configuration mails"
form "logcheck's own needs"
asked <<'END'
by: [logcheck]
END
logcheck
program bin/sh
program usr/bin/nice
printf '#!/bin/sh\n/usr/bin/lockfile-create x\n' | put usr/sbin/logcheck
judged unknown "a program that its script needs is not there"
program usr/bin/lockfile-create
judged pass
sed -i 's/^SENDMAILTO=.*/SENDMAILTO=""/' "$ROOT/etc/logcheck/logcheck.conf"
judged unknown "its SENDMAILTO is empty"

form "logwatch"
cron
asked <<'END'
by: [swatch, logwatch]
to: root
END
program usr/sbin/logwatch
printf '#!/bin/bash\n/usr/sbin/logwatch --output mail\n' | put etc/cron.daily/00logwatch
chmod 755 "$ROOT/etc/cron.daily/00logwatch"
printf 'Output = stdout\nMailTo = root # you\n' | put usr/share/logwatch/default.conf/logwatch.conf
judged pass "/usr/share/logwatch/default.conf/logwatch.conf:2: logwatch to: root"
printf 'mailto = "bob alice"\n' | put etc/logwatch/conf/logwatch.conf
judged fail "/etc/logwatch/conf/logwatch.conf:1: logwatch to: bob, alice -> root"
for line in 'mailer = "/usr/local/bin/forget"' 'Service = none' 'LogDir = /srv/log'; do
	printf '%s\nMailTo = root\n' "$line" | put etc/logwatch/conf/logwatch.conf
	judged unknown "its ${line%% *}"
done
printf 'mailer = "/usr/sbin/sendmail"\n' | put etc/logwatch/conf/logwatch.conf
judged unknown "its mailer is not known, or has no option -t"
printf 'mailer = "/usr/sbin/sendmail -t"\n' | put etc/logwatch/conf/logwatch.conf
judged unknown "its mailer is not there"
program usr/sbin/sendmail
printf 'MailTo = root \\\n bob\n' | put etc/logwatch/conf/logwatch.conf
judged unknown "a continued line is not followed"
printf 'mailer = "/usr/sbin/sendmail -t"\nService = All\nLogDir = /var/log/\n' | put etc/logwatch/conf/logwatch.conf
judged pass "logwatch to: root"
printf '# logwatch: none\nservices/sshd: Title = x\n' | put etc/logwatch/conf/override.conf
judged pass "logwatch to: root"
echo 'logwatch: MailTo = bob' | put etc/logwatch/conf/override.conf
judged unknown "a line of override.conf that overrides logwatch.conf is not followed"
rm "$ROOT"/etc/logwatch/conf/{logwatch,override}.conf
sed -i '/MailTo/d' "$ROOT/usr/share/logwatch/default.conf/logwatch.conf"
judged unknown "without MailTo it is MAILTO of what starts it, or root"
echo 'MailTo = root' >>"$ROOT/usr/share/logwatch/default.conf/logwatch.conf"
sed -i 's/ --output mail//' "$ROOT/etc/cron.daily/00logwatch"
judged unknown "it prints its report"
sed -i 's/logwatch$/logwatch --mailto bob/' "$ROOT/etc/cron.daily/00logwatch"
judged unknown "options on the command line are not followed"
put etc/cron.daily/00logwatch <<'END'
#!/bin/bash
test -x /usr/share/logwatch/scripts/logwatch.pl || exit 0
/usr/sbin/logwatch --output mail
END
judged fail "nothing starts it"
put etc/cron.daily/00logwatch <<'END'
#!/bin/bash
LOGWATCH_SCRIPT="/usr/sbin/logwatch"
OPTIONS="--output mail"
$LOGWATCH_SCRIPT $OPTIONS
exit 0
END
judged pass "logwatch to: root"
asked <<'END'
by: [logwatch]
END
for options in --version --help -u --vers '--range help' --frobnicate '-R Help'; do
	printf '#!/bin/sh\n/usr/sbin/logwatch %s\n' "$options" | put etc/cron.daily/00logwatch
	judged fail "nothing starts it"
done
for options in '' '--range yesterday --det high' '--subject -v' --archives; do
	printf '#!/bin/sh\n/usr/sbin/logwatch %s\n' "$options" | put etc/cron.daily/00logwatch
	judged pass
done
asked <<'END'
by: [swatch, logwatch]
to: root
END
rm "$ROOT/usr/sbin/logwatch"
judged fail "not installed, or not started"
program usr/sbin/logwatch
asked <<'END'
by: [logwatch]
files: [/var/log/auth.log]
END
judged unknown "not followed"
asked <<'END'
by: [logwatch]
at-least: hourly
END
judged fail "logwatch: started with gaps of at most 1 day -> hourly"

asked <<'END'
by: [tail]
files: [auth.log]
END
run policy check "$T/policy.yaml"
says "mistakes: a program" "tail" err
asked <<'END'
files: [auth.log]
END
run policy check "$T/policy.yaml"
says "mistakes: a relative log" "'auth.log' is no absolute path" err
finish
