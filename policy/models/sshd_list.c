/* Values of several words, or with an inner form. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/sshd_pattern.h"
#include "policy/models/sshd_value.h"

/* All words as one list; none: no effect. */
static void
join(const struct sshd_words *words, char **ret_value, size_t *ret_used)
{
	struct buffer list = { 0 };
	for (size_t i = 0; i < words->count; i++) {
		if (i > 0)
			buffer_text(&list, " ");
		buffer_text(&list, words->items[i]);
	}
	*ret_value = words->count > 0 ? buffer_take(&list) : NULL;
	*ret_used = words->count;
}

int
sshd_list_words(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	for (size_t i = 0; i < reading->words->count; i++)
		if (*reading->words->items[i] == '\0')
			return error_set(err, "empty argument");
	join(reading->words, ret_value, ret_used);
	return 0;
}

int
sshd_list_some(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	if (reading->words->count == 0)
		return error_set(err, "missing argument");
	return sshd_list_words(reading, ret_value, ret_used, err);
}

/* a2port: a number; of the service names only the one that the servers' own files have
 * everywhere. -1 when it is none. */
static long
read_port(const char *text)
{
	char *end;
	errno = 0;
	long port = strtol(text, &end, 10);
	if (end != text && *end == '\0')
		return errno == 0 && port >= 0 && port <= 65535 ? port : -1;
	return strcmp(text, "ssh") == 0 ? 22 : -1;
}

int
sshd_list_port(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	if (reading->words->count == 0)
		return error_set(err, "missing port number");
	long port = read_port(reading->words->items[0]);
	if (port <= 0)
		return error_set(err, "bad port number \"%s\"", reading->words->items[0]);
	*ret_value = memory_printf("%ld", port);
	*ret_used = 1;
	return 0;
}

/* Splits "host", "host:port", "[address]:port" in place (hpdelim). NULL when it is none.
 * *ret_port is NULL when none is given. */
static char *
split_host(char *text, char **ret_port)
{
	char *end;
	*ret_port = NULL;
	if (*text == '[') {
		end = strchr(text, ']');
		if (end == NULL)
			return NULL;
		end++;
	} else {
		end = text + strcspn(text, ":/");
	}
	if (*end == '\0')
		return text;
	if (*end != ':')
		return NULL;
	*end = '\0';
	*ret_port = end + 1;
	return text;
}

int
sshd_list_address(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const struct sshd_words *words = reading->words;
	if (words->count == 0 || *words->items[0] == '\0')
		return error_set(err, "missing address");
	autofree char *copy = memory_text(words->items[0]);
	char *colon = strchr(copy, ':'), *port;
	bool bare_v6 = strchr(copy, '[') == NULL && colon != NULL &&
		strchr(colon + 1, ':') != NULL;
	if (!bare_v6) {
		if (split_host(copy, &port) == NULL)
			return error_set(err, "bad address:port usage");
		if (port != NULL && read_port(port) <= 0)
			return error_set(err, "bad port number");
	}
	if (words->count > 1 &&
		(strcmp(words->items[1], "rdomain") != 0 || words->count < 3))
		return error_set(err, "bad ListenAddress syntax");
	if (words->count > 3)
		return error_set(err, "extra arguments");
	join(words, ret_value, ret_used);
	return 0;
}

int
sshd_list_users(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	for (size_t i = 0; i < reading->words->count; i++) {
		const char *word = reading->words->items[i], *at = strchr(word, '@');
		if (*word == '\0' ||
			(at != NULL && sshd_pattern_addresses(at + 1, NULL) == -2))
			return error_set(err, "invalid pattern \"%s\"", word);
	}
	join(reading->words, ret_value, ret_used);
	return 0;
}

int
sshd_list_accept_env(const struct sshd_reading *reading, char **ret_value,
	size_t *ret_used, struct error *err)
{
	for (size_t i = 0; i < reading->words->count; i++)
		if (*reading->words->items[i] == '\0' ||
			strchr(reading->words->items[i], '=') != NULL)
			return error_set(err, "invalid environment name \"%s\"",
				reading->words->items[i]);
	join(reading->words, ret_value, ret_used);
	return 0;
}

/* The first assignment to a name counts. */
int
sshd_list_set_env(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const struct sshd_words *words = reading->words;
	struct buffer list = { 0 };
	for (size_t i = 0; i < words->count; i++) {
		const char *equals = strchr(words->items[i], '=');
		if (equals == NULL) {
			buffer_free(&list);
			return error_set(
				err, "invalid environment \"%s\"", words->items[i]);
		}
		size_t name = (size_t)(equals - words->items[i]) + 1, k = 0;
		while (k < i && strncmp(words->items[k], words->items[i], name) != 0)
			k++;
		if (k == i)
			buffer_printf(&list, "%s%s", i > 0 ? " " : "", words->items[i]);
	}
	*ret_value = words->count > 0 ? buffer_take(&list) : NULL;
	*ret_used = words->count;
	return 0;
}

int
sshd_list_subsystem(const struct sshd_reading *reading, char **ret_value,
	size_t *ret_used, struct error *err)
{
	const struct sshd_words *words = reading->words;
	if (words->count == 0 || *words->items[0] == '\0')
		return error_set(err, "missing argument");
	if (words->count == 1 || *words->items[1] == '\0')
		return error_set(err, "missing subsystem command");
	join(words, ret_value, ret_used);
	return 0;
}

/* begin:rate:max, or one number for begin and max. */
int
sshd_list_startups(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	enum { RATE_SINCE = 602 };
	int begin, max, count;
	int rate = reading->version < RATE_SINCE ? 100 : 30, given;
	if (reading->words->count == 0)
		return error_set(err, "missing argument");
	const char *word = reading->words->items[0];
	count = sscanf(word, "%d:%d:%d", &begin, &given, &max);
	if (count == 1)
		max = begin;
	else if (count == 3)
		rate = given;
	if ((count != 1 && count != 3) || begin > max || rate > 100 || rate < 1 ||
		max <= 0 || begin <= 0)
		return error_set(err, "invalid value \"%s\"", word);
	*ret_value = memory_printf("%d:%d:%d", begin, rate, max);
	*ret_used = 1;
	return 0;
}

int
sshd_list_netblock(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	int v4, v6 = 128, count;
	if (reading->words->count == 0)
		return error_set(err, "missing argument");
	const char *word = reading->words->items[0];
	count = sscanf(word, "%d:%d", &v4, &v6);
	if (count < 1 || v4 < 0 || v4 > 32 || v6 < 0 || v6 > 128)
		return error_set(err, "invalid value \"%s\"", word);
	*ret_value = memory_printf("%d:%d", v4, v6);
	*ret_used = 1;
	return 0;
}

int
sshd_list_limit(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	if (reading->words->count > 0 && strcmp(reading->words->items[0], "none") == 0) {
		*ret_value = memory_text("none");
		*ret_used = 1;
		return 0;
	}
	return sshd_value_number(reading, ret_value, ret_used, err);
}

/* OpenBSD's scan_scaled: a number, perhaps with a fraction, and a letter for a power of
 * 1024. -1 when it is none. */
static long long
read_scaled(const char *text)
{
	static const char letters[] = "bkmgtpe";
	char *end;
	errno = 0;
	long long number = strtoll(text, &end, 10);
	if (end == text || errno != 0 || number < 0)
		return -1;
	double fraction = 0, digit = 0.1;
	if (*end == '.')
		for (end++; *end >= '0' && *end <= '9'; end++, digit /= 10)
			fraction += (*end - '0') * digit;
	if (*end == '\0')
		return number;
	const char *letter = strchr(letters, *end | 0x20);
	if (letter == NULL || end[1] != '\0')
		return -1;
	int shift = (int)(letter - letters) * 10;
	if (number > (LLONG_MAX >> shift))
		return -1;
	return (number << shift) + (long long)(fraction * (double)(1LL << shift));
}

/* Limit and interval are set apart: an interval that is not given ("-") is free for
 * another line. */
int
sshd_list_rekey(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const struct sshd_words *words = reading->words;
	long long limit = 0;
	bool given = words->count > 1 && strcmp(words->items[1], "none") != 0;
	long interval = 0;
	if (words->count == 0)
		return error_set(err, "missing argument");
	if (strcmp(words->items[0], "default") != 0)
		limit = read_scaled(words->items[0]);
	if (limit < 0 || (limit != 0 && limit < 16))
		return error_set(err, "bad number \"%s\"", words->items[0]);
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
sshd_list_ipqos(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const struct sshd_words *words = reading->words;
	autobuffer struct buffer list = { 0 };
	if (words->count == 0)
		return error_set(err, "missing argument");
	*ret_used = words->count > 1 ? 2 : 1;
	if (add_quality(&list, words->items[0], err) < 0)
		return -1;
	buffer_text(&list, " ");
	if (add_quality(&list, words->items[*ret_used - 1], err) < 0)
		return -1;
	*ret_value = buffer_take(&list);
	return 0;
}

int
sshd_list_permit(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const struct sshd_words *words = reading->words;
	autobuffer struct buffer list = { 0 };
	if (words->count == 0 || *words->items[0] == '\0')
		return error_set(err, "missing argument");
	if (strcmp(words->items[0], "any") == 0 || strcmp(words->items[0], "none") == 0) {
		*ret_value = memory_text(words->items[0]);
		*ret_used = 1;
		return 0;
	}
	for (size_t i = 0; i < words->count && *words->items[i] != '\0'; i++) {
		const char *word = words->items[i];
		autofree char *copy = memory_text(word);
		char *port = copy;
		bool bare = reading->keyword->name == SSHD_PERMIT_LISTEN &&
			strchr(word, ':') == NULL;
		if (!bare && split_host(copy, &port) == NULL)
			return error_set(err, "missing host in \"%s\"", word);
		if (port == NULL || (strcmp(port, "*") != 0 && read_port(port) <= 0))
			return error_set(err, "bad port number in \"%s\"", word);
		buffer_printf(&list, "%s%s%s", i > 0 ? " " : "", bare ? "*:" : "", word);
	}
	*ret_value = buffer_take(&list);
	*ret_used = words->count;
	return 0;
}

/* One comma-separated list of methods, each perhaps with a `:submethod`. */
static bool
methods_valid(const char *list)
{
	static const char *const methods[] = { "none", "publickey", "gssapi-with-mic",
		"gssapi-keyex", "password", "keyboard-interactive", "hostbased" };
	for (bool more = true; more;) {
		size_t length = strcspn(list, ","), name = strcspn(list, ":,"), i = 0;
		while (i < sizeof methods / sizeof *methods &&
			(strlen(methods[i]) != name ||
				strncmp(methods[i], list, name) != 0))
			i++;
		if (i == sizeof methods / sizeof *methods)
			return false;
		more = list[length] == ',';
		list += length + more;
	}
	return true;
}

int
sshd_list_methods(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const struct sshd_words *words = reading->words;
	if (words->count == 0)
		return error_set(err, "missing argument");
	for (size_t i = 0; i < words->count; i++) {
		if (strcmp(words->items[i], "any") == 0) {
			if (words->count > 1)
				return error_set(err, "\"any\" must appear alone");
		} else if (!methods_valid(words->items[i])) {
			return error_set(
				err, "invalid method list \"%s\"", words->items[i]);
		}
	}
	join(words, ret_value, ret_used);
	return 0;
}

/* Words, of which "none" must be the only one. */
int
sshd_list_alone(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const struct sshd_words *words = reading->words;
	for (size_t i = 0; i < words->count; i++)
		if (strcasecmp(words->items[i], "none") == 0 && words->count > 1)
			return error_set(err, "\"none\" must appear alone");
	return sshd_list_words(reading, ret_value, ret_used, err);
}

int
sshd_list_channels(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const struct sshd_words *words = reading->words;
	for (size_t i = 0; i < words->count; i++) {
		const char *equals = strchr(words->items[i], '=');
		if (strcasecmp(words->items[i], "none") != 0 &&
			(equals == NULL || equals == words->items[i] ||
				sshd_value_seconds(equals + 1) < 0))
			return error_set(
				err, "invalid channel timeout \"%s\"", words->items[i]);
	}
	if (words->count == 1 && strcasecmp(words->items[0], "none") == 0) {
		*ret_value = memory_text("none");
		*ret_used = 1;
		return 0;
	}
	return sshd_list_alone(reading, ret_value, ret_used, err);
}

int
sshd_list_pubkey_options(const struct sshd_reading *reading, char **ret_value,
	size_t *ret_used, struct error *err)
{
	bool touch = false, verify = false;
	for (size_t i = 0; i < reading->words->count; i++) {
		const char *word = reading->words->items[i];
		if (strcasecmp(word, "touch-required") == 0)
			touch = true;
		else if (strcasecmp(word, "verify-required") == 0)
			verify = true;
		else if (strcasecmp(word, "none") != 0)
			return error_set(err, "unsupported option \"%s\"", word);
	}
	*ret_value = memory_text(touch && verify ? "touch-required verify-required"
			: touch                  ? "touch-required"
			: verify                 ? "verify-required"
						 : "none");
	*ret_used = reading->words->count;
	return 0;
}

/* proto_spec: 1, 2 or both. */
int
sshd_list_protocol(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	bool one = false, two = false;
	if (reading->words->count == 0)
		return error_set(err, "missing argument");
	for (const char *p = reading->words->items[0]; *p != '\0';) {
		size_t length = strcspn(p, ",");
		one = one || (length == 1 && *p == '1');
		two = two || (length == 1 && *p == '2');
		p += length;
		p += *p == ',';
	}
	if (!one && !two)
		return error_set(
			err, "bad protocol spec \"%s\"", reading->words->items[0]);
	*ret_value = memory_text(one && two ? "2,1" : two ? "2" : "1");
	*ret_used = 1;
	return 0;
}
