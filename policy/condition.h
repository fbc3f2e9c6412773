/* A wanted value: TEXT, or a map with any-of: [..], none-of: [..], min: N, max: N (all
 * given must hold). any-of compares the whole value; none-of the whole value and each
 * part of a list, whose parts are divided by commas or blanks. */
#ifndef POLICY_CONDITION_H
#define POLICY_CONDITION_H

#include <stdbool.h>

#include "base/bytes.h"
#include "policy/value.h"

/* How a kind compares its values; both may be NULL (bytewise; decimal numbers). */
struct comparison {
	/* whether HAVE means the same as WANT, e.g. "without-password" and
	 * "prohibit-password" */
	bool (*same)(const char *subject, const char *want, const char *have);
	/* a number for min and max, e.g. seconds of "2m"; false when HAVE is none */
	bool (*measure)(const char *subject, const char *have, long *ret_number);
};

/* Whether HAVE (a value of SUBJECT, e.g. a keyword) is as WANT says. */
bool
condition_holds(const struct value *want, const char *subject, const char *have,
	const struct comparison *comparison);

/* "no", "one of no, prohibit-password", "at most 4": for people. */
void
condition_describe(const struct value *want, struct buffer *out);

/* A value that satisfies WANT, for a remedy: the text, the first of any-of, max or min.
 * NULL when it names none. */
const char *
condition_example(const struct value *want);

#endif
