/* What tcpserver does with a client by its rules: as their text says that tcprules would
 * compile, or as the compiled database says. Sources: tcprules.c, rules.c, tcpserver.c of
 * ucspi-tcp 0.88, tcprules(1). It knows IPv4 alone. */
#ifndef POLICY_MODELS_TCPRULES_H
#define POLICY_MODELS_TCPRULES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/table.h"
#include "policy/kinds/kind.h"
#include "policy/place.h"

struct tcprule {
	char *key; /* owned */
	char *data; /* owned: instructions, each ended by a NUL */
	size_t size; /* of data */
	bool denies;
	struct place place; /* of its line; nowhere in a database */
};

struct tcprules {
	struct tcprule **items; /* those that a lookup can find: the first of each key */
	size_t count;
	struct table by_key; /* private */
	size_t bytes; /* private */
	struct place refused; /* the line for which tcprules compiles nothing; nowhere */
	const char *refused_why;
	char *problem; /* why nothing is known; NULL */
};

/* Reads the text FILE as tcprules compiles it: see refused and problem. Freed by
 * tcprules_free. */
void
tcprules_read_text(
	const struct context *context, const char *path, struct tcprules *ret_rules);

/* Reads the database CDB, which must be whole (cdb_is_whole): see problem. Freed by
 * tcprules_free. */
void
tcprules_read_cdb(struct bytes cdb, struct tcprules *ret_rules);

void
tcprules_free(struct tcprules *rules);

/* The rule whose key is KEY, NULL when there is none. */
const struct tcprule *
tcprules_get(const struct tcprules *rules, const char *key);

/* The rule for a client at IP, by its name HOST and what ident says of it, INFO (both
 * NULL where tcpserver knows none); NULL: none, and then it is admitted. */
const struct tcprule *
tcprules_find(
	const struct tcprules *rules, const char *ip, const char *host, const char *info);

/* Whether both do the same, the environment that they set included. */
bool
tcprule_equals(const struct tcprule *a, const struct tcprule *b);

/* What RULE (NULL: none) does, for people: "denied", "admitted", "admitted with
 * RELAYCLIENT=''". The caller frees. */
char *
tcprule_describe(const struct tcprule *rule);

#endif
