/* What a process of ours answers, as bytes: a number, a word and an error. */
#ifndef ENFORCER_ANSWER_H
#define ENFORCER_ANSWER_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/error.h"

/* Adds the answer. WORD and TEXT, the error's, may be NULL: there is none, as of "". */
void
answer_add(struct buffer *out, int status, const char *word, const char *text);

/* Whether it is all there, to the last NUL, and nothing else. */
bool
answer_is_whole(struct bytes answer);

/* Of a whole one: returns the number. *ret_word (caller frees) is NULL when there is
 * none, *err is set when there is one. */
int
answer_take(struct bytes answer, char **ret_word, struct error *err);

#endif
