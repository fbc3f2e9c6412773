/* Which Match blocks can hold for the connections that come to where sshd listens: what a
 * change of Port, ListenAddress or AddressFamily may change for everybody. */
#ifndef POLICY_MODELS_SSHD_REACH_H
#define POLICY_MODELS_SSHD_REACH_H

#include "policy/models/sshd/sshd_config.h"

/* For each address and port the blocks whose LocalAddress, LocalPort and RDomain it
 * meets, where blocks ask for addresses with its family; the same once: "IPv4: Match
 * LocalPort 22; IPv6: none". The caller frees. NULL when no block asks for such. */
char *
sshd_reach_describe(const struct sshd_config *config);

/* Whether AFTER has no kind of connection that BEFORE had not: both as above. */
bool
sshd_reach_within(const char *after, const char *before);

#endif
