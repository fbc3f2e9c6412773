/* A private view of the running system in which changes are made already. */
#ifndef ENFORCER_CANDIDATES_H
#define ENFORCER_CANDIDATES_H

#include "base/error.h"
#include "enforcer/change.h"

/* For a forked process that will run a check: moves it into a mount namespace of its own,
 * in which CHANGES (may be NULL) have been made, and DIRECTORY (NULL: none) is there.
 * Nothing is written outside: new bytes lie in a tmpfs that ends with the process.
 * -1 when that is not possible, as without CAP_SYS_ADMIN. Sources: unshare(2),
 * mount_namespaces(7), the kernel's overlayfs.rst. */
int
candidates_enter(const struct changes *changes, const char *directory, struct error *err);

#endif
