/* Effects whose subject has parts, as a table. */
#ifndef ENFORCER_PLAN_TABLE_H
#define ENFORCER_PLAN_TABLE_H

#include "enforcer/plan.h"

/* Adds the COUNT EFFECTS, which are of one kind with columns: a line of its names and
 * "before" and "after", then a line for each change; those that differ in one part alone
 * share a line. */
void
plan_table_write(const struct effect *const *effects, size_t count, struct buffer *out);

#endif
