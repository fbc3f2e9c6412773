#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/condition.h"
#include "policy/kinds/augeas.h"

/* A node that gets another value. */
struct change {
	size_t node;
	const char *text; /* borrowed from the policy */
};

struct changes {
	struct change *items;
	size_t count;
};

static int
change_node(const struct augeas_file *file, const struct entry *setting, size_t index,
	struct changes *changes, struct edits *edits, struct error *err)
{
	const struct document_node *node = &file->document->nodes[index];
	const char *text = condition_example(&setting->value);
	struct bytes bytes = file->file->bytes;
	if (text == NULL)
		return error_set(
			err, "%s: the policy names no value to write", setting->key);
	/* the parsing process is not believed */
	if (node->value == NULL || node->value_start == DOCUMENT_NOWHERE ||
		node->value_end > bytes.size ||
		!bytes_equal(BYTES_TEXT(node->value),
			(struct bytes){ bytes.data + node->value_start,
				node->value_end - node->value_start }))
		return error_set(err,
			"%s: it is not known where in the file its value is",
			setting->key);
	autofree char *shown = augeas_shown(file, node);
	edits_splice(edits, file->file, node->value_start,
		node->value_end - node->value_start, text, "%s: %s -> %s", setting->key,
		shown, text);
	changes->items = memory_grow(
		changes->items, changes->count, sizeof *changes->items);
	changes->items[changes->count++] = (struct change){ index, text };
	return 0;
}

static int
change_setting(const struct augeas_file *file, const struct control *control,
	const struct entry *setting, struct changes *changes, struct edits *edits,
	struct error *err)
{
	bool some = strcmp(value_text(control->keys, "nodes", "every"), "some") == 0,
	     may_miss = strcmp(value_text(control->keys, "missing", "refuse"), "allow") ==
		0;
	size_t count, kept = 0;
	int result = 0;
	autofree size_t *nodes = NULL;
	augeas_find(file, setting->key, &nodes, &count);
	for (size_t i = 0; i < count; i++)
		kept += augeas_holds(&setting->value, &file->document->nodes[nodes[i]]);
	if (count == 0 && !may_miss)
		return error_set(err,
			"%s: there is no node, and a line of this format can't be made",
			setting->key);
	if (some && kept > 0)
		return 0;
	if (some && count > 1)
		return error_set(err, "%s: any of %zu nodes could be the one",
			setting->key, count);
	for (size_t i = 0; i < count && result == 0; i++)
		if (!augeas_holds(&setting->value, &file->document->nodes[nodes[i]]))
			result = change_node(
				file, setting, nodes[i], changes, edits, err);
	return result;
}

/* What is to be there or not to be there is so already, or there is no remedy. */
static int
refuse_list(const struct augeas_file *file, const struct control *control,
	const char *name, bool wanted, struct error *err)
{
	const struct value *list = value_find(control->keys, name);
	for (size_t i = 0; list != NULL && i < list->count; i++) {
		size_t count;
		autofree size_t *nodes = NULL;
		augeas_find(file, list->items[i].text, &nodes, &count);
		if ((count > 0) != wanted)
			return error_set(err, "%s: a node can't be %s",
				list->items[i].text, wanted ? "made" : "taken out");
	}
	return 0;
}

static bool
is_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Whether AFTER is BEFORE but for the CHANGES. */
static bool
is_as_meant(const struct document *before, const struct document *after,
	const struct changes *changes)
{
	autofree const char **values = memory_new(before->count, sizeof *values);
	if (after->count != before->count)
		return false;
	for (size_t i = 0; i < before->count; i++)
		values[i] = before->nodes[i].value;
	for (size_t i = 0; i < changes->count; i++)
		values[changes->items[i].node] = changes->items[i].text;
	for (size_t i = 0; i < before->count; i++)
		if (before->nodes[i].depth != after->nodes[i].depth ||
			!is_text(before->nodes[i].label, after->nodes[i].label) ||
			!is_text(values[i], after->nodes[i].value))
			return false;
	return true;
}

/* Has the lens read the file as EDITS would make it. */
static int
verify(const struct context *context, const struct control *control,
	const struct augeas_file *file, const struct changes *changes,
	const struct edits *edits, struct error *err)
{
	struct context after = *context;
	struct augeas_file changed;
	uint32_t at;
	after.host = host_layer(context->host);
	int result = edits_apply(edits, context->host, after.host, err);
	if (result == 0)
		result = augeas_read(&after, control, &changed, &at, err);
	if (result == 0 && !is_as_meant(file->document, changed.document, changes))
		result = error_set(err, "the lens would read more than the new values");
	host_free(after.host);
	return result;
}

int
augeas_remedy(const struct context *context, const struct control *control,
	struct edits *edits, struct error *err)
{
	struct augeas_file file;
	struct changes changes = { 0 };
	const struct value *settings = value_find(control->keys, "settings");
	uint32_t at;
	int result = augeas_read(context, control, &file, &at, err);
	for (size_t i = 0; settings != NULL && i < settings->count && result == 0; i++)
		result = change_setting(
			&file, control, &settings->entries[i], &changes, edits, err);
	if (result == 0)
		result = refuse_list(&file, control, "present", true, err);
	if (result == 0)
		result = refuse_list(&file, control, "absent", false, err);
	if (result == 0 && changes.count > 0)
		result = verify(context, control, &file, &changes, edits, err);
	free(changes.items);
	return result;
}

/* "FILE PATH", and for the second node and those behind it " (NUMBER)". */
static char *
subject_of(const struct control *control, const char *path, size_t number)
{
	const char *file = value_text(control->keys, "file", "");
	return number == 0 ? memory_printf("%s %s", file, path)
			   : memory_printf("%s %s (%zu)", file, path, number + 1);
}

void
augeas_answers(const struct context *context, const struct control *control,
	struct answers *answers)
{
	struct augeas_file file;
	struct error ignored = ERROR_INIT;
	const struct value *settings = value_find(control->keys, "settings");
	uint32_t at;
	int known = augeas_read(context, control, &file, &at, &ignored);
	for (size_t i = 0; settings != NULL && i < settings->count && known == 0; i++) {
		size_t count;
		autofree size_t *nodes = NULL;
		augeas_find(&file, settings->entries[i].key, &nodes, &count);
		for (size_t j = 0; j < count; j++) {
			autofree char *subject = subject_of(
				control, settings->entries[i].key, j);
			autofree char *value = augeas_shown(
				&file, &file.document->nodes[nodes[j]]);
			answers_add(answers, subject, value);
		}
	}
	error_clear(&ignored);
}

/* Nodes that a setting leads to are all that a remedy touches: augeas_remedy saw to it.
 */
bool
augeas_wants(const struct control *control, const char *subject, const char *before,
	const char *after)
{
	(void)control, (void)subject, (void)before, (void)after;
	return true;
}
