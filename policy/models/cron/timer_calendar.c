#include "policy/models/cron/timer_calendar.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"

enum {
	WORDS_MAX = 4,
	PARTS_MAX = 4,
	FROM_END_MAX = 28, /* days from the end of a month that systemd takes */
	SPAN_MAX = 1000000000 /* seconds */
};

static const char not_understood[] = "what OnCalendar= says is not understood";

/* The bits of a list such as "1,5..8,10/5", or all for "*". */
static int
read_list(char *text, long low, long high, uint64_t *ret_bits)
{
	char *rest = NULL;
	*ret_bits = 0;
	if (strcmp(text, "*") == 0) {
		for (long i = low; i <= high; i++)
			*ret_bits |= (uint64_t)1 << i;
		return 0;
	}
	if (*text == '\0' || *text == ',' || text[strlen(text) - 1] == ',' ||
		strstr(text, ",,") != NULL)
		return -1;
	for (char *item = strtok_r(text, ",", &rest); item != NULL;
		item = strtok_r(NULL, ",", &rest)) {
		char *slash = strchr(item, '/'), *dots;
		long first, last, step = 1;
		if (slash != NULL)
			*slash = '\0';
		dots = strstr(item, "..");
		if (dots != NULL)
			*dots = '\0';
		if (text_number(item, low, high, &first, NULL) < 0)
			return -1;
		last = dots != NULL || slash == NULL ? first : high;
		if (dots != NULL && text_number(dots + 2, first, high, &last, NULL) < 0)
			return -1;
		/* the second must come to pass */
		if (slash != NULL &&
			text_number(slash + 1, 1, last - first, &step, NULL) < 0)
			return -1;
		for (long i = first; i <= last; i += step)
			*ret_bits |= (uint64_t)1 << i;
	}
	return 0;
}

/* Sunday is 0. */
static int
read_weekday(const char *name, unsigned *ret_day)
{
	static const char *const names[] = { "sunday", "monday", "tuesday", "wednesday",
		"thursday", "friday", "saturday" };
	for (unsigned i = 0; i < 7; i++)
		if (strcasecmp(name, names[i]) == 0 ||
			(strlen(name) == 3 && strncasecmp(name, names[i], 3) == 0)) {
			*ret_day = i;
			return 0;
		}
	return -1;
}

/* "Mon,Wed..Fri"; a week begins with Monday, and no range goes beyond its end. */
static int
read_weekdays(char *text, struct calendar *calendar)
{
	char *rest = NULL;
	calendar->weekdays = 0;
	for (char *item = strtok_r(text, ",", &rest); item != NULL;
		item = strtok_r(NULL, ",", &rest)) {
		char *dots = strstr(item, ".."), *end = dots != NULL ? dots + 2 : NULL;
		unsigned first, last;
		if (dots == NULL && (dots = strchr(item, '-')) != NULL)
			end = dots + 1;
		if (dots != NULL)
			*dots = '\0';
		if (read_weekday(item, &first) < 0)
			return -1;
		last = first;
		if (end != NULL && read_weekday(end, &last) < 0)
			return -1;
		first = (first + 6) % 7;
		last = (last + 6) % 7;
		if (first > last)
			return -1;
		for (unsigned i = first; i <= last; i++)
			calendar->weekdays |= (uint8_t)(1u << ((i + 1) % 7));
	}
	return 0;
}

/* Splits TEXT, which it changes, at each MARK; -1 when there are too many parts. */
static int
split(char *text, char mark, char *ret_parts[PARTS_MAX], size_t *ret_count)
{
	*ret_count = 0;
	for (char *at = text; at != NULL;) {
		char *end = strchr(at, mark);
		if (*ret_count == PARTS_MAX)
			return -1;
		ret_parts[(*ret_count)++] = at;
		if (end != NULL)
			*end++ = '\0';
		at = end;
	}
	return 0;
}

/* "[YEAR-]MONTH-DAY", or "~" before a day that is counted from the month's end. */
static int
read_date(char *text, struct calendar *calendar, const char **ret_reason)
{
	char *parts[PARTS_MAX], *tilde = strchr(text, '~');
	size_t count;
	uint64_t bits, days;
	/* what steps and ranges mean there is another thing */
	if (tilde != NULL && strpbrk(tilde, "/.*") != NULL)
		return -1;
	if (tilde != NULL)
		*tilde = '-';
	if (split(text, '-', parts, &count) < 0 || count < 2 || count > 3 ||
		(tilde != NULL && parts[count - 1] != tilde + 1))
		return -1;
	if (count == 3 && strcmp(parts[0], "*") != 0) {
		*ret_reason = "years in OnCalendar= are not followed";
		return -1;
	}
	if (read_list(parts[count - 2], 1, 12, &bits) < 0 ||
		read_list(parts[count - 1], 1, tilde == NULL ? 31 : FROM_END_MAX, &days) <
			0)
		return -1;
	calendar->months = (uint16_t)bits;
	calendar->days = tilde == NULL ? (uint32_t)days : 0;
	calendar->last_days = tilde != NULL ? (uint32_t)days : 0;
	return 0;
}

/* "HOUR:MINUTE[:SECOND]" */
static int
read_time(char *text, struct calendar *calendar)
{
	char *parts[PARTS_MAX];
	size_t count;
	uint64_t hours, minutes, seconds;
	if (split(text, ':', parts, &count) < 0 || count < 2 || count > 3 ||
		read_list(parts[0], 0, 23, &hours) < 0 ||
		read_list(parts[1], 0, 59, &minutes) < 0 ||
		(count == 3 && read_list(parts[2], 0, 59, &seconds) < 0))
		return -1;
	memset(calendar->minutes, 0, sizeof calendar->minutes);
	for (unsigned hour = 0; hour < 24; hour++)
		for (unsigned minute = 0; minute < 60; minute++)
			if ((hours >> hour & 1) != 0 && (minutes >> minute & 1) != 0)
				calendar_set_minute(calendar, hour * 60 + minute);
	return 0;
}

/* The words in which "daily" and the like are meant. */
static const char *
find_meaning(const char *text)
{
	static const struct {
		const char *name, *meaning;
	} words[] = {
		{ "minutely", "*:*" },
		{ "hourly", "*:0" },
		{ "daily", "0:0" },
		{ "monthly", "*-1" },
		{ "weekly", "Mon" },
		{ "yearly", "1-1" },
		{ "annually", "1-1" },
		{ "quarterly", "1,4,7,10-1" },
		{ "semiannually", "1,7-1" },
		{ "semi-annually", "1,7-1" },
		{ "bi-annually", "1,7-1" },
		{ "biannually", "1,7-1" },
	};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(text, words[i].name) == 0)
			return words[i].meaning;
	return text;
}

int
timer_calendar_read(
	const char *text, struct calendar *ret_calendar, const char **ret_reason)
{
	struct calendar *calendar = ret_calendar;
	autofree char *copy = memory_text(find_meaning(text));
	char *words[WORDS_MAX], *rest = NULL;
	size_t count = 0, at = 0;
	*calendar = (struct calendar){ .days = UINT32_MAX, /* from 1 on */
		.months = UINT16_MAX,
		.weekdays = 0x7f };
	calendar_set_minute(calendar, 0);
	*ret_reason = not_understood;
	for (char *word = strtok_r(copy, " \t", &rest); word != NULL;
		word = strtok_r(NULL, " \t", &rest)) {
		if (count == WORDS_MAX)
			return -1;
		words[count++] = word;
	}
	size_t size = strlen(text);
	/* systemd takes one blank before it away, and refuses the rest for a second */
	bool has_two = count > 1 && size > 5 && isspace((unsigned char)text[size - 5]);
	if (count > 1 && strcasecmp(words[count - 1], "UTC") == 0 && !has_two) {
		count--;
	} else if (count > 1 && isalpha((unsigned char)words[count - 1][0])) {
		*ret_reason = "time zones in OnCalendar= are not followed";
		return -1;
	}
	if (count == 0)
		return -1;
	if (isalpha((unsigned char)words[at][0]) &&
		read_weekdays(words[at++], calendar) < 0)
		return -1;
	if (at < count && strpbrk(words[at], "-~") != NULL &&
		read_date(words[at++], calendar, ret_reason) < 0)
		return -1;
	if (at < count && read_time(words[at++], calendar) < 0)
		return -1;
	return at == count ? 0 : -1;
}

long
timer_span_read(const char *text)
{
	static const struct {
		const char *names;
		long seconds;
	} units[] = {
		{ " s sec second seconds ", 1 },
		{ " m min minute minutes ", 60 },
		{ " h hr hour hours ", 3600 },
		{ " d day days ", 86400 },
		{ " w week weeks ", 604800 },
	};
	long total = 0, number;
	const char *at = text + strspn(text, " \t");
	if (*at == '\0')
		return -1;
	while (*at != '\0') {
		size_t digits = strspn(at, "0123456789");
		autofree char *count = memory_copy(at, digits);
		at += digits + strspn(at + digits, " \t");
		size_t letters = 0, i = 0;
		while (isalpha((unsigned char)at[letters]))
			letters++;
		autofree char *name = memory_printf(
			" %.*s ", (int)letters, letters > 0 ? at : "");
		for (; letters > 0 && i < sizeof units / sizeof *units; i++)
			if (strstr(units[i].names, name) != NULL)
				break;
		if (i == sizeof units / sizeof *units ||
			text_number(count, 0, SPAN_MAX, &number, NULL) < 0)
			return -1;
		total += number * units[i].seconds;
		if (total > SPAN_MAX)
			return -1;
		at += letters + strspn(at + letters, " \t");
	}
	return (total + 59) / 60;
}
