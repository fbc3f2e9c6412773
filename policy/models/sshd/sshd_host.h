/* Which versions of OpenSSH the sshd of a host may be, and its configuration as each of
 * them would read it. */
#ifndef POLICY_MODELS_SSHD_HOST_H
#define POLICY_MODELS_SSHD_HOST_H

#include "policy/models/sshd/sshd_config.h"

struct sshd_host {
	bool installed; /* false: the package database has no sshd, and there is no
			   configuration of one */
	bool version_known;
	bool assumed; /* the policy says which version, not the host */
	struct sshd_config *configs; /* newest version first; those that reject the
					configuration only when all do */
	size_t count;
};

/* Loaded once for a host, to which it belongs. */
const struct sshd_host *
sshd_host_load(const struct context *context);

/* The newest version whose table has SETTING, 0 when none has. */
int
sshd_host_newest(enum sshd_setting setting);

/* Whether the daemon would not start with CONFIG. */
bool
sshd_host_rejects(const struct sshd_config *config);

#endif
