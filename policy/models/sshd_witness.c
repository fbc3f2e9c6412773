/* The criteria of a Match block are independent of each other: a block asks for one thing
 * of the user, another of the address. So for each of them a few values are enough: those
 * that patterns name and one that none names, and for networks their edges in both
 * families; for groups sets of these. The search walks their products, and gives up
 * (UNSURE) when its budget is used up. NEVER needs that the values stand for all that
 * could be: whoever leaves one out must clear `complete`. */
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
	SET_MAX = 4, /* groups of one user */
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

/* A connection that no sensible pattern means. */
static const char *const ordinary[SSHD_BY_KNOWN_COUNT] = {
	[SSHD_BY_USER] = "someone",
	[SSHD_BY_GROUP] = "",
	[SSHD_BY_HOST] = "host.invalid",
	[SSHD_BY_ADDRESS] = "192.0.2.1",
	[SSHD_BY_LOCAL_ADDRESS] = "192.0.2.2",
	[SSHD_BY_LOCAL_PORT] = "22",
	[SSHD_BY_RDOMAIN] = "",
};

/* Names to begin with that no pattern names: see add_others. */
static const char *const others[SSHD_BY_KNOWN_COUNT] = {
	[SSHD_BY_USER] = "someone",
	[SSHD_BY_GROUP] = "somegroup",
	[SSHD_BY_HOST] = "host.invalid",
	[SSHD_BY_RDOMAIN] = "other",
};

/* A port that sshd gets only from inetd or a socket unit; no pattern means it. */
static const char foreign_port[] = "-1";

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
	struct values groups; /* those that sets are made of */
	size_t set_size; /* no set needs more of them */
	unsigned asked, mentioned; /* by the target, by any; bits as in sshd_witness */
	size_t longest[SSHD_BY_KNOWN_COUNT]; /* name that begins as in others */
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

static void
keep(struct values *values, const char *value)
{
	values->items = memory_grow(values->items, values->count, sizeof *values->items);
	values->items[values->count++] = memory_text(value);
}

/* Keeps VALUE if the target can be met with it. */
static void
add_value(struct search *search, enum sshd_criterion kind, const char *value)
{
	struct values *values = &search->values[kind];
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
	keep(values, value);
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

/* One of the groups that sets are made of. */
static void
add_group(struct search *search, const char *group)
{
	struct values *groups = &search->groups;
	for (size_t i = 0; i < groups->count; i++)
		if (strcmp(groups->items[i], group) == 0)
			return;
	if (groups->count == VALUES_MAX)
		search->complete = false;
	else
		keep(groups, group);
}

static void
add_text(struct search *search, enum sshd_criterion kind, const char *text)
{
	if (kind == SSHD_BY_GROUP)
		add_group(search, text);
	else
		add_value(search, kind, text);
}

static void
add_name(struct search *search, enum sshd_criterion kind, const char *pattern)
{
	if (strcmp(pattern, "*") == 0)
		return;
	if (*pattern == '\0' || strpbrk(pattern, "*?") != NULL)
		search->complete = false;
	for (int filled = 0; filled < 2; filled++) {
		struct buffer value = { 0 };
		for (const char *p = pattern; *p != '\0'; p++) {
			if (*p != '*')
				buffer_add(&value, *p == '?' ? "x" : p, 1);
			else if (filled)
				buffer_text(&value, "x");
		}
		autofree char *text = buffer_take(&value);
		if (*text != '\0')
			add_text(search, kind, text);
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

/* All sets of at most `set_size` of the groups from FIRST on, added to SET. One group
 * that a negated pattern matches keeps a user out of a block, whatever the others are: so
 * besides those that the target asks for one is needed for each such pattern. */
static void
add_group_sets(struct search *search, const char *set, size_t size, size_t first)
{
	for (size_t i = first; i<search->groups.count && * search->budget> 0; i++) {
		autofree char *larger = memory_printf(
			"%s%s%s", set, size > 0 ? "," : "", search->groups.items[i]);
		add_value(search, SSHD_BY_GROUP, larger);
	}
	if (size + 1 >= search->set_size)
		return;
	for (size_t i = first; i<search->groups.count && * search->budget> 0; i++) {
		autofree char *larger = memory_printf(
			"%s%s%s", set, size > 0 ? "," : "", search->groups.items[i]);
		add_group_sets(search, larger, size + 1, i + 1);
	}
}

static void
add_groups(struct search *search)
{
	if ((search->asked & 1u << SSHD_BY_GROUP) == 0) {
		/* who is in no group is in none of the blocks that ask for one */
		add_value(search, SSHD_BY_GROUP, "");
		return;
	}
	if (search->set_size > SET_MAX) {
		search->set_size = SET_MAX;
		search->complete = false;
	}
	add_group_sets(search, "", 0, 0);
}

static void
note_pattern(struct search *search, const struct sshd_block_criterion *criterion)
{
	enum sshd_criterion kind = criterion->kind;
	search->mentioned |= 1u << kind;
	if (kind == SSHD_BY_HOST && !search->names)
		search->mentioned |= 1u << SSHD_BY_ADDRESS;
	/* Without a routing domain the kernel says "" to sshd, or nothing at all: whether
	 * * matches that can't be told (sys_get_rdomain in port-net.c). */
	if (kind == SSHD_BY_RDOMAIN &&
		sshd_pattern_list(criterion->pattern, "", false) == 1)
		search->complete = false;
	for (const char *item = criterion->pattern; others[kind] != NULL;) {
		item += *item == '!';
		size_t length = strcspn(item, ",");
		if (length > search->longest[kind] &&
			strncasecmp(item, others[kind], strlen(others[kind])) == 0)
			search->longest[kind] = length;
		if (item[length] == '\0')
			break;
		item += length + 1;
	}
}

/* What matters of the patterns before values are made of them. */
static void
note_block(struct search *search, long index, bool avoided)
{
	for (; index != SSHD_GLOBAL; index = search->blocks[index].parent)
		for (size_t i = 0; i < search->blocks[index].count; i++) {
			const struct sshd_block_criterion *criterion =
				&search->blocks[index].criteria[i];
			if (criterion->kind >= SSHD_BY_KNOWN_COUNT)
				continue;
			note_pattern(search, criterion);
			search->asked |= avoided ? 0 : 1u << criterion->kind;
			search->set_size += criterion->kind == SSHD_BY_GROUP &&
				(!avoided || strchr(criterion->pattern, '!') != NULL);
		}
}

static void
add_block(struct search *search, long index)
{
	for (; index != SSHD_GLOBAL; index = search->blocks[index].parent)
		for (size_t i = 0; i < search->blocks[index].count; i++) {
			const struct sshd_block_criterion *criterion =
				&search->blocks[index].criteria[i];
			if (criterion->kind < SSHD_BY_KNOWN_COUNT)
				add_pattern(search, criterion->kind, criterion->pattern);
		}
}

/* Where sshd listens: Port, and ListenAddress with a port. */
static void
add_ports(struct search *search, const struct sshd_config *config)
{
	struct sshd_answer ports = sshd_answer_at_start(config, SSHD_PORT);
	for (char *p = ports.value; p != NULL && *p != '\0';) {
		size_t length = strcspn(p, " ");
		autofree char *port = memory_copy(p, length);
		add_value(search, SSHD_BY_LOCAL_PORT, port);
		p += length + (p[length] == ' ');
	}
	sshd_answer_free(&ports);
	for (size_t i = 0; i < config->count; i++) {
		const struct sshd_line *line = &config->lines[i];
		const char *colon = line->keyword->name == SSHD_LISTEN_ADDRESS
			? strrchr(line->value, ':')
			: NULL;
		if (colon == NULL ||
			(strchr(line->value, ':') != colon && colon[-1] != ']'))
			continue;
		autofree char *port = memory_copy(
			colon + 1, strspn(colon + 1, "0123456789"));
		add_value(search, SSHD_BY_LOCAL_PORT, port);
	}
}

/* Values that the patterns do not name: one is enough of each kind, since those that no
 * pattern names are alike to all. */
static void
add_others(struct search *search, const struct sshd_config *config)
{
	static const enum sshd_criterion addresses[] = { SSHD_BY_ADDRESS,
		SSHD_BY_LOCAL_ADDRESS };
	const unsigned both = 1u << SSHD_BY_ADDRESS | 1u << SSHD_BY_LOCAL_ADDRESS;
	for (int i = 0; i < SSHD_BY_KNOWN_COUNT; i++) {
		enum sshd_criterion kind = (enum sshd_criterion)i;
		struct buffer name = { 0 };
		if (kind == SSHD_BY_RDOMAIN || others[kind] == NULL)
			if (kind != SSHD_BY_LOCAL_PORT)
				add_value(search, kind, ordinary[kind]);
		if (others[kind] == NULL)
			continue;
		buffer_text(&name, others[kind]);
		while (name.size <= search->longest[kind] && search->longest[kind] > 0)
			buffer_text(&name, "x");
		autofree char *text = buffer_take(&name);
		add_text(search, kind, text);
	}
	for (size_t i = 0; i < 2; i++)
		if (search->mentioned & both || search->family == AF_INET6) {
			add_value(search, addresses[i], "2001:db8::1");
			/* the first after the mapped ones, see add_neighbour */
			add_value(search, addresses[i], "::1:0:0:0");
		}
	add_ports(search, config);
	if (search->mentioned & 1u << SSHD_BY_LOCAL_PORT)
		add_value(search, SSHD_BY_LOCAL_PORT, foreign_port);
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
		if (result == 1 &&
			search->connection.values[SSHD_BY_LOCAL_PORT][0] == '-')
			result = -1;
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
	note_block(&search, target, false);
	witness.asked = search.asked;
	for (size_t i = 0; i < count; i++)
		note_block(&search, avoided[i], true);
	add_block(&search, target);
	add_others(&search, config);
	for (size_t i = 0; i < count; i++)
		add_block(&search, avoided[i]);
	add_groups(&search);
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
	for (size_t i = 0; i < search.groups.count; i++)
		free(search.groups.items[i]);
	free(search.groups.items);
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
