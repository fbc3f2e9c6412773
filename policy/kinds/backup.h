/* The parts of the kind backup. */
#ifndef POLICY_KINDS_BACKUP_H
#define POLICY_KINDS_BACKUP_H

#include "policy/kinds/kind.h"

/* Judges the section `log`. */
void
backup_judge_log(const struct context *context, const struct value *section,
	struct findings *findings);

/* Judges the section `restored`. */
void
backup_judge_restored(const struct context *context, const struct value *section,
	struct findings *findings);

/* Whether PATH is a pattern of glob(7). */
bool
backup_is_pattern(const char *path);

#endif
