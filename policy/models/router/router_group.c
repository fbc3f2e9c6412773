#include "policy/models/router/router_group.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/router/router_names.h"

enum { ITEMS_MAX = 100000 };

bool
router_address_read(const char *word, uint32_t *ret_address)
{
	struct in_addr address;
	if (inet_pton(AF_INET, word, &address) != 1)
		return false;
	*ret_address = ntohl(address.s_addr);
	return true;
}

bool
router_address_network(const char *word, struct router_address *ret_network)
{
	const char *slash = strchr(word, '/');
	autofree char *address = memory_copy(
		word, slash != NULL ? (size_t)(slash - word) : strlen(word));
	long length = slash != NULL ? router_names_plain(slash + 1, 32) : 32;
	*ret_network = (struct router_address){ 0 };
	if (strcmp(word, "any") == 0)
		return true;
	if (length < 0 || !router_address_read(address, &ret_network->value))
		return false;
	ret_network->care = length > 0 ? UINT32_MAX << (32 - length) : 0;
	ret_network->value &= ret_network->care;
	return true;
}

static void
group_add(struct router_group *group, uint32_t address, uint32_t care)
{
	group->items = memory_grow(group->items, group->count, sizeof *group->items);
	group->items[group->count++] = (struct router_address){ address & care, care };
}

/* The addresses FIRST to LAST, in as few networks as there can be. */
static void
group_add_range(struct router_group *group, uint32_t first, uint32_t last)
{
	for (uint64_t at = first; at <= last;) {
		unsigned bits = at == 0 ? 32 : (unsigned)__builtin_ctzll(at);
		while ((1ull << bits) - 1 > last - at)
			bits--;
		group_add(group, (uint32_t)at, bits == 32 ? 0 : UINT32_MAX << bits);
		at += 1ull << bits;
	}
}

static bool
group_include(struct router_group *group, struct router_group *other)
{
	if (other == NULL || other == group || other->is_strange ||
		group->count + other->count > ITEMS_MAX)
		return false;
	other->is_used = true;
	for (size_t i = 0; i < other->count; i++)
		group_add(group, other->items[i].value, other->items[i].care);
	return true;
}

bool
router_group_take(char *const *words, size_t count, router_group_find *find, void *data,
	struct router_group *group)
{
	uint32_t a, b;
	if (strcasecmp(words[0], "description") == 0)
		return true;
	if (count == 1 && strcasecmp(words[0], "any") == 0) {
		group_add(group, 0, 0);
		return true;
	}
	if (count == 2 && strcasecmp(words[0], "group-object") == 0)
		return group_include(group, find(data, words[1]));
	if (count == 2 && strcasecmp(words[0], "host") == 0 &&
		router_address_read(words[1], &a)) {
		group_add(group, a, UINT32_MAX);
		return true;
	}
	if (count == 3 && strcasecmp(words[0], "range") == 0 &&
		router_address_read(words[1], &a) && router_address_read(words[2], &b) &&
		a <= b) {
		group_add_range(group, a, b);
		return true;
	}
	if (count != 2 || !router_address_read(words[0], &a) ||
		!router_address_read(words[1], &b) || (~b & (~b + 1)) != 0)
		return false;
	group_add(group, a, b);
	return true;
}

void
router_group_free(struct router_group *group)
{
	free(group->items);
	free(group->name);
	*group = (struct router_group){ 0 };
}
