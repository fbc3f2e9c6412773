/* Overlays: what differs from a policy on some host, laid over it before it is used. */
#ifndef POLICY_OVERLAY_H
#define POLICY_OVERLAY_H

#include "policy/check.h"
#include "policy/tables.h"

/* A control of the policy while overlays are laid over it. */
struct draft {
	struct value *control; /* in the policy's document */
	const char *id; /* NULL when it has no valid one */
	bool bad; /* has problems: not to be built */
	bool changed, dropped;
};

struct drafts {
	struct draft *items; /* in the order of the policy */
	size_t count;
	struct draft **sorted; /* those with a valid id, by id; each id once */
	const char **ids; /* their ids, NULL-terminated */
	size_t sorted_count;
};

/* NULL when no control has this ID. */
struct draft *
drafts_find(const struct drafts *drafts, const char *id);

/* Lays OVERLAY, a file's root, over POLICY, the root that DRAFTS stand in. Values move
 * from the one to the other; what is wrong in an entry is reported and the entry left
 * out. */
void
overlay_lay(struct value *overlay, struct value *policy, const struct tables *tables,
	struct drafts *drafts, struct problems *problems);

#endif
