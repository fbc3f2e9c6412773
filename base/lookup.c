#include "base/lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/memory.h"
#include "base/resolve.h"

enum {
	KEPT_MAX = 4 << 20, /* bytes: a hostile root may have any number of paths */
	LINKS_MAX = 40, /* as path_resolution(7) */
	WORK_MAX = 16 << 20, /* bytes of paths with links; past it none is followed */
	SHORTENED = 6, /* components: links of a whole host are near its root */
};

/* Drops the last component of PATH, "/a/b"; the root's parent is the root. */
static void
go_up(struct buffer *path)
{
	while (path->size > 0 && path->data[--path->size] != '/')
		;
	path->data[path->size] = '\0';
}

/* The path by its text alone: right where no component is a link. */
static char *
tidy(const char *path)
{
	struct buffer out = { 0 };
	buffer_text(&out, "");
	while (*path != '\0') {
		const char *name = path + strspn(path, "/");
		size_t length = strcspn(name, "/");
		path = name + length;
		if (length == 2 && name[0] == '.' && name[1] == '.') {
			go_up(&out);
		} else if (length > 1 || (length == 1 && name[0] != '.')) {
			buffer_add(&out, "/", 1);
			buffer_add(&out, name, length);
		}
	}
	if (out.size == 0)
		buffer_text(&out, "/");
	return buffer_take(&out);
}

/* Makes LOOKUP of PATH one that can't be followed. */
static int
fail(struct lookup *lookup, const char *path, int errnum)
{
	free(lookup->target);
	lookup->target = memory_text(path);
	lookup->errnum = errno = errnum;
	return -1;
}

/* TEXT with those of its first folders that are known to be links put by what they lead
 * to, which takes no call. Adds the links that this follows. */
static void
shorten(const struct lookups *lookups, char **text, int *links)
{
	int tried = 0;
	for (char *slash = strchr(*text + 1, '/'); slash != NULL && tried++ < SHORTENED;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		const struct lookup *known = table_get(&lookups->by_path, *text);
		bool leads = known != NULL && known->errnum == 0 &&
			S_ISDIR(known->status.st_mode) &&
			strcmp(known->target, *text) != 0;
		*slash = '/';
		if (!leads)
			continue;
		size_t size = strcmp(known->target, "/") != 0 ? strlen(known->target) : 0;
		char *next = memory_printf("%.*s%s", (int)size, known->target, slash);
		free(*text);
		*text = next;
		slash = next + size;
		*links += known->links;
	}
}

/* Opens TEXT where no link is on the way; else errno is ELOOP. */
static int
open_plain(const struct lookups *lookups, const char *text)
{
	return resolve_open(lookups->root, text, O_PATH, RESOLVE_NO_SYMLINKS);
}

/* Where the name of the first link in TEXT, which has one, ends: halving what may be. */
static size_t
first_link(struct lookups *lookups, char *text)
{
	size_t good = 0, bad = strlen(text);
	while (bad > 0 && text[bad - 1] == '/')
		bad--;
	for (;;) {
		size_t middle = good + (bad - good) / 2;
		while (middle < bad && text[middle] != '/')
			middle++;
		if (middle == bad) { /* no end behind the middle: the last before it */
			middle = good + (bad - good) / 2;
			while (middle > good && text[middle] != '/')
				middle--;
			if (middle == good)
				return bad;
		}
		text[middle] = '\0';
		lookups->work += middle + 1;
		int fd = open_plain(lookups, middle > 0 ? text : "/");
		bool is_bad = fd < 0 && errno == ELOOP;
		text[middle] = '/';
		if (fd >= 0)
			close(fd);
		*(is_bad ? &bad : &good) = middle;
		while (is_bad && bad > good + 1 && text[bad - 1] == '/')
			bad--;
	}
}

/* Puts what the link at *TEXT leads to in its place; no other link is on the way. Its
 * text is read through a descriptor, so that a folder that becomes a link meanwhile does
 * not lead astray. Returns 0 or an errno. */
static int
read_link(struct lookups *lookups, char **text)
{
	char link[PATH_MAX];
	int fd = resolve_open(
		lookups->root, *text, O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
	lookups->work += strlen(*text);
	if (fd < 0)
		return errno;
	ssize_t size = readlinkat(fd, "", link, sizeof link);
	int saved = errno;
	close(fd);
	if (size < 0)
		return saved;
	/* the kernel's own links there have a text that is no path */
	if (size == 0 || size == sizeof link || strncmp(*text, "/proc/", 6) == 0)
		return ELOOP;
	int folder = link[0] == '/' ? 0 : (int)(strrchr(*text, '/') + 1 - *text);
	char *next = memory_printf("%.*s%.*s", folder, *text, (int)size, link);
	free(*text);
	*text = next;
	return 0;
}

/* Puts what the first SIZE bytes of *TEXT, a link in a folder, lead to in their place.
 * Returns 0 or an errno; with ENOENT and the like *TEXT is what would have to be. */
static int
pass_link(struct lookups *lookups, char **text, size_t size, int *links)
{
	autofree char *folder = memory_copy(*text, size);
	lookups->depth++;
	const struct lookup *above = lookup_get(lookups, folder);
	lookups->depth--;
	if (above->errnum == ELOOP)
		return ELOOP;
	*links += above->links;
	char *next = memory_printf("%s%s",
		strcmp(above->target, "/") != 0 ? above->target : "", *text + size);
	free(*text);
	*text = next;
	return above->errnum;
}

/* Sets what PATH leads to. Returns as lookup_open does. Each turn follows a link at
 * least. */
static int
find(struct lookups *lookups, const char *path, struct lookup *ret_lookup)
{
	autofree char *text = memory_text(path);
	for (;;) {
		shorten(lookups, &text, &ret_lookup->links);
		int fd = open_plain(lookups, text), errnum = fd < 0 ? errno : 0;
		if (errnum == ELOOP) {
			size_t size = first_link(lookups, text);
			bool is_last = text[size] == '\0';
			ret_lookup->is_link = ret_lookup->is_link || is_last;
			ret_lookup->links += is_last;
			errnum = ret_lookup->links > LINKS_MAX ||
					lookups->depth >= LINKS_MAX ||
					lookups->work > WORK_MAX
				? ELOOP
				: is_last
				? read_link(lookups, &text)
				: pass_link(lookups, &text, size, &ret_lookup->links);
			if (errnum == ELOOP || (errnum == 0 && strlen(text) > PATH_MAX))
				return fail(ret_lookup, path, ELOOP);
			if (errnum == 0)
				continue;
		}
		ret_lookup->errnum = errnum;
		ret_lookup->target = tidy(text);
		errno = errnum;
		return fd;
	}
}

int
lookup_open(struct lookups *lookups, const char *path, char **ret_target, bool *ret_link)
{
	const struct lookup *known = table_get(&lookups->by_path, path);
	struct lookup lookup = { 0 };
	int fd = -1;
	if (known == NULL) {
		fd = find(lookups, path, &lookup);
		*ret_target = lookup.target;
		*ret_link = lookup.is_link;
		return fd;
	}
	*ret_target = memory_text(known->target);
	*ret_link = known->is_link;
	errno = known->errnum;
	return known->errnum != 0
		? -1
		: resolve_open(lookups->root, known->target, O_PATH, RESOLVE_NO_SYMLINKS);
}

static void
lookup_free(struct lookup *lookup)
{
	if (lookup != NULL)
		free(lookup->target);
	free(lookup);
}

const struct lookup *
lookup_get(struct lookups *lookups, const char *path)
{
	struct lookup *lookup = table_get(&lookups->by_path, path);
	if (lookup != NULL)
		return lookup;
	lookup = memory_new(1, sizeof *lookup);
	int fd = find(lookups, path, lookup);
	if (fd >= 0 && fstat(fd, &lookup->status) < 0)
		lookup->errnum = errno;
	if (fd >= 0)
		close(fd);
	lookups->size += sizeof *lookup + strlen(path) + strlen(lookup->target);
	/* what is a link too far on this way may be near on another */
	bool depends = lookup->errnum == ELOOP && lookups->depth > 0;
	if (lookups->size <= KEPT_MAX && !depends) {
		table_set(&lookups->by_path, path, lookup);
	} else {
		lookup_free(lookups->last);
		lookups->last = lookup;
	}
	return lookup;
}

void
lookups_free(struct lookups *lookups)
{
	for (size_t i = 0; i < lookups->by_path.capacity; i++)
		if (lookups->by_path.slots[i].key != NULL)
			lookup_free(lookups->by_path.slots[i].value);
	lookup_free(lookups->last);
	table_free(&lookups->by_path);
	*lookups = (struct lookups){ .root = -1 };
}
