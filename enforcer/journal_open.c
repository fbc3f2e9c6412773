#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/resolve.h"
#include "enforcer/journal.h"
#include "enforcer/storage.h"

static int
failed(const struct journal *journal, struct error *err, const char *what)
{
	return error_set(err, "%s: %s: %s", journal->path, what, strerror(errno));
}

/* Makes var, var/lib and var/lib/holdfast where they are missing. */
static int
make_default(int root)
{
	static const struct {
		const char *path;
		mode_t mode;
	} steps[] = { { "/var", 0755 }, { "/var/lib", 0755 }, { JOURNAL_DEFAULT, 0700 } };
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		autofree char *parent = memory_text(steps[i].path);
		char *slash = strrchr(parent, '/');
		const char *name = steps[i].path + (slash - parent) + 1;
		slash[slash == parent] = '\0';
		int above = resolve_open(root, parent, O_RDONLY | O_DIRECTORY, 0);
		int made = above < 0 ? -1 : mkdirat(above, name, steps[i].mode);
		/* one that is there may be of a run that died before it synced */
		bool good = above >= 0 && (made == 0 || errno == EEXIST) &&
			storage_sync_directory(above) == 0;
		int saved = errno;
		if (above >= 0)
			close(above);
		errno = saved;
		if (!good)
			return -1;
	}
	return 0;
}

static int
sync_parent(int directory)
{
	int parent = openat(directory, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (parent < 0)
		return -1;
	int status = storage_sync_directory(parent), saved = errno;
	close(parent);
	errno = saved;
	return status;
}

/* Where the caller's system has ROOT; "" for "/". */
static char *
root_path(int root)
{
	char link[40], path[PATH_MAX];
	snprintf(link, sizeof link, "/proc/self/fd/%d", root);
	ssize_t size = readlink(link, path, sizeof path - 1);
	return memory_copy(path, size > 1 ? (size_t)size : 0);
}

/* The journal's place, for messages. */
static char *
place(int root, const char *directory)
{
	if (directory != NULL)
		return memory_text(directory);
	autofree char *path = root_path(root);
	return memory_printf("%s" JOURNAL_DEFAULT, path);
}

/* A journal that lies elsewhere than in its root names it, in one line, so that no other
 * root's files are changed by it. Names ROOT when CREATE and none is named yet. */
static int
check_root(int root, const struct journal *journal, bool create, struct error *err)
{
	size_t size = 0;
	autofree char *path = root_path(root);
	autofree char *wanted = memory_printf("%s\n", *path != '\0' ? path : "/");
	autofree char *named = storage_read(journal->fd, JOURNAL_ROOT, PATH_MAX, &size);
	if (named == NULL && errno != ENOENT)
		return failed(journal, err, "can't read whose it is");
	if (named == NULL && !create)
		return 0;
	if (named == NULL &&
		((unlinkat(journal->fd, JOURNAL_ROOT ".new", 0) < 0 && errno != ENOENT) ||
			storage_create(journal->fd, JOURNAL_ROOT ".new",
				BYTES_TEXT(wanted)) < 0 ||
			renameat(journal->fd, JOURNAL_ROOT ".new", journal->fd,
				JOURNAL_ROOT) < 0 ||
			storage_sync_directory(journal->fd) < 0))
		return failed(journal, err, "can't keep whose it is");
	if (named != NULL && strcmp(named, wanted) != 0) {
		named[size > 0 && named[size - 1] == '\n' ? size - 1 : size] = '\0';
		return error_set(err,
			"%s: is the journal of the root %s: give each root its own (if "
			"that root has moved, write its new path into %s/" JOURNAL_ROOT
			")",
			journal->path, named, journal->path);
	}
	return 0;
}

int
journal_open(int root, const char *directory, bool create, struct journal *ret_journal,
	struct error *err)
{
	struct journal *journal = ret_journal;
	struct stat status;
	*journal = (struct journal){ .fd = -1, .path = place(root, directory) };
	if (create && directory == NULL && make_default(root) < 0)
		return failed(journal, err, "can't be made");
	int made = create && directory != NULL ? mkdirat(AT_FDCWD, directory, 0700) : -1;
	if (create && directory != NULL && made < 0 && errno != EEXIST)
		return failed(journal, err, "can't be made");
	journal->fd = directory != NULL
		? open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
		: resolve_open(root, JOURNAL_DEFAULT, O_RDONLY | O_DIRECTORY, 0);
	if (journal->fd < 0 && !create && errno == ENOENT)
		return 1;
	if (journal->fd < 0 || fstat(journal->fd, &status) < 0)
		return failed(journal, err, "can't be opened");
	if (made == 0 && sync_parent(journal->fd) < 0)
		return failed(journal, err, "can't be made");
	if (status.st_uid != geteuid() || (status.st_mode & 077) != 0)
		return error_set(err,
			"%s: must belong to uid %ju and be closed to all others: chmod "
			"700",
			journal->path, (uintmax_t)geteuid());
	return directory != NULL ? check_root(root, journal, create, err) : 0;
}

int
journal_lock(const struct journal *journal, bool *ret_waited, struct error *err)
{
	*ret_waited = false;
	while (flock(journal->fd, *ret_waited ? LOCK_EX : LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			*ret_waited = true;
		else if (errno != EINTR)
			return failed(journal, err, "can't be locked");
	}
	return 0;
}

void
journal_close(struct journal *journal)
{
	if (journal->fd >= 0)
		close(journal->fd);
	free(journal->path);
	*journal = (struct journal){ .fd = -1 };
}
