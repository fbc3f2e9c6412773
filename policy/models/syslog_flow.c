#include "policy/models/syslog_flow.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* The messages on their way at some point of the program. SURE is in SOME is in MAY. */
struct flow {
	struct priorities may; /* a message of these may be here */
	struct priorities some; /* at least one that the host can log certainly is */
	struct priorities sure; /* all are */
	struct priorities
		touched; /* some of these may have left since the branch began */
	unsigned tested; /* properties whose tests have parted the messages */
};

enum {
	CALL_DEPTH_MAX = 50,
	STEPS_MAX = 2000000,
	PARTS_MAX = 64,
};

struct walk {
	const struct syslog_conf *conf;
	const struct place *place; /* NULL: all actions are told to FOUND */
	void (*found)(void *data, const struct statement *action, struct priorities may,
		struct priorities sure);
	void *data;
	struct reach *reach;
	struct flow ended; /* may and some: those that a stop has ended */
	struct priorities carried; /* some messages of these have come to the place */
	unsigned depth;
	size_t steps;
};

static void
parts_add(struct parts *parts, const struct statement *statement, const struct flow *flow)
{
	/* messages may come by it more than once: from several inputs, by several calls
	 */
	for (size_t i = 0; i < parts->count; i++)
		if (parts->items[i].statement == statement) {
			parts->items[i].set = priorities_or(
				parts->items[i].set, flow->may);
			return;
		}
	if (parts->count >= PARTS_MAX)
		return;
	parts->items = memory_grow(parts->items, parts->count, sizeof *parts->items);
	parts->items[parts->count++] = (struct part){ .statement = statement,
		.set = flow->may };
}

static void
parts_add_if_any(
	struct parts *parts, const struct statement *statement, const struct flow *flow)
{
	if (!priorities_empty(flow->may))
		parts_add(parts, statement, flow);
}

static bool
same_port(const char *have, const char *want)
{
	if (have == NULL || strcmp(have, "syslog") == 0)
		have = "514";
	return strcmp(have, want) == 0;
}

enum match {
	MATCH_NO,
	MATCH_PERHAPS,
	MATCH_YES,
};

static enum match
match_place(const struct destination *have, const struct place *place)
{
	if (have->type != place->type)
		return MATCH_NO;
	if (have->type == DESTINATION_HOST)
		return strcasecmp(have->name, place->name) == 0 &&
				same_port(have->port, place->port) &&
				(have->protocol == PROTOCOL_UDP ? place->udp : place->tcp)
			? MATCH_YES
			: MATCH_NO;
	if (have->computed)
		return strncmp(have->name, place->name, strlen(have->name)) == 0
			? MATCH_PERHAPS
			: MATCH_NO;
	return strcmp(have->name, place->name) == 0 ? MATCH_YES : MATCH_NO;
}

static void
leave(struct flow *flow)
{
	flow->touched = priorities_or(flow->touched, flow->may);
	flow->may = flow->some = flow->sure = (struct priorities){ { 0 } };
}

/* Any number of the messages may be gone. */
static void
doubt(struct walk *walk, const struct statement *statement, struct flow *flow)
{
	if (walk->reach != NULL)
		parts_add_if_any(&walk->reach->doubts, statement, flow);
	walk->ended.may = priorities_or(walk->ended.may, flow->may);
	flow->touched = priorities_or(flow->touched, flow->may);
	flow->some = flow->sure = (struct priorities){ { 0 } };
}

static void
walk_action(struct walk *walk, const struct statement *statement, struct flow *flow)
{
	if (walk->place == NULL || walk->reach == NULL) {
		if (walk->found != NULL)
			walk->found(walk->data, statement, flow->may,
				statement->destination->doubt == NULL
					? flow->sure
					: (struct priorities){ { 0 } });
		return;
	}
	switch (match_place(statement->destination, walk->place)) {
	case MATCH_NO:
		break;
	case MATCH_PERHAPS:
		doubt(walk, statement, flow);
		break;
	case MATCH_YES:
		if (statement->destination->doubt != NULL) {
			doubt(walk, statement, flow);
			break;
		}
		parts_add(&walk->reach->carriers, statement, flow);
		walk->carried = priorities_or(walk->carried, flow->may);
		leave(flow);
		break;
	}
}

static void
walk_stop(struct walk *walk, const struct statement *statement, struct flow *flow)
{
	if (walk->reach != NULL)
		parts_add_if_any(&walk->reach->stops, statement, flow);
	walk->ended.may = priorities_or(walk->ended.may, flow->may);
	walk->ended.some = priorities_or(walk->ended.some, flow->some);
	leave(flow);
}

/* The part of IN that takes the branch where WITH (yes or no) holds and WITHOUT does not.
 */
static struct flow
branch(const struct flow *in, const struct condition *condition, struct priorities with,
	struct priorities without)
{
	struct priorities either = priorities_without(priorities_all(),
		priorities_or(
			condition->opaque, priorities_or(condition->yes, condition->no)));
	/* a second test of the same property may be the first one's contrary */
	if ((in->tested & condition->tested) != 0)
		either = priorities_and(either, in->sure);
	return (struct flow){
		.may = priorities_without(in->may, without),
		.some = priorities_and(in->some, priorities_or(with, either)),
		.sure = priorities_and(in->sure, with),
		.tested = in->tested | condition->tested,
	};
}

static void
walk_block(struct walk *walk, const struct block *block, struct flow *flow);

static void
walk_if(struct walk *walk, const struct statement *statement, struct flow *flow)
{
	const struct condition *condition = statement->condition;
	struct flow yes = branch(flow, condition, condition->yes, condition->no),
		    no = branch(flow, condition, condition->no, condition->yes);
	walk_block(walk, &statement->branches[0], &yes);
	walk_block(walk, &statement->branches[1], &no);
	struct priorities touched = priorities_or(yes.touched, no.touched);
	flow->may = priorities_or(yes.may, no.may);
	flow->some = priorities_or(priorities_without(flow->some, touched),
		priorities_or(yes.some, no.some));
	flow->sure = priorities_without(flow->sure, touched);
	flow->touched = priorities_or(flow->touched, touched);
	if (!priorities_empty(touched))
		flow->tested |= condition->tested;
}

static void
walk_call(struct walk *walk, const struct statement *statement, struct flow *flow)
{
	struct ruleset *ruleset = &walk->conf->rulesets[statement->ruleset];
	if (priorities_empty(flow->may))
		return;
	if (ruleset->open || walk->depth >= CALL_DEPTH_MAX) {
		doubt(walk, statement, flow);
		return;
	}
	ruleset->open = true;
	walk->depth++;
	if (statement->detached || ruleset->queued) {
		struct flow ended = walk->ended;
		walk->ended = (struct flow){ 0 };
		walk_block(walk, &ruleset->body, flow);
		flow->may = priorities_or(flow->may, walk->ended.may);
		flow->some = priorities_or(flow->some, walk->ended.some);
		walk->ended = ended;
	} else {
		walk_block(walk, &ruleset->body, flow);
	}
	walk->depth--;
	ruleset->open = false;
}

static void
walk_block(struct walk *walk, const struct block *block, struct flow *flow)
{
	for (size_t i = 0; i < block->count; i++) {
		const struct statement *statement = &block->items[i];
		if (walk->steps++ >= STEPS_MAX) {
			doubt(walk, statement, flow);
			return;
		}
		switch (statement->type) {
		case STATEMENT_ACTION:
			walk_action(walk, statement, flow);
			break;
		case STATEMENT_STOP:
			walk_stop(walk, statement, flow);
			break;
		case STATEMENT_IF:
			walk_if(walk, statement, flow);
			break;
		case STATEMENT_CALL:
			walk_call(walk, statement, flow);
			break;
		case STATEMENT_OPAQUE:
			doubt(walk, statement, flow);
			break;
		}
	}
}

/* Sends the messages of WANTED in at every entrance. Afterwards walk->ended holds those
 * that came to an end: by a stop, or behind the last statement. */
static void
walk_all(struct walk *walk, struct priorities wanted)
{
	for (size_t i = 0; i < walk->conf->entrance_count; i++) {
		const struct entrance *entrance = &walk->conf->entrances[i];
		struct ruleset *ruleset = &walk->conf->rulesets[entrance->ruleset];
		struct priorities set = priorities_and(wanted, entrance->set);
		struct flow flow = { .may = set, .some = set, .sure = set };
		if (priorities_empty(set))
			continue;
		ruleset->open = true;
		walk_block(walk, &ruleset->body, &flow);
		ruleset->open = false;
		walk->ended.may = priorities_or(walk->ended.may, flow.may);
		walk->ended.some = priorities_or(walk->ended.some, flow.some);
	}
}

void
syslog_reach(const struct syslog_conf *conf, const struct place *place,
	struct priorities wanted, struct reach *ret_reach)
{
	*ret_reach = (struct reach){ 0 };
	struct walk walk = { .conf = conf, .place = place, .reach = ret_reach };
	struct priorities unheard = wanted;
	walk_all(&walk, wanted);
	for (size_t i = 0; i < conf->entrance_count; i++)
		unheard = priorities_without(unheard, conf->entrances[i].set);
	ret_reach->missed = priorities_or(walk.ended.some, unheard);
	ret_reach->reached = priorities_without(
		wanted, priorities_or(walk.ended.may, ret_reach->missed));
	ret_reach->partly = priorities_and(ret_reach->missed, walk.carried);
}

void
reach_free(struct reach *reach)
{
	free(reach->carriers.items);
	free(reach->stops.items);
	free(reach->doubts.items);
	*reach = (struct reach){ 0 };
}

void
syslog_destinations(const struct syslog_conf *conf,
	void (*found)(void *data, const struct statement *action, struct priorities may,
		struct priorities sure),
	void *data)
{
	struct walk walk = { .conf = conf, .found = found, .data = data };
	walk_all(&walk, priorities_all());
}
