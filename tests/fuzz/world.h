/* A host of nothing but what a fuzzer puts into it. */
#ifndef TESTS_FUZZ_WORLD_H
#define TESTS_FUZZ_WORLD_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/kinds/kind.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	RUNS_A_WORLD = 1000
}; /* a host keeps every path that it was ever asked for, a
      parser every text */

struct world {
	struct host *below;
	struct parser *parser;
	unsigned runs;
};

/* An empty root; the directory goes at once, its descriptor stays. */
static inline struct host *
world_root(void)
{
	char root[] = "/tmp/holdfast-fuzz-XXXXXX";
	struct error err = ERROR_INIT;
	struct host *host = mkdtemp(root) != NULL ? host_open(root, &err) : NULL;
	if (host == NULL || rmdir(root) < 0)
		abort();
	return host;
}

/* A layer for one run, which the caller frees. */
static inline struct host *
world_layer(struct world *world)
{
	if (world->runs++ % RUNS_A_WORLD == 0) {
		host_free(world->below);
		parser_free(world->parser);
		world->below = world_root();
		world->parser = parser_new(HOLDFAST_LENSES, NULL);
		if (world->parser == NULL)
			abort();
	}
	return host_layer(world->below);
}

/* Puts the bytes up to a line MARK under FIRST, those after it under SECOND. */
static inline void
world_put(struct host *layer, struct bytes text, const char *mark, const char *first,
	const char *second)
{
	const char *cut = memmem(text.data, text.size, mark, strlen(mark));
	size_t size = cut != NULL ? (size_t)(cut - text.data) : text.size;
	host_put(layer, first, (struct bytes){ text.data, size });
	if (cut != NULL) {
		size += strlen(mark);
		host_put(layer, second,
			(struct bytes){ text.data + size, text.size - size });
	}
}

#endif
