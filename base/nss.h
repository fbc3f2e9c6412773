/* Where a root looks names up besides its own files: nsswitch.conf(5). */
#ifndef BASE_NSS_H
#define BASE_NSS_H

#include <stdbool.h>

#include "base/host.h"

/* Whether DATABASE ("passwd", "services", ...) is answered by the root's own files alone,
 * so that a name that is not in them does not exist. Sources that only make names up from
 * the running system (systemd, compat without NIS) count as files. An absent
 * nsswitch.conf means files; one that can't be read does not. */
bool
nss_files_only(struct host *host, const char *database);

#endif
