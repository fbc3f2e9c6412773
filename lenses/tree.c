#include "lenses/tree.h"

#include <string.h>

static const char *const names[LABEL_COUNT] = {
	[LABEL_BLANK] = "blank",
	[LABEL_COMMENT] = "comment",
	[LABEL_OTHER] = "other",
	[LABEL_SETTING] = "setting",
	[LABEL_VALUE] = "value",
	[LABEL_RULE] = "rule",
	[LABEL_USERS] = "users",
	[LABEL_ORIGINS] = "origins",
	[LABEL_ENTRY] = "entry",
	[LABEL_NAME] = "name",
	[LABEL_ATTRIBUTE] = "attribute",
	[LABEL_OP] = "op",
	[LABEL_BRACE] = "brace",
	[LABEL_SELECTOR] = "selector",
	[LABEL_ACTION] = "action",
	[LABEL_DIRECTIVE] = "directive",
	[LABEL_FILTER] = "filter",
	[LABEL_ALSO] = "also",
	[LABEL_BLOCK] = "block",
};

const char *
tree_label_name(enum tree_label label)
{
	return names[label];
}

int
tree_label_number(const char *name)
{
	/* asked for each node of a file: most names differ in the first byte */
	for (int i = 0; i < LABEL_COUNT; i++)
		if (names[i][0] == name[0] && strcmp(names[i], name) == 0)
			return i;
	return -1;
}

struct bytes
tree_value(const struct tree *tree, const struct node *node)
{
	return (struct bytes){ tree->text + node->start, node->length };
}

size_t
tree_next_line(const struct tree *tree, size_t index)
{
	for (index++; index < tree->count && tree->nodes[index].depth > 0; index++)
		;
	return index;
}

const struct node *
tree_part(const struct tree *tree, size_t index, enum tree_label label)
{
	for (index++; index < tree->count && tree->nodes[index].depth > 0; index++)
		if (tree->nodes[index].label == label)
			return &tree->nodes[index];
	return NULL;
}
