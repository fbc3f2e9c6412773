#include "enforcer/recovery.h"

#include <stdlib.h>

#include "base/memory.h"
#include "enforcer/apart.h"
#include "enforcer/errands.h"
#include "enforcer/swaps.h"

/* How each state that a run can be cut short in goes on. */
static const struct {
	enum state after;
	bool backward, forward; /* as swaps_make and swaps_resume have it */
	bool activate;
} ways[STATE_COUNT] = {
	[STATE_INTENT] = { .after = STATE_UNDONE },
	[STATE_COMMITTED] = { .after = STATE_DONE, .forward = true, .activate = true },
	[STATE_UNDOING] = { .after = STATE_UNDONE,
		.backward = true,
		.forward = true,
		.activate = true },
};

/* What is said about it. */
struct ending {
	const char *action, *result; /* the log line */
	const char *words;
};

static bool
is_over(const struct transaction *transaction, const struct trial *trial)
{
	return transaction->end_trial || trial_left(trial) == 0;
}

/* The state that change ID, in STATE, is to go on from; STATE_NONE: it rests. -1 when it
 * can't be told. */
static int
find_way(const struct transaction *transaction, const struct journal *journal,
	unsigned long id, enum state state, enum state *ret_from, struct error *err)
{
	struct trial trial;
	*ret_from = state;
	if (state == STATE_INTENT || state == STATE_UNDOING)
		return 0;
	*ret_from = STATE_NONE;
	if (state != STATE_COMMITTED && state != STATE_TRIAL)
		return 0;
	int on_trial = journal_trial(journal, id, &trial, err);
	if (on_trial < 0)
		return -1;
	/* a trial that was cut short was never announced: back is the safe way */
	if (state == STATE_COMMITTED)
		*ret_from = on_trial == 1 ? STATE_UNDOING : state;
	else if (on_trial == 0 || is_over(transaction, &trial))
		*ret_from = STATE_UNDOING;
	return 0;
}

static struct ending
find_ending(const struct run *run, unsigned long id, enum state before, enum state from)
{
	static const struct ending cut = { "apply", "undone",
		"undone: it had been cut short" };
	if (from == STATE_COMMITTED)
		return (struct ending){ "apply", "done",
			"completed: it had been cut short" };
	/* before there is a line about it nobody was told that it is applied */
	if (!changelog_has(&run->log, id, "apply"))
		return cut;
	if (before == STATE_TRIAL)
		return (struct ending){ "undo", "expired",
			"undone: it was not confirmed in time" };
	return (struct ending){ "undo", "done",
		before == STATE_COMMITTED
			? cut.words
			: "undone to the end: its undo had been cut short" };
}

/* An apart_step from the state HOW; its word names the conflicts. */
static int
finish(const struct run *run, const struct record *record, const void *how,
	char **ret_conflicts, struct error *err)
{
	struct swaps swaps;
	enum state from = *(const enum state *)how;
	swaps_make(record, ways[from].backward, &swaps);
	int status = swaps_resume(
		&swaps, run->root, ways[from].forward, ret_conflicts, err);
	swaps_free(&swaps);
	return status;
}

int
recovery_take(const struct run *run, const struct record *record, enum state from,
	char **ret_conflicts, struct error *err)
{
	const struct errand errand = { .kind = ERRAND_RESUME,
		.id = record->id,
		.how = from,
		.lock = run->journal.fd };
	return run->transaction->errands != NULL
		? errands_run(run->transaction, &errand, ret_conflicts, err)
		: apart_take(run, record, finish, &from, ret_conflicts, err);
}

static int
resume(const struct run *run, unsigned long id, enum state before, enum state from,
	struct error *err)
{
	struct record record;
	autofree char *conflicts = NULL;
	struct error wrong = ERROR_INIT;
	char hash[SHA256_HEX];
	struct ending ending = find_ending(run, id, before, from);
	int loaded = journal_load(&run->journal, id, true, &record, hash, err);
	/* what is done next is done with the record's bytes: they must be the ones logged
	 */
	if (loaded == 0 && !changelog_ties(&run->log, id, hash))
		loaded = error_set(err, "%s/%lu/intent: is not what the log knows of",
			run->journal.path, id);
	if (loaded == 0 && before != from)
		loaded = journal_set_state(&run->journal, id, from, err);
	if (loaded < 0) {
		record_free(&record);
		return -1;
	}
	int status = recovery_take(run, &record, from, &conflicts, err);
	if (status == 0 && ways[from].activate &&
		run_activate(run, &record, &wrong) < 0) {
		run_note(run, wrong.text);
		error_clear(&wrong);
	}
	if (status == 0)
		status = run_log(run, &record, ending.action, ending.result, err);
	if (status == 0)
		status = journal_set_state(&run->journal, id, ways[from].after, err);
	if (status == 0) {
		autofree char *line = memory_printf("change %lu is %s%s%s", id,
			ending.words, conflicts != NULL ? "; " : "",
			conflicts != NULL ? conflicts : "");
		run_note(run, line);
	}
	record_free(&record);
	return status;
}

static int
recover(const struct run *run, unsigned long id, struct error *err)
{
	enum state state, from;
	if (journal_state(&run->journal, id, &state, err) < 0)
		return -1;
	if (state == STATE_NONE)
		return changelog_has(&run->log, id, NULL)
			? error_set(
				  err, "%s/%lu: its state is gone", run->journal.path, id)
			: journal_forget(&run->journal, id, err);
	/* a confirmation that has its line has happened */
	if (state == STATE_TRIAL && changelog_has(&run->log, id, "confirm"))
		return journal_set_state(&run->journal, id, STATE_DONE, err);
	if (find_way(run->transaction, &run->journal, id, state, &from, err) < 0)
		return -1;
	return from == STATE_NONE ? 0 : resume(run, id, state, from, err);
}

int
recovery_run(const struct run *run, struct error *err)
{
	autofree unsigned long *ids = NULL;
	size_t count;
	if (journal_list(&run->journal, &ids, &count, err) < 0)
		return -1;
	for (size_t i = count; i-- > 0;)
		if (recover(run, ids[i], err) < 0)
			return error_prefix(err, "change %lu can't be recovered", ids[i]);
	return 0;
}

int
recovery_pending(const struct transaction *transaction, const struct journal *journal,
	struct error *err)
{
	autofree unsigned long *ids = NULL;
	size_t count;
	if (journal_list(journal, &ids, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		enum state state, from;
		if (journal_state(journal, ids[i], &state, err) < 0 ||
			find_way(transaction, journal, ids[i], state, &from, err) < 0)
			return -1;
		if (state == STATE_NONE || from != STATE_NONE)
			return 1;
	}
	return 0;
}
