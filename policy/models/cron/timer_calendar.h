/* OnCalendar= and time spans of systemd's timers. Source: systemd.time(7). */
#ifndef POLICY_MODELS_TIMER_CALENDAR_H
#define POLICY_MODELS_TIMER_CALENDAR_H

#include "policy/models/cron/calendar.h"

/* The minutes that TEXT means; seconds are left out. Returns -1 with why it can't be told
 * what systemd makes of it: it refuses it, or it is not followed. */
int
timer_calendar_read(
	const char *text, struct calendar *ret_calendar, const char **ret_reason);

/* The minutes, rounded up, of a time span such as "1d 12h" or "90" (seconds); -1 when it
 * is none. */
long
timer_span_read(const char *text);

#endif
