/* Values that are numbers, times or a few of them. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_value.h"

enum { STRICT_NUMBER_SINCE = 707 }; /* atoi before */

int
sshd_number_parse(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const char *word = sshd_value_first(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	char *end;
	errno = 0;
	long number = strtol(word, &end, 10);
	if (reading->version >= STRICT_NUMBER_SINCE &&
		(*end != '\0' || end == word || errno != 0 || number < 0 ||
			number > INT_MAX))
		return error_set(err, "integer value \"%s\" is invalid", word);
	*ret_value = memory_printf("%d", (int)number);
	return 0;
}

long
sshd_value_seconds(const char *text)
{
	static const struct {
		char letters[3];
		long seconds;
	} units[] = { { "sS", 1 }, { "mM", 60 }, { "hH", 3600 }, { "dD", 86400 },
		{ "wW", 604800 } };
	long total = 0;
	if (*text == '\0')
		return -1;
	while (*text != '\0') {
		char *end;
		errno = 0;
		long seconds = strtol(text, &end, 10), unit = 1;
		if (end == text || errno != 0 || seconds < 0)
			return -1;
		if (*end != '\0') {
			size_t i = 0;
			while (i < sizeof units / sizeof *units &&
				strchr(units[i].letters, *end) == NULL)
				i++;
			if (i == sizeof units / sizeof *units)
				return -1;
			unit = units[i].seconds;
			end++;
		}
		if (seconds > INT_MAX / unit || total > INT_MAX - seconds * unit)
			return -1;
		total += seconds * unit;
		text = end;
	}
	return total;
}

int
sshd_number_time(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const char *word = sshd_value_first(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	long seconds = sshd_value_seconds(word);
	if (seconds < 0)
		return error_set(err, "invalid time value \"%s\"", word);
	*ret_value = memory_printf("%ld", seconds);
	return 0;
}

/* A time, or none: to sshd the word does more than 0, which means the same (see
 * SSHD_FIRST_OR_NONE). */
int
sshd_number_timeout(const struct sshd_reading *reading, char **ret_value,
	size_t *ret_used, struct error *err)
{
	const char *word = sshd_value_first(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	if (strcasecmp(word, "none") == 0) {
		*ret_value = memory_text("none");
		return 0;
	}
	return sshd_number_time(reading, ret_value, ret_used, err);
}

/* What follows the digits does not matter, and an int takes the number. */
int
sshd_number_octal(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const char *word = sshd_value_first(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	char *end;
	int number = (int)strtol(word, &end, 8);
	if (end == word || number < 0 || number > 0777)
		return error_set(err, "invalid mode \"%s\"", word);
	*ret_value = memory_printf("0%o", (unsigned)number);
	return 0;
}

/* begin:rate:max, or one number for begin and max. */
int
sshd_number_startups(const struct sshd_reading *reading, char **ret_value,
	size_t *ret_used, struct error *err)
{
	enum { RATE_SINCE = 602 };
	int begin, max, count;
	int rate = reading->version < RATE_SINCE ? 100 : 30, given;
	const char *word = sshd_value_first(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	/* sshd's own scan: what follows the numbers does not matter to it */
	count = sscanf(word, "%d:%d:%d", &begin, &given, &max);
	if (count == 1)
		max = begin;
	else if (count == 3)
		rate = given;
	if ((count != 1 && count != 3) || begin > max || rate > 100 || rate < 1 ||
		max <= 0 || begin <= 0)
		return error_set(err, "invalid value \"%s\"", word);
	*ret_value = memory_printf("%d:%d:%d", begin, rate, max);
	return 0;
}

/* Where the second number is missing sshd takes what stands in a variable by chance: "?"
 * (sPerSourceNetBlockSize in servconf.c). */
int
sshd_number_netblock(const struct sshd_reading *reading, char **ret_value,
	size_t *ret_used, struct error *err)
{
	int v4, v6 = 0, count;
	const char *word = sshd_value_first(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	count = sscanf(word, "%d:%d", &v4, &v6);
	if (count < 1 || v4 < 0 || v4 > 32 || v6 < 0 || v6 > 128)
		return error_set(err, "invalid value \"%s\"", word);
	*ret_value = count == 1 ? memory_printf("%d:?", v4)
				: memory_printf("%d:%d", v4, v6);
	return 0;
}

int
sshd_number_limit(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	if (reading->words->count > 0 && strcmp(reading->words->items[0], "none") == 0) {
		*ret_value = memory_text("none");
		*ret_used = 1;
		return 0;
	}
	if (sshd_number_parse(reading, ret_value, ret_used, err) < 0)
		return -1;
	if (strcmp(*ret_value, "2147483647") == 0) { /* how sshd itself keeps "none" */
		free(*ret_value);
		*ret_value = memory_text("none");
	}
	return 0;
}

/* MAX_DIGITS of fmt_scaled.c: so many before the point are an error; after it those that
 * would make as many with two more do not count. */
enum { SCALED_DIGITS = 21 };

/* The digits of *TEXT, at most MAX of them counting, and how many those are; -1 when they
 * are too large a number. *TEXT moves behind all. */
static long long
take_digits(const char **text, int max, int *ret_count)
{
	long long number = 0;
	for (*ret_count = 0; isdigit((unsigned char)**text); ++*text) {
		if (*ret_count == max)
			continue;
		++*ret_count;
		if (__builtin_mul_overflow(number, 10, &number) ||
			__builtin_add_overflow(number, **text - '0', &number))
			return -1;
	}
	return number;
}

/* OpenBSD's scan_scaled: a number, perhaps with a fraction, and a letter for a power of
 * 1024. -1 when it is none. */
static long long
read_scaled(const char *text)
{
	static const char letters[] = "bkmgtpe";
	int count, digits = 0;
	long long fraction = 0;
	while (isspace((unsigned char)*text))
		text++;
	bool minus = *text == '-';
	text += minus || *text == '+';
	if (*text == '-' || *text == '+')
		return -1;
	long long number = take_digits(&text, SCALED_DIGITS, &count);
	if (number < 0 || count == SCALED_DIGITS)
		return -1;
	if (*text == '.') {
		text++;
		fraction = take_digits(&text, SCALED_DIGITS - 2, &digits);
		if (fraction < 0)
			return -1;
	}
	if (minus)
		number = -number;
	if (*text == '\0')
		return number;
	const char *letter = strchr(letters, tolower((unsigned char)*text));
	if (letter == NULL || isalnum((unsigned char)text[1]))
		return -1;
	long long scale = 1LL << (int)(letter - letters) * 10;
	if (__builtin_mul_overflow(number, scale, &number))
		return -1;
	for (; fraction >= LLONG_MAX / scale; digits--)
		fraction /= 10;
	fraction *= scale;
	for (; digits > 0; digits--)
		fraction /= 10;
	return number >= 0 ? number + fraction : number - fraction;
}

/* Limit and interval are set apart: an interval that is not given ("-") is free for
 * another line. */
int
sshd_number_rekey(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const struct sshd_words *words = reading->words;
	long long limit = 0;
	const char *word = sshd_value_first(words, ret_used, err);
	if (word == NULL)
		return -1;
	bool given = words->count > 1 && strcmp(words->items[1], "none") != 0;
	long interval = 0;
	if (strcmp(word, "default") != 0)
		limit = read_scaled(word);
	if (limit < 0 || (limit != 0 && limit < 16))
		return error_set(err, "bad number \"%s\"", word);
	if (given)
		interval = sshd_value_seconds(words->items[1]);
	if (interval < 0)
		return error_set(err, "invalid time value \"%s\"", words->items[1]);
	*ret_value = given ? memory_printf("%lld %ld", limit, interval)
			   : memory_printf("%lld -", limit);
	*ret_used = words->count > 1 ? 2 : 1;
	return 0;
}

static const struct {
	const char *name;
	long value;
} qualities[] = { { "none", INT_MAX }, { "af11", 0x28 }, { "af12", 0x30 },
	{ "af13", 0x38 }, { "af21", 0x48 }, { "af22", 0x50 }, { "af23", 0x58 },
	{ "af31", 0x68 }, { "af32", 0x70 }, { "af33", 0x78 }, { "af41", 0x88 },
	{ "af42", 0x90 }, { "af43", 0x98 }, { "cs0", 0x00 }, { "cs1", 0x20 },
	{ "cs2", 0x40 }, { "cs3", 0x60 }, { "cs4", 0x80 }, { "cs5", 0xa0 },
	{ "cs6", 0xc0 }, { "cs7", 0xe0 }, { "ef", 0xb8 }, { "le", 0x04 },
	{ "lowdelay", 0x10 }, { "throughput", 0x08 }, { "reliability", 0x04 } };

enum { QUALITY_COUNT = sizeof qualities / sizeof *qualities };

static int
add_quality(struct buffer *list, const char *word, struct error *err)
{
	long value = -1;
	for (size_t i = 0; i < QUALITY_COUNT && value < 0; i++)
		if (strcasecmp(word, qualities[i].name) == 0)
			value = qualities[i].value;
	if (value < 0) {
		char *end;
		value = strtol(word, &end, 0);
		if (end == word || *end != '\0' || value < 0 || value > 255)
			return error_set(err, "bad value \"%s\"", word);
	}
	for (size_t i = 0; i < QUALITY_COUNT; i++)
		if (qualities[i].value == value) {
			buffer_text(list, qualities[i].name);
			return 0;
		}
	buffer_printf(list, "0x%02lx", (unsigned long)value);
	return 0;
}

int
sshd_number_ipqos(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const struct sshd_words *words = reading->words;
	autobuffer struct buffer list = { 0 };
	const char *word = sshd_value_first(words, ret_used, err);
	if (word == NULL || add_quality(&list, word, err) < 0)
		return -1;
	*ret_used = words->count > 1 ? 2 : 1;
	buffer_text(&list, " ");
	if (add_quality(&list, words->items[*ret_used - 1], err) < 0)
		return -1;
	*ret_value = buffer_take(&list);
	return 0;
}
