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
	if (strstr(path, "//") == NULL && strstr(path, "/.") == NULL && path[0] == '/' &&
		path[strlen(path) - 1] != '/')
		return memory_text(path);
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

/* Puts what those of the first folders of *TEXT that are known to be links lead to in
 * their place, which takes no call. Adds the links that this follows. Returns the errno
 * of a folder that is known to be missing, else 0. */
static int
shorten(const struct lookups *lookups, char **text, int *links)
{
	int tried = 0, missing = 0;
	for (char *slash = strchr(*text + 1, '/');
		slash != NULL && missing == 0 && tried++ < SHORTENED;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		const struct lookup *known = table_get(&lookups->by_path, *text);
		if (known != NULL &&
			(known->errnum == ENOENT || known->errnum == ENOTDIR))
			missing = known->errnum;
		bool leads = known != NULL && strcmp(known->target, *text) != 0 &&
			(missing != 0 ||
				(known->errnum == 0 && S_ISDIR(known->status.st_mode)));
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
	return missing;
}

/* Opens TEXT where no link is on the way; else errno is ELOOP. With O_NOFOLLOW among
 * FLAGS the last component may be one, which is opened itself. */
static int
open_plain(const struct lookups *lookups, const char *text, int flags)
{
	return resolve_open(lookups->root, text, O_PATH | flags, RESOLVE_NO_SYMLINKS);
}

/* Where the name of the first folder in TEXT that is a link, and there is one, ends:
 * halving what may be. */
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
		int fd = open_plain(lookups, middle > 0 ? text : "/", 0);
		bool is_bad = fd < 0 && errno == ELOOP;
		text[middle] = '/';
		if (fd >= 0)
			close(fd);
		*(is_bad ? &bad : &good) = middle;
		while (is_bad && bad > good + 1 && text[bad - 1] == '/')
			bad--;
	}
}

/* Puts what the link at *TEXT, opened as FD, leads to in its place. Its text is read
 * through the descriptor, so that a folder that becomes a link meanwhile does not lead
 * astray. Returns 0 or an errno. */
static int
read_link(struct lookups *lookups, int fd, char **text)
{
	char link[PATH_MAX];
	lookups->work += strlen(*text);
	ssize_t size = readlinkat(fd, "", link, sizeof link);
	if (size < 0)
		return errno;
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

/* Puts what the link on the way of *TEXT leads to in its place: FD, the last component,
 * or a folder where FD is -1. Returns 0 or an errno. */
static int
follow(struct lookups *lookups, int fd, char **text, struct lookup *lookup)
{
	lookup->is_link = lookup->is_link || fd >= 0;
	lookup->links += fd >= 0;
	if (lookup->links > LINKS_MAX || lookups->depth >= LINKS_MAX ||
		lookups->work > WORK_MAX)
		return ELOOP;
	int errnum = fd >= 0
		? read_link(lookups, fd, text)
		: pass_link(lookups, text, first_link(lookups, *text), &lookup->links);
	return errnum == 0 && strlen(*text) > PATH_MAX ? ELOOP : errnum;
}

/* Sets what PATH leads to. Returns its descriptor, or -1. Each turn follows a link. */
static int
find(struct lookups *lookups, const char *path, struct lookup *ret_lookup)
{
	autofree char *text = memory_text(path);
	for (;;) {
		int errnum = shorten(lookups, &text, &ret_lookup->links), fd = -1;
		if (errnum == 0) {
			fd = open_plain(lookups, text, O_NOFOLLOW);
			if (fd < 0 || fstat(fd, &ret_lookup->status) < 0)
				errnum = errno;
		}
		bool is_there = errnum == 0 && !S_ISLNK(ret_lookup->status.st_mode);
		if (!is_there) {
			bool is_last = errnum == 0;
			if (is_last || errnum == ELOOP)
				errnum = follow(lookups, fd, &text, ret_lookup);
			if (fd >= 0)
				close(fd);
			if (errnum == 0)
				continue;
			fd = -1;
			ret_lookup->status = (struct stat){ 0 };
		}
		ret_lookup->errnum = errnum;
		ret_lookup->target = errnum == ELOOP ? memory_text(path) : tidy(text);
		return fd;
	}
}

void
lookups_init(struct lookups *lookups, int root)
{
	*lookups = (struct lookups){ .root = root, .fd = -1 };
}

/* Keeps FD, that of LOOKUP, in the place of the one before. */
static void
keep_open(struct lookups *lookups, const struct lookup *lookup, int fd)
{
	if (lookups->fd >= 0)
		close(lookups->fd);
	lookups->opened = lookup;
	lookups->fd = fd;
}

int
lookup_open(struct lookups *lookups, const char *path, struct stat *ret_status,
	const struct lookup **ret_lookup)
{
	const struct lookup *lookup = *ret_lookup = lookup_get(lookups, path);
	int fd = lookups->fd;
	*ret_status = lookup->status;
	errno = lookup->errnum;
	if (errno != 0)
		return -1;
	if (fd >= 0 && lookups->opened == lookup) {
		lookups->fd = -1;
		return fd;
	}
	fd = open_plain(lookups, lookup->target, 0);
	if (fd < 0 || fstat(fd, ret_status) == 0)
		return fd;
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
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
	keep_open(lookups, lookup, find(lookups, path, lookup));
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
	keep_open(lookups, NULL, -1);
	*lookups = (struct lookups){ .root = -1, .fd = -1 };
}
