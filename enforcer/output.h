/* What every command prints by: errors, colour, and the check that stdout took it all. */
#ifndef ENFORCER_OUTPUT_H
#define ENFORCER_OUTPUT_H

#include <stdbool.h>

#include "base/bytes.h"

enum colour {
	COLOUR_NONE,
	COLOUR_RED,
	COLOUR_GREEN,
	COLOUR_YELLOW,
	COLOUR_BLUE,
	COLOUR_BOLD,
	COLOUR_DIM,
};

/* "holdfast: ..." on stderr, one line, escaped as buffer_escaped does. */
void
output_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether to colour stdout: WHEN (--color, NULL when not given), else NO_COLOR, else
 * whether stdout is a terminal. Source of NO_COLOR: no-color.org. */
bool
output_colours(const char *when);

/* The sequences that begin COLOUR and end any colour; "" when not COLOURED. */
const char *
output_begin(bool coloured, enum colour colour);

const char *
output_end(bool coloured);

/* Adds TEXT (NULL adds nothing) escaped, for a reader's eyes. */
void
output_escaped(struct buffer *out, const char *text);

/* Adds TEXT as one word for the shell, in quotes where it needs them; control bytes and
 * bytes beyond ASCII as $'\xNN', which bash, ksh, zsh and POSIX of 2024 understand. */
void
output_shell_word(struct buffer *out, const char *text);

/* Prints TEXT, which is escaped where it must be, on stdout. */
void
output_print(struct bytes text);

/* Prints LINE escaped; fits as the note of a struct transaction. DATA is not used. */
void
output_note(void *data, const char *line);

/* Opens the standard descriptors that the caller closed, so that no file we open later
 * becomes one of them. What is written to a closed stdout is an error, not lost. */
void
output_open_standard(void);

/* Flushes stdout. Returns STATUS, or 3 with a word on stderr when not all was written;
 * ends the process by SIGPIPE when nobody reads it. */
int
output_finish(int status);

#endif
