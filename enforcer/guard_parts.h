/* What the parts of the guard share; for enforcer/guard*.c alone. */
#ifndef ENFORCER_GUARD_PARTS_H
#define ENFORCER_GUARD_PARTS_H

#include "enforcer/guard.h"
#include "policy/doors/doors.h"

/* The host as it is and as it is planned. */
struct guard_pair {
	const struct context *before, *after;
	struct plan *plan;
	struct doors_scope scope;
	struct doors olds, news; /* the same doors in the same order */
	struct guard *guard;
};

/* Notes in the plan which control asks for the loss of DOOR. */
void
guard_ask_policy(struct guard_pair *pair, const struct door *door);

/* The control that asks for the loss NAME; NULL. */
const char *
guard_asking_control(const struct plan *plan, const char *name);

/* What is to be thought of the loss of NAME; MAY_BE_ASKED: by a control. */
enum guard_mark
guard_mark_loss(const struct plan *plan, const char *name, bool may_be_asked);

/* Adds one unless NAME is there. Takes REASON; REMEDY may be NULL. */
void
guard_add_loss(struct guard *guard, const char *name, char *reason, const char *remedy);

/* Files of PAM that several services share are changed on request alone. */
void
guard_check_stacks(struct guard_pair *pair);

#endif
