/* The values that the search for a connection tries: those that patterns name and one
 * that none names, and for networks their edges in both families; for groups sets of
 * these, or the users of the host with theirs. NEVER needs that the values stand for all
 * that could be: whoever leaves one out must clear `complete`. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_answer.h"
#include "policy/models/sshd/sshd_pattern.h"
#include "policy/models/sshd/sshd_port.h"
#include "policy/models/sshd/sshd_search.h"
#include "policy/models/sshd/sshd_texts.h"

enum {
	VALUES_MAX = 200, /* of one criterion, but for people */
	SET_MAX = 4, /* groups of one user */
	PATTERNS_MAX = 300, /* that are looked at together */
};

const char *const sshd_candidates_ordinary[SSHD_BY_KNOWN_COUNT] = {
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

static bool
meets_inside(const struct sshd_search *search, enum sshd_criterion kind)
{
	const struct sshd_block *blocks = search->config->blocks;
	for (size_t b = 0; b < search->cell->inside_count; b++)
		for (long i = search->cell->inside[b]; i != SSHD_GLOBAL;
			i = blocks[i].parent)
			for (size_t k = 0; k < blocks[i].count; k++) {
				const struct sshd_block_criterion *criterion =
					&blocks[i].criteria[k];
				if (criterion->kind == kind &&
					sshd_match_criterion(
						criterion, &search->connection) == 0)
					return false;
			}
	return true;
}

static bool
holds(const struct sshd_values *values, const char *value)
{
	for (size_t i = 0; i < values->count; i++)
		if (strcmp(values->items[i], value) == 0)
			return true;
	return false;
}

static void
keep(struct sshd_values *values, const char *value)
{
	values->items = memory_grow(values->items, values->count, sizeof *values->items);
	values->items[values->count++] = memory_text(value);
}

/* Keeps USER with GROUPS if the blocks inside can be met with them. */
static void
add_person(struct sshd_search *search, const char *user, const char *groups)
{
	if (holds(&search->people, user) || !sshd_search_spend(search, search->cost))
		return;
	struct sshd_connection before = search->connection;
	search->connection.values[SSHD_BY_USER] = user;
	search->connection.values[SSHD_BY_GROUP] = groups;
	bool meets = meets_inside(search, SSHD_BY_USER) &&
		meets_inside(search, SSHD_BY_GROUP);
	search->connection = before;
	if (!meets)
		return;
	keep(&search->people, user);
	keep(&search->values[SSHD_BY_GROUP], groups);
}

/* Keeps VALUE if the blocks inside can be met with it. */
static void
add_value(struct sshd_search *search, enum sshd_criterion kind, const char *value)
{
	struct sshd_values *values = &search->values[kind];
	if (search->people_known && kind == SSHD_BY_USER) {
		autofree char *groups = sshd_people_groups(search->config, value);
		add_person(search, value, groups);
		return;
	}
	if (holds(values, value) || !sshd_search_spend(search, search->cost))
		return;
	const char *before = search->connection.values[kind];
	search->connection.values[kind] = value;
	bool meets = meets_inside(search, kind);
	search->connection.values[kind] = before;
	if (!meets)
		return;
	if (values->count == VALUES_MAX)
		search->complete = false;
	else
		keep(values, value);
}

/* The address that is DISTANCE after the first (LAST: the last) of NETWORK. */
static void
add_neighbour(struct sshd_search *search, enum sshd_criterion kind,
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
add_network(struct sshd_search *search, enum sshd_criterion kind,
	const struct sshd_network *network)
{
	bool single = network->bits == (network->family == AF_INET ? 32 : 128);
	add_neighbour(search, kind, network, false, single ? 0 : 1);
	add_neighbour(search, kind, network, false, 0);
	add_neighbour(search, kind, network, true, 0);
	add_neighbour(search, kind, network, true, 1);
	add_neighbour(search, kind, network, false, -1);
}

/* Whether PATTERN is whole numbers of an IPv4 address and then a star, as "192.168.*":
 * the addresses whose text it matches are those of a network. */
static bool
is_prefix(const char *pattern, struct sshd_network *ret_network)
{
	static const char *const rest[] = { NULL, "0.0.0", "0.0", "0" };
	char text[INET_ADDRSTRLEN];
	size_t length = strlen(pattern), dots = 0;
	if (length < 3 || length > 12 || strcmp(pattern + length - 2, ".*") != 0)
		return false;
	for (size_t i = 0; i < length; i++)
		dots += pattern[i] == '.';
	if (dots > 3 || strspn(pattern, "0123456789.") != length - 1)
		return false;
	autofree char *whole = memory_printf(
		"%.*s%s", (int)length - 1, pattern, rest[dots]);
	if (sshd_pattern_network(whole, ret_network) != 0 ||
		inet_ntop(AF_INET, ret_network->address, text, sizeof text) == NULL ||
		strcmp(text, whole) != 0)
		return false;
	ret_network->bits = (unsigned)dots * 8;
	return true;
}

static void
add_address(struct sshd_search *search, enum sshd_criterion kind, const char *pattern)
{
	static const char *const fillings[] = { "1", "1.1", "1.1.1", "0.0.1", "::1" };
	struct sshd_network network;
	if (sshd_pattern_network(pattern, &network) == 0 ||
		is_prefix(pattern, &network)) {
		add_network(search, kind, &network);
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

/* A name; that of a group is one of those that sets are made of. */
static void
add_text(struct sshd_search *search, enum sshd_criterion kind, const char *text)
{
	struct sshd_values *groups = &search->groups;
	if (kind != SSHD_BY_GROUP) {
		add_value(search, kind, text);
	} else if (!search->people_known && !holds(groups, text)) {
		if (groups->count == VALUES_MAX)
			search->complete = false;
		else
			keep(groups, text);
	}
}

/* Samples of what PATTERN matches. */
static void
add_name(struct sshd_search *search, enum sshd_criterion kind, const char *pattern)
{
	if (strcmp(pattern, "*") == 0)
		return;
	if (*pattern == '\0' || strpbrk(pattern, "*?") != NULL)
		search->wild |= 1u << kind;
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

/* All sets of at most `set_size` of the groups from FIRST on, added to SET. One group
 * that a negated pattern matches keeps a user out of a block, whatever the others are: so
 * besides those that the blocks inside ask for one is needed for each such pattern. */
static void
add_group_sets(struct sshd_search *search, const char *set, size_t size, size_t first)
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
add_groups(struct sshd_search *search)
{
	if (search->people_known)
		return;
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

/* Calls ADD for each pattern of the list of CRITERION, without its `!`. */
static void
each_pattern(struct sshd_search *search, const struct sshd_block_criterion *criterion,
	void (*add)(struct sshd_search *search, enum sshd_criterion kind,
		const char *pattern))
{
	const char *list = criterion->pattern;
	for (bool more = true; more;) {
		size_t length = strcspn(list, ",");
		bool negated = *list == '!';
		autofree char *item = memory_copy(list + negated, length - negated);
		add(search, criterion->kind, item);
		more = list[length] == ',';
		list += length + more;
	}
}

static void
add_pattern(struct sshd_search *search, enum sshd_criterion kind, const char *pattern)
{
	if (kind == SSHD_BY_ADDRESS || kind == SSHD_BY_LOCAL_ADDRESS)
		add_address(search, kind, pattern);
	else if (kind != SSHD_BY_HOST || search->names)
		add_name(search, kind, pattern);
	else if (strspn(pattern, "0123456789abcdefABCDEF:.*?") == strlen(pattern))
		add_address(search, SSHD_BY_ADDRESS, pattern);
}

static void
note_pattern(struct sshd_search *search, enum sshd_criterion kind, const char *pattern)
{
	size_t length = strlen(pattern);
	search->mentioned |= 1u << kind;
	if (kind == SSHD_BY_HOST && !search->names)
		search->mentioned |= 1u << SSHD_BY_ADDRESS;
	if (others[kind] != NULL && length > search->longest[kind] &&
		strncasecmp(pattern, others[kind], strlen(others[kind])) == 0)
		search->longest[kind] = length;
}

/* Calls ADD for each pattern of the block and those around it. */
static void
each_of_block(struct sshd_search *search, long index,
	void (*add)(struct sshd_search *search, enum sshd_criterion kind,
		const char *pattern))
{
	const struct sshd_block *blocks = search->config->blocks;
	for (; index != SSHD_GLOBAL; index = blocks[index].parent)
		for (size_t i = 0; i < blocks[index].count; i++)
			if (blocks[index].criteria[i].kind < SSHD_BY_KNOWN_COUNT)
				each_pattern(search, &blocks[index].criteria[i], add);
}

/* What matters of the blocks before values are made of them. */
static void
note_block(struct sshd_search *search, long index, bool inside)
{
	const struct sshd_block *blocks = search->config->blocks;
	each_of_block(search, index, note_pattern);
	for (; index != SSHD_GLOBAL; index = blocks[index].parent)
		for (size_t i = 0; i < blocks[index].count; i++) {
			const struct sshd_block_criterion *criterion =
				&blocks[index].criteria[i];
			if (criterion->kind >= SSHD_BY_KNOWN_COUNT)
				continue;
			search->asked |= inside ? 1u << criterion->kind : 0;
			search->set_size += criterion->kind == SSHD_BY_GROUP &&
				(inside || strchr(criterion->pattern, '!') != NULL);
		}
}

/* Where sshd listens: Port, and ListenAddress with a port. */
static void
add_ports(struct sshd_search *search)
{
	const struct sshd_config *config = search->config;
	struct sshd_answer ports = sshd_answer_at_start(config, SSHD_PORT);
	for (char *p = ports.value; p != NULL && *p != '\0';) {
		size_t length = strcspn(p, " ");
		autofree char *port = memory_copy(p, length);
		add_value(search, SSHD_BY_LOCAL_PORT, port);
		p += length + (p[length] == ' ');
	}
	sshd_answer_free(&ports);
	for (size_t i = 0; i < config->count; i++) {
		if (config->lines[i].keyword->name != SSHD_LISTEN_ADDRESS)
			continue;
		struct sshd_listen listen = sshd_listen_read(config->lines[i].value);
		autofree char *port = memory_printf("%ld", listen.port);
		if (listen.port != 0)
			add_value(search, SSHD_BY_LOCAL_PORT, port);
		sshd_listen_free(&listen);
	}
}

/* Values that the patterns do not name: one is enough of each kind, since those that no
 * pattern names are alike to all. */
static void
add_others(struct sshd_search *search)
{
	static const enum sshd_criterion addresses[] = { SSHD_BY_ADDRESS,
		SSHD_BY_LOCAL_ADDRESS };
	const unsigned both = 1u << SSHD_BY_ADDRESS | 1u << SSHD_BY_LOCAL_ADDRESS;
	for (int i = 0; i < SSHD_BY_KNOWN_COUNT; i++) {
		enum sshd_criterion kind = (enum sshd_criterion)i;
		struct buffer name = { 0 };
		/* Without a routing domain the kernel says "" (sys_get_rdomain in
		 * port-net.c); if it can't say, sshd ends the connection
		 * (match_test_missing_fatal). */
		if (kind == SSHD_BY_RDOMAIN || others[kind] == NULL)
			if (kind != SSHD_BY_LOCAL_PORT)
				add_value(search, kind, sshd_candidates_ordinary[kind]);
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
	add_ports(search);
	if (search->config->other_ports && search->mentioned & 1u << SSHD_BY_LOCAL_PORT)
		add_value(search, SSHD_BY_LOCAL_PORT, foreign_port);
}

static void
add_people(struct sshd_search *search)
{
	const struct sshd_people *people = &search->config->people;
	for (size_t i = 0; i < people->count && search->people_known; i++)
		add_person(search, people->items[i].user, people->items[i].groups);
}

void
sshd_candidates_make(struct sshd_search *search)
{
	const struct sshd_cell *cell = search->cell;
	for (size_t i = 0; i < cell->inside_count; i++)
		note_block(search, cell->inside[i], true);
	for (size_t i = 0; i < cell->outside_count; i++)
		note_block(search, cell->outside[i], false);
	search->people_known = search->config->people.known &&
		(search->mentioned & 1u << SSHD_BY_GROUP) != 0;
	if (search->people_known && !search->config->people.complete)
		search->complete = false;
	for (size_t i = 0; i < cell->inside_count; i++)
		each_of_block(search, cell->inside[i], add_pattern);
	add_people(search);
	add_others(search);
	for (size_t i = 0; i < cell->outside_count; i++)
		each_of_block(search, cell->outside[i], add_pattern);
	add_groups(search);
}

/* The patterns for KIND in the blocks of LIST, those that are the same once. */
static void
collect(const struct sshd_search *search, enum sshd_criterion kind, const long *list,
	size_t count, struct sshd_values *patterns)
{
	const struct sshd_block *blocks = search->config->blocks;
	for (size_t b = 0; b < count; b++)
		for (long i = list[b]; i != SSHD_GLOBAL; i = blocks[i].parent)
			for (size_t k = 0; k < blocks[i].count; k++) {
				if (blocks[i].criteria[k].kind != kind)
					continue;
				autofree char *all = memory_text(
					blocks[i].criteria[k].pattern);
				for (char *p = all; *p != '\0' && kind == SSHD_BY_HOST;
					p++)
					*p = (char)tolower((unsigned char)*p);
				for (char *rest = all, *item;
					(item = strsep(&rest, ",")) != NULL;) {
					item += *item == '!';
					if (patterns->count <= PATTERNS_MAX &&
						!holds(patterns, item))
						keep(patterns, item);
				}
			}
}

static void
free_values(struct sshd_values *values)
{
	for (size_t i = 0; i < values->count; i++)
		free(values->items[i]);
	free(values->items);
	*values = (struct sshd_values){ 0 };
}

bool
sshd_candidates_refine(struct sshd_search *search)
{
	const struct sshd_cell *cell = search->cell;
	bool groups = search->wild & 1u << SSHD_BY_GROUP && !search->people_known;
	for (int i = 0; i < SSHD_BY_KNOWN_COUNT; i++) {
		enum sshd_criterion kind = (enum sshd_criterion)i;
		struct sshd_values patterns = { 0 };
		if ((search->wild & 1u << kind) == 0 ||
			(kind == SSHD_BY_GROUP && search->people_known))
			continue;
		collect(search, kind, cell->inside, cell->inside_count, &patterns);
		collect(search, kind, cell->outside, cell->outside_count, &patterns);
		struct sshd_texts texts = { 0 };
		if (patterns.count <= PATTERNS_MAX)
			texts = sshd_texts_find(patterns.items, patterns.count,
				VALUES_MAX, search->budget);
		for (size_t k = 0; k < texts.count; k++)
			add_text(search, kind, texts.items[k]);
		search->complete = search->complete && texts.complete;
		sshd_texts_free(&texts);
		free_values(&patterns);
	}
	if (groups)
		add_groups(search);
	return search->wild != 0;
}

void
sshd_candidates_free(struct sshd_search *search)
{
	for (int i = 0; i < SSHD_BY_KNOWN_COUNT; i++)
		free_values(&search->values[i]);
	free_values(&search->groups);
	free_values(&search->people);
}
