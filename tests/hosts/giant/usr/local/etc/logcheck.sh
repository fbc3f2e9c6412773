#!/bin/sh
# logcheck.sh: a log file checker of Psionic, 1.1.1
SYSADMIN=root
LOGTAIL=/usr/local/bin/logtail
TMPDIR=/usr/local/etc/tmp
$LOGTAIL /var/log/messages > $TMPDIR/check.$$
$LOGTAIL /var/log/secure >> $TMPDIR/check.$$
if [ -s $TMPDIR/check.$$ ]; then
	cat $TMPDIR/check.$$ | mail -s "`hostname` system check" $SYSADMIN
fi
rm -f $TMPDIR/check.$$
