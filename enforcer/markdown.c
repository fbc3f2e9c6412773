#include "enforcer/markdown.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"

enum { FENCE = 3 };

/* Whether TEXT[AT] would mean something to Markdown, to HTML or in a table: what would
 * not stays as it is, so that a command can be copied from the raw text too. BEGINS: a
 * line may begin with TEXT. */
static bool
is_special(const char *text, size_t at, bool begins)
{
	if (strchr(">#+-.!", text[at]) != NULL)
		return at == 0 ? begins : text[at - 1] == '\n';
	if (text[at] == '_' && at > 0) /* within a word it is none of emphasis */
		return !isalnum((unsigned char)text[at - 1]) ||
			!isalnum((unsigned char)text[at + 1]);
	if (text[at] == '&') /* of a character by its name or number */
		return text[at + 1] == '#' || isalnum((unsigned char)text[at + 1]);
	return strchr("\\`*_{}[]<|~", text[at]) != NULL;
}

static void
add_text(struct buffer *out, const char *text, bool begins)
{
	autobuffer struct buffer plain = { 0 };
	buffer_escaped(&plain, BYTES_TEXT(text), false);
	for (size_t i = 0; i < plain.size; i++) {
		if (is_special(plain.data, i, begins))
			buffer_text(out, "\\");
		buffer_add(out, &plain.data[i], plain.data[i] != '\n');
		if (plain.data[i] == '\n')
			buffer_text(out, " ");
	}
}

void
markdown_text(struct buffer *out, const char *text)
{
	if (text != NULL)
		add_text(out, text, true);
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

void
markdown_field_code(struct buffer *out, const char *label, const char *text)
{
	const char *at = text, *open, *close;
	if (text == NULL)
		return;
	buffer_printf(out, "- %s: ", label);
	while ((open = strchr(at, '`')) != NULL &&
		(close = strchr(open + 1, '`')) != NULL && close > open + 1) {
		autofree char *words = memory_copy(at, (size_t)(open - at));
		autofree char *code = memory_copy(open + 1, (size_t)(close - open) - 1);
		add_text(out, words, at == text);
		markdown_code(out, code);
		at = close + 1;
	}
	add_text(out, at, at == text);
	buffer_text(out, "\n");
}
