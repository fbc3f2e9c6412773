/* A daemon's own check of its files. */
#ifndef ENFORCER_DAEMON_CHECK_H
#define ENFORCER_DAEMON_CHECK_H

#include "base/error.h"
#include "enforcer/change.h"
#include "enforcer/daemon.h"

enum check_answer {
	CHECK_GOOD,
	CHECK_BAD, /* LINE is the daemon's own first line about it */
	CHECK_NONE, /* it could not be asked; LINE says why */
};

struct daemon_check {
	enum check_answer answer;
	char *line; /* owned; made fit for a terminal */
};

/* Asks about the running system's files as they are with CHANGES; with NULL, as they are.
 * -1 only when no program can be started at all. */
int
daemon_check(const struct daemon *daemon, const struct changes *changes,
	struct daemon_check *ret_check, struct error *err);

/* Asks about the new bytes of one file alone. */
int
daemon_check_file(const struct daemon *daemon, const struct change *change,
	struct daemon_check *ret_check, struct error *err);

/* The check's command line without directories, for showing; the caller frees. */
char *
daemon_check_command(const struct daemon *daemon);

#endif
