/* Which of the units that the boot reaches are started. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/boot/boot_graph.h"
#include "policy/models/boot/boot_script.h"

/* From the nodes that BEGINS takes on to all that require them, directly or not: as far
 * as REACHES takes the edge, which it does once for a node. */
static void
spread(struct boot_units *units, bool (*begins)(const struct boot_node *node),
	bool (*reaches)(struct boot_units *units, const struct boot_edge *edge))
{
	autofree struct boot_node **queue = memory_new(
		2 * units->count + 1, sizeof *queue);
	size_t count = 0;
	for (size_t i = 0; i < units->count; i++)
		if (begins(units->nodes[i]))
			queue[count++] = units->nodes[i];
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < queue[i]->requirer_count; k++)
			if (reaches(units, queue[i]->requirers[k]))
				queue[count++] = queue[i]->requirers[k]->from;
}

static void
exclude(struct boot_node *node, const struct boot_node *other)
{
	node->is_excluded = true;
	if (node->loaded != BOOT_LOADED)
		return;
	node->loaded = BOOT_LOADED_UNSURE;
	boot_node_set(node, BOOT_UNSURE, NULL,
		memory_printf("it excludes %s, which is wanted too, or requires what "
			      "excludes that",
			other->name));
}

static bool
is_excluded(const struct boot_node *node)
{
	return node->is_excluded;
}

static bool
excludes(struct boot_units *units, const struct boot_edge *edge)
{
	(void)units;
	if (edge->from->is_excluded)
		return false;
	exclude(edge->from, edge->to);
	return true;
}

/* Of two that exclude each other transaction.c drops one, with all that requires it, or
 * starts nothing. */
static void
find_excluded(struct boot_units *units)
{
	for (size_t i = 0; i < units->count; i++) {
		struct boot_node *node = units->nodes[i];
		for (size_t k = 0; k < node->conflicts.count; k++) {
			struct boot_node *other = boot_graph_find(
				units, node->conflicts.names[k]);
			if (other == NULL || other == node ||
				other->loaded == BOOT_NOT_LOADED ||
				node->loaded == BOOT_NOT_LOADED)
				continue;
			exclude(node, other);
			exclude(other, node);
		}
	}
	spread(units, is_excluded, excludes);
}

static bool
is_lost(const struct boot_node *node)
{
	return node->loaded != BOOT_LOADED;
}

static bool
breaks(struct boot_units *units, const struct boot_edge *edge)
{
	(void)units;
	bool is_new = !edge->from->is_broken;
	edge->from->is_broken = true;
	return is_new;
}

/* A unit that requires what can't be loaded is started when another wants it, but of what
 * it wants itself some is left out, by the order of a hash table:
 * transaction_add_job_and_dependencies in transaction.c, seen. */
static void
find_broken(struct boot_units *units)
{
	spread(units, is_lost, breaks);
}

/* What is sure to be started, and else what wants it. */
static void
find_certain(struct boot_units *units)
{
	autofree struct boot_node **queue = memory_new(units->count + 1, sizeof *queue);
	size_t count = 0;
	queue[count++] = units->nodes[0];
	units->nodes[0]->is_certain = true;
	for (size_t i = 0; i < count; i++) {
		struct boot_node *node = queue[i];
		bool passes = node->loaded == BOOT_LOADED && !node->is_broken;
		for (size_t k = 0; k < node->edge_count && passes; k++) {
			const struct boot_edge *edge = &node->edges[k];
			if (edge->to == NULL || edge->to->is_certain)
				continue;
			edge->to->is_certain = true;
			if (edge->to->unit.path == NULL) {
				edge->to->unit.path = edge->link != NULL
					? memory_text(edge->link)
					: NULL;
				edge->to->unit.place = edge->place;
			}
			queue[count++] = edge->to;
		}
	}
}

/* Whether it is started as far as is known. */
static bool
starts(const struct boot_node *node)
{
	return node->unit.state != BOOT_UNSURE && node->unit.state != BOOT_STOPPED;
}

static void
doubt(struct boot_node *node, char *reason)
{
	if (starts(node))
		boot_node_set(node, BOOT_UNSURE, NULL, reason);
	else
		free(reason);
}

/* The same for what stands at PLACE. */
static void
stop(struct boot_node *node, enum boot_state state, struct place place, char *reason)
{
	boot_node_set(node, state, "", reason);
	free(node->unit.path);
	node->unit.path = NULL;
	node->unit.place = place;
}

/* One that is bound to another stops with it. */
static void
judge_others(struct boot_node *node)
{
	bool was_sure = starts(node);
	if (node->requisites.count > 0)
		doubt(node,
			memory_printf(
				"it must find %s started", node->requisites.names[0]));
	for (size_t k = 0; k < node->edge_count; k++) {
		const struct boot_node *to = node->edges[k].to;
		if (node->edges[k].binds && to != NULL &&
			(to->loaded != BOOT_LOADED || to->is_broken))
			doubt(node,
				memory_printf("it is bound to %s, which may not start",
					to->name));
	}
	if (was_sure && !starts(node))
		node->fails = -1;
}

/* A condition that does not hold has the unit passed over, which is no failure; an
 * assertion is one: job_run_and_invalidate in job.c. */
static void
judge_conditions(struct boot_node *node)
{
	int holds;
	const struct unit_condition *condition = unit_conditions_judge(
		&node->conditions, &holds);
	if (!starts(node) || condition == NULL)
		return;
	if (condition->is_assertion)
		node->fails = holds == 0 ? 1 : -1;
	stop(node, holds == 0 ? BOOT_STOPPED : BOOT_UNSURE, condition->place,
		memory_printf("%s %s", condition->text,
			holds == 0 ? "does not hold"
				   : "can't be told from the files of this root"));
}

/* What can't be run has a service fail, at once unless it is forked first and counts as
 * started then: systemd.service(5), Type=. */
static void
judge_commands(struct boot_units *units, struct boot_node *node)
{
	const struct boot_commands *commands = &node->commands;
	char *flaw = NULL;
	const struct boot_command *missing = starts(node) && !node->has_own_root
		? boot_commands_missing(units->host, commands, &flaw)
		: NULL;
	if (missing != NULL) {
		bool may_fail;
		autofree char *program = boot_command_program(missing, &may_fail);
		node->fails = !may_fail &&
			(!node->is_simple || strcmp(missing->setting, "ExecStart") != 0);
		stop(node, BOOT_STOPPED, missing->place, flaw);
	}
	struct place place;
	autofree char *tested = starts(node) && node->script != NULL
		? boot_script_missing(units->host, node->script, &place)
		: NULL;
	if (tested != NULL)
		stop(node, BOOT_UNSURE, place,
			memory_printf(
				"its script tests for %s, which is not there", tested));
	for (size_t i = 0; i < commands->count && starts(node); i++)
		if (strcmp(commands->items[i].setting, "ExecCondition") == 0)
			stop(node, BOOT_UNSURE, commands->items[i].place,
				memory_text("its ExecCondition decides whether it is "
					    "started"));
}

/* Whether one unit is started after the other. */
static bool
waits(struct boot_units *units, const struct boot_edge *edge)
{
	const struct boot_node *from = edge->from, *to = edge->to;
	if (edge->is_implied ||
		(boot_node_is_type(from->name, "target") && !from->is_alone))
		return true;
	for (size_t i = 0; i < from->afters.count; i++)
		if (boot_graph_find(units, from->afters.names[i]) == to)
			return true;
	for (size_t i = 0; i < to->befores.count; i++)
		if (boot_graph_find(units, to->befores.names[i]) == from)
			return true;
	return false;
}

/* Has NODE fail with what it requires, or may, where it waits for that or not:
 * job_finish_ and_invalidate in job.c fails the jobs that are still to come. What is
 * bound to another fails for one that was passed over too: unit_verify_deps in unit.c. */
static bool
fail_with(struct boot_units *units, const struct boot_edge *edge)
{
	struct boot_node *node = edge->from;
	const struct boot_node *to = edge->to;
	int fails = to->fails;
	if (edge->binds && fails == 0 && !starts(to))
		fails = to->unit.state == BOOT_STOPPED ? 1 : -1;
	if (fails == 0 || !starts(node))
		return false;
	bool is_sure = fails == 1 && waits(units, edge);
	node->fails = is_sure ? 1 : -1;
	boot_node_set(node, is_sure ? BOOT_STOPPED : BOOT_UNSURE, NULL,
		memory_printf("it requires %s, which %s: %s", to->name,
			fails == 1 ? "fails" : "may fail",
			to->unit.reason != NULL ? to->unit.reason : ""));
	return true;
}

static bool
is_stopped(const struct boot_node *node)
{
	return !starts(node);
}

static void
find_failing(struct boot_units *units)
{
	spread(units, is_stopped, fail_with);
}

/* What boot_judge_all and boot_judge have in common. */
static void
judge_alone(struct boot_units *units, struct boot_node *node)
{
	judge_others(node);
	judge_conditions(node);
	judge_commands(units, node);
	if (units->is_cut)
		doubt(node, memory_text("more units want each other than are followed"));
}

void
boot_judge(struct boot_units *units, struct boot_node *node)
{
	judge_alone(units, node);
	for (size_t k = 0; k < node->edge_count; k++)
		if (node->edges[k].is_hard && node->edges[k].to != NULL &&
			node->edges[k].to->is_read) {
			node->edges[k].from = node;
			(void)fail_with(units, &node->edges[k]);
		}
}

static void
judge(struct boot_units *units, struct boot_node *node)
{
	const struct boot_node *first = units->nodes[0];
	if (!node->is_certain)
		doubt(node,
			memory_text("what wants it requires what can't be loaded, and "
				    "then not all that it wants is started"));
	if (first->is_broken || first->loaded != BOOT_LOADED)
		doubt(node,
			memory_printf("%s can't be started, or that is not known: it "
				      "requires what can't be loaded",
				first->name));
	judge_alone(units, node);
}

static void
find_requirers(struct boot_units *units)
{
	for (size_t i = 0; i < units->count; i++) {
		struct boot_node *node = units->nodes[i];
		for (size_t k = 0; k < node->edge_count; k++) {
			struct boot_node *to = node->edges[k].to;
			if (!node->edges[k].is_hard || to == NULL)
				continue;
			to->requirers = memory_grow(to->requirers, to->requirer_count,
				sizeof(struct boot_edge *));
			node->edges[k].from = node;
			to->requirers[to->requirer_count++] = &node->edges[k];
		}
	}
}

void
boot_judge_all(struct boot_units *units)
{
	find_requirers(units);
	find_excluded(units);
	find_broken(units);
	find_certain(units);
	for (size_t i = 0; i < units->count; i++)
		judge(units, units->nodes[i]);
	find_failing(units);
}
