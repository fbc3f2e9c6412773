#include "enforcer/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "enforcer/changelog.h"

static bool
belongs(const json_t *line, unsigned long id)
{
	return json_integer_value(json_object_get(line, "id")) == (json_int_t)id;
}

/* Whether the log tells of ID what its state says. */
static bool
agrees(const struct changelog *log, unsigned long id, enum state state)
{
	const char *action = "", *result = "";
	for (size_t i = 0; i < log->count; i++) {
		if (!belongs(log->lines[i], id))
			continue;
		action = changelog_text(log->lines[i], "action");
		result = changelog_text(log->lines[i], "result");
	}
	bool applied = strcmp(action, "apply") == 0, done = strcmp(result, "done") == 0;
	bool confirmed = strcmp(action, "confirm") == 0;
	bool waits = strcmp(result, "unconfirmed") == 0;
	/* the line about a confirmation comes before its state */
	if (state == STATE_TRIAL)
		return (applied && waits) || confirmed;
	if (state == STATE_DONE)
		return (applied && done) || confirmed;
	return strcmp(action, "undo") == 0 || (applied && !done && !waits);
}

/* 1: as it should be; 0: not finished yet; -1 with *err. */
static int
verify_change(const struct journal *journal, const struct changelog *log,
	unsigned long id, struct error *err)
{
	enum state state;
	struct record record;
	char hash[SHA256_HEX];
	if (journal_state(journal, id, &state, err) < 0)
		return -1;
	/* what a run left that died before it changed anything has no line */
	if (state == STATE_NONE && !changelog_has(log, id, NULL))
		return 0;
	if (state == STATE_NONE)
		return error_set(err, "%s/%lu: its state is gone", journal->path, id);
	bool finished = state == STATE_DONE || state == STATE_UNDONE ||
		state == STATE_TRIAL;
	bool pruned = finished && journal_is_pruned(journal, id);
	int status = journal_load(journal, id, !pruned, &record, hash, err);
	record_free(&record);
	if (status < 0)
		return -1;
	if (!changelog_ties(log, id, hash))
		return error_set(err, "%s/%lu/intent: is not what the log knows of",
			journal->path, id);
	if (finished && !changelog_has(log, id, "apply"))
		return error_set(err, "%s/log: does not tell how change %lu was made",
			journal->path, id);
	if (finished && !agrees(log, id, state))
		return error_set(err, "%s/%lu/state: says %s, the log does not",
			journal->path, id, state_name(state));
	return finished;
}

static bool
holds_head(const struct changelog *log, const char *head)
{
	for (size_t i = 0; i < log->count; i++)
		if (strcmp(changelog_text(log->lines[i], "hash"), head) == 0)
			return true;
	return false;
}

/* Whether every change that the log tells of is still in the journal. */
static int
verify_presence(const struct journal *journal, const struct changelog *log,
	const unsigned long *ids, size_t count, struct error *err)
{
	for (size_t i = 0; i < log->count; i++) {
		bool there = false;
		for (size_t k = 0; k < count && !there; k++)
			there = belongs(log->lines[i], ids[k]);
		if (!there)
			return error_set(err, "%s: change %lld of the log is gone",
				journal->path,
				(long long)json_integer_value(
					json_object_get(log->lines[i], "id")));
	}
	return 0;
}

int
verify_journal(const struct journal *journal, const char *head, struct error *err)
{
	struct changelog log;
	autofree unsigned long *ids = NULL;
	size_t count = 0, open = 0;
	int status = changelog_read(journal, &log, err) < 0 ? 1 : 0;
	if (status == 0 && journal_list(journal, &ids, &count, err) < 0)
		status = 3;
	if (status == 0 && verify_presence(journal, &log, ids, count, err) < 0)
		status = 1;
	for (size_t i = 0; status == 0 && i < count; i++) {
		int one = verify_change(journal, &log, ids[i], err);
		open += one == 0;
		status = one < 0 ? 1 : 0;
	}
	if (status == 0 && head != NULL && !holds_head(&log, head)) {
		error_set(err, "%s/log: holds no line with the hash %s", journal->path,
			head);
		status = 1;
	}
	if (status == 0) {
		printf("%zu line%s, %zu change%s: whole. Head: %s\n", log.count,
			log.count == 1 ? "" : "s", count, count == 1 ? "" : "s",
			log.head[0] != '\0' ? log.head : "none");
		if (log.torn)
			puts("The last line was cut short by a crash; the next change "
			     "drops it.");
		if (open > 0)
			puts("A run was cut short; the next apply or undo completes or "
			     "undoes it.");
	}
	changelog_free(&log);
	return status;
}
