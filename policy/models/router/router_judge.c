#include "policy/models/router/router_judge.h"

#include <stdlib.h>

#include "base/memory.h"

/* Of more lines than these none is left out. */
enum { COVER_MAX = 200 };

static const struct router_cubes every = { (struct router_cube *)&router_every, 1 };

/* What some lines are held against: they are given a part of it. */
struct sieve {
	const struct router_cube **cubes;
	size_t count, room;
	bool is_tight; /* one of them has all of the region: the others don't matter */
};

static void
sieve_free(struct sieve *sieve)
{
	free((void *)sieve->cubes);
}

/* Adds those of CUBES that meet REGION. */
static bool
sieve_add(struct sieve *sieve, const struct router_cubes *cubes,
	const struct router_cube *region, struct router_work *work)
{
	if (!router_work_spend(work, cubes->count))
		return false;
	for (size_t i = 0; i < cubes->count; i++) {
		if (!router_cube_meets(&cubes->items[i], region))
			continue;
		sieve->is_tight = sieve->is_tight ||
			router_cube_contains(&cubes->items[i], region);
		if (sieve->count == sieve->room) {
			sieve->room = sieve->room > 0 ? 2 * sieve->room : 64;
			sieve->cubes = memory_resize(
				(void *)sieve->cubes, sieve->room, sizeof *sieve->cubes);
		}
		sieve->cubes[sieve->count++] = &cubes->items[i];
	}
	return true;
}

/* What of REGION is left over; WITHIN: not if the work was too much before. */
static enum router_found
sieve_rest(const struct sieve *sieve, const struct router_cube *region, bool within,
	struct router_work *work, struct router_cube *ret_rest)
{
	if (!within)
		return ROUTER_TOO_MUCH;
	return sieve->is_tight
		? ROUTER_NONE
		: router_cube_rest(region, sieve->cubes, sieve->count, work, ret_rest);
}

static const struct router_cubes *
cubes_of(const struct router_entry *entry)
{
	return entry->is_strange ? &every : &entry->cubes;
}

static bool
is_certain(const struct router_entry *entry)
{
	return !entry->is_strange && entry->doubt == NULL;
}

/* One question to one line. */
struct inquiry {
	const struct router_list *list;
	const struct router_cubes *besides; /* NULL: none */
	size_t without; /* a line that is taken as not there; SIZE_MAX: none */
	/* doubtful lines that permit, or deny, count as certain ones; strange ones are
	 * both */
	bool hold[2];
};

static bool
counts(const struct inquiry *inquiry, size_t line)
{
	const struct router_entry *entry = &inquiry->list->entries[line];
	if (line == inquiry->without)
		return false;
	if (entry->is_strange)
		return inquiry->hold[false] || inquiry->hold[true];
	return entry->doubt == NULL || inquiry->hold[entry->permits];
}

/* Looks for a packet of REGION that reaches the line LINE: none before is about it. */
static enum router_found
reach(const struct inquiry *inquiry, size_t line, const struct router_cube *region,
	struct router_work *work, struct router_packet *ret_packet)
{
	struct sieve sieve = { 0 };
	struct router_cube rest;
	bool within = inquiry->besides == NULL ||
		sieve_add(&sieve, inquiry->besides, region, work);
	for (size_t i = 0; i < line && within && !sieve.is_tight; i++)
		if (counts(inquiry, i))
			within = sieve_add(&sieve, cubes_of(&inquiry->list->entries[i]),
				region, work);
	/* lines that don't count are looked at too */
	within = within && router_work_spend(work, line);
	enum router_found found = sieve_rest(&sieve, region, within, work, &rest);
	if (found == ROUTER_FOUND)
		*ret_packet = router_cube_packet(&rest);
	sieve_free(&sieve);
	return found;
}

/* The same of the packets that are in REGION and in CUBES. */
static enum router_found
reach_cubes(const struct inquiry *inquiry, size_t line, const struct router_cubes *region,
	const struct router_cubes *cubes, struct router_work *work,
	struct router_packet *ret_packet)
{
	for (size_t i = 0; i < region->count; i++) {
		if (!router_work_spend(work, cubes->count))
			return ROUTER_TOO_MUCH;
		for (size_t j = 0; j < cubes->count; j++) {
			if (!router_cube_meets(&region->items[i], &cubes->items[j]))
				continue;
			struct router_cube both = router_cube_common(
				&region->items[i], &cubes->items[j]);
			enum router_found found = reach(
				inquiry, line, &both, work, ret_packet);
			if (found != ROUTER_NONE)
				return found;
		}
	}
	return ROUTER_NONE;
}

enum router_found
router_judge(const struct router_question *question, size_t first,
	struct router_work *work, size_t *ret_entry, struct router_packet *ret_packet)
{
	const struct router_list *list = question->list;
	const struct router_cubes *region = question->region != NULL ? question->region
								     : &every;
	/* a packet is surely permitted when no line that may deny it comes first */
	struct inquiry inquiry = {
		.list = list,
		.besides = question->besides,
		.without = SIZE_MAX,
		.hold = { question->surely && question->permits,
			question->surely && !question->permits },
	};
	for (size_t i = first; i < list->count; i++) {
		const struct router_entry *entry = &list->entries[i];
		if (entry->is_strange || entry->doubt != NULL
				? question->surely ||
					(!entry->is_strange &&
						entry->permits != question->permits)
				: entry->permits != question->permits)
			continue;
		enum router_found found = reach_cubes(
			&inquiry, i, region, cubes_of(entry), work, ret_packet);
		*ret_entry = i;
		if (found != ROUTER_NONE)
			return found;
	}
	*ret_entry = list->count;
	return question->permits
		? ROUTER_NONE
		: reach_cubes(&inquiry, list->count, region, &every, work, ret_packet);
}

enum router_found
router_judge_line(const struct router_list *list, size_t entry, struct router_work *work,
	struct router_packet *ret_packet)
{
	const struct inquiry inquiry = { .list = list, .without = SIZE_MAX };
	return reach_cubes(&inquiry, entry, &every, cubes_of(&list->entries[entry]), work,
		ret_packet);
}

/* Whether the COUNT LINES cover the line ENTRY. */
static enum router_found
left_over(const struct router_list *list, size_t entry, const size_t *lines, size_t count,
	struct router_work *work)
{
	const struct router_cubes *cubes = cubes_of(&list->entries[entry]);
	enum router_found found = ROUTER_NONE;
	for (size_t i = 0; i < cubes->count && found == ROUTER_NONE; i++) {
		struct sieve sieve = { 0 };
		struct router_cube rest;
		bool within = true;
		for (size_t j = 0; j < count && within; j++)
			within = sieve_add(&sieve, &list->entries[lines[j]].cubes,
				&cubes->items[i], work);
		found = sieve_rest(&sieve, &cubes->items[i], within, work, &rest);
		sieve_free(&sieve);
	}
	return found;
}

static bool
meet(const struct router_cubes *a, const struct router_cubes *b)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t j = 0; j < b->count; j++)
			if (router_cube_meets(&a->items[i], &b->items[j]))
				return true;
	return false;
}

void
router_judge_cover(const struct router_list *list, size_t entry, struct router_work *work,
	size_t **ret_lines, size_t *ret_count)
{
	const struct router_cubes *covered = cubes_of(&list->entries[entry]);
	size_t *lines = *ret_lines = NULL, count = 0;
	for (size_t i = 0; i < entry; i++) {
		const struct router_entry *line = &list->entries[i];
		if (!is_certain(line) ||
			!router_work_spend(work, line->cubes.count * covered->count) ||
			!meet(&line->cubes, covered))
			continue;
		lines = memory_grow(lines, count, sizeof *lines);
		lines[count++] = i;
		/* one that is enough is what people want to hear of */
		if (left_over(list, entry, &i, 1, work) == ROUTER_NONE) {
			lines[0] = i;
			count = 1;
			break;
		}
	}
	/* else each is left out that the others can do without */
	for (size_t i = count <= COVER_MAX ? count : 0; i-- > 0 && count > 1;) {
		size_t line = lines[i];
		for (size_t j = i; j + 1 < count; j++)
			lines[j] = lines[j + 1];
		if (left_over(list, entry, lines, count - 1, work) == ROUTER_NONE) {
			count--;
			continue;
		}
		for (size_t j = count - 1; j > i; j--)
			lines[j] = lines[j - 1];
		lines[i] = line;
	}
	*ret_lines = lines;
	*ret_count = count;
}

/* Looks for a packet that ENTRY may decide and that the line LATER, or the end of the
 * list, may decide if ENTRY is not there. */
static enum router_found
passes_on(const struct inquiry *inquiry, size_t later, const struct router_cubes *decided,
	struct router_work *work, struct router_packet *ret_packet)
{
	const struct router_list *list = inquiry->list;
	return reach_cubes(inquiry, later, decided,
		later < list->count ? cubes_of(&list->entries[later]) : &every, work,
		ret_packet);
}

enum router_found
router_judge_need(const struct router_list *list, size_t entry, struct router_work *work,
	struct router_packet *ret_packet)
{
	const struct router_entry *line = &list->entries[entry];
	const struct inquiry inquiry = { .list = list, .without = entry };
	if (line->is_strange)
		return ROUTER_TOO_MUCH;
	for (size_t i = entry + 1; i <= list->count; i++) {
		const struct router_entry *later = &list->entries[i];
		if (i < list->count
				? !later->is_strange && later->permits == line->permits
				: !line->permits)
			continue;
		enum router_found found = passes_on(
			&inquiry, i, &line->cubes, work, ret_packet);
		if (found != ROUTER_NONE)
			return found;
	}
	return ROUTER_NONE;
}

static bool
holds(const struct router_entry *entry, const struct router_packet *packet)
{
	const struct router_cubes *cubes = cubes_of(entry);
	for (size_t i = 0; i < cubes->count; i++)
		if (router_cube_holds(&cubes->items[i], packet))
			return true;
	return false;
}

enum router_fate
router_judge_packet(const struct router_list *list, const struct router_packet *packet,
	size_t *ret_entry)
{
	size_t doubtful[2] = { SIZE_MAX, SIZE_MAX }; /* the first that may deny, permit */
	bool permits = false;
	size_t i = 0;
	for (; i < list->count; i++) {
		const struct router_entry *entry = &list->entries[i];
		if (!holds(entry, packet))
			continue;
		permits = entry->permits;
		if (is_certain(entry))
			break;
		for (size_t j = 0; j < 2; j++)
			if ((entry->is_strange || permits == j) &&
				doubtful[j] == SIZE_MAX)
				doubtful[j] = i;
		permits = false;
	}
	*ret_entry = i;
	if (doubtful[!permits] == SIZE_MAX)
		return permits ? ROUTER_PERMITTED : ROUTER_DENIED;
	*ret_entry = doubtful[!permits];
	return ROUTER_UNKNOWN;
}
