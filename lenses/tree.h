/* What a lens made of a file's bytes. Nodes are in document order; a line is a node of
 * depth 0, its parts follow it with depth 1. A value is a span of the text. Plain
 * structs: Augeas is gone by then. */
#ifndef LENSES_TREE_H
#define LENSES_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

/* The labels that the lenses use; the names stand in tree.c. */
enum tree_label {
	LABEL_BLANK,
	LABEL_COMMENT,
	LABEL_OTHER, /* a line that the lens does not understand, with its text */
	LABEL_SETTING,
	LABEL_VALUE,
	LABEL_RULE,
	LABEL_USERS,
	LABEL_ORIGINS,
	LABEL_ENTRY,
	LABEL_NAME,
	LABEL_ATTRIBUTE,
	LABEL_OP,
	LABEL_BRACE,
	LABEL_SELECTOR,
	LABEL_ACTION,
	LABEL_DIRECTIVE,
	LABEL_FILTER,
	LABEL_ALSO,
	LABEL_BLOCK,
	LABEL_COUNT,
};

struct node {
	uint32_t start; /* offset of the value in the text */
	uint32_t length; /* 0 when the node has no value */
	uint8_t label;
	uint8_t depth; /* 0: a line; 1: a part of it */
};

struct tree {
	char *text; /* the file's bytes, same offsets, with each continuation (see
		       lens_join) blanked out */
	size_t size;
	struct node *nodes;
	size_t count;
};

const char *
tree_label_name(enum tree_label label);

/* -1 when there is no such label. */
int
tree_label_number(const char *name);

/* The node's value as bytes of the tree's text. */
struct bytes
tree_value(const struct tree *tree, const struct node *node);

/* The index of the next line's node after the one at INDEX; tree->count at the end. */
size_t
tree_next_line(const struct tree *tree, size_t index);

/* The part of the line at INDEX that is labelled LABEL, NULL when it has none. */
const struct node *
tree_part(const struct tree *tree, size_t index, enum tree_label label);

#endif
