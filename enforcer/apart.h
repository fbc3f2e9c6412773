/* The steps that change files, in a process that can do nothing else: it is confined to
 * the directories of the record's files and the record's own in the journal (confine.h).
 * What starts programs and talks to daemons is not done there. Whenever either process
 * dies the journal is as after the death of one that did both: recovery does the rest. */
#ifndef ENFORCER_APART_H
#define ENFORCER_APART_H

#include "enforcer/run.h"

/* Changes the files of RECORD, the way that HOW says. Returns a number from 0 on, or -1;
 * *ret_word (caller frees, NULL: none) is what is to be told besides *err. */
typedef int (*apart_step)(const struct run *run, const struct record *record,
	const void *how, char **ret_word, struct error *err);

/* Takes STEP, and returns what it did; -1 too when the process could not be had or died,
 * which leaves work for recovery. It ends when the caller ends, and holds the lock until
 * then. */
int
apart_take(const struct run *run, const struct record *record, apart_step step,
	const void *how, char **ret_word, struct error *err);

#endif
