/* Which newer packages a host could have: asked of apt on the running system, or read
 * from what a person recorded of apt-get(8), dnf(8), yum(8) or up2date(8); and how old
 * the lists are that apt goes by. */
#ifndef POLICY_MODELS_UPDATES_H
#define POLICY_MODELS_UPDATES_H

#include <time.h>

#include "policy/kinds/kind.h"
#include "policy/place.h"
#include "policy/recorded.h"

struct update {
	char *name;
	char *have, *offered; /* versions; NULL: not told */
	bool is_kept_back; /* by a hold, by phasing, or for what it needs */
	struct place place; /* in the recorded file, or in what was asked */
};

struct updates {
	struct update *items;
	size_t count;
	char *problem; /* why nothing is known; NULL */
	const char *doubt; /* why there may be more; NULL */
	long lists_age; /* in days, by what dnf printed; 0 where it does not say */
	struct file asked; /* what apt-get answered, for places */
};

/* What is asked of the running system. */
extern const struct live_question updates_questions[];

/* Reads RECORDED where the control has it, else takes what apt-get answered when the
 * context's host is the running system. Freed by updates_free. */
void
updates_read(const struct context *context, const struct recorded *recorded,
	struct updates *ret_updates);

void
updates_free(struct updates *updates);

/* Why apt's lists and sources, as apt-config(8) has their places, are not those that the
 * two functions below look at; NULL when they are. The caller frees. */
char *
updates_places_problem(void);

/* How old apt's lists are, in days at NOW: the oldest of them counts, *ret_oldest, by its
 * Date or when the server changed it (apt gives it that time), whichever is before. apt
 * leaves a list as it is when the server has no other, and when it can't be fetched: one
 * with Valid-Until is made anew before that, and others are as young as the youngest from
 * the same site. -1 when there are none. *ret_over is a list whose Valid-Until is over,
 * nowhere when none is. */
long
updates_lists_age(struct host *host, time_t now, struct place *ret_over,
	const struct file **ret_oldest);

/* Why apt's lists may lack what is newer: a source that was never fetched or is not
 * understood, or no source at all; NULL when each was. The caller frees. *ret_place is
 * the source, nowhere when it is none's. Sources: sources.list(5); URItoFileName of apt's
 * strutl.cc, constructMetaIndexURI of debmetaindex.cc, of apt 2.6. */
char *
updates_sources_problem(struct host *host, struct place *ret_place);

#endif
