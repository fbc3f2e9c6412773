#include "policy/models/sshd/sshd_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/network/netdb.h"

enum { PORT_MAX = 65535 };

static void
doubt(const struct sshd_reading *reading)
{
	if (reading->unsure != NULL)
		*reading->unsure = true;
}

long
sshd_names_port(const struct sshd_reading *reading, const char *text)
{
	char *end;
	errno = 0;
	long port = strtol(text, &end, 10); /* strtonum takes blanks and a sign too */
	if (end != text && *end == '\0')
		return errno == 0 && port >= 0 && port <= PORT_MAX ? port : -1;
	enum netdb_answer answer = reading->host != NULL
		? netdb_find(netdb_of(reading->host, "services"), text, "tcp", &port)
		: NETDB_NO_FILE;
	if (answer == NETDB_FOUND && port <= PORT_MAX)
		return port;
	/* the one name that no services(5) lacks */
	if (answer == NETDB_NO_FILE && strcmp(text, "ssh") == 0)
		return 22;
	if (answer == NETDB_NO_FILE || answer == NETDB_ELSEWHERE)
		doubt(reading);
	return -1;
}

/* The home of NAME, "" for root; NULL: there is none. Not known: unsure. */
static const char *
find_home(const struct sshd_reading *reading, const char *name)
{
	const struct principals *principals = reading->host != NULL
		? principals_with_groups(reading->host)
		: NULL;
	if (principals == NULL || principals->passwd->state != FILE_READ) {
		if (*name != '\0')
			doubt(reading);
		return *name == '\0' ? "/root" : NULL;
	}
	for (size_t i = 0; i < principals->user_count; i++)
		if (*name == '\0' ? principals->users[i].uid == 0
				  : strcmp(principals->users[i].name, name) == 0)
			return principals->users[i].home;
	if (!principals->users_complete)
		doubt(reading);
	return NULL;
}

char *
sshd_names_path(const struct sshd_reading *reading, const char *text, struct error *err)
{
	if (*text != '~')
		return memory_text(text);
	size_t length = strcspn(++text, "/");
	autofree char *name = memory_copy(text, length);
	const char *home = find_home(reading, name);
	if (home == NULL) {
		error_set(err, "No such user %s", *name != '\0' ? name : "(uid 0)");
		return NULL;
	}
	text += length;
	text += strspn(text, "/");
	size_t size = strlen(home);
	bool slash = size > 0 && home[size - 1] == '/';
	return memory_printf("%s%s%s", home, slash ? "" : "/", text);
}
