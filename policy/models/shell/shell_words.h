/* The tokens of a shell's text: words without their quotes, and operators. Redirections
 * are put aside, comments are left out, and variables that the text itself has set to
 * plain words are put in. Source: POSIX, Shell Command Language, 2.2 to 2.7. */
#ifndef POLICY_MODELS_SHELL_WORDS_H
#define POLICY_MODELS_SHELL_WORDS_H

#include "base/bytes.h"

enum {
	SHELL_VARIABLES_MAX = 50, /* more are taken for none */
};

struct shell_words {
	struct bytes input; /* borrowed */
	size_t at; /* behind the token */
	enum {
		SHELL_END,
		SHELL_WORD,
		SHELL_OPERATOR,
	} token;
	const char *text; /* of the token; until the next */
	bool is_quoted; /* in part at least: a word that means itself */
	bool is_expanded; /* it holds an expansion that is not followed, as it stands */
	bool is_cut; /* the input goes on, and is not followed */
	size_t start; /* of the token */
	size_t last; /* behind the token before */
	struct buffer redirections; /* before the token, since the caller emptied it: of
				       each '<', '>' or '&' (of ">&1"), its target, and a
				       NUL */
	struct buffer buffer; /* private, as the rest */
	size_t shown; /* of the buffer: words that an expansion made come one by one */
	struct shell_variable {
		char *name, *value;
	} variables[SHELL_VARIABLES_MAX];
	size_t variable_count;
};

/* Moves to the next token, the first of fresh WORDS that have their input alone. */
void
shell_words_next(struct shell_words *words);

/* Sets a variable by ASSIGNMENT, "NAME=VALUE". */
void
shell_words_set(struct shell_words *words, const char *assignment);

void
shell_words_free(struct shell_words *words);

#endif
