/* Judges hosts and reports the gaps; changes nothing. */
#ifndef ENFORCER_AUDIT_H
#define ENFORCER_AUDIT_H

#include <stdbool.h>

#include "enforcer/options.h"
#include "enforcer/report/report.h"

struct audit_wish {
	const struct report_format *format;
	bool verbose; /* what holds too */
	bool coloured;
	bool record; /* send the result to the kernel's audit log too */
};

/* Judges the roots that OPTIONS name by --root (without: the running system), by the
 * policy that they name, and prints a report of each. Returns the command's exit status;
 * errors are said on stderr. */
int
audit_run(const struct audit_wish *wish, const struct options *options);

#endif
