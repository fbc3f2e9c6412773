#include "policy/models/router/router_cube.h"

#include <stdlib.h>

#include "base/memory.h"

/* A second or two on a machine of 2020; an ordinary list of a thousand lines takes a
 * hundredth of it. */
static const uint64_t WORK_MAX = 300000000, WORK_ONCE = 8000000;

struct router_span {
	int32_t low, high;
};

const struct router_cube router_every = { .high = { UINT16_MAX, UINT16_MAX } };

void
router_cubes_add(struct router_cubes *cubes, const struct router_cube *cube)
{
	cubes->items = memory_grow(cubes->items, cubes->count, sizeof *cubes->items);
	cubes->items[cubes->count++] = *cube;
}

void
router_cubes_free(struct router_cubes *cubes)
{
	free(cubes->items);
	*cubes = (struct router_cubes){ 0 };
}

bool
router_cube_meets(const struct router_cube *a, const struct router_cube *b)
{
	for (size_t i = 0; i < PACKET_WORDS; i++)
		if (((a->value[i] ^ b->value[i]) & a->care[i] & b->care[i]) != 0)
			return false;
	for (size_t i = 0; i < PACKET_PORTS; i++)
		if (a->low[i] > b->high[i] || b->low[i] > a->high[i])
			return false;
	return true;
}

bool
router_cube_contains(const struct router_cube *outer, const struct router_cube *inner)
{
	for (size_t i = 0; i < PACKET_WORDS; i++)
		if ((outer->care[i] & ~inner->care[i]) != 0)
			return false;
	for (size_t i = 0; i < PACKET_PORTS; i++)
		if (outer->low[i] > inner->low[i] || outer->high[i] < inner->high[i])
			return false;
	return true;
}

struct router_cube
router_cube_common(const struct router_cube *a, const struct router_cube *b)
{
	struct router_cube common = *a;
	for (size_t i = 0; i < PACKET_WORDS; i++) {
		common.value[i] |= b->value[i];
		common.care[i] |= b->care[i];
	}
	for (size_t i = 0; i < PACKET_PORTS; i++) {
		if (b->low[i] > common.low[i])
			common.low[i] = b->low[i];
		if (b->high[i] < common.high[i])
			common.high[i] = b->high[i];
	}
	return common;
}

bool
router_cube_holds(const struct router_cube *cube, const struct router_packet *packet)
{
	for (size_t i = 0; i < PACKET_WORDS; i++)
		if (((cube->value[i] ^ packet->words[i]) & cube->care[i]) != 0)
			return false;
	for (size_t i = 0; i < PACKET_PORTS; i++)
		if (packet->ports[i] < cube->low[i] || packet->ports[i] > cube->high[i])
			return false;
	return true;
}

struct router_packet
router_cube_packet(const struct router_cube *cube)
{
	/* 198.51.100.1 and 203.0.113.1 are for examples (RFC 5737) */
	static const struct router_packet usual = {
		.words = { 0xc6336401, 0xcb007101, PACKET_SYN | 6 },
		.ports = { 40000, 0 },
	};
	struct router_packet packet;
	for (size_t i = 0; i < PACKET_WORDS; i++)
		packet.words[i] = cube->value[i] | (usual.words[i] & ~cube->care[i]);
	for (size_t i = 0; i < PACKET_PORTS; i++)
		packet.ports[i] = usual.ports[i] < cube->low[i] ? cube->low[i]
			: usual.ports[i] > cube->high[i]        ? cube->high[i]
								: usual.ports[i];
	return packet;
}

/* --- what others leave over ----------------------------------------------------------
 *
 * The question whether cubes cover a region is the one whether a disjunction is a
 * tautology, and is answered as Espresso does (Brayton et al., Logic Minimization
 * Algorithms for VLSI Synthesis, 1984): where all cubes that care for a bit want the same
 * value, only the other value need be looked at, with the cubes that don't care; else the
 * region is halved. Of ports likewise: where the ranges leave a gap, that is the hardest
 * place. */

static bool
spend(struct router_work *work, uint64_t units)
{
	if (work->left_now < units)
		return false;
	work->left_now -= units;
	work->left -= units;
	return true;
}

/* Brings the cubes that meet REGION to the front: *count of them. ROUTER_FOUND when one
 * contains it. */
static enum router_found
choose(const struct router_cube *region, const struct router_cube **cover, size_t *count,
	struct router_work *work)
{
	size_t kept = 0;
	if (!spend(work, *count))
		return ROUTER_TOO_MUCH;
	for (size_t i = 0; i < *count; i++) {
		const struct router_cube *cube = cover[i];
		if (!router_cube_meets(cube, region))
			continue;
		if (router_cube_contains(cube, region))
			return ROUTER_FOUND;
		cover[i] = cover[kept];
		cover[kept++] = cube;
	}
	*count = kept;
	return ROUTER_NONE;
}

/* Fixes each bit for which the cubes want one value alone to the other. */
static bool
fix_bits(struct router_cube *region, const struct router_cube **cover, size_t count)
{
	bool fixed = false;
	for (size_t i = 0; i < PACKET_WORDS; i++) {
		uint32_t ones = 0, zeros = 0;
		for (size_t j = 0; j < count; j++) {
			ones |= cover[j]->value[i];
			zeros |= cover[j]->care[i] & ~cover[j]->value[i];
		}
		uint32_t single = (ones ^ zeros) & ~region->care[i];
		region->care[i] |= single;
		region->value[i] |= single & zeros;
		fixed = fixed || single != 0;
	}
	return fixed;
}

static int
compare_spans(const void *a, const void *b)
{
	const struct router_span *x = a, *y = b;
	return (x->low > y->low) - (x->low < y->low);
}

/* The ranges of the cubes that don't take every port of REGION, in order. */
static size_t
spans_of(const struct router_cube *region, size_t port, const struct router_cube **cover,
	size_t count, struct router_work *work)
{
	size_t found = 0;
	if (work->room < count) {
		work->spans = memory_resize(work->spans, count, sizeof *work->spans);
		work->room = count;
	}
	for (size_t i = 0; i < count; i++)
		if (cover[i]->low[port] > region->low[port] ||
			cover[i]->high[port] < region->high[port])
			work->spans[found++] = (struct router_span){ cover[i]->low[port],
				cover[i]->high[port] };
	qsort(work->spans, found, sizeof *work->spans, compare_spans);
	return found;
}

/* Narrows REGION to a port that none of those ranges has. */
static bool
fix_port(struct router_cube *region, size_t port, const struct router_cube **cover,
	size_t count, struct router_work *work)
{
	size_t found = spans_of(region, port, cover, count, work);
	int32_t reach = region->low[port];
	for (size_t i = 0; i < found && work->spans[i].low <= reach; i++)
		if (work->spans[i].high >= reach)
			reach = work->spans[i].high + 1;
	if (found == 0 || reach > region->high[port])
		return false;
	region->low[port] = region->high[port] = (uint16_t)reach;
	return true;
}

/* The bit for which most cubes care; *ret_most of them. */
static void
busiest_bit(const struct router_cube *region, const struct router_cube **cover,
	size_t count, size_t *ret_word, uint32_t *ret_bit, size_t *ret_most)
{
	*ret_most = 0;
	for (size_t i = 0; i < PACKET_WORDS; i++) {
		size_t caring[32] = { 0 };
		for (size_t j = 0; j < count; j++)
			for (uint32_t left = cover[j]->care[i] & ~region->care[i];
				left != 0; left &= left - 1)
				caring[__builtin_ctz(left)]++;
		for (unsigned bit = 0; bit < 32; bit++)
			if (caring[bit] > *ret_most) {
				*ret_most = caring[bit];
				*ret_word = i;
				*ret_bit = 1u << bit;
			}
	}
}

/* Where half of the ranges' ends are on each side: the first port of the upper half. */
static uint16_t
middle(const struct router_cube *region, size_t port, const struct router_cube **cover,
	size_t count, struct router_work *work)
{
	size_t found = spans_of(region, port, cover, count, work), ends = 0;
	for (size_t i = 0; i < found; i++) {
		struct router_span span = work->spans[i];
		/* each has an end inside the region; the lower will do */
		work->spans[ends++].low = span.low > region->low[port] ? span.low
								       : span.high + 1;
	}
	qsort(work->spans, ends, sizeof *work->spans, compare_spans);
	return (uint16_t)work->spans[ends / 2].low;
}

/* Cuts REGION in two: *ret_half is one, the other stays in it. */
static void
halve(struct router_cube *region, const struct router_cube **cover, size_t count,
	struct router_work *work, struct router_cube *ret_half)
{
	size_t word = 0, most, port = PACKET_PORTS;
	uint32_t bit = 0;
	busiest_bit(region, cover, count, &word, &bit, &most);
	for (size_t i = 0; i < PACKET_PORTS; i++) {
		size_t cutting = spans_of(region, i, cover, count, work);
		if (cutting > most) {
			most = cutting;
			port = i;
		}
	}
	*ret_half = *region;
	if (port < PACKET_PORTS) {
		uint16_t cut = middle(region, port, cover, count, work);
		ret_half->high[port] = (uint16_t)(cut - 1);
		region->low[port] = cut;
	} else {
		ret_half->care[word] |= bit;
		region->care[word] |= bit;
		region->value[word] |= bit;
	}
}

/* Each level fixes a bit or leaves three quarters of the ends of ranges at most: it is
 * never deeper than some 200. */
static enum router_found
rest(struct router_cube region, const struct router_cube **cover, size_t count,
	struct router_work *work, struct router_cube *ret_rest)
{
	for (;;) {
		struct router_cube half;
		enum router_found found = choose(&region, cover, &count, work);
		if (found != ROUTER_NONE)
			return found == ROUTER_FOUND ? ROUTER_NONE : found;
		if (count == 0) {
			*ret_rest = region;
			return ROUTER_FOUND;
		}
		if (!spend(work, count))
			return ROUTER_TOO_MUCH;
		if (fix_bits(&region, cover, count) ||
			fix_port(&region, PACKET_FROM, cover, count, work) ||
			fix_port(&region, PACKET_TO, cover, count, work))
			continue;
		/* counting the bits and sorting the ports costs more than a look */
		if (!spend(work, 8 * count))
			return ROUTER_TOO_MUCH;
		halve(&region, cover, count, work, &half);
		found = rest(half, cover, count, work, ret_rest);
		if (found != ROUTER_NONE)
			return found;
	}
}

enum router_found
router_cube_rest(const struct router_cube *region, const struct router_cube **cover,
	size_t count, struct router_work *work, struct router_cube *ret_rest)
{
	work->left_now = work->left < WORK_ONCE ? work->left : WORK_ONCE;
	return rest(*region, cover, count, work, ret_rest);
}

void
router_work_begin(struct router_work *work)
{
	*work = (struct router_work){ .left = WORK_MAX };
}

bool
router_work_spend(struct router_work *work, uint64_t units)
{
	bool within = units <= work->left;
	work->left = within ? work->left - units : 0;
	return within;
}

void
router_work_free(struct router_work *work)
{
	free(work->spans);
	*work = (struct router_work){ 0 };
}
