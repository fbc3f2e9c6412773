/* What several kinds ask alike: whether something is started often enough. */
#ifndef POLICY_KINDS_SCHEDULE_H
#define POLICY_KINDS_SCHEDULE_H

#include "policy/kinds/kind.h"

extern const char *const schedule_frequencies[]; /* "hourly", ...; NULL at the end */

/* A finding, and its only one, about SUBJECT: whether cron or a timer starts a command
 * that COMMAND, an extended regular expression, matches, or a script with such a line, at
 * least as often as FREQUENCY says, which is one of schedule_frequencies. */
void
schedule_judge(const struct context *context, const char *subject, const char *command,
	const char *frequency, struct findings *findings);

/* Whether something is started that COMMAND matches, by any cron that the host may have
 * or a timer. */
bool
schedule_finds(const struct context *context, const char *command);

#endif
