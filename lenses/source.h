/* A file's bytes made ready for a lens. */
#ifndef LENSES_SOURCE_H
#define LENSES_SOURCE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/error.h"

/* How a daemon reads a line that ends in a backslash. */
enum join {
	JOIN_NEVER, /* the backslash is a byte like any other */
	JOIN_SYSLOG, /* the next line belongs to it, but for its leading blanks
			(syslog.conf(5)) */
};

/* A copy of TEXT for a lens: each byte of a continuation becomes a \v,
 * so that all offsets stay; a missing last newline is added behind. A comment line
 * is not joined with the next: the daemons differ, so that is the model's affair.
 * *ret_size is the length with that newline; the caller frees *ret_copy, which ends with
 * a NUL. Refuses control bytes other than tab, newline, CR and FF: some abort libaugeas.
 */
int
source_prepare(struct bytes text, enum join join, char **ret_copy, size_t *ret_size,
	struct error *err);

/* Whether the line of LENGTH bytes (a newline follows) at LINE is blank or a comment:
 * most lines are, and a lens takes long over them. INDENT: the bytes that the lens allows
 * before a comment's '#', or alone. *ret_comment: where the '#' is; LENGTH in a blank
 * line. */
bool
source_is_silent(
	const char *line, size_t length, const char *indent, size_t *ret_comment);

#endif
