/* A change is carried out one way, from old to new, or the other, with the states that
 * the journal goes through meanwhile. */
#ifndef ENFORCER_WAY_H
#define ENFORCER_WAY_H

#include "enforcer/run.h"

struct way {
	bool backward;
	/* while files change, when all have, when none has after all */
	enum state progress, after, failed;
};

extern const struct way WAY_APPLY;
extern const struct way WAY_UNDO; /* of a change in STATE_DONE */
/* An apply that is not wanted after all, from STATE_UNDOING. */
extern const struct way WAY_GIVE_UP;

/* Carries RECORD out as one. After OUTCOME_REFUSED and OUTCOME_UNDONE all files are as
 * they were; after OUTCOME_NOT_RUN recovery has work. */
enum outcome
way_go(const struct run *run, const struct record *record, const struct way *way,
	struct error *err);

#endif
