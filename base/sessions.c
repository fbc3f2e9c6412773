#include "base/sessions.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utmpx.h>

#include "base/memory.h"
#include "base/text.h"

enum {
	SESSIONS_MAX = 1000,
	RECORD_MAX = 64 << 10, /* bytes of one of logind's */
};

static bool
is_gone(pid_t pid)
{
	return pid <= 0 || (kill(pid, 0) < 0 && errno == ESRCH);
}

static struct session *
find(struct sessions *sessions, pid_t leader)
{
	for (size_t i = 0; i < sessions->count; i++)
		if (sessions->items[i].leader == leader)
			return &sessions->items[i];
	return NULL;
}

static struct session *
add(struct sessions *sessions, pid_t leader)
{
	sessions->items = memory_grow(
		sessions->items, sessions->count, sizeof *sessions->items);
	struct session *session = &sessions->items[sessions->count++];
	*session = (struct session){ .leader = leader };
	return session;
}

static bool
is_address(const char *text)
{
	unsigned char address[sizeof(struct in6_addr)];
	return inet_pton(AF_INET, text, address) == 1 ||
		inet_pton(AF_INET6, text, address) == 1;
}

/* ut_addr_v6 as text where ut_host is a name; utmp(5). The caller frees. */
static char *
host_of(const struct utmpx *entry)
{
	static const int32_t none[4];
	char *host = memory_copy(
		entry->ut_host, strnlen(entry->ut_host, sizeof entry->ut_host));
	char text[INET6_ADDRSTRLEN];
	const int32_t *words = entry->ut_addr_v6;
	bool is_four = words[1] == 0 && words[2] == 0 && words[3] == 0;
	if (host[0] == '\0' || host[0] == ':' || is_address(host) ||
		memcmp(words, none, sizeof none) == 0 ||
		inet_ntop(is_four ? AF_INET : AF_INET6, words, text, sizeof text) == NULL)
		return host;
	free(host);
	return memory_text(text);
}

static void
read_utmp(const char *file, struct sessions *sessions)
{
	struct utmpx *entry;
	utmpxname(file);
	setutxent();
	while ((entry = getutxent()) != NULL && sessions->count < SESSIONS_MAX) {
		autofree char *host = host_of(entry);
		bool is_pseudo = strncmp(entry->ut_line, "pts/", 4) == 0;
		/* a display is no host; a pts from nowhere is a terminal emulator's */
		if (entry->ut_type != USER_PROCESS || is_gone(entry->ut_pid) ||
			find(sessions, entry->ut_pid) != NULL ||
			(is_pseudo && (host[0] == '\0' || host[0] == ':')))
			continue;
		struct session *session = add(sessions, entry->ut_pid);
		session->user = memory_copy(
			entry->ut_user, strnlen(entry->ut_user, sizeof entry->ut_user));
		session->terminal = memory_copy(
			entry->ut_line, strnlen(entry->ut_line, sizeof entry->ut_line));
		session->host = memory_text(host[0] == ':' ? "" : host);
		session->service = memory_text("");
	}
	endutxent();
}

/* The value of KEY in a record of lines KEY=value; "" when it has none. The caller frees.
 * logind quotes nothing that matters here but with plain quotation marks. */
static char *
value_of(const char *record, const char *key)
{
	size_t length = strlen(key);
	for (const char *line = record; *line != '\0';) {
		size_t size = strcspn(line, "\n");
		if (size > length && strncmp(line, key, length) == 0 &&
			line[length] == '=') {
			const char *value = line + length + 1;
			size -= length + 1;
			if (size >= 2 && value[0] == '"' && value[size - 1] == '"')
				return memory_copy(value + 1, size - 2);
			return memory_copy(value, size);
		}
		line += size;
		line += *line == '\n';
	}
	return memory_text("");
}

static void
set(char **text, char *value)
{
	if (*text == NULL || **text == '\0') {
		free(*text);
		*text = value;
	} else {
		free(value);
	}
}

static void
add_record(const char *record, struct sessions *sessions)
{
	long leader = 0;
	autofree char *pid = value_of(record, "LEADER");
	autofree char *class = value_of(record, "CLASS");
	autofree char *state = value_of(record, "STATE");
	if (text_number(pid, 1, 1L << 30, &leader, NULL) < 0 || is_gone((pid_t)leader) ||
		strncmp(class, "user", 4) != 0 || strcmp(state, "closing") == 0)
		return;
	struct session *session = find(sessions, (pid_t)leader);
	if (session == NULL)
		session = add(sessions, (pid_t)leader);
	set(&session->user, value_of(record, "USER"));
	set(&session->terminal, value_of(record, "TTY"));
	set(&session->host, value_of(record, "REMOTE_HOST"));
	set(&session->service, value_of(record, "SERVICE"));
}

static void
read_logind(const char *directory, struct sessions *sessions)
{
	DIR *dir = opendir(directory);
	if (dir == NULL)
		return;
	autofree char *record = memory_new(RECORD_MAX, 1);
	for (struct dirent *entry;
		(entry = readdir(dir)) != NULL && sessions->count < SESSIONS_MAX;) {
		if (strchr(entry->d_name, '.') != NULL)
			continue; /* also SESSION.ref, a FIFO */
		autofree char *path = memory_printf("%s/%s", directory, entry->d_name);
		FILE *file = fopen(path, "re");
		if (file == NULL)
			continue;
		record[fread(record, 1, RECORD_MAX - 1, file)] = '\0';
		fclose(file);
		add_record(record, sessions);
	}
	closedir(dir);
}

void
sessions_read(const char *utmp, const char *logind, struct sessions *ret_sessions)
{
	*ret_sessions = (struct sessions){ 0 };
	read_utmp(utmp, ret_sessions);
	read_logind(logind, ret_sessions);
}

void
sessions_free(struct sessions *sessions)
{
	for (size_t i = 0; i < sessions->count; i++) {
		free(sessions->items[i].user);
		free(sessions->items[i].terminal);
		free(sessions->items[i].host);
		free(sessions->items[i].service);
	}
	free(sessions->items);
	*sessions = (struct sessions){ 0 };
}
