/* Runs a program of this host and waits for it: by its absolute path, without a shell,
 * with an environment of our own and nothing at its standard input. */
#ifndef ENFORCER_PROGRAM_H
#define ENFORCER_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { PROGRAM_SECONDS = 10 };

struct program {
	const char *const *argv; /* argv[0] is the path */
	int seconds; /* then it is killed with what it started */
	size_t output_max; /* bytes that are kept of its output; 0: 64 KiB */
	/* runs in the forked process before the program does; -1 ends it; may be NULL */
	int (*prepare)(void *data, struct error *err);
	void *data;
};

struct program_result {
	int status; /* of the exit; -1: it was killed or timed out */
	bool unprepared; /* it never ran; OUTPUT says why */
	bool cut; /* it wrote more than is kept */
	char *output; /* owned; what it wrote to standard output and error */
};

/* Whether PATH is a program that could be run. */
bool
program_exists(const char *path);

/* -1 when it could not be started. */
int
program_run(const struct program *program, struct program_result *ret_result,
	struct error *err);

/* Starts a daemon that shall outlive us, in a session of its own, without waiting. */
int
program_start(const char *path, char *const *argv, struct error *err);

void
program_result_free(struct program_result *result);

#endif
