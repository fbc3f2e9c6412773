/* Takes rights away from the calling process. The only code that does. */
#ifndef BASE_CONFINE_H
#define BASE_CONFINE_H

#include <stddef.h>

#include "base/error.h"

/* For a freshly forked process that computes on hostile bytes: from now on it can read
 * and write FD (which becomes descriptor 0; all others are closed), get memory up to
 * MEMORY_MAX bytes more than it has, use CPU_MAX seconds of CPU, and exit. Any other
 * system call kills it; it leaves no core file, and it ends when its parent ends.
 * Landlock is added where the kernel has it. Sources: seccomp(2), landlock(7),
 * setrlimit(2). */
int
confine_to_computing(int fd, size_t memory_max, unsigned cpu_max, struct error *err);

#endif
