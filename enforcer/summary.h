/* The first pages of the report that is kept: what the audit found altogether, what the
 * words mean, and the residual risks. Markdown. */
#ifndef ENFORCER_SUMMARY_H
#define ENFORCER_SUMMARY_H

#include "enforcer/report/report.h"

void
summary_write(const struct report *report, struct buffer *out);

/* The residual risk that RESULT leaves, for people. Borrowed. */
const char *
summary_risk(const struct result *result);

#endif
