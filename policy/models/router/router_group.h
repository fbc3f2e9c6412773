/* Addresses that have a name: object-group network. Source: Cisco IOS Security
 * Configuration Guide, "Object Groups for ACLs". */
#ifndef POLICY_MODELS_ROUTER_GROUP_H
#define POLICY_MODELS_ROUTER_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct router_address {
	uint32_t value, care; /* no value where no care */
};

struct router_group {
	char *name;
	struct router_address *items;
	size_t count;
	bool is_strange; /* a line of it is not understood */
	bool is_used; /* by a line that was read */
};

/* The group called NAME; NULL. */
typedef struct router_group *
router_group_find(void *data, const char *name);

/* Reads a line of the group: COUNT WORDS, one at least. A network has its mask there and
 * no wildcard. False when it is not understood. */
bool
router_group_take(char *const *words, size_t count, router_group_find *find, void *data,
	struct router_group *group);

/* The IPv4 address that WORD is, in the host's order. */
bool
router_address_read(const char *word, uint32_t *ret_address);

/* The same of an address or a network, ADDRESS/LENGTH; "any" is each address. */
bool
router_address_network(const char *word, struct router_address *ret_network);

void
router_group_free(struct router_group *group);

#endif
