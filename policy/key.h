/* Key tables: what a section of the desired-state file may hold. One table makes the
 * parser's checks, the JSON Schema, the manual's list and the error messages. */
#ifndef POLICY_KEY_H
#define POLICY_KEY_H

#include <stdbool.h>

enum key_type {
	KEY_TEXT,
	KEY_NUMBER, /* min..max */
	KEY_CHOICE, /* one of choices */
	KEY_TEXTS, /* a list of texts; each one of choices when there are choices */
	KEY_DATE, /* YYYY-MM-DD */
	KEY_SECTION, /* a map with the keys of .keys */
	KEY_SETTINGS, /* a map from any of .choices (compared without case) to a
			 condition: see condition.h */
};

struct key {
	const char *name; /* NULL ends a table */
	enum key_type type;
	bool required;
	bool many; /* KEY_SECTION: one section or a list of them; KEY_TEXT: one text or a
		      list */
	bool none; /* many: an empty list is no mistake, it allows nothing */
	bool filled; /* KEY_TEXTS: an empty list is a mistake, it would ask for nothing */
	const char *help; /* one line; the manual and the schema print it */
	const char *example; /* for the manual; may be NULL */
	const char *otherwise; /* what holds when the key is absent, for people; may be
				  NULL */
	const char *const *choices; /* NULL-terminated */
	const struct key *keys;
	long min, max; /* both 0: any number from 0 on */
};

#endif
