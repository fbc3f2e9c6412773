/* What a module may return: of a few it is certain, of all others any value of libpam's
 * is possible. */
#ifndef POLICY_MODELS_PAM_VALUES_H
#define POLICY_MODELS_PAM_VALUES_H

#include "policy/models/pam/pam_flow.h"

/* Whether STEP asks the distribution's module of that NAME, like "pam_access.so". A path
 * elsewhere is somebody's own. */
bool
pam_values_is(const struct pam_step *step, const char *name);

/* A set for pam_flow_outcomes: what STEP may return when its module is there. */
uint32_t
pam_values_of(const struct pam_step *step);

/* What becomes of VALUES, which STEP may return, on HOST: module_unknown alone where its
 * module is missing. */
uint32_t
pam_values_there(struct host *host, const struct pam_step *step, uint32_t values);

/* The service whose stack STEP runs, which is a pam_stack.so; NULL when it is none. The
 * caller frees. */
char *
pam_values_service(const struct pam_step *step);

#endif
