/* A line on the terminal's stderr that says how far long work has come. */
#ifndef ENFORCER_PROGRESS_H
#define ENFORCER_PROGRESS_H

#include <stddef.h>

/* Shows "DONE of TOTAL WHAT" when stderr is a terminal and half a second has passed since
 * the first call; at most ten times a second. */
void
progress_show(size_t done, size_t total, const char *what);

/* Takes the line away; before other output and at the end. */
void
progress_clear(void);

#endif
