/* The files that a configuration includes. Source: cnfDoInclude() of
 * grammar/rainerscript.c, of rsyslog 8.2302. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/rsyslog/rsyslog_reader.h"

enum {
	FILES_MAX = 1000,
	BYTES_MAX = 1 << 20, /* included, a file's each time it is */
	OPEN_MAX = 20, /* files that include each other */
	DIRECTORY_DEPTH_MAX = 8,
};

static bool
has_wildcard(const char *pattern)
{
	return strpbrk(pattern, "*?[") != NULL;
}

static bool
is_directory(const struct reader *reader, const char *path)
{
	struct name_list list = { 0 };
	struct error err = ERROR_INIT;
	bool yes = host_list(reader->context->host, path, &list, &err) == 0;
	name_list_free(&list);
	error_clear(&err);
	return yes;
}

static int
missing(struct reader *reader, const char *path, bool optional, const struct file *file,
	size_t offset)
{
	if (optional)
		return 0;
	syslog_conf_reject(reader->conf, file, offset, "%s can't be included", path);
	return -1;
}

static int
include(struct reader *reader, const char *pattern, bool optional, unsigned depth,
	const struct file *from, size_t offset);

static int
include_file(struct reader *reader, const char *path, bool optional, unsigned depth,
	const struct file *from, size_t offset)
{
	const struct file *file = host_file(reader->context->host, path);
	if (file->state == FILE_REFUSED && is_directory(reader, path)) {
		autofree char *inside = memory_printf("%s/", path);
		return include(reader, inside, optional, depth + 1, from, offset);
	}
	if (file->state == FILE_ABSENT)
		return missing(reader, path, optional, from, offset);
	reader->bytes += file->bytes.size;
	if (file->state == FILE_REFUSED || reader->files++ >= FILES_MAX ||
		reader->bytes > BYTES_MAX || reader->lexer.open_count >= OPEN_MAX ||
		memchr(file->bytes.data, '\0', file->bytes.size) != NULL) {
		reader_halt(reader, from, offset,
			reader->bytes > BYTES_MAX ? "more than 1 MiB are included"
						  : "what it includes can't be read");
		return -1;
	}
	if (lexer_has_open(&reader->lexer, file))
		syslog_conf_reject(
			reader->conf, from, offset, "%s is being included already", path);
	else
		lexer_push(&reader->lexer, file);
	return 0;
}

/* The last one first: each file is read before those that were pushed before it. */
static int
include(struct reader *reader, const char *pattern, bool optional, unsigned depth,
	const struct file *from, size_t offset)
{
	struct name_list list = { 0 };
	struct error err = ERROR_INIT;
	int result = 0;
	if (depth > DIRECTORY_DEPTH_MAX || pattern[0] != '/' ||
		host_listed(reader->context->host) - reader->listed > HOST_LISTED_MAX) {
		reader_halt(reader, from, offset, "what it includes can't be told");
		return -1;
	}
	bool directory = !has_wildcard(pattern) && is_directory(reader, pattern);
	autofree char *whole = memory_printf("%s%s", pattern, directory ? "*" : "");
	if (!has_wildcard(whole))
		return include_file(reader, whole, optional, depth, from, offset);
	if (host_glob(reader->context->host, whole, &list, &err) < 0) {
		reader_halt(reader, from, offset, err.text);
		error_clear(&err);
		return -1;
	}
	for (size_t i = list.count; i-- > 0 && result == 0;)
		result = include_file(
			reader, list.names[i], optional, depth, from, offset);
	name_list_free(&list);
	return result;
}

int
setting_include(struct reader *reader, const char *pattern, bool optional,
	const struct file *file, size_t offset)
{
	return include(reader, pattern, optional, 0, file, offset);
}
