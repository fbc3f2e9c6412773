#include "policy/models/system/node_path.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

enum { LAST = 0 }; /* a position */

struct predicate {
	char *label; /* NULL: of the node itself */
	char *value; /* NULL: it is a position */
	long position; /* from 1, or LAST */
};

struct node_step {
	char *label; /* NULL: any */
	struct predicate predicates[NODE_PATH_PREDICATES];
	size_t predicate_count;
};

/* --- reading --------------------------------------------------------------------------
 */

static void
skip_blanks(const char **at)
{
	*at += strspn(*at, " \t");
}

static bool
take(const char **at, const char *word)
{
	size_t length = strlen(word);
	if (strncmp(*at, word, length) != 0)
		return false;
	*at += length;
	return true;
}

/* A text in quotes; NULL when none begins here or it does not end. The caller frees. */
static char *
take_quoted(const char **at)
{
	const char quote = **at;
	if (quote != '\'' && quote != '"')
		return NULL;
	const char *end = strchr(*at + 1, quote);
	if (end == NULL)
		return NULL;
	char *text = memory_copy(*at + 1, (size_t)(end - *at) - 1);
	*at = end + 1;
	return text;
}

/* The caller frees; NULL when none begins here. */
static char *
take_label(const char **at)
{
	static const char special[] = "/[]()=|!,'\"* \t";
	struct buffer label = { 0 };
	while (**at != '\0' && strchr(special, **at) == NULL) {
		if (**at == '\\' && (*at)[1] != '\0')
			++*at;
		buffer_add(&label, (*at)++, 1);
	}
	return label.data;
}

static int
read_predicate(const char **at, struct predicate *ret_predicate, struct error *err)
{
	struct predicate *predicate = ret_predicate;
	skip_blanks(at);
	size_t digits = strspn(*at, "0123456789");
	if (digits > 0) {
		autofree char *number = memory_copy(*at, digits);
		if (text_number(number, 1, INT_MAX, &predicate->position, err) < 0)
			return -1;
		*at += digits;
	} else if (take(at, "last()")) {
		predicate->position = LAST;
	} else {
		bool itself = (*at)[0] == '.' && strchr("= \t", (*at)[1]) != NULL;
		if (itself)
			++*at;
		else
			predicate->label = take_label(at);
		skip_blanks(at);
		if ((!itself && predicate->label == NULL) || !take(at, "="))
			return error_set(err,
				"between [ and ] stands a number, last(), . = 'TEXT' or "
				"LABEL = 'TEXT'");
		skip_blanks(at);
		predicate->value = take_quoted(at);
		if (predicate->value == NULL)
			return error_set(err, "behind = stands a text in quotes");
	}
	skip_blanks(at);
	return take(at, "]") ? 0 : error_set(err, "a ] is missing");
}

static int
read_step(const char **at, struct node_step *step, struct error *err)
{
	if (!take(at, "*")) {
		step->label = take_label(at);
		if (step->label == NULL)
			return error_set(err, "a label is missing before '%s'", *at);
	}
	while (take(at, "[")) {
		if (step->predicate_count == NODE_PATH_PREDICATES)
			return error_set(err, "more than %d predicates of one step",
				NODE_PATH_PREDICATES);
		if (read_predicate(at, &step->predicates[step->predicate_count++], err) <
			0)
			return -1;
	}
	return 0;
}

int
node_path_read(const char *text, struct node_path *ret_path, struct error *err)
{
	struct node_path *path = ret_path;
	const char *at = text;
	*path = (struct node_path){ 0 };
	path->steps = memory_new(NODE_PATH_STEPS, sizeof *path->steps);
	do {
		if (path->count == NODE_PATH_STEPS)
			return error_set(err, "more than %d steps", NODE_PATH_STEPS);
		if (read_step(&at, &path->steps[path->count++], err) < 0)
			return -1;
	} while (take(&at, "/"));
	return *at == '\0' ? 0 : error_set(err, "'%s' is not understood", at);
}

void
node_path_free(struct node_path *path)
{
	for (size_t i = 0; i < path->count; i++) {
		struct node_step *step = &path->steps[i];
		for (size_t j = 0; j < step->predicate_count; j++) {
			free(step->predicates[j].label);
			free(step->predicates[j].value);
		}
		free(step->label);
	}
	free(path->steps);
	*path = (struct node_path){ 0 };
}

/* --- finding --------------------------------------------------------------------------
 */

struct nodes {
	size_t *items;
	size_t count;
};

static void
add(struct nodes *nodes, size_t index)
{
	nodes->items = memory_grow(nodes->items, nodes->count, sizeof *nodes->items);
	nodes->items[nodes->count++] = index;
}

static bool
is_value(const struct document_node *node, const char *value)
{
	return node->value != NULL && strcmp(node->value, value) == 0;
}

/* Whether a value is VALUE: that of the node at INDEX, or of one LABEL below it. */
static bool
has_value(const struct document *document, size_t index, const char *label,
	const char *value)
{
	if (label == NULL)
		return is_value(&document->nodes[index], value);
	size_t end = document_end(document, index);
	uint32_t depth = document->nodes[index].depth + 1;
	for (size_t i = index + 1; i < end; i++)
		if (document->nodes[i].depth == depth &&
			strcmp(document->nodes[i].label, label) == 0 &&
			is_value(&document->nodes[i], value))
			return true;
	return false;
}

/* Leaves those of NODES that PREDICATE lets be. A position counts all of them, whatever
 * nodes they are below: so does Augeas (src/pathx.c, ns_filter). */
static void
filter(const struct predicate *predicate, const struct document *document,
	struct nodes *nodes)
{
	size_t kept = 0;
	size_t position = predicate->position == LAST ? nodes->count
						      : (size_t)predicate->position;
	for (size_t i = 0; i < nodes->count; i++) {
		bool stays = predicate->value == NULL
			? i + 1 == position
			: has_value(document, nodes->items[i], predicate->label,
				  predicate->value);
		if (stays)
			nodes->items[kept++] = nodes->items[i];
	}
	nodes->count = kept;
}

/* Adds to FOUND the nodes from FIRST to END of DOCUMENT that are of depth DEPTH and
 * labelled as STEP asks. */
static void
add_labelled(const struct node_step *step, const struct document *document, size_t first,
	size_t end, uint32_t depth, struct nodes *found)
{
	for (size_t i = first; i < end; i++)
		if (document->nodes[i].depth == depth &&
			(step->label == NULL ||
				strcmp(document->nodes[i].label, step->label) == 0))
			add(found, i);
}

static void
filter_all(const struct node_step *step, const struct document *document,
	struct nodes *nodes)
{
	for (size_t i = 0; i < step->predicate_count; i++)
		filter(&step->predicates[i], document, nodes);
}

void
node_path_find(const struct node_path *path, const struct document *document,
	size_t **ret_nodes, size_t *ret_count)
{
	struct nodes here = { 0 };
	add_labelled(&path->steps[0], document, 0, document->count, 0, &here);
	filter_all(&path->steps[0], document, &here);
	for (size_t i = 1; i < path->count; i++) {
		struct nodes next = { 0 };
		for (size_t j = 0; j < here.count; j++) {
			size_t index = here.items[j];
			add_labelled(&path->steps[i], document, index + 1,
				document_end(document, index),
				document->nodes[index].depth + 1, &next);
		}
		filter_all(&path->steps[i], document, &next);
		free(here.items);
		here = next;
	}
	*ret_nodes = here.items;
	*ret_count = here.count;
}
