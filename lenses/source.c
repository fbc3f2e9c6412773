#include "lenses/source.h"

#include <stdbool.h>
#include <string.h>

#include "base/memory.h"

static int
refuse_control(struct bytes text, struct error *err)
{
	for (size_t i = 0; i < text.size; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') {
			unsigned line, column;
			bytes_position(text, i, &line, &column);
			return error_set(
				err, "line %u holds the control byte \\x%02x", line, c);
		}
	}
	return 0;
}

static void
join_lines(char *text, size_t size)
{
	for (char *line = text, *end = text + size, *newline; line < end;
		line = newline + 1) {
		newline = memchr(line, '\n', (size_t)(end - line));
		size_t indent = strspn(line, " \t");
		while (line[indent] != '#' && newline > line && newline[-1] == '\\' &&
			newline + 1 < end) {
			char *p = newline;
			newline = memchr(newline + 1, '\n', (size_t)(end - newline - 1));
			p[-1] = '\v';
			*p++ = '\v';
			while (*p == ' ' || *p == '\t')
				*p++ = '\v';
		}
	}
}

int
source_prepare(struct bytes text, enum join join, char **ret_copy, size_t *ret_size,
	struct error *err)
{
	if (refuse_control(text, err) < 0)
		return -1;
	size_t size = text.size;
	char *copy = memory_resize(NULL, size + 2, 1);
	if (size > 0)
		memcpy(copy, text.data, size);
	if (size > 0 && copy[size - 1] != '\n')
		copy[size++] = '\n';
	copy[size] = '\0';
	if (join != JOIN_NEVER)
		join_lines(copy, size);
	*ret_copy = copy;
	*ret_size = size;
	return 0;
}

bool
source_is_silent(const char *line, size_t length, const char *indent, size_t *ret_comment)
{
	size_t at = strspn(line, indent);
	*ret_comment = at < length ? at : length;
	return at == length || line[at] == '#';
}
