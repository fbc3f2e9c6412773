/* A forked and confined process that answers questions in bytes. It may die of any of
 * them. */
#ifndef LENSES_PROCESS_H
#define LENSES_PROCESS_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/error.h"

struct process {
	const struct service *service;
	void *data; /* of the service */
	pid_t pid; /* 0: none runs */
	pid_t owner; /* who forked it; a fork of the owner must not use it */
	int fd;
	cpu_set_t processors; /* where the owner may run when there is no process */
};

/* What the process does. All functions run in it. */
struct service {
	/* Before it is confined, and so before it meets any question; -1 ends it. */
	int (*prepare)(void *data);
	/* Answers a question of the kind KIND about TEXT, which a NUL follows: returns
	 * how many bytes *ret_answer has, which stay valid until the next call; or a
	 * negative number. */
	int32_t (*serve)(void *data, uint32_t kind, char *text, size_t size,
		const void **ret_answer);
};

/* Milliseconds for one file. A sanitizer makes the process some ten times slower: its
 * build (make check-asan) gives more. */
#ifndef FILE_TIME
#define FILE_TIME 10000
#endif

/* Forks the process unless it runs already. Until it ends, it and the caller share the
 * processor on which the caller is. */
int
process_start(struct process *process, struct error *err);

/* The time by the clock that deadlines use, in milliseconds. */
long
process_clock(void);

/* Asks a question, of a process that is started where none runs. *ret_answer (the caller
 * frees) has *ret_size bytes, MAX at most. Returns -1 when the process died or answered
 * nonsense or was not ready by DEADLINE: then it is gone, and there is no answer.
 * *ret_negative: it answered a negative number, which is no failure here. */
int
process_ask(struct process *process, uint32_t kind, struct bytes text, size_t max,
	long deadline, char **ret_answer, size_t *ret_size, bool *ret_negative,
	struct error *err);

/* Ends it and waits for it. */
void
process_end(struct process *process);

#endif
