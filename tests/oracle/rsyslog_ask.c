/* Asks the model of rsyslogd. */
#include "tests/oracle/lib/syslog_ask.h"

int
main(int argc, char **argv)
{
	return syslog_ask(argc, argv, "rsyslog");
}
