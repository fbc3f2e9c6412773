/* All the files of a change, swapped as one: every new file is made beside its target
 * before the first is put in place, and nothing is removed before all are. */
#ifndef ENFORCER_SWAPS_H
#define ENFORCER_SWAPS_H

#include "enforcer/record.h"
#include "enforcer/replace.h"

struct swaps {
	struct swap *items; /* in the order in which they are done */
	struct replacement *replacements;
	size_t count;
	size_t prepared, exchanged; /* how many got so far */
};

/* The files of RECORD from old to new, or with BACKWARD from new to old, in reverse.
 * Borrows from RECORD. Freed by swaps_free. */
void
swaps_make(const struct record *record, bool backward, struct swaps *ret_swaps);

/* Makes all new files beside their targets, and checks that the targets are what they
 * were. After -1 all is as before, *ret_conflict tells whether somebody else's change is
 * why. */
int
swaps_prepare(struct swaps *swaps, int root, bool *ret_conflict, struct error *err);

/* Puts all in place, durably. After -1 all is as before, but for what somebody else
 * changed meanwhile, unless *ret_stuck: then *err says what could not be put back. */
int
swaps_exchange(
	struct swaps *swaps, bool *ret_conflict, bool *ret_stuck, struct error *err);

/* After swaps_exchange: all as before, but for what somebody else changed meanwhile. */
int
swaps_back(struct swaps *swaps, struct error *err);

/* Removes what was displaced. After -1 all files are right, but litter is left. */
int
swaps_settle(struct swaps *swaps, struct error *err);

/* Where a run of these swaps was cut short: completes them (FORWARD) or has all as
 * before, and removes the litter. A file that somebody else changed since stays as it is
 * and is named in *ret_conflicts (caller frees; NULL when none). -1 when a file could not
 * be brought there. */
int
swaps_resume(struct swaps *swaps, int root, bool forward, char **ret_conflicts,
	struct error *err);

void
swaps_free(struct swaps *swaps);

#endif
