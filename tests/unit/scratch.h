/* A root directory of a test's own, removed afterwards. */
#ifndef TESTS_UNIT_SCRATCH_H
#define TESTS_UNIT_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

static char scratch[64];

/* IN_PLACE=1: files are changed by this process itself, which can count what it runs. */
static inline bool
scratch_in_place(void)
{
	return getenv("IN_PLACE") != NULL;
}

static inline void
scratch_make(void)
{
	strcpy(scratch, "/tmp/holdfast-test-XXXXXX");
	assert_non_null(mkdtemp(scratch));
	assert_int_equal(chmod(scratch, 0755), 0);
}

static inline int
scratch_unlink(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status, (void)type, (void)ftw;
	return remove(path);
}

static inline void
scratch_remove(void)
{
	nftw(scratch, scratch_unlink, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* The path of NAME, which begins with a slash, in the root; the caller frees. */
static inline char *
scratch_path(const char *name)
{
	return memory_printf("%s%s", scratch, name);
}

/* Makes the directories above NAME. */
static inline void
scratch_parents(const char *name)
{
	autofree char *path = scratch_path(name);
	for (char *p = path + strlen(scratch) + 1; (p = strchr(p, '/')) != NULL; p++) {
		*p = '\0';
		if (mkdir(path, 0755) < 0)
			assert_int_equal(errno, EEXIST);
		*p = '/';
	}
}

static inline void
scratch_file(const char *name, const char *data, size_t size)
{
	autofree char *path = scratch_path(name);
	scratch_parents(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), (ssize_t)size);
	close(fd);
}

static inline void
scratch_text(const char *name, const char *text)
{
	scratch_file(name, text, strlen(text));
}

static inline void
scratch_link(const char *name, const char *target)
{
	autofree char *path = scratch_path(name);
	scratch_parents(name);
	assert_int_equal(symlink(target, path), 0);
}

#endif
