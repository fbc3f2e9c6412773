/* The first pages of the report that is kept: what the audit found altogether, what the
 * words mean, and the residual risks. Markdown. */
#ifndef ENFORCER_SUMMARY_H
#define ENFORCER_SUMMARY_H

#include "enforcer/report/report.h"

void
summary_write(const struct report *report, struct buffer *out);

/* The part of it with a verdict for each item of the checklist; nothing where no control
 * is of one. */
void
summary_items(const struct evaluation *evaluation, struct buffer *out);

/* RESULT's verdict for people; "not looked at" where it is that. Borrowed. */
const char *
summary_verdict(const struct result *result);

/* The residual risk that RESULT leaves, for people. Borrowed. */
const char *
summary_risk(const struct result *result);

#endif
