/* Who undoes a change on trial when its time is up: nobody that ends with us or with the
 * session that we run in. Where systemd runs it is a timer unit of its own,
 * holdfast-trial-ID.timer, that systemd-run(1) makes; else a process that waits. */
#ifndef ENFORCER_TIMER_H
#define ENFORCER_TIMER_H

#include "base/error.h"

/* Lets "holdfast undo --expired --wait ID" run SECONDS from now. *ret_line (caller frees)
 * says how, for people. */
int
timer_start(unsigned long id, unsigned seconds, char **ret_line, struct error *err);

/* It is not needed any more. Where it can't be stopped it does nothing when it comes. */
void
timer_stop(unsigned long id);

/* Whether what is on trial is undone at the next boot before anybody can log in: 0, or -1
 * with what has to be done for it. Without systemd that is not known: 0. */
int
timer_check_boot(struct error *err);

#endif
