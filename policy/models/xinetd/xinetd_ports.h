/* Which of several services at one port xinetd starts. Sources: xinetd 2.3.15.3
 * confparse.c (service_fill, check_entry), service.c (activate_normal, svc_activate),
 * bind(2), ip(7), ipv6(7). For policy/models/xinetd_*.c alone.
 *
 * An address is taken to be the machine's own. */
#ifndef POLICY_MODELS_XINETD_PORTS_H
#define POLICY_MODELS_XINETD_PORTS_H

#include "policy/models/xinetd/xinetd_reader.h"

/* The first service with a key, and the first that is certain to start. */
struct xinetd_holder {
	const struct xinetd_service *certain, *unsure;
};

/* All zero at the start. Freed by xinetd_ports_free. */
struct xinetd_ports {
	struct table holders; /* what is held -> struct xinetd_holder, owned */
	struct xinetd_holder **items;
	size_t count;
};

/* Whether xinetd finds an earlier service at SERVICE's port when it checks the entry,
 * which it does by the addresses that are bound; notes SERVICE. SERVICE is stopped, or
 * unsure, then. */
void
xinetd_ports_check(struct xinetd_ports *ports, struct xinetd_service *service);

/* Whether SERVICE, which listens at a TCP port, gets it; notes it. */
void
xinetd_ports_listen(struct xinetd_ports *ports, struct xinetd_service *service);

void
xinetd_ports_free(struct xinetd_ports *ports);

#endif
