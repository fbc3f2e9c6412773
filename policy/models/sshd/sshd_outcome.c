#include "policy/models/sshd/sshd_outcome.h"

#include <stdlib.h>

#include "base/memory.h"

enum {
	OUTCOMES_MAX = 100, /* that are against it; the search compares each with all */
	CELLS_MAX = 2000, /* that are looked at where the lines of blocks add up */
};

struct listing {
	const struct sshd_config *config;
	const struct sshd_keyword *keyword;
	const struct sshd_wish *wish;
	struct sshd_outcomes outcomes;
	long *deciders; /* the blocks that set the keyword, each once, in the order in
			   which they win */
	size_t count;
	long *inside, *outside; /* room for a cell of them */
	size_t budget, cells;
	bool all; /* lists also what is as wanted */
};

/* The blocks in the order of their first line that counts, or of their last from the end.
 */
static void
find_deciders(struct listing *listing)
{
	const struct sshd_config *config = listing->config;
	const struct sshd_keyword *keyword = listing->keyword;
	autofree bool *seen = memory_new(config->block_count, sizeof *seen);
	if (keyword == NULL || keyword->match_since == 0 ||
		keyword->match_since > config->version)
		return;
	for (size_t i = 0; i < config->count; i++) {
		size_t at = keyword->rule == SSHD_LAST ? config->count - 1 - i : i;
		const struct sshd_line *line = &config->lines[at];
		if (line->block == SSHD_GLOBAL || seen[line->block] ||
			!sshd_answer_uses(config, keyword, line))
			continue;
		seen[line->block] = true;
		listing->deciders = memory_grow(
			listing->deciders, listing->count, sizeof *listing->deciders);
		listing->deciders[listing->count++] = line->block;
	}
}

static void
add_outcome(struct sshd_outcomes *outcomes, struct sshd_outcome outcome)
{
	outcomes->items = memory_grow(
		outcomes->items, outcomes->count, sizeof *outcomes->items);
	outcomes->items[outcomes->count++] = outcome;
}

/* Judges the connections of one cell. */
static void
add_cell(struct listing *listing, const struct sshd_cell *cell, bool always)
{
	struct sshd_outcomes *outcomes = &listing->outcomes;
	struct sshd_outcome outcome = { .block = SSHD_GLOBAL };
	outcome.answer = sshd_answer_within(listing->config, listing->wish->setting,
		cell->inside, cell->inside_count);
	if (outcome.answer.line != NULL && cell->inside_count > 0)
		outcome.block = outcome.answer.line->block;
	bool wanted = outcome.answer.value != NULL &&
		listing->wish->holds(listing->wish, outcome.answer.value);
	if (!always && wanted) {
		sshd_answer_free(&outcome.answer);
		return;
	}
	outcomes->more = outcomes->more || outcomes->count > OUTCOMES_MAX;
	if (!outcomes->more)
		outcome.witness = sshd_witness_find(
			listing->config, cell, &listing->budget);
	if (outcomes->more || outcome.witness.result == SSHD_WITNESS_NEVER) {
		sshd_answer_free(&outcome.answer);
		sshd_witness_free(&outcome.witness);
		return;
	}
	add_outcome(outcomes, outcome);
}

/* The first of the deciders wins: each with all before it left out. */
static void
add_first(struct listing *listing)
{
	for (size_t i = 0; i < listing->count; i++)
		add_cell(listing,
			&(struct sshd_cell){
				&listing->deciders[i], 1, listing->deciders, i },
			listing->all);
}

/* All sets of deciders that some connection may be in, from the decider NEXT on: after
 * the first INSIDE of `inside` and the others before NEXT, which are in `outside`. */
static void
add_sets(struct listing *listing, size_t inside, size_t next)
{
	const struct sshd_cell cell = { listing->inside, inside, listing->outside,
		next - inside };
	if (listing->cells++ == CELLS_MAX)
		listing->outcomes.more = true;
	if (listing->outcomes.more)
		return;
	if (next == listing->count) {
		if (inside > 0)
			add_cell(listing, &cell, listing->all);
		return;
	}
	if (inside > 0) {
		struct sshd_witness witness = sshd_witness_find(
			listing->config, &cell, &listing->budget);
		bool never = witness.result == SSHD_WITNESS_NEVER;
		sshd_witness_free(&witness);
		if (never)
			return;
	}
	listing->inside[inside] = listing->deciders[next];
	add_sets(listing, inside + 1, next + 1);
	listing->outside[next - inside] = listing->deciders[next];
	add_sets(listing, inside, next + 1);
}

static void
add_blocks(struct listing *listing)
{
	if (listing->count == 0)
		return;
	if (!sshd_answer_adds(listing->keyword)) {
		add_first(listing);
		return;
	}
	autofree long *inside = memory_new(listing->count, sizeof *inside);
	autofree long *outside = memory_new(listing->count, sizeof *outside);
	listing->inside = inside;
	listing->outside = outside;
	listing->cells = 0;
	add_sets(listing, 0, 0);
}

struct sshd_outcomes
sshd_outcomes_find(const struct sshd_config *config, const struct sshd_wish *wish)
{
	struct listing listing = { .config = config,
		.keyword = sshd_keyword_get(wish->setting, config->version),
		.wish = wish,
		.budget = SSHD_WITNESS_BUDGET };
	find_deciders(&listing);
	add_cell(&listing,
		&(struct sshd_cell){ NULL, 0, listing.deciders, listing.count }, true);
	add_blocks(&listing);
	if (listing.outcomes.count == 0 && !listing.outcomes.more) {
		listing.all = true;
		add_blocks(&listing);
	}
	free(listing.deciders);
	return listing.outcomes;
}

void
sshd_outcomes_free(struct sshd_outcomes *outcomes)
{
	for (size_t i = 0; i < outcomes->count; i++) {
		sshd_answer_free(&outcomes->items[i].answer);
		sshd_witness_free(&outcomes->items[i].witness);
	}
	free(outcomes->items);
	*outcomes = (struct sshd_outcomes){ 0 };
}
