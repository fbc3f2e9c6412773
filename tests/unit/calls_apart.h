/* Runs something whose calls fail (calls.h) in a process of its own, as there is no way
 * back from the filter. */
#ifndef TESTS_UNIT_CALLS_APART_H
#define TESTS_UNIT_CALLS_APART_H

#include "tests/unit/scratch.h"

#include <sys/wait.h>

#include "tests/unit/calls.h"

/* ACT must leave as many descriptors open as it found. */
static inline void
calls_apart(void (*act)(const void *), const void *data)
{
	int status;
	fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (!calls_install())
			exit(77);
		int before = calls_descriptors();
		act(data);
		exit(calls_descriptors() == before ? 0 : 78);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status == 77 << 8)
		skip();
	assert_int_equal(status, 0);
}

#endif
