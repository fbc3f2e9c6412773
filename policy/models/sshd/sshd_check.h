/* What sshd checks once the whole configuration is read, before it starts. Source: main
 * in sshd.c, auth2_methods_valid in auth2.c. */
#ifndef POLICY_MODELS_SSHD_CHECK_H
#define POLICY_MODELS_SSHD_CHECK_H

#include "policy/models/sshd/sshd_config.h"

/* Adds a problem to CONFIG for each check that fails. */
void
sshd_check_whole(struct sshd_config *config);

#endif
