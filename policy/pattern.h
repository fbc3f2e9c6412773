/* Extended regular expressions (regex(7)) that a policy gives, and lines of hostile text.
 */
#ifndef POLICY_PATTERN_H
#define POLICY_PATTERN_H

#include <regex.h>
#include <stdbool.h>

#include "policy/control.h"

/* Says in PROBLEMS why TEXT is none. KEY names it there. */
void
pattern_check(const struct value *text, const char *key, struct problems *problems);

/* Whether REGEX matches LINE. A line of more than 64 KiB is not tried, as regexec(3)
 * takes its time: then *ret_unsure is set. */
bool
pattern_matches(const regex_t *regex, struct bytes line, bool *ret_unsure);

/* The offset of the first line of TEXT that REGEX matches, SIZE_MAX when none does;
 * *ret_unsure as above. */
size_t
pattern_find(const regex_t *regex, struct bytes text, bool *ret_unsure);

#endif
