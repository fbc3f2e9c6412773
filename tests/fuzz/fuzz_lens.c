/* Hostile bytes through each lens, in the process that parses. What comes back has one
 * node a line and every value where it says; libaugeas may die of a text, and the next
 * one is parsed all the same. */
#include <stdio.h>

#include "tests/fuzz/world.h"

static const char sound[] = "a\n"; /* no silent line: it goes to the process */

static void
check_tree(const struct tree *tree)
{
	size_t lines = 0, tops = 0, end = 0;
	for (size_t i = 0; i < tree->size; i++)
		lines += tree->text[i] == '\n' || i + 1 == tree->size;
	for (size_t i = 0; i < tree->count; i++) {
		const struct node *node = &tree->nodes[i];
		if (node->label >= LABEL_COUNT || node->depth > 1 || node->start < end ||
			node->start + (size_t)node->length > tree->size)
			abort();
		end = node->start + node->length;
		tops += node->depth == 0;
	}
	if (tops != lines)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world world;
	host_free(world_layer(&world));
	for (enum lens lens = 0; lens < LENS_COUNT; lens++) {
		const struct tree *tree;
		struct error err = ERROR_INIT;
		char hash[16], another[16];
		snprintf(hash, sizeof hash, "%u", world.runs);
		snprintf(another, sizeof another, "%u+", world.runs);
		if (parser_parse(world.parser, lens,
			    (struct bytes){ (const char *)data, size }, hash, &tree,
			    &err) == 0)
			check_tree(tree);
		else if (parser_parse(world.parser, lens, BYTES_TEXT(sound), another,
				 &tree, NULL) < 0)
			abort();
		error_clear(&err);
	}
	return 0;
}
