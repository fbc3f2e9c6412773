/* Hostile lines of sshd_config: cutting, values, Match, and the search for a connection.
 * The first byte chooses the version. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_algorithms.h"
#include "policy/models/sshd/sshd_keyword.h"
#include "policy/models/sshd/sshd_witness.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BLOCKS_MAX = 6 };

static void
read_value(
	const struct sshd_keyword *keyword, int version, const struct sshd_words *words)
{
	struct sshd_mistake mistake = { 0 };
	char *value = NULL;
	size_t used = 0;
	if (keyword->parse(&(struct sshd_reading){ keyword, version, words, NULL, NULL,
				   &mistake },
		    &value, &used, NULL) == 0 &&
		value != NULL && sshd_algorithms_are(keyword))
		free(sshd_algorithms_assemble(keyword, version, value));
	free(value);
	error_clear(&mistake.error);
}

static void
read_line(struct sshd_config *config, struct bytes line)
{
	struct sshd_words words;
	const struct sshd_keyword *keyword = NULL;
	if (sshd_lexer_split(line, config->version, &words, NULL) == 0 &&
		words.keyword != NULL)
		keyword = sshd_keyword_find(words.keyword, config->version, NULL);
	if (words.start > line.size || words.end > line.size || words.start > words.end)
		abort();
	if (keyword != NULL && keyword->parse != NULL)
		read_value(keyword, config->version, &words);
	if (keyword != NULL && keyword->name == SSHD_MATCH &&
		config->block_count < BLOCKS_MAX) {
		struct sshd_block *block = &config->blocks[config->block_count];
		block->parent = config->block_count % 3 == 2
			? (long)config->block_count - 1
			: SSHD_GLOBAL;
		const struct sshd_reading reading = { .version = config->version };
		if (sshd_match_parse(&reading, words.rest, block, NULL) == 0)
			config->block_count++;
		else
			sshd_block_free(block);
	}
	sshd_words_free(&words);
}

/* A connection that was found is in the block that it was sought for. */
static void
find_witness(const struct sshd_config *config)
{
	long avoided[BLOCKS_MAX] = { 0, 1, 2, 3, 4, 5 };
	if (config->block_count == 0)
		return;
	size_t last = config->block_count - 1;
	size_t budget = SSHD_WITNESS_BUDGET;
	const struct sshd_cell cell = { &avoided[last], 1, avoided, last };
	struct sshd_witness witness = sshd_witness_find(config, &cell, &budget);
	if (witness.result == SSHD_WITNESS_FOUND) {
		if (sshd_match_block(config->blocks, (long)last, &witness.connection) !=
			1)
			abort();
		for (size_t i = 0; i < last; i++)
			if (sshd_match_block(
				    config->blocks, (long)i, &witness.connection) != 0)
				abort();
	}
	free(sshd_witness_describe(&witness));
	sshd_witness_free(&witness);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int versions[] = { 306, 503, 704, 806, 902, 909, 1003 };
	struct sshd_block blocks[BLOCKS_MAX] = { 0 };
	struct sshd_config config = { .blocks = blocks };
	if (size == 0)
		return 0;
	config.version = versions[data[0] % (sizeof versions / sizeof *versions)];
	const char *at = (const char *)data + 1, *end = (const char *)data + size;
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		stop = stop != NULL ? stop : end;
		read_line(&config, (struct bytes){ at, (size_t)(stop - at) });
		at = stop + 1;
	}
	find_witness(&config);
	for (size_t i = 0; i < BLOCKS_MAX; i++)
		sshd_block_free(&blocks[i]);
	return 0;
}
