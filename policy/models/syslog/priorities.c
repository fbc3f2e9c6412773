#include "policy/models/syslog/priorities.h"

#include <string.h>

#include "base/memory.h"

static const char *const facility_names[FACILITY_COUNT] = { "kern", "user", "mail",
	"daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
	"facility12", "facility13", "facility14", "facility15", "local0", "local1",
	"local2", "local3", "local4", "local5", "local6", "local7" };

static const char *const level_names[LEVEL_COUNT] = { "emerg", "alert", "crit", "err",
	"warning", "notice", "info", "debug" };

enum { ALL_LEVELS = 0xff };

struct priorities
priorities_all(void)
{
	struct priorities all;
	memset(all.levels, ALL_LEVELS, sizeof all.levels);
	return all;
}

struct priorities
priorities_of_facility(unsigned facility)
{
	struct priorities set = { { 0 } };
	set.levels[facility] = ALL_LEVELS;
	return set;
}

struct priorities
priorities_and(struct priorities a, struct priorities b)
{
	for (unsigned f = 0; f < FACILITY_COUNT; f++)
		a.levels[f] &= b.levels[f];
	return a;
}

struct priorities
priorities_or(struct priorities a, struct priorities b)
{
	for (unsigned f = 0; f < FACILITY_COUNT; f++)
		a.levels[f] |= b.levels[f];
	return a;
}

struct priorities
priorities_without(struct priorities a, struct priorities b)
{
	for (unsigned f = 0; f < FACILITY_COUNT; f++)
		a.levels[f] &= (uint8_t)~b.levels[f];
	return a;
}

bool
priorities_empty(struct priorities set)
{
	for (unsigned f = 0; f < FACILITY_COUNT; f++)
		if (set.levels[f] != 0)
			return false;
	return true;
}

bool
priorities_have(struct priorities set, unsigned facility, unsigned level)
{
	return (set.levels[facility] >> level & 1) != 0;
}

const char *
facility_name(unsigned facility)
{
	return facility_names[facility];
}

const char *
level_name(unsigned level)
{
	return level_names[level];
}

static unsigned
count_facilities(struct priorities set, uint8_t levels)
{
	unsigned count = 0;
	for (unsigned f = 0; f < FACILITY_COUNT; f++)
		count += set.levels[f] == levels;
	return count;
}

/* The facilities whose levels are LEVELS, or are not, with commas between. */
static void
describe_facilities(struct priorities set, uint8_t levels, bool are, struct buffer *out)
{
	const char *comma = "";
	for (unsigned f = 0; f < FACILITY_COUNT; f++)
		if ((set.levels[f] == levels) == are) {
			buffer_printf(out, "%s%s", comma, facility_names[f]);
			comma = ",";
		}
}

/* The runs of neighbouring levels in LEVELS: ".*", ".info and above", ".notice to debug",
 * ".err, .debug". */
static void
describe_levels(uint8_t levels, struct buffer *out)
{
	const char *comma = ".";
	if (levels == ALL_LEVELS) {
		buffer_text(out, ".*");
		return;
	}
	for (unsigned first = 0; first < LEVEL_COUNT; first++) {
		if ((levels >> first & 1) == 0)
			continue;
		unsigned last = first;
		while (last + 1 < LEVEL_COUNT && (levels >> (last + 1) & 1) != 0)
			last++;
		if (first == last)
			buffer_printf(out, "%s%s", comma, level_names[first]);
		else if (first == 0)
			buffer_printf(out, "%s%s and above", comma, level_names[last]);
		else if (last == LEVEL_COUNT - 1)
			buffer_printf(out, "%s%s and below", comma, level_names[first]);
		else
			buffer_printf(out, "%s%s to %s", comma, level_names[first],
				level_names[last]);
		comma = ", ";
		first = last;
	}
}

/* The facilities that have LEVELS, as "*" where they are the most. */
static void
describe_group(struct priorities set, uint8_t levels, struct buffer *out)
{
	unsigned count = count_facilities(set, levels);
	if (count <= FACILITY_COUNT / 2) {
		describe_facilities(set, levels, true, out);
		describe_levels(levels, out);
		return;
	}
	buffer_text(out, "*");
	describe_levels(levels, out);
	if (count == FACILITY_COUNT)
		return;
	buffer_text(out, " (not ");
	describe_facilities(set, levels, false, out);
	buffer_text(out, ")");
}

void
priorities_describe(struct priorities set, struct buffer *out)
{
	const char *comma = "";
	if (priorities_empty(set)) {
		buffer_text(out, "nothing");
		return;
	}
	for (unsigned f = 0; f < FACILITY_COUNT; f++) {
		bool told = set.levels[f] == 0;
		for (unsigned k = 0; k < f; k++)
			told = told || set.levels[k] == set.levels[f];
		if (told)
			continue;
		buffer_text(out, comma);
		describe_group(set, set.levels[f], out);
		comma = ", ";
	}
}
