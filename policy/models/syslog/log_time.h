/* The time that a line of a log begins with. Sources: RFC 3164, 4.1.2; RFC 5424, 6.2.3;
 * RFC 3339. */
#ifndef POLICY_MODELS_LOG_TIME_H
#define POLICY_MODELS_LOG_TIME_H

#include <stdbool.h>
#include <time.h>

#include "base/bytes.h"

enum log_time {
	LOG_TIME_NONE, /* the line begins with none that is known */
	LOG_TIME_UNCLEAR, /* it holds what may be a date, and is not understood */
	LOG_TIME_BAD, /* it begins with what looks like one and is no time */
	LOG_TIME_YEARLESS, /* "Nov 30 10:03:13", of any year */
	LOG_TIME_DAY, /* a date alone: where it begins */
	LOG_TIME_READ,
};

/* "Nov 30 10:03:13" into *ret_parts; with a year behind it, and as date(1) has it, "Mon
 * Nov 30 10:03:13 UTC 2026", into *ret_time, as "2026-11-30 10:03:13" with - or /
 * between, T for the blank, parts of a second, and a time zone or the process's own, or
 * the date alone; seconds since 1970 in 9 to 11 digits, if no unit is behind them. A
 * bracket may stand in front. */
enum log_time
log_time_read(struct bytes line, time_t *ret_time, struct tm *ret_parts);

/* The time of PARTS in YEAR, as tm_year has it; false when that year has no such day. */
bool
log_time_in_year(struct tm parts, int year, time_t *ret_time);

/* The last time of PARTS that is no more than a day after WRITTEN; -1: there is none. */
time_t
log_time_before(struct tm parts, time_t written);

#endif
