/* The change that is on trial. */
#ifndef ENFORCER_CONFIRM_H
#define ENFORCER_CONFIRM_H

#include "enforcer/journal.h"
#include "enforcer/transaction.h"

/* Finds it: 1, 0 when there is none, or -1. One that is still being applied is on trial
 * already. */
int
confirm_find(const struct journal *journal, unsigned long *ret_id,
	struct trial *ret_trial, struct error *err);

/* Whether a change of TRANSACTION's root, with its journal, can be put on trial: somebody
 * can log in to it, logins can be told apart, and a reboot undoes it. 0, or -1 with what
 * is missing. */
int
confirm_is_possible(const struct transaction *transaction, struct error *err);

#endif
