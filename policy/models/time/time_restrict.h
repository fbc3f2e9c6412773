/* ntpd's lines of restrict, as far as they have it drop what a source answers; for
 * time_ntp.c alone. */
#ifndef POLICY_MODELS_TIME_RESTRICT_H
#define POLICY_MODELS_TIME_RESTRICT_H

#include "base/table.h"
#include "policy/models/time/time_reader.h"

struct time_restrictions {
	struct place shut, unpeered; /* lines about many hosts; no file: none is there */
	bool source_is_open, source_is_peered; /* by "restrict source" */
	struct table open_hosts, shut_hosts; /* by the names of single hosts */
};

void
time_restrict(struct time_restrictions *restrictions, struct time_daemon *daemon,
	const struct time_line *line);

/* Puts in doubt each source of DAEMON whose answers may be dropped. */
void
time_restrict_judge(
	const struct time_restrictions *restrictions, struct time_daemon *daemon);

void
time_restrict_free(struct time_restrictions *restrictions);

#endif
