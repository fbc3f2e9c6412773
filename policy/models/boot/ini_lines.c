#include "policy/models/boot/ini_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char blanks[] = " \t\r\f\v";

static char *
trim(char *text)
{
	text += strspn(text, blanks);
	size_t size = strlen(text);
	while (size > 0 && strchr(blanks, text[size - 1]) != NULL)
		text[--size] = '\0';
	return text;
}

void
ini_lines_read(const struct file *file, ini_reader *reader, void *data)
{
	char *section = memory_text("");
	for (size_t at = 0, end; at < file->bytes.size; at = end + 1) {
		const char *bytes = file->bytes.data,
			   *newline = memchr(bytes + at, '\n', file->bytes.size - at);
		end = newline != NULL ? (size_t)(newline - bytes) : file->bytes.size;
		autofree char *copy = memory_copy(bytes + at, end - at);
		char *text = trim(copy), *equals = strchr(text, '='),
		     *close = *text == '[' ? strchr(text, ']') : NULL;
		if (*text == '\0' || *text == '#')
			continue;
		struct ini_line line = { .file = file,
			.offset = at + (size_t)(text - copy) };
		if (close != NULL) {
			free(section);
			section = memory_copy(text + 1, (size_t)(close - text - 1));
		} else if (equals != NULL) {
			*equals = '\0';
			line.name = trim(text);
			line.value = trim(equals + 1);
		}
		line.is_bad = close == NULL && equals == NULL;
		line.section = section;
		reader(data, &line);
	}
	free(section);
}
