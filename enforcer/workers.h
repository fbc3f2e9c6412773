/* Does many independent pieces of work in processes of their own, at most one a core: one
 * that crashes takes nothing with it but the piece it had in hand. */
#ifndef ENFORCER_WORKERS_H
#define ENFORCER_WORKERS_H

#include <stddef.h>

#include "base/bytes.h"
#include "base/error.h"

struct work {
	size_t count;
	/* Runs in a worker, one piece after the other; what it adds to OUT is handed to
	 * done. Returns an exit status. */
	int (*run)(void *data, size_t index, struct buffer *out);
	/* Runs in the caller, in the order of the pieces. STATUS is -1 when the worker
	 * died; OUT is empty then. */
	void (*done)(void *data, size_t index, int status, struct bytes out);
	/* Told every now and then how many pieces are done, those out of order too; may
	 * be NULL. */
	void (*progress)(void *data, size_t done);
	void *data;
};

/* Returns -1 with *err when no worker could be started; pieces that are not done then
 * were not handed to done. */
int
workers_run(const struct work *work, struct error *err);

#endif
