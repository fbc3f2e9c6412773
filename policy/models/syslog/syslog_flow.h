/* Follows messages through a daemon's program. */
#ifndef POLICY_MODELS_SYSLOG_FLOW_H
#define POLICY_MODELS_SYSLOG_FLOW_H

#include "policy/models/syslog/syslog_conf.h"

/* A place that messages should get to. */
struct place {
	enum destination_type type; /* DESTINATION_FILE or DESTINATION_HOST */
	const char *name; /* host names are compared without case */
	const char *port; /* DESTINATION_HOST */
	bool udp, tcp; /* DESTINATION_HOST: what will do; RELP counts as TCP */
};

/* A statement that has a part in what happens to the wanted messages. */
struct part {
	const struct statement *statement;
	struct priorities set; /* the wanted pairs that may come to it; none for a rule
				  that names the place and leaves them out */
};

struct parts {
	struct part *items;
	size_t count;
};

struct reach {
	struct priorities reached; /* every message gets there */
	struct priorities missed; /* some message, an example, certainly does not */
	struct priorities partly; /* of those missed: some messages may get there */
	struct parts carriers; /* actions that lead to the place */
	struct parts stops; /* where messages end that have not got there */
	struct parts doubts; /* what could not be told */
	struct parts losses; /* actions that lead there and lose what the message says */
};

/* How far the messages of WANTED get to PLACE. A pair that is in neither reached nor
 * missed is unknown. */
void
syslog_reach(const struct syslog_conf *conf, const struct place *place,
	struct priorities wanted, struct reach *ret_reach);

void
reach_free(struct reach *reach);

/* Calls FOUND for each action, with the pairs whose messages may come to it and those of
 * which all do. */
void
syslog_destinations(const struct syslog_conf *conf,
	void (*found)(void *data, const struct statement *action, struct priorities may,
		struct priorities sure),
	void *data);

#endif
