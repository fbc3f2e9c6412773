/* Where sshd listens: ListenAddress, Port and AddressFamily together. */
#ifndef POLICY_MODELS_SSHD_LISTENING_H
#define POLICY_MODELS_SSHD_LISTENING_H

#include "policy/models/sshd_config.h"

/* The items of ListenAddress, each with its port, as `sshd -T` prints them, with blanks
 * between. The caller frees. NULL with *ret_reason when a name would have to be looked
 * up. */
char *
sshd_listening_find(const struct sshd_config *config, const char **ret_reason);

#endif
