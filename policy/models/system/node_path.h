/* Paths through a document: a part of Augeas's path expressions, with the same meaning.
 *
 *	path	  = step *("/" step)
 *	step	  = ("*" / label) *predicate
 *	predicate = "[" (NUMBER / "last()" / (("." / label) "=" text)) "]"
 *
 * In a label a backslash stands before each of / \\ [ ] ( ) = | ! , ' " * and blanks. A
 * label in a predicate does not begin with a digit. A text stands in quotes of either
 * sort. A number counts, from 1, all that was found so far; "." asks for
 * the value of the node itself, a label for that of a node below it. Source: augeas,
 * https://github.com/hercules-team/augeas/wiki/Path-expressions. */
#ifndef POLICY_MODELS_NODE_PATH_H
#define POLICY_MODELS_NODE_PATH_H

#include <stddef.h>

#include "base/error.h"
#include "lenses/document.h"

struct node_path {
	struct node_step *steps;
	size_t count;
};

enum { NODE_PATH_STEPS = 32, NODE_PATH_PREDICATES = 8 };

/* Reads TEXT. Returns -1 when it is no path. Freed by node_path_free, also then. */
int
node_path_read(const char *text, struct node_path *ret_path, struct error *err);

/* The indexes of the nodes that PATH leads to from the top of DOCUMENT, in its order. The
 * caller frees *ret_nodes. */
void
node_path_find(const struct node_path *path, const struct document *document,
	size_t **ret_nodes, size_t *ret_count);

void
node_path_free(struct node_path *path);

#endif
