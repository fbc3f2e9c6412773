/* The time that a line of a log begins with. Sources: RFC 3164, 4.1.2; RFC 5424, 6.2.3;
 * RFC 3339. */
#ifndef POLICY_MODELS_LOG_TIME_H
#define POLICY_MODELS_LOG_TIME_H

#include <time.h>

#include "base/bytes.h"

enum log_time {
	LOG_TIME_NONE, /* the line begins with none that is known */
	LOG_TIME_BAD, /* it begins with what looks like one and is no time */
	LOG_TIME_READ,
};

/* "Nov 30 10:03:13", whose year is the last by which the line is no more than a day
 * younger than WRITTEN, when the file was last changed; "2026-11-30 10:03:13" with - or /
 * between, T for the blank, parts of a second, and a time zone or the process's own, or
 * the date alone; seconds since 1970 in 9 to 11 digits. A bracket may stand in front. */
enum log_time
log_time_read(struct bytes line, time_t written, time_t *ret_time);

#endif
