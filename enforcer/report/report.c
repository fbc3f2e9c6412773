#include "enforcer/report/report.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/memory.h"

enum { HOSTNAME_MAX = 253 }; /* a domain name's longest text form: RFC 1035, 2.3.4 */

extern const struct report_format report_text, report_json, report_markdown;

/* One row a format. */
const struct report_format *const report_formats[] = {
	&report_text,
	&report_json,
	&report_markdown,
	NULL,
};

const struct report_format *
report_find(const char *name)
{
	for (size_t i = 0; report_formats[i] != NULL; i++)
		if (strcmp(report_formats[i]->name, name) == 0)
			return report_formats[i];
	return NULL;
}

char *
report_hostname(struct host *host)
{
	struct utsname names;
	if (host_is_live(host))
		return uname(&names) == 0 ? memory_text(names.nodename) : NULL;
	const struct file *file = host_file(host, "/etc/hostname");
	if (file->state != FILE_READ)
		return NULL;
	for (size_t start = 0; start < file->bytes.size;) {
		struct bytes line = bytes_line(file->bytes, start);
		const char *end = memchr(
			file->bytes.data + start, '\n', file->bytes.size - start);
		start = end ? (size_t)(end - file->bytes.data) + 1 : file->bytes.size;
		while (line.size > 0 && strchr(" \t", line.data[line.size - 1]))
			line.size--;
		if (line.size > HOSTNAME_MAX)
			return NULL;
		if (line.size > 0 && line.data[0] != '#')
			return memory_copy(line.data, line.size);
	}
	return NULL;
}

/* The text of KEY, which ends in "=", in FILE, without the quotes around it. */
static char *
assigned(const struct file *file, const char *key)
{
	struct bytes line;
	for (size_t at = 0;
		file->state == FILE_READ && bytes_next_line(file->bytes, &at, &line);) {
		size_t size = strlen(key);
		if (line.size <= size || memcmp(line.data, key, size) != 0)
			continue;
		const char *text = line.data + size;
		size_t length = line.size - size;
		bool quoted = length >= 2 && (*text == '"' || *text == '\'') &&
			text[length - 1] == *text;
		return memory_copy(text + quoted, length - (quoted ? 2 : 0));
	}
	return NULL;
}

char *
report_system(struct host *host)
{
	const struct file *file = host_file(host, "/etc/os-release");
	if (file->state == FILE_ABSENT)
		file = host_file(host, "/usr/lib/os-release");
	if (file->state != FILE_ABSENT)
		return assigned(file, "PRETTY_NAME=");
	return assigned(host_file(host, "/etc/redhat-release"), "");
}

static int
by_path(const void *a, const void *b)
{
	const struct file *const *x = a, *const *y = b;
	return strcmp((*x)->path, (*y)->path);
}

const struct file **
report_files(const struct host *host, size_t *ret_count)
{
	size_t count = 0;
	const struct file **files = memory_new(host_file_count(host) + 1, sizeof *files);
	for (size_t i = 0; i < host_file_count(host); i++)
		if (host_file_at(host, i)->state == FILE_READ)
			files[count++] = host_file_at(host, i);
	if (count > 0)
		qsort(files, count, sizeof *files, by_path);
	*ret_count = count;
	return files;
}
