#include "lenses/document.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* An answer is one of these letters, then either a mark with a problem's text or, for
 * each node, a head with label and value behind it, each ended by a NUL. */
enum { ANSWER_TREE = 'T', ANSWER_PROBLEM = 'P' };

struct head {
	uint32_t label_size, value_size; /* value: DOCUMENT_NOWHERE when there is none */
	uint32_t depth, start, value_start, value_end;
};

size_t
document_end(const struct document *document, size_t index)
{
	uint32_t depth = document->nodes[index].depth;
	for (index++; index < document->count && document->nodes[index].depth > depth;
		index++)
		;
	return index;
}

size_t
document_child(const struct document *document, size_t index, const char *label)
{
	size_t end = document_end(document, index);
	uint32_t depth = document->nodes[index].depth + 1;
	for (size_t i = index + 1; i < end; i++)
		if (document->nodes[i].depth == depth &&
			strcmp(document->nodes[i].label, label) == 0)
			return i;
	return document->count;
}

void
document_begin(struct buffer *out)
{
	const char letter = ANSWER_TREE;
	out->size = 0;
	buffer_add(out, &letter, 1);
}

int
document_add(struct buffer *out, const struct document_node *node)
{
	size_t label = strlen(node->label),
	       value = node->value != NULL ? strlen(node->value) : 0;
	const struct head head = {
		.label_size = (uint32_t)label,
		.value_size = node->value != NULL ? (uint32_t)value : DOCUMENT_NOWHERE,
		.depth = node->depth,
		.start = node->start,
		.value_start = node->value_start,
		.value_end = node->value_end,
	};
	if (out->size + sizeof head + label + value + 2 > DOCUMENT_ANSWER_MAX)
		return -1;
	buffer_add(out, (const char *)&head, sizeof head);
	buffer_add(out, node->label, label + 1);
	if (node->value != NULL)
		buffer_add(out, node->value, value + 1);
	return 0;
}

void
document_fail(struct buffer *out, uint32_t at, const char *problem)
{
	const char letter = ANSWER_PROBLEM;
	out->size = 0;
	buffer_add(out, &letter, 1);
	buffer_add(out, (const char *)&at, sizeof at);
	buffer_add(out, problem, strlen(problem) + 1);
}

/* Takes a text of SIZE bytes and its NUL from the front of REST. */
static bool
take_text(struct bytes *rest, size_t size, const char **ret_text)
{
	if (size >= rest->size || memchr(rest->data, '\0', size + 1) != rest->data + size)
		return false;
	*ret_text = rest->data;
	rest->data += size + 1;
	rest->size -= size + 1;
	return true;
}

static bool
take_node(struct bytes *rest, size_t text_size, uint32_t deepest,
	struct document_node *ret_node)
{
	struct head head;
	if (rest->size < sizeof head)
		return false;
	memcpy(&head, rest->data, sizeof head);
	rest->data += sizeof head;
	rest->size -= sizeof head;
	bool nowhere = head.value_start == DOCUMENT_NOWHERE &&
		head.value_end == DOCUMENT_NOWHERE;
	*ret_node = (struct document_node){
		.depth = head.depth,
		.start = head.start,
		.value_start = head.value_start,
		.value_end = head.value_end,
	};
	return head.depth <= deepest && head.start <= text_size &&
		(nowhere ||
			(head.value_start <= head.value_end &&
				head.value_end <= text_size)) &&
		take_text(rest, head.label_size, &ret_node->label) &&
		(head.value_size == DOCUMENT_NOWHERE ||
			take_text(rest, head.value_size, &ret_node->value));
}

static int
read_nodes(struct bytes rest, size_t text_size, struct document *document)
{
	uint32_t deepest = 0;
	while (rest.size > 0) {
		struct document_node node;
		if (!take_node(&rest, text_size, deepest, &node))
			return -1;
		document->nodes = memory_grow(
			document->nodes, document->count, sizeof *document->nodes);
		document->nodes[document->count++] = node;
		deepest = node.depth + 1;
	}
	return 0;
}

static int
read_problem(struct bytes rest, size_t text_size, struct document *document)
{
	const char *text;
	uint32_t at;
	if (rest.size < sizeof at)
		return -1;
	memcpy(&at, rest.data, sizeof at);
	rest.data += sizeof at;
	rest.size -= sizeof at;
	if ((at > text_size && at != DOCUMENT_NOWHERE) || rest.size == 0 ||
		!take_text(&rest, rest.size - 1, &text))
		return -1;
	document->problem = memory_text(text);
	document->problem_at = at;
	return 0;
}

int
document_read(char *answer, size_t size, size_t text_size, struct document *ret_document)
{
	*ret_document = (struct document){ .memory = answer };
	struct bytes rest = { answer + 1, size > 0 ? size - 1 : 0 };
	int result = -1;
	if (size > 0 && answer[0] == ANSWER_TREE)
		result = read_nodes(rest, text_size, ret_document);
	else if (size > 0 && answer[0] == ANSWER_PROBLEM)
		result = read_problem(rest, text_size, ret_document);
	if (result < 0)
		document_clear(ret_document);
	return result;
}

void
document_clear(struct document *document)
{
	free(document->nodes);
	free(document->problem);
	free(document->memory);
	*document = (struct document){ 0 };
}
