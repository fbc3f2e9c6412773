/* A desired state as the written security policy that people read, sign and keep. */
#ifndef ENFORCER_POLICY_DOC_H
#define ENFORCER_POLICY_DOC_H

#include "policy/control.h"

/* Adds POLICY as Markdown. */
void
policy_doc(const struct policy *policy, struct buffer *out);

#endif
