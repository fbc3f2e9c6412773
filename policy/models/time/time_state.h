/* Whether the clock is kept: asked of the running kernel, or read from what a person
 * recorded with ntpstat(1), chronyc(1) tracking or timedatectl(1) show. */
#ifndef POLICY_MODELS_TIME_STATE_H
#define POLICY_MODELS_TIME_STATE_H

#include "policy/kinds/kind.h"
#include "policy/place.h"
#include "policy/recorded.h"

struct time_state {
	bool is_synchronised;
	bool is_kernels; /* adjtimex(2) said so, which some daemons do not tell */
	long max_error; /* microseconds; -1: not told */
	struct place place; /* in the recorded file; nowhere when asked */
	struct place error_place; /* the same of max_error, by its last part */
	char *problem; /* why nothing is known; NULL */
};

/* Reads RECORDED where the control has it, else asks the kernel when the context's host
 * is the running system. Freed by time_state_free. */
void
time_state_read(const struct context *context, const struct recorded *recorded,
	struct time_state *ret_state);

void
time_state_free(struct time_state *state);

#endif
