/* The words of rsyslog.conf as its grammar takes them, for the parts that read it. */
#ifndef POLICY_MODELS_RSYSLOG_WORDS_H
#define POLICY_MODELS_RSYSLOG_WORDS_H

#include "policy/models/rsyslog/rsyslog_reader.h"

/* The next word, which stays next. */
const struct token *
words_peek(struct reader *reader);

/* The next word is used up. Its text, not its string, stays good. */
void
words_advance(struct reader *reader);

bool
words_is_symbol(const struct token *token, char symbol);

/* Uses the next word up when it is of TYPE; says whether it was. */
bool
words_accept(struct reader *reader, enum token_type type);

bool
words_accept_symbol(struct reader *reader, char symbol);

/* Notes that the next word can't stand here. Returns -1. */
int
words_error(struct reader *reader);

/* One level deeper; reader->depth is the caller's to lower again. -1 when that is too
 * deep: the reader has halted then. */
int
words_enter(struct reader *reader);

/* name="value" pairs up to the closing parenthesis. */
int
words_parameters(struct reader *reader, struct parameters *ret_parameters);

#define autoparameters __attribute__((cleanup(parameters_free)))

/* An expression of operators that bind more strongly than STRENGTH (0: any); all
 * associate to the left. The caller frees it; NULL after a mistake. */
struct expression *
words_expression(struct reader *reader, int strength);

#endif
