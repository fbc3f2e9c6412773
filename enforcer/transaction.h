/* The only writer: carries out changes so that a crash at any point leaves each file old
 * or new, and the next run finishes or undoes. The steps are those of the section "How a
 * file is changed" in CONTRIBUTING.md: steps 7 to 9 are replace.h's and swaps.h's, the
 * states journal.h's, what follows a crash recovery.h's. */
#ifndef ENFORCER_TRANSACTION_H
#define ENFORCER_TRANSACTION_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/error.h"
#include "enforcer/change.h"
#include "enforcer/trial.h"

struct errands;

/* These are exit statuses too. */
enum outcome {
	OUTCOME_DONE = 0,
	OUTCOME_REFUSED = 1, /* refused or in conflict; nothing is changed */
	OUTCOME_UNDONE = 2, /* undone after a failure */
	OUTCOME_NOT_RUN = 3, /* could not run */
};

struct transaction {
	const char *root;
	const char *journal; /* directory outside or inside the root; NULL:
				ROOT/var/lib/holdfast */
	const char *policy_sha256; /* goes into the log */
	unsigned trial; /* for apply: seconds within which it must be confirmed; 0: it
			   need not be */
	void (*logins)(struct buffer *out); /* with TRIAL: login_list, but in tests */
	bool in_place; /* for who traces it: files are changed by this process, not by one
			  of their own that can do nothing else: see apart.h */
	struct errands *errands; /* NULL: this process does all itself; see errands.h */
	bool end_trial; /* recovery undoes what is on trial, however much time it has */
	/* tells the caller what happens, one line each ("validated by sshd -t", "sshd
	 * reloaded", "not validated by the daemon"); may be NULL */
	void (*note)(void *data, const char *line);
	void *data;
};

/* Recovers first, then applies CHANGES as one. *ret_id (caller frees) names the change
 * for undo. Refused while another change is on trial. */
enum outcome
transaction_apply(const struct transaction *transaction, const struct changes *changes,
	char **ret_id, struct error *err);

/* What undoing ID (NULL: the newest change that is not undone) would change, for showing.
 */
enum outcome
transaction_undo_preview(const struct transaction *transaction, const char *id,
	char **ret_id, struct changes *ret_changes, struct error *err);

enum outcome
transaction_undo(
	const struct transaction *transaction, const char *id, struct error *err);

/* The change that is on trial: 1, 0 when there is none, or -1. One that is being applied
 * counts too. Takes no lock. */
int
transaction_on_trial(const struct transaction *transaction, unsigned long *ret_id,
	struct trial *ret_trial, struct error *err);

/* Confirms the change that is on trial: it stays. LOGIN is the caller's as login_own has
 * it; refused when it was there already when the trial began, and when the time is up. */
enum outcome
transaction_confirm(const struct transaction *transaction, const char *login,
	unsigned long *ret_id, struct error *err);

/* Completes or undoes a run that was cut short, and undoes what was not confirmed in
 * time, as the others do first. Does nothing, and makes no journal, where there is
 * nothing to do. */
enum outcome
transaction_recover(const struct transaction *transaction, struct error *err);

/* Whether a run was cut short or a trial's time is up, so that the next apply or undo
 * will recover: 1, 0, or -1 with *err. Writes nothing. */
int
transaction_pending(const struct transaction *transaction, struct error *err);

#endif
