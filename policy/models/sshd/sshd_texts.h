/* Which texts a set of patterns tells apart. */
#ifndef POLICY_MODELS_SSHD_TEXTS_H
#define POLICY_MODELS_SSHD_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

struct sshd_texts {
	char **items;
	size_t count;
	bool complete; /* there is one for each set of patterns that some text, and not
			  an empty one, matches while it matches no other of them */
};

/* The texts for PATTERNS (with * and ?, as sshd_pattern_matches has them), at most MAX.
 * What it costs is taken from *BUDGET; when that is used up they are not complete. Freed
 * by sshd_texts_free. */
struct sshd_texts
sshd_texts_find(char *const *patterns, size_t count, size_t max, size_t *budget);

void
sshd_texts_free(struct sshd_texts *texts);

#endif
