/* Ports as controls name them. */
#ifndef POLICY_KINDS_PORT_H
#define POLICY_KINDS_PORT_H

#include "policy/kinds/kind.h"

/* Whether SECTION, with a port and a protocol that is tcp unless it says otherwise, is
 * about PORT of PROTOCOL. */
bool
port_is_meant(const struct value *section, long port, const char *protocol);

#endif
