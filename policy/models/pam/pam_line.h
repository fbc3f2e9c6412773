/* The lines and words of PAM's configuration as libpam reads them. Source: Linux-PAM
 * 1.5.2 libpam/pam_handlers.c _pam_assemble_line, libpam/pam_misc.c _pam_StrTok; from
 * 1.6.0 on libpam_internal/pam_line.c (told apart by is_long). */
#ifndef POLICY_MODELS_PAM_LINE_H
#define POLICY_MODELS_PAM_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

enum pam_line_read {
	PAM_LINE_END, /* there are no more */
	PAM_LINE_READ,
	PAM_LINE_BROKEN, /* libpam gives the whole file up; REASON says why */
};

/* Reads one file. All zero but for text and is_long at the start. */
struct pam_lines {
	struct bytes text; /* borrowed */
	bool is_long; /* 1.6.0 or later: a line may be of any length, and a blank line or
			 a comment ends one that a backslash continued */
	size_t at; /* where the next line begins */
	size_t start; /* the first word of the line that was read */
	char *line; /* that line, comment cut off, continuations joined; the caller may
		       change it */
	const char *reason;
};

enum pam_line_read
pam_lines_next(struct pam_lines *lines);

void
pam_lines_free(struct pam_lines *lines);

/* The next word of *REST, which it ends with a NUL and moves behind; NULL when there is
 * none. A word that begins with [ ends at the first ] that has no backslash before it,
 * and loses both. A carriage return is a byte like any other. */
char *
pam_line_word(char **rest);

#endif
