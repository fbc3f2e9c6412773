/* A forked and confined process that answers questions in bytes. It may die of any of
 * them. */
#ifndef LENSES_PROCESS_H
#define LENSES_PROCESS_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct process {
	pid_t pid; /* 0: none runs */
	pid_t owner; /* who forked it; a fork of the owner must not use it */
	int fd;
	cpu_set_t processors; /* where the owner may run when there is no process */
};

/* What the process does. All functions run in it. */
struct service {
	/* Before it is confined, and so before it meets any question; -1 ends it. */
	int (*prepare)(void *data);
	/* Answers a question of the kind KIND about TEXT, which a NUL follows: returns a
	 * count of items, in *ret_items, an array that stays valid until the next call;
	 * or a negative number. */
	int32_t (*serve)(void *data, uint32_t kind, char *text, size_t size,
		const void **ret_items);
	size_t item_size;
};

/* Forks the process unless it runs already. Until it ends, it and the caller share the
 * processor on which the caller is. */
int
process_start(struct process *process, const struct service *service, void *data,
	struct error *err);

/* The time by the clock that deadlines use, in milliseconds. */
long
process_clock(void);

/* Asks a question. Adds the items of the answer, of which there may be MAX, to the array
 * *ITEMS of *COUNT items. Returns -1 when the process died or answered nonsense or was
 * not ready by DEADLINE: then it is gone. *ret_negative: it answered a negative count,
 * which is no failure here. */
int
process_ask(struct process *process, const struct service *service, uint32_t kind,
	const char *text, size_t size, size_t max, long deadline, void **items,
	size_t *count, bool *ret_negative, struct error *err);

/* Ends it and waits for it. */
void
process_end(struct process *process);

#endif
