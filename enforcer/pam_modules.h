/* Modules are loaded once before a stack names them: libpam refuses everybody, root too,
 * where it can't load one. */
#ifndef ENFORCER_PAM_MODULES_H
#define ENFORCER_PAM_MODULES_H

#include "enforcer/daemon_check.h"

/* Has a process of its own load each module that the new files of CHANGES name and the
 * old ones do not. CHECK_GOOD: LINE names them; CHECK_NONE: there is none. */
int
pam_modules_check(const struct daemon *daemon, const struct changes *changes,
	struct daemon_check *ret_check, struct error *err);

#endif
