/* A forked and confined process that answers questions in bytes. It may die of any of
 * them. */
#ifndef LENSES_PROCESS_H
#define LENSES_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct process {
	pid_t pid; /* 0: none runs */
	pid_t owner; /* who forked it; a fork of the owner must not use it */
	int fd;
};

/* What a question is about: its KIND, and SIZE bytes that follow. An answer is a COUNT,
 * and for COUNT > 0 so many items. */
struct question {
	uint32_t kind;
	uint32_t size;
};

/* Answers one question: returns the count, and in *ret_items an array that stays valid
 * until the next call. Runs in the process. */
typedef int32_t (*process_serve)(
	void *data, uint32_t kind, char *text, size_t size, const void **ret_items);

/* Forks the process unless it runs already. ITEM_SIZE: bytes of an item of an answer. */
int
process_start(struct process *process, process_serve serve, void *data, size_t item_size,
	struct error *err);

/* The time by the clock that deadlines use, in milliseconds. */
long
process_clock(void);

/* Asks about TEXT, which is followed by a NUL. Adds the items of the answer to the array
 * *ITEMS of *COUNT items, of at most MAX. Returns -1 when the process died or answered
 * nonsense or was not ready by DEADLINE: then it is gone. *ret_negative: it answered a
 * negative count, which is no failure here. */
int
process_ask(struct process *process, uint32_t kind, const char *text, size_t size,
	size_t item_size, size_t max, long deadline, void **items, size_t *count,
	bool *ret_negative, struct error *err);

/* Ends it and waits for it. */
void
process_end(struct process *process);

#endif
