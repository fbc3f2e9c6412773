#include "enforcer/transaction.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "enforcer/confirm.h"
#include "enforcer/recovery.h"
#include "enforcer/way.h"

/* Undoes what was committed because its activation failed, and activates again. */
static enum outcome
undo_activation(const struct run *run, const struct record *record, struct error *err)
{
	struct error again = ERROR_INIT;
	if (journal_set_state(&run->journal, record->id, STATE_UNDOING, err) < 0)
		return OUTCOME_NOT_RUN;
	enum outcome outcome = way_go(run, record, WAY_GIVE_UP, &again);
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
	run_stop_timer(run, record->id);
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

static int
check_no_trial(const struct run *run, struct error *err)
{
	unsigned long id;
	struct trial trial;
	int found = confirm_find(&run->journal, &id, &trial, err);
	if (found == 1)
		error_set(err, "change %lu is on trial: confirm it or undo it first", id);
	return found == 0 ? 0 : -1;
}

/* Whatever becomes of us from here on, somebody sees to the end of the trial. */
static enum outcome
start_timer(const struct run *run, const struct record *record, struct error *err)
{
	autofree char *line = NULL;
	if (run->transaction->trial == 0 || !run->live)
		return OUTCOME_DONE;
	if (run_start_timer(run, record->id, run->transaction->trial, &line, err) < 0)
		return OUTCOME_REFUSED;
	run_note(run, line);
	return OUTCOME_DONE;
}

/* Nothing is changed: what is left is a word about it. */
static void
log_failure(const struct run *run, const struct record *record, enum outcome outcome)
{
	struct error wrong = ERROR_INIT;
	const char *result = outcome == OUTCOME_REFUSED ? "refused" : "undone";
	if (run_log(run, record, "apply", result, &wrong) < 0 ||
		journal_set_state(&run->journal, record->id, STATE_UNDONE, &wrong) < 0)
		run_note(run, wrong.text);
	else
		run_stop_timer(run, record->id);
	error_clear(&wrong);
}

/* Whoever is logged in now can't confirm what was changed before. */
static int
keep_logins(const struct run *run, const struct record *record, struct error *err)
{
	autobuffer struct buffer logins = { 0 };
	run->transaction->logins(&logins);
	return journal_put_logins(&run->journal, record->id,
		(struct bytes){ logins.data, logins.size }, err);
}

/* The files are changed: the daemons are told, and the journal. */
static enum outcome
bring_into_force(const struct run *run, const struct record *record, struct error *err)
{
	bool on_trial = run->transaction->trial > 0;
	if (run_activate(run, record, err) < 0 ||
		(on_trial && keep_logins(run, record, err) < 0))
		return undo_activation(run, record, err);
	if (run_log(run, record, "apply", on_trial ? "unconfirmed" : "done", err) == 0 &&
		journal_set_state(&run->journal, record->id,
			on_trial ? STATE_TRIAL : STATE_DONE, err) == 0)
		return OUTCOME_DONE;
	error_prefix(err,
		"the files are changed, but the journal is not complete; the next run %s",
		on_trial ? "undoes the change" : "completes it");
	return OUTCOME_NOT_RUN;
}

static enum outcome
apply(struct run *run, const struct changes *changes, char **ret_id, struct error *err)
{
	struct record record;
	struct trial trial;
	enum outcome outcome = OUTCOME_NOT_RUN;
	const struct transaction *transaction = run->transaction;
	bool on_trial = transaction->trial > 0;
	if (check_files(changes, err) < 0 || check_no_trial(run, err) < 0)
		return OUTCOME_REFUSED;
	if (run_validate(run, changes, err) < 0)
		return OUTCOME_REFUSED;
	if (record_make(run->root, changes, transaction->policy_sha256, &record, err) <
			0 ||
		(on_trial && trial_make(transaction->trial, &trial, err) < 0)) {
		outcome = OUTCOME_REFUSED;
	} else if (journal_begin(&run->journal, changelog_newest(&run->log), &record,
			   on_trial ? &trial : NULL, err) == 0) {
		run_look(run, &record);
		outcome = start_timer(run, &record, err);
		if (outcome == OUTCOME_DONE)
			outcome = way_go(run, &record, WAY_APPLY, err);
		if (outcome == OUTCOME_REFUSED || outcome == OUTCOME_UNDONE)
			log_failure(run, &record, outcome);
		else if (outcome == OUTCOME_DONE)
			outcome = bring_into_force(run, &record, err);
		*ret_id = memory_printf("%lu", record.id);
	}
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
		pending = recovery_pending(transaction, &journal, err);
	journal_close(&journal);
	close(root);
	return pending;
}
