#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/memory.h"
#include "policy/store.h"

enum {
	EXCERPT_SIDE = 120, /* bytes of a long line shown on each side of the column */
};

void
problems_add(struct problems *problems, struct position at, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = memory_vprintf(format, args);
	va_end(args);
	problems->items = memory_grow(
		problems->items, problems->count, sizeof *problems->items);
	problems->items[problems->count] = (struct problem){ at, text, problems->count };
	problems->count++;
}

/* Files in the order of loading: the policy before its overlays. */
static size_t
rank(const struct policy_store *store, const char *name)
{
	size_t i = 0;
	while (store != NULL && i < store->count && store->documents[i].name != name)
		i++;
	return i;
}

static int
compare(const void *a, const void *b, void *store)
{
	const struct problem *x = a, *y = b;
	size_t rank_x = rank(store, x->at.file), rank_y = rank(store, y->at.file);
	if (rank_x != rank_y)
		return rank_x < rank_y ? -1 : 1;
	if (x->at.line != y->at.line)
		return x->at.line < y->at.line ? -1 : 1;
	if (x->at.column != y->at.column)
		return x->at.column < y->at.column ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/* A place in a document that only moves forward while the sorted problems are shown. */
struct cursor {
	const struct document *document;
	size_t offset;
	unsigned line;
};

/* The line AT points into, a part of it around the column when it is long; *column (from
 * 0) is moved along. Returns false when there is none. */
static bool
find_line(struct cursor *cursor, const struct policy_store *store, struct position at,
	struct bytes *ret_line, size_t *ret_column)
{
	size_t index = rank(store, at.file);
	if (at.line == 0 || store == NULL || index == store->count)
		return false;
	if (cursor->document != &store->documents[index])
		*cursor = (struct cursor){ &store->documents[index], 0, 1 };
	struct bytes bytes = cursor->document->bytes;
	while (cursor->line < at.line && cursor->offset < bytes.size) {
		const char *start = bytes.data + cursor->offset;
		const char *end = memchr(start, '\n', bytes.size - cursor->offset);
		cursor->offset = end != NULL ? (size_t)(end + 1 - bytes.data)
					     : bytes.size;
		cursor->line++;
	}
	size_t length = 0, column = at.column > 0 ? at.column - 1 : 0;
	const char *line = bytes.data + cursor->offset;
	size_t limit = bytes.size - cursor->offset, skip = 0;
	if (limit > column + EXCERPT_SIDE)
		limit = column + EXCERPT_SIDE;
	while (length < limit && line[length] != '\n')
		length++;
	if (length > 0 && line[length - 1] == '\r')
		length--;
	if (column > length)
		column = length;
	if (column > EXCERPT_SIDE)
		skip = column - EXCERPT_SIDE;
	while (skip > 0 && skip < column && (line[skip] & 0xc0) == 0x80)
		skip++;
	while (length > column && length < bytes.size - cursor->offset &&
		(line[length] & 0xc0) == 0x80)
		length--;
	*ret_line = (struct bytes){ line + skip, length - skip };
	*ret_column = column - skip;
	return true;
}

/* Blanks as wide as TEXT (escaped, UTF-8) is on a terminal; tabs stay tabs. */
static void
add_margin(struct buffer *out, const char *text)
{
	mbstate_t state = { 0 };
	while (*text != '\0') {
		wchar_t c;
		size_t length = mbrtowc(&c, text, strlen(text), &state);
		int width = 1;
		if (length == (size_t)-1 || length == (size_t)-2) {
			length = 1;
			memset(&state, 0, sizeof state);
		} else {
			width = wcwidth(c);
		}
		if (*text == '\t')
			buffer_text(out, "\t");
		else
			buffer_printf(out, "%*s", width > 0 ? width : 0, "");
		text += length;
	}
}

static void
show(const struct problem *problem, struct cursor *cursor,
	const struct policy_store *store, struct buffer *out)
{
	struct bytes line;
	size_t column;
	/* a file that can't be read: no editor jumps to a line of it */
	buffer_text(out, problem->at.line == 0 ? "holdfast: " : "");
	buffer_escaped(out, BYTES_TEXT(problem->at.file), false);
	if (problem->at.line > 0)
		buffer_printf(out, ":%u:%u", problem->at.line, problem->at.column);
	buffer_text(out, ": ");
	buffer_escaped(out, BYTES_TEXT(problem->text), false);
	buffer_text(out, "\n");
	if (!find_line(cursor, store, problem->at, &line, &column))
		return;
	autobuffer struct buffer before = { 0 };
	buffer_escaped(&before, (struct bytes){ line.data, column }, true);
	buffer_text(&before, "");
	buffer_text(out, "    ");
	buffer_escaped(out, line, true);
	buffer_text(out, "\n    ");
	add_margin(out, before.data);
	buffer_text(out, "^\n");
}

void
problems_show(const struct problems *problems, struct buffer *out)
{
	struct cursor cursor = { 0 };
	if (problems->count == 0)
		return;
	qsort_r(problems->items, problems->count, sizeof *problems->items, compare,
		problems->store);
	/* widths of characters, whatever the locale of the program is */
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	locale_t before = utf8 != (locale_t)0 ? uselocale(utf8) : (locale_t)0;
	for (size_t i = 0; i < problems->count; i++)
		show(&problems->items[i], &cursor, problems->store, out);
	if (utf8 != (locale_t)0) {
		uselocale(before);
		freelocale(utf8);
	}
}

void
problems_free(struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		free(problems->items[i].text);
	free(problems->items);
	store_release(problems->store);
	*problems = (struct problems){ 0 };
}
