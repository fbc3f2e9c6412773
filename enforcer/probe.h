/* Whether a running daemon does what its files say: asked anew, from outside, with the
 * daemon's own model to tell what is right. Asked before a change and after it, so that
 * only what the change broke counts: what was wrong before stays out of it, and so does a
 * question that could not be put, as when the loopback interface is down. */
#ifndef ENFORCER_PROBE_H
#define ENFORCER_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/live.h"

struct probe {
	bool works; /* asking works here: what is right now would be seen as right */
	char **faults; /* owned; what is not as it should be, one line each */
	size_t count;
};

/* For the functions below. */
void
probe_fault(struct probe *probe, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

void
probe_free(struct probe *probe);

/* Has ASK fill a probe in a process that can only read (confine_to_reading): for what
 * reads the daemon's files as the daemon does. One that dies has asked nothing. */
void
probe_apart(void (*ask)(void *data, struct probe *probe), void *data,
	struct probe *ret_probe);

/* The first fault of NOW that is the change's; NULL when there is none. */
const char *
probe_compare(const struct probe *before, const struct probe *now);

/* These ask the daemon whose processes LIST has. They take some seconds at most, the
 * longer the less is right. */

/* A new connection to each port where it listens on loopback gets as far as being asked
 * to authenticate; where there is no ssh(1) to try with, as far as the greeting. */
void
probe_sshd(const struct live_list *list, struct probe *ret_probe);

/* Where these listen on loopback, in the network that we see; the caller frees
 * *ret_items. */
void
probe_sshd_listeners(const struct live_list *list, struct live_listener **ret_items,
	size_t *ret_count);

/* It has a socket for each service that the model says is started, and for none that it
 * says is not. */
void
probe_xinetd(const struct live_list *list, struct probe *ret_probe);

/* Messages to syslog(3) arrive in the files where the model says that all such messages
 * do: a few with a mark of their own, of harmless levels. */
void
probe_syslog(const struct live_list *list, struct probe *ret_probe);

#endif
