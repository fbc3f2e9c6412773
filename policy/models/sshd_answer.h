/* The value that a setting has for a connection, and which line makes it so. */
#ifndef POLICY_MODELS_SSHD_ANSWER_H
#define POLICY_MODELS_SSHD_ANSWER_H

#include "policy/models/sshd_config.h"

struct sshd_answer {
	char *value; /* owned, in compared form; NULL: it can't be told, reason says why
		      */
	const char *reason;
	const struct sshd_line *line; /* what decides; NULL: the default */
	const struct sshd_line *shadowed; /* a line that says otherwise, without effect */
	size_t adding; /* lines that make the value together */
};

/* The value of SETTING in CONFIG for CONNECTION; NULL: for one in no Match block (but
 * Match all). Before 8.7 KbdInteractiveAuthentication is on also when
 * ChallengeResponseAuthentication is (sshd.c). */
struct sshd_answer
sshd_answer_find(const struct sshd_config *config, enum sshd_setting setting,
	const struct sshd_connection *connection);

/* The value that sshd starts with, before any connection. */
struct sshd_answer
sshd_answer_at_start(const struct sshd_config *config, enum sshd_setting setting);

void
sshd_answer_free(struct sshd_answer *answer);

#endif
