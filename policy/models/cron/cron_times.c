/* When an entry of a crontab is started. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/cron/cron_tab.h"

static const char *const month_names[] = { "jan", "feb", "mar", "apr", "may", "jun",
	"jul", "aug", "sep", "oct", "nov", "dec", NULL };
static const char *const weekday_names[] = { "sun", "mon", "tue", "wed", "thu", "fri",
	"sat", NULL };

static const struct field {
	long low, high;
	const char *const *names; /* the first stands for low */
	const char *bad;
} fields[] = {
	{ 0, 59, NULL, "bad minute" },
	{ 0, 23, NULL, "bad hour" },
	{ 1, 31, NULL, "bad day of the month" },
	{ 1, 12, month_names, "bad month" },
	{ 0, 7, weekday_names, "bad day of the week" },
};

enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY, FIELDS };

enum { NUMBER_MAX = 1000000 }; /* far beyond every field; atoi(3) takes more */

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* What a range may end at. */
static bool
ends(char byte)
{
	return is_blank(byte) || byte == ',' || byte == '\0';
}

/* A number or a name at *TEXT. FIELD NULL: a step. */
static int
read_number(const char **text, const struct field *field, long *ret_number)
{
	size_t size = 0;
	while (isalnum((unsigned char)(*text)[size]))
		size++;
	autofree char *word = memory_copy(*text, size);
	*text += size;
	for (long i = 0; field != NULL && field->names != NULL && field->names[i] != NULL;
		i++)
		if (strcasecmp(word, field->names[i]) == 0) {
			*ret_number = field->low + i;
			return 0;
		}
	return text_number(word, 0, NUMBER_MAX, ret_number, NULL);
}

struct range {
	long first, last, step;
	bool is_chance;
};

/* Debian's get_range: what stands behind a range, up to a blank, is passed over. */
static int
read_range_debian(const char **text, const struct field *field, struct range *range)
{
	*range = (struct range){ field->low, field->high, 1, false };
	if (**text == '*') {
		++*text;
	} else {
		if (read_number(text, field, &range->first) < 0 || **text == '/')
			return -1;
		range->last = range->first;
		if (**text == '-' &&
			(++*text, read_number(text, field, &range->last)) < 0)
			return -1;
	}
	if (**text == '/' &&
		((++*text, read_number(text, NULL, &range->step)) < 0 ||
			range->step == 0))
		return -1;
	return range->first < field->low || range->first > field->high ||
			range->last < field->low || range->last > field->high
		? -1
		: 0;
}

/* cronie's get_range. */
static int
read_range_cronie(const char **text, const struct field *field, struct range *range)
{
	*range = (struct range){ field->low, field->high, 1, false };
	bool may_step = true;
	if (**text == '*') {
		++*text;
	} else if (**text != '~' && read_number(text, field, &range->first) < 0) {
		return -1;
	} else if (**text == '~') {
		range->is_chance = true;
		may_step = false;
		if (!ends(*++*text) && read_number(text, field, &range->last) < 0)
			return -1;
		if (range->first > range->last)
			return -1;
	} else if (**text == '-') {
		++*text;
		if (read_number(text, field, &range->last) < 0)
			return -1;
		/* Sunday at the end of a range; of any field, as cronie has it */
		if (**text != '/' && range->first > range->last && range->last == 0)
			range->last = 7;
	} else {
		range->last = range->first;
		may_step = false;
	}
	if (**text == '/' && may_step &&
		((++*text, read_number(text, NULL, &range->step)) < 0 ||
			range->step == 0))
		return -1;
	return ends(**text) ? 0 : -1;
}

/* Sets the bits of the list at *TEXT. */
static enum cron_answer
read_list(const char **text, enum cron_flavour flavour, const struct field *field,
	uint64_t *ret_bits)
{
	enum cron_answer answer = CRON_GOOD;
	*ret_bits = 0;
	for (bool more = true; more;) {
		struct range range;
		if ((flavour == CRON_DEBIAN ? read_range_debian(text, field, &range)
					    : read_range_cronie(text, field, &range)) < 0)
			return CRON_BAD;
		if (range.is_chance)
			answer = CRON_CHANCE;
		for (long i = range.first; i <= range.last; i += range.step) {
			if (i < field->low || i > field->high)
				return CRON_BAD;
			*ret_bits |= (uint64_t)1 << i;
		}
		more = **text == ',';
		*text += more;
	}
	while (!is_blank(**text) && **text != '\0')
		++*text;
	while (is_blank(**text))
		++*text;
	return answer;
}

static void
set_times(struct calendar *times, const uint64_t bits[FIELDS])
{
	for (unsigned hour = 0; hour < 24; hour++)
		for (unsigned minute = 0; minute < 60; minute++)
			if ((bits[HOUR] >> hour & 1) != 0 &&
				(bits[MINUTE] >> minute & 1) != 0)
				calendar_set_minute(times, hour * 60 + minute);
	times->days = (uint32_t)bits[DAY];
	times->months = (uint16_t)bits[MONTH];
	/* 7 is Sunday too */
	times->weekdays = (uint8_t)((bits[WEEKDAY] & 0x7f) | (bits[WEEKDAY] >> 7 & 1));
}

static enum cron_answer
read_word(const char **text, struct calendar *times, bool *ret_at_boot,
	const char **ret_reason)
{
	static const struct {
		const char *name, *fields;
	} words[] = {
		{ "yearly", "0 0 1 1 *" },
		{ "annually", "0 0 1 1 *" },
		{ "monthly", "0 0 1 * *" },
		{ "weekly", "0 0 * * 0" },
		{ "daily", "0 0 * * *" },
		{ "midnight", "0 0 * * *" },
		{ "hourly", "0 * * * *" },
	};
	size_t size = strcspn(*text, " \t");
	autofree char *word = memory_copy(*text, size);
	*text += size;
	*text += strspn(*text, " \t");
	*ret_at_boot = strcmp(word, "reboot") == 0;
	if (*ret_at_boot)
		return CRON_GOOD;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		const char *meant = words[i].fields;
		if (strcmp(word, words[i].name) == 0)
			return cron_times_read(
				&meant, CRON_DEBIAN, times, ret_at_boot, ret_reason);
	}
	*ret_reason = "bad time specifier";
	return CRON_BAD;
}

enum cron_answer
cron_times_read(const char **text, enum cron_flavour flavour, struct calendar *ret_times,
	bool *ret_at_boot, const char **ret_reason)
{
	enum cron_answer answer = CRON_GOOD;
	uint64_t bits[FIELDS];
	bool stars[FIELDS];
	*ret_times = (struct calendar){ 0 };
	*ret_at_boot = false;
	if (**text == '@') {
		++*text;
		return read_word(text, ret_times, ret_at_boot, ret_reason);
	}
	for (unsigned i = 0; i < FIELDS; i++) {
		stars[i] = **text == '*';
		enum cron_answer one = read_list(text, flavour, &fields[i], &bits[i]);
		if (one == CRON_BAD) {
			*ret_reason = fields[i].bad;
			return CRON_BAD;
		}
		if (one == CRON_CHANCE)
			answer = CRON_CHANCE;
	}
	/* a field counts as a star that begins with one, as in "*" "/2" */
	ret_times->either = !stars[DAY] && !stars[WEEKDAY];
	set_times(ret_times, bits);
	return answer;
}
