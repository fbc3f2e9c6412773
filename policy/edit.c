#include "policy/edit.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static struct edit *
add(struct edits *edits, struct edit edit, const char *why, va_list args)
{
	edits->items = memory_grow(edits->items, edits->count, sizeof *edits->items);
	edit.why = memory_vprintf(why, args);
	edits->items[edits->count] = edit;
	return &edits->items[edits->count++];
}

void
edits_splice(struct edits *edits, const struct file *file, size_t start, size_t length,
	const char *text, const char *why, ...)
{
	va_list args;
	va_start(args, why);
	add(edits,
		(struct edit){ .action = EDIT_SPLICE,
			.file = memory_text(file->target),
			.start = start,
			.length = length,
			.text = memory_text(text),
			.size = strlen(text) },
		why, args);
	va_end(args);
}

void
edits_create(struct edits *edits, const char *path, mode_t mode, const char *text,
	const char *why, ...)
{
	va_list args;
	va_start(args, why);
	add(edits,
		(struct edit){ .action = EDIT_CREATE,
			.file = memory_text(path),
			.mode = mode,
			.text = memory_text(text),
			.size = strlen(text) },
		why, args);
	va_end(args);
}

void
edits_remove(struct edits *edits, const struct file *file, const char *why, ...)
{
	va_list args;
	va_start(args, why);
	add(edits,
		(struct edit){ .action = EDIT_REMOVE, .file = memory_text(file->target) },
		why, args);
	va_end(args);
}

/* By place; those at one place stay in the order of adding. */
static int
by_place(const void *a, const void *b)
{
	const struct edit *x = *(const struct edit *const *)a,
			  *y = *(const struct edit *const *)b;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x < y ? -1 : x > y;
}

static int
splice_file(const struct edits *edits, const char *path, struct host *below,
	struct host *layer, struct error *err)
{
	autofree const struct edit **sorted = memory_new(edits->count, sizeof *sorted);
	autobuffer struct buffer out = { 0 };
	const struct file *file = host_file(below, path);
	size_t count = 0, done = 0;
	if (file->state != FILE_READ)
		return error_set(err, "%s: not readable, so not edited", path);
	for (size_t i = 0; i < edits->count; i++)
		if (strcmp(edits->items[i].file, path) == 0) {
			if (edits->items[i].action != EDIT_SPLICE)
				return error_set(err,
					"%s: both edited and created or removed", path);
			sorted[count++] = &edits->items[i];
		}
	qsort(sorted, count, sizeof *sorted, by_place);
	for (size_t i = 0; i < count; i++) {
		const struct edit *edit = sorted[i];
		if (edit->start < done || edit->start > file->bytes.size ||
			edit->length > file->bytes.size - edit->start)
			return error_set(err, "%s: two edits overlap at byte %zu", path,
				edit->start);
		buffer_add(&out, file->bytes.data + done, edit->start - done);
		buffer_add(&out, edit->text, edit->size);
		done = edit->start + edit->length;
	}
	buffer_add(&out, file->bytes.data + done, file->bytes.size - done);
	host_put(layer, path, (struct bytes){ out.data, out.size });
	return 0;
}

int
edits_apply(const struct edits *edits, struct host *below, struct host *layer,
	struct error *err)
{
	for (size_t i = 0; i < edits->count; i++) {
		const struct edit *edit = &edits->items[i];
		bool first = true;
		for (size_t k = 0; k < i; k++)
			first = first && strcmp(edits->items[k].file, edit->file) != 0;
		if (!first) {
			if (edit->action != EDIT_SPLICE)
				return error_set(
					err, "%s: two changes of one file", edit->file);
			continue;
		}
		if (edit->action == EDIT_CREATE) {
			if (host_file(below, edit->file)->state != FILE_ABSENT)
				return error_set(err, "%s: exists already", edit->file);
			host_put(layer, edit->file,
				(struct bytes){ edit->text, edit->size });
		} else if (edit->action == EDIT_REMOVE) {
			host_remove(layer, edit->file);
		} else if (splice_file(edits, edit->file, below, layer, err) < 0) {
			return -1;
		}
	}
	return 0;
}

void
edits_free(struct edits *edits)
{
	for (size_t i = 0; i < edits->count; i++) {
		free(edits->items[i].file);
		free(edits->items[i].text);
		free(edits->items[i].why);
	}
	free(edits->items);
	*edits = (struct edits){ 0 };
}
