/* How libpam goes through the steps of a phase and what comes out. Source: Linux-PAM
 * 1.5.2 libpam/pam_dispatch.c _pam_dispatch_aux; the same from 1.1 to 1.7. Not modelled:
 * pam_setcred and pam_close_session, which go the way again that authentication and the
 * opened session went, and PAM_INCOMPLETE's return to where it was. */
#ifndef POLICY_MODELS_PAM_FLOW_H
#define POLICY_MODELS_PAM_FLOW_H

#include <stdint.h>

#include "policy/models/pam/pam_stack.h"

/* What libpam returns for PHASE when each module that is asked returns what RETURNS says
 * (0 to PAM_VALUE_COUNT - 1; any other number is an answer that libpam takes for a
 * failure). RETURNS is called for the modules that are asked alone, in order. */
int
pam_flow_run(const struct pam_phase *phase,
	int (*returns)(const struct pam_step *step, void *data), void *data);

/* A set of values that a module may return: bit 1u << VALUE. */
#define PAM_VALUES_ALL UINT32_MAX

/* What libpam may return for PHASE when each step may return any of its VALUES, an item a
 * step, whatever the others return. Exact but for the values that only an application
 * would tell apart: success, new_authtok_reqd and ignore are told, for any other value
 * all of them stand. */
uint32_t
pam_flow_outcomes(const struct pam_phase *phase, const uint32_t *values);

/* Which steps are asked on some way: the caller frees; an item a step. */
bool *
pam_flow_reached(const struct pam_phase *phase, const uint32_t *values);

/* The index of the step that a jump from the step AT over COUNT (1 or more) lines leads
 * to: a substack counts as one line, lines of included files count by themselves.
 * *ret_is_beyond: its stack has less lines, and it refuses. */
size_t
pam_flow_jump(const struct pam_phase *phase, size_t at, int count, bool *ret_is_beyond);

/* A step on the way to an outcome. */
struct pam_event {
	size_t step; /* its index in the phase */
	int value; /* what it returned */
	int action; /* what its control made of that */
	size_t next; /* the index of the step that comes after it; the count at the end */
};

/* One way to an outcome among OUTCOMES: the modules asked, in order. The caller frees
 * it. *ret_count is 0, and NULL returned, when there is none. */
struct pam_event *
pam_flow_way(const struct pam_phase *phase, const uint32_t *values, uint32_t outcomes,
	size_t *ret_count);

#endif
