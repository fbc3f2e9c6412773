#include "policy/models/boot/environment_file.h"

#include <ctype.h>
#include <string.h>

#include "base/memory.h"

struct cursor {
	const struct file *file;
	size_t at;
	bool shell;
};

static bool
more(const struct cursor *cursor)
{
	return cursor->at < cursor->file->bytes.size;
}

static char
here(const struct cursor *cursor)
{
	if (!more(cursor))
		return '\0';
	return cursor->file->bytes.data[cursor->at];
}

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

static bool
at_line_end(const struct cursor *cursor)
{
	return !more(cursor) || here(cursor) == '\n';
}

static void
skip_blanks(struct cursor *cursor)
{
	while (more(cursor) && is_blank(here(cursor)))
		cursor->at++;
}

static void
skip_line(struct cursor *cursor)
{
	while (!at_line_end(cursor))
		cursor->at++;
	cursor->at += more(cursor);
}

/* The part in the quotes that the cursor stands on. */
static int
read_quoted(struct cursor *cursor, struct traced *value)
{
	char quote = here(cursor);
	for (cursor->at++; more(cursor) && here(cursor) != quote; cursor->at++) {
		char byte = here(cursor);
		if (quote == '"' && cursor->shell && (byte == '$' || byte == '`'))
			return -1;
		if (quote == '"' && byte == '\\' &&
			cursor->at + 1 < cursor->file->bytes.size) {
			char next = cursor->file->bytes.data[cursor->at + 1];
			if (next == '\n') {
				cursor->at++;
				continue;
			}
			if (strchr("\"\\`$", next) != NULL && next != '\0') {
				cursor->at++;
				byte = next;
			}
		}
		traced_add(value, byte, cursor->at);
	}
	if (!more(cursor))
		return -1;
	cursor->at++;
	return 0;
}

/* systemd: quoted parts, and from the first other byte on all of the line as it is. */
static int
read_value(struct cursor *cursor, struct traced *value)
{
	bool bare = false;
	size_t kept = 0; /* what is not blank at the end */
	skip_blanks(cursor);
	while (!at_line_end(cursor)) {
		char byte = here(cursor);
		if (!bare && (byte == '"' || byte == '\'')) {
			if (read_quoted(cursor, value) < 0)
				return -1;
			kept = value->text.size;
			if (!cursor->shell)
				skip_blanks(cursor);
			continue;
		}
		bare = !cursor->shell;
		if (cursor->shell && is_blank(byte)) {
			skip_blanks(cursor);
			if (!at_line_end(cursor) && here(cursor) != '#')
				return -1;
			while (!at_line_end(cursor))
				cursor->at++;
			break;
		}
		if (cursor->shell && strchr("$`;&|<>()~", byte) != NULL)
			return -1;
		if (byte == '\\' && cursor->at + 1 < cursor->file->bytes.size) {
			byte = cursor->file->bytes.data[++cursor->at];
			if (byte == '\n') {
				cursor->at++;
				continue;
			}
		}
		traced_add(value, byte, cursor->at++);
		if (!is_blank(byte))
			kept = value->text.size;
	}
	if (kept < value->text.size) {
		value->text.size = kept;
		value->text.data[kept] = '\0';
	}
	return 0;
}

static int
read_comment(struct cursor *cursor)
{
	size_t start = cursor->at;
	skip_line(cursor);
	size_t end = cursor->at;
	while (end > start && strchr("\r\n", cursor->file->bytes.data[end - 1]) != NULL)
		end--;
	/* before systemd 254 the next line was then part of the comment */
	return !cursor->shell && end > start && more(cursor) &&
			cursor->file->bytes.data[end - 1] == '\\'
		? -1
		: 0;
}

/* The name before the `=`; NULL when the line has none. */
static char *
read_name(struct cursor *cursor)
{
	static const char export[] = "export ";
	const char *data = cursor->file->bytes.data;
	size_t start = cursor->at, size = cursor->file->bytes.size;
	if (cursor->shell && size - start > sizeof export - 1 &&
		memcmp(data + start, export, sizeof export - 1) == 0)
		start += sizeof export - 1;
	while (!at_line_end(cursor) && here(cursor) != '=')
		cursor->at++;
	size_t end = cursor->at;
	if (here(cursor) != '=')
		return NULL;
	cursor->at++;
	while (!cursor->shell && end > start && is_blank(data[end - 1]))
		end--;
	for (size_t i = start; cursor->shell && i < end; i++)
		if (!isalnum((unsigned char)data[i]) && data[i] != '_')
			return NULL;
	return memory_copy(data + start, end - start);
}

int
environment_file_read(const struct file *file, bool shell, unit_reader *reader,
	void *data, size_t *ret_bad)
{
	struct cursor cursor = { .file = file, .shell = shell };
	int status = 0;
	while (more(&cursor)) {
		skip_blanks(&cursor);
		size_t start = cursor.at;
		int line = 0;
		if (at_line_end(&cursor)) {
			cursor.at += more(&cursor);
			continue;
		}
		if (here(&cursor) == '#' || (!shell && here(&cursor) == ';')) {
			line = read_comment(&cursor);
		} else {
			autofree char *name = read_name(&cursor);
			struct traced value = { .file = file };
			if (name == NULL)
				line = shell ? -1 : 0; /* systemd takes no notice */
			else if ((line = read_value(&cursor, &value)) == 0)
				reader(data, name, &value);
			traced_free(&value);
			skip_line(&cursor);
		}
		if (line < 0 && status == 0) {
			*ret_bad = start;
			status = -1;
		}
	}
	return status;
}
