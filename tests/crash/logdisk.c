/* logdisk BACKING LOG FOLDER: a disk for a loop device that remembers what it is sent.
 * FOLDER/disk reads and writes BACKING, and every write and flush goes to LOG in the
 * order it came; what is written to FOLDER/mark goes there too, as a mark. This is
 * dm-log-writes without the device mapper. A record of LOG: 'W', 'F' or 'M', offset and
 * length (64 bits each, this machine's order), then the bytes. */
#define FUSE_USE_VERSION 31
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define DISK "/disk"
#define MARK "/mark"

static int backing, record;

/* One write at a time: the loop runs in the foreground with one thread. */
static int
keep(char kind, off_t offset, const char *data, size_t size)
{
	uint64_t numbers[2] = { (uint64_t)offset, size };
	const struct iovec pieces[] = { { &kind, 1 }, { numbers, sizeof numbers },
		{ (void *)data, size } };
	ssize_t all = (ssize_t)(1 + sizeof numbers + size);
	return writev(record, pieces, 3) == all ? 0 : -EIO;
}

static int
get_attributes(const char *path, struct stat *status, struct fuse_file_info *file)
{
	struct stat below;
	(void)file;
	memset(status, 0, sizeof *status);
	status->st_nlink = 1;
	status->st_mode = S_IFREG | 0600;
	if (strcmp(path, "/") == 0)
		status->st_mode = S_IFDIR | 0700;
	else if (strcmp(path, DISK) == 0 && fstat(backing, &below) == 0)
		status->st_size = below.st_size;
	else if (strcmp(path, MARK) != 0)
		return -ENOENT;
	return 0;
}

static int
open_file(const char *path, struct fuse_file_info *file)
{
	(void)path;
	file->direct_io = 1;
	return 0;
}

static int
truncate_file(const char *path, off_t size, struct fuse_file_info *file)
{
	(void)size;
	(void)file;
	return strcmp(path, MARK) == 0 ? 0 : -EPERM;
}

static int
read_disk(const char *path, char *data, size_t size, off_t offset,
	struct fuse_file_info *file)
{
	(void)path;
	(void)file;
	ssize_t got = pread(backing, data, size, offset);
	return got < 0 ? -errno : (int)got;
}

static int
write_disk(const char *path, const char *data, size_t size, off_t offset,
	struct fuse_file_info *file)
{
	(void)file;
	bool mark = strcmp(path, MARK) == 0;
	if (!mark && pwrite(backing, data, size, offset) != (ssize_t)size)
		return -EIO;
	int kept = keep(mark ? 'M' : 'W', offset, data, size);
	return kept < 0 ? kept : (int)size;
}

static int
flush_disk(const char *path, int data_only, struct fuse_file_info *file)
{
	(void)data_only;
	(void)file;
	return strcmp(path, DISK) == 0 ? keep('F', 0, NULL, 0) : 0;
}

static const struct fuse_operations operations = {
	.getattr = get_attributes,
	.open = open_file,
	.truncate = truncate_file,
	.read = read_disk,
	.write = write_disk,
	.fsync = flush_disk,
};

int
main(int argc, char **argv)
{
	if (argc != 4)
		return 64;
	backing = open(argv[1], O_RDWR | O_CLOEXEC);
	record = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (backing < 0 || record < 0) {
		perror(argv[0]);
		return 1;
	}
	char *words[] = { argv[0], (char *)"-f", (char *)"-s", argv[3], NULL };
	return fuse_main(4, words, &operations, NULL);
}
