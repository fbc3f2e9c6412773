/* The lines that differ between two texts, and the unified diff that shows them. */
#ifndef ENFORCER_DIFF_H
#define ENFORCER_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"

/* COUNT lines of the old text at OLD_LINE (from 0) become other lines of the new one. */
struct diff_run {
	size_t old_line, old_count, new_line, new_count;
};

struct diff {
	struct diff_run *runs; /* in order, at least one equal line between two */
	size_t count;
};

/* A shortest list of runs where at most DIFF_EDITS_MAX lines differ between the first and
 * the last difference; beyond that one run takes all between them. Freed by diff_free. */
enum { DIFF_EDITS_MAX = 1000 };

void
diff_make(struct bytes old_text, struct bytes new_text, struct diff *ret_diff);

void
diff_free(struct diff *diff);

/* Adds the unified diff of the file at PATH, three lines of context. A text whose data is
 * NULL is no file (/dev/null). Secrets are masked by redact_line and control bytes
 * escaped, so what is shown is for people: patch(1) takes it only where neither occurs.
 */
void
diff_write(const char *path, struct bytes old_text, struct bytes new_text, bool coloured,
	struct buffer *out);

#endif
