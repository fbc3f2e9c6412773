/* Where sshd listens: ListenAddress, Port and AddressFamily together. */
#ifndef POLICY_MODELS_SSHD_LISTENING_H
#define POLICY_MODELS_SSHD_LISTENING_H

#include "policy/models/sshd/sshd_config.h"

/* One address with one port. Borrowed. */
struct sshd_endpoint {
	const char *host; /* as inet_ntop(3) writes it; a name when FAMILY is AF_UNSPEC */
	int family;
	long port;
	const char *rdomain; /* "": none is named */
};

/* Calls VISIT with DATA for each endpoint, until it returns false. */
void
sshd_listening_each(const struct sshd_config *config,
	bool (*visit)(void *data, const struct sshd_endpoint *endpoint), void *data);

/* The items of ListenAddress, each with its port, as `sshd -T` prints them, with blanks
 * between. The caller frees. NULL with *ret_reason when a name would have to be looked
 * up. */
char *
sshd_listening_find(const struct sshd_config *config, const char **ret_reason);

#endif
