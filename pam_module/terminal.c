#include "pam_module/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Linux, Documentation/admin-guide/devices.txt: Unix98 pseudo terminal slaves. */
enum { PTS_MAJOR_FIRST = 136, PTS_MAJOR_LAST = 143 };

/* tty_nr of /proc/self/stat (proc(5)): the seventh field, counted behind the command's
 * last parenthesis, for a command may hold any byte. -1 when it can't be had. */
static int
controlling_terminal(void)
{
	char text[512];
	size_t size = 0;
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	while (size < sizeof text - 1) {
		ssize_t n = read(fd, text + size, sizeof text - 1 - size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		size += (size_t)n;
	}
	close(fd);
	text[size] = '\0';
	const char *at = memrchr(text, ')', size);
	for (int blanks = 0; at != NULL && blanks < 5; blanks++) {
		at = strchr(at, ' ');
		at = at != NULL ? at + 1 : NULL;
	}
	char *end = NULL;
	long number = at != NULL ? strtol(at, &end, 10) : -1;
	return end != at && number >= 0 && number <= INT_MAX ? (int)number : -1;
}

static enum terminal
kind_of(unsigned device_major)
{
	return device_major >= PTS_MAJOR_FIRST && device_major <= PTS_MAJOR_LAST
		? TERMINAL_PTS
		: TERMINAL_CONSOLE;
}

enum terminal
terminal_here(void)
{
	struct stat status;
	int device = controlling_terminal();
	if (device > 0)
		/* new_encode_dev in the kernel's kdev_t.h */
		return kind_of((unsigned)device >> 8 & 0xfff);
	if (fstat(STDIN_FILENO, &status) == 0 && S_ISCHR(status.st_mode) &&
		isatty(STDIN_FILENO))
		return kind_of(major(status.st_rdev));
	return device < 0 ? TERMINAL_UNKNOWN : TERMINAL_NONE;
}
