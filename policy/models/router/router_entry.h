/* One line of an access list: which packets it is about. Sources: Cisco IOS Security
 * Command Reference, access-list (IP standard), access-list (IP extended), permit (IP),
 * dynamic, evaluate; IP Configuration Guide, "Filtering IP Packets Using Access Lists",
 * for fragments: a line that asks for more than addresses, protocol and type of service
 * is about the later fragments of what it permits too, as far as they show it, and about
 * none of what it denies. */
#ifndef POLICY_MODELS_ROUTER_ENTRY_H
#define POLICY_MODELS_ROUTER_ENTRY_H

#include "policy/models/router/router_cube.h"
#include "policy/models/router/router_group.h"
#include "policy/place.h"

struct router_entry {
	struct place place;
	long sequence;
	bool permits; /* else denies */
	bool is_strange; /* it is not understood: it may permit or deny any packet */
	bool logs;
	char *doubt; /* on what it depends besides that can't be told, so that it is about
			some of these packets at most; NULL: about all of them */
	struct router_cubes cubes;
};

/* Reads the COUNT WORDS from "permit", "deny", "dynamic" or "evaluate" on into ENTRY,
 * whose place and sequence the caller sets; of a standard list when IS_STANDARD. Freed by
 * router_entry_free. */
void
router_entry_read(char *const *words, size_t count, bool is_standard,
	router_group_find *find, void *data, struct router_entry *entry);

void
router_entry_free(struct router_entry *entry);

#endif
