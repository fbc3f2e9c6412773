#include "enforcer/log_file.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

enum { TAIL_MAX = 1 << 20 };

int
log_mark(char ret_mark[LOG_MARK_SIZE])
{
	uint64_t number;
	if (getrandom(&number, sizeof number, 0) != sizeof number)
		return -1;
	snprintf(ret_mark, LOG_MARK_SIZE, "probe %016jx", (uintmax_t)number);
	return 0;
}

/* Opens what a row leads to when it is a file; -1. */
static int
open_log(const struct syslog_table_row *row, struct stat *ret_status)
{
	int fd = open(row->text, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, ret_status) == 0 && S_ISREG(ret_status->st_mode))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

void
log_file_look(const struct syslog_table_row *row, struct log_file *ret_file)
{
	struct stat status;
	const struct destination *destination = row->action->destination;
	*ret_file = (struct log_file){ 0 };
	/* one that is not there yet is made by the first message */
	ret_file->is_plain = row->type == DESTINATION_FILE && row->text[0] == '/' &&
		!destination->computed && destination->doubt == NULL &&
		(stat(row->text, &status) < 0 || S_ISREG(status.st_mode));
	int fd = ret_file->is_plain ? open_log(row, &status) : -1;
	if (fd < 0)
		return;
	ret_file->inode = status.st_ino;
	ret_file->size = status.st_size;
	close(fd);
}

char *
log_file_tail(const struct syslog_table_row *row, const struct log_file *file)
{
	struct stat status;
	char *text = memory_new(TAIL_MAX + 1, 1);
	int fd = open_log(row, &status);
	if (fd < 0)
		return text;
	bool same = status.st_ino == file->inode && status.st_size >= file->size;
	off_t from = same ? file->size : 0;
	if (status.st_size - from > TAIL_MAX)
		from = status.st_size - TAIL_MAX;
	ssize_t size = pread(fd, text, TAIL_MAX, from);
	text[size > 0 ? size : 0] = '\0';
	for (ssize_t i = 0; i < size; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	close(fd);
	return text;
}
