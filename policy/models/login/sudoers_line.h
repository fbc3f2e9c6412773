/* The lines of a sudoers file and the words of a line. Source: sudoers(5); sudo 1.9
 * plugins/sudoers/toke.l. */
#ifndef POLICY_MODELS_SUDOERS_LINE_H
#define POLICY_MODELS_SUDOERS_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* The line at *AT of TEXT, continuations joined, without a comment and without blanks at
 * its ends; *AT moves behind it. *ret_start: where it begins. The caller frees. NULL at
 * the end. */
char *
sudoers_line_next(struct bytes text, size_t *at, size_t *ret_start);

enum sudoers_token {
	SUDOERS_END,
	SUDOERS_WORD,
	SUDOERS_COMMA,
	SUDOERS_EQUALS,
	SUDOERS_COLON,
	SUDOERS_OPEN,
	SUDOERS_CLOSE,
	SUDOERS_BANG,
};

struct sudoers_words {
	const char *rest; /* of the line; borrowed */
	enum sudoers_token token; /* the one that was read last */
	struct buffer word; /* of SUDOERS_WORD, without quotes and backslashes */
};

/* Reads the next token. */
void
sudoers_words_next(struct sudoers_words *words);

void
sudoers_words_free(struct sudoers_words *words);

#endif
