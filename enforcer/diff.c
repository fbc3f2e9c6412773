#include "enforcer/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/redact.h"
#include "enforcer/output.h"

enum { CONTEXT = 3, HUNK_GAP = 2 * CONTEXT /* equal lines within a hunk */ };

struct lines {
	struct bytes *items; /* each with its newline */
	size_t count;
};

static void
lines_split(struct bytes text, struct lines *ret_lines)
{
	struct lines lines = { .items = memory_new(1, sizeof *lines.items) };
	for (size_t start = 0; start < text.size;) {
		const char *end = memchr(text.data + start, '\n', text.size - start);
		size_t size = end != NULL ? (size_t)(end - text.data) + 1 - start
					  : text.size - start;
		lines.items = memory_grow(lines.items, lines.count, sizeof *lines.items);
		lines.items[lines.count++] = (struct bytes){ text.data + start, size };
		start += size;
	}
	*ret_lines = lines;
}

/* The lines between the common beginning and the common end. */
struct middle {
	const struct bytes *a, *b;
	size_t a_count, b_count;
};

static void
add_step(struct diff *diff, size_t a, size_t b, bool is_removal)
{
	struct diff_run *last = diff->count > 0 ? &diff->runs[diff->count - 1] : NULL;
	if (last == NULL || last->old_line + last->old_count != a ||
		last->new_line + last->new_count != b) {
		diff->runs = memory_grow(diff->runs, diff->count, sizeof *diff->runs);
		last = &diff->runs[diff->count++];
		*last = (struct diff_run){ .old_line = a, .new_line = b };
	}
	if (is_removal)
		last->old_count++;
	else
		last->new_count++;
}

/* Walks back from the end over the kept rows of the search, then adds the steps in order.
 * ROWS[d][k + d] is the furthest A on diagonal K (A - B) after D steps. */
static void
walk_back(const struct middle *middle, long *const *rows, long steps, size_t offset,
	struct diff *diff)
{
	autofree size_t *path = memory_new((size_t)steps, 2 * sizeof *path);
	long a = (long)middle->a_count, b = (long)middle->b_count;
	for (long d = steps; d > 0; d--) {
		const long *row = rows[d - 1]; /* diagonals -(d-1)..d-1 */
		long k = a - b;
		bool down = k == -d ||
			(k != d && row[k - 1 + d - 1] < row[k + 1 + d - 1]);
		long from = down ? k + 1 : k - 1;
		a = row[from + d - 1];
		b = a - from;
		path[2 * (d - 1)] = (size_t)a;
		path[2 * (d - 1) + 1] = (size_t)b << 1 | (down ? 0 : 1);
	}
	for (long d = 0; d < steps; d++)
		add_step(diff, offset + path[2 * d], offset + (path[2 * d + 1] >> 1),
			path[2 * d + 1] & 1);
}

/* Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), the greedy form.
 * Returns false when more than DIFF_EDITS_MAX steps are needed. */
static bool
search(const struct middle *middle, size_t offset, struct diff *diff)
{
	long n = (long)middle->a_count, m = (long)middle->b_count;
	long limit = n + m < DIFF_EDITS_MAX ? n + m : DIFF_EDITS_MAX;
	autofree long **rows = memory_new((size_t)limit + 1, sizeof *rows);
	bool found = false;
	for (long d = 0; d <= limit && !found; d++) {
		long *row = rows[d] = memory_new((size_t)(2 * d + 1), sizeof *row);
		const long *last = d > 0 ? rows[d - 1] : NULL;
		for (long k = -d; k <= d; k += 2) {
			/* from the diagonal above (a line of B more) or below (one of A
			 * less) */
			long above = k + 1 <= d - 1 ? last[k + 1 + d - 1] : -1;
			long below = k - 1 >= -(d - 1) ? last[k - 1 + d - 1] + 1 : -1;
			long a = d == 0 ? 0 : above >= below ? above : below;
			while (a < n && a - k < m &&
				bytes_equal(middle->a[a], middle->b[a - k]))
				a++;
			row[k + d] = a;
			found = found || (k == n - m && a == n);
		}
		if (found)
			walk_back(middle, rows, d, offset, diff);
	}
	for (long d = 0; d <= limit && rows[d] != NULL; d++)
		free(rows[d]);
	return found;
}

static void
compare(const struct lines *a, const struct lines *b, struct diff *ret_diff)
{
	size_t shorter = a->count < b->count ? a->count : b->count, begin = 0, end = 0;
	*ret_diff = (struct diff){ 0 };
	while (begin < shorter && bytes_equal(a->items[begin], b->items[begin]))
		begin++;
	while (end < shorter - begin &&
		bytes_equal(a->items[a->count - 1 - end], b->items[b->count - 1 - end]))
		end++;
	struct middle middle = { a->items + begin, b->items + begin,
		a->count - begin - end, b->count - begin - end };
	if (middle.a_count + middle.b_count == 0)
		return;
	if (middle.a_count > 0 && middle.b_count > 0 && search(&middle, begin, ret_diff))
		return;
	ret_diff->runs = memory_new(1, sizeof *ret_diff->runs);
	ret_diff->runs[0] = (struct diff_run){ begin, middle.a_count, begin,
		middle.b_count };
	ret_diff->count = 1;
}

void
diff_make(struct bytes old_text, struct bytes new_text, struct diff *ret_diff)
{
	struct lines a, b;
	lines_split(old_text, &a);
	lines_split(new_text, &b);
	compare(&a, &b, ret_diff);
	free(a.items);
	free(b.items);
}

void
diff_free(struct diff *diff)
{
	free(diff->runs);
	*diff = (struct diff){ 0 };
}

struct writer {
	const char *path;
	bool coloured;
	struct buffer *out;
};

static void
write_line(const struct writer *writer, char mark, struct bytes line)
{
	enum colour colour = mark == '-' ? COLOUR_RED
		: mark == '+'            ? COLOUR_GREEN
					 : COLOUR_NONE;
	bool ends = line.size > 0 && line.data[line.size - 1] == '\n';
	bool coloured = writer->coloured && colour != COLOUR_NONE;
	line.size -= ends;
	autofree char *shown = redact_line(writer->path, line);
	buffer_text(writer->out, output_begin(coloured, colour));
	buffer_add(writer->out, &mark, 1);
	buffer_escaped(writer->out, BYTES_TEXT(shown), true);
	buffer_text(writer->out, output_end(coloured));
	buffer_text(writer->out, ends ? "\n" : "\n\\ No newline at end of file\n");
}

/* "start,count" as diff -u has it: the count 1 is left out, an empty range is named by
 * the line before it. */
static void
write_range(struct buffer *out, char mark, size_t line, size_t count)
{
	buffer_printf(out, "%c%zu", mark, count > 0 ? line + 1 : line);
	if (count != 1)
		buffer_printf(out, ",%zu", count);
}

/* The runs FIRST..LAST with the lines around and between them. */
static void
write_hunk(const struct writer *writer, const struct lines *a, const struct lines *b,
	const struct diff_run *first, const struct diff_run *last)
{
	size_t before = first->old_line < CONTEXT ? first->old_line : CONTEXT;
	size_t tail = a->count - (last->old_line + last->old_count);
	size_t after = tail < CONTEXT ? tail : CONTEXT;
	size_t old_line = first->old_line - before, new_line = first->new_line - before;
	size_t old_end = last->old_line + last->old_count + after;
	size_t new_end = last->new_line + last->new_count + after;
	buffer_text(writer->out, output_begin(writer->coloured, COLOUR_BLUE));
	buffer_text(writer->out, "@@ ");
	write_range(writer->out, '-', old_line, old_end - old_line);
	buffer_text(writer->out, " ");
	write_range(writer->out, '+', new_line, new_end - new_line);
	buffer_text(writer->out, " @@");
	buffer_text(writer->out, output_end(writer->coloured));
	buffer_text(writer->out, "\n");
	for (const struct diff_run *run = first; run <= last; run++) {
		while (old_line < run->old_line)
			write_line(writer, ' ', a->items[old_line++]);
		for (size_t i = 0; i < run->old_count; i++)
			write_line(writer, '-', a->items[old_line++]);
		for (size_t i = 0; i < run->new_count; i++)
			write_line(writer, '+', b->items[run->new_line + i]);
	}
	while (old_line < old_end)
		write_line(writer, ' ', a->items[old_line++]);
}

static void
write_name(const struct writer *writer, const char *mark, char side, bool exists)
{
	buffer_text(writer->out, output_begin(writer->coloured, COLOUR_BOLD));
	buffer_printf(writer->out, "%s ", mark);
	if (exists) {
		buffer_add(writer->out, &side, 1);
		output_escaped(writer->out, writer->path);
	} else {
		buffer_text(writer->out, "/dev/null");
	}
	buffer_text(writer->out, output_end(writer->coloured));
	buffer_text(writer->out, "\n");
}

void
diff_write(const char *path, struct bytes old_text, struct bytes new_text, bool coloured,
	struct buffer *out)
{
	struct writer writer = { .path = path, .coloured = coloured, .out = out };
	struct lines a, b;
	struct diff diff;
	lines_split(old_text, &a);
	lines_split(new_text, &b);
	compare(&a, &b, &diff);
	write_name(&writer, "---", 'a', old_text.data != NULL);
	write_name(&writer, "+++", 'b', new_text.data != NULL);
	for (size_t i = 0, last; i < diff.count; i = last + 1) {
		last = i;
		while (last + 1 < diff.count &&
			diff.runs[last + 1].old_line <= diff.runs[last].old_line +
					diff.runs[last].old_count + HUNK_GAP)
			last++;
		write_hunk(&writer, &a, &b, &diff.runs[i], &diff.runs[last]);
	}
	diff_free(&diff);
	free(a.items);
	free(b.items);
}
