/* Work that a forked process does, which ends with us and may die of it. */
#ifndef ENFORCER_CHILD_H
#define ENFORCER_CHILD_H

#include "base/bytes.h"
#include "base/error.h"

/* Has WORK fill OUT in a process of its own; the bytes come back in *RET_OUT, all that
 * were added before WORK returned, none when it died. *ret_status is as waitpid(2) has
 * it; -1 when nobody could tell. -1 with *err when there is no process. */
int
child_run(void (*work)(void *data, struct buffer *out), void *data,
	struct buffer *ret_out, int *ret_status, struct error *err);

#endif
