#include "enforcer/plan_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "enforcer/output.h"

enum {
	CELLS_MAX = 8,
	CELL_WIDTH = 36, /* columns of a line of a cell with several texts */
	CELL_TEXTS = 24, /* in a cell; of more the number is said */
};

static const char separator[] = ", ";

/* A line of the table; each cell holds one text or several. */
struct row {
	char *cells[CELLS_MAX];
	size_t texts[CELLS_MAX];
};

struct table_of_rows {
	struct row *rows;
	size_t count, cells;
	size_t widths[CELLS_MAX];
};

static size_t
width_of(const char *text, size_t size)
{
	size_t width = 0;
	for (size_t i = 0; i < size; i++)
		width += ((unsigned char)text[i] & 0xc0) != 0x80;
	return width;
}

static char *
escape(const char *text, size_t size)
{
	autobuffer struct buffer escaped = { 0 };
	buffer_text(&escaped, "");
	buffer_escaped(&escaped, (struct bytes){ text, size }, false);
	return buffer_take(&escaped);
}

static void
fill_row(struct row *row, const struct effect *effect, size_t cells)
{
	const char *part = effect->subject;
	for (size_t i = 0; i < cells; i++) {
		row->texts[i] = 1;
		if (i >= cells - 2) {
			const char *answer = i == cells - 2 ? effect->before
							    : effect->after;
			answer = answer != NULL ? answer : "(none)";
			row->cells[i] = escape(answer, strlen(answer));
			continue;
		}
		size_t size = i == cells - 3 ? strlen(part) : strcspn(part, "\t");
		row->cells[i] = escape(part, size);
		part += size + (part[size] != '\0');
	}
}

static void
free_row(struct row *row)
{
	for (size_t i = 0; i < CELLS_MAX; i++)
		free(row->cells[i]);
}

static bool
differ_alone(const struct row *a, const struct row *b, size_t cells, size_t cell)
{
	for (size_t i = 0; i < cells; i++)
		if (i != cell && strcmp(a->cells[i], b->cells[i]) != 0)
			return false;
	return true;
}

/* Rows that follow each other and differ in CELL alone become one. */
static void
merge(struct table_of_rows *table, size_t cell)
{
	size_t kept = 0;
	for (size_t first = 0, next; first < table->count; first = next) {
		struct row *row = &table->rows[first];
		autobuffer struct buffer text = { 0 };
		buffer_text(&text, row->cells[cell]);
		for (next = first + 1; next < table->count &&
			differ_alone(row, &table->rows[next], table->cells, cell);
			next++) {
			row->texts[cell] += table->rows[next].texts[cell];
			if (next - first < CELL_TEXTS)
				buffer_printf(&text, "%s%s", separator,
					table->rows[next].cells[cell]);
			free_row(&table->rows[next]);
		}
		if (next - first > CELL_TEXTS)
			buffer_printf(&text, "%s%zu more", separator,
				next - first - CELL_TEXTS);
		free(row->cells[cell]);
		row->cells[cell] = buffer_take(&text);
		table->rows[kept++] = *row;
	}
	table->count = kept;
}

/* The bytes of TEXT that go on a line: all, or as many of its texts as fit. */
static size_t
line_of(const char *text, bool is_list)
{
	size_t size = strlen(text), fits = 0;
	if (!is_list || width_of(text, size) <= CELL_WIDTH)
		return size;
	for (const char *at = text; (at = strstr(at, separator)) != NULL;) {
		at += strlen(separator);
		if (fits > 0 && width_of(text, (size_t)(at - text) - 1) > CELL_WIDTH)
			break;
		fits = (size_t)(at - text);
	}
	return fits > 0 ? fits : size;
}

static void
write_cell(struct buffer *line, const char *text, size_t size, size_t width)
{
	while (size > 0 && text[size - 1] == ' ')
		size--;
	buffer_printf(line, "  %.*s", (int)size, text);
	for (size_t i = width_of(text, size); i < width; i++)
		buffer_text(line, " ");
}

static void
write_row(const struct table_of_rows *table, const struct row *row, struct buffer *out)
{
	const char *left[CELLS_MAX];
	bool more = true;
	for (size_t i = 0; i < table->cells; i++)
		left[i] = row->cells[i];
	while (more) {
		autobuffer struct buffer line = { 0 };
		more = false;
		buffer_text(&line, "  ");
		for (size_t i = 0; i < table->cells; i++) {
			size_t size = line_of(left[i], row->texts[i] > 1);
			write_cell(&line, left[i], size, table->widths[i]);
			left[i] += size;
			more = more || *left[i] != '\0';
		}
		while (line.size > 0 && line.data[line.size - 1] == ' ')
			line.size--;
		buffer_add(out, line.data, line.size);
		buffer_text(out, "\n");
	}
}

static void
measure(struct table_of_rows *table, const struct row *row)
{
	for (size_t i = 0; i < table->cells; i++)
		for (const char *text = row->cells[i]; *text != '\0';) {
			size_t size = line_of(text, row->texts[i] > 1);
			size_t width = width_of(text, size);
			width -= size > 0 && text[size - 1] == ' ';
			if (width > table->widths[i])
				table->widths[i] = width;
			text += size;
		}
}

void
plan_table_write(const struct effect *const *effects, size_t count, struct buffer *out)
{
	struct table_of_rows table = { .count = count };
	struct row head = { 0 };
	const char *const *columns = kind_find(effects[0]->kind)->columns;
	for (; columns[table.cells] != NULL; table.cells++)
		head.cells[table.cells] = memory_text(columns[table.cells]);
	head.cells[table.cells++] = memory_text("before");
	head.cells[table.cells++] = memory_text("after");
	table.rows = memory_new(count, sizeof *table.rows);
	for (size_t i = 0; i < count; i++)
		fill_row(&table.rows[i], effects[i], table.cells);
	for (size_t cell = table.cells - 2; cell > 0; cell--)
		merge(&table, cell - 1);
	buffer_text(out, "  ");
	output_escaped(out, effects[0]->kind);
	buffer_text(out, ":\n");
	measure(&table, &head);
	for (size_t i = 0; i < table.count; i++)
		measure(&table, &table.rows[i]);
	write_row(&table, &head, out);
	for (size_t i = 0; i < table.count; i++) {
		write_row(&table, &table.rows[i], out);
		free_row(&table.rows[i]);
	}
	free_row(&head);
	free(table.rows);
}
