/* A file's bytes made ready for a lens. */
#ifndef LENSES_SOURCE_H
#define LENSES_SOURCE_H

#include "base/bytes.h"
#include "base/error.h"

/* How a daemon reads a line that ends in a backslash. */
enum join {
	JOIN_NEVER, /* the backslash is a byte like any other */
	JOIN_SYSLOG, /* the next line belongs to it, but for its leading blanks
			(syslog.conf(5)) */
	JOIN_PAM, /* the next line belongs to it (pam.conf(5)) */
};

/* A copy of TEXT for a lens: each byte of a continuation becomes a \v (syslog) or a blank
 * (pam), so that all offsets stay; a missing last newline is added behind. A comment line
 * is not joined with the next: the daemons differ, so that is the model's affair.
 * *ret_size is the length with that newline; the caller frees *ret_copy, which ends with
 * a NUL. Refuses control bytes other than tab, newline, CR and FF: some abort libaugeas.
 */
int
source_prepare(struct bytes text, enum join join, char **ret_copy, size_t *ret_size,
	struct error *err);

/* The end of the piece of TEXT that begins at START: whole lines, PIECE bytes where the
 * lines are short enough. */
size_t
source_cut(const char *text, size_t size, size_t start, size_t piece);

#endif
