#include "policy/models/network/tcprules_regions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { DEPTH = 4 };

/* What is said of one prefix: by a rule for it, a rule for it and an ident, a mark. */
struct point {
	unsigned char octets[DEPTH];
	unsigned char depth; /* how many of them count */
	const struct tcprule *rule, *by_info;
	const char *mark;
	size_t place; /* a later mark of one prefix wins */
};

/* One rule of each sort that admits and one that denies. */
struct pair {
	const struct tcprule *one[2]; /* by denies */
};

struct walk {
	struct point *points;
	size_t count;
	struct pair info_names, names, domains;
	void (*see)(void *data, const struct tcprules_region *region);
	void *data;
};

/* Reads the octets of TEXT, written as ip4_fmt does. -1 when it is none. */
static int
read_prefix(const char *text, unsigned char octets[DEPTH])
{
	int depth = 0;
	while (depth < DEPTH) {
		unsigned number = 0;
		const char *start = text;
		for (; *text >= '0' && *text <= '9' && text - start < 3; text++)
			number = number * 10 + (unsigned)(*text - '0');
		if (text == start || number > 255 || (*start == '0' && text - start > 1))
			return -1;
		octets[depth++] = (unsigned char)number;
		if (*text == '\0')
			return depth == DEPTH ? depth : -1;
		if (*text != '.' || depth == DEPTH)
			return -1;
		if (*++text == '\0')
			return depth;
	}
	return -1;
}

bool
tcprules_is_prefix(const char *text)
{
	unsigned char octets[DEPTH];
	return read_prefix(text, octets) > 0;
}

static struct point *
add_point(struct walk *walk, const char *prefix)
{
	struct point point = { .place = walk->count };
	int depth = *prefix == '\0' ? 0 : read_prefix(prefix, point.octets);
	if (depth < 0)
		return NULL;
	point.depth = (unsigned char)depth;
	walk->points = memory_grow(walk->points, walk->count, sizeof *walk->points);
	walk->points[walk->count] = point;
	return &walk->points[walk->count++];
}

/* dns_domain_todot_cat writes names so; another name is no client's. */
static bool
is_name(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_.\\")] == '\0';
}

static void
add_to(struct pair *pair, const struct tcprule *rule)
{
	if (pair->one[rule->denies] == NULL)
		pair->one[rule->denies] = rule;
}

static void
add_rule(struct walk *walk, const struct tcprule *rule)
{
	const char *at = strrchr(rule->key, '@');
	const char *client = at != NULL ? at + 1 : rule->key;
	if (*client == '=') {
		/* "." is the name of the root; rules.c asks for no domain together
		 * with an ident */
		bool is_domain = client[1] == '\0' ||
			(client[1] == '.' && client[2] != '\0');
		if (is_name(client + 1) && (at == NULL || !is_domain))
			add_to(at != NULL           ? &walk->info_names
					: is_domain ? &walk->domains
						    : &walk->names,
				rule);
		return;
	}
	struct point *point = at != NULL && *client == '\0' ? NULL
							    : add_point(walk, client);
	if (point == NULL)
		return;
	if (at == NULL)
		point->rule = rule;
	else if (point->depth == DEPTH)
		point->by_info = rule;
	else
		walk->count--; /* nor for a prefix */
}

static int
by_prefix(const void *a, const void *b)
{
	const struct point *x = a, *y = b;
	int order = memcmp(x->octets, y->octets, DEPTH);
	if (order == 0)
		order = x->depth - y->depth;
	return order != 0 ? order : x->place < y->place ? -1 : x->place > y->place;
}

/* By rules.c doit, where each stands before the rule that decides at DEPTH_OF_RULE. */
static const struct tcprule *
find_other(const struct walk *walk, const struct tcprules_region *region,
	unsigned depth_of_rule, const struct pair *here)
{
	bool otherwise = region->rule == NULL || !region->rule->denies;
	const struct tcprule *other = here->one[otherwise];
	if (other == NULL)
		other = walk->info_names.one[otherwise];
	if (other == NULL && depth_of_rule < DEPTH)
		other = walk->names.one[otherwise];
	if (other == NULL && depth_of_rule == 0)
		other = walk->domains.one[otherwise];
	return other;
}

static void
name_region(struct tcprules_region *region, const unsigned char *octets, unsigned depth)
{
	size_t length = 0;
	for (unsigned i = 0; i < depth; i++)
		length += (size_t)snprintf(region->prefix + length,
			sizeof region->prefix - length, "%u%s", octets[i],
			i < DEPTH - 1 ? "." : "");
	region->prefix[length] = '\0';
}

/* The points from FIRST to LAST are those of one prefix of DEPTH octets and of what lies
 * in it. REGION and DEPTH_OF_RULE are those of the prefix around it; IS_SEEN: there was
 * some of that to see. */
static void
walk_prefix(const struct walk *walk, size_t first, size_t last, unsigned depth,
	struct tcprules_region region, unsigned depth_of_rule, bool is_seen)
{
	const struct point *points = walk->points;
	struct pair here = { 0 };
	size_t inner = first, parts = 0;
	for (; inner < last && points[inner].depth == depth; inner++) {
		const struct point *point = &points[inner];
		if (point->rule != NULL) {
			region.rule = point->rule;
			depth_of_rule = depth;
		}
		if (point->by_info != NULL)
			add_to(&here, point->by_info);
		if (point->mark != NULL)
			region.mark = point->mark;
		is_seen = false;
	}
	for (size_t i = inner; i < last; i++)
		parts += i == inner ||
			points[i].octets[depth] != points[i - 1].octets[depth];
	if (!is_seen && parts < 256) {
		name_region(&region, points[first].octets, depth);
		region.other = find_other(walk, &region, depth_of_rule, &here);
		walk->see(walk->data, &region);
		is_seen = true;
	}
	for (size_t i = inner, end; i < last; i = end) {
		for (end = i; end < last &&
			points[end].octets[depth] == points[i].octets[depth];
			end++)
			;
		walk_prefix(walk, i, end, depth + 1, region, depth_of_rule, is_seen);
	}
}

void
tcprules_walk(const struct tcprules *rules, const char *const *marks, size_t count,
	void (*see)(void *data, const struct tcprules_region *region), void *data)
{
	struct walk walk = { .see = see, .data = data };
	struct tcprules_region all = { 0 };
	add_point(&walk, ""); /* so that there is one */
	for (size_t i = 0; i < rules->count; i++)
		add_rule(&walk, rules->items[i]);
	for (size_t i = 0; i < count; i++) {
		struct point *point = add_point(&walk, marks[i]);
		if (point != NULL)
			point->mark = marks[i];
	}
	qsort(walk.points, walk.count, sizeof *walk.points, by_prefix);
	walk_prefix(&walk, 0, walk.count, 0, all, 0, false);
	free(walk.points);
}
