/* Finds a connection that is in some Match blocks and not in others: the counter-example.
 */
#ifndef POLICY_MODELS_SSHD_WITNESS_H
#define POLICY_MODELS_SSHD_WITNESS_H

#include "policy/models/sshd/sshd_config.h"

enum sshd_witness_result {
	SSHD_WITNESS_FOUND,
	SSHD_WITNESS_NEVER, /* there can be no such connection */
	SSHD_WITNESS_UNSURE, /* it can't be told */
};

struct sshd_witness {
	enum sshd_witness_result result;
	struct sshd_connection connection; /* FOUND: points into the memory of own */
	char *own[SSHD_BY_KNOWN_COUNT];
	unsigned asked; /* bits 1u << enum sshd_criterion that matter of it */
};

/* The connections that are in all blocks INSIDE (none: in any case) and in none of those
 * OUTSIDE. Borrowed. */
struct sshd_cell {
	const long *inside;
	size_t inside_count;
	const long *outside;
	size_t outside_count;
};

/* About a microsecond each: what the searches for one setting may cost at most. */
enum { SSHD_WITNESS_BUDGET = 2000000 };

/* Looks for a connection in CELL. What it costs is taken from *BUDGET; when that is used
 * up the result is UNSURE. Freed by sshd_witness_free. */
struct sshd_witness
sshd_witness_find(
	const struct sshd_config *config, const struct sshd_cell *cell, size_t *budget);

/* "user=backup address=10.0.0.1": what matters of it, or "any connection". The caller
 * frees. */
char *
sshd_witness_describe(const struct sshd_witness *witness);

void
sshd_witness_free(struct sshd_witness *witness);

#endif
