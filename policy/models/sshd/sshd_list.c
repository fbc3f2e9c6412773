/* Values of several words, or with an inner form. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/table.h"
#include "policy/models/sshd/sshd_pattern.h"
#include "policy/models/sshd/sshd_value.h"

int
sshd_list_given(const struct sshd_reading *reading, struct error *err)
{
	enum { GIVEN_SINCE = 907 };
	if (reading->words->count == 0 && reading->version >= GIVEN_SINCE)
		return error_set(err, "missing argument");
	return 0;
}

int
sshd_list_words(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	if (sshd_list_given(reading, err) < 0)
		return -1;
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
	if (sshd_list_given(reading, err) < 0)
		return -1;
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
	if (sshd_list_given(reading, err) < 0)
		return -1;
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
	if (sshd_list_given(reading, err) < 0)
		return -1;
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

/* Until 9.4 a name must be new; since then one that is not says nothing, and a command
 * may lack where the line is not taken; since 10.3 it may not (sSubsystem). */
int
sshd_list_subsystem(const struct sshd_reading *reading, char **ret_value,
	size_t *ret_used, struct error *err)
{
	enum { COMMAND_ALWAYS_SINCE = 1003 };
	const struct sshd_words *words = reading->words;
	bool again = reading->version >= SSHD_SUBSYSTEM_AGAIN_SINCE;
	if (words->count == 0 || *words->items[0] == '\0')
		return error_set(err, "missing argument");
	if (words->count == 1 || *words->items[1] == '\0') {
		if (!again || reading->version >= COMMAND_ALWAYS_SINCE)
			return error_set(err, "missing subsystem command");
		error_set(&reading->mistake->error, "missing subsystem command");
		reading->mistake->when = SSHD_HELD_FIRST;
	} else if (!again) {
		error_set(&reading->mistake->error, "'%s' already defined",
			words->items[0]);
		reading->mistake->when = SSHD_HELD_AGAIN;
	}
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

static int
check_methods(const struct sshd_words *words, bool any_alone, struct error *err)
{
	if (words->count == 0)
		return error_set(err, "missing argument");
	bool any = false;
	for (size_t i = 0; i < words->count; i++) {
		bool is_any = strcmp(words->items[i], "any") == 0;
		if ((any && !is_any) || (is_any && i > 0 && any_alone))
			return error_set(err, "\"any\" must appear alone");
		any = any || is_any;
		if (!is_any && !methods_valid(words->items[i]))
			return error_set(
				err, "invalid method list \"%s\"", words->items[i]);
	}
	return 0;
}

/* Until 8.6 a line behind one that was taken may say anything, until 6.8 also one in a
 * block that does not hold; until 9.6 "any" is an error behind methods that were taken,
 * be it by the same line (sAuthenticationMethods). */
int
sshd_list_methods(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	enum {
		IDLE_SINCE = 609,
		NEEDED_SINCE = 703,
		ALWAYS_SINCE = 807,
		ANY_ALONE_SINCE = 907
	};
	const struct sshd_words *words = reading->words;
	struct sshd_mistake *mistake = reading->mistake;
	bool always = reading->version >= ALWAYS_SINCE;
	bool any_alone = reading->version >= ANY_ALONE_SINCE;
	if (words->count == 0 && reading->version < NEEDED_SINCE)
		return 0;
	if (check_methods(words, any_alone, always ? err : &mistake->error) < 0) {
		if (always)
			return -1;
		mistake->when = SSHD_HELD_FIRST;
		if (reading->version >= IDLE_SINCE)
			mistake->when |= SSHD_IDLE_FIRST;
	} else if (!any_alone && strcmp(words->items[words->count - 1], "any") == 0) {
		error_set(&mistake->error,
			"\"any\" must appear alone, and others are set before");
		mistake->when = (words->count > 1 ? SSHD_HELD_FIRST : 0) |
			(always ? SSHD_IDLE_AGAIN | SSHD_HELD_AGAIN : 0);
	}
	sshd_value_join(words, ret_value, ret_used);
	if (*ret_value == NULL)
		*ret_value = memory_text("");
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
	if (sshd_list_given(reading, err) < 0)
		return -1;
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
