/* Values that are paths. A relative one begins at the daemon's working directory, which
 * is / (derelativise_path in servconf.c). */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/sshd_names.h"
#include "policy/models/sshd_value.h"

static int
make_absolute(const struct sshd_reading *reading, const char *word, char **ret_value,
	struct error *err)
{
	if (strcasecmp(word, "none") == 0) {
		*ret_value = memory_text("none");
		return 0;
	}
	char *path = sshd_names_path(reading, word, err);
	if (path == NULL)
		return -1;
	*ret_value = *path == '/' ? memory_text(path) : memory_printf("/%s", path);
	free(path);
	return 0;
}

int
sshd_path_file(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const char *word = sshd_value_first(reading->words, ret_used, err);
	return word == NULL ? -1 : make_absolute(reading, word, ret_value, err);
}

/* A path, or the name of the variable that holds it. */
int
sshd_path_agent(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const char *word = sshd_value_first(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	if (strcmp(word, "SSH_AUTH_SOCK") != 0)
		return make_absolute(reading, word, ret_value, err);
	*ret_value = memory_text(word);
	return 0;
}

int
sshd_path_provider(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const char *word = sshd_value_first(reading->words, ret_used, err);
	if (word == NULL)
		return -1;
	if (strcasecmp(word, "internal") != 0)
		return make_absolute(reading, word, ret_value, err);
	*ret_value = memory_text("internal");
	return 0;
}

/* Files that may begin in the home of who logs in: they stay relative. */
int
sshd_path_keys(const struct sshd_reading *reading, char **ret_value, size_t *ret_used,
	struct error *err)
{
	const struct sshd_words *words = reading->words;
	autobuffer struct buffer list = { 0 };
	for (size_t i = 0; i < words->count; i++) {
		if (*words->items[i] == '\0')
			return error_set(err, "empty argument");
		autofree char *path = sshd_names_path(reading, words->items[i], err);
		if (path == NULL)
			return -1;
		buffer_printf(&list, "%s%s", i > 0 ? " " : "", path);
	}
	*ret_used = words->count;
	if (words->count > 0)
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
						   : sshd_names_path(reading, word, err);
	return *ret_value != NULL ? 0 : -1;
}
