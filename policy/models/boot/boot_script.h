/* What init scripts test before they start anything. Source: the scripts of Debian's and
 * Red Hat's packages, which stay when a package is removed and end then. */
#ifndef POLICY_MODELS_BOOT_SCRIPT_H
#define POLICY_MODELS_BOOT_SCRIPT_H

#include "base/host.h"
#include "policy/place.h"

/* The program without which the script PATH ends, `test -x PROGRAM || exit 0`, where it
 * is not there though its folder is; else NULL. The caller frees. */
char *
boot_script_missing(struct host *host, const char *path, struct place *ret_place);

#endif
