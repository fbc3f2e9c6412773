/* The daemons that may keep a host's clock, and the sources of time that each is told to
 * follow. What is told to a running daemon (chronyc(1), ntpq(1)) is not seen. */
#ifndef POLICY_MODELS_TIME_CONF_H
#define POLICY_MODELS_TIME_CONF_H

#include "policy/kinds/kind.h"
#include "policy/place.h"

enum time_id {
	TIME_CHRONY,
	TIME_NTP,
	TIME_NTPSEC,
	TIME_OPENNTPD, /* its configuration is not read */
	TIME_TIMESYNCD,
	TIME_DAEMONS,
};

extern const char *const time_names[]; /* "chrony", ...; NULL ends */

enum time_use {
	TIME_FOLLOWED, /* the clock may be set by it */
	TIME_ASKED, /* asked once, at the start */
	TIME_WATCHED, /* asked, but never followed: noselect */
};

struct time_source {
	char *name; /* as configured; of a reference clock the driver and its parameter */
	const char *directive; /* "server", "pool", ... */
	enum time_use use;
	struct place place;
	const char *doubt; /* static: why it may not be followed; NULL */
};

/* What is not understood, or can't be seen. */
struct time_doubt {
	char *reason;
	bool may_drop; /* sources may not count because of it; else it may only add some
			*/
	struct place place;
};

struct time_daemon {
	enum time_id id;
	const char *path; /* of its configuration; borrowed from the host */
	struct time_source *sources;
	size_t source_count;
	struct time_doubt *doubts;
	size_t doubt_count;
	char *invalid; /* why it ends with this configuration; NULL */
	struct place invalid_place;
	bool is_silent; /* the kernel is not told when the clock is synchronised */
};

struct time_conf {
	struct time_daemon daemons[TIME_DAEMONS];
	size_t count;
	bool are_several; /* are started at boot */
	char *problem; /* why nothing can be told; NULL */
};

/* Never fails: see problem, doubts and invalid. Freed by time_conf_free; places are those
 * of the host's files. */
void
time_conf_read(const struct context *context, struct time_conf *ret_conf);

void
time_conf_free(struct time_conf *conf);

#endif
