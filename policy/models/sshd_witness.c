/* The criteria of a Match block are independent of each other: a block asks for one thing
 * of the user, another of the address. So for each of them a few values are enough: those
 * that patterns name, and for networks their edges. The search walks their products, and
 * gives up (UNSURE) when its budget is used up. */
#include "policy/models/sshd_witness.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/sshd_answer.h"
#include "policy/models/sshd_pattern.h"

enum {
	UNIT = 64, /* bytes of patterns that are compared for one of the budget */
	VALUES_MAX = 200, /* of one criterion */
};

static const char *const names[SSHD_BY_KNOWN_COUNT] = {
	[SSHD_BY_USER] = "user",
	[SSHD_BY_GROUP] = "group",
	[SSHD_BY_HOST] = "host",
	[SSHD_BY_ADDRESS] = "address",
	[SSHD_BY_LOCAL_ADDRESS] = "local address",
	[SSHD_BY_LOCAL_PORT] = "local port",
	[SSHD_BY_RDOMAIN] = "rdomain",
};

/* A connection that no sensible pattern means. On Linux one that came through no VRF has
 * the rdomain "" (sys_get_rdomain in openbsd-compat/port-net.c). */
static const char *const ordinary[SSHD_BY_KNOWN_COUNT] = {
	[SSHD_BY_USER] = "someone",
	[SSHD_BY_GROUP] = "",
	[SSHD_BY_HOST] = "host.invalid",
	[SSHD_BY_ADDRESS] = "192.0.2.1",
	[SSHD_BY_LOCAL_ADDRESS] = "192.0.2.2",
	[SSHD_BY_LOCAL_PORT] = "22",
	[SSHD_BY_RDOMAIN] = "",
};

struct values {
	char **items;
	size_t count;
};

struct search {
	const struct sshd_block *blocks;
	long target;
	const long *avoided;
	size_t avoided_count;
	struct values values[SSHD_BY_KNOWN_COUNT];
	unsigned compared; /* bits of the criteria that a block asks for */
	int family; /* of addresses; AF_UNSPEC for both */
	bool complete; /* the values stand for all that could be */
	bool names; /* hosts have names: UseDNS; else the address is the name
		       (auth_get_canonical_hostname in canohost.c) */
	size_t target_cost;
	size_t *budget;
	struct sshd_connection connection;
};

/* What a comparison with the block costs. */
static size_t
cost_of(const struct sshd_block *blocks, long index)
{
	size_t bytes = UNIT;
	for (; index != SSHD_GLOBAL; index = blocks[index].parent)
		for (size_t i = 0; i < blocks[index].count; i++)
			if (blocks[index].criteria[i].pattern != NULL)
				bytes += strlen(blocks[index].criteria[i].pattern);
	return bytes / UNIT;
}

/* False when it can't be afforded: then nothing is certain any more. */
static bool
spend(struct search *search, size_t cost)
{
	if (*search->budget <= cost) {
		*search->budget = 0;
		search->complete = false;
		return false;
	}
	*search->budget -= cost;
	return true;
}

static bool
meets_target(const struct search *search, enum sshd_criterion kind)
{
	for (long i = search->target; i != SSHD_GLOBAL; i = search->blocks[i].parent)
		for (size_t k = 0; k < search->blocks[i].count; k++) {
			const struct sshd_block_criterion *criterion =
				&search->blocks[i].criteria[k];
			if (criterion->kind == kind &&
				sshd_match_criterion(criterion, &search->connection) == 0)
				return false;
		}
	return true;
}

/* Keeps VALUE if the target can be met with it. */
static void
add_value(struct search *search, enum sshd_criterion kind, const char *value)
{
	struct values *values = &search->values[kind];
	if (*value == '\0' && *ordinary[kind] != '\0')
		return;
	for (size_t i = 0; i < values->count; i++)
		if (strcmp(values->items[i], value) == 0)
			return;
	if (!spend(search, search->target_cost))
		return;
	const char *before = search->connection.values[kind];
	search->connection.values[kind] = value;
	bool meets = meets_target(search, kind);
	search->connection.values[kind] = before;
	if (!meets)
		return;
	if (values->count == VALUES_MAX) {
		search->complete = false;
		return;
	}
	values->items = memory_grow(values->items, values->count, sizeof *values->items);
	values->items[values->count++] = memory_text(value);
}

/* The address that is DISTANCE after the first (LAST: the last) of NETWORK. */
static void
add_neighbour(struct search *search, enum sshd_criterion kind,
	const struct sshd_network *network, bool last, int distance)
{
	unsigned char address[16];
	char text[INET6_ADDRSTRLEN];
	int width = network->family == AF_INET ? 4 : 16, carry = distance;
	memcpy(address, network->address, sizeof address);
	for (int bit = (int)network->bits; last && bit < width * 8; bit++)
		address[bit / 8] |= (unsigned char)(0x80 >> bit % 8);
	for (int i = width - 1; i >= 0 && carry != 0; i--) {
		int sum = address[i] + carry;
		address[i] = (unsigned char)sum;
		carry = sum < 0 ? -1 : sum > 255 ? 1 : 0;
	}
	/* no connection comes from a mapped address: get_socket_address in canohost.c
	 * makes it one of IPv4 (ipv64_normalise_mapped) before anything is matched */
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	if (network->family == AF_INET6 && memcmp(address, mapped, sizeof mapped) == 0)
		return;
	if (carry == 0 && inet_ntop(network->family, address, text, sizeof text) != NULL)
		add_value(search, kind, text);
}

static void
add_address(struct search *search, enum sshd_criterion kind, const char *pattern)
{
	static const char *const fillings[] = { "1", "1.1", "1.1.1", "0.0.1", "::1" };
	struct sshd_network network;
	if (sshd_pattern_network(pattern, &network) == 0) {
		bool single = network.bits == (network.family == AF_INET ? 32 : 128);
		add_neighbour(search, kind, &network, false, single ? 0 : 1);
		add_neighbour(search, kind, &network, false, 0);
		add_neighbour(search, kind, &network, true, 0);
		add_neighbour(search, kind, &network, true, 1);
		add_neighbour(search, kind, &network, false, -1);
		return;
	}
	if (strcmp(pattern, "*") == 0)
		return;
	search->complete = false;
	for (size_t i = 0; i < sizeof fillings / sizeof *fillings; i++) {
		struct buffer value = { 0 };
		for (const char *p = pattern; *p != '\0'; p++)
			if (*p == '*')
				buffer_text(&value, fillings[i]);
			else
				buffer_add(&value, *p == '?' ? "1" : p, 1);
		autofree char *text = buffer_take(&value);
		/* patterns are compared with the address as it is usually written */
		if (sshd_pattern_network(text, &network) == 0)
			add_neighbour(search, kind, &network, false, 0);
	}
}

static void
add_name(struct search *search, enum sshd_criterion kind, const char *pattern)
{
	if (strcmp(pattern, "*") == 0)
		return;
	for (int filled = 0; filled < 2; filled++) {
		struct buffer value = { 0 };
		for (const char *p = pattern; *p != '\0'; p++) {
			if (*p == '*' || *p == '?')
				search->complete = false;
			if (*p != '*')
				buffer_add(&value, *p == '?' ? "x" : p, 1);
			else if (filled)
				buffer_text(&value, "x");
		}
		autofree char *text = buffer_take(&value);
		add_value(search, kind, text);
	}
}

static void
add_pattern(struct search *search, enum sshd_criterion kind, const char *list)
{
	for (bool more = true; more;) {
		size_t length = strcspn(list, ",");
		bool negated = *list == '!';
		autofree char *item = memory_copy(list + negated, length - negated);
		if (kind == SSHD_BY_ADDRESS || kind == SSHD_BY_LOCAL_ADDRESS)
			add_address(search, kind, item);
		else if (kind != SSHD_BY_HOST || search->names)
			add_name(search, kind, item);
		else if (strspn(item, "0123456789abcdefABCDEF:.*?") == strlen(item))
			add_address(search, SSHD_BY_ADDRESS, item);
		more = list[length] == ',';
		list += length + more;
	}
}

/* One group for each time that the target asks for one. */
static void
add_group_set(struct search *search)
{
	struct buffer set = { 0 };
	size_t count = 0;
	for (long i = search->target; i != SSHD_GLOBAL; i = search->blocks[i].parent)
		for (size_t k = 0; k < search->blocks[i].count; k++) {
			const struct sshd_block_criterion *criterion =
				&search->blocks[i].criteria[k];
			if (criterion->kind != SSHD_BY_GROUP)
				continue;
			size_t length = strcspn(criterion->pattern, ",");
			buffer_printf(&set, "%s%.*s", count++ > 0 ? "," : "", (int)length,
				criterion->pattern);
		}
	autofree char *text = buffer_take(&set);
	if (count > 1) {
		search->complete = false;
		add_value(search, SSHD_BY_GROUP, text);
	}
}

static void
add_block(struct search *search, long index)
{
	for (; index != SSHD_GLOBAL; index = search->blocks[index].parent)
		for (size_t i = 0; i < search->blocks[index].count; i++) {
			const struct sshd_block_criterion *criterion =
				&search->blocks[index].criteria[i];
			if (criterion->kind >= SSHD_BY_KNOWN_COUNT)
				continue;
			search->compared |= 1u << criterion->kind;
			add_pattern(search, criterion->kind, criterion->pattern);
		}
}

static bool
lists(const char *list, const char *name)
{
	size_t length = strlen(name);
	for (const char *at = list; at != NULL; at = strchr(at, ',')) {
		at += *at == ',';
		at += *at == '!';
		if (strncasecmp(at, name, length) == 0 &&
			(at[length] == ',' || at[length] == '\0'))
			return true;
	}
	return false;
}

/* Whether a pattern that is compared is NAME itself. */
static bool
is_named(struct search *search, enum sshd_criterion kind, const char *name)
{
	for (size_t i = 0; i <= search->avoided_count; i++) {
		long index = i < search->avoided_count ? search->avoided[i]
						       : search->target;
		if (!spend(search, cost_of(search->blocks, index)))
			return false;
		for (; index != SSHD_GLOBAL; index = search->blocks[index].parent)
			for (size_t k = 0; k < search->blocks[index].count; k++) {
				const struct sshd_block_criterion *criterion =
					&search->blocks[index].criteria[k];
				if (criterion->kind == kind &&
					lists(criterion->pattern, name))
					return true;
			}
	}
	return false;
}

/* One whom no pattern names, though "*" and its like may match him. */
static void
add_unnamed(struct search *search, enum sshd_criterion kind, const char *like)
{
	autofree char *name = memory_text(like);
	for (unsigned i = 1; is_named(search, kind, name); i++) {
		free(name);
		name = memory_printf("%u.%s", i, like);
	}
	add_value(search, kind, name);
}

/* A block with "!a,b" leaves out those of group b who are in a besides: each set is tried
 * together with each group that is negated. */
static void
add_negated_groups(struct search *search)
{
	struct values *sets = &search->values[SSHD_BY_GROUP];
	size_t set_count = sets->count, negated = 0;
	for (size_t i = 0; i < search->avoided_count; i++)
		for (long index = search->avoided[i]; index != SSHD_GLOBAL;
			index = search->blocks[index].parent)
			for (size_t k = 0; k < search->blocks[index].count; k++) {
				const struct sshd_block_criterion *criterion =
					&search->blocks[index].criteria[k];
				if (criterion->kind != SSHD_BY_GROUP)
					continue;
				const char *at = criterion->pattern;
				while ((at = strchr(at, '!')) != NULL) {
					size_t length = strcspn(++at, ",");
					search->complete = search->complete &&
						negated++ == 0;
					for (size_t m = 0; m < set_count; m++) {
						autofree char *set = memory_printf(
							"%s,%.*s", sets->items[m],
							(int)length, at);
						add_value(search, SSHD_BY_GROUP,
							set + (*set == ','));
					}
				}
			}
}

/* The ports that sshd listens on: Port, or the one in ListenAddress. */
static void
add_ports(struct search *search, const struct sshd_config *config)
{
	bool any = false;
	for (size_t i = 0; i < config->count; i++) {
		const struct sshd_line *line = &config->lines[i];
		if (line->keyword == NULL || line->value == NULL)
			continue;
		if (line->keyword == sshd_keyword_get(SSHD_PORT, config->version)) {
			add_value(search, SSHD_BY_LOCAL_PORT, line->value);
			any = true;
		} else if (line->keyword ==
			sshd_keyword_get(SSHD_LISTEN_ADDRESS, config->version)) {
			size_t length = strcspn(line->value, " \t");
			autofree char *address = memory_copy(line->value, length);
			char *colon = strrchr(address, ':');
			if (colon != NULL &&
				(colon == strchr(address, ':') || colon[-1] == ']'))
				add_value(search, SSHD_BY_LOCAL_PORT, colon + 1);
		}
	}
	if (!any)
		add_value(search, SSHD_BY_LOCAL_PORT, ordinary[SSHD_BY_LOCAL_PORT]);
}

/* Connections like any other: what is not compared at all is the same for all. */
static void
add_ordinary(struct search *search, const struct sshd_config *config)
{
	static const unsigned addresses = 1u << SSHD_BY_ADDRESS |
		1u << SSHD_BY_LOCAL_ADDRESS | 1u << SSHD_BY_HOST;
	for (int i = 0; i < SSHD_BY_KNOWN_COUNT; i++) {
		enum sshd_criterion kind = (enum sshd_criterion)i;
		bool compared = (search->compared & 1u << i) != 0;
		if (kind == SSHD_BY_LOCAL_PORT && compared)
			add_ports(search, config);
		else
			add_value(search, kind, ordinary[i]);
		if (compared && (kind == SSHD_BY_USER || kind == SSHD_BY_HOST))
			add_unnamed(search, kind, ordinary[i]);
		if (compared && kind == SSHD_BY_GROUP)
			add_unnamed(search, kind, "somegroup");
	}
	if ((search->compared & addresses) != 0 || search->family == AF_INET6) {
		add_value(search, SSHD_BY_ADDRESS, "2001:db8::1");
		add_value(search, SSHD_BY_LOCAL_ADDRESS, "2001:db8::2");
	}
	add_negated_groups(search);
}

/* Whether the addresses of both ends could be those of one connection. */
static bool
fits(const struct search *search)
{
	bool here = strchr(search->connection.values[SSHD_BY_LOCAL_ADDRESS], ':') != NULL,
	     there = strchr(search->connection.values[SSHD_BY_ADDRESS], ':') != NULL;
	return here == there &&
		(search->family == AF_UNSPEC || there == (search->family == AF_INET6));
}

/* 1: found; 0: not; -1: only if what can't be told is so. */
static int
walk(struct search *search, int kind)
{
	if (kind == SSHD_BY_KNOWN_COUNT) {
		if (!spend(search, search->target_cost))
			return 0;
		if (!fits(search))
			return 0;
		if (!search->names)
			search->connection.values[SSHD_BY_HOST] =
				search->connection.values[SSHD_BY_ADDRESS];
		int result = sshd_match_block(
			search->blocks, search->target, &search->connection);
		for (size_t i = 0; i < search->avoided_count && result != 0; i++) {
			if (!spend(search, cost_of(search->blocks, search->avoided[i])))
				return 0;
			int match = sshd_match_block(
				search->blocks, search->avoided[i], &search->connection);
			if (match == 1)
				return 0;
			if (match < 0)
				result = -1;
		}
		return result;
	}
	if (kind == SSHD_BY_HOST && !search->names)
		return walk(search, kind + 1);
	int best = 0;
	for (size_t i = 0;
		i < search->values[kind].count && best != 1 && *search->budget > 0; i++) {
		search->connection.values[kind] = search->values[kind].items[i];
		int result = walk(search, kind + 1);
		best = result != 0 ? result : best;
	}
	return best;
}

struct sshd_witness
sshd_witness_find(const struct sshd_config *config, long target, const long *avoided,
	size_t count, size_t *budget)
{
	struct search search = { .blocks = config->blocks,
		.target = target,
		.avoided = avoided,
		.avoided_count = count,
		.target_cost = cost_of(config->blocks, target),
		.budget = budget,
		.complete = true };
	struct sshd_witness witness = { 0 };
	struct sshd_answer dns = sshd_answer_at_start(config, SSHD_USE_DNS);
	search.names = dns.value == NULL || strcmp(dns.value, "yes") == 0;
	sshd_answer_free(&dns);
	struct sshd_answer family = sshd_answer_at_start(config, SSHD_ADDRESS_FAMILY);
	search.family = family.value == NULL             ? AF_UNSPEC
		: strcasecmp(family.value, "inet") == 0  ? AF_INET
		: strcasecmp(family.value, "inet6") == 0 ? AF_INET6
							 : AF_UNSPEC;
	sshd_answer_free(&family);
	for (int i = 0; i < SSHD_BY_KNOWN_COUNT; i++)
		search.connection.values[i] = ordinary[i];
	add_group_set(&search);
	add_block(&search, target);
	witness.asked = search.compared;
	for (size_t i = 0; i < count; i++)
		add_block(&search, avoided[i]);
	add_ordinary(&search, config);
	int result = walk(&search, 0);
	witness.result = result == 1             ? SSHD_WITNESS_FOUND
		: result == 0 && search.complete ? SSHD_WITNESS_NEVER
						 : SSHD_WITNESS_UNSURE;
	for (int i = 0; i < SSHD_BY_KNOWN_COUNT; i++) {
		witness.own[i] = memory_text(search.connection.values[i]);
		witness.connection.values[i] = witness.own[i];
		for (size_t k = 0; k < search.values[i].count; k++)
			free(search.values[i].items[k]);
		free(search.values[i].items);
	}
	return witness;
}

char *
sshd_witness_describe(const struct sshd_witness *witness)
{
	struct buffer text = { 0 };
	for (int i = 0; i < SSHD_BY_KNOWN_COUNT; i++)
		if (witness->asked & 1u << i)
			buffer_printf(&text, "%s%s=%s", text.size > 0 ? " " : "",
				names[i], witness->own[i]);
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
