/* What the next run does about one that was cut short. Doing it twice changes nothing. */
#ifndef ENFORCER_RECOVERY_H
#define ENFORCER_RECOVERY_H

#include "enforcer/run.h"

/* An intent without its commit is undone, what was committed is activated, an undo that
 * was begun is finished; a trial whose time is up is undone, and one that was cut short
 * before it was announced; a file that somebody changed since stays and is noted. -1 when
 * something stands in the way, or the journal is not what the log knows of: then nothing
 * new may be begun. */
int
recovery_run(const struct run *run, struct error *err);

/* What it has done apart (apart.h): brings the files of RECORD from the state FROM to
 * where they belong. *ret_conflicts (caller frees, NULL: none) names those that stay as
 * somebody else left them. */
int
recovery_take(const struct run *run, const struct record *record, enum state from,
	char **ret_conflicts, struct error *err);

/* Whether recovery_run would have anything to do: 1 or 0, or -1. Writes nothing. */
int
recovery_pending(const struct transaction *transaction, const struct journal *journal,
	struct error *err);

#endif
