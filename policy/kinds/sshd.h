/* What the parts of the kind sshd share. */
#ifndef POLICY_KINDS_SSHD_H
#define POLICY_KINDS_SSHD_H

#include "policy/condition.h"
#include "policy/kinds/kind.h"
#include "policy/models/sshd/sshd_outcome.h"

/* How values of sshd are compared: by what they mean. */
extern const struct comparison sshd_comparison;

/* WANT of SETTING as a question to the model; borrows WANT. */
struct sshd_wish
sshd_wish_make(enum sshd_setting setting, const struct value *want);

void
sshd_check(const struct context *context, const struct control *control,
	struct findings *findings);

int
sshd_remedy(const struct context *context, const struct control *control,
	struct edits *edits, struct error *err);

#endif
