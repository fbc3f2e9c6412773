#include "policy/models/unit_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* The first counts most: systemd.unit(5), UNIT FILE LOAD PATH. */
static const char *const folders[] = {
	"/etc/systemd/system.control",
	"/run/systemd/system.control",
	"/run/systemd/transient",
	"/run/systemd/generator.early",
	"/etc/systemd/system",
	"/etc/systemd/system.attached",
	"/run/systemd/system",
	"/run/systemd/system.attached",
	"/run/systemd/generator",
	"/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system",
	"/lib/systemd/system",
	"/run/systemd/generator.late",
};

enum { FOLDER_COUNT = sizeof folders / sizeof *folders };

void
traced_add(struct traced *traced, char byte, size_t place)
{
	traced->places = memory_grow(
		traced->places, traced->text.size, sizeof *traced->places);
	traced->places[traced->text.size] = place;
	buffer_add(&traced->text, &byte, 1);
}

void
traced_free(struct traced *traced)
{
	buffer_free(&traced->text);
	free(traced->places);
	*traced = (struct traced){ .file = traced->file };
}

static const char *
last_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

/* Hidden by a link to /dev/null or an empty file, or not there. */
static bool
is_masked(const struct file *file)
{
	return file->state == FILE_ABSENT || strcmp(file->target, "/dev/null") == 0 ||
		(file->state == FILE_READ && file->bytes.size == 0);
}

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

/* Adds the line at AT, and those that continue it, to LINE; a comment between them is
 * left out. Returns the offset after it. */
static size_t
join_lines(const struct file *file, size_t at, struct traced *line)
{
	const char *data = file->bytes.data;
	bool more = true;
	while (more && at < file->bytes.size) {
		const char *newline = memchr(data + at, '\n', file->bytes.size - at);
		size_t end = newline == NULL ? file->bytes.size
					     : (size_t)(newline - data),
		       next = end + (newline != NULL), slashes = 0;
		while (at < end && is_blank(data[at]))
			at++;
		if (end > at && data[end - 1] == '\r')
			end--;
		if (at < end && (data[at] == '#' || data[at] == ';')) {
			more = line->text.size > 0;
			at = next;
			continue;
		}
		while (slashes < end - at && data[end - 1 - slashes] == '\\')
			slashes++;
		more = slashes % 2 == 1;
		for (; at < end - more; at++)
			traced_add(line, data[at], at);
		if (more)
			traced_add(line, ' ', at);
		at = next;
	}
	return at;
}

/* Hands the line on if it is `name = value`. */
static void
read_assignment(const struct traced *line, unit_reader *reader, void *data)
{
	const char *text = line->text.data, *equals = memchr(text, '=', line->text.size);
	if (equals == NULL)
		return;
	size_t name_end = (size_t)(equals - text), start = name_end + 1,
	       end = line->text.size;
	while (name_end > 0 && is_blank(text[name_end - 1]))
		name_end--;
	while (start < end && is_blank(text[start]))
		start++;
	while (end > start && is_blank(text[end - 1]))
		end--;
	autofree char *name = memory_copy(text, name_end);
	struct traced value = { .file = line->file };
	for (size_t i = start; i < end; i++)
		traced_add(&value, text[i], line->places[i]);
	reader(data, name, &value);
	traced_free(&value);
}

void
unit_file_read(const struct file *file, unit_reader *reader, void *data)
{
	static const char section[] = "[Service]", mark[] = "\xef\xbb\xbf";
	const size_t mark_size = sizeof mark - 1;
	bool in_section = false, marked = false;
	for (size_t at = 0; at < file->bytes.size;) {
		struct traced line = { .file = file };
		/* one byte order mark, in front of a line, is passed over */
		if (!marked && file->bytes.size - at >= mark_size &&
			memcmp(file->bytes.data + at, mark, mark_size) == 0) {
			marked = true;
			at += mark_size;
		}
		at = join_lines(file, at, &line);
		if (line.text.size > 0 && line.text.data[0] == '[')
			in_section = strncmp(line.text.data, section,
					     sizeof section - 1) == 0;
		else if (in_section && line.text.size > 0)
			read_assignment(&line, reader, data);
		traced_free(&line);
	}
}

static bool
is_one_of(const char *name, const char *const *names)
{
	while (*names != NULL && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

/* The unit file that counts; NULL when there is none. */
static const struct file *
find_unit(struct host *host, const char *const *present, const char *const *names)
{
	for (; *present != NULL; present++)
		for (size_t k = 0; names[k] != NULL; k++) {
			autofree char *path = memory_printf("%s/%s", *present, names[k]);
			if (host_has_name(host, path) == 0)
				continue;
			const struct file *file = host_file(host, path);
			bool alias = file->is_link &&
				strcmp(last_name(file->target), names[k]) != 0 &&
				is_one_of(last_name(file->target), names);
			if (!alias && file->state != FILE_ABSENT)
				return file;
		}
	return NULL;
}

/* systemd looks for the drop-ins of the names that a unit has: its own and its links. */
static bool
has_name(struct host *host, const char *const *present, const char *name)
{
	for (; *present != NULL; present++) {
		autofree char *path = memory_printf("%s/%s", *present, name);
		if (host_has_name(host, path) != 0)
			return true;
	}
	return false;
}

struct drop_in {
	char *path;
	size_t order;
};

static int
compare(const void *a, const void *b)
{
	const struct drop_in *x = a, *y = b;
	int order = strcmp(last_name(x->path), last_name(y->path));
	return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

static void
add_drop_ins(struct host *host, const char *folder, const char *name,
	struct drop_in **items, size_t *count, const struct file **unreadable)
{
	struct name_list names = { 0 };
	autofree char *pattern = memory_printf("%s/%s.d/*.conf", folder, name);
	if (host_glob(host, pattern, &names, NULL) < 0) {
		*unreadable = host_file(host, folder);
		return;
	}
	for (size_t i = 0; i < names.count; i++) {
		*items = memory_grow(*items, *count, sizeof **items);
		(*items)[*count] = (struct drop_in){ memory_text(names.names[i]),
			*count };
		++*count;
	}
	name_list_free(&names);
}

const struct file *
unit_files_read(struct host *host, const char *const *names, const struct file *stock,
	unit_reader *reader, void *data)
{
	const char *present[FOLDER_COUNT + 1] = { NULL };
	size_t present_count = 0;
	/* most hosts have two or three of them: no look-up in the others */
	for (size_t i = 0; i < FOLDER_COUNT; i++)
		if (host_exists(host, folders[i]) != 0)
			present[present_count++] = folders[i];
	const struct file *unit = find_unit(host, present, names), *unreadable = NULL;
	struct drop_in *items = NULL;
	size_t count = 0;
	if (unit == NULL || is_masked(unit))
		unit = stock;
	if (unit->state == FILE_READ)
		unit_file_read(unit, reader, data);
	else
		unreadable = unit;
	for (size_t k = 0; names[k] != NULL; k++)
		for (size_t i = 0; i < present_count &&
			(unit == stock || has_name(host, present, names[k]));
			i++)
			add_drop_ins(
				host, present[i], names[k], &items, &count, &unreadable);
	for (size_t i = 0; i < present_count; i++) /* those for every service */
		add_drop_ins(host, present[i], "service", &items, &count, &unreadable);
	if (count > 0)
		qsort(items, count, sizeof *items, compare);
	const char *before = "";
	for (size_t i = 0; i < count; i++) {
		const struct file *file = host_file(host, items[i].path);
		/* of those with one name only the first counts */
		bool hidden = strcmp(before, last_name(items[i].path)) == 0;
		before = last_name(items[i].path);
		if (hidden || is_masked(file))
			continue;
		if (file->state == FILE_READ)
			unit_file_read(file, reader, data);
		else
			unreadable = file;
	}
	for (size_t i = 0; i < count; i++)
		free(items[i].path);
	free(items);
	return unreadable;
}
