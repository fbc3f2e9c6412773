/* Sets of IPv4 packets as an access list can tell them apart. A cube fixes some bits of
 * the addresses and of the header (a wildcard mask of IOS may fix any of them) and has a
 * range for each port. */
#ifndef POLICY_MODELS_ROUTER_CUBE_H
#define POLICY_MODELS_ROUTER_CUBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PACKET_SOURCE,
	PACKET_DESTINATION,
	PACKET_HEADER, /* the bits below */
	PACKET_WORDS,

	PACKET_FROM = 0, /* the ports: of the source */
	PACKET_TO, /* of the destination; type << 8 | code of ICMP */
	PACKET_PORTS,

	PACKET_PROTOCOL = 0xff,
	PACKET_TOS_SHIFT = 8,
	PACKET_TOS = 0xff << PACKET_TOS_SHIFT,
	PACKET_FIN = 1 << 16, /* flags of TCP */
	PACKET_SYN = 1 << 17,
	PACKET_RST = 1 << 18,
	PACKET_PSH = 1 << 19,
	PACKET_ACK = 1 << 20,
	PACKET_URG = 1 << 21,
	PACKET_FRAGMENT = 1 << 22, /* not the first: it has no ports, type or flags */
};

struct router_packet {
	uint32_t words[PACKET_WORDS];
	uint16_t ports[PACKET_PORTS];
};

struct router_cube {
	uint32_t value[PACKET_WORDS], care[PACKET_WORDS]; /* no value where no care */
	uint16_t low[PACKET_PORTS], high[PACKET_PORTS];
};

struct router_cubes {
	struct router_cube *items;
	size_t count;
};

/* How much may still be looked at: an enemy's list can make the questions below cost more
 * than anybody waits. A unit is one cube held against another. */
struct router_work {
	uint64_t left;
	uint64_t left_now; /* of the question at hand */
	struct router_span *spans; /* room */
	size_t room;
};

enum router_found {
	ROUTER_NONE,
	ROUTER_FOUND,
	ROUTER_TOO_MUCH, /* the work was used up before it was known */
};

/* Every packet. */
extern const struct router_cube router_every;

void
router_cubes_add(struct router_cubes *cubes, const struct router_cube *cube);

void
router_cubes_free(struct router_cubes *cubes);

bool
router_cube_meets(const struct router_cube *a, const struct router_cube *b);

/* Whether all of INNER is in OUTER; they must meet. */
bool
router_cube_contains(const struct router_cube *outer, const struct router_cube *inner);

/* What is in A and in B; they must meet. */
struct router_cube
router_cube_common(const struct router_cube *a, const struct router_cube *b);

bool
router_cube_holds(const struct router_cube *cube, const struct router_packet *packet);

/* A packet of CUBE: where it leaves a choice, one of a sort that people know. */
struct router_packet
router_cube_packet(const struct router_cube *cube);

/* Looks for a part of REGION that none of the COUNT cubes at COVER (whose order it
 * changes) meets: *ret_rest. ROUTER_NONE: they cover the region. */
enum router_found
router_cube_rest(const struct router_cube *region, const struct router_cube **cover,
	size_t count, struct router_work *work, struct router_cube *ret_rest);

void
router_work_begin(struct router_work *work);

/* False when there is not so much left. */
bool
router_work_spend(struct router_work *work, uint64_t units);

void
router_work_free(struct router_work *work);

#endif
