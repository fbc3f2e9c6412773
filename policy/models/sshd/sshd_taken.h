/* Which keywords a reading of the configuration has set so far, and what that makes of a
 * line: sshd looks for some mistakes only in a line that it takes. Source:
 * process_server_config_line_depth in servconf.c. */
#ifndef POLICY_MODELS_SSHD_TAKEN_H
#define POLICY_MODELS_SSHD_TAKEN_H

#include "base/table.h"
#include "policy/models/sshd/sshd_keyword.h"

struct sshd_line;

struct sshd_taken {
	bool settings[SSHD_SETTING_COUNT];
	struct table subsystems; /* the names of them -> not NULL */
};

/* Whether a line for the same keyword as LINE (Subsystem: for the same name) was taken.
 */
bool
sshd_taken_has(const struct sshd_taken *taken, const struct sshd_line *line);

void
sshd_taken_add(struct sshd_taken *taken, const struct sshd_line *line);

/* Whether sshd rejects LINE for its mistake, if it has one, in a reading that has TAKEN
 * others before it and in which its block holds when HELD. */
bool
sshd_taken_rejects(
	const struct sshd_taken *taken, const struct sshd_line *line, bool held);

void
sshd_taken_free(struct sshd_taken *taken);

#endif
