#include "enforcer/way.h"

#include <signal.h>

#include "base/memory.h"
#include "enforcer/apart.h"
#include "enforcer/errands.h"
#include "enforcer/swaps.h"

static const struct step {
	bool backward;
	/* while files change, when all have, when none has after all */
	enum state progress, after, failed;
} steps[WAY_COUNT] = {
	[WAY_APPLY] = { false, STATE_INTENT, STATE_COMMITTED, STATE_INTENT },
	[WAY_UNDO] = { true, STATE_UNDOING, STATE_UNDOING, STATE_DONE },
	[WAY_UNDO_TRIAL] = { true, STATE_UNDOING, STATE_UNDOING, STATE_TRIAL },
	[WAY_GIVE_UP] = { true, STATE_UNDOING, STATE_UNDOING, STATE_UNDOING },
};

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

/* Swaps all files; what fails is taken back. */
static int
swap_files(const struct run *run, const struct record *record, const struct step *way,
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

/* An apart_step that goes the enum way HOW. */
static int
go(const struct run *run, const struct record *record, const void *how, char **ret_word,
	struct error *err)
{
	const struct step *way = &steps[*(const enum way *)how];
	struct swaps swaps;
	struct error litter = ERROR_INIT;
	bool conflict = false, stuck = false;
	swaps_make(record, way->backward, &swaps);
	int status = swap_files(run, record, way, &swaps, &conflict, &stuck, err);
	if (status == 0 && swaps_settle(&swaps, &litter) < 0)
		*ret_word = memory_text(litter.text);
	if (status < 0 && !stuck && way->failed != way->progress &&
		journal_set_state(&run->journal, record->id, way->failed, err) < 0)
		stuck = true;
	swaps_free(&swaps);
	error_clear(&litter);
	if (status == 0)
		return OUTCOME_DONE;
	if (stuck)
		return -1;
	return conflict ? OUTCOME_REFUSED : OUTCOME_UNDONE;
}

int
way_take(const struct run *run, const struct record *record, enum way way,
	char **ret_word, struct error *err)
{
	const struct errand errand = { .kind = ERRAND_FILES,
		.id = record->id,
		.how = way,
		.lock = run->journal.fd };
	return run->transaction->errands != NULL
		? errands_run(run->transaction, &errand, ret_word, err)
		: apart_take(run, record, go, &way, ret_word, err);
}

enum outcome
way_go(const struct run *run, const struct record *record, enum way way,
	struct error *err)
{
	sigset_t signals;
	autofree char *litter = NULL;
	hold_signals(&signals);
	int outcome = way_take(run, record, way, &litter, err);
	release_signals(&signals);
	if (litter != NULL)
		run_note(run, litter);
	if (outcome >= 0)
		return (enum outcome)outcome;
	error_prefix(
		err, "the change is not finished; the next run completes or undoes it");
	return OUTCOME_NOT_RUN;
}
