#include "policy/models/rsyslog/rsyslog_source.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { LINE_MAX_READ = 10239 }; /* of fgets with its buffer of 10240 */

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void
add_mark(struct source *source, size_t at, size_t from)
{
	source->marks = memory_grow(
		source->marks, source->mark_count, sizeof *source->marks);
	source->marks[source->mark_count++] = (struct source_mark){ at, from };
}

static void
add_joined(struct source *source, size_t at)
{
	source->joined = memory_grow(
		source->joined, source->joined_count, sizeof *source->joined);
	source->joined[source->joined_count++] = at;
}

struct source *
source_new(const struct file *file)
{
	struct source *source = memory_new(1, sizeof *source);
	const char *data = file->bytes.data;
	size_t size = file->bytes.size;
	autobuffer struct buffer out = { 0 };
	bool goes_on = false, joined = false;
	source->file = file;
	for (size_t line = 0, next; line < size; line = next) {
		size_t most = size - line < LINE_MAX_READ ? size - line : LINE_MAX_READ;
		const char *newline = memchr(data + line, '\n', most);
		next = newline != NULL ? (size_t)(newline - data) + 1 : line + most;
		size_t start = line, end = next;
		while (goes_on && start < end && is_space(data[start]))
			start++;
		while (end > start && is_space(data[end - 1]))
			end--;
		/* a line of nothing but blanks neither ends nor begins a continuation */
		if (end > start) {
			goes_on = data[end - 1] == '\\';
			if (goes_on)
				end--;
			add_mark(source, out.size, start);
			buffer_add(&out, data + start, end - start);
		}
		joined = joined || goes_on;
		if (!goes_on) {
			add_mark(source, out.size, end);
			if (joined)
				add_joined(source, out.size);
			joined = false;
			buffer_text(&out, "\n");
		}
	}
	source->size = out.size;
	source->text = buffer_take(&out);
	return source;
}

size_t
source_offset(const struct source *source, size_t position)
{
	size_t low = 0, high = source->mark_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (source->marks[middle].at <= position)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return 0;
	const struct source_mark *mark = &source->marks[low - 1];
	return mark->from + (position - mark->at);
}

void
source_free(struct source *source)
{
	free(source->text);
	free(source->marks);
	free(source->joined);
	free(source);
}
