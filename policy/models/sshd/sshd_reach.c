#include "policy/models/sshd/sshd_reach.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/table.h"
#include "policy/models/sshd/sshd_answer.h"
#include "policy/models/sshd/sshd_listening.h"
#include "policy/models/sshd/sshd_search.h"

enum {
	LOOKED_AT_MAX = 100000, /* blocks, again for each endpoint */
	TEXT_MAX = 1 << 16,
};

static const unsigned here = 1u << SSHD_BY_LOCAL_ADDRESS | 1u << SSHD_BY_LOCAL_PORT |
	1u << SSHD_BY_RDOMAIN;
/* without UseDNS the name of a host is its address */
static const unsigned by_family = 1u << SSHD_BY_LOCAL_ADDRESS | 1u << SSHD_BY_ADDRESS |
	1u << SSHD_BY_HOST;

struct reach {
	const struct sshd_config *config;
	long *blocks; /* that ask for what an endpoint says */
	size_t count;
	bool families; /* matter to some block */
	struct table seen; /* items, -> not NULL */
	struct buffer text; /* these, with "; " between */
	size_t looked_at;
	bool too_many;
};

/* What the block and those around it ask for: bits 1u << enum sshd_criterion. */
static unsigned
asked(const struct sshd_block *blocks, long index)
{
	unsigned found = 0;
	for (; index != SSHD_GLOBAL; index = blocks[index].parent)
		for (size_t i = 0; i < blocks[index].count; i++)
			found |= 1u << blocks[index].criteria[i].kind;
	return found;
}

/* Whether who comes to ENDPOINT, which CONNECTION is made of, meets what the block asks
 * of it: 1, 0; -1: that depends on which address it is. */
static int
meets(const struct sshd_block *blocks, long index, const struct sshd_endpoint *endpoint,
	const struct sshd_connection *connection)
{
	bool open = endpoint->family == AF_UNSPEC || strcmp(endpoint->host, "::") == 0 ||
		strcmp(endpoint->host, "0.0.0.0") == 0;
	int result = 1;
	for (; index != SSHD_GLOBAL; index = blocks[index].parent)
		for (size_t i = 0; i < blocks[index].count; i++) {
			const struct sshd_block_criterion *criterion =
				&blocks[index].criteria[i];
			if ((here & 1u << criterion->kind) == 0)
				continue;
			int match = open && criterion->kind == SSHD_BY_LOCAL_ADDRESS
				? -1
				: sshd_match_criterion(criterion, connection);
			if (match == 0)
				return 0;
			result = match < 0 ? match : result;
		}
	return result;
}

/* No "; " of a pattern may look like the end of an item. */
static void
add_block(struct buffer *item, const char *text, bool perhaps)
{
	if (item->size > 0 && item->data[item->size - 1] != ' ')
		buffer_text(item, ", ");
	buffer_text(item, perhaps ? "perhaps " : "");
	for (; *text != '\0'; text++)
		buffer_add(item, *text == ';' ? "," : text, 1);
}

static bool
add_endpoint(void *data, const struct sshd_endpoint *endpoint)
{
	struct reach *reach = data;
	const struct sshd_block *blocks = reach->config->blocks;
	autofree char *port = memory_printf("%ld", endpoint->port);
	struct sshd_connection connection;
	for (int i = 0; i < SSHD_BY_KNOWN_COUNT; i++)
		connection.values[i] = sshd_candidates_ordinary[i];
	connection.values[SSHD_BY_LOCAL_ADDRESS] = endpoint->host;
	connection.values[SSHD_BY_LOCAL_PORT] = port;
	connection.values[SSHD_BY_RDOMAIN] = endpoint->rdomain;
	autobuffer struct buffer item = { 0 };
	if (reach->families)
		buffer_text(&item,
			endpoint->family == AF_INET            ? "IPv4: "
				: endpoint->family == AF_INET6 ? "IPv6: "
							       : "IPv4 or IPv6: ");
	size_t empty = item.size;
	for (size_t i = 0; i < reach->count; i++) {
		int met = meets(blocks, reach->blocks[i], endpoint, &connection);
		if (met != 0)
			add_block(&item, blocks[reach->blocks[i]].text, met < 0);
	}
	if (item.size == empty)
		buffer_text(&item, "none");
	if (table_get(&reach->seen, item.data) == NULL) {
		table_set(&reach->seen, item.data, reach);
		buffer_printf(&reach->text, "%s%s", reach->text.size > 0 ? "; " : "",
			item.data);
	}
	reach->looked_at += reach->count + 1;
	reach->too_many = reach->looked_at > LOOKED_AT_MAX || reach->text.size > TEXT_MAX;
	return !reach->too_many;
}

char *
sshd_reach_describe(const struct sshd_config *config)
{
	struct reach reach = { .config = config };
	autofree long *blocks = memory_new(config->block_count, sizeof *blocks);
	reach.blocks = blocks;
	for (size_t i = 0; i < config->block_count; i++) {
		unsigned bits = asked(config->blocks, (long)i);
		reach.families = reach.families || (bits & by_family) != 0;
		if (bits & here)
			blocks[reach.count++] = (long)i;
	}
	if (reach.count > 0 || reach.families)
		sshd_listening_each(config, add_endpoint, &reach);
	table_free(&reach.seen);
	if (!reach.too_many)
		return reach.text.size > 0 ? buffer_take(&reach.text) : NULL;
	/* then where it listens must stay as it is */
	buffer_free(&reach.text);
	const char *reason;
	autofree char *list = sshd_listening_find(config, &reason);
	struct sshd_answer ports = sshd_answer_at_start(config, SSHD_PORT);
	char *text = memory_printf("too many to look at, for the ports %s at %s",
		ports.value, list != NULL ? list : reason);
	sshd_answer_free(&ports);
	return text;
}

bool
sshd_reach_within(const char *after, const char *before)
{
	struct table had = { 0 };
	bool within = true;
	for (int pass = 0; pass < 2; pass++)
		for (const char *at = pass == 0 ? before : after; at != NULL;) {
			const char *end = strstr(at, "; ");
			autofree char *item = end != NULL
				? memory_copy(at, (size_t)(end - at))
				: memory_text(at);
			if (pass == 0)
				table_set(&had, item, &had);
			else
				within = within && table_get(&had, item) != NULL;
			at = end != NULL ? end + 2 : NULL;
		}
	table_free(&had);
	return within;
}
