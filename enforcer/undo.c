#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "enforcer/transaction.h"
#include "enforcer/way.h"

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
		if (state != STATE_DONE && state != STATE_TRIAL)
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

/* Finds the change to undo and loads it; *ret_state is the state it is in. */
static enum outcome
choose(const struct journal *journal, const struct changelog *log, const char *id,
	struct record *ret_record, enum state *ret_state, struct error *err)
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
		*ret_state = state;
		if (state == STATE_DONE || state == STATE_TRIAL) {
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
	enum state state;
	enum outcome outcome = run_begin(transaction, false, &run, err);
	if (outcome == OUTCOME_DONE)
		outcome = choose(&run.journal, &run.log, id, &record, &state, err);
	if (outcome == OUTCOME_DONE)
		run_look(&run, &record);
	/* the state leaves done before the first file changes: a run cut short goes on
	 * undoing */
	if (outcome == OUTCOME_DONE &&
		journal_set_state(&run.journal, record.id, STATE_UNDOING, err) < 0)
		outcome = OUTCOME_NOT_RUN;
	if (outcome == OUTCOME_DONE)
		outcome = way_go(&run, &record,
			state == STATE_TRIAL ? WAY_UNDO_TRIAL : WAY_UNDO, err);
	if (outcome == OUTCOME_UNDONE)
		outcome = OUTCOME_REFUSED; /* the undo was undone: nothing is changed */
	if (outcome == OUTCOME_DONE) {
		struct error wrong = ERROR_INIT;
		int activated = run_activate(&run, &record, &wrong);
		if (run_log(&run, &record, "undo", "done", err) < 0 ||
			journal_set_state(&run.journal, record.id, STATE_UNDONE, err) < 0)
			outcome = OUTCOME_NOT_RUN;
		else
			run_stop_timer(&run, record.id);
		if (activated < 0) {
			error_set(err, "the files are as before, but %s", wrong.text);
			outcome = OUTCOME_NOT_RUN;
		}
		error_clear(&wrong);
	}
	record_free(&record);
	run_end(&run);
	return outcome;
}

enum outcome
transaction_undo_preview(const struct transaction *transaction, const char *id,
	char **ret_id, struct changes *ret_changes, struct error *err)
{
	struct journal journal = { .fd = -1 };
	struct record record = { 0 };
	enum state state;
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
		error_set(err, "%s: there is no journal: nothing was changed here",
			journal.path);
		outcome = OUTCOME_REFUSED;
	} else if (opened == 0) {
		struct changelog log;
		if (changelog_read(&journal, &log, err) == 0)
			outcome = choose(&journal, &log, id, &record, &state, err);
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
