/* The name that rsyslogd gives this host. Sources: getLocalHostname() of runtime/net.c
 * and queryLocalHostname() of tools/rsyslogd.c, of rsyslog 8.2302. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "policy/models/rsyslog/rsyslog_reader.h"

enum { NAME_MAX_LENGTH = 255 };

/* The next word of a line that may end in a comment; its length is 0 at the end. */
static struct bytes
next_word(const char **p, const char *end)
{
	while (*p < end && (**p == ' ' || **p == '\t' || **p == '\r'))
		(*p)++;
	struct bytes word = { *p, 0 };
	while (*p < end && strchr(" \t\r#", **p) == NULL)
		(*p)++;
	word.size = (size_t)(*p - word.data);
	return word;
}

/* The first word of the file at PATH whose line begins with KEY; NULL takes the first
 * line. The caller frees it. */
static char *
first_word(struct host *host, const char *path, const char *key)
{
	const struct file *file = host_file(host, path);
	if (file->state != FILE_READ)
		return NULL;
	const char *p = file->bytes.data, *end = p + file->bytes.size;
	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *stop = newline != NULL ? newline : end;
		struct bytes word = next_word(&p, stop);
		if (key == NULL)
			return memory_copy(word.data, word.size);
		if (word.size == strlen(key) && memcmp(word.data, key, word.size) == 0) {
			word = next_word(&p, stop);
			return memory_copy(word.data, word.size);
		}
		p = newline != NULL ? newline + 1 : end;
	}
	return NULL;
}

static bool
is_name(struct bytes word, const char *name)
{
	return word.size == strlen(name) && strncasecmp(word.data, name, word.size) == 0;
}

/* The name that hosts(5) puts first for NAME; NULL when it has none, or several. */
static char *
canonical_name(struct host *host, const char *name)
{
	const struct file *file = host_file(host, "/etc/hosts");
	if (file->state != FILE_READ)
		return NULL;
	struct bytes found = { 0 };
	const char *p = file->bytes.data, *end = p + file->bytes.size;
	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *stop = newline != NULL ? newline : end;
		next_word(&p, stop); /* the address */
		struct bytes first = next_word(&p, stop);
		bool has = is_name(first, name);
		for (struct bytes word = first; word.size > 0 && !has;) {
			word = next_word(&p, stop);
			has = is_name(word, name);
		}
		if (has && found.size > 0 &&
			(found.size != first.size ||
				memcmp(found.data, first.data, first.size) != 0))
			return NULL;
		if (has)
			found = first;
		p = newline != NULL ? newline + 1 : end;
	}
	return found.size > 0 ? memory_copy(found.data, found.size) : NULL;
}

char *
rsyslog_host_name(struct host *host)
{
	char live[NAME_MAX_LENGTH + 1] = "";
	autofree char *name = NULL;
	if (!host_is_live(host))
		name = first_word(host, "/etc/hostname", NULL);
	else if (gethostname(live, sizeof live - 1) == 0)
		name = memory_text(live);
	if (name == NULL || *name == '\0')
		return NULL;
	if (strchr(name, '.') == NULL) {
		/* asks the resolver, whose first source must be its file */
		autofree char *source = first_word(host, "/etc/nsswitch.conf", "hosts:");
		bool absent = host_file(host, "/etc/nsswitch.conf")->state == FILE_ABSENT;
		if (!absent && (source == NULL || strcmp(source, "files") != 0))
			return NULL;
		char *canonical = canonical_name(host, name);
		free(name);
		name = canonical;
	}
	return name != NULL ? memory_copy(name, strcspn(name, ".")) : NULL;
}
