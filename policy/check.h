/* Judges values by key tables. */
#ifndef POLICY_CHECK_H
#define POLICY_CHECK_H

#include <stdbool.h>

#include "policy/control.h"
#include "policy/key.h"

/* Where a value stands: "sshd.settings" in messages. */
struct path {
	const struct path *above; /* NULL at the top */
	const char *name;
};

/* Whether SECTION is a map as KEYS say; everything that is wrong with it goes into
 * PROBLEMS. PARTIAL: nothing is required, as in an overlay, which only states what
 * differs. PATH may be NULL. */
bool
check_section(const struct value *section, const struct key *keys,
	const struct path *path, bool partial, struct problems *problems);

/* The same for the top level of a file, but the items of its list LIST are only looked at
 * as far as that they are maps: they are judged one by one. */
bool
check_top(const struct value *section, const struct key *keys, const char *list,
	struct problems *problems);

/* Takes out of SECTION all that is not as KEYS say; names that they don't know are passed
 * over. Returns whether something was taken out; *ret_sound: whether what is left is as
 * they say, with all that is required. Reports nothing. */
bool
check_prune(struct value *section, const struct key *keys, bool *ret_sound);

/* " (did you mean X?)" where one of NAMES (NULL-terminated) is near WORD, else "". The
 * caller frees. */
char *
check_suggestion(
	const struct problems *problems, const char *word, const char *const *names);

/* The row of NAME in KEYS, NULL when there is none. */
const struct key *
check_key(const struct key *keys, const char *name);

/* Whether TEXT is a day of the calendar, written YYYY-MM-DD. */
bool
check_date(const char *text);

/* What a setting that is not plain text may hold: see condition.h. */
extern const struct key condition_keys[];

#endif
