#include "policy/models/cron/calendar.h"

#include <string.h>

enum {
	YEARS = 400, /* 146097 days, which are whole weeks */
	FIRST_YEAR = 2000,
	FIRST_WEEKDAY = 6, /* 2000-01-01 was a Saturday */
};

/* A day of the calendar. */
struct day {
	long number; /* from 0 */
	unsigned day, from_end, month, weekday;
	long months; /* since the first */
};

void
calendar_set_minute(struct calendar *calendar, unsigned minute)
{
	calendar->minutes[minute / 64] |= (uint64_t)1 << (minute % 64);
}

bool
calendar_has_minute(const struct calendar *calendar, unsigned minute)
{
	return (calendar->minutes[minute / 64] >> (minute % 64) & 1) != 0;
}

static unsigned
days_of_month(unsigned year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

static bool
has_day(const struct calendar *item, const struct day *day)
{
	bool of_month = (item->days >> day->day & 1) != 0 ||
		(item->last_days >> day->from_end & 1) != 0,
	     of_week = (item->weekdays >> day->weekday & 1) != 0;
	return (item->months >> day->month & 1) != 0 &&
		(item->either ? of_month || of_week : of_month && of_week);
}

/* The first and last minute of MINUTES, and the longest time between two of them. */
struct span {
	long first, last, gap;
};

static struct span
measure(const uint64_t minutes[CALENDAR_WORDS])
{
	struct span span = { -1, -1, 0 };
	for (unsigned word = 0; word < CALENDAR_WORDS; word++)
		for (uint64_t rest = minutes[word]; rest != 0; rest &= rest - 1) {
			long minute = (long)word * 64 + __builtin_ctzll(rest);
			if (span.first < 0)
				span.first = minute;
			else if (minute - span.last > span.gap)
				span.gap = minute - span.last;
			span.last = minute;
		}
	return span;
}

/* One way through the calendar. */
struct walk {
	const struct calendar *items;
	size_t count;
	enum calendar_every every;
	unsigned days;
	uint64_t minutes[CALENDAR_WORDS]; /* what SPAN was measured of */
	struct span span;
	long last; /* start, in minutes; -1: none yet */
	long last_day, last_months, longest;
};

static void
start(struct walk *walk, long minute)
{
	if (walk->last >= 0 && minute - walk->last > walk->longest)
		walk->longest = minute - walk->last;
	walk->last = minute;
}

static void
take_day(struct walk *walk, const struct day *day)
{
	uint64_t minutes[CALENDAR_WORDS] = { 0 };
	bool any = false;
	for (size_t i = 0; i < walk->count; i++) {
		if (!has_day(&walk->items[i], day))
			continue;
		any = true;
		for (unsigned word = 0; word < CALENDAR_WORDS; word++)
			minutes[word] |= walk->items[i].minutes[word];
	}
	if (any && memcmp(minutes, walk->minutes, sizeof minutes) != 0) {
		memcpy(walk->minutes, minutes, sizeof minutes);
		walk->span = measure(minutes);
	}
	if (!any || walk->span.first < 0)
		return;
	if (walk->last >= 0 &&
		((walk->every == CALENDAR_DAYS &&
			 day->number - walk->last_day < (long)walk->days) ||
			(walk->every == CALENDAR_MONTH &&
				day->months == walk->last_months)))
		return;
	start(walk, day->number * CALENDAR_DAY + walk->span.first);
	walk->last_day = day->number;
	walk->last_months = day->months;
	if (walk->every != CALENDAR_EACH)
		return;
	if (walk->span.gap > walk->longest)
		walk->longest = walk->span.gap;
	walk->last = day->number * CALENDAR_DAY + walk->span.last;
}

static void
go_through(struct walk *walk, long *number, long *months)
{
	for (unsigned year = FIRST_YEAR; year < FIRST_YEAR + YEARS; year++)
		for (unsigned month = 1; month <= 12; month++, ++*months) {
			unsigned size = days_of_month(year, month);
			for (unsigned i = 1; i <= size; i++, ++*number)
				take_day(walk,
					&(struct day){ .number = *number,
						.day = i,
						.from_end = size - i + 1,
						.month = month,
						.weekday =
							(unsigned)((*number +
									   FIRST_WEEKDAY) %
								7),
						.months = *months });
		}
}

long
calendar_longest_gap(const struct calendar *items, size_t count,
	enum calendar_every every, unsigned days)
{
	struct walk walk = { .items = items,
		.count = count,
		.every = every,
		.days = days,
		.span = { -1, -1, 0 },
		.last = -1 };
	long number = 0, months = 0;
	go_through(&walk, &number, &months);
	if (walk.last < 0)
		return CALENDAR_NEVER;
	/* once more: from the last start of the 400 years to the first of the next */
	go_through(&walk, &number, &months);
	return walk.longest;
}
