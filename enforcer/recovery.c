#include "enforcer/recovery.h"

#include <stdlib.h>

#include "base/memory.h"
#include "enforcer/swaps.h"

/* How each state that a run can be cut short in goes on. */
static const struct {
	const char *action, *result; /* the log line */
	const char *said;
	enum state after;
	bool backward, forward; /* as swaps_make and swaps_resume have it */
	bool activate;
} ways[STATE_COUNT] = {
	[STATE_INTENT] = { "apply", "undone", "undone: it had been cut short",
		.after = STATE_UNDONE },
	[STATE_COMMITTED] = { "apply", "done", "completed: it had been cut short",
		.after = STATE_DONE, .forward = true, .activate = true },
	[STATE_UNDOING] = { "undo", "done",
		"undone to the end: its undo had been cut short", .after = STATE_UNDONE,
		.backward = true, .forward = true, .activate = true },
};

static int
resume(const struct run *run, unsigned long id, enum state state, struct error *err)
{
	struct record record;
	struct swaps swaps;
	autofree char *conflicts = NULL;
	struct error wrong = ERROR_INIT;
	char hash[SHA256_HEX];
	int loaded = journal_load(&run->journal, id, true, &record, hash, err);
	/* what is done next is done with the record's bytes: they must be the ones logged
	 */
	if (loaded == 0 && !changelog_ties(&run->log, id, hash))
		loaded = error_set(err, "%s/%lu/intent: is not what the log knows of",
			run->journal.path, id);
	if (loaded < 0) {
		record_free(&record);
		return -1;
	}
	swaps_make(&record, ways[state].backward, &swaps);
	int status = swaps_resume(
		&swaps, run->root, ways[state].forward, &conflicts, err);
	swaps_free(&swaps);
	if (status == 0 && ways[state].activate &&
		run_activate(run, &record, &wrong) < 0) {
		run_note(run, wrong.text);
		error_clear(&wrong);
	}
	if (status == 0)
		status = run_log(
			run, &record, ways[state].action, ways[state].result, err);
	if (status == 0)
		status = journal_set_state(&run->journal, id, ways[state].after, err);
	if (status == 0) {
		autofree char *line = memory_printf("change %lu is %s%s%s", id,
			ways[state].said, conflicts != NULL ? "; " : "",
			conflicts != NULL ? conflicts : "");
		run_note(run, line);
	}
	record_free(&record);
	return status;
}

int
recovery_run(const struct run *run, struct error *err)
{
	autofree unsigned long *ids = NULL;
	size_t count;
	if (journal_list(&run->journal, &ids, &count, err) < 0)
		return -1;
	for (size_t i = count; i-- > 0;) {
		enum state state;
		int status = journal_state(&run->journal, ids[i], &state, err);
		if (status == 0 && state == STATE_NONE)
			status = changelog_has(&run->log, ids[i], NULL)
				? error_set(err, "%s/%lu: its state is gone",
					  run->journal.path, ids[i])
				: journal_forget(&run->journal, ids[i], err);
		else if (status == 0 && ways[state].said != NULL)
			status = resume(run, ids[i], state, err);
		if (status < 0)
			return error_prefix(err, "change %lu can't be recovered", ids[i]);
	}
	return 0;
}

int
recovery_pending(const struct journal *journal, struct error *err)
{
	autofree unsigned long *ids = NULL;
	size_t count;
	if (journal_list(journal, &ids, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		enum state state;
		if (journal_state(journal, ids[i], &state, err) < 0)
			return -1;
		if (state == STATE_NONE || ways[state].said != NULL)
			return 1;
	}
	return 0;
}
