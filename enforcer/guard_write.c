#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "enforcer/guard.h"
#include "enforcer/output.h"

enum {
	ROWS_MAX = 40, /* that do not change */
	COLUMNS = 5,
};

/* A row of the table: the origins of rows that are alike otherwise stand together. */
struct line {
	const struct guard_row *row;
	struct buffer from;
};

static bool
are_alike(const struct guard_row *a, const struct guard_row *b)
{
	return strcmp(a->who, b->who) == 0 && strcmp(a->how, b->how) == 0 &&
		strcmp(a->before, b->before) == 0 && strcmp(a->after, b->after) == 0 &&
		a->mark == b->mark;
}

/* Whether the row says no more than another: what is so from anywhere need not be said
 * for an address. */
static bool
is_told(const struct guard *guard, size_t index)
{
	const struct guard_row *row = &guard->rows[index];
	bool is_address = strcmp(row->how, "ssh") == 0 &&
		strstr(row->from, "logged in") == NULL &&
		strcmp(row->from, "anywhere") != 0;
	for (size_t i = 0; i < guard->row_count && is_address; i++)
		if (strcmp(guard->rows[i].from, "anywhere") == 0 &&
			are_alike(&guard->rows[i], row))
			return true;
	return false;
}

static const char *
note_of(const struct guard_row *row)
{
	switch (row->mark) {
	case GUARD_LOST:
		return "LOST";
	case GUARD_ACCEPTED:
		return "lost, accepted";
	case GUARD_ASKED:
		return "lost, asked for by ";
	case GUARD_SAME:
	case GUARD_GAINED:
		break;
	}
	return "";
}

static void
write_cell(const char *text, size_t width, struct buffer *out)
{
	size_t start = out->size;
	output_escaped(out, text);
	while (out->size - start < width)
		buffer_text(out, " ");
}

static void
write_line(const struct line *line, const size_t widths[COLUMNS], bool coloured,
	struct buffer *out)
{
	const struct guard_row *row = line->row;
	bool lost = row->mark == GUARD_LOST;
	const char *note = note_of(row);
	buffer_text(out, "  ");
	if (lost)
		buffer_text(out, output_begin(coloured, COLOUR_RED));
	write_cell(row->who, widths[0], out);
	write_cell(row->how, widths[1], out);
	write_cell(line->from.data != NULL ? line->from.data : "", widths[2], out);
	write_cell(row->before, widths[3], out);
	if (*note == '\0') {
		output_escaped(out, row->after);
	} else {
		write_cell(row->after, widths[4], out);
		buffer_text(out, note);
		output_escaped(out, row->control);
	}
	if (lost)
		buffer_text(out, output_end(coloured));
	buffer_text(out, "\n");
}

static void
widen(size_t *width, const char *text)
{
	size_t size = strlen(text) + 2;
	*width = size > *width ? size : *width;
}

/* Lines from the rows; returns how many. LEFT_OUT: unchanged ones that are too many. */
static size_t
collect(const struct guard *guard, struct line *lines, size_t *ret_left_out)
{
	size_t count = 0, same = 0;
	*ret_left_out = 0;
	for (size_t i = 0; i < guard->row_count; i++) {
		const struct guard_row *row = &guard->rows[i];
		size_t k = 0;
		if (is_told(guard, i))
			continue;
		while (k < count && !are_alike(lines[k].row, row))
			k++;
		if (k == count && row->mark == GUARD_SAME && same++ >= ROWS_MAX) {
			(*ret_left_out)++;
			continue;
		}
		if (k == count)
			lines[count++] = (struct line){ .row = row };
		if (row->from[0] != '\0')
			buffer_printf(&lines[k].from, "%s%s",
				lines[k].from.size > 0 ? ", " : "", row->from);
	}
	return count;
}

/* Why what stands in LINES can't be told, for each person and way once. */
static void
write_unknown(const struct line *lines, size_t count, struct buffer *out)
{
	for (size_t i = 0; i < count; i++) {
		const struct guard_row *row = lines[i].row;
		bool is_told = row->unknown == NULL;
		for (size_t k = 0; k < i && !is_told; k++)
			is_told = lines[k].row->unknown != NULL &&
				strcmp(lines[k].row->who, row->who) == 0 &&
				strcmp(lines[k].row->how, row->how) == 0;
		if (is_told)
			continue;
		buffer_text(out, "  ");
		output_escaped(out, row->who);
		buffer_text(out, ", ");
		output_escaped(out, row->how);
		buffer_text(out, ": not known: ");
		output_escaped(out, row->unknown);
		buffer_text(out, "\n");
	}
}

static void
write_table(const struct guard *guard, bool coloured, struct buffer *out)
{
	static const struct guard_row head = { (char *)"who", (char *)"how",
		(char *)"from", (char *)"before", (char *)"after", GUARD_SAME, NULL,
		NULL };
	size_t widths[COLUMNS] = { 0 }, left_out;
	struct line *lines = memory_new(guard->row_count + 1, sizeof *lines);
	size_t count = 1 + collect(guard, lines + 1, &left_out);
	lines[0] = (struct line){ .row = &head };
	buffer_text(&lines[0].from, head.from);
	for (size_t i = 0; i < count; i++) {
		widen(&widths[0], lines[i].row->who);
		widen(&widths[1], lines[i].row->how);
		widen(&widths[2], lines[i].from.data ? lines[i].from.data : "");
		widen(&widths[3], lines[i].row->before);
		widen(&widths[4], lines[i].row->after);
	}
	buffer_text(out, "Who gets in:\n");
	for (size_t i = 0; i < count; i++)
		write_line(&lines[i], widths, coloured, out);
	write_unknown(lines, count, out);
	for (size_t i = 0; i < count; i++)
		buffer_free(&lines[i].from);
	if (left_out > 0)
		buffer_printf(out, "  %zu more that do not change\n", left_out);
	if (guard->cut)
		buffer_text(
			out, "  there are more users or services than were looked at\n");
	free(lines);
}

static void
write_losses(const struct guard *guard, bool coloured, struct buffer *out)
{
	buffer_text(out, output_begin(coloured, COLOUR_RED));
	buffer_text(out, "Lost, though the policy does not ask for it:");
	buffer_text(out, output_end(coloured));
	buffer_text(out, "\n");
	for (size_t i = 0; i < guard->loss_count; i++) {
		const struct guard_loss *loss = &guard->losses[i];
		buffer_text(out, "  ");
		output_escaped(out, loss->name);
		buffer_text(out, ": ");
		output_escaped(out, loss->reason);
		buffer_text(out, "\n");
		if (loss->remedy == NULL)
			continue;
		buffer_text(out, "      to keep it: ");
		output_escaped(out, loss->remedy);
		buffer_text(out, "\n");
	}
}

void
guard_write(const struct guard *guard, bool coloured, struct buffer *out)
{
	bool changes = guard->loss_count > 0;
	for (size_t i = 0; i < guard->row_count; i++)
		changes = changes ||
			strcmp(guard->rows[i].before, guard->rows[i].after) != 0;
	if (!guard->touches && !changes)
		return;
	if (guard->row_count > 0)
		write_table(guard, coloured, out);
	for (size_t i = 0; i < guard->shared_count; i++) {
		output_escaped(out, guard->shared[i].name);
		buffer_text(out, " is changed: ");
		output_escaped(out, guard->shared[i].text);
		buffer_text(out, "\n");
	}
	if (guard->unjudged != NULL) {
		buffer_text(out, "Who gets in can't be told: ");
		output_escaped(out, guard->unjudged);
		buffer_text(out, "\n");
	}
	if (guard->loss_count > 0)
		write_losses(guard, coloured, out);
}
