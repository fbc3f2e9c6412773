/* All the values that a setting has, over every connection there can be. */
#ifndef POLICY_MODELS_SSHD_OUTCOME_H
#define POLICY_MODELS_SSHD_OUTCOME_H

#include "policy/models/sshd_answer.h"
#include "policy/models/sshd_witness.h"

struct sshd_outcome {
	struct sshd_answer answer;
	long block; /* the Match block whose line decides; SSHD_GLOBAL: none does */
	struct sshd_witness witness; /* a connection for which it is so */
};

struct sshd_outcomes {
	struct sshd_outcome *items;
	size_t count;
	bool more; /* there are more Match blocks than are looked at */
};

/* The outcomes of SETTING: one for the connections in no Match block that sets it, if
 * there can be such, and one for each block that decides for some connection. What can
 * never happen is left out. Freed by sshd_outcomes_free. */
struct sshd_outcomes
sshd_outcomes_find(const struct sshd_config *config, enum sshd_setting setting);

void
sshd_outcomes_free(struct sshd_outcomes *outcomes);

#endif
