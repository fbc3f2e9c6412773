/* What a loaded policy stands on: the files' bytes and the values read from them. Private
 * to the loader; a policy and its problems each hold a reference. */
#ifndef POLICY_STORE_H
#define POLICY_STORE_H

#include "policy/control.h"

struct document {
	char *name; /* as the user named the file; positions point at it */
	struct bytes bytes; /* owned */
	struct value root;
};

struct policy_store {
	unsigned references;
	struct document *documents; /* the policy, then the overlays; never grows */
	size_t count;
	struct waiver *waivers; /* room for one a control */
};

struct problem {
	struct position at; /* line 0: the file as a whole */
	char *text;
	size_t order; /* of adding */
};

struct policy_store *
store_new(size_t document_count);

struct policy_store *
store_reference(struct policy_store *store);

/* Drops a reference, and the store with the last one. NULL is fine. */
void
store_release(struct policy_store *store);

#endif
