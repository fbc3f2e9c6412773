/* Where a login says that it comes from. */
#ifndef PAM_MODULE_RHOST_H
#define PAM_MODULE_RHOST_H

#include <stdbool.h>

/* Whether RHOST, what PAM_RHOST holds or "", stands for this host. No name is looked up,
 * and in doubt it does: who is local is judged. */
bool
rhost_is_local(const char *rhost);

#endif
