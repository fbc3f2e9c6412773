/* All clients there can be, in regions: addresses for which one rule decides, or none,
 * as far as no name and no ident decides before it. */
#ifndef POLICY_MODELS_TCPRULES_REGIONS_H
#define POLICY_MODELS_TCPRULES_REGIONS_H

#include "policy/models/network/tcprules.h"

struct tcprules_region {
	char prefix[16]; /* an address, or a prefix that ends in a dot, or "" for all */
	const struct tcprule *rule; /* what decides; NULL: none does */
	const struct tcprule *other; /* one that decides otherwise for a client of the
					region, by its name or its ident; NULL */
	const char *mark; /* the innermost mark that it lies in; NULL */
};

/* Whether TEXT is an IPv4 address as tcpserver writes it, or a prefix of one that ends in
 * a dot. */
bool
tcprules_is_prefix(const char *text);

/* Calls SEE for each region by RULES, the outer one before those within it, which are not
 * part of it. MARKS (addresses and prefixes) divide regions too. */
void
tcprules_walk(const struct tcprules *rules, const char *const *marks, size_t count,
	void (*see)(void *data, const struct tcprules_region *region), void *data);

#endif
