/* What a command that changes files has done for it by a process that was forked before
 * anything of a root was read, and that keeps the rights which the command then gives up:
 * to run the checks of daemons, to tell these of changed files, to start and stop the
 * timer of a trial, and to fork the process that changes files (apart.h). Each errand is
 * one of a list, about a change that the journal has or, before it is there, about
 * changes that are sent along: never a command line, nor where to write. What is sent is
 * checked as what comes from a stranger. */
#ifndef ENFORCER_ERRANDS_H
#define ENFORCER_ERRANDS_H

#include <sys/types.h>

#include "enforcer/transaction.h"

enum errand_kind {
	ERRAND_VALIDATE, /* run_validate CHANGES */
	ERRAND_LOOK, /* run_look */
	ERRAND_ACTIVATE, /* run_activate, after what ERRAND_LOOK saw */
	ERRAND_FILES, /* way_take, the enum way HOW */
	ERRAND_RESUME, /* recovery_take, from the enum state HOW */
	ERRAND_START_TIMER, /* timer_start, HOW seconds */
	ERRAND_STOP_TIMER, /* timer_stop */
	ERRAND_CHECK_BOOT, /* timer_check_boot */
	ERRAND_COUNT,
};

struct errand {
	enum errand_kind kind;
	unsigned long id; /* of the change, unless CHANGES are given */
	unsigned how;
	const struct changes *changes;
	int lock; /* with FILES and RESUME: the journal, locked; who changes files holds
		     the lock until they end, whatever becomes of the caller */
};

struct errands {
	pid_t pid; /* 0: none */
	int fd;
};

/* Forks the process, for TRANSACTION's root and journal. Where the root does not run, it
 * gives up what changing files does not need (confine_to_files). Ended by errands_end,
 * also after -1, and with the caller. */
int
errands_start(const struct transaction *transaction, struct errands *ret_errands,
	struct error *err);

/* Has ERRAND done by TRANSACTION's process, which notes by the TRANSACTION's note.
 * Returns what the function above does, or -1 when the process is gone. RET_WORD (may be
 * NULL; caller frees, NULL: none) is what that function gives beside its number. */
int
errands_run(const struct transaction *transaction, const struct errand *errand,
	char **ret_word, struct error *err);

void
errands_end(struct errands *errands);

#define autoerrands __attribute__((cleanup(errands_end)))

#endif
