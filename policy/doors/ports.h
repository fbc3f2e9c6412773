/* Where sshd listens. */
#ifndef POLICY_DOORS_PORTS_H
#define POLICY_DOORS_PORTS_H

#include "policy/models/sshd/sshd_config.h"

/* Each as "22 every address" or "22 10.0.0.1".
 * Freed by name_list_free. */
void
doors_ports(const struct sshd_config *config, struct name_list *ret_ports);

/* Whether PORTS serve PORT, of another such list. */
bool
doors_ports_serve(const struct name_list *ports, const char *port);

#endif
