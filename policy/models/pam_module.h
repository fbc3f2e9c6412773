/* The modules of a root: where the distributions' libpam looks for those that a stack
 * names without a path. */
#ifndef POLICY_MODELS_PAM_MODULE_H
#define POLICY_MODELS_PAM_MODULE_H

#include "base/host.h"

/* The file of the module called NAME ("pam_unix.so"), which belongs to the host; NULL
 * when there is none. */
const char *
pam_module_find(struct host *host, const char *name);

/* Whether there is any: a root without one has them elsewhere, or none of PAM. */
bool
pam_module_any(struct host *host);

#endif
