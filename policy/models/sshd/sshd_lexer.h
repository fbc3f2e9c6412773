/* How sshd cuts a line of its configuration into keyword and words, by version. Sources:
 * load_server_config and process_server_config_line_depth in servconf.c, strdelim and
 * argv_split in misc.c. Before 8.7 there is no comment after a value, a `=` may stand
 * between any two words, and single quotes and backslashes mean nothing. */
#ifndef POLICY_MODELS_SSHD_LEXER_H
#define POLICY_MODELS_SSHD_LEXER_H

#include <stddef.h>

#include "base/bytes.h"
#include "base/error.h"

enum { SSHD_WORDS_MAX = 4096 };

struct sshd_words {
	char *keyword; /* NULL: the line is blank, a comment, or ignored */
	char **items;
	size_t count;
	char *rest; /* all after the keyword, as some keywords and Match read it */
	size_t keyword_start; /* offsets in the line */
	size_t start, end; /* the span of the words; of the rest of the line when there
			      are none */
};

/* Cuts LINE (without its newline). Returns -1 with *err when sshd rejects it whatever the
 * keyword. Freed by sshd_words_free also then. */
int
sshd_lexer_split(
	struct bytes line, int version, struct sshd_words *ret_words, struct error *err);

void
sshd_words_free(struct sshd_words *words);

/* The next word of *TEXT, which is changed and advanced: blanks, one `=` and double
 * quotes end it. NULL at the end or when a quote is not closed; then *TEXT is NULL.
 * (strdelim) */
char *
sshd_lexer_next(char **text);

#endif
