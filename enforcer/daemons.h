/* What the daemons of the running system say to changed files, and how they come to read
 * them. Both functions tell what happened by NOTE, one line each. */
#ifndef ENFORCER_DAEMONS_H
#define ENFORCER_DAEMONS_H

#include <stdbool.h>

#include "base/error.h"
#include "enforcer/change.h"
#include "enforcer/daemon.h"

typedef void (*daemons_note)(void *data, const char *line);

/* Lets the daemons judge CHANGES before anything is changed: each in a mount namespace of
 * its own, where the changed files stand at their places (a drop-in that is judged alone
 * is judged out of context). -1 with the daemon's own line in *err when it accepts the
 * present files and refuses the changed ones. What could not be judged is noted with the
 * reason: "FILE: not validated by the daemon (REASON)". Unless LIVE, no program of ROOT
 * is run. */
int
daemons_validate(const char *root, bool live, const struct changes *changes,
	daemons_note note, void *data, struct error *err);

/* What the daemons answered before a change, see probe.h. */
struct daemons_sight {
	struct probe
		*probes; /* owned; one a daemon of the table; NULL: nobody was asked */
};

/* For the running system alone, before CHANGES are made or undone: asks each daemon that
 * reads the files. Freed by daemons_sight_free. */
void
daemons_look(const struct changes *changes, struct daemons_sight *ret_sight);

/* The answers of one daemon now. */
void
daemons_ask(const struct daemon *daemon, struct probe *ret_probe);

void
daemons_sight_free(struct daemons_sight *sight);

/* For the running system alone, after CHANGES were made or undone: has each daemon that
 * reads the files read them again, each in its own way, looks whether it is still well,
 * and asks it again what it was asked BEFORE. A daemon that is not running is not
 * started. -1 with the reason when one could not be told, is not well or answers worse;
 * the caller then undoes the changes and calls this again. The other daemons are seen to
 * all the same. */
int
daemons_activate(const struct changes *changes, const struct daemons_sight *before,
	daemons_note note, void *data, struct error *err);

#endif
