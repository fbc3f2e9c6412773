#!/bin/bash
# backup in its forms: records by age, what cron and timers start, what was restored.
# no remedy: which backup is right, and where to, is the administrator's to say
. "$(dirname "$0")/lib.sh"
. "$PROJECT/tests/cli/lib-forms.sh"

asked()
{
	{ echo backup: && sed 's/^/  /'; } >"$T/section"
	policy '' <"$T/section"
}

ago()
{
	date -u -d "$1 ago" "+$2"
}

# --- the log -------------------------------------------------------------------------

logged()
{
	asked <<'LOGGED'
log: { file: '/var/log/backup.log*', record: 'backup of .* finished', max-days: 2 }
LOGGED
}

form "records of syslog"
logged
{
	echo "$(ago '9 days' '%b %e %T') giant backup: backup of /home finished"
	echo "$(ago '1 day' '%b %e %T') giant backup: backup of /home finished"
	echo "$(ago '1 minute' '%b %e %T') giant backup: backup of /home started"
} | put var/log/backup.log
judged pass "/var/log/backup.log:2: log: the newest is of $(ago '1 day' %F)"
refused=$FORM
form_run apply --yes
status "$refused: nothing to apply" 0
unreadable var/log/backup.log

form "the newest is too old"
logged
echo "$(ago '4 days' '%b %e %T') giant backup: backup of /home finished" | put var/log/backup.log
touch -d '4 days ago' "$ROOT/var/log/backup.log"
judged fail "the newest is of $(ago '4 days' %F) -> a record of the last 2 days"
refused

form "hours and days"
logged
for age in 'pass|47 hours|%F %T' 'fail|49 hours|%F %T' 'pass|2 days|%F' 'fail|3 days|%F' \
	'fail|3 days|%F 23:59:59' 'fail|2 days|%F 00:00:00'; do
	IFS='|' read -r verdict time format <<<"$age"
	echo "$(ago "$time" "$format") backup of /home finished" | put var/log/backup.log
	judged "$verdict"
done

form "last year's"
logged
echo "$(ago '1 day' '%b %e %T') giant backup: backup of /home finished" | put var/log/backup.log
touch -d '360 days ago' "$ROOT/var/log/backup.log"
judged fail "the newest is of"
says "$FORM: the year is the file's" "the newest is of $(ago '366 days' %Y)"
touch "$ROOT/var/log/backup.log"
echo "$(ago '200 days' '%b %e %T') giant backup: backup of /home started" >>"$ROOT/var/log/backup.log"
echo "$(ago '1 minute' '%b %e %T') giant backup: backup of /home started" >>"$ROOT/var/log/backup.log"
judged fail "the newest is of $(ago '366 days' %Y)"
form "of a year that nothing says"
logged
echo "$(ago '36 hours' '%b %e %T') giant backup: backup of /home finished" | put var/log/backup.log
judged unknown "it says no year, and the file was changed at another time than its last line says"
echo "$(ago '1 hour' '%b %e %T') giant backup: backup of /var started" >>"$ROOT/var/log/backup.log"
judged pass "the newest is of $(ago '36 hours' %F)"

for stamp in '%FT%T+00:00' '%F %T' '%Y/%m/%d %T' '[%F %T]' '%s' '%F' '%FT%T.123456-0500'; do
	form "a time as $stamp"
	logged
	echo "$(ago '1 day' "$stamp") backup of /home finished" | put var/log/backup.log
	judged pass "the newest is of"
	echo "$(ago '5 days' "$stamp") backup of /home finished" | put var/log/backup.log
	judged fail "the newest is of"
done

form "a number that is no time"
logged
{
	echo "$(ago '1 day' %s) bytes: backup of /home finished"
	echo "the end"
} | put var/log/backup.log
judged unknown "its newest record holds a date that is not understood"

form "rotated"
logged
: | put var/log/backup.log
echo "$(ago '1 day' %F) backup of /home finished" | put var/log/backup.log.1
judged pass "/var/log/backup.log.1:1"
rm "$ROOT/var/log/backup.log.1"
judged fail "no line is a record"
: | put var/log/backup.log.1.gz
judged unknown "/var/log/backup.log.1.gz: what is packed is not read"

form "no log"
logged
judged fail "there is no such file"

form "to come"
logged
echo "$(date -u -d '3 days' %F 2>/dev/null || date -u -d '3 days' +%F) backup of /home finished" | put var/log/backup.log
judged unknown "of a time to come"

form "no time that there is"
logged
echo "2026-02-31 backup of /home finished" | put var/log/backup.log
judged unknown "begins with no time that there is"
echo "Feb 31 10:00:00 backup of /home finished" | put var/log/backup.log
judged unknown "begins with no time that there is"

form "without a time"
logged
echo "backup of /home finished" | put var/log/backup.log
judged pass "when the file was last changed counts"
echo "backup of /var started" >>"$ROOT/var/log/backup.log"
judged unknown "other lines follow the newest"
echo "backup of /home finished" | put var/log/backup.log
touch -d '3 days ago' "$ROOT/var/log/backup.log"
judged fail "-> a record of the last 2 days"

# date(1)'s, with the year
for stamp in '%a %b %e %T UTC %Y' '%a %b %e %T %Y' '%b %e %T %Y' '%b %d %T.123 GMT %Y'; do
	form "a time as $stamp"
	logged
	echo "$(ago '1 day' "$stamp") backup of /home finished" | put var/log/backup.log
	judged pass "the newest is of"
	echo "$(ago '370 days' "$stamp") backup of /home finished" | put var/log/backup.log
	judged fail "the newest is of $(ago '370 days' %F)"
done
form "a date that is not understood"
logged
for stamp in '30/Nov/2020:10:00:00' '11/30/2020' '30.11.20' '20201130T100000Z' '<6>2020-01-01' '1600000000123' '30 Nov' \
	'30-Nov-20' 'Mon Nov 30 10:00:00 CEST 2020' 'Mon Nov 30 10:00:00 AM UTC 2020' 'on 2020-01-01 the'; do
	echo "$stamp backup of /home finished" | put var/log/backup.log
	judged unknown "its newest record holds a date that is not understood"
done
for text in '3 files of 1.5 GB' 'v1.2' 'Marked 7' '300000 bytes'; do
	echo "$text: backup of /home finished" | put var/log/backup.log
	judged pass "when the file was last changed counts"
done
form "a clock that was put back"
logged
{
	echo "$(ago '1440 minutes' '%b %e %T') giant backup: backup of /home finished"
	echo "$(ago '1460 minutes' '%b %e %T') giant backup: backup of /var started"
	echo "$(ago '1 minute' '%b %e %T') giant backup: backup of /var started"
} | put var/log/backup.log
judged pass "the newest is of $(ago '1440 minutes' %F)"

form "more than 8 MiB"
logged
{
	yes "$(ago '5 days' %F) backup of /home started" | head -n 400000
	echo "$(ago '1 day' %F) backup of /home finished"
} | put var/log/backup.log
judged pass "/var/log/backup.log: log: the newest is of"
{
	echo "$(ago '1 day' %F) backup of /home finished"
	yes "$(ago '1 day' %F) backup of /home started" | head -n 400000
} | put var/log/backup.log
judged unknown "of more than 8 MiB only the end was looked at"

# --- the schedule --------------------------------------------------------------------

# scheduled WORD: asked of the host with Debian's cron
scheduled()
{
	asked <<SCHEDULED
schedule: { command: 'sbin/backup', at-least: $1 }
SCHEDULED
}

# debian: with Debian's cron and /etc/crontab, without anacron
debian()
{
	mkdir -p "$ROOT"/usr/sbin "$ROOT"/etc/cron.{d,hourly,daily,weekly,monthly} "$ROOT/var/spool/cron/crontabs"
	: >"$ROOT/usr/sbin/cron"
	printf 'root:x:0:0::/root:/bin/sh\nbob:x:1000:1000::/home/bob:/bin/sh\n' | put etc/passwd
	printf 'passwd: files\n' | put etc/nsswitch.conf
	put etc/crontab <<'CRONTAB'
SHELL=/bin/sh
PATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin

17 *	* * *	root	cd / && run-parts --report /etc/cron.hourly
25 6	* * *	root	test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
47 6	* * 7	root	test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.weekly; }
52 6	1 * *	root	test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.monthly; }
#
CRONTAB
}

# redhat: with cronie, where anacron runs all but the hourly scripts
redhat()
{
	mkdir -p "$ROOT"/usr/{s,}bin "$ROOT"/etc/cron.{d,hourly,daily} "$ROOT/var/spool/cron"
	: >"$ROOT/usr/sbin/crond"
	printf 'root:x:0:0::/root:/bin/sh\n' | put etc/passwd
	printf '#!/bin/bash\n' | put usr/bin/run-parts
	: | put usr/bin/nice
	program bin/sh
	: | put usr/local/sbin/backup
	chmod 755 "$ROOT/usr/bin/nice" "$ROOT/usr/local/sbin/backup"
	printf '01 * * * * root run-parts /etc/cron.hourly\n' | put etc/cron.d/0hourly
	: | put usr/sbin/anacron
	chmod 755 "$ROOT/usr/sbin/anacron"
	printf '#!/bin/sh\n/usr/sbin/anacron -s\n' | put etc/cron.hourly/0anacron
	chmod 755 "$ROOT/etc/cron.hourly/0anacron"
	put etc/anacrontab <<'ANACRONTAB'
SHELL=/bin/sh
RANDOM_DELAY=45
START_HOURS_RANGE=3-22
1	5	cron.daily		nice run-parts /etc/cron.daily
7	25	cron.weekly		nice run-parts /etc/cron.weekly
@monthly 45	cron.monthly		nice run-parts /etc/cron.monthly
ANACRONTAB
}

program()
{
	: | put "$1"
	chmod 755 "$ROOT/$1"
}

# script PATH: one that starts the backup
script()
{
	printf '#!/bin/sh\n# backups\nexec /usr/local/sbin/backup --all\n' | put "$1"
	chmod 755 "$ROOT/$1"
}

form "a line of cron.d"
debian
scheduled daily
printf 'MAILTO=""\n30 2 * * * root /usr/local/sbin/backup --all\n' | put etc/cron.d/backup
judged pass "/etc/cron.d/backup:2: schedule: started with gaps of at most 1 day"
unreadable etc/cron.d/backup
form "nothing"
debian
scheduled daily
judged fail "nothing starts it -> daily: gaps of at most 1 day"
form "a comment"
debian
scheduled daily
printf '#30 2 * * * root /usr/local/sbin/backup\n' | put etc/cron.d/backup
judged fail "nothing starts it"

form "weekdays alone"
debian
scheduled daily
printf '30 2 * * mon-fri root /usr/local/sbin/backup --all\n' | put etc/cron.d/backup
judged fail "started with gaps of at most 3 days -> daily"
printf '30 2 * * sat,7 root /usr/local/sbin/backup --full\n' >>"$ROOT/etc/cron.d/backup"
judged pass
scheduled hourly
judged fail
scheduled weekly
judged pass
form "the 31st"
debian
scheduled monthly
printf '0 0 31 * * root /usr/local/sbin/backup --all\n' | put etc/cron.d/backup
judged fail "started with gaps of at most 61 days"
printf '0 0 30 2 * root /usr/local/sbin/backup --all\n' | put etc/cron.d/backup
judged fail "never started"
form "a day of the month or of the week"
debian
scheduled weekly
printf '0 0 1 * 1 root /usr/local/sbin/backup --all\n' | put etc/cron.d/backup
judged pass
printf '0 0 */7 * 1 root /usr/local/sbin/backup --all\n' | put etc/cron.d/backup
judged fail
form "at the boot"
debian
scheduled monthly
printf '@reboot root /usr/local/sbin/backup --all\n' | put etc/cron.d/backup
judged fail "started at the boot alone"
form "hourly"
debian
scheduled hourly
printf '@hourly root /usr/local/sbin/backup --all\n' | put etc/cron.d/backup
judged pass "gaps of at most 1 h"
printf '*/7 0-22 * * * root /usr/local/sbin/backup --all\n' | put etc/cron.d/backup
judged fail "gaps of at most 1 h 4 min"

form "one bad line"
debian
scheduled daily
printf '30 2 * * * root /usr/local/sbin/backup --all\n61 * * * * root true\n' | put etc/cron.d/backup
judged invalid "/etc/cron.d/backup:2: schedule: nothing starts it -> daily"
says "$FORM: why" "cron ignores all of it: bad minute"
form "no newline at the end"
debian
scheduled daily
printf '30 2 * * * root /usr/local/sbin/backup --all' | put etc/cron.d/backup
judged invalid "its last line has no newline"
form "an empty value"
debian
scheduled daily
printf 'MAILTO=\n30 2 * * * root /usr/local/sbin/backup --all\n' | put etc/cron.d/backup
judged invalid "bad minute"
form "no user"
debian
scheduled daily
printf '30 2 * * * /usr/local/sbin/backup --all\n' | put etc/cron.d/backup
judged invalid "there is no user of that name"
form "a dot in the name"
debian
scheduled daily
printf '30 2 * * * root /usr/local/sbin/backup --all\n' | put etc/cron.d/backup.cron
judged fail "cron passes over names with other bytes"
printf 'EXTRA_OPTS="-l"\n' | put etc/default/cron
judged unknown "cron may be started with -l"
form "others may write"
debian
scheduled daily
printf '30 2 * * * root /usr/local/sbin/backup --all\n' | put etc/cron.d/backup
chmod 664 "$ROOT/etc/cron.d/backup"
judged fail "by which others may write"
form "two links"
debian
scheduled daily
printf '30 2 * * * root /usr/local/sbin/backup --all\n' | put etc/cron.d/backup
ln "$ROOT/etc/cron.d/backup" "$ROOT/etc/backup.cron"
judged fail "as it has more than one link"

form "a user's own"
debian
scheduled daily
printf '30 2 * * * /usr/local/sbin/backup --all %% mail\n' | put var/spool/cron/crontabs/bob
judged fail "its mode is not 0600"
chmod 600 "$ROOT/var/spool/cron/crontabs/bob"
judged pass "/var/spool/cron/crontabs/bob:1"
mv "$ROOT/var/spool/cron/crontabs/bob" "$ROOT/var/spool/cron/crontabs/eve"
judged fail "there is no user of that name"

form "a script of cron.daily"
debian
scheduled daily
script etc/cron.daily/backup
judged pass "/etc/crontab:5: schedule: started with gaps of at most 1 day"
chmod 644 "$ROOT/etc/cron.daily/backup"
judged fail "run-parts passes over what can't be executed"
mv "$ROOT/etc/cron.daily/backup" "$ROOT/etc/cron.daily/backup.sh"
judged fail "run-parts passes over names with other bytes"
form "a script of cron.weekly"
debian
scheduled daily
script etc/cron.weekly/backup
judged fail "gaps of at most 7 days"
form "a script without the line"
debian
scheduled daily
printf '#!/bin/sh\n# exec /usr/local/sbin/backup\n' | put etc/cron.daily/other
chmod 755 "$ROOT/etc/cron.daily/other"
judged fail "nothing starts it"
form "a script that the line starts"
debian
scheduled daily
script usr/local/bin/nightly
printf '@daily root /usr/local/bin/nightly\n' | put etc/cron.d/nightly
judged pass "/etc/cron.d/nightly:1"
form "a condition before run-parts"
debian
scheduled daily
script etc/cron.daily/backup
sed -i 's/test -x/grep -q x/' "$ROOT/etc/crontab"
judged unknown "the condition before run-parts is not followed"

form "Debian's anacron"
debian
scheduled daily
script etc/cron.daily/backup
: >"$ROOT/usr/sbin/anacron"
chmod 755 "$ROOT/usr/sbin/anacron"
judged fail "nothing starts it"
printf '1\t5\tcron.daily\trun-parts --report /etc/cron.daily\n' | put etc/anacrontab
judged fail "started at the boot alone"
printf '30 7-23 * * * root [ -x /etc/init.d/anacron ] && /usr/sbin/invoke-rc.d anacron start >/dev/null\n' | put etc/cron.d/anacron
judged fail "started at the boot alone"
: | put etc/init.d/anacron
: | put usr/sbin/invoke-rc.d
chmod 755 "$ROOT"/{etc/init.d/anacron,usr/sbin/invoke-rc.d}
judged pass "/etc/anacrontab:1: schedule: started with gaps of at most 1 day"
sed -i 's/^1/2/' "$ROOT/etc/anacrontab"
judged fail "gaps of at most 2 days"
sed -i 's/^2/1/' "$ROOT/etc/anacrontab"
rm "$ROOT/usr/sbin/anacron" "$ROOT/etc/cron.daily/backup"
printf '1\t5\tbackup\t/usr/local/sbin/backup\n' | put etc/anacrontab
judged fail "there is no /usr/sbin/anacron"

# anacron_by COMMAND: cron starts it by that
anacron_by()
{
	printf '30 7 * * * root %s\n' "$1" | put etc/cron.d/anacron
}
form "what starts anacron"
debian
scheduled daily
script etc/cron.daily/backup
: | put usr/sbin/anacron
chmod 755 "$ROOT/usr/sbin/anacron"
printf '1\t5\tcron.daily\trun-parts --report /etc/cron.daily\n' | put etc/anacrontab
anacron_by '/usr/sbin/anacron -s'
judged pass "/etc/anacrontab:1: schedule: started with gaps of at most 1 day"
anacron_by 'if [ ! -d /run/systemd/system ]; then :; else nice anacron -sq; fi'
judged pass "/etc/anacrontab:1: schedule: started with gaps of at most 1 day"
for command in 'anacron -T' 'anacron -u' 'echo anacron' 'test -x /usr/sbin/anacron' '/usr/sbin/anacron.old -s'; do
	anacron_by "$command"
	judged fail "started at the boot alone"
done
for command in 'anacron -s cron.weekly' 'anacron -t /etc/other' 'systemctl stop anacron' 'hostname -f && anacron'; do
	anacron_by "$command"
	judged unknown "when anacron is started, and for which jobs"
done

# in_script TEXT: a script of cron.daily
in_script()
{
	printf '%b\n' "$1" | put etc/cron.daily/it
	chmod 755 "$ROOT/etc/cron.daily/it"
}

# by COMMAND: cron starts it each night
by()
{
	printf '30 2 * * * root %s\n' "$1" | put etc/cron.d/it
}
form "what a command starts"
debian
scheduled daily
script etc/cron.daily/backup
: >"$ROOT/etc/crontab"
for command in 'test -x /usr/sbin/gone && echo; run-parts /etc/cron.daily' \
	'test -x /usr/sbin/gone || run-parts /etc/cron.daily' \
	"sh -c 'cd / && run-parts --report /etc/cron.daily'"; do
	by "$command"
	judged pass "started with gaps of at most 1 day"
done
for command in 'echo run-parts /etc/cron.daily' 'test -x /usr/sbin/gone && run-parts /etc/cron.daily' \
	'echo /usr/local/sbin/backup' '[ -x /usr/local/sbin/backup ]' 'exit; /usr/local/sbin/backup' \
	'true # /usr/local/sbin/backup'; do
	by "$command"
	judged fail "nothing starts it"
done
for command in 'xargs run-parts /etc/cron.daily' 'hostname && run-parts /etc/cron.daily'; do
	by "$command"
	judged unknown "not followed"
done
by 'ping -c1 nas && /usr/local/sbin/backup'
judged unknown "a condition before it is not followed"
by '/usr/local/sbin/backup'
judged pass "/etc/cron.d/it:1"
printf '30 2 * * * root /usr/local/sbin/backup\r\n' | put etc/cron.d/it
judged unknown "a carriage return"
by /usr/local/bin/nightly
printf '#!/bin/sh\n/usr/local/sbin/backup\r\n' | put usr/local/bin/nightly
chmod 755 "$ROOT/usr/local/bin/nightly"
judged unknown "a carriage return"
rm -r "${ROOT:?}/usr/local"
printf 'SHELL=/bin/true\n30 2 * * * root /usr/local/sbin/backup\n' | put etc/cron.d/it
judged unknown "SHELL=/bin/true is not there, or not followed"
mkdir -p "$ROOT/bin"
printf 'SHELL=/bin/bash\n30 2 * * * root /usr/local/sbin/backup\n' | put etc/cron.d/it
judged unknown "SHELL=/bin/bash is not there, or not followed"
by '/usr/local/sbin/backup'
mkdir -p "$ROOT/usr/local/sbin"
judged fail "there is no /usr/local/sbin/backup"

form "what a shell refuses as a whole"
debian
scheduled daily
# shellcheck disable=SC2016
for command in '/usr/local/sbin/backup --to /b/$(date +%F)' "/usr/local/sbin/backup 'oops" '/usr/local/sbin/backup; )' \
	'(/usr/local/sbin/backup' 'if true; then /usr/local/sbin/backup' '/usr/local/sbin/backup ;; true'; do
	by "$command"
	judged unknown "it is not what a shell reads, or not followed"
done
form "a pattern behind a command"
debian
scheduled daily
by 'hostname # /usr/local/sbin/backup'
judged fail "nothing starts it"

form "what comes before a command"
debian
scheduled daily
# shellcheck disable=SC2016
for command in 'pgrep backup && exit' '[ -e /run/flag ] || exit 0' '. /etc/nope' 'shift &&' 'set -n' 'set -e; mount /b' \
	'eval exit' 'kill $$' 'f() { :; }' 'case $1 in *) esac'; do
	by "${command%&&}; /usr/local/sbin/backup"
	judged unknown "not followed"
done
for command in 'cd /nope &&' 'cd /nope || exit 1;' 'exec true;' 'for i in; do' 'false &&'; do
	by "$command /usr/local/sbin/backup$([ "${command% do}" = "$command" ] || echo '; done')"
	judged fail "nothing starts it"
done
for command in 'cd / &&' 'test -x /usr/sbin/cron || exit 0;' 'sleep 5 &&' 'nice -n 10 ionice -c3' 'umask 077;' '>/tmp/x'; do
	chmod 755 "$ROOT/usr/sbin/cron"
	by "$command /usr/local/sbin/backup >>/var/log/backup.log 2>&1"
	judged pass
done
form "what is asked about a command"
debian
scheduled daily
for command in 'sudo -l' 'time -V' 'env --help' 'nice -n 5 --help' 'sh -n'; do
	by "$command /usr/local/sbin/backup"
	judged unknown "not followed"
done
by 'command -v /usr/local/sbin/backup'
judged fail "nothing starts it"
form "a file that it is redirected from or to"
debian
scheduled daily
for command in '/usr/local/sbin/backup </etc/none' '/usr/local/sbin/backup >/srv/none/log' '{ /usr/local/sbin/backup; } </etc/none'; do
	by "$command"
	judged unknown "a file that it is redirected to or from is not there"
done
form "a program that can't be executed"
debian
scheduled daily
by '/usr/local/sbin/backup'
: | put usr/local/sbin/backup
chmod 600 "$ROOT/usr/local/sbin/backup"
judged fail "/usr/local/sbin/backup can't be executed"
chmod 700 "$ROOT/usr/local/sbin/backup"
judged pass
rm "$ROOT/usr/local/sbin/backup"
mkdir "$ROOT/usr/local/sbin/backup"
judged fail "/usr/local/sbin/backup is a directory"

form "an argument alone"
debian
scheduled daily
mkdir -p "$ROOT/srv/sbin"
by '/usr/local/sbin/nightly'
for command in 'rm -f /usr/local/sbin/backup' '/bin/ls -l /usr/local/sbin/backup-old' 'pkill -f sbin/backup' \
	'find / -path "*/sbin/backup"' 'cat /var/log/sbin/backup.log' 'hostname >/srv/sbin/backup.log' 'nice rm /usr/local/sbin/backup'; do
	by "$command"
	judged fail "nothing starts it"
	by /usr/local/sbin/nightly
	printf '#!/bin/sh\n%s\n' "$command" | put usr/local/sbin/nightly
	chmod 755 "$ROOT/usr/local/sbin/nightly"
	judged fail "nothing starts it"
done
while read -r program command; do
	by "$command"
	judged unknown "only an argument of $program matches"
done <<'END'
ssh ssh nas /usr/local/sbin/backup
tar tar czf /srv/sbin/backup.tgz /home
hostname hostname >/srv/sbin/backup.log -f
find find /etc -exec /usr/local/sbin/backup \;
hostname /usr/bin/env X=/usr/local/sbin/backup hostname
END
: | put usr/local/sbin/backup
chmod 755 "$ROOT/usr/local/sbin/backup"
for command in 'flock /run/b /usr/local/sbin/backup' 'run-one /usr/local/sbin/backup' 'timeout 3h /usr/local/sbin/backup' \
	'ionice -c3 /usr/local/sbin/backup' 'bash /usr/local/sbin/backup' 'sh -e /usr/local/sbin/backup' \
	'python3 /usr/local/sbin/backup' "su - root -c '/usr/local/sbin/backup'" 'env X=1 /usr/local/sbin/backup --x' \
	"sh -c 'rm -f /srv/sbin/backup.log; /usr/local/sbin/backup'"; do
	by "$command"
	judged pass "started with gaps of at most 1 day"
done
form "who may become whom"
debian
scheduled daily
printf '#!/bin/sh\nsudo /usr/local/sbin/backup\n' | put usr/local/bin/nightly
chmod 755 "$ROOT/usr/local/bin/nightly"
script etc/cron.daily/backup
: >"$ROOT/etc/crontab"
while IFS='|' read -r verdict user command; do
	printf '30 2 * * * %s %s\n' "$user" "$command" | put etc/cron.d/it
	judged "$verdict"
done <<'END'
pass|root|sudo /usr/local/sbin/backup
pass|root|sudo -u bob /usr/local/sbin/backup
pass|root|su bob -c /usr/local/sbin/backup
pass|root|/usr/local/bin/nightly
pass|root|sudo run-parts /etc/cron.daily
pass|bob|/usr/local/sbin/backup
unknown|bob|sudo /usr/local/sbin/backup
unknown|bob|su bob -c /usr/local/sbin/backup
unknown|bob|runuser -u bob /usr/local/sbin/backup
unknown|bob|/usr/local/bin/nightly
unknown|bob|sudo run-parts /etc/cron.daily
unknown|root|sudo -u bob sudo /usr/local/sbin/backup
unknown|root|su bob -c 'sudo /usr/local/sbin/backup'
unknown|root|su bob -c 'su -c /usr/local/sbin/backup'
END
says "$FORM: why" "whether a user other than root may start it by sudo, su or runuser is not followed"
if [ "$EUID" -eq 0 ]; then # whose files are root's
	form "who may start it"
	debian
	scheduled daily
	script usr/local/bin/nightly
	program usr/local/sbin/backup
	for barred in usr/local/sbin/backup usr/local/sbin usr/local; do
		chmod 700 "$ROOT/$barred"
		for command in 'root|/usr/local/sbin/backup' 'bob|/usr/local/sbin/backup' 'root|sudo -u bob /usr/local/sbin/backup' 'bob|nice /usr/local/bin/nightly'; do
			printf '30 2 * * * %s %s\n' "${command%%|*}" "${command#*|}" | put etc/cron.d/it
			case $command in
			'root|/'*) judged pass ;;
			*) judged unknown "its user may not start it, which only root surely may" ;;
			esac
		done
		chmod 755 "$ROOT/$barred"
	done
	chmod 700 "$ROOT/usr/local/sbin/backup"
	chown 1000 "$ROOT/usr/local/sbin/backup"
	judged pass
fi
form "a pattern of more than the program"
debian
mkdir -p "$ROOT/srv"
# patterned PATTERN
patterned()
{
	printf "schedule: { command: '%s' }\n" "$1" | asked
}
patterned 'tar .* /home'
by 'nice tar czf /srv/x.tgz /home'
judged pass
by 'hostname tar czf /srv/x.tgz /home'
judged unknown "only an argument of hostname matches"
patterned '^/usr/local/sbin/backup( |$)'
for command in /usr/local/sbin/backup '/usr/local/sbin/backup --all'; do
	by "$command"
	judged pass
done
by /usr/local/sbin/backup-old
judged fail "nothing starts it"
patterned '.*backup'
by 'hostname >/srv/backup'
judged unknown "only an argument of hostname matches"
by 'rm /usr/local/sbin/backup'
judged fail "nothing starts it"
patterned 'nice .*backup'
by 'nice -n 10 /usr/local/sbin/backup'
judged pass

form "a program that a root with programs has not"
debian
scheduled daily
by /usr/local/sbin/backup
judged pass
: | put bin/sh
chmod 755 "$ROOT/bin/sh"
judged unknown "its program, or its interpreter, is in no folder of programs that is there"
: | put usr/local/sbin/backup
chmod 755 "$ROOT/usr/local/sbin/backup"
judged pass
by 'run-one /usr/local/sbin/backup'
judged unknown "what starts a program in it, as nice does, is in no folder of programs"
by 'bash -c /usr/local/sbin/backup'
judged unknown "a shell in it, or su, is in no folder of programs"
by 'sh -c /usr/local/sbin/backup'
judged pass
by 'sh /opt/sbin/backup'
judged unknown "the script that it starts is not there"
asked <<'END'
schedule: { command: backup }
END
by backup-all
judged unknown "its program, or its interpreter, is in no folder of programs that is there"
by 'no-such-program /usr/local/sbin/backup'
judged unknown "only an argument of no-such-program matches"
form "a script whose interpreter is not there"
debian
scheduled daily
by /usr/local/sbin/backup
mkdir -p "$ROOT/bin"
script usr/local/sbin/backup
judged fail "the program /usr/local/sbin/backup is a script, and its interpreter /bin/sh is not there"
: | put bin/sh
chmod 755 "$ROOT/bin/sh"
judged pass
printf '#!/opt/none/sh\n' | put usr/local/sbin/backup
judged unknown "its program, or its interpreter, is in no folder of programs that is there"
form "an option by which it may do nothing"
debian
scheduled daily
for option in --help --version '-v --dry-run'; do
	by "/usr/local/sbin/backup $option"
	judged unknown "by its option --help, --version or --dry-run it may do nothing"
done
by '/usr/local/sbin/backup --helper'
judged pass
form "a program that PATH does not name"
debian
asked <<'END'
schedule: { command: '^tar ' }
END
for path in bin/sh usr/bin/run-parts usr/bin/tar; do
	program "$path"
done
by 'tar czf /x /y'
judged pass
by 'PATH=/opt/bin tar czf /x /y'
judged unknown "its program has no path, and cron may not find it by PATH"
while IFS='|' read -r verdict path; do
	printf 'PATH=%s\n30 2 * * * root tar czf /x /y\n' "$path" | put etc/cron.d/it
	judged "$verdict"
done <<'END'
pass|/opt/bin:/usr/bin
pass|/opt/bin:$PATH
unknown|/opt/bin
END
judged unknown "its program has no path, and cron may not find it by PATH"
rm "$ROOT/etc/cron.d/it"
in_script '#!/bin/sh\nexport PATH=/opt/bin\ntar czf /x /y'
judged unknown "its program has no path, and cron may not find it by PATH"
in_script '#!/bin/sh\ntar czf /x /y\nPATH=/opt/bin'
judged pass
form "a script whose interpreter env looks for"
debian
scheduled daily
by /usr/local/sbin/backup
program bin/sh
program usr/bin/env
env_script()
{
	printf '#!/usr/bin/env %b\n%s\n' "$1" "${3-}" | put "$2"
	chmod 755 "$ROOT/$2"
}
env_script bash usr/local/sbin/backup
judged unknown "its program, or its interpreter, is in no folder of programs that is there"
program usr/local/bin/bash
judged unknown "env may not find its interpreter by the PATH that cron gives"
sed -i "1i PATH=/usr/local/bin:/usr/bin" "$ROOT/etc/cron.d/it"
judged pass
program bin/bash
by /usr/local/sbin/backup
judged pass
while IFS='|' read -r verdict line; do
	env_script "$line" usr/local/sbin/backup
	judged "$verdict"
done <<'END'
unknown|bash -e
pass|bash\t
unknown|bash\r
pass|-S bash -e
pass|-S X=1 bash -e
unknown|-S X=1 gone -e
unknown|/opt/gone
pass|/bin/bash
END
form "a script, whose interpreter env looks for, starts it"
debian
scheduled daily
by /usr/local/bin/nightly
program bin/sh
program usr/bin/env
program usr/local/sbin/backup
env_script bash usr/local/bin/nightly /usr/local/sbin/backup
judged unknown "its program, or its interpreter, is in no folder of programs that is there"
program bin/bash
judged pass
form "why nothing starts it"
debian
scheduled daily
by /usr/bin/hostname
printf '61 * * * * root true\n' | put etc/cron.d/broken
judged fail "schedule: nothing starts it -> daily"
is "$FORM: no broken crontab" "$(grep -c 'cron ignores' "$T/out")" 0
printf '61 * * * * root run-parts /etc/x\n' | put etc/cron.d/broken
judged fail "cron ignores all of it"
mkdir -p "$ROOT/usr/local/sbin"
by /usr/local/bin/nightly
script usr/local/bin/nightly
judged fail "/usr/local/bin/nightly: schedule: nothing starts it"
says "$FORM: what a script starts" "there is no /usr/local/sbin/backup"

form "what a variable or a substitution starts"
debian
scheduled daily
while IFS='|' read -r verdict line; do
	printf '0 1 * * * root %s\n' "$line" | put etc/cron.d/backup
	judged "$verdict"
done <<'END'
pass|C=/usr/local/sbin/backup; $C
unknown|C=/bin/true; if false; then C=/usr/local/sbin/backup; fi; $C
unknown|C=/bin/true; (C=/usr/local/sbin/backup); $C
unknown|C=/usr/local/sbin/backup; unset C; $C
unknown|C=/usr/local/sbin/backup; read C; $C
fail|C=/usr/local/sbin/backup; export C=/bin/true; $C
fail|C=/bin/true; C=/usr/local/sbin/backup true; $C
unknown|OUT=$(/usr/local/sbin/backup 2>&1) || echo "$OUT"
END

form "what a script starts"
debian
scheduled daily
in_script '#!/bin/sh\nWHAT=/usr/local/sbin/backup\nif true; then\n\tnice $WHAT --all\nfi'
judged pass "/etc/crontab:5"
in_script '#!/bin/sh\ntest -x /usr/sbin/gone || exit 0\n/usr/local/sbin/backup'
judged fail "nothing starts it"
in_script '#!/bin/sh\nWHAT=/usr/local/sbin/backup\necho $WHAT'
judged fail "nothing starts it"
in_script '#!/bin/sh\n/usr/local/sbin/backup\nif true; then'
judged pass "/etc/crontab:5"
in_script '#!/bin/sh\nif true; then\n/usr/local/sbin/backup'
judged unknown "it is not what a shell reads"
in_script '#!/bin/sh\n[ -e /run/flag ] || exit 0\n/usr/local/sbin/backup'
judged unknown "a condition before it is not followed"
in_script '#!/bin/sh -e\nhostname nas\n/usr/local/sbin/backup'
judged unknown "a condition before it is not followed"
in_script '#!/bin/sh -n\n/usr/local/sbin/backup'
judged unknown "an option in its first line is not followed"
in_script '#!/usr/bin/perl\nsystem("/usr/local/sbin/backup");'
judged unknown "a script in another language is not followed"

form "what a script starts that a script starts"
debian
scheduled daily
for step in 1 2 3; do
	printf '#!/bin/sh\n/usr/local/sbin/step%d\n' $((step + 1)) | put usr/local/sbin/step$step
done
put usr/local/sbin/step4 <<'END'
#!/bin/sh
/usr/local/sbin/backup
END
program usr/local/sbin/backup
chmod 755 "$ROOT"/usr/local/sbin/step?
in_script '#!/bin/sh\n/usr/local/sbin/step1'
judged pass "/etc/crontab:5"
sed -i '1a [ -e /run/flag ] || exit 0' "$ROOT/usr/local/sbin/step3"
judged unknown "a condition before it is not followed"
sed -i 2d "$ROOT/usr/local/sbin/step3"
printf '#!/bin/sh\n$(cat /etc/what) >/usr/local/sbin/backup\n' | put usr/local/sbin/step4
judged unknown
printf '#!/bin/sh\nls /usr/local/sbin/backup\n' | put usr/local/sbin/step4
judged fail "nothing starts it"
# Behind one that comes to itself again nothing is reached, whoever asks first.
for lines in '/usr/local/sbin/step2' '/usr/local/sbin/step2\n/usr/local/sbin/backup' '/usr/local/sbin/step4\n/usr/local/sbin/backup'; do
	printf '#!/bin/sh\n%b\n' "$lines" | put usr/local/sbin/step4
	for first in 1 3 4; do
		printf '0 1 * * 0 root /usr/local/sbin/step%d\n' $first | put etc/cron.d/first
		judged unknown "scripts that start each other are not followed"
	done
done
rm "$ROOT/etc/cron.d/first"
chmod 644 "$ROOT/usr/local/sbin/step2"
judged fail "nothing starts it"

form "Red Hat's anacron"
redhat
scheduled daily
script etc/cron.daily/backup.sh
judged pass "/etc/anacrontab:4: schedule: started with gaps of at most 1 day"
mv "$ROOT/etc/cron.daily/backup.sh" "$ROOT/etc/cron.daily/backup.rpmsave"
judged fail "run-parts passes over names that end so"
script etc/cron.daily/backup.sh
: >"$ROOT/etc/cron.daily/jobs.deny"
judged unknown "jobs.allow and jobs.deny are not followed"
form "the hours of Red Hat's anacron"
redhat
scheduled daily
script etc/cron.daily/backup
rm "$ROOT/etc/cron.hourly/0anacron"
sed -i 's/^START_HOURS_RANGE=.*/START_HOURS_RANGE=3-7/' "$ROOT/etc/anacrontab"
for time in '0 3' '59 6'; do
	anacron_by '/usr/sbin/anacron -s'
	sed -i "s/^30 7/$time/" "$ROOT/etc/cron.d/anacron"
	judged pass "/etc/anacrontab:4"
done
for time in '59 2' '0 7'; do
	anacron_by '/usr/sbin/anacron -s'
	sed -i "s/^30 7/$time/" "$ROOT/etc/cron.d/anacron"
	judged fail "never started"
done
form "Red Hat leaves out a line"
redhat
scheduled daily
printf '61 * * * * root true\nMAILTO=\n30 2 * * * root /usr/local/sbin/backup --all\n' | put etc/cron.d/backup.cron
judged pass "/etc/cron.d/backup.cron:3"
sed -i 's/^30/60/' "$ROOT/etc/cron.d/backup.cron"
judged invalid "/etc/cron.d/backup.cron:3"
sed -i 's/^60/0~30/' "$ROOT/etc/cron.d/backup.cron"
judged unknown "by chance"

form "no cron"
debian
scheduled daily
rm "$ROOT/usr/sbin/cron"
printf '30 2 * * * root /usr/local/sbin/backup --all\n' | put etc/cron.d/backup
judged fail "there is no /usr/sbin/cron and no /usr/sbin/crond"
ln -s /bin/busybox "$ROOT/usr/sbin/crond"
mkdir "$ROOT/bin"
: >"$ROOT/bin/busybox"
judged unknown "busybox's crond is not followed"
form "either cron"
debian
scheduled daily
rm -r "${ROOT:?}/usr"
printf '30 2 * * * root /usr/local/sbin/backup --all\n' | put etc/cron.d/backup
judged pass
mv "$ROOT/etc/cron.d/backup" "$ROOT/etc/cron.d/backup.cron"
judged unknown "Debian's cron and cronie differ about it"

# timer LINE...: one for the backup, which something wants
timer()
{
	{ printf '[Timer]\n' && printf '%s\n' "$@"; } | put etc/systemd/system/backup.timer
	printf '[Service]\nExecStart=-/usr/local/sbin/backup --all\n' | put etc/systemd/system/backup.service
	mkdir -p "$ROOT/etc/systemd/system/timers.target.wants"
	ln -sf ../backup.timer "$ROOT/etc/systemd/system/timers.target.wants/backup.timer"
}

form "a timer"
scheduled daily
timer OnCalendar=daily
judged pass "/etc/systemd/system/backup.timer:2: schedule: started with gaps of at most 1 day"
timer 'OnCalendar=Mon..Fri *-*-* 02:00' 'OnCalendar=Sat,Sun 3:00:30'
judged fail "gaps of at most 1 day 1 h"
timer OnBootSec=10min OnUnitActiveSec=12h
judged pass "gaps of at most 12 h"
timer 'OnCalendar=daily' 'OnCalendar=' 'OnCalendar=weekly'
judged fail "gaps of at most 7 days"
timer 'OnCalendar=2027-*-* 1:00'
judged unknown "years in OnCalendar= are not followed"
timer 'OnCalendar=*-*-* 1:00 Europe/Berlin'
judged unknown "time zones in OnCalendar= are not followed"
timer 'OnCalendar=everyday'
judged unknown "what OnCalendar= says is not understood"
timer OnCalendar=daily
mkdir -p "$ROOT/etc/systemd/system/backup.timer.d"
printf '[Timer]\nOnCalendar=\nOnCalendar=monthly\n' | put etc/systemd/system/backup.timer.d/rarely.conf
judged fail "/etc/systemd/system/backup.timer.d/rarely.conf:3: schedule: started with gaps of at most 31 days"
form "a timer whose service has a drop-in that can't be read"
scheduled daily
timer OnCalendar=daily
mkdir -p "$ROOT/etc/systemd/system/backup.service.d"
truncate -s 9M "$ROOT/etc/systemd/system/backup.service.d/large.conf"
judged unknown "larger than 8 MiB"
form "a timer that nothing wants"
scheduled daily
timer OnCalendar=daily
rm "$ROOT/etc/systemd/system/timers.target.wants/backup.timer"
judged fail "nothing starts it"
form "a timer that is masked"
scheduled daily
timer OnCalendar=daily
ln -sf /dev/null "$ROOT/etc/systemd/system/backup.timer"
judged fail "nothing starts it"

form "a timer that starts nothing by itself"
scheduled daily
timer OnUnitActiveSec=12h
judged fail "backup.timer has no line for the first start, from which its spans are counted"
timer OnUnitInactiveSec=12h OnActiveSec=1min
judged pass "gaps of at most 12 h"
timer OnUnitActiveSec=12h
mkdir -p "$ROOT/etc/systemd/system/multi-user.target.wants"
ln -s ../backup.service "$ROOT/etc/systemd/system/multi-user.target.wants/backup.service"
judged pass "gaps of at most 12 h"
rm "$ROOT/etc/systemd/system/multi-user.target.wants/backup.service"
printf '[Socket]\nListenStream=7\n' | put etc/systemd/system/backup.socket
mkdir -p "$ROOT/etc/systemd/system/sockets.target.wants"
ln -s ../backup.socket "$ROOT/etc/systemd/system/sockets.target.wants/backup.socket"
judged unknown "another unit may start it first"
form "a timer whose service remains"
scheduled daily
timer OnCalendar=daily
printf '[Service]\nRemainAfterExit=yes\n' | put etc/systemd/system/backup.service.d/x.conf
judged fail "RemainAfterExit, and then the timer starts it once"
printf '[Service]\nRemainAfterExit=no\n' | put etc/systemd/system/backup.service.d/x.conf
judged pass
form "a timer's and its service's conditions"
scheduled daily
timer OnCalendar=daily
printf '[Unit]\nConditionPathExists=/etc/backup\n' | put etc/systemd/system/backup.service.d/x.conf
judged fail "backup.service: ConditionPathExists=/etc/backup does not hold"
printf '[Unit]\nConditionACPower=true\n' | put etc/systemd/system/backup.service.d/x.conf
judged unknown "ConditionACPower=true can't be told from the files of this root"
rm -r "$ROOT/etc/systemd/system/backup.service.d"
printf '[Unit]\nConditionPathExists=/etc/backup\n' | put etc/systemd/system/backup.timer.d/x.conf
judged fail "nothing starts it"
printf '[Unit]\nConditionACPower=true\n' | put etc/systemd/system/backup.timer.d/x.conf
judged unknown "backup.timer: ConditionACPower=true can't be told from the files of this root"
form "a timer whose service can't start"
scheduled daily
timer OnCalendar=daily
printf 'passwd: files\ngroup: files\n' | put etc/nsswitch.conf
printf 'root:x:0:0::/root:/bin/sh\n' | put etc/passwd
printf 'root:x:0:\n' | put etc/group
# serviced LINE...: the service's drop-in
serviced()
{
	printf '%s\n' "$@" | put etc/systemd/system/backup.service.d/x.conf
}
serviced '[Service]' User=root Group=0
judged pass
serviced '[Service]' User=backup
judged unknown "backup.service: its user backup is not in etc/passwd"
serviced '[Service]' User=backup DynamicUser=yes
judged pass
serviced '[Service]' Group=backup
judged unknown "backup.service: its Group=backup may have the start fail: it is not in etc/group"
printf 'group: files ldap\n' | put etc/nsswitch.conf
serviced '[Service]' Group=backup
judged unknown "its Group=backup may have the start fail"
serviced '[Service]' ExecStart=/usr/local/sbin/backup
judged unknown "it has several ExecStart, and Type is not oneshot"
serviced '[Service]' ExecStart=/usr/local/sbin/backup Type=oneshot
judged pass
printf '[Unit]\nWants=timers.target\n' | put usr/lib/systemd/system/default.target
for name in timers sysinit basic shutdown; do
	printf '[Unit]\n' | put "usr/lib/systemd/system/$name.target"
done
serviced '[Unit]' 'Requires=gone.service srv.mount'
judged fail "backup.service requires gone.service, which is not there"
serviced '[Unit]' 'Requires=srv-my\x2ddisk.mount'
judged unknown "backup.service requires srv-my\x2ddisk.mount, of which no unit and no line of /etc/fstab tells"
printf '# none\n/dev/sdb1 /srv/my-disk ext4 defaults 0 2\n' | put etc/fstab
judged pass
rm "$ROOT/etc/fstab"
printf '[Mount]\nWhat=/dev/sdb1\nWhere=/srv/my-disk\n' | put 'etc/systemd/system/srv-my\x2ddisk.mount'
judged pass
ln -s /dev/null "$ROOT/etc/systemd/system/hidden.service"
serviced '[Unit]' BindsTo=hidden.service
judged fail "backup.service requires hidden.service"
serviced '[Service]' ExecStart= Type=oneshot ExecStart=/usr/bin/false ExecStart=/usr/local/sbin/backup
judged unknown "a line of ExecStart= before it may fail"
serviced '[Service]' ExecStart= Type=oneshot ExecStart=-/usr/bin/false ExecStart=/usr/local/sbin/backup
judged pass
serviced '[Service]' ExecStart= 'ExecStart=/usr/bin/logger x; /usr/local/sbin/backup'
judged unknown "an operator of a shell in ExecStart= is not followed"
serviced '[Service]' ExecStart= "ExecStart=/bin/sh -c 'umask 77; /usr/local/sbin/backup'"
judged pass
form "a timer that the boot does not reach"
scheduled daily
timer OnCalendar=daily
mv "$ROOT/etc/systemd/system/timers.target.wants" "$ROOT/etc/systemd/system/other.target.wants"
judged fail "nothing starts it"
form "a timer without systemd"
scheduled daily
timer OnCalendar=daily
printf 'id:3:initdefault:\n' | put etc/inittab
judged fail "nothing starts it"

# --- what was restored ---------------------------------------------------------------

# restored KEY...: asked of /etc and /home/bob
restored()
{
	asked <<RESTORED
restored: { directory: /srv/restored, files: [/etc/passwd, '/home/bob/*'] ${1:-} }
RESTORED
	printf 'root:x:0:0::/root:/bin/sh\n' | put etc/passwd
	for name in a b c d e f; do
		echo "$name" | put "home/bob/$name"
	done
	mkdir -p "$ROOT/srv/restored"
	cp -a "$ROOT/etc" "$ROOT/home" "$ROOT/srv/restored/"
}

form "restored"
restored
judged pass "/srv/restored: restored: 7 of 7 compared, out of 7, are the same"
form "a large file"
restored
dd if=/dev/zero of="$ROOT/home/bob/a" bs=1M count=9 2>/dev/null
cp -a "$ROOT/home/bob/a" "$ROOT/srv/restored/home/bob/a"
judged pass "7 of 7 compared"
form "a user's file without an end"
restored
truncate -s 1T "$ROOT/home/bob/a"
touch -d '2020-01-01' "$ROOT/home/bob/a"
judged fail "/home/bob/a: another content"
form "a sample"
restored ', sample: 3'
judged pass "3 of 3 compared, out of 7, are the same"
echo other | put srv/restored/etc/passwd
judged fail "/etc/passwd: another content"
form "another sample"
restored ', sample: 3'
echo other | put srv/restored/home/bob/a
touch -d tomorrow "$ROOT/srv/restored/home/bob/a"
judged pass
for seed in 1 2 3 4 5 6 7 8; do
	restored ", sample: 3, seed: s$seed"
	echo other | put srv/restored/home/bob/a
	touch -d tomorrow "$ROOT/srv/restored/home/bob/a"
	form_run audit --format json
	verdict it
done >"$T/verdicts"
is "$FORM: seeds choose, the same each time" "$(sort "$T/verdicts" | uniq | tr '\n' ' ')" "fail pass "
form "another content"
restored
echo other | put srv/restored/home/bob/b
judged fail "/home/bob/b: another content -> the same content in /srv/restored"
refused
form "changed since"
restored
echo more >>"$ROOT/home/bob/b"
touch -d tomorrow "$ROOT/home/bob/b"
judged unknown "it was changed after the state that was restored"
form "not restored"
restored
touch -d yesterday "$ROOT/home/bob/c"
rm "$ROOT/srv/restored/home/bob/c"
judged fail "/home/bob/c: it was not restored"
touch -d tomorrow "$ROOT/home/bob/c"
judged unknown "was changed after the tree was restored"
form "no copy"
restored
ln -f "$ROOT/home/bob/d" "$ROOT/srv/restored/home/bob/d"
judged fail "the very same file, no copy"
ln -sf /home/bob/d "$ROOT/srv/restored/home/bob/d"
judged fail "a link that leads out of the tree"
form "no tree"
restored
rm -r "${ROOT:?}/srv"
judged fail "there is no such directory"
form "no file"
restored
rm -r "${ROOT:?}/home"
judged fail "it matches no file of the host"
unreadable_file=$ROOT
form "what can't be read"
cp -a "$unreadable_file/." "$ROOT/"
mkdir -p "$ROOT/home/bob"
mkfifo "$ROOT/srv/restored/etc/fifo"
rm "$ROOT/srv/restored/etc/passwd"
mv "$ROOT/srv/restored/etc/fifo" "$ROOT/srv/restored/etc/passwd"
echo a | put home/bob/a
judged unknown "not a regular file"

# --- mistakes ------------------------------------------------------------------------

asked <<'END'
log: { file: backup.log, record: '(', max-days: 2 }
schedule: { command: '[' }
restored: { directory: srv, files: [etc] }
END
run policy check "$T/policy.yaml"
says "mistakes: a relative log" "backup.log.file: 'backup.log' is no absolute path" err
says "mistakes: a record" "backup.log.record: '('" err
says "mistakes: a command" "backup.schedule.command: '['" err
says "mistakes: a directory" "backup.restored.directory: 'srv' is no absolute path" err
says "mistakes: files" "backup.restored.files: 'etc' is no absolute path" err
asked <<'END'
schedule: { at-least: daily }
log: { file: /x, max-days: 1 }
restored: { files: [] }
END
run policy check "$T/policy.yaml"
says "mistakes: what is required" "command" err
echo 'backup: {}' >"$T/section"
policy '' <"$T/section"
run policy check "$T/policy.yaml"
says "mistakes: asks for nothing" "policy.yaml:6:5: backup: none of 'log', 'schedule' and 'restored'" err
finish
