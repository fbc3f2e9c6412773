/* A file that a syslog daemon writes, watched for a message that carries a mark. */
#ifndef ENFORCER_LOG_FILE_H
#define ENFORCER_LOG_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "policy/models/syslog/syslog_table.h"

enum { LOG_MARK_SIZE = 40 };

struct log_file {
	bool is_plain; /* a message that is sure to get there can be read there */
	ino_t inode;
	off_t size; /* at the look before the message */
};

/* "probe " and a number that nobody has used. -1 when the kernel has none. */
int
log_mark(char ret_mark[LOG_MARK_SIZE]);

/* Looks at what ROW leads to, before a message is sent. */
void
log_file_look(const struct syslog_table_row *row, struct log_file *ret_file);

/* What was written since, its last MiB, NUL as a blank; the caller frees. A file that was
 * rotated is read from its beginning. */
char *
log_file_tail(const struct syslog_table_row *row, const struct log_file *file);

#endif
