/* The search for a connection, in two halves: sshd_candidates.c makes the values that it
 * tries, sshd_witness.c tries them. */
#ifndef POLICY_MODELS_SSHD_SEARCH_H
#define POLICY_MODELS_SSHD_SEARCH_H

#include "policy/models/sshd/sshd_witness.h"

enum {
	SSHD_UNIT = 64, /* bytes of patterns that are compared for one of the budget */
};

struct sshd_search {
	const struct sshd_config *config;
	const struct sshd_cell *cell;
	struct sshd_values {
		char **items;
		size_t count;
	} values[SSHD_BY_KNOWN_COUNT];
	struct sshd_values groups; /* those that sets are made of */
	struct sshd_values people; /* users, each with the groups at the same place in
				      values[SSHD_BY_GROUP]; when it is known who is in
				      which group */
	size_t set_size; /* no set needs more groups */
	unsigned asked, mentioned; /* by blocks inside, by any; bits as in sshd_witness */
	unsigned wild; /* by those whose patterns have wildcards that samples may miss */
	size_t longest[SSHD_BY_KNOWN_COUNT]; /* name that begins as one of ours */
	int family; /* of addresses; AF_UNSPEC for both */
	bool complete; /* the values stand for all that could be */
	bool names; /* hosts have names: UseDNS; else the address is the name
		       (auth_get_canonical_hostname in canohost.c) */
	bool people_known; /* and somebody asks for a group */
	size_t cost; /* of a comparison with the blocks inside */
	size_t *budget;
	struct sshd_connection connection;
};

/* False when COST can't be afforded: then nothing is certain any more. */
bool
sshd_search_spend(struct sshd_search *search, size_t cost);

/* What a comparison with the block costs. */
size_t
sshd_search_cost(const struct sshd_block *blocks, long index);

/* A connection that no sensible pattern means. */
extern const char *const sshd_candidates_ordinary[SSHD_BY_KNOWN_COUNT];

/* Fills in the values. */
void
sshd_candidates_make(struct sshd_search *search);

/* Adds those that only a closer look at the patterns shows; false when there are none. */
bool
sshd_candidates_refine(struct sshd_search *search);

void
sshd_candidates_free(struct sshd_search *search);

#endif
