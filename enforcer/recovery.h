/* What the next run does about one that was cut short. Doing it twice changes nothing. */
#ifndef ENFORCER_RECOVERY_H
#define ENFORCER_RECOVERY_H

#include "enforcer/changelog.h"
#include "enforcer/journal.h"
#include "enforcer/transaction.h"

/* A transaction at work: root and journal open, the lock taken. */
struct run {
	const struct transaction *transaction;
	int root;
	bool live; /* the root is "/" */
	struct journal journal;
	struct changelog log; /* as it was when the lock was taken: whole */
};

/* These are transaction.c's, for recovery too. */
void
run_note(const struct run *run, const char *line);

/* Activates the daemons that read RECORD's files; 0 when the root is not live. */
int
run_activate(const struct run *run, const struct record *record, struct error *err);

int
run_log(const struct run *run, const struct record *record, const char *action,
	const char *result, struct error *err);

/* An intent without its commit is undone, what was committed is activated, an undo that
 * was begun is finished; a file that somebody changed since stays and is noted. -1 when
 * something stands in the way, or the journal is not what the log knows of: then nothing
 * new may be begun. */
int
recovery_run(const struct run *run, struct error *err);

/* Whether recovery_run would have anything to do: 1 or 0, or -1. Writes nothing. */
int
recovery_pending(const struct journal *journal, struct error *err);

#endif
