/* All the values that a setting has, over every connection there can be. */
#ifndef POLICY_MODELS_SSHD_OUTCOME_H
#define POLICY_MODELS_SSHD_OUTCOME_H

#include "policy/models/sshd/sshd_answer.h"
#include "policy/models/sshd/sshd_witness.h"

struct sshd_outcome {
	struct sshd_answer answer;
	long block; /* the Match block whose line decides; SSHD_GLOBAL: none does */
	struct sshd_witness witness; /* a connection for which it is so */
};

struct sshd_outcomes {
	struct sshd_outcome *items;
	size_t count;
	bool more; /* more Match blocks are against it than are looked at */
};

/* What is asked of a setting. */
struct sshd_wish {
	/* whether VALUE is as wanted */
	bool (*holds)(const struct sshd_wish *wish, const char *value);
	enum sshd_setting setting;
	const void *want; /* for holds */
};

/* The outcomes that matter for WISH: one for the connections in no Match block that sets
 * it, if there can be such, and one for each block that decides for some connection and
 * does not say what is wanted. Freed by sshd_outcomes_free. */
struct sshd_outcomes
sshd_outcomes_find(const struct sshd_config *config, const struct sshd_wish *wish);

void
sshd_outcomes_free(struct sshd_outcomes *outcomes);

#endif
