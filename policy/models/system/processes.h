/* The processes of a program: asked of the running system, or read from what a person
 * recorded there with ps(1). */
#ifndef POLICY_MODELS_PROCESSES_H
#define POLICY_MODELS_PROCESSES_H

#include "policy/kinds/kind.h"
#include "policy/place.h"
#include "policy/recorded.h"

struct process {
	char **words; /* its arguments, without the program */
	size_t count;
	char *doubt; /* why it may be another program's that an account other than root's
			runs and that calls itself so; NULL */
	struct place place; /* in the recorded file; nowhere when asked */
};

struct processes {
	struct process *items;
	size_t count;
	char *problem; /* why there may be others, or why nothing is known; NULL */
	const char *problem_file; /* what has that problem; NULL */
};

/* Those whose executable is called PROGRAM, or that the kernel knows by that name, as it
 * does scripts by theirs; of what was recorded, those whose command begins with a path to
 * PROGRAM, with an interpreter and such a path, or with its name and a colon. Freed by
 * processes_free. */
void
processes_read(const struct context *context, const struct recorded *recorded,
	const char *program, struct processes *ret_processes);

/* Looks at all of the running system now, for all later calls. */
void
processes_look(void);

void
processes_free(struct processes *processes);

#endif
