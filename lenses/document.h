/* A file of a format that has labels of its own: XML, or what a stock lens of Augeas
 * reads. Nodes are in document order, each followed by those below it. Plain structs,
 * made from what the parsing process answers, which is not believed. */
#ifndef LENSES_DOCUMENT_H
#define LENSES_DOCUMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum { DOCUMENT_NOWHERE = UINT32_MAX };

struct document_node {
	const char *label; /* of an attribute of XML: its name behind an @ */
	const char *value; /* NULL: none */
	uint32_t depth; /* at most one more than that of the node before */
	uint32_t start; /* offset in the text, of an attribute that of its element */
	uint32_t value_start, value_end; /* where the value stands in the text, both
					    DOCUMENT_NOWHERE when that is not known */
};

struct document {
	struct document_node *nodes;
	size_t count;
	char *problem; /* why the text is none of the format; NULL */
	uint32_t problem_at; /* offset, DOCUMENT_NOWHERE when that is not known */
	char *memory; /* private: what the answer came in */
};

/* Where the nodes below the one at INDEX end: the index of the next that is none. */
size_t
document_end(const struct document *document, size_t index);

/* The first node LABEL directly below the one at INDEX; document->count when there is
 * none. */
size_t
document_child(const struct document *document, size_t index, const char *label);

/* --- between the parsing process and its owner -------------------------------------- */

/* Begins an answer in OUT, which is emptied. */
void
document_begin(struct buffer *out);

/* Adds a node to the answer; its texts are copied. Returns -1 when the answer is full. */
int
document_add(struct buffer *out, const struct document_node *node);

/* Makes OUT the answer that there is no document. */
void
document_fail(struct buffer *out, uint32_t at, const char *problem);

/* The most bytes of an answer. */
enum { DOCUMENT_ANSWER_MAX = 64 << 20 };

/* Reads an answer about a text of TEXT_SIZE bytes. Takes ANSWER, which came from malloc.
 * Returns -1 when it is nonsense: then *ret_document is empty. Freed by document_clear.
 */
int
document_read(char *answer, size_t size, size_t text_size, struct document *ret_document);

void
document_clear(struct document *document);

#endif
