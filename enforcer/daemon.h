/* The daemons: which files each reads, how it checks them and how it reads them again. */
#ifndef ENFORCER_DAEMON_H
#define ENFORCER_DAEMON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "enforcer/change.h"
#include "enforcer/probe.h"

enum activation {
	ACTIVATION_NONE, /* whoever uses the files reads them afresh each time */
	ACTIVATION_HANGUP, /* SIGHUP, or the unit's reload */
	ACTIVATION_RESTART, /* it ignores SIGHUP */
};

struct daemon_check;

struct daemon {
	const char *name;
	const char *const *files; /* patterns, the main file first */
	const char *const *programs; /* for live_find; NULL: no process */
	const char *const *check; /* command line that checks the files; NULL: none */
	const char *unchecked; /* why there is none */
	/* instead of it: a check of ours, whose line then says by what; see
	 * daemon_check.h */
	int (*own_check)(const struct daemon *daemon, const struct changes *changes,
		struct daemon_check *ret_check, struct error *err);
	const char *const *check_file; /* the same for one file, whose name is appended;
					  NULL: it can't */
	const char *run_directory; /* must be there for the check */
	const char *const *chatter; /* what lines of the check hold that are no errors */
	enum activation activation;
	bool checks_first; /* a daemon that exits when it is told to read bad files */
	const char *const *socket_units; /* units that start it for each connection */
	bool listens; /* without a TCP port it is of no use */
	/* asks it, see probe.h; NULL: it can't be asked */
	void (*probe)(const struct live_list *list, struct probe *ret_probe);
};

extern const struct daemon DAEMONS[];
extern const size_t DAEMONS_COUNT;

/* Its processes: those of the daemon itself, not those that serve one connection. The
 * caller frees with live_list_free. */
int
daemon_find(const struct daemon *daemon, struct live_list *ret_list, struct error *err);

/* Those of CHANGES whose files the daemon reads: by the patterns and, on the running
 * system, by where links at them lead to and by what the files include. Only the array of
 * items is the caller's to free. */
struct changes
daemon_changes(const struct daemon *daemon, const struct changes *changes, bool live);

#endif
