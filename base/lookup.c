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

static char *
join(const char *folder, const char *name)
{
	return memory_printf("%s/%s", strcmp(folder, "/") != 0 ? folder : "", name);
}

static int
find(struct lookups *lookups, const char *path, struct lookup *ret_lookup);

/* Makes LOOKUP of PATH one that can't be followed. */
static int
fail(struct lookup *lookup, const char *path, int errnum)
{
	free(lookup->target);
	lookup->target = memory_text(path);
	lookup->errnum = errno = errnum;
	return -1;
}

/* What the link at PATH, whose folder FOLDER has no link, leads to. Its text is read
 * through a descriptor, so that a folder that becomes a link meanwhile does not lead
 * astray. */
static int
follow(struct lookups *lookups, const char *path, const char *folder,
	struct lookup *ret_lookup)
{
	char text[PATH_MAX];
	int fd = resolve_open(
		lookups->root, path, O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
	if (fd < 0)
		return fail(ret_lookup, path, errno);
	ssize_t size = readlinkat(fd, "", text, sizeof text);
	int saved = errno;
	close(fd);
	/* the kernel's own links there have a text that is no path */
	if (size <= 0 || strncmp(path, "/proc/", 6) == 0)
		return fail(ret_lookup, path, size < 0 ? saved : ELOOP);
	ret_lookup->is_link = true;
	if (++ret_lookup->links > LINKS_MAX || lookups->depth >= LINKS_MAX ||
		size == sizeof text)
		return fail(ret_lookup, path, ELOOP);
	autofree char *link = memory_copy(text, (size_t)size);
	autofree char *next = *link == '/' ? memory_text(link) : join(folder, link);
	struct lookup rest = { .links = ret_lookup->links };
	lookups->depth++;
	fd = find(lookups, next, &rest);
	lookups->depth--;
	rest.is_link = true;
	*ret_lookup = rest;
	return fd;
}

/* The same as lookup_open where a component of PATH is a link: that of its folder is
 * known or found first. */
static int
find_in_folder(struct lookups *lookups, const char *path, struct lookup *ret_lookup)
{
	const char *slash = strrchr(path, '/'), *name = slash + 1;
	autofree char *folder = memory_copy(
		path, slash > path ? (size_t)(slash - path) : 1);
	const struct lookup *above = lookup_get(lookups, folder);
	autofree char *real = memory_text(above->target);
	int links = ret_lookup->links + above->links;
	if (links > LINKS_MAX || above->errnum == ELOOP)
		return fail(ret_lookup, path, ELOOP);
	autofree char *whole = *name == '\0' || strcmp(name, ".") == 0 ? memory_text(real)
								       : join(real, name);
	ret_lookup->links = links;
	if (above->errnum != 0) {
		ret_lookup->target = tidy(whole);
		ret_lookup->errnum = errno = above->errnum;
		return -1;
	}
	if (strcmp(whole, path) == 0)
		return follow(lookups, path, real, ret_lookup);
	return find(lookups, whole, ret_lookup);
}

/* PATH with those of its folders that are known to be links, or behind links, put by what
 * they lead to, which takes no call. Adds the links that this follows. The caller frees.
 */
static char *
shorten(const struct lookups *lookups, const char *path, int *links)
{
	char *text = memory_text(path);
	for (char *slash = strchr(text + 1, '/'); slash != NULL;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		const struct lookup *known = table_get(&lookups->by_path, text);
		bool leads = known != NULL && known->errnum == 0 &&
			S_ISDIR(known->status.st_mode) &&
			strcmp(known->target, text) != 0;
		*slash = '/';
		if (!leads)
			continue;
		size_t size = strcmp(known->target, "/") != 0 ? strlen(known->target) : 0;
		char *next = memory_printf("%.*s%s", (int)size, known->target, slash);
		free(text);
		text = next;
		slash = text + size;
		*links += known->links;
	}
	return text;
}

/* Adds to *RET_LOOKUP, which holds the links followed so far, what PATH leads to. Returns
 * as lookup_open does. */
static int
find(struct lookups *lookups, const char *path, struct lookup *ret_lookup)
{
	autofree char *shorter = shorten(lookups, path, &ret_lookup->links);
	if (ret_lookup->links > LINKS_MAX)
		return fail(ret_lookup, path, ELOOP);
	int fd = resolve_open(lookups->root, shorter, O_PATH, RESOLVE_NO_SYMLINKS);
	if (fd < 0 && errno == ELOOP) {
		fd = find_in_folder(lookups, shorter, ret_lookup);
		return ret_lookup->errnum == ELOOP ? fail(ret_lookup, path, ELOOP) : fd;
	}
	ret_lookup->errnum = fd < 0 ? errno : 0;
	ret_lookup->target = tidy(shorter);
	errno = ret_lookup->errnum;
	return fd;
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
