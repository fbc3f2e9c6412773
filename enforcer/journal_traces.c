#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/resolve.h"
#include "enforcer/journal.h"

/* Each before the folder that it is in. */
static const struct {
	const char *path, *parent, *name;
} folders[JOURNAL_FOLDERS] = {
	{ JOURNAL_DEFAULT, "/var/lib", "holdfast" },
	{ "/var/lib", "/var", "lib" },
	{ "/var", "/", "var" },
};

void
journal_traces_look(int root, const char *directory, struct journal_traces *ret_traces)
{
	struct stat status;
	*ret_traces = (struct journal_traces){ .root = root, .directory = directory };
	if (directory != NULL) {
		ret_traces->is_new[0] = lstat(directory, &status) < 0 && errno == ENOENT;
		return;
	}
	for (size_t i = 0; i < JOURNAL_FOLDERS; i++) {
		int fd = resolve_open(root, folders[i].path, O_PATH | O_DIRECTORY, 0);
		ret_traces->is_new[i] = fd < 0 && errno == ENOENT;
		if (fd >= 0)
			close(fd);
	}
}

/* Whether the journal at FD has nothing, but for the name of its root. */
static bool
is_unused(int fd)
{
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = own >= 0 ? fdopendir(own) : NULL;
	if (entries == NULL) {
		if (own >= 0)
			close(own);
		return false;
	}
	bool unused = true;
	for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
		unused = unused &&
			(strcmp(entry->d_name, ".") == 0 ||
				strcmp(entry->d_name, "..") == 0 ||
				strcmp(entry->d_name, JOURNAL_ROOT) == 0);
	closedir(entries);
	return unused;
}

void
journal_traces_remove(const struct journal_traces *traces)
{
	const char *directory = traces->directory;
	if (!traces->is_new[0])
		return;
	int fd = directory != NULL
		? open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
		: resolve_open(traces->root, JOURNAL_DEFAULT, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return;
	/* another run that has it by now keeps it; one that waits fails before it changes
	 * anything */
	bool unused = flock(fd, LOCK_EX | LOCK_NB) == 0 && is_unused(fd);
	if (unused && directory != NULL && unlinkat(fd, JOURNAL_ROOT, 0) == 0)
		(void)rmdir(directory);
	for (size_t i = 0;
		unused && directory == NULL && i < JOURNAL_FOLDERS && traces->is_new[i];
		i++) {
		int above = resolve_open(
			traces->root, folders[i].parent, O_RDONLY | O_DIRECTORY, 0);
		unused = above >= 0 &&
			unlinkat(above, folders[i].name, AT_REMOVEDIR) == 0;
		if (above >= 0)
			close(above);
	}
	close(fd);
}
