#include "base/login.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/live.h"
#include "base/memory.h"
#include "base/text.h"

/* systemd calls it private and has not changed it since 2011. */
#define SESSIONS "/run/systemd/sessions"

enum { UNSET = 4294967295 }; /* of a process that nobody logged in for: proc(5) */

/* UNSET too where the kernel has no audit. */
static long
audit_session(const char *process)
{
	char text[24] = "";
	long id;
	autofree char *path = memory_printf("/proc/%s/sessionid", process);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
	if (fd >= 0)
		close(fd);
	text[size > 0 ? size : 0] = '\0';
	return text_number(text, 0, UNSET, &id, NULL) == 0 ? id : UNSET;
}

/* A container may have its id from whoever started it, and all who log in there share it.
 */
static bool
has_audit_sessions(void)
{
	return audit_session("1") == UNSET;
}

char *
login_own(void)
{
	const struct live_process self = { .pid = getpid() };
	long id = has_audit_sessions() ? audit_session("self") : UNSET;
	if (id != UNSET)
		return memory_printf("audit %ld", id);
	autofree char *session = live_session(&self);
	return session != NULL ? memory_printf("logind %s", session) : NULL;
}

static void
list_audit(struct buffer *out)
{
	DIR *directory = has_audit_sessions() ? opendir("/proc") : NULL;
	struct dirent *entry;
	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		long id = audit_session(entry->d_name);
		autofree char *line = memory_printf("audit %ld", id);
		if (id != UNSET && !login_is_listed(out->data, line))
			buffer_printf(out, "%s\n", line);
	}
	if (directory != NULL)
		closedir(directory);
}

static void
list_logind(struct buffer *out)
{
	DIR *directory = opendir(SESSIONS);
	struct dirent *entry;
	/* beside the files of the sessions there are FIFOs, ID.ref */
	while (directory != NULL && (entry = readdir(directory)) != NULL)
		if (strchr(entry->d_name, '.') == NULL)
			buffer_printf(out, "logind %s\n", entry->d_name);
	if (directory != NULL)
		closedir(directory);
}

void
login_list(struct buffer *out)
{
	buffer_text(out, "");
	list_audit(out);
	list_logind(out);
}

bool
login_is_listed(const char *list, const char *login)
{
	size_t size = strlen(login);
	for (const char *at = list; (at = strstr(at, login)) != NULL; at += size)
		if ((at == list || at[-1] == '\n') && at[size] == '\n')
			return true;
	return false;
}
