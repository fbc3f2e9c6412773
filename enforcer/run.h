/* A transaction at work: root and journal open, the lock taken, what was cut short before
 * recovered. */
#ifndef ENFORCER_RUN_H
#define ENFORCER_RUN_H

#include "enforcer/changelog.h"
#include "enforcer/daemons.h"
#include "enforcer/journal.h"
#include "enforcer/transaction.h"

struct run {
	const struct transaction *transaction;
	int root;
	bool live; /* the root is "/" */
	struct journal journal;
	struct daemons_sight before; /* what run_look saw */
	struct changelog log; /* as it was when the lock was taken: whole */
};

/* Opens the root alone, for whoever has no lock. Closed by run_end, whatever it returns.
 */
int
run_open(const struct transaction *transaction, struct run *ret_run, struct error *err);

/* Opens the root and the journal (made when CREATE), takes the lock and recovers. Closed
 * by run_end, whatever it returns. */
enum outcome
run_begin(const struct transaction *transaction, bool create, struct run *ret_run,
	struct error *err);

void
run_end(struct run *run);

void
run_note(const struct run *run, const char *line);

/* run_note for what does not know of runs. */
void
run_pass_on(void *run, const char *line);

/* As daemons_validate. */
int
run_validate(const struct run *run, const struct changes *changes, struct error *err);

/* Before RECORD's files are changed: sees what the daemons that read them answer. */
void
run_look(struct run *run, const struct record *record);

/* Activates the daemons that read RECORD's files, and sees that none answers worse than
 * before; 0 when the root is not live. */
int
run_activate(const struct run *run, const struct record *record, struct error *err);

/* As timer_start, of a change of the running system. */
int
run_start_timer(const struct run *run, unsigned long id, unsigned seconds,
	char **ret_line, struct error *err);

/* After the end of a trial, or of a change that was none: nobody waits for it any more.
 */
void
run_stop_timer(const struct run *run, unsigned long id);

/* Appends to the log and sends the audit records. */
int
run_log(const struct run *run, const struct record *record, const char *action,
	const char *result, struct error *err);

#endif
