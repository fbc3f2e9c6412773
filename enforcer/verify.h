/* Whether the journal is what holdfast wrote. Root can rewrite all of it, so this
 * promises no more than that the log is whole and, with a head that was kept elsewhere
 * (each audit record has it), that it still holds that line. */
#ifndef ENFORCER_VERIFY_H
#define ENFORCER_VERIFY_H

#include "enforcer/journal.h"

/* Checks the chain of the log, that each change's record, state and kept bytes agree with
 * it, and that HEAD (may be NULL) is one of its lines. Prints what it found. Returns an
 * exit status: 0 whole, 1 not (*err says the first thing wrong), 3 could not run. */
int
verify_journal(const struct journal *journal, const char *head, struct error *err);

#endif
