/* The text of one file as rsyslogd's lexer sees it. */
#ifndef POLICY_MODELS_RSYSLOG_SOURCE_H
#define POLICY_MODELS_RSYSLOG_SOURCE_H

#include <stdbool.h>

#include "base/host.h"

struct source {
	const struct file *file;
	char *text; /* continued lines joined, blanks at their ends gone; ends in NUL */
	size_t size;
	struct source_mark { /* from AT on, up to the next mark, text stands at FROM */
		size_t at, from;
	} * marks;
	size_t mark_count;
	size_t *joined; /* where the newlines behind continued lines are */
	size_t joined_count;
	size_t position; /* the lexer's */
	size_t passed; /* of joined, the lexer's */
};

/* Joins lines as readConfFile() of rsyslog's grammar/rainerscript.c does: comments are
 * joined too, so one that ends in a backslash swallows the next line. FILE must have been
 * read. Freed by source_free. */
struct source *
source_new(const struct file *file);

/* The place in the file of the byte at POSITION of the text. */
size_t
source_offset(const struct source *source, size_t position);

void
source_free(struct source *source);

#endif
