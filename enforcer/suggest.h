/* Commands that the output tells people to run: with the policy, the overlays and the
 * root that were given, so that they can be copied as they are. */
#ifndef ENFORCER_SUGGEST_H
#define ENFORCER_SUGGEST_H

#include "policy/control.h"

/* Adds "holdfast COMMAND [--policy FILE] [--overlay FILE]... [--root ROOT] ID", what is
 * the default left out. ROOT NULL: the command takes none. ID NULL: for all controls. */
void
suggest_command(const char *command, const struct policy *policy, const char *root,
	const char *id, struct buffer *out);

#endif
