/* The classic selector language: one decoder for the three families that share it. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/syslog/priorities.h"

struct name {
	const char *text;
	int number;
	unsigned dialects; /* bits 1u << enum selector_dialect */
};

enum {
	EVERYWHERE = 1u << SELECTOR_SYSKLOGD | 1u << SELECTOR_RSYSLOG |
		1u << SELECTOR_INETUTILS,
	RSYSLOG_ONLY = 1u << SELECTOR_RSYSLOG,
	NOT_INETUTILS = 1u << SELECTOR_SYSKLOGD | 1u << SELECTOR_RSYSLOG,
};

static const struct name facilities[] = {
	{ "kern", 0, EVERYWHERE },
	{ "user", 1, EVERYWHERE },
	{ "mail", 2, EVERYWHERE },
	{ "daemon", 3, EVERYWHERE },
	{ "auth", 4, EVERYWHERE },
	{ "security", 4, EVERYWHERE },
	{ "syslog", 5, EVERYWHERE },
	{ "lpr", 6, EVERYWHERE },
	{ "news", 7, EVERYWHERE },
	{ "uucp", 8, EVERYWHERE },
	{ "cron", 9, EVERYWHERE },
	{ "authpriv", 10, EVERYWHERE },
	{ "ftp", 11, EVERYWHERE },
	{ "ntp", 12, RSYSLOG_ONLY },
	{ "bsd_security", 13, RSYSLOG_ONLY },
	{ "console", 14, RSYSLOG_ONLY },
	{ "local0", 16, EVERYWHERE },
	{ "local1", 17, EVERYWHERE },
	{ "local2", 18, EVERYWHERE },
	{ "local3", 19, EVERYWHERE },
	{ "local4", 20, EVERYWHERE },
	{ "local5", 21, EVERYWHERE },
	{ "local6", 22, EVERYWHERE },
	{ "local7", 23, EVERYWHERE },
	{ "mark", FACILITY_COUNT, EVERYWHERE },
	{ "invld", FACILITY_COUNT, RSYSLOG_ONLY },
	{ NULL, -1, 0 },
};

enum { LEVEL_NONE = 0x10, LEVEL_ANY = 0xff }; /* as the daemons number them */

static const struct name levels[] = {
	{ "emerg", 0, EVERYWHERE },
	{ "panic", 0, EVERYWHERE },
	{ "alert", 1, EVERYWHERE },
	{ "crit", 2, EVERYWHERE },
	{ "err", 3, EVERYWHERE },
	{ "error", 3, EVERYWHERE },
	{ "warning", 4, EVERYWHERE },
	{ "warn", 4, EVERYWHERE },
	{ "notice", 5, EVERYWHERE },
	{ "info", 6, EVERYWHERE },
	{ "debug", 7, EVERYWHERE },
	{ "none", LEVEL_NONE, EVERYWHERE },
	{ "*", LEVEL_ANY, NOT_INETUTILS },
	{ NULL, -1, 0 },
};

enum { NUMBER_MAX = 100000 };

/* atoi(3) of the daemons for a name that begins with a digit, cut off at NUMBER_MAX. */
static int
leading_number(struct bytes text)
{
	int number = 0;
	for (size_t i = 0; i < text.size && text.data[i] >= '0' && text.data[i] <= '9';
		i++)
		if (number < NUMBER_MAX)
			number = number * 10 + (text.data[i] - '0');
	return number;
}

static bool
begins_with_digit(struct bytes text)
{
	return text.size > 0 && text.data[0] >= '0' && text.data[0] <= '9';
}

static int
look_up(const struct name *names, struct bytes text, enum selector_dialect dialect)
{
	for (; names->text != NULL; names++)
		if ((names->dialects >> dialect & 1) != 0 &&
			strlen(names->text) == text.size &&
			strncasecmp(names->text, text.data, text.size) == 0)
			return names->number;
	return -1;
}

int
facility_decode(struct bytes name, enum selector_dialect dialect)
{
	if (!begins_with_digit(name))
		return look_up(facilities, name, dialect);
	/* a number is the code of <syslog.h>: the facility times eight */
	int number = leading_number(name) >> 3;
	return number <= FACILITY_COUNT ? number : -1;
}

int
level_decode(struct bytes name, enum selector_dialect dialect)
{
	int number = begins_with_digit(name) ? leading_number(name)
					     : look_up(levels, name, dialect);
	return number < LEVEL_COUNT ? number : -1;
}

/* What the priority part of a selector does to the levels of a facility. */
struct change {
	uint8_t clear, set;
};

static uint8_t
up_to(int level)
{
	return (uint8_t)((2u << level) - 1);
}

/* sysklogd and rsyslog: "!" is looked for before "=", each once. */
static int
decode_change(struct bytes text, enum selector_dialect dialect, struct change *ret_change)
{
	bool negated = false, single = false;
	struct bytes name = text;
	if (dialect == SELECTOR_INETUTILS) {
		for (; name.size > 0 && (name.data[0] == '!' || name.data[0] == '=');
			name.data++, name.size--) {
			negated = negated || name.data[0] == '!';
			single = single || name.data[0] == '=';
		}
	} else {
		if (name.size > 0 && name.data[0] == '!') {
			negated = true;
			name.data++, name.size--;
		}
		if (name.size > 0 && name.data[0] == '=') {
			single = true;
			name.data++, name.size--;
		}
	}
	int level = begins_with_digit(name) ? leading_number(name)
					    : look_up(levels, name, dialect);
	if (dialect == SELECTOR_INETUTILS && name.size > 0 && name.data[0] == '*') {
		*ret_change = (struct change){ .set = 0xff };
	} else if (level < 0 ||
		(dialect == SELECTOR_INETUTILS && level != LEVEL_NONE &&
			level >= LEVEL_COUNT)) {
		return -1;
	} else if (level == LEVEL_NONE) {
		*ret_change = (struct change){ .clear = 0xff };
	} else if (level >= LEVEL_COUNT) {
		/* * is a large number too; "=*" and "=9" shift their bit out of the mask
		 * of eight */
		*ret_change = (struct change){ .set = single ? 0 : 0xff };
	} else {
		*ret_change = (struct change){ .set = single ? (uint8_t)(1u << level)
							     : up_to(level) };
	}
	if (negated)
		*ret_change = (struct change){ .clear = ret_change->set,
			.set = ret_change->clear };
	return 0;
}

static void
change_facility(struct priorities *set, unsigned facility, struct change change)
{
	if (facility < FACILITY_COUNT)
		set->levels[facility] =
			(uint8_t)((set->levels[facility] & ~change.clear) | change.set);
}

static int
change_named(struct bytes name, enum selector_dialect dialect, uint32_t *seen,
	struct change change, struct priorities *set)
{
	if (name.size > 0 && name.data[0] == '*') {
		bool unnamed_only = dialect == SELECTOR_INETUTILS && name.size > 1 &&
			name.data[1] == '*';
		for (unsigned f = 0; f < FACILITY_COUNT; f++)
			if (!unnamed_only || (*seen >> f & 1) == 0)
				change_facility(set, f, change);
		return 0;
	}
	int facility = facility_decode(name, dialect);
	if (facility < 0)
		return -1;
	change_facility(set, (unsigned)facility, change);
	if (seen != NULL)
		*seen |= 1u << facility;
	return 0;
}

/* The byte at AT, NUL after the end, as in the daemons' C strings. */
static char
at(struct bytes text, size_t offset)
{
	if (offset < text.size)
		return text.data[offset];
	return '\0';
}

static bool
is_one_of(char c, const char *set)
{
	return c == '\0' || strchr(set, c) != NULL;
}

static int
reject(struct bytes text, size_t start, size_t end, const char *what, struct error *err)
{
	autobuffer struct buffer name = { 0 };
	buffer_escaped(&name,
		(struct bytes){ text.data + start, end - start < 40 ? end - start : 40 },
		false);
	return error_set(
		err, "unknown %s '%s'", what, name.data != NULL ? name.data : "");
}

int
selector_decode(struct bytes text, enum selector_dialect dialect, uint32_t *seen,
	struct priorities *ret_set, size_t *ret_used, struct error *err)
{
	size_t p = 0;
	*ret_set = (struct priorities){ { 0 } };
	*ret_used = 0;
	while (!is_one_of(at(text, p), "\t ")) {
		struct change change;
		size_t q = p, start;
		while (!is_one_of(at(text, q), "\t"))
			if (at(text, q++) == '.')
				break;
		start = q;
		while (!is_one_of(at(text, q), "\t ,;"))
			q++;
		if (decode_change((struct bytes){ text.data + start, q - start }, dialect,
			    &change) < 0)
			return reject(text, start, q, "level", err);
		while (at(text, q) == ',' || at(text, q) == ';')
			q++;
		while (!is_one_of(at(text, p), "\t .;")) {
			start = p;
			while (!is_one_of(at(text, p), "\t ,;."))
				p++;
			if (change_named((struct bytes){ text.data + start, p - start },
				    dialect, seen, change, ret_set) < 0)
				return reject(text, start, p, "facility", err);
			while (at(text, p) == ',' || at(text, p) == ' ')
				p++;
		}
		p = q;
	}
	*ret_used = p;
	return 0;
}
