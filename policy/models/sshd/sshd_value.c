#include "policy/models/sshd/sshd_value.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

enum { CASELESS_SINCE = 509 }; /* yes, no and the like: strcmp before, strcasecmp since */

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

const char *
sshd_value_first(const struct sshd_words *words, size_t *ret_used, struct error *err)
{
	*ret_used = 1;
	if (words->count > 0 && *words->items[0] != '\0')
		return words->items[0];
	error_set(err, "missing argument");
	return NULL;
}

void
sshd_value_add(struct buffer *list, const char *word)
{
	if (list->size > 0)
		buffer_text(list, " ");
	if (*word != '#' && strpbrk(word, " \t\"'\\") == NULL) {
		buffer_text(list, word);
		return;
	}
	buffer_text(list, "\"");
	for (const char *p = word; *p != '\0'; p++)
		buffer_printf(list, "%s%c", strchr("\"'\\", *p) != NULL ? "\\" : "", *p);
	buffer_text(list, "\"");
}

void
sshd_value_join(const struct sshd_words *words, char **ret_value, size_t *ret_used)
{
	struct buffer list = { 0 };
	for (size_t i = 0; i < words->count; i++)
		sshd_value_add(&list, words->items[i]);
	*ret_value = words->count > 0 ? buffer_take(&list) : NULL;
	*ret_used = words->count;
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
	const char *word = sshd_value_first(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	return find_choice(reading->keyword->choices, word,
		log || reading->version >= CASELESS_SINCE, ret_value, err);
}

int
sshd_value_exact_choice(const struct sshd_reading *reading, char **ret_value,
	size_t *ret_used, struct error *err)
{
	const char *word = sshd_value_first(reading->words, ret_used, err);
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
	const char *word = sshd_value_first(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	if (reading->version < PATTERNS_SINCE)
		return find_choice(sshd_value_flags, word,
			reading->version >= CASELESS_SINCE, ret_value, err);
	*ret_value = memory_text(word);
	return 0;
}

int
sshd_value_word(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const char *word = sshd_value_first(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	*ret_value = memory_text(strcasecmp(word, "none") == 0 ? "none" : word);
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

/* A flag of what some builds of sshd leave out; those log the line and go on whatever it
 * says (sUnsupported). */
int
sshd_value_unsupported(const struct sshd_reading *reading, char **ret_value,
	size_t *ret_used, struct error *err)
{
	(void)err;
	if (sshd_value_choice(reading, ret_value, ret_used, NULL) < 0 ||
		*ret_used < reading->words->count) {
		free(*ret_value);
		*ret_value = NULL;
	}
	*ret_used = reading->words->count;
	return 0;
}

bool
sshd_value_is_number(const struct sshd_keyword *keyword)
{
	return keyword->parse == sshd_number_parse ||
		keyword->parse == sshd_number_time ||
		keyword->parse == sshd_number_timeout ||
		keyword->parse == sshd_number_limit;
}

char *
sshd_value_shown(const struct sshd_keyword *keyword, char *value)
{
	if (keyword->parse != sshd_number_timeout || value == NULL ||
		strcmp(value, "0") != 0)
		return value;
	free(value);
	return memory_text("none");
}

char *
sshd_value_normal(const struct sshd_keyword *keyword, int version, const char *text,
	struct error *err)
{
	autofree char *line = memory_printf(
		"%s %s", sshd_keyword_names[keyword->name], text);
	struct sshd_words words;
	struct sshd_mistake mistake = { 0 };
	char *value = NULL;
	size_t used = 0;
	int status = sshd_lexer_split(BYTES_TEXT(line), version, &words, err);
	if (status == 0 && words.keyword == NULL)
		status = error_set(err, "no value");
	if (status == 0)
		status = keyword->parse(&(struct sshd_reading){ keyword, version, &words,
						NULL, NULL, &mistake },
			&value, &used, err);
	if (status == 0 && (mistake.when & SSHD_HELD_FIRST) != 0)
		status = error_set(err, "%s", mistake.error.text);
	error_clear(&mistake.error);
	if (status == 0 && used < words.count)
		status = error_set(err, "extra arguments");
	sshd_words_free(&words);
	size_t length = value != NULL ? strlen(value) : 0;
	if (keyword->name == SSHD_REKEY_LIMIT && length > 0 && value[length - 1] == '-')
		value[length - 1] = '0';
	if (status == 0)
		return sshd_value_shown(keyword, value != NULL ? value : memory_text(""));
	free(value);
	return NULL;
}
