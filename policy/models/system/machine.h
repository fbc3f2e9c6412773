/* How a root's machine is called. */
#ifndef POLICY_MODELS_MACHINE_H
#define POLICY_MODELS_MACHINE_H

#include <stdbool.h>

#include "base/host.h"

enum {
	MACHINE_NAME_MAX = 64, /* bytes: gethostname(2) */
};

/* What gethostname(2) says there: of the running system what it is called now, else what
 * hostname(5) sets at boot. False where that can't be told: no name, or "localhost",
 * which leaves the name to the network. */
bool
machine_name(struct host *host, char ret_name[MACHINE_NAME_MAX + 1]);

/* What getdomainname(2) says there: "" when none is set, which is the rule. False where a
 * file of NIS may set one. */
bool
machine_domain(struct host *host, char ret_domain[MACHINE_NAME_MAX + 1]);

#endif
