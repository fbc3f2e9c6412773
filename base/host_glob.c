#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/host.h"
#include "base/memory.h"

/* Names looked at for one pattern: a pattern comes from a hostile file, and directories
 * may be links to each other. */
enum { LOOKED_AT_MAX = 1000000 };

struct search {
	struct host *host;
	struct name_list *found;
	size_t looked_at;
};

static bool
has_magic(const char *text)
{
	return strpbrk(text, "*?[\\") != NULL;
}

static void
add(struct name_list *list, const char *path)
{
	list->names = memory_grow(list->names, list->count, sizeof *list->names);
	list->names[list->count++] = memory_text(path);
}

static int
search(struct search *state, const char *above, const char *pattern, struct error *err);

/* The part of PATTERN up to the next slash has magic: tries each name in ABOVE. */
static int
search_names(struct search *state, const char *above, const char *part, const char *rest,
	struct error *err)
{
	struct name_list names;
	struct error failed = ERROR_INIT;
	int result = 0;
	if (host_list(state->host, *above != '\0' ? above : "/", &names, &failed) < 0) {
		bool nothing = errno == ENOENT || errno == ENOTDIR;
		if (!nothing)
			error_set(err, "%s", failed.text);
		error_clear(&failed);
		return nothing ? 0 : -1;
	}
	for (size_t i = 0; i < names.count && result == 0; i++) {
		if (++state->looked_at > LOOKED_AT_MAX) {
			result = error_set(err, "%s: the pattern leads to too many names",
				*above != '\0' ? above : "/");
			break;
		}
		if (fnmatch(part, names.names[i], FNM_PERIOD) != 0)
			continue;
		autofree char *path = memory_printf("%s/%s", above, names.names[i]);
		if (*rest == '\0')
			add(state->found, path);
		else
			result = search(state, path, rest, err);
	}
	name_list_free(&names);
	return result;
}

/* Adds what PATTERN, beginning with a slash or empty, matches below the directory ABOVE.
 */
static int
search(struct search *state, const char *above, const char *pattern, struct error *err)
{
	autofree char *path = memory_text(above);
	while (*pattern != '\0') {
		pattern += strspn(pattern, "/");
		autofree char *part = memory_copy(pattern, strcspn(pattern, "/"));
		pattern += strlen(part);
		if (has_magic(part))
			return search_names(state, path, part, pattern, err);
		if (*part == '\0')
			continue;
		char *longer = memory_printf("%s/%s", path, part);
		free(path);
		path = longer;
	}
	int there = host_has_name(state->host, *path != '\0' ? path : "/");
	if (there < 0)
		return error_set(err, "%s: %s", path, strerror(errno));
	if (there > 0)
		add(state->found, *path != '\0' ? path : "/");
	return 0;
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
host_glob(struct host *host, const char *pattern, struct name_list *ret_list,
	struct error *err)
{
	struct name_list found = { 0 };
	struct search state = { .host = host, .found = &found };
	if (search(&state, "", pattern, err) < 0) {
		name_list_free(&found);
		return -1;
	}
	if (found.count > 1)
		qsort(found.names, found.count, sizeof *found.names, by_bytes);
	*ret_list = found;
	return 0;
}
