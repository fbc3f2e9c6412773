/* The minutes of the calendar at which something is started again and again, by the clock
 * on the wall: days that daylight saving time makes shorter or longer are not told apart
 * from others. Sources: crontab(5), systemd.time(7), anacron(8). */
#ifndef POLICY_MODELS_CALENDAR_H
#define POLICY_MODELS_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CALENDAR_DAY = 24 * 60, /* minutes */
	CALENDAR_WORDS = (CALENDAR_DAY + 63) / 64,
	CALENDAR_NEVER = -1, /* see calendar_longest_gap */
	CALENDAR_ITEMS_MAX = 40, /* that are asked about together */
};

struct calendar {
	uint64_t minutes[CALENDAR_WORDS]; /* bits: of the day */
	uint32_t days; /* bits 1 to 31: of the month */
	uint32_t last_days; /* the same counted from its end: bit 1 is its last day */
	uint16_t months; /* bits 1 to 12 */
	uint8_t weekdays; /* bits 0 to 6, Sunday first */
	bool either; /* the day of the month or that of the week is enough */
};

void
calendar_set_minute(struct calendar *calendar, unsigned minute);

bool
calendar_has_minute(const struct calendar *calendar, unsigned minute);

/* How often something is let start of those that come to pass. */
enum calendar_every {
	CALENDAR_EACH, /* each time */
	CALENDAR_DAYS, /* once so many days after the last, as anacron counts them */
	CALENDAR_MONTH, /* once in each month */
};

/* The longest time in minutes between one start and the next where each of the COUNT
 * ITEMS starts it, worked out over the 400 years after which the calendar repeats;
 * CALENDAR_NEVER when nothing ever does. DAYS counts for CALENDAR_DAYS alone. COUNT is
 * CALENDAR_ITEMS_MAX at most. */
long
calendar_longest_gap(const struct calendar *items, size_t count,
	enum calendar_every every, unsigned days);

#endif
