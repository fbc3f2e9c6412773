#include "policy/source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

static int
check_owner(const char *path, const struct stat *status, struct error *err)
{
	if (status->st_uid != 0 && status->st_uid != geteuid())
		return error_set(err,
			"%s belongs to uid %u, who can change the policy (chown root %s)",
			path, (unsigned)status->st_uid, path);
	return 0;
}

/* Every directory on the way to PATH, which has no links: whoever can write one can put
 * another file in place. In a sticky one (mode 1777) only the owners of the file and of
 * the directory can. */
static int
check_directories(char *path, struct error *err)
{
	for (char *slash = strrchr(path, '/'); slash != NULL;
		slash = strrchr(path, '/')) {
		bool root = slash == path;
		*slash = '\0';
		const char *directory = root ? "/" : path;
		struct stat status;
		if (lstat(directory, &status) < 0)
			return error_set(err, "%s: %s", directory, strerror(errno));
		if (check_owner(directory, &status, err) < 0)
			return -1;
		if ((status.st_mode & 022) != 0 && (status.st_mode & S_ISVTX) == 0)
			return error_set(err,
				"others can write the directory %s and so replace the "
				"policy (chmod go-w %s)",
				directory, directory);
	}
	return 0;
}

/* FILE may be a link to a safe place: it must not be turned elsewhere either. */
static int
check_link(const char *file, struct error *err)
{
	struct stat status;
	if (lstat(file, &status) < 0)
		return error_set(err, "%s", strerror(errno));
	if (!S_ISLNK(status.st_mode))
		return 0;
	const char *slash = strrchr(file, '/');
	autofree char *named = slash != NULL
		? memory_copy(file, (size_t)(slash - file) + 1)
		: memory_text(".");
	autofree char *directory = realpath(named, NULL);
	if (directory == NULL)
		return error_set(err, "%s: %s", named, strerror(errno));
	autofree char *link = memory_printf("%s/link", directory);
	return check_owner(file, &status, err) < 0 ? -1 : check_directories(link, err);
}

static int
check_safe(const char *file, const struct stat *status, struct error *err)
{
	if (check_owner(file, status, err) < 0)
		return -1;
	if ((status->st_mode & 022) != 0)
		return error_set(err, "others can write it (chmod go-w %s)", file);
	if (check_link(file, err) < 0)
		return -1;
	autofree char *path = realpath(file, NULL);
	struct stat found;
	if (path == NULL || lstat(path, &found) < 0)
		return error_set(err, "%s", strerror(errno));
	if (found.st_dev != status->st_dev || found.st_ino != status->st_ino)
		return error_set(err, "it was replaced while it was read");
	return check_directories(path, err);
}

static int
read_all(int fd, size_t size_hint, struct bytes *ret_bytes, struct error *err)
{
	size_t capacity = size_hint + 1, size = 0;
	autofree char *data = memory_resize(NULL, capacity, 1);
	for (;;) {
		ssize_t got = read(fd, data + size, capacity - size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(err, "%s", strerror(errno));
		if (got == 0)
			break;
		size += (size_t)got;
		if (size > SOURCE_SIZE_MAX)
			return error_set(err, "larger than 1 MiB");
		if (size == capacity)
			data = memory_resize(data, capacity *= 2, 1);
	}
	*ret_bytes = (struct bytes){ data, size };
	data = NULL;
	return 0;
}

int
source_read(
	const char *file, bool require_safe, struct bytes *ret_bytes, struct error *err)
{
	/* O_NONBLOCK: a FIFO in its place must not make us wait */
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return error_set(err, "%s", strerror(errno));
	struct stat status;
	int result = -1;
	if (fstat(fd, &status) < 0)
		error_set(err, "%s", strerror(errno));
	else if (!S_ISREG(status.st_mode))
		error_set(err, "not a regular file");
	else if (status.st_size > SOURCE_SIZE_MAX)
		error_set(err, "larger than 1 MiB");
	else if (!require_safe || check_safe(file, &status, err) == 0)
		result = read_all(fd, (size_t)status.st_size, ret_bytes, err);
	close(fd);
	return result;
}

char *
source_path(const char *file, const char *path)
{
	const char *slash = strrchr(file, '/');
	if (path[0] == '/' || slash == NULL)
		return memory_text(path);
	return memory_printf("%.*s/%s", (int)(slash - file), file, path);
}
