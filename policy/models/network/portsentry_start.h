/* In which modes portsentry is started at boot, and in which it runs. Sources: Debian's
 * init script of portsentry 1.2-14; systemd-sysv-generator(8), inittab(5), ps(1). */
#ifndef POLICY_MODELS_PORTSENTRY_START_H
#define POLICY_MODELS_PORTSENTRY_START_H

#include "policy/models/network/portsentry.h"
#include "policy/recorded.h"

struct portsentry_modes {
	bool has[PORTSENTRY_MODES];
	struct place places[PORTSENTRY_MODES]; /* what says so, where there is one */
	char *none; /* why there are no others; never NULL */
	const char *none_file; /* what says that, or has the doubt; NULL */
	bool is_unknown; /* none is a doubt: there may be others */
};

/* By units of systemd and, where they have none for it, by the init script. Freed by
 * portsentry_modes_free. */
void
portsentry_boot_read(const struct context *context, struct portsentry_modes *ret_modes);

/* By RECORDED, what ps printed, where there is such; else of the running system. */
void
portsentry_running_read(const struct context *context, const struct recorded *recorded,
	struct portsentry_modes *ret_modes);

void
portsentry_modes_free(struct portsentry_modes *modes);

#endif
