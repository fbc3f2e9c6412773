/* A change is carried out one way, from old to new, or the other, with the states that
 * the journal goes through meanwhile. */
#ifndef ENFORCER_WAY_H
#define ENFORCER_WAY_H

#include "enforcer/run.h"

enum way {
	WAY_APPLY,
	WAY_UNDO, /* of a change in STATE_DONE */
	WAY_UNDO_TRIAL, /* of one in STATE_TRIAL */
	WAY_GIVE_UP, /* an apply that is not wanted after all, from STATE_UNDOING */
	WAY_COUNT,
};

/* Carries RECORD out as one. After OUTCOME_REFUSED and OUTCOME_UNDONE all files are as
 * they were; after OUTCOME_NOT_RUN recovery has work. */
enum outcome
way_go(const struct run *run, const struct record *record, enum way way,
	struct error *err);

/* What way_go has done apart (apart.h): the outcome, or -1 when recovery has work. */
int
way_take(const struct run *run, const struct record *record, enum way way,
	char **ret_word, struct error *err);

#endif
