#include "enforcer/storage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

int
storage_write(int fd, struct bytes bytes)
{
	while (bytes.size > 0) {
		ssize_t done = write(fd, bytes.data, bytes.size);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) {
			if (done == 0)
				errno = ENOSPC;
			return -1;
		}
		bytes.data += done;
		bytes.size -= (size_t)done;
	}
	return 0;
}

int
storage_sync(int fd)
{
	return fsync(fd);
}

int
storage_sync_directory(int fd)
{
	return fsync(fd);
}

int
storage_create(int directory, const char *name, struct bytes bytes)
{
	int fd = openat(directory, name,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	int status = storage_write(fd, bytes) < 0 || storage_sync(fd) < 0 ? -1 : 0;
	int saved = errno;
	close(fd);
	if (status < 0)
		unlinkat(directory, name, 0);
	errno = saved;
	return status;
}

char *
storage_read(int directory, const char *name, size_t max, size_t *ret_size)
{
	struct stat status;
	int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	char *data = NULL;
	size_t size = 0;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
		(size_t)status.st_size <= max) {
		data = memory_new((size_t)status.st_size + 1, 1);
		while (size < (size_t)status.st_size) {
			ssize_t got = read(
				fd, data + size, (size_t)status.st_size - size);
			if (got < 0 && errno == EINTR)
				continue;
			if (got <= 0)
				break;
			size += (size_t)got;
		}
		if (size < (size_t)status.st_size) {
			free(data);
			data = NULL;
			errno = EIO;
		}
	} else {
		errno = EFBIG;
	}
	int saved = errno;
	close(fd);
	errno = saved;
	*ret_size = size;
	return data;
}
