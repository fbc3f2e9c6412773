/* The configuration of pam_holdfast.so, checked as the module and the audit read it. */
#ifndef POLICY_MODULE_CONF_H
#define POLICY_MODULE_CONF_H

#include "policy/control.h"

/* Whether FILE is one by its name: it ends in .conf. */
bool
module_conf_is(const char *file);

/* Adds to PROBLEMS all that is wrong with FILE: 0, or -1 when there is anything.
 * REQUIRE_SAFE: its owner, its mode and its being no link count too. *ret_count: how many
 * lines allow somebody. */
int
module_conf_check(const char *file, bool require_safe, size_t *ret_count,
	struct problems *problems);

#endif
