/* Asks the model of inetutils' syslogd. */
#include "tests/oracle/lib/syslog_ask.h"

int
main(int argc, char **argv)
{
	return syslog_ask(argc, argv, "inetutils");
}
