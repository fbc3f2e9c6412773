/* The syntax of unit files: systemd.syntax(7), config_parse in systemd's conf-parser.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/unit_files.h"

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
	unit_file_read_section(file, "[Service]", reader, data);
}

void
unit_file_read_section(
	const struct file *file, const char *name, unit_reader *reader, void *data)
{
	static const char mark[] = "\xef\xbb\xbf";
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
			in_section = strncmp(line.text.data, name, strlen(name)) == 0;
		else if (in_section && line.text.size > 0)
			read_assignment(&line, reader, data);
		traced_free(&line);
	}
}
