/* Runs the controls of a policy against a host. */
#ifndef ENFORCER_EVALUATE_H
#define ENFORCER_EVALUATE_H

#include "policy/kinds/kind.h"

struct result {
	const struct control *control;
	enum verdict verdict; /* of the findings; waived when a failing control's waiver
				 holds */
	bool unseen; /* not applicable because only a running host is judged by it, and
			this is none: nothing was looked at */
	struct findings findings;
};

struct evaluation {
	struct result *items; /* in the order of the policy */
	size_t count;
	size_t summary[VERDICT_COUNT];
};

/* Judges the controls named IDS (all when ID_COUNT is 0; the ids were checked before). */
void
evaluate(const struct context *context, const char *const *ids, size_t id_count,
	struct evaluation *ret_evaluation);

/* Whether CONTROL is one of those named IDS, or none is named. */
bool
evaluate_is_chosen(
	const struct control *control, const char *const *ids, size_t id_count);

/* 1 any fail or invalid, else 2 any unknown or manual, else 0. */
int
evaluation_status(const struct evaluation *evaluation);

/* Whether the verdict counts against the host: fail, invalid, unknown or manual. */
bool
evaluation_is_gap(enum verdict verdict);

/* Whether RESULT's control has a waiver that counts, and passes without it. */
bool
evaluation_waiver_is_idle(const struct result *result);

/* Whether RESULT, which is of EVALUATION, counts as a gap by itself. A control that is
 * judged by the verdicts of the others is none where one of these is a gap already. */
bool
evaluation_counts(const struct evaluation *evaluation, const struct result *result);

/* How many of those judged count against the host, and are of that risk. */
size_t
evaluation_gaps(const struct evaluation *evaluation, enum risk risk);

/* How many controls were not looked at, of any risk. */
size_t
evaluation_unseen(const struct evaluation *evaluation);

void
evaluation_free(struct evaluation *evaluation);

#endif
