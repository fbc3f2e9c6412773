/* Values of several words, or with an inner form. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/table.h"
#include "policy/models/sshd_pattern.h"
#include "policy/models/sshd_value.h"

int
sshd_list_words(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	for (size_t i = 0; i < reading->words->count; i++)
		if (*reading->words->items[i] == '\0')
			return error_set(err, "empty argument");
	sshd_value_join(reading->words, ret_value, ret_used);
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
	sshd_value_join(reading->words, ret_value, ret_used);
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
	sshd_value_join(reading->words, ret_value, ret_used);
	return 0;
}

/* The first assignment to a name counts. */
int
sshd_list_set_env(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const struct sshd_words *words = reading->words;
	struct buffer list = { 0 };
	struct table names = { 0 };
	int status = 0;
	for (size_t i = 0; i < words->count && status == 0; i++) {
		const char *word = words->items[i], *equals = strchr(word, '=');
		if (equals == NULL) {
			status = error_set(err, "invalid environment \"%s\"", word);
			break;
		}
		autofree char *name = memory_copy(word, (size_t)(equals - word));
		if (table_get(&names, name) != NULL)
			continue;
		table_set(&names, name, words->items[i]);
		sshd_value_add(&list, word);
	}
	table_free(&names);
	*ret_used = words->count;
	if (status == 0 && words->count > 0)
		*ret_value = buffer_take(&list);
	buffer_free(&list);
	return status;
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
	sshd_value_join(words, ret_value, ret_used);
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

/* Until 9.7 "any" after other methods is an error only where the line is read: see
 * sshd_refusal.h. */
int
sshd_list_methods(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const struct sshd_words *words = reading->words;
	if (words->count == 0)
		return error_set(err, "missing argument");
	bool any = false;
	for (size_t i = 0; i < words->count; i++) {
		bool is_any = strcmp(words->items[i], "any") == 0;
		if ((any && !is_any) ||
			(is_any && i > 0 && reading->version >= SSHD_ANY_ALONE_SINCE))
			return error_set(err, "\"any\" must appear alone");
		any = any || is_any;
		if (is_any)
			continue;
		if (!methods_valid(words->items[i]))
			return error_set(
				err, "invalid method list \"%s\"", words->items[i]);
	}
	sshd_value_join(words, ret_value, ret_used);
	return 0;
}

/* Words, of which "none" must be the only one. */
int
sshd_list_verbose(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const struct sshd_words *words = reading->words;
	bool none = false;
	for (size_t i = 0; i < words->count; i++)
		none = none || strcasecmp(words->items[i], "none") == 0;
	if (none && words->count > 1)
		return error_set(err, "\"none\" must appear alone");
	if (none) {
		*ret_value = memory_text("none");
		*ret_used = 1;
		return 0;
	}
	return sshd_list_words(reading, ret_value, ret_used, err);
}

/* "none" must be the last word; sshd means to say the only one. */
int
sshd_list_channels(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const struct sshd_words *words = reading->words;
	for (size_t i = 0; i < words->count; i++) {
		const char *word = words->items[i], *equals = strchr(word, '=');
		if (strcasecmp(word, "none") == 0) {
			if (i + 1 < words->count)
				return error_set(err, "\"none\" must appear alone");
		} else if (equals == NULL || equals == word ||
			sshd_value_seconds(equals + 1) < 0) {
			return error_set(err, "invalid channel timeout \"%s\"", word);
		}
	}
	if (words->count == 1 && strcasecmp(words->items[0], "none") == 0) {
		*ret_value = memory_text("none");
		*ret_used = 1;
		return 0;
	}
	sshd_value_join(words, ret_value, ret_used);
	return 0;
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
