/* Writing so that it is on the disk, and reading it back. What writes returns 0, or -1
 * with errno, and allocates nothing. */
#ifndef ENFORCER_STORAGE_H
#define ENFORCER_STORAGE_H

#include "base/bytes.h"

/* Writes all of BYTES at the place where FD stands. */
int
storage_write(int fd, struct bytes bytes);

/* fsync, once: an error is never tried again, for the kernel reports it once and drops
 * the pages (fsync(2)). */
int
storage_sync(int fd);

int
storage_sync_directory(int fd);

/* Makes the new file NAME in DIRECTORY with mode 0600, its bytes on the disk; its name is
 * durable after storage_sync_directory. Leaves nothing when it fails. */
int
storage_create(int directory, const char *name, struct bytes bytes);

/* Reads the regular file NAME of at most MAX bytes: its bytes with a NUL behind, which
 * the caller frees; NULL with errno. */
char *
storage_read(int directory, const char *name, size_t max, size_t *ret_size);

#endif
