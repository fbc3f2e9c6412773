#include "policy/models/sshd_value.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"

enum {
	CASELESS_SINCE = 509, /* yes, no and the like: strcmp before, strcasecmp since */
	STRICT_NUMBER_SINCE = 707, /* atoi before */
};

const struct sshd_choice sshd_value_flags[] = { { "yes", "yes" }, { "no", "no" },
	{ NULL, NULL } };
const struct sshd_choice sshd_value_root_login[] = {
	{ "prohibit-password", "prohibit-password" },
	{ "without-password", "prohibit-password" },
	{ "forced-commands-only", "forced-commands-only" },
	{ "yes", "yes" },
	{ "no", "no" },
	{ NULL, NULL },
};
const struct sshd_choice sshd_value_rhosts[] = { { "yes", "yes" }, { "no", "no" },
	{ "shosts-only", "shosts-only" }, { NULL, NULL } };
const struct sshd_choice sshd_value_families[] = { { "inet", "inet" },
	{ "inet6", "inet6" }, { "any", "any" }, { NULL, NULL } };
const struct sshd_choice sshd_value_compression[] = { { "yes", "yes" },
	{ "delayed", "yes" }, { "no", "no" }, { NULL, NULL } };
const struct sshd_choice sshd_value_gateway[] = { { "clientspecified",
							  "clientspecified" },
	{ "yes", "yes" }, { "no", "no" }, { NULL, NULL } };
const struct sshd_choice sshd_value_forwarding[] = { { "yes", "yes" }, { "all", "yes" },
	{ "no", "no" }, { "remote", "remote" }, { "local", "local" }, { NULL, NULL } };
const struct sshd_choice sshd_value_tunnel[] = { { "no", "no" }, { "yes", "yes" },
	{ "point-to-point", "point-to-point" }, { "ethernet", "ethernet" },
	{ NULL, NULL } };
const struct sshd_choice sshd_value_facilities[] = { { "DAEMON", "DAEMON" },
	{ "USER", "USER" }, { "AUTH", "AUTH" }, { "AUTHPRIV", "AUTHPRIV" },
	{ "LOCAL0", "LOCAL0" }, { "LOCAL1", "LOCAL1" }, { "LOCAL2", "LOCAL2" },
	{ "LOCAL3", "LOCAL3" }, { "LOCAL4", "LOCAL4" }, { "LOCAL5", "LOCAL5" },
	{ "LOCAL6", "LOCAL6" }, { "LOCAL7", "LOCAL7" }, { NULL, NULL } };
const struct sshd_choice sshd_value_levels[] = { { "QUIET", "QUIET" },
	{ "SILENT", "QUIET" }, { "FATAL", "FATAL" }, { "ERROR", "ERROR" },
	{ "INFO", "INFO" }, { "VERBOSE", "VERBOSE" }, { "DEBUG", "DEBUG" },
	{ "DEBUG1", "DEBUG" }, { "DEBUG2", "DEBUG2" }, { "DEBUG3", "DEBUG3" },
	{ NULL, NULL } };
const struct sshd_choice sshd_value_hashes[] = { { "MD5", "MD5" }, { "SHA1", "SHA1" },
	{ "SHA256", "SHA256" }, { "SHA384", "SHA384" }, { "SHA512", "SHA512" },
	{ NULL, NULL } };
const struct sshd_choice sshd_value_privsep[] = { { "yes", "yes" },
	{ "sandbox", "sandbox" }, { "no", "no" }, { NULL, NULL } };

/* The first word; NULL when there is none. */
static const char *
take_word(const struct sshd_words *words, size_t *ret_used, struct error *err)
{
	*ret_used = 1;
	if (words->count > 0 && *words->items[0] != '\0')
		return words->items[0];
	error_set(err, "missing argument");
	return NULL;
}

static int
find_choice(const struct sshd_choice *choices, const char *word, bool caseless,
	char **ret_value, struct error *err)
{
	for (; choices->text != NULL; choices++)
		if (caseless ? strcasecmp(choices->text, word) == 0
			     : strcmp(choices->text, word) == 0) {
			*ret_value = memory_text(choices->means);
			return 0;
		}
	return error_set(err, "unsupported value \"%s\"", word);
}

int
sshd_value_choice(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	/* log.c has always compared these without case */
	bool log = reading->keyword->choices == sshd_value_facilities ||
		reading->keyword->choices == sshd_value_levels;
	const char *word = take_word(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	return find_choice(reading->keyword->choices, word,
		log || reading->version >= CASELESS_SINCE, ret_value, err);
}

int
sshd_value_exact_choice(const struct sshd_reading *reading, char **ret_value,
	size_t *ret_used, struct error *err)
{
	const char *word = take_word(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	return find_choice(reading->keyword->choices, word, false, ret_value, err);
}

/* PermitUserEnvironment: before 7.8 a flag, since then yes, no (exactly so) or a pattern
 * list of names. */
int
sshd_value_flag_or_list(const struct sshd_reading *reading, char **ret_value,
	size_t *ret_used, struct error *err)
{
	enum { PATTERNS_SINCE = 708 };
	const char *word = take_word(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	if (reading->version < PATTERNS_SINCE)
		return find_choice(sshd_value_flags, word,
			reading->version >= CASELESS_SINCE, ret_value, err);
	*ret_value = memory_text(word);
	return 0;
}

int
sshd_value_number(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const char *word = take_word(reading->words, ret_used, err);
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
sshd_value_time(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const char *word = take_word(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	long seconds = sshd_value_seconds(word);
	if (seconds < 0)
		return error_set(err, "invalid time value \"%s\"", word);
	*ret_value = memory_printf("%ld", seconds);
	return 0;
}

/* A time, or none. */
int
sshd_value_timeout(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const char *word = take_word(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	if (strcasecmp(word, "none") == 0) {
		*ret_value = memory_text("none");
		return 0;
	}
	if (sshd_value_time(reading, ret_value, ret_used, err) < 0)
		return -1;
	if (strcmp(*ret_value, "0") == 0) {
		free(*ret_value);
		*ret_value = memory_text("none");
	}
	return 0;
}

int
sshd_value_octal(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const char *word = take_word(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	char *end;
	long number = strtol(word, &end, 8);
	if (end == word || number < 0 || number > 0777)
		return error_set(err, "invalid mode \"%s\"", word);
	*ret_value = memory_printf("0%lo", (unsigned long)number);
	return 0;
}

int
sshd_value_word(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const char *word = take_word(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	*ret_value = memory_text(strcasecmp(word, "none") == 0 ? "none" : word);
	return 0;
}

/* A path; a relative one begins at the daemon's working directory, which is / */
int
sshd_value_file(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const char *word = take_word(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	if (strcasecmp(word, "none") == 0)
		*ret_value = memory_text("none");
	else if (*word == '/' || *word == '~' || strcmp(word, "internal") == 0 ||
		strcmp(word, "SSH_AUTH_SOCK") == 0)
		*ret_value = memory_text(word);
	else
		*ret_value = memory_printf("/%s", word);
	return 0;
}

/* Takes the rest of the line as it is, a comment too. */
int
sshd_value_rest(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	if (*reading->words->rest == '\0')
		return error_set(err, "missing argument");
	*ret_value = memory_text(strcasecmp(reading->words->rest, "none") == 0
			? "none"
			: reading->words->rest);
	*ret_used = reading->words->count;
	return 0;
}

int
sshd_value_command(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	if (*reading->words->rest != '/' && strcasecmp(reading->words->rest, "none") != 0)
		return error_set(err, "must be an absolute path");
	return sshd_value_rest(reading, ret_value, ret_used, err);
}

/* The text that looks for a comment looks in the keyword: it takes the `#` in. */
int
sshd_value_addendum(const struct sshd_reading *reading, char **ret_value,
	size_t *ret_used, struct error *err)
{
	if (strchr(reading->words->rest, '\r') != NULL)
		return error_set(err, "invalid argument");
	return sshd_value_rest(reading, ret_value, ret_used, err);
}

int
sshd_value_rejected(const struct sshd_reading *reading, char **ret_value,
	size_t *ret_used, struct error *err)
{
	(void)reading;
	*ret_value = NULL;
	*ret_used = 0;
	return error_set(err, "not supported on Linux");
}

int
sshd_value_ignored(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	(void)err;
	*ret_value = memory_text(reading->words->rest);
	*ret_used = reading->words->count;
	return 0;
}

bool
sshd_value_is_number(const struct sshd_keyword *keyword)
{
	return keyword->parse == sshd_value_number || keyword->parse == sshd_value_time ||
		keyword->parse == sshd_value_timeout || keyword->parse == sshd_list_limit;
}

char *
sshd_value_normal(const struct sshd_keyword *keyword, int version, const char *text,
	struct error *err)
{
	autofree char *line = memory_printf(
		"%s %s", sshd_keyword_names[keyword->name], text);
	struct sshd_words words;
	char *value = NULL;
	size_t used = 0;
	int status = sshd_lexer_split(BYTES_TEXT(line), version, &words, err);
	if (status == 0 && words.keyword == NULL)
		status = error_set(err, "no value");
	if (status == 0)
		status = keyword->parse(
			&(struct sshd_reading){ keyword, version, &words }, &value, &used,
			err);
	if (status == 0 && used < words.count)
		status = error_set(err, "extra arguments");
	sshd_words_free(&words);
	size_t length = value != NULL ? strlen(value) : 0;
	if (keyword->name == SSHD_REKEY_LIMIT && length > 0 && value[length - 1] == '-')
		value[length - 1] = '0';
	if (status == 0)
		return value != NULL ? value : memory_text("");
	free(value);
	return NULL;
}
