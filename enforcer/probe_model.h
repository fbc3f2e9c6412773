/* The running system as the models see it, without a policy. */
#ifndef ENFORCER_PROBE_MODEL_H
#define ENFORCER_PROBE_MODEL_H

#include "policy/kinds/kind.h"

struct probe_model {
	struct policy policy; /* empty */
	struct context context;
};

/* With the lenses LENSES (bits 1u << LENS_X). MODEL must stay where it is; closed by
 * probe_model_close, which must not be called after -1. */
int
probe_model_open(unsigned lenses, struct probe_model *model);

void
probe_model_close(struct probe_model *model);

#endif
