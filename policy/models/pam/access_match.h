/* Matching the words of a rule; for policy/models/access_*.c alone. */
#ifndef POLICY_MODELS_ACCESS_MATCH_H
#define POLICY_MODELS_ACCESS_MATCH_H

#include "policy/models/network/hosts.h"
#include "policy/models/network/netgroup.h"
#include "policy/models/pam/access_conf.h"

enum access_match {
	ACCESS_MATCH_NO,
	ACCESS_MATCH_YES,
	ACCESS_MATCH_UNSURE,
};

/* The addresses of a remote host's name are looked up once, for the first word that needs
 * them, and kept: in which family they were looked up decides what the later words see.
 */
enum access_cache {
	ACCESS_CACHE_NONE,
	ACCESS_CACHE_V4,
	ACCESS_CACHE_ANY,
	ACCESS_CACHE_COUNT,
};

/* Where somebody comes from. */
struct access_origin {
	const struct access_conf *conf;
	struct netgroups *netgroups;
	const char *name; /* a terminal, a service, or a remote host's name or address */
	bool is_remote;
	bool is_address;
	struct hosts_address address; /* of IS_ADDRESS */
	struct hosts_list lists[ACCESS_CACHE_COUNT]; /* private: what is kept */
	enum hosts_answer answers[ACCESS_CACHE_COUNT];
	bool is_looked_up[ACCESS_CACHE_COUNT];
};

/* All that is given must outlive it. Freed by access_origin_close. */
void
access_origin_open(const struct access_conf *conf, struct netgroups *netgroups,
	const char *name, bool is_remote, struct access_origin *ret_origin);

void
access_origin_close(struct access_origin *origin);

/* Whether TOKEN names the origin: pam_access.c from_match. *CACHE goes on to the next. */
enum access_match
access_origin_match(
	struct access_origin *origin, const char *token, enum access_cache *cache);

/* What one word of a rule's users means. */
struct access_mention {
	char *token; /* owned */
	enum access_match people_match; /* for those of its list */
	enum access_match other_match; /* for everybody else */
	bool may_mean_strangers; /* users that no entry of the root describes */
	size_t *people; /* indices, ascending */
	size_t count;
	struct access_mention *same_name; /* the next whose name is equal but for case */
};

struct access_mentions {
	struct table by_token; /* exact text -> struct access_mention */
	struct access_mention **items;
	size_t count;
	bool too_many; /* no judgement is made */
	char **names; /* owned: of people that no entry of the root describes */
	size_t name_count;
	struct netgroups netgroups;
};

#endif
