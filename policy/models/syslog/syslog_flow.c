#include "policy/models/syslog/syslog_flow.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* The messages on their way at some point of the program: all that the host can log, or
 * one example. SURE is in MAY. */
struct flow {
	struct priorities may; /* a message of these may be here */
	struct priorities sure; /* all messages of these are, or the example is */
	struct priorities
		touched; /* some of these may have left since the branch began */
};

enum {
	CALL_DEPTH_MAX = 50,
	STEPS_MAX = 2000000,
	EXAMPLE_STEPS_MAX = 200000, /* of all examples together */
	PARTS_MAX = 64,
};

struct walk {
	const struct syslog_conf *conf;
	const struct place *place; /* NULL: all actions are told to FOUND */
	const struct example *example; /* NULL: all messages */
	void (*found)(void *data, const struct statement *action, struct priorities may,
		struct priorities sure);
	void *data;
	struct reach *reach; /* where to note statements; NULL */
	struct flow ended; /* may and sure: those that have not come to the place */
	struct priorities carried; /* those that may have come to it */
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

static bool
is_host(const struct destination *have, const struct place *place)
{
	return strcasecmp(have->name, place->name) == 0 &&
		same_port(have->port, place->port) &&
		(have->protocol == PROTOCOL_UDP ? place->udp : place->tcp);
}

/* Which messages that come to an action with the destination HAVE it sends to PLACE. */
static struct condition
match_place(const struct walk *walk, const struct destination *have)
{
	const struct place *place = walk->place;
	struct priorities all = priorities_all(), none = { { 0 } };
	if (have->type != place->type)
		return condition_of_priorities(none);
	if (have->computed != NULL)
		return expression_names(
			have->computed, place->name, &walk->conf->facts, walk->example);
	bool same = have->type == DESTINATION_HOST ? is_host(have, place)
						   : strcmp(have->name, place->name) == 0;
	return condition_of_priorities(same ? all : none);
}

static void
leave(struct flow *flow)
{
	flow->touched = priorities_or(flow->touched, flow->may);
	flow->may = flow->sure = (struct priorities){ { 0 } };
}

/* Any number of the messages may be gone. */
static void
doubt(struct walk *walk, const struct statement *statement, struct flow *flow)
{
	if (walk->reach != NULL)
		parts_add_if_any(&walk->reach->doubts, statement, flow);
	walk->ended.may = priorities_or(walk->ended.may, flow->may);
	walk->carried = priorities_or(walk->carried, flow->may);
	flow->touched = priorities_or(flow->touched, flow->may);
	flow->sure = (struct priorities){ { 0 } };
}

/* The part of IN that takes the branch where WITH (yes or no) holds and WITHOUT does not.
 */
static struct flow
branch(const struct flow *in, struct priorities with, struct priorities without)
{
	return (struct flow){
		.may = priorities_without(in->may, without),
		.sure = priorities_and(in->sure, with),
	};
}

/* FLOW goes on with what comes out of two branches. */
static void
join(struct flow *flow, const struct flow *yes, const struct flow *no)
{
	struct priorities touched = priorities_or(yes->touched, no->touched);
	flow->may = priorities_or(yes->may, no->may);
	flow->sure = priorities_or(priorities_without(flow->sure, touched),
		priorities_or(yes->sure, no->sure));
	flow->touched = priorities_or(flow->touched, touched);
}

/* Messages come to an action that leads to the place. */
static void
arrive(struct walk *walk, const struct statement *statement, struct flow *flow)
{
	const struct destination *to = statement->destination;
	if (to->lost != NULL) {
		if (walk->reach != NULL)
			parts_add_if_any(&walk->reach->losses, statement, flow);
		return;
	}
	if (to->doubt != NULL) {
		doubt(walk, statement, flow);
		return;
	}
	if (walk->reach != NULL)
		parts_add(&walk->reach->carriers, statement, flow);
	walk->carried = priorities_or(walk->carried, flow->may);
	leave(flow);
}

static void
walk_action(struct walk *walk, const struct statement *statement, struct flow *flow)
{
	if (walk->place == NULL) {
		bool sure = statement->destination->doubt == NULL;
		if (statement->destination->lost == NULL)
			walk->found(walk->data, statement, flow->may,
				sure ? flow->sure : (struct priorities){ { 0 } });
	}
	if (statement->destination->block != NULL)
		doubt(walk, statement, flow);
	if (walk->place == NULL)
		return;
	struct condition here = match_place(walk, statement->destination);
	struct priorities all = priorities_all();
	if (priorities_empty(priorities_without(all, here.no)))
		return;
	struct flow yes = branch(flow, here.yes, here.no),
		    no = branch(flow, here.no, here.yes);
	if (walk->reach != NULL &&
		!priorities_empty(priorities_and(flow->may, here.opaque)))
		parts_add(&walk->reach->doubts, statement,
			&(struct flow){ .may = priorities_and(flow->may, here.opaque) });
	arrive(walk, statement, &yes);
	join(flow, &yes, &no);
}

static void
walk_stop(struct walk *walk, const struct statement *statement, struct flow *flow)
{
	if (walk->reach != NULL)
		parts_add_if_any(&walk->reach->stops, statement, flow);
	walk->ended.may = priorities_or(walk->ended.may, flow->may);
	walk->ended.sure = priorities_or(walk->ended.sure, flow->sure);
	leave(flow);
}

static void
walk_block(struct walk *walk, const struct block *block, struct flow *flow);

static void
walk_if(struct walk *walk, const struct statement *statement, struct flow *flow)
{
	struct condition condition = *statement->condition;
	if (walk->example != NULL && condition.test != NULL)
		condition = expression_condition(
			condition.test, &walk->conf->facts, walk->example);
	struct flow yes = branch(flow, condition.yes, condition.no),
		    no = branch(flow, condition.no, condition.yes);
	walk_block(walk, &statement->branches[0], &yes);
	walk_block(walk, &statement->branches[1], &no);
	struct priorities touched = priorities_or(yes.touched, no.touched);
	struct priorities opaque = priorities_and(
		priorities_and(flow->may, condition.opaque), touched);
	if (walk->reach != NULL && !priorities_empty(opaque))
		parts_add(
			&walk->reach->doubts, statement, &(struct flow){ .may = opaque });
	join(flow, &yes, &no);
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
		flow->sure = priorities_or(flow->sure, walk->ended.sure);
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
		struct flow flow = { .may = set, .sure = set };
		if (priorities_empty(set))
			continue;
		ruleset->open = true;
		walk_block(walk, &ruleset->body, &flow);
		ruleset->open = false;
		walk->ended.may = priorities_or(walk->ended.may, flow.may);
		walk->ended.sure = priorities_or(walk->ended.sure, flow.sure);
	}
}

/* The pairs of WANTED of which an example does not get to PLACE. */
static struct priorities
find_missed(const struct syslog_conf *conf, const struct place *place,
	struct priorities wanted)
{
	struct priorities missed = { { 0 } };
	struct example example;
	size_t steps = 0;
	for (size_t i = 0; examples_get(&conf->examples, i, &example) &&
		!priorities_empty(wanted) && steps < EXAMPLE_STEPS_MAX;
		i++) {
		struct walk walk = { .conf = conf, .place = place, .example = &example };
		walk_all(&walk, wanted);
		steps += walk.steps + 1;
		missed = priorities_or(missed, walk.ended.sure);
		wanted = priorities_without(wanted, walk.ended.sure);
	}
	return missed;
}

void
syslog_reach(const struct syslog_conf *conf, const struct place *place,
	struct priorities wanted, struct reach *ret_reach)
{
	*ret_reach = (struct reach){ 0 };
	struct walk walk = { .conf = conf, .place = place, .reach = ret_reach };
	struct priorities unheard = syslog_conf_unheard(conf, wanted);
	walk_all(&walk, wanted);
	struct priorities open = priorities_and(wanted, walk.ended.may);
	ret_reach->missed = priorities_or(unheard, find_missed(conf, place, open));
	ret_reach->reached = priorities_without(
		wanted, priorities_or(open, ret_reach->missed));
	ret_reach->partly = priorities_and(ret_reach->missed, walk.carried);
}

void
reach_free(struct reach *reach)
{
	free(reach->carriers.items);
	free(reach->stops.items);
	free(reach->doubts.items);
	free(reach->losses.items);
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
