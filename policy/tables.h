/* The key tables of the desired-state file itself, down to the kinds' own. */
#ifndef POLICY_TABLES_H
#define POLICY_TABLES_H

#include "policy/key.h"

struct tables {
	const struct key *policy; /* the top level of a desired-state file */
	const struct key *overlay; /* the top level of an overlay */
	const struct key *control; /* a control: what all have, then a section a kind */
	const struct key *entry; /* an overlay's entry: a control's keys and drop */
};

/* Freed by tables_free. */
struct tables *
tables_new(void);

void
tables_free(struct tables *tables);

/* What a control takes whatever its kind is, and what a waiver is made of. */
extern const struct key common_keys[], waive_keys[];

/* Facts about the host's software, stated for when they can't be found out. */
extern const struct key assume_keys[];

#endif
