/* The log of changes: one JSON line for each apply, undo and recovery. It only grows.
 * Each line carries the hash of the one before and its own (of all that stands before it
 * in the line), so a changed byte shows; who can write the journal can write a whole new
 * chain, so the head's hash also goes into the audit record of each change. */
#ifndef ENFORCER_CHANGELOG_H
#define ENFORCER_CHANGELOG_H

#include "enforcer/journal.h"

struct changelog {
	json_t **lines; /* each whole line, parsed */
	size_t count;
	char head[SHA256_HEX]; /* the last line's hash; "" when there is none */
	bool torn; /* the last line was cut short: a run died while it wrote */
};

/* Reads the log and checks the chain. -1 with *err (naming the line) when it does not
 * hold. No log is an empty one. Freed by changelog_free, also after -1. */
int
changelog_read(
	const struct journal *journal, struct changelog *ret_log, struct error *err);

void
changelog_free(struct changelog *log);

/* The text of KEY in LINE, "" when there is none. */
const char *
changelog_text(const json_t *line, const char *key);

/* Whether LOG has a line of ACTION (NULL: of any) for change ID. */
bool
changelog_has(const struct changelog *log, unsigned long id, const char *action);

/* Whether every line about ID was written of the intent that has HASH. */
bool
changelog_ties(const struct changelog *log, unsigned long id, const char *hash);

/* The largest number of a change that LOG tells of; 0 when it tells of none. */
unsigned long
changelog_newest(const struct changelog *log);

/* Appends a line saying that ACTION on RECORD ended with RESULT, unless there is one
 *about that action already. These are
 *
 *	apply	done, undone, refused; unconfirmed: it is on trial
 *	confirm	done
 *	undo	done; expired: it was on trial, and not confirmed in time
 *
 * INTENT_HASH ties the journal's record to
 * the log. *ret_head is the new head. */
int
changelog_append(const struct journal *journal, const struct record *record,
	const char *intent_hash, const char *action, const char *result,
	char ret_head[SHA256_HEX], struct error *err);

#endif
