/* The syntax of unit files: systemd.syntax(7), config_parse in systemd's conf-parser.c.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/boot/unit_files.h"

enum { LINE_SIZE_MAX = 1 << 20 }; /* LONG_LINE_MAX in systemd's def.h */

/* Bytes that stand in the file as in the text, from INDEX up to the next run's. */
struct traced_run {
	size_t index, place;
};

/* Adds SIZE bytes, which stand at PLACE. */
static void
add_run(struct traced *traced, const char *bytes, size_t size, size_t place)
{
	const struct traced_run *last = traced->run_count > 0
		? &traced->runs[traced->run_count - 1]
		: NULL;
	size_t index = traced->text.size;
	if (size == 0)
		return;
	if (last == NULL || last->place + (index - last->index) != place) {
		/* of one that was cleared there is room */
		if (traced->run_count > 0 || traced->runs == NULL)
			traced->runs = memory_grow(
				traced->runs, traced->run_count, sizeof *traced->runs);
		traced->runs[traced->run_count++] = (struct traced_run){ index, place };
	}
	buffer_add(&traced->text, bytes, size);
}

void
traced_add(struct traced *traced, char byte, size_t place)
{
	add_run(traced, &byte, 1, place);
}

size_t
traced_place(const struct traced *traced, size_t index)
{
	size_t low = 0, high = traced->run_count;
	if (high == 0)
		return 0;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (traced->runs[middle].index <= index)
			low = middle;
		else
			high = middle;
	}
	return traced->runs[low].place + (index - traced->runs[low].index);
}

void
traced_free(struct traced *traced)
{
	buffer_free(&traced->text);
	free(traced->runs);
	*traced = (struct traced){ .file = traced->file };
}

/* Takes its text away, and keeps the room. */
static void
clear(struct traced *traced)
{
	traced->text.size = traced->run_count = 0;
}

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

/* Adds the line at AT, and those that continue it, to LINE; a comment between them is
 * left out. Of one that is not WANTED nothing is added unless a section begins there.
 * Returns the offset after it. */
static size_t
join_lines(const struct file *file, size_t at, bool wanted, struct traced *line)
{
	const char *data = file->bytes.data;
	bool more = true, has_begun = false;
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
			more = has_begun;
			at = next;
			continue;
		}
		while (slashes < end - at && data[end - 1 - slashes] == '\\')
			slashes++;
		more = slashes % 2 == 1;
		if (!has_begun && at < end - more)
			wanted = wanted || data[at] == '[';
		has_begun = has_begun || at < end;
		if (wanted)
			add_run(line, data + at, end - more - at, at);
		if (wanted && more)
			traced_add(line, ' ', end - 1);
		at = next;
	}
	return at;
}

static bool
is_utf8(const char *text, size_t size)
{
	for (size_t i = 0; i < size;) {
		unsigned char byte = (unsigned char)text[i++];
		int more = byte < 0x80                ? 0
			: byte >= 0xc2 && byte < 0xe0 ? 1
			: byte >= 0xe0 && byte < 0xf0 ? 2
			: byte >= 0xf0 && byte < 0xf5 ? 3
						      : -1;
		if (more < 0)
			return false;
		for (; more > 0; more--, i++)
			if (i == size || ((unsigned char)text[i] & 0xc0) != 0x80)
				return false;
	}
	return true;
}

/* What has config_parse and parse_line in conf-parser.c of systemd 252 end at the line.
 */
static const char *
find_flaw(const struct traced *line)
{
	const char *text = line->text.data;
	size_t size = line->text.size;
	if (size > LINE_SIZE_MAX)
		return "has a line of more than 1 MiB";
	while (size > 0 && is_blank(text[size - 1]))
		size--;
	if (!is_utf8(text, size))
		return "has a line that is not UTF-8";
	return size > 0 && text[0] == '[' && text[size - 1] != ']'
		? "has the header of a section without its ]"
		: NULL;
}

const char *
unit_file_flaw(const struct file *file, size_t *ret_offset)
{
	const char *flaw = NULL;
	/* of most files the headers are all that there is to look at */
	bool is_good = file->bytes.size <= LINE_SIZE_MAX &&
		is_utf8(file->bytes.data, file->bytes.size);
	struct traced line = { .file = file };
	for (size_t at = 0; flaw == NULL && at < file->bytes.size; clear(&line)) {
		at = join_lines(file, at, !is_good, &line);
		if (line.text.size > 0) {
			*ret_offset = traced_place(&line, 0);
			flaw = find_flaw(&line);
		}
	}
	traced_free(&line);
	return flaw;
}

/* Hands the line on if it is `name = value`. */
static void
read_assignment(struct traced *line, unit_reader *reader, void *data)
{
	char *text = line->text.data, *equals = memchr(text, '=', line->text.size);
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
	struct traced value = { .file = line->file };
	for (size_t k = 0; k < line->run_count && start < end; k++) {
		size_t next = k + 1 < line->run_count ? line->runs[k + 1].index : end;
		if (next <= start)
			continue;
		next = next < end ? next : end;
		add_run(&value, text + start, next - start, traced_place(line, start));
		start = next;
	}
	text[name_end] = '\0'; /* of the line nothing else is needed any more */
	reader(data, text, &value);
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
	struct traced line = { .file = file };
	for (size_t at = 0; at < file->bytes.size; clear(&line)) {
		/* one byte order mark, in front of a line, is passed over */
		if (!marked && file->bytes.size - at >= mark_size &&
			memcmp(file->bytes.data + at, mark, mark_size) == 0) {
			marked = true;
			at += mark_size;
		}
		at = join_lines(file, at, in_section, &line);
		if (line.text.size > 0 && line.text.data[0] == '[')
			in_section = strncmp(line.text.data, name, strlen(name)) == 0;
		else if (in_section && line.text.size > 0)
			read_assignment(&line, reader, data);
	}
	traced_free(&line);
}
