#include "enforcer/transaction.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "enforcer/daemons.h"
#include "enforcer/recovery.h"
#include "enforcer/way.h"

/* Undoes what was committed because its activation failed, and activates again. */
static enum outcome
undo_activation(const struct run *run, const struct record *record, struct error *err)
{
	struct error again = ERROR_INIT;
	if (journal_set_state(&run->journal, record->id, STATE_UNDOING, err) < 0)
		return OUTCOME_NOT_RUN;
	enum outcome outcome = way_go(run, record, &WAY_GIVE_UP, &again);
	if (outcome != OUTCOME_DONE) {
		error_prefix(err, "%s; and before", again.text);
		error_clear(&again);
		return OUTCOME_NOT_RUN;
	}
	if (run_activate(run, record, &again) < 0)
		error_prefix(err, "undone, but %s; and before", again.text);
	error_clear(&again);
	if (run_log(run, record, "apply", "undone", err) < 0 ||
		journal_set_state(&run->journal, record->id, STATE_UNDONE, err) < 0)
		return OUTCOME_NOT_RUN;
	return OUTCOME_UNDONE;
}

/* The journal is no file to be changed, whatever a plan says. */
static int
check_files(const struct changes *changes, struct error *err)
{
	for (size_t i = 0; i < changes->count; i++)
		if (strncmp(changes->items[i].file, JOURNAL_DEFAULT "/",
			    strlen(JOURNAL_DEFAULT "/")) == 0)
			return error_set(
				err, "%s: is holdfast's own", changes->items[i].file);
	return 0;
}

static enum outcome
apply(const struct run *run, const struct changes *changes, char **ret_id,
	struct error *err)
{
	struct record record;
	enum outcome outcome = OUTCOME_NOT_RUN;
	struct error wrong = ERROR_INIT;
	const struct transaction *transaction = run->transaction;
	if (check_files(changes, err) < 0)
		return OUTCOME_REFUSED;
	if (daemons_validate(transaction->root, run->live, changes, run_pass_on,
		    (void *)run, err) < 0)
		return OUTCOME_REFUSED;
	if (record_make(run->root, changes, transaction->policy_sha256, &record, err) <
		0) {
		outcome = OUTCOME_REFUSED;
	} else if (journal_begin(&run->journal, changelog_newest(&run->log), &record,
			   err) == 0) {
		outcome = way_go(run, &record, &WAY_APPLY, err);
		if (outcome == OUTCOME_REFUSED || outcome == OUTCOME_UNDONE) {
			/* nothing is changed: what is left is a word about it */
			if (run_log(run, &record, "apply",
				    outcome == OUTCOME_REFUSED ? "refused" : "undone",
				    &wrong) < 0 ||
				journal_set_state(&run->journal, record.id, STATE_UNDONE,
					&wrong) < 0)
				run_note(run, wrong.text);
		} else if (outcome == OUTCOME_DONE &&
			run_activate(run, &record, err) < 0) {
			outcome = undo_activation(run, &record, err);
		} else if (outcome == OUTCOME_DONE &&
			(run_log(run, &record, "apply", "done", err) < 0 ||
				journal_set_state(
					&run->journal, record.id, STATE_DONE, err) < 0)) {
			error_prefix(err,
				"the files are changed, but the journal is not "
				"complete; the next run completes it");
			outcome = OUTCOME_NOT_RUN;
		}
		*ret_id = memory_printf("%lu", record.id);
	}
	error_clear(&wrong);
	record_free(&record);
	return outcome;
}

enum outcome
transaction_apply(const struct transaction *transaction, const struct changes *changes,
	char **ret_id, struct error *err)
{
	struct run run;
	*ret_id = NULL;
	enum outcome outcome = run_begin(transaction, true, &run, err);
	if (outcome == OUTCOME_DONE)
		outcome = apply(&run, changes, ret_id, err);
	run_end(&run);
	return outcome;
}

enum outcome
transaction_recover(const struct transaction *transaction, struct error *err)
{
	struct run run;
	int pending = transaction_pending(transaction, err);
	if (pending != 1)
		return pending == 0 ? OUTCOME_DONE : OUTCOME_NOT_RUN;
	enum outcome outcome = run_begin(transaction, false, &run, err);
	run_end(&run);
	return outcome;
}

int
transaction_pending(const struct transaction *transaction, struct error *err)
{
	struct journal journal = { .fd = -1 };
	int root = open(transaction->root, O_PATH | O_DIRECTORY | O_CLOEXEC),
	    pending = -1;
	if (root < 0)
		return error_set(err, "%s: %s", transaction->root, strerror(errno));
	int opened = journal_open(root, transaction->journal, false, &journal, err);
	if (opened == 1)
		pending = 0;
	else if (opened == 0)
		pending = recovery_pending(&journal, err);
	journal_close(&journal);
	close(root);
	return pending;
}
