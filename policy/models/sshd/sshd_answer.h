/* The value that a setting has for a connection, and which line makes it so. */
#ifndef POLICY_MODELS_SSHD_ANSWER_H
#define POLICY_MODELS_SSHD_ANSWER_H

#include "policy/models/sshd/sshd_config.h"

struct sshd_answer {
	char *value; /* owned, in compared form; NULL: it can't be told, reason says why
		      */
	const char *reason;
	const struct sshd_line *line; /* what decides; NULL: the default */
	const struct sshd_line *shadowed; /* a line that says otherwise, without effect */
	size_t adding; /* lines that make the value together */
	bool at_start; /* sshd starts with it, and no Match block changes it */
};

/* The value of SETTING in CONFIG for CONNECTION; NULL: for one in no Match block (but
 * Match all). Before 8.7 KbdInteractiveAuthentication is on also when
 * ChallengeResponseAuthentication is (sshd.c). */
struct sshd_answer
sshd_answer_find(const struct sshd_config *config, enum sshd_setting setting,
	const struct sshd_connection *connection);

/* The same for connections that are in the COUNT blocks INSIDE, and in no other block
 * with a line that matters for SETTING. */
struct sshd_answer
sshd_answer_within(const struct sshd_config *config, enum sshd_setting setting,
	const long *inside, size_t count);

/* Whether more than one line may make the value of SETTING: those of every block that
 * holds count. */
bool
sshd_answer_adds(const struct sshd_keyword *keyword);

/* Whether LINE matters for the value of KEYWORD in CONFIG. */
bool
sshd_answer_uses(const struct sshd_config *config, const struct sshd_keyword *keyword,
	const struct sshd_line *line);

/* The value that sshd starts with, before any connection. */
struct sshd_answer
sshd_answer_at_start(const struct sshd_config *config, enum sshd_setting setting);

/* The line for which sshd, though it starts, ends CONNECTION (NULL: as above) when it
 * reads the Match blocks for it; NULL when there is none. */
const struct sshd_line *
sshd_answer_refused(const struct sshd_config *config,
	const struct sshd_connection *connection, const char **ret_reason);

void
sshd_answer_free(struct sshd_answer *answer);

#endif
