/* What the two halves of the kind sshd share. */
#ifndef POLICY_KINDS_SSHD_H
#define POLICY_KINDS_SSHD_H

#include "policy/condition.h"
#include "policy/kinds/kind.h"
#include "policy/models/sshd_keyword.h"

/* How values of sshd are compared: by what they mean. */
extern const struct comparison sshd_comparison;

int
sshd_remedy(const struct context *context, const struct control *control,
	struct edits *edits, struct error *err);

#endif
