/* What a control asks of the log: each forward and each store is a demand. */
#ifndef POLICY_MODELS_SYSLOG_DEMAND_H
#define POLICY_MODELS_SYSLOG_DEMAND_H

#include "policy/control.h"
#include "policy/models/syslog/syslog_flow.h"

struct demand {
	struct place place; /* its texts are borrowed from the policy */
	const char *selector; /* as written */
	struct priorities wanted;
	struct position at;
};

struct demands {
	struct demand *items;
	size_t count;
};

/* The demands of CONTROL, those first that forward. Mistakes go to PROBLEMS (NULL: there
 * are none, validate has passed). The caller frees with demands_free. */
void
demands_read(const struct control *control, struct demands *ret_demands,
	struct problems *problems);

void
demands_free(struct demands *demands);

/* "@host", "@@host:10514" or the file, as a syslog.conf would say it. */
void
demand_describe(const struct demand *demand, struct buffer *out);

/* Whether TEXT, of destination_describe, is the demand's place. */
bool
demand_is_met_by(const struct demand *demand, const char *text);

#endif
