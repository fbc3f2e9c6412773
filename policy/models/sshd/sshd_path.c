/* Values that are paths. A relative one begins at the daemon's working directory, which
 * is / (derelativise_path in servconf.c). The home that a path begins at is looked up
 * when sshd takes the line (parse_filename). */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_names.h"
#include "policy/models/sshd/sshd_value.h"

enum {
	KEYS_MANY_SINCE = 509,
	KEYS_LOOKED_UP_SINCE = 807, /* AuthorizedKeysFile: wherever it stands */
	KEYS_NONE_ALONE_SINCE = 1003,
};

static char *
expand(const struct sshd_reading *reading, const char *word)
{
	char *path = sshd_names_path(reading, word, &reading->mistake->error);
	if (path != NULL)
		return path;
	reading->mistake->when = SSHD_HELD_FIRST;
	if (reading->keyword->rule == SSHD_ADD)
		reading->mistake->when |= SSHD_HELD_AGAIN;
	return memory_text(word);
}

static char *
make_absolute(const struct sshd_reading *reading, const char *word)
{
	if (strcasecmp(word, "none") == 0)
		return memory_text("none");
	char *path = expand(reading, word);
	if (*path == '/')
		return path;
	char *absolute = memory_printf("/%s", path);
	free(path);
	return absolute;
}

int
sshd_path_file(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const char *word = sshd_value_first(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	*ret_value = make_absolute(reading, word);
	return 0;
}

/* A path, or the name of the variable that holds it. */
int
sshd_path_agent(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const char *word = sshd_value_first(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	*ret_value = strcmp(word, "SSH_AUTH_SOCK") == 0 ? memory_text(word)
							: make_absolute(reading, word);
	return 0;
}

int
sshd_path_provider(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const char *word = sshd_value_first(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	*ret_value = strcasecmp(word, "internal") == 0 ? memory_text("internal")
						       : make_absolute(reading, word);
	return 0;
}

/* Files that may begin in the home of who logs in: they stay relative. */
int
sshd_path_keys(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const struct sshd_words *words = reading->words;
	autobuffer struct buffer list = { 0 };
	size_t count = words->count;
	if (reading->version < KEYS_MANY_SINCE) {
		if (sshd_value_first(words, ret_used, err) == NULL)
			return -1;
		count = 1;
	} else if (sshd_list_given(reading, err) < 0) {
		return -1;
	}
	for (size_t i = 0; i < count; i++) {
		if (*words->items[i] == '\0')
			return error_set(err, "empty argument");
		if (reading->version >= KEYS_NONE_ALONE_SINCE && words->count > 1 &&
			strcasecmp(words->items[i], "none") == 0)
			return error_set(err, "\"none\" must appear alone");
		autofree char *path = reading->version >= KEYS_LOOKED_UP_SINCE
			? sshd_names_path(reading, words->items[i], err)
			: expand(reading, words->items[i]);
		if (path == NULL)
			return -1;
		buffer_printf(&list, "%s%s", i > 0 ? " " : "", path);
	}
	*ret_used = count;
	if (count > 0)
		*ret_value = strcasecmp(list.data, "none") == 0 ? memory_text("none")
								: buffer_take(&list);
	return 0;
}

int
sshd_path_principals(const struct sshd_reading *reading, char **ret_value,
	size_t *ret_used, struct error *err)
{
	const char *word = sshd_value_first(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	*ret_value = strcasecmp(word, "none") == 0 ? memory_text("none")
						   : expand(reading, word);
	return 0;
}
