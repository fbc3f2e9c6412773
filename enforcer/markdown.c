#include "enforcer/markdown.h"

#include <string.h>

enum { FENCE = 3 };

void
markdown_text(struct buffer *out, const char *text)
{
	autobuffer struct buffer plain = { 0 };
	if (text == NULL)
		return;
	buffer_escaped(&plain, BYTES_TEXT(text), false);
	for (size_t i = 0; i < plain.size; i++) {
		if (strchr("\\`*_{}[]<>#|&~!+-.", plain.data[i]) != NULL &&
			(strchr("#+-.!", plain.data[i]) == NULL || i == 0 ||
				plain.data[i - 1] == '\n'))
			buffer_text(out, "\\");
		buffer_add(out, &plain.data[i], plain.data[i] != '\n');
		if (plain.data[i] == '\n')
			buffer_text(out, " ");
	}
}

/* The longest run of backticks in TEXT. */
static size_t
backticks(const char *text)
{
	size_t longest = 0;
	for (const char *at = text; *at != '\0'; at++) {
		size_t run = strspn(at, "`");
		longest = run > longest ? run : longest;
		at += run > 0 ? run - 1 : 0;
	}
	return longest;
}

static void
add_backticks(struct buffer *out, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buffer_text(out, "`");
}

void
markdown_code(struct buffer *out, const char *text)
{
	autobuffer struct buffer plain = { 0 };
	buffer_text(&plain, "");
	buffer_escaped(&plain, BYTES_TEXT(text), false);
	size_t fence = backticks(plain.data);
	/* a blank divides them from a backtick of the text's own */
	const char *space = fence > 0 ? " " : "";
	add_backticks(out, fence + 1);
	buffer_text(out, space);
	buffer_text(out, plain.data);
	buffer_text(out, space);
	add_backticks(out, fence + 1);
}

void
markdown_block(struct buffer *out, struct bytes text)
{
	autobuffer struct buffer plain = { 0 };
	buffer_text(&plain, "");
	buffer_add(&plain, text.data, text.size);
	size_t fence = backticks(plain.data) + 1;
	fence = fence < FENCE ? FENCE : fence;
	add_backticks(out, fence);
	buffer_text(out, "text\n");
	buffer_add(out, plain.data, plain.size);
	add_backticks(out, fence);
	buffer_text(out, "\n\n");
}

void
markdown_field(struct buffer *out, const char *label, const char *text)
{
	if (text == NULL)
		return;
	buffer_printf(out, "- %s: ", label);
	markdown_text(out, text);
	buffer_text(out, "\n");
}
