/* Asks and tells systemd, where it runs. */
#ifndef ENFORCER_SYSTEMCTL_H
#define ENFORCER_SYSTEMCTL_H

#include "base/error.h"

/* Runs systemctl VERB UNIT: its exit status, or -1 with *err, as without systemd.
 * *ret_word (may be NULL; the caller frees) is the first line that it prints. */
int
systemctl_run(const char *verb, const char *unit, char **ret_word, struct error *err);

#endif
