/* What holds for all of a configuration of rsyslog, wherever it is said. */
#ifndef POLICY_MODELS_RSYSLOG_WHOLE_H
#define POLICY_MODELS_RSYSLOG_WHOLE_H

#include "policy/models/rsyslog/rsyslog_reader.h"

/* Notes at each destination, and at the configuration, what was read of the whole of it.
 */
void
whole_judge(struct reader *reader);

/* Notes a ruleset that calls itself, once all calls are resolved. */
void
whole_find_recursion(struct reader *reader);

#endif
