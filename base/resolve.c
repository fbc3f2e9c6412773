#include "base/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TRIES = 32 }; /* openat2 says EAGAIN when a rename raced with ".." */

int
resolve_open(int root, const char *path, int flags, uint64_t extra)
{
	struct open_how how = { .flags = (uint64_t)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | extra };
	for (int i = 0;; i++) {
		long fd = syscall(SYS_openat2, root, path, &how, sizeof how);
		if (fd >= 0 || errno != EAGAIN || i >= TRIES)
			return (int)fd;
	}
}
