#include "enforcer/transaction.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/auditlog.h"
#include "base/memory.h"
#include "enforcer/changelog.h"
#include "enforcer/daemons.h"
#include "enforcer/journal.h"
#include "enforcer/recovery.h"
#include "enforcer/swaps.h"

static void
note(const struct transaction *transaction, const char *line)
{
	if (transaction->note != NULL)
		transaction->note(transaction->data, line);
}

/* note for what does not know of transactions; the caller's may be NULL. */
static void
pass_on(void *transaction, const char *line)
{
	note(transaction, line);
}

static bool
is_live(int root)
{
	struct stat given, live;
	return fstat(root, &given) == 0 && stat("/", &live) == 0 &&
		given.st_dev == live.st_dev && given.st_ino == live.st_ino;
}

/* Opens the root and the journal, takes the lock and recovers. Closed by end. */
static enum outcome
begin(const struct transaction *transaction, bool create, struct run *ret_run,
	struct error *err)
{
	struct run *run = ret_run;
	bool waited;
	*run = (struct run){ .transaction = transaction, .journal = { .fd = -1 } };
	/* a file size limit shall be an error of write(2), not our death */
	signal(SIGXFSZ, SIG_IGN);
	/* each mode is given as it shall be; of /var and /var/lib, which may have to be
	 * made, others need theirs */
	umask(022);
	run->root = open(transaction->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (run->root < 0) {
		error_set(err, "%s: %s", transaction->root, strerror(errno));
		return OUTCOME_NOT_RUN;
	}
	run->live = is_live(run->root);
	int opened = journal_open(
		run->root, transaction->journal, create, &run->journal, err);
	if (opened == 1)
		error_set(err, "%s: there is no journal, so nothing to undo",
			run->journal.path);
	if (opened == 1)
		return OUTCOME_REFUSED;
	if (opened < 0 || journal_lock(&run->journal, &waited, err) < 0)
		return OUTCOME_NOT_RUN;
	if (waited)
		note(transaction, "another holdfast was at work; it is done");
	/* a log that can't be continued must be known before anything changes */
	if (changelog_read(&run->journal, &run->log, err) < 0 ||
		recovery_run(run, err) < 0)
		return OUTCOME_NOT_RUN;
	return OUTCOME_DONE;
}

static void
end(struct run *run)
{
	changelog_free(&run->log);
	journal_close(&run->journal);
	if (run->root >= 0)
		close(run->root);
}

void
run_note(const struct run *run, const char *line)
{
	note(run->transaction, line);
}

int
run_activate(const struct run *run, const struct record *record, struct error *err)
{
	if (!run->live)
		return 0;
	autofree struct change *items = memory_new(record->count, sizeof *items);
	struct changes changes = { items, record->count };
	for (size_t i = 0; i < record->count; i++)
		items[i] = record->files[i].change;
	return daemons_activate(&changes, pass_on, (void *)run->transaction, err);
}

/* Appends to the log and sends the audit records. */
int
run_log(const struct run *run, const struct record *record, const char *action,
	const char *result, struct error *err)
{
	struct record again;
	char hash[SHA256_HEX], head[SHA256_HEX];
	bool sent = true, undo = strcmp(action, "undo") == 0;
	int status = journal_load(&run->journal, record->id, false, &again, hash, err);
	record_free(&again);
	if (status == 0)
		status = changelog_append(
			&run->journal, record, hash, action, result, head, err);
	if (status < 0)
		return -1;
	for (size_t i = 0; i < record->count && sent; i++) {
		const struct change *change = &record->files[i].change;
		sent = auditlog_send(undo, run->transaction->root, change->file,
			       change->controls, head, strcmp(result, "done") == 0) == 0;
	}
	if (!sent) {
		autofree char *line = memory_printf(
			"no audit record could be sent (%s)", strerror(errno));
		run_note(run, line);
	}
	return 0;
}

/* Between these no signal ends us: each would leave work for recovery. */
static void
hold_signals(sigset_t *ret_before)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, ret_before);
}

static void
release_signals(const sigset_t *before)
{
	sigprocmask(SIG_SETMASK, before, NULL);
}

/* The states of one direction: while files change, when all have, when none has after
 * all. */
struct way {
	bool backward;
	enum state progress, after, failed;
};

static const struct way way_apply = { false, STATE_INTENT, STATE_COMMITTED,
	STATE_INTENT };
static const struct way way_undo = { true, STATE_UNDOING, STATE_UNDOING, STATE_DONE };
static const struct way way_give_up = { true, STATE_UNDOING, STATE_UNDOING,
	STATE_UNDOING };

/* Swaps all files; what fails is taken back. */
static int
swap_files(const struct run *run, const struct record *record, const struct way *way,
	struct swaps *swaps, bool *ret_conflict, bool *ret_stuck, struct error *err)
{
	const struct journal *journal = &run->journal;
	if (swaps_prepare(swaps, run->root, ret_conflict, err) < 0 ||
		swaps_exchange(swaps, ret_conflict, ret_stuck, err) < 0)
		return -1;
	if (way->after == way->progress ||
		journal_set_state(journal, record->id, way->after, err) == 0)
		return 0;
	/* the new state may be on the disk: it must be gone before the files are */
	struct error again = ERROR_INIT;
	if (journal_set_state(journal, record->id, way->progress, &again) < 0 ||
		swaps_back(swaps, &again) < 0) {
		*ret_stuck = true;
		error_prefix(err, "%s; and before", again.text);
	}
	error_clear(&again);
	return -1;
}

/* Carries RECORD out as one. After OUTCOME_REFUSED and OUTCOME_UNDONE all files are as
 * they were; after OUTCOME_NOT_RUN recovery has work. */
static enum outcome
swap_all(const struct run *run, const struct record *record, const struct way *way,
	struct error *err)
{
	struct swaps swaps;
	struct error litter = ERROR_INIT;
	sigset_t signals;
	bool conflict = false, stuck = false;
	swaps_make(record, way->backward, &swaps);
	hold_signals(&signals);
	int status = swap_files(run, record, way, &swaps, &conflict, &stuck, err);
	if (status == 0 && swaps_settle(&swaps, &litter) < 0)
		run_note(run, litter.text);
	if (status < 0 && !stuck && way->failed != way->progress &&
		journal_set_state(&run->journal, record->id, way->failed, err) < 0)
		stuck = true;
	release_signals(&signals);
	swaps_free(&swaps);
	error_clear(&litter);
	if (status == 0)
		return OUTCOME_DONE;
	if (!stuck)
		return conflict ? OUTCOME_REFUSED : OUTCOME_UNDONE;
	error_prefix(
		err, "the change is not finished; the next run completes or undoes it");
	return OUTCOME_NOT_RUN;
}

/* Undoes what was committed because its activation failed, and activates again. */
static enum outcome
undo_activation(const struct run *run, const struct record *record, struct error *err)
{
	struct error again = ERROR_INIT;
	if (journal_set_state(&run->journal, record->id, STATE_UNDOING, err) < 0)
		return OUTCOME_NOT_RUN;
	enum outcome outcome = swap_all(run, record, &way_give_up, &again);
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
	if (daemons_validate(transaction->root, run->live, changes, pass_on,
		    (void *)transaction, err) < 0)
		return OUTCOME_REFUSED;
	if (record_make(run->root, changes, transaction->policy_sha256, &record, err) <
		0) {
		outcome = OUTCOME_REFUSED;
	} else if (journal_begin(&run->journal, changelog_newest(&run->log), &record,
			   err) == 0) {
		outcome = swap_all(run, &record, &way_apply, err);
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
	enum outcome outcome = begin(transaction, true, &run, err);
	if (outcome == OUTCOME_DONE)
		outcome = apply(&run, changes, ret_id, err);
	end(&run);
	return outcome;
}

static bool
share_a_file(const struct record *a, const struct record *b, const char **ret_file)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t k = 0; k < b->count; k++)
			if (strcmp(a->files[i].change.file, b->files[k].change.file) ==
				0) {
				*ret_file = a->files[i].change.file;
				return true;
			}
	return false;
}

/* A later change of the same file must be undone first: its version is the one that is
 * there.
 */
static enum outcome
check_order(const struct journal *journal, const struct record *record,
	const unsigned long *ids, size_t count, struct error *err)
{
	for (size_t i = count; i-- > 0 && ids[i] > record->id;) {
		enum state state;
		struct record later;
		const char *file;
		if (journal_state(journal, ids[i], &state, err) < 0)
			return OUTCOME_NOT_RUN;
		if (state != STATE_DONE)
			continue;
		int status = journal_load(journal, ids[i], false, &later, NULL, err);
		bool shared = status == 0 && share_a_file(record, &later, &file);
		if (shared)
			error_set(err,
				"change %lu changed %s after change %lu: undo %lu first",
				ids[i], file, record->id, ids[i]);
		record_free(&later);
		if (status < 0 || shared)
			return OUTCOME_REFUSED;
	}
	return OUTCOME_DONE;
}

/* Whether the record with HASH is the one that the log says was applied. */
static int
check_logged(const struct journal *journal, const struct changelog *log, unsigned long id,
	const char *hash, struct error *err)
{
	if (!changelog_has(log, id, "apply"))
		return error_set(
			err, "%s/log: knows nothing of change %lu", journal->path, id);
	if (!changelog_ties(log, id, hash))
		return error_set(err, "%s/%lu/intent: is not what the log knows of",
			journal->path, id);
	return 0;
}

/* Finds the change to undo and loads it. */
static enum outcome
choose(const struct journal *journal, const struct changelog *log, const char *id,
	struct record *ret_record, struct error *err)
{
	char hash[SHA256_HEX];
	autofree unsigned long *ids = NULL;
	size_t count;
	long wanted = 0;
	enum state state = STATE_NONE;
	*ret_record = (struct record){ 0 };
	if (id != NULL && text_number(id, 1, 999999999, &wanted, err) < 0) {
		error_prefix(err, "a change is named by its number");
		return OUTCOME_REFUSED;
	}
	if (journal_list(journal, &ids, &count, err) < 0)
		return OUTCOME_NOT_RUN;
	for (size_t i = count; i-- > 0;) {
		if (id != NULL && ids[i] != (unsigned long)wanted)
			continue;
		if (journal_state(journal, ids[i], &state, err) < 0)
			return OUTCOME_NOT_RUN;
		if (state == STATE_DONE) {
			if (journal_load(journal, ids[i], true, ret_record, hash, err) <
					0 ||
				check_logged(journal, log, ids[i], hash, err) < 0)
				return OUTCOME_REFUSED;
			return check_order(journal, ret_record, ids, count, err);
		}
		if (id != NULL) {
			error_set(err, "change %ld is %s", wanted,
				state == STATE_UNDONE ? "undone already"
						      : "not finished: run apply or undo "
							"without a number first");
			return OUTCOME_REFUSED;
		}
	}
	if (id != NULL)
		error_set(err, "there is no change %ld", wanted);
	else
		error_set(err, "there is no change that is not undone");
	return OUTCOME_REFUSED;
}

enum outcome
transaction_undo(const struct transaction *transaction, const char *id, struct error *err)
{
	struct run run;
	struct record record = { 0 };
	enum outcome outcome = begin(transaction, false, &run, err);
	if (outcome == OUTCOME_DONE)
		outcome = choose(&run.journal, &run.log, id, &record, err);
#ifndef PLANT_UNDO_ORDER
	/* the state leaves done before the first file changes: a run cut short goes on
	 * undoing */
	if (outcome == OUTCOME_DONE &&
		journal_set_state(&run.journal, record.id, STATE_UNDOING, err) < 0)
		outcome = OUTCOME_NOT_RUN;
#endif
	if (outcome == OUTCOME_DONE)
		outcome = swap_all(&run, &record, &way_undo, err);
	if (outcome == OUTCOME_UNDONE)
		outcome = OUTCOME_REFUSED; /* the undo was undone: nothing is changed */
	if (outcome == OUTCOME_DONE) {
		struct error wrong = ERROR_INIT;
		int activated = run_activate(&run, &record, &wrong);
		if (run_log(&run, &record, "undo", "done", err) < 0 ||
			journal_set_state(&run.journal, record.id, STATE_UNDONE, err) < 0)
			outcome = OUTCOME_NOT_RUN;
		if (activated < 0) {
			error_set(err, "the files are as before, but %s", wrong.text);
			outcome = OUTCOME_NOT_RUN;
		}
		error_clear(&wrong);
	}
	record_free(&record);
	end(&run);
	return outcome;
}

enum outcome
transaction_undo_preview(const struct transaction *transaction, const char *id,
	char **ret_id, struct changes *ret_changes, struct error *err)
{
	struct journal journal = { .fd = -1 };
	struct record record = { 0 };
	enum outcome outcome = OUTCOME_NOT_RUN;
	*ret_id = NULL;
	*ret_changes = (struct changes){ 0 };
	int root = open(transaction->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0) {
		error_set(err, "%s: %s", transaction->root, strerror(errno));
		return OUTCOME_NOT_RUN;
	}
	int opened = journal_open(root, transaction->journal, false, &journal, err);
	if (opened == 1) {
		error_set(
			err, "%s: there is no journal, so nothing to undo", journal.path);
		outcome = OUTCOME_REFUSED;
	} else if (opened == 0) {
		struct changelog log;
		if (changelog_read(&journal, &log, err) == 0)
			outcome = choose(&journal, &log, id, &record, err);
		changelog_free(&log);
	}
	if (outcome == OUTCOME_DONE) {
		*ret_id = memory_printf("%lu", record.id);
		ret_changes->items = memory_new(record.count, sizeof *ret_changes->items);
		for (size_t i = record.count; i-- > 0;) {
			struct change *from = &record.files[i].change;
			struct change *to = &ret_changes->items[ret_changes->count++];
			*to = (struct change){ .action = from->action == CHANGE_CREATE
					? CHANGE_REMOVE
					: from->action == CHANGE_REMOVE ? CHANGE_CREATE
									: CHANGE_REPLACE,
				.file = memory_text(from->file),
				.old_data = from->new_data,
				.old_size = from->new_size,
				.new_data = from->old_data,
				.new_size = from->old_size,
				.mode = from->mode,
				.controls = memory_text(from->controls) };
			memcpy(to->old_sha256, record.files[i].new_sha256, SHA256_HEX);
			from->old_data = from->new_data = NULL;
		}
	}
	record_free(&record);
	journal_close(&journal);
	close(root);
	return outcome;
}

enum outcome
transaction_recover(const struct transaction *transaction, struct error *err)
{
	struct run run;
	int pending = transaction_pending(transaction, err);
	if (pending != 1)
		return pending == 0 ? OUTCOME_DONE : OUTCOME_NOT_RUN;
	enum outcome outcome = begin(transaction, false, &run, err);
	end(&run);
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
