/* Whether a daemon is still well after it was told to read its files again. */
#ifndef ENFORCER_DAEMON_PROBE_H
#define ENFORCER_DAEMON_PROBE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/live.h"
#include "enforcer/daemon.h"

struct daemon_probe {
	struct live_process process;
	struct live_listener *listeners; /* owned; those of before */
	size_t listener_count;
};

/* Remembers what PROCESS is like before it is told anything. */
void
daemon_probe_before(const struct live_process *process, struct daemon_probe *ret_probe);

/* Waits, some seconds at most, until the daemon has read its files again, and looks: the
 * same process runs, or a new one after a restart, and listens, if it is one that must.
 */
int
daemon_probe_after(
	const struct daemon *daemon, const struct daemon_probe *probe, struct error *err);

void
daemon_probe_free(struct daemon_probe *probe);

/* Leaves those that listen at a TCP port. */
void
daemon_probe_keep_listeners(struct live_list *list);

/* Whether PROCESS ends within TIME milliseconds. */
bool
daemon_probe_gone(const struct live_process *process, long time);

/* Whether a process of the daemon is there within TIME milliseconds. */
bool
daemon_probe_back(const struct daemon *daemon, long time);

#endif
