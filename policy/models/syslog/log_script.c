/* logcheck.sh of Psionic's logcheck 1.1.1 and before: a script that has its settings in
 * itself, reads each log by logtail, and mails what its patterns leave. It was made to be
 * edited: what its commands do is not followed, and only what its lines name is told. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/syslog/log_watchers.h"

static const char admin[] = "SYSADMIN=";

/* The value of the last line of TEXT that sets NAME, "SYSADMIN=", without its quotes;
 * NULL: none does. *ret_offset: of the line. The caller frees. */
static char *
find_setting(struct bytes text, const char *name, size_t *ret_offset)
{
	char *value = NULL;
	struct bytes line;
	for (size_t at = 0, next = 0; bytes_next_line(text, &next, &line); at = next) {
		autofree char *copy = memory_copy(line.data, line.size);
		const char *start = copy + strspn(copy, " \t");
		if (strncmp(start, name, strlen(name)) != 0)
			continue;
		start += strlen(name);
		size_t size = strcspn(start, " \t#");
		bool is_quoted = size > 1 && strchr("\"'", *start) != NULL &&
			start[size - 1] == *start;
		free(value);
		value = memory_copy(start + is_quoted, is_quoted ? size - 2 : size);
		*ret_offset = at;
	}
	return value;
}

bool
log_script_is(struct host *host, const char *path)
{
	static const char reader[] = "logtail";
	const struct file *file = host_file(host, path);
	size_t offset;
	if (file->state != FILE_READ || file->bytes.size == 0)
		return false;
	autofree char *value = find_setting(file->bytes, admin, &offset);
	return value != NULL &&
		memmem(file->bytes.data, file->bytes.size, reader, strlen(reader)) !=
		NULL;
}

/* Adds the logs that lines such as "$LOGTAIL /var/log/messages > ..." name. */
static void
take_logs(const struct file *file, struct log_words *logs)
{
	static const char *const readers[] = { "logtail", "logtail2", "$LOGTAIL", NULL };
	struct bytes line;
	for (size_t at = 0, next = 0; bytes_next_line(file->bytes, &next, &line);
		at = next) {
		autofree char *copy = memory_copy(line.data, line.size);
		char *rest = NULL, *reader = strtok_r(copy, " \t", &rest),
		     *log = strtok_r(NULL, " \t", &rest);
		if (log != NULL && *log == '/' &&
			text_is_one_of(text_base_name(reader), readers))
			log_words_add(logs, log, strlen(log), (struct place){ file, at });
	}
}

void
log_script_read(struct host *host, const char *path, struct log_watcher *ret_watcher)
{
	static const char why[] =
		"it is a script, and what its commands do is not followed";
	const struct file *file = host_file(host, path);
	size_t offset = 0;
	*ret_watcher = (struct log_watcher){ .is_there = true, .idle = why };
	autofree char *found = find_setting(file->bytes, admin, &offset);
	const char *to = found != NULL ? found : ""; /* log_script_is saw one */
	log_words_add(&ret_watcher->to, to, strlen(to), (struct place){ file, offset });
	log_words_doubt(&ret_watcher->to, file->path, why, true);
	take_logs(file, &ret_watcher->files);
	log_words_doubt(&ret_watcher->files, file->path, why, true);
}
