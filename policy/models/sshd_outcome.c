#include "policy/models/sshd_outcome.h"

#include <stdlib.h>

#include "base/memory.h"
#include "policy/models/sshd_algorithms.h"

enum { BLOCKS_MAX = 100 }; /* that are against it; the search compares each with all */

struct deciders {
	const struct sshd_line **lines; /* in blocks, each block once */
	long *blocks;
	size_t count;
};

static void
add_outcome(struct sshd_outcomes *outcomes, struct sshd_outcome outcome)
{
	outcomes->items = memory_grow(
		outcomes->items, outcomes->count, sizeof *outcomes->items);
	outcomes->items[outcomes->count++] = outcome;
}

/* The blocks that set the keyword, in the order of their first line that does. */
static struct deciders
find_deciders(const struct sshd_config *config, const struct sshd_keyword *keyword)
{
	struct deciders deciders = { 0 };
	for (size_t i = 0; i < config->count; i++) {
		const struct sshd_line *line = &config->lines[i];
		if (line->keyword != keyword || line->block == SSHD_GLOBAL)
			continue;
		if (deciders.count > 0 &&
			deciders.blocks[deciders.count - 1] == line->block)
			continue;
		deciders.lines = memory_grow(
			deciders.lines, deciders.count, sizeof *deciders.lines);
		deciders.blocks = memory_grow(
			deciders.blocks, deciders.count, sizeof *deciders.blocks);
		deciders.lines[deciders.count] = line;
		deciders.blocks[deciders.count++] = line->block;
	}
	return deciders;
}

/* Lists add up over blocks: nothing is avoided. Else the first block wins, or the last.
 */
static struct sshd_witness
find_witness(const struct sshd_config *config, const struct sshd_keyword *keyword,
	const struct deciders *deciders, size_t index, size_t *budget)
{
	long target = deciders->blocks[index];
	if (keyword->rule == SSHD_FIRST)
		return sshd_witness_find(config, target, deciders->blocks, index, budget);
	if (keyword->rule == SSHD_LAST)
		return sshd_witness_find(config, target, deciders->blocks + index + 1,
			deciders->count - index - 1, budget);
	return sshd_witness_find(config, target, NULL, 0, budget);
}

/* The value of LINE alone. */
static char *
line_value(const struct sshd_config *config, const struct sshd_line *line)
{
	return sshd_algorithms_are(line->keyword)
		? sshd_algorithms_assemble(line->keyword, config->version, line->value)
		: memory_text(line->value);
}

/* Judges one block; one whose line alone shows that it is as wanted only if ALL. */
static void
add_block(struct sshd_outcomes *outcomes, const struct sshd_config *config,
	const struct sshd_wish *wish, const struct deciders *deciders, size_t index,
	bool all, size_t *budget)
{
	const struct sshd_keyword *keyword = deciders->lines[index]->keyword;
	autofree char *value = line_value(config, deciders->lines[index]);
	if (!all && keyword->rule == SSHD_FIRST && value != NULL &&
		wish->holds(wish, value))
		return;
	if (outcomes->count > BLOCKS_MAX) {
		outcomes->more = true;
		return;
	}
	struct sshd_outcome outcome = { .block = deciders->blocks[index],
		.witness = find_witness(config, keyword, deciders, index, budget) };
	if (outcome.witness.result == SSHD_WITNESS_FOUND) {
		outcome.answer = sshd_answer_find(
			config, wish->setting, &outcome.witness.connection);
	} else if (outcome.witness.result == SSHD_WITNESS_UNSURE) {
		outcome.answer.line = deciders->lines[index];
		outcome.answer.value = value;
		outcome.answer.reason = "the default of the list is not known";
		outcome.answer.adding = 1;
		value = NULL;
	} else {
		sshd_witness_free(&outcome.witness);
		return;
	}
	add_outcome(outcomes, outcome);
}

struct sshd_outcomes
sshd_outcomes_find(const struct sshd_config *config, const struct sshd_wish *wish)
{
	const struct sshd_keyword *keyword = sshd_keyword_get(
		wish->setting, config->version);
	struct sshd_outcomes outcomes = { 0 };
	struct deciders deciders = { 0 };
	size_t budget = SSHD_WITNESS_BUDGET;
	if (keyword != NULL && keyword->match_since != 0 &&
		keyword->match_since <= config->version)
		deciders = find_deciders(config, keyword);
	struct sshd_outcome rest = { .block = SSHD_GLOBAL,
		.witness = sshd_witness_find(
			config, SSHD_GLOBAL, deciders.blocks, deciders.count, &budget) };
	if (rest.witness.result == SSHD_WITNESS_NEVER) {
		sshd_witness_free(&rest.witness);
	} else {
		rest.answer = sshd_answer_find(config, wish->setting, NULL);
		add_outcome(&outcomes, rest);
	}
	for (size_t i = 0; i < deciders.count; i++)
		add_block(&outcomes, config, wish, &deciders, i, false, &budget);
	for (size_t i = 0; i < deciders.count && outcomes.count == 0; i++)
		add_block(&outcomes, config, wish, &deciders, i, true, &budget);
	free(deciders.lines);
	free(deciders.blocks);
	return outcomes;
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
