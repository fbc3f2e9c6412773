/* The criteria of a Match block are independent of each other but for the user and the
 * groups: a block asks for one thing of the user, another of the address. So for each of
 * them a few values are enough, and the search walks their products; it gives up (UNSURE)
 * when its budget is used up. */
#include "policy/models/sshd/sshd_witness.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_answer.h"
#include "policy/models/sshd/sshd_search.h"

static const char *const names[SSHD_BY_KNOWN_COUNT] = {
	[SSHD_BY_USER] = "user",
	[SSHD_BY_GROUP] = "group",
	[SSHD_BY_HOST] = "host",
	[SSHD_BY_ADDRESS] = "address",
	[SSHD_BY_LOCAL_ADDRESS] = "local address",
	[SSHD_BY_LOCAL_PORT] = "local port",
	[SSHD_BY_RDOMAIN] = "rdomain",
};

size_t
sshd_search_cost(const struct sshd_block *blocks, long index)
{
	size_t bytes = SSHD_UNIT;
	for (; index != SSHD_GLOBAL; index = blocks[index].parent)
		for (size_t i = 0; i < blocks[index].count; i++)
			if (blocks[index].criteria[i].pattern != NULL)
				bytes += strlen(blocks[index].criteria[i].pattern);
	return bytes / SSHD_UNIT;
}

bool
sshd_search_spend(struct sshd_search *search, size_t cost)
{
	if (*search->budget <= cost) {
		*search->budget = 0;
		search->complete = false;
		return false;
	}
	*search->budget -= cost;
	return true;
}

/* Whether the addresses of both ends could be those of one connection. */
static bool
fits(const struct sshd_search *search)
{
	bool here = strchr(search->connection.values[SSHD_BY_LOCAL_ADDRESS], ':') != NULL,
	     there = strchr(search->connection.values[SSHD_BY_ADDRESS], ':') != NULL;
	return here == there &&
		(search->family == AF_UNSPEC || there == (search->family == AF_INET6));
}

/* 1: the connection is in the cell; 0: not; -1: only if what can't be told is so. */
static int
try_connection(struct sshd_search *search)
{
	const struct sshd_block *blocks = search->config->blocks;
	const struct sshd_cell *cell = search->cell;
	if (!sshd_search_spend(search, search->cost) || !fits(search))
		return 0;
	if (!search->names)
		search->connection.values[SSHD_BY_HOST] =
			search->connection.values[SSHD_BY_ADDRESS];
	int result = search->connection.values[SSHD_BY_LOCAL_PORT][0] == '-' ? -1 : 1;
	for (size_t i = 0; i < cell->inside_count && result != 0; i++) {
		int match = sshd_match_block(
			blocks, cell->inside[i], &search->connection);
		result = match == 1 ? result : match;
	}
	for (size_t i = 0; i < cell->outside_count && result != 0; i++) {
		if (!sshd_search_spend(
			    search, sshd_search_cost(blocks, cell->outside[i])))
			return 0;
		int match = sshd_match_block(
			blocks, cell->outside[i], &search->connection);
		result = match == 0 ? result : match == 1 ? 0 : -1;
	}
	return result;
}

/* Tries the values of the criteria from KIND on; results as above. */
static int
walk(struct sshd_search *search, int kind)
{
	if (kind == SSHD_BY_KNOWN_COUNT)
		return try_connection(search);
	if (kind == SSHD_BY_HOST && !search->names)
		return walk(search, kind + 1);
	bool people = kind == SSHD_BY_USER && search->people_known;
	const struct sshd_values *values = people ? &search->people
						  : &search->values[kind];
	int best = 0;
	for (size_t i = 0; i < values->count && best != 1 && *search->budget > 0; i++) {
		search->connection.values[kind] = values->items[i];
		if (people)
			search->connection.values[SSHD_BY_GROUP] =
				search->values[SSHD_BY_GROUP].items[i];
		int result = walk(search, people ? SSHD_BY_GROUP + 1 : kind + 1);
		best = result != 0 ? result : best;
	}
	return best;
}

static void
read_settings(struct sshd_search *search)
{
	struct sshd_answer dns = sshd_answer_at_start(search->config, SSHD_USE_DNS);
	struct sshd_answer family = sshd_answer_at_start(
		search->config, SSHD_ADDRESS_FAMILY);
	search->names = dns.value == NULL || strcmp(dns.value, "yes") == 0;
	search->family = family.value == NULL        ? AF_UNSPEC
		: strcmp(family.value, "inet") == 0  ? AF_INET
		: strcmp(family.value, "inet6") == 0 ? AF_INET6
						     : AF_UNSPEC;
	sshd_answer_free(&dns);
	sshd_answer_free(&family);
}

struct sshd_witness
sshd_witness_find(
	const struct sshd_config *config, const struct sshd_cell *cell, size_t *budget)
{
	struct sshd_search search = {
		.config = config, .cell = cell, .budget = budget, .complete = true
	};
	struct sshd_witness witness = { 0 };
	for (int i = 0; i < SSHD_BY_KNOWN_COUNT; i++)
		search.connection.values[i] = sshd_candidates_ordinary[i];
	for (size_t i = 0; i < cell->inside_count; i++)
		search.cost += sshd_search_cost(config->blocks, cell->inside[i]);
	search.cost += cell->inside_count == 0;
	read_settings(&search);
	sshd_candidates_make(&search);
	int result = walk(&search, 0);
	if (result == 0 && sshd_candidates_refine(&search))
		result = walk(&search, 0);
	witness.asked = search.asked;
	if (search.people_known && (search.asked & 1u << SSHD_BY_GROUP))
		witness.asked |= 1u << SSHD_BY_USER;
	witness.result = result == 1             ? SSHD_WITNESS_FOUND
		: result == 0 && search.complete ? SSHD_WITNESS_NEVER
						 : SSHD_WITNESS_UNSURE;
	for (int i = 0; i < SSHD_BY_KNOWN_COUNT; i++) {
		witness.own[i] = memory_text(search.connection.values[i]);
		witness.connection.values[i] = witness.own[i];
	}
	sshd_candidates_free(&search);
	return witness;
}

char *
sshd_witness_describe(const struct sshd_witness *witness)
{
	struct buffer text = { 0 };
	for (int i = 0; i < SSHD_BY_KNOWN_COUNT; i++) {
		const char *space = text.size > 0 ? " " : "", *value = witness->own[i];
		if ((witness->asked & 1u << i) == 0)
			continue;
		if (*value != '\0')
			buffer_printf(&text, "%s%s=%s", space, names[i], value);
		else
			buffer_printf(&text, "%sno %s", space, names[i]);
	}
	if (text.size == 0)
		buffer_text(&text, "any connection");
	return buffer_take(&text);
}

void
sshd_witness_free(struct sshd_witness *witness)
{
	for (int i = 0; i < SSHD_BY_KNOWN_COUNT; i++)
		free(witness->own[i]);
	*witness = (struct sshd_witness){ 0 };
}
