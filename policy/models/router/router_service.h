/* What somebody wants to pass an access list, and what a packet looks like. */
#ifndef POLICY_MODELS_ROUTER_SERVICE_H
#define POLICY_MODELS_ROUTER_SERVICE_H

#include "policy/models/router/router_cube.h"
#include "policy/models/router/router_group.h"

struct router_service {
	const struct router_address *from; /* borrowed */
	size_t from_count;
	struct router_address to;
	long protocol; /* ROUTER_ANY_PROTOCOL: each */
	uint16_t low[PACKET_PORTS], high[PACKET_PORTS];
	bool from_any_port; /* low and high of the source are every port */
	bool established; /* only packets of connections that are there already */
};

/* Adds the packets that may pass. Later fragments are in none of these sets: they have no
 * port to judge by, and are nothing without the first. */
void
router_service_may(const struct router_service *service, struct router_cubes *cubes);

/* Adds those that must pass for it to work. Of TCP they open a connection or acknowledge
 * something; they come from ports from 1024 on where no port is asked for. */
void
router_service_must(const struct router_service *service, struct router_cubes *cubes);

/* Adds the packets from and to NETWORK. */
void
router_service_from(struct router_address network, struct router_cubes *cubes);

void
router_service_to(struct router_address network, struct router_cubes *cubes);

/* Adds the fragments to NETWORK that are not the first of their packet. */
void
router_service_fragments(struct router_address network, struct router_cubes *cubes);

/* Adds the packets from addresses that nobody on the Internet has: those that the IANA
 * IPv4 Special-Purpose Address Registry (RFC 6890) says are not global, multicast and
 * class E. */
void
router_service_special(struct router_cubes *cubes);

/* "tcp 198.51.100.1:40000 -> 192.0.2.1:25 syn". The caller frees. */
char *
router_service_packet(const struct router_packet *packet);

#endif
