#include "base/console_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/console_conf.h"

static const char *
find_fault(const struct stat *status, bool safe)
{
	if (!S_ISREG(status->st_mode))
		return "it is no regular file";
	if (safe && status->st_uid != 0)
		return "it does not belong to root";
	if (safe && (status->st_mode & 022) != 0)
		return "others than root can write it";
	if (status->st_size > CONSOLE_CONF_MAX)
		return "it is larger than 1 MiB";
	return NULL;
}

/* Fills ROOM bytes of TEXT, which is more than there should be. */
static const char *
fill(int fd, char *text, size_t room, size_t *ret_size)
{
	size_t size = 0;
	while (size < room) {
		ssize_t got = read(fd, text + size, room - size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return "it can't be read";
		if (got == 0)
			break;
		size += (size_t)got;
	}
	*ret_size = size;
	return size == room ? "it grows while it is read" : NULL;
}

char *
console_file_read(const char *path, bool safe, size_t *ret_size, const char **ret_wrong)
{
	struct stat status;
	char *text = NULL;
	int fd = open(path,
		O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (safe ? O_NOFOLLOW : 0));
	if (fd < 0) {
		*ret_wrong = errno == ENOENT     ? "there is no such file"
			: errno == ELOOP && safe ? "it is a symbolic link"
						 : "it can't be opened";
		return NULL;
	}
	errno = 0;
	*ret_wrong = fstat(fd, &status) < 0 ? "it can't be looked at"
					    : find_fault(&status, safe);
	if (*ret_wrong == NULL) {
		size_t room = (size_t)status.st_size + 1;
		text = malloc(room);
		*ret_wrong = text == NULL ? "there is no memory for it"
					  : fill(fd, text, room, ret_size);
	}
	int error = errno;
	close(fd);
	if (*ret_wrong == NULL)
		return text;
	free(text);
	errno = error;
	return NULL;
}
