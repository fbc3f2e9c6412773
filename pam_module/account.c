#include "pam_module/account.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ENTRY_START = 1024, ENTRY_MAX = 1 << 20 }; /* bytes of a user's entry */

int
account_find(const char *user, uid_t *ret_uid, gid_t *ret_gid)
{
	char start[ENTRY_START], *memory = NULL, *buffer = start;
	size_t room = sizeof start;
	struct passwd entry, *found = NULL;
	int error;
	while ((error = getpwnam_r(user, &entry, buffer, room, &found)) == ERANGE &&
		room < ENTRY_MAX) {
		char *larger = realloc(memory, room *= 2);
		if (larger == NULL) {
			error = ENOMEM;
			break;
		}
		buffer = memory = larger;
	}
	if (found != NULL) {
		*ret_uid = entry.pw_uid;
		*ret_gid = entry.pw_gid;
	}
	free(memory);
	if (found != NULL)
		return 0;
	/* getpwnam_r(3): these mean that there is none */
	return error == 0 || error == ESRCH || error == EBADF || error == EPERM ? ENOENT
										: error;
}

/* Of a line of passwd(5): -1 when it is not USER's, else whether its uid is 0. */
static int
judge_line(const char *line, const char *user)
{
	size_t size = strlen(user);
	if (strncmp(line, user, size) != 0 || line[size] != ':')
		return -1;
	const char *uid = strchr(line + size + 1, ':');
	return uid != NULL && strncmp(uid, ":0:", 3) == 0;
}

/* A file that others than root can write says nothing about root. */
static bool
is_sound(int fd)
{
	struct stat status;
	return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == 0 &&
		(status.st_mode & 022) == 0;
}

bool
account_is_root(const char *user)
{
	char text[4096]; /* a longer line ends the search */
	size_t size = 0;
	/* neither is a name: the one could match more than a name, the other is what
	 * nsswitch.conf(5) calls compat */
	if (strpbrk(user, ":\n") != NULL || *user == '+' || *user == '-')
		return false;
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return false;
	int verdict = is_sound(fd) ? -1 : 0;
	for (ssize_t got = 1; verdict < 0 && got != 0 && size < sizeof text;) {
		char *line = text, *end;
		got = read(fd, text + size, sizeof text - size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			break;
		size += (size_t)got;
		if (got == 0) /* the last line may lack its end */
			text[size++] = '\n';
		while (verdict < 0 &&
			(end = memchr(line, '\n', (size_t)(text + size - line)))) {
			*end = '\0';
			verdict = judge_line(line, user);
			line = end + 1;
		}
		size -= (size_t)(line - text);
		memmove(text, line, size);
	}
	close(fd);
	return verdict > 0;
}
