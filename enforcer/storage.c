#include "enforcer/storage.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int
storage_write(int fd, struct bytes bytes)
{
	while (bytes.size > 0) {
		ssize_t done = write(fd, bytes.data, bytes.size);
		if (done < 0 && errno == EINTR)
			continue;
#ifdef PLANT_NO_WRITE_CHECK
		if (done < 0)
			return 0;
#endif
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
#ifdef PLANT_NO_FILE_SYNC
	(void)fd;
	return 0;
#else
	return fsync(fd);
#endif
}

int
storage_sync_directory(int fd)
{
#ifdef PLANT_NO_DIRECTORY_SYNC
	(void)fd;
	return 0;
#else
	return fsync(fd);
#endif
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
