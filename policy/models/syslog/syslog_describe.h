/* What a finding about the log says, in words. */
#ifndef POLICY_MODELS_SYSLOG_DESCRIBE_H
#define POLICY_MODELS_SYSLOG_DESCRIBE_H

#include "policy/models/syslog/syslog_demand.h"

enum { LINES_SHOWN = 3 }; /* places named for one thing */

/* "line 7", or "/etc/rsyslog.d/50.conf:7" outside the main file. */
void
syslog_describe_place(const struct syslog_conf *conf, const struct statement *statement,
	struct buffer *out);

/* Whether any of PARTS takes wanted messages. */
bool
parts_carry(const struct parts *parts);

/* What of the demand reaches PLACE, by which lines, and what does not. UNKNOWN are the
 * pairs that can't be told. */
void
syslog_describe_have(const struct syslog_conf *conf, const struct reach *reach,
	struct priorities unknown, const char *place, struct buffer *out);

/* Why the rest does not: what discards it or leaves it out, and where it goes instead. */
void
syslog_describe_why(const struct syslog_conf *conf, const struct demand *demand,
	const struct reach *reach, struct priorities unknown, struct buffer *out);

#endif
