/* What several kinds ask alike: whether something is started often enough. */
#ifndef POLICY_KINDS_SCHEDULE_H
#define POLICY_KINDS_SCHEDULE_H

#include "policy/kinds/kind.h"
#include "policy/models/shell/shell_text.h"

extern const char *const schedule_frequencies[]; /* "hourly", ...; NULL at the end */

/* What must be started. */
struct schedule_wanted {
	const char *command; /* an extended regular expression that matches the program
				of a command, or from there on, or of one in a script
				that is started */
	const char *const *programs; /* instead: one of these is started, by whatever
					path; NULL ends */
	bool (*is_idle)(const struct shell_command *command); /* of the programs: whether
					it does nothing by its options; NULL: never */
};

/* A finding, and its only one, about SUBJECT: whether cron, anacron or a timer starts
 * what is WANTED at least as often as FREQUENCY says, which is one of
 * schedule_frequencies. */
void
schedule_judge(const struct context *context, const char *subject,
	const struct schedule_wanted *wanted, const char *frequency,
	struct findings *findings);

/* Hands each command that one of PROGRAMS (NULL ends) is started by to TAKE, from the
 * program on (its words live as long as the host), by any cron that the host may have or
 * a timer. */
void
schedule_visit(const struct context *context, const char *const *programs,
	void (*take)(void *data, const struct shell_command *command), void *data);

#endif
