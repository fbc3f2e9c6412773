/* What reads a text as a shell: its parts are for each other alone. The grammar
 * (shell_grammar.c) hands simple commands on (shell_take.c), which may hold texts that
 * another shell reads. */
#ifndef POLICY_MODELS_SHELL_READER_H
#define POLICY_MODELS_SHELL_READER_H

#include "policy/models/shell/shell_simple.h"
#include "policy/models/shell/shell_text.h"
#include "policy/models/shell/shell_words.h"

enum { SHELL_DEPTH_MAX = 20 };

struct shell_reader {
	struct host *host;
	struct shell_words words; /* where it stands, and the next token */
	struct shell_commands *commands;
	unsigned depth, top; /* TOP: of a whole line */
	size_t line; /* the first of the commands of the line */
	enum shell_chance ended; /* by exit, or by what may do so */
	bool is_unclear; /* something was not understood */
	bool is_redirected; /* there is a redirection before the token */
	bool has_errexit, has_nounset; /* set -e, set -u */
	unsigned asking; /* conditions, in which set -e does nothing */
	enum shell_user user;
};

/* A shell reads a line as a whole, and refuses it as a whole. REASON is kept as it is. */
void
shell_reader_doubt(struct shell_reader *reader, const char *reason);

/* Moves to the next token. */
void
shell_reader_next(struct shell_reader *reader);

/* What the shell does that comes to this by REACH. */
void
shell_reader_end(
	struct shell_reader *reader, enum shell_chance reach, enum shell_chance ends);

/* Adds what a simple command at START starts. Returns how it ends, as far as that can be
 * told. */
enum shell_chance
shell_take_simple(struct shell_reader *reader, struct shell_simple *simple,
	enum shell_chance reach, size_t start);

/* The same of a program, what starts it dropped. */
enum shell_chance
shell_take_program(struct shell_reader *reader, struct shell_simple *simple,
	enum shell_chance reach, size_t start);

/* Reads the whole text of READER. */
void
shell_take_text(struct shell_reader *reader, enum shell_chance reach);

/* Reads lists up to what ends them, which is the caller's. Returns how the last ends. */
enum shell_chance
shell_read_list(struct shell_reader *reader, enum shell_chance reach);

#endif
