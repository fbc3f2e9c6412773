/* How a running daemon was started, so that it can be started like that again. */
#ifndef ENFORCER_DAEMON_ORIGIN_H
#define ENFORCER_DAEMON_ORIGIN_H

#include <stdbool.h>

#include "base/error.h"
#include "base/live.h"

struct daemon_origin {
	char *unit; /* owned; the service of systemd; NULL: none, then the rest counts */
	char *path; /* owned; "" when it can't be read */
	char **argv; /* owned, NULL-terminated; the words lie in TEXT */
	char *text; /* owned */
};

/* Reads it while the process is there. */
void
daemon_origin_read(const struct live_process *process, struct daemon_origin *ret_origin);

/* Whether it reads another main file than FILE: it was started with -f, as all daemons
 * here know it. */
bool
daemon_origin_reads_other(const struct daemon_origin *origin, const char *file);

/* Starts it anew, by its unit or by its command line. Whether it stays is not known yet.
 */
int
daemon_origin_start(const struct daemon_origin *origin, struct error *err);

void
daemon_origin_free(struct daemon_origin *origin);

#endif
