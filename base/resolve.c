#include "base/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/memory.h"

enum {
	TRIES = 32, /* openat2 says EAGAIN when a rename raced with ".." */
	LINKS_MAX = 40, /* as path_resolution(7) */
};

int
resolve_open(int root, const char *path, int flags, uint64_t extra)
{
	struct open_how how = { .flags = (uint64_t)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | extra };
	for (int i = 0;; i++) {
		long fd = syscall(SYS_openat2, root, path, &how, sizeof how);
		if (fd >= 0 || errno != EAGAIN || i >= TRIES)
			return (int)fd;
	}
}

/* Drops the last component of PATH, "/a/b"; the root's parent is the root. */
static void
go_up(struct buffer *path)
{
	while (path->size > 0 && path->data[--path->size] != '/')
		;
	path->data[path->size] = '\0';
}

/* Adds the component at *REST to PATH and moves *REST behind it. Returns its length, 0
 * for "." and ".." (which goes up). */
static size_t
step(struct buffer *path, const char **rest)
{
	const char *name = *rest + strspn(*rest, "/");
	size_t length = strcspn(name, "/");
	*rest = name + length;
	if (length == 0 || (length == 1 && name[0] == '.'))
		return 0;
	if (length == 2 && name[0] == '.' && name[1] == '.') {
		go_up(path);
		return 0;
	}
	buffer_add(path, "/", 1);
	buffer_add(path, name, length);
	return length;
}

/* The path by its text alone: right where no component is a link. */
static char *
tidy(const char *path)
{
	struct buffer out = { 0 };
	buffer_text(&out, "");
	while (*path != '\0')
		step(&out, &path);
	if (out.size == 0)
		buffer_text(&out, "/");
	return buffer_take(&out);
}

/* The text of the link at PATH, NULL with errno when it is none (EINVAL) or can't be
 * read. Read through a descriptor, so that a parent that becomes a link meanwhile does
 * not lead astray. */
static char *
read_link(int root, const char *path)
{
	char text[PATH_MAX];
	int fd = resolve_open(root, path, O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS);
	if (fd < 0)
		return NULL;
	ssize_t size = readlinkat(fd, "", text, sizeof text);
	int saved = size < 0 && errno == ENOENT ? EINVAL : errno;
	close(fd);
	errno = saved;
	return size < 0 ? NULL : memory_copy(text, (size_t)size);
}

/* Adds to DONE, which is the root, all but the last component of *NEXT where no link is
 * on the way, and moves *NEXT behind them: one call for what step by step takes many. */
static void
leap(int root, struct buffer *done, const char **next)
{
	const char *last = strrchr(*next, '/');
	if (last == NULL || last == *next)
		return;
	autofree char *folder = memory_copy(*next, (size_t)(last - *next));
	int fd = resolve_open(root, folder, O_PATH, RESOLVE_NO_SYMLINKS);
	if (fd < 0)
		return;
	close(fd);
	for (const char *rest = folder; *rest != '\0';)
		step(done, &rest);
	*next = last;
}

/* Follows every link of PATH by hand. NULL with errno ELOOP when there are too many. */
static char *
follow(int root, const char *path)
{
	autobuffer struct buffer done = { 0 };
	autofree char *rest = memory_text(path);
	const char *next = rest;
	bool missing = false;
	int links = 0;
	buffer_text(&done, "");
	leap(root, &done, &next);
	while (*next != '\0') {
		if (step(&done, &next) == 0 || missing)
			continue;
		autofree char *link = read_link(root, done.data);
		if (link == NULL) {
			missing = errno != EINVAL;
			continue;
		}
		char *more = memory_printf("%s/%s", link, next);
		free(rest);
		next = rest = more;
		if (++links > LINKS_MAX || strlen(more) > PATH_MAX) {
			errno = ELOOP;
			return NULL;
		}
		if (link[0] == '/')
			done.size = 0;
		else
			go_up(&done);
		done.data[done.size] = '\0';
		if (link[0] == '/')
			leap(root, &done, &next);
	}
	if (done.size == 0)
		buffer_text(&done, "/");
	return buffer_take(&done);
}

static bool
is_link(int root, const char *path)
{
	struct stat status;
	int fd = resolve_open(root, path, O_PATH | O_NOFOLLOW, 0);
	bool link = fd >= 0 && fstat(fd, &status) == 0 && S_ISLNK(status.st_mode);
	if (fd >= 0)
		close(fd);
	return link;
}

int
resolve_path(int root, const char *path, char **ret_target, bool *ret_link)
{
	int fd = resolve_open(root, path, O_PATH, RESOLVE_NO_SYMLINKS);
	*ret_link = false;
	*ret_target = NULL;
	if (fd >= 0 || errno != ELOOP) {
		int saved = errno;
		*ret_target = tidy(path);
		errno = saved;
		return fd;
	}
	*ret_link = is_link(root, path);
	fd = resolve_open(root, path, O_PATH, 0);
	if (fd >= 0 || errno == ENOENT || errno == ENOTDIR || errno == EACCES)
		*ret_target = follow(root, path);
	if (fd >= 0)
		close(fd);
	if (*ret_target == NULL) {
		int saved = errno;
		*ret_target = memory_text(path);
		errno = saved;
		return -1;
	}
	/* what is judged must be what the target names, not what PATH leads to by now */
	return resolve_open(root, *ret_target, O_PATH, RESOLVE_NO_SYMLINKS);
}
