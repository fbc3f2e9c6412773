#include "policy/models/time/time_reader.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { DOUBTS_MAX = 1000 };

void
time_line_cut(struct bytes line, struct place place, struct time_line *ret_line)
{
	char *rest = NULL;
	ret_line->text = memory_copy(line.data, line.size);
	ret_line->count = 0;
	ret_line->place = place;
	for (char *word = strtok_r(ret_line->text, " \t\r\n\f\v", &rest);
		word != NULL && ret_line->count < TIME_WORDS_MAX;
		word = strtok_r(NULL, " \t\r\n\f\v", &rest))
		ret_line->words[ret_line->count++] = word;
}

void
time_add(struct time_daemon *daemon, enum time_use use, const char *directive, char *name,
	struct place place)
{
	daemon->sources = memory_grow(
		daemon->sources, daemon->source_count, sizeof *daemon->sources);
	daemon->sources[daemon->source_count++] = (struct time_source){ name, directive,
		use, place, NULL };
}

void
time_doubt(struct time_daemon *daemon, bool may_drop, struct place place,
	const char *format, ...)
{
	va_list args;
	if (daemon->doubt_count == DOUBTS_MAX)
		return;
	va_start(args, format);
	daemon->doubts = memory_grow(
		daemon->doubts, daemon->doubt_count, sizeof *daemon->doubts);
	daemon->doubts[daemon->doubt_count++] = (struct time_doubt){
		memory_vprintf(format, args), may_drop, place
	};
	va_end(args);
}

void
time_invalid(struct time_daemon *daemon, struct place place, const char *format, ...)
{
	va_list args;
	if (daemon->invalid != NULL)
		return;
	va_start(args, format);
	daemon->invalid = memory_vprintf(format, args);
	daemon->invalid_place = place;
	va_end(args);
}

bool
time_readable(struct time_daemon *daemon, const struct file *file, size_t *bytes)
{
	if (file->state == FILE_REFUSED)
		time_doubt(daemon, true, (struct place){ file, 0 },
			"it can't be read: %s", file->reason);
	if (file->state != FILE_READ)
		return false;
	/* a file may be read many times over; an empty one costs too */
	*bytes += file->bytes.size + 4096;
	if (*bytes > TIME_BYTES_MAX) {
		time_doubt(daemon, true, (struct place){ file, 0 },
			"its files include each other without end");
		return false;
	}
	return true;
}

bool
time_is_tiny(const char *value)
{
	static const char digits[] = "0123456789";
	size_t size = strspn(value, digits);
	const char *fraction = value[size] == '.' ? value + size + 1 : value + size;
	bool is_number = fraction[strspn(fraction, digits)] == '\0' &&
		(value[size] == '.' || value[size] == '\0');
	return !is_number ||
		(strspn(value, "0") == size &&
			strspn(fraction, "0") >= strnlen(fraction, 3));
}

void
time_files_add(struct time_files *files, char *path, size_t folder)
{
	files->items = memory_grow(files->items, files->count, sizeof *files->items);
	files->items[files->count++] = (struct time_file){ path, folder };
}

static int
by_name(const void *a, const void *b)
{
	const struct time_file *x = a, *y = b;
	int order = strcmp(text_base_name(x->path), text_base_name(y->path));
	return order != 0 ? order : (x->folder > y->folder) - (x->folder < y->folder);
}

void
time_files_sort(struct time_files *files)
{
	size_t kept = 0;
	if (files->count > 0)
		qsort(files->items, files->count, sizeof *files->items, by_name);
	for (size_t i = 0; i < files->count; i++)
		if (kept > 0 &&
			strcmp(text_base_name(files->items[kept - 1].path),
				text_base_name(files->items[i].path)) == 0)
			free(files->items[i].path);
		else
			files->items[kept++] = files->items[i];
	files->count = kept;
}

void
time_files_free(struct time_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->items[i].path);
	free(files->items);
}
