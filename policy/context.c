#include <stdlib.h>

#include "base/memory.h"
#include "policy/kinds/kind.h"

int
context_tree(const struct context *context, const char *path, enum lens lens,
	const struct file **ret_file, const struct tree **ret_tree, struct error *err)
{
	const struct file *file = *ret_file = host_file(context->host, path);
	if (file->state == FILE_ABSENT)
		return error_set(err, "%s: no such file", path);
	if (file->state == FILE_REFUSED)
		return error_set(err, "%s: %s", path, file->reason);
	if (parser_parse(context->parser, lens, file->bytes, file_sha256(file), ret_tree,
		    err) < 0)
		return error_prefix(err, "%s", path);
	return 0;
}

void
context_parse_ahead(
	const struct context *context, char *const *paths, size_t count, enum lens lens)
{
	struct parser_text *texts = memory_new(count, sizeof *texts);
	size_t found = 0;
	for (size_t i = 0; i < count; i++) {
		const struct file *file = host_file(context->host, paths[i]);
		if (file->state == FILE_READ)
			texts[found++] = (struct parser_text){ file->bytes,
				file_sha256(file) };
	}
	parser_parse_ahead(context->parser, lens, texts, found);
	free(texts);
}

void
answers_add(struct answers *answers, const char *subject, const char *value)
{
	answers->items = memory_grow(
		answers->items, answers->count, sizeof *answers->items);
	struct answer *answer = &answers->items[answers->count++];
	answer->subject = memory_text(subject);
	answer->value = memory_text(value);
}

void
answers_free(struct answers *answers)
{
	for (size_t i = 0; i < answers->count; i++) {
		free(answers->items[i].subject);
		free(answers->items[i].value);
	}
	free(answers->items);
	*answers = (struct answers){ 0 };
}
