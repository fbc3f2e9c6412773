#include "policy/models/boot_units.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/boot_node.h"

enum { UNITS_MAX = 5000 };

struct boot_units {
	struct host *host;
	struct boot_names names;
	struct table by_name; /* a unit's own name -> struct boot_node */
	struct boot_node **nodes; /* in the order of finding; the first is the target */
	size_t count, edges;
	bool is_cut; /* there are more than are followed */
};

/* Mounts, devices and the like are not followed. */
static bool
is_followed(const char *name)
{
	static const char *const types[] = { "service", "socket", "target", "timer",
		"path", NULL };
	return boot_names_is_unit(name) && text_is_one_of(strrchr(name, '.') + 1, types);
}

/* Of a template FROM wants the instance with its own, or else its name:
 * unit_name_replace_instance in unit_load_dependency of unit.c. */
static char *
fill_template(const char *name, const char *from)
{
	const char *end = strstr(name, "@."), *at = strchr(from, '@');
	const char *dot = strrchr(from, '.');
	const char *start = at != NULL ? at + 1 : from;
	return memory_printf("%.*s%.*s%s", (int)(end + 1 - name), name,
		(int)(dot - start), start, end + 1);
}

/* The node of the unit that NAME stands for, which is added when it is new. */
static struct boot_node *
visit(struct boot_units *units, const char *name, const struct boot_node *from)
{
	const struct file *file;
	if (!is_followed(name))
		return NULL;
	autofree char *filled = strstr(name, "@.") != NULL && from != NULL
		? fill_template(name, from->name)
		: memory_text(name);
	char *own = boot_names_resolve(&units->names, filled, &file);
	struct boot_node *node = table_get(&units->by_name, own);
	if (node != NULL) {
		free(own);
		return node;
	}
	node = memory_new(1, sizeof *node);
	node->name = own;
	node->unit.name = own;
	units->nodes = memory_grow(
		units->nodes, units->count, sizeof(struct boot_node *));
	units->nodes[units->count++] = node;
	table_set(&units->by_name, own, node);
	return node;
}

static void
visit_all(struct boot_units *units)
{
	for (size_t i = 0; i < units->count; i++) {
		struct boot_node *node = units->nodes[i];
		boot_node_read(&units->names, node);
		for (size_t k = 0; k < node->edge_count; k++) {
			struct boot_edge *edge = &node->edges[k];
			if (node->loaded == BOOT_NOT_LOADED)
				break;
			units->is_cut = units->is_cut ||
				units->edges++ >= BOOT_EDGES_MAX ||
				units->count >= UNITS_MAX;
			if (!units->is_cut)
				edge->to = visit(units, edge->name, node);
		}
	}
}

static struct boot_node *
find_node(struct boot_units *units, const char *name)
{
	const struct file *file;
	if (!boot_names_is_unit(name))
		return NULL;
	autofree char *own = boot_names_resolve(&units->names, name, &file);
	return table_get(&units->by_name, own);
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

/* Of two that exclude each other transaction.c drops one, with all that requires it, or
 * starts nothing. */
static void
find_excluded(struct boot_units *units)
{
	bool changes = true;
	for (size_t i = 0; i < units->count; i++) {
		struct boot_node *node = units->nodes[i];
		for (size_t k = 0; k < node->conflicts.count; k++) {
			struct boot_node *other = find_node(
				units, node->conflicts.names[k]);
			if (other == NULL || other == node ||
				other->loaded == BOOT_NOT_LOADED ||
				node->loaded == BOOT_NOT_LOADED)
				continue;
			exclude(node, other);
			exclude(other, node);
		}
	}
	while (changes) {
		changes = false;
		for (size_t i = 0; i < units->count; i++) {
			struct boot_node *node = units->nodes[i];
			for (size_t k = 0; k < node->edge_count && !node->is_excluded;
				k++) {
				const struct boot_edge *edge = &node->edges[k];
				if (!edge->is_hard || edge->to == NULL ||
					!edge->to->is_excluded)
					continue;
				changes = true;
				exclude(node, edge->to);
			}
		}
	}
}

/* A unit that requires what can't be loaded is started when another wants it, but of what
 * it wants itself some is left out, by the order of a hash table:
 * transaction_add_job_and_dependencies in transaction.c, seen. */
static void
find_broken(struct boot_units *units)
{
	bool changes = true;
	while (changes) {
		changes = false;
		for (size_t i = 0; i < units->count; i++) {
			struct boot_node *node = units->nodes[i];
			for (size_t k = 0; k < node->edge_count && !node->is_broken;
				k++) {
				const struct boot_node *to = node->edges[k].to;
				node->is_broken = node->edges[k].is_hard && to != NULL &&
					(to->is_broken || to->loaded != BOOT_LOADED);
				changes = changes || node->is_broken;
			}
		}
	}
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

static void
doubt(struct boot_node *node, char *reason)
{
	if (node->unit.state == BOOT_STARTED)
		boot_node_set(node, BOOT_UNSURE, NULL, reason);
	else
		free(reason);
}

/* One that is bound to another stops with it. */
static void
judge_others(struct boot_node *node)
{
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
}

static void
judge_conditions(struct boot_node *node)
{
	int holds;
	const struct unit_condition *condition = unit_conditions_judge(
		&node->conditions, &holds);
	if (node->unit.state != BOOT_STARTED || condition == NULL)
		return;
	boot_node_set(node, holds == 0 ? BOOT_STOPPED : BOOT_UNSURE, "",
		memory_printf("%s %s", condition->text,
			holds == 0 ? "does not hold"
				   : "can't be told from the files of this root"));
	free(node->unit.path);
	node->unit.path = NULL;
	node->unit.place = condition->place;
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
	judge_others(node);
	judge_conditions(node);
	if (units->is_cut)
		doubt(node, memory_text("more units want each other than are followed"));
}

static void
release(void *memory)
{
	struct boot_units *units = memory;
	for (size_t i = 0; i < units->count; i++)
		boot_node_free(units->nodes[i]);
	free(units->nodes);
	table_free(&units->by_name);
	boot_names_free(&units->names);
	free(units);
}

struct boot_units *
boot_units_read(struct host *host)
{
	static const char key[] = "units at boot";
	const struct file *file;
	struct boot_units *units = host_note(host, key);
	if (units != NULL)
		return units;
	units = memory_new(1, sizeof *units);
	units->host = host;
	boot_names_read(host, &units->names);
	/* without default.target systemd starts rescue.target: main.c
	 * do_queue_default_job */
	autofree char *own = boot_names_resolve(&units->names, "default.target", &file);
	bool is_there = file != NULL && !unit_files_is_masked(file);
	visit(units, is_there || !units->names.has_vendor ? own : "rescue.target", NULL);
	visit_all(units);
	find_excluded(units);
	find_broken(units);
	find_certain(units);
	for (size_t i = 0; i < units->count; i++)
		judge(units, units->nodes[i]);
	host_set_note(host, key, units, release);
	return units;
}

const struct boot_unit *
boot_units_next(const struct boot_units *units, size_t *index)
{
	while (*index < units->count) {
		const struct boot_unit *unit = &units->nodes[(*index)++]->unit;
		if (unit->state != BOOT_STOPPED)
			return unit;
	}
	return NULL;
}

/* Whether NODE, a socket, timer or path, starts the unit that is called NAME itself. */
static bool
starts(struct boot_units *units, const struct boot_node *node, const char *name)
{
	const char *dot = strrchr(node->name, '.');
	const char *at = strchr(name, '@');
	autofree char *same = memory_printf("%.*s%s.service", (int)(dot - node->name),
		node->name, node->accepts ? "@" : "");
	if (node->accepts)
		return at != NULL && strncmp(same, name, (size_t)(at + 1 - name)) == 0;
	const struct file *file;
	autofree char *own = boot_names_resolve(
		&units->names, node->starts != NULL ? node->starts : same, &file);
	return strcmp(own, name) == 0;
}

/* Whether something that is started starts it later. */
static void
find_activator(struct boot_units *units, const char *own, struct boot_unit *ret_unit)
{
	for (size_t i = 0; i < units->count; i++) {
		const struct boot_node *node = units->nodes[i];
		bool is_socket = boot_node_is_type(node->name, "socket");
		if ((!is_socket && !boot_node_is_type(node->name, "timer") &&
			    !boot_node_is_type(node->name, "path")) ||
			node->unit.state == BOOT_STOPPED || !starts(units, node, own))
			continue;
		free(ret_unit->reason);
		free(ret_unit->path);
		ret_unit->state = node->unit.state == BOOT_UNSURE ? BOOT_UNSURE
			: is_socket                               ? BOOT_BY_SOCKET
								  : BOOT_LATER;
		ret_unit->reason = node->unit.state == BOOT_UNSURE
			? memory_printf(
				  "%s would start it: %s", node->name, node->unit.reason)
			: memory_printf("%s starts it", node->name);
		ret_unit->path = node->unit.path != NULL ? memory_text(node->unit.path)
							 : NULL;
		ret_unit->place = node->unit.place;
		if (ret_unit->state == BOOT_BY_SOCKET)
			return;
	}
}

void
boot_units_find(struct boot_units *units, const char *name, struct boot_unit *ret_unit)
{
	const struct file *file = NULL;
	const struct boot_node *node = find_node(units, name);
	*ret_unit = (struct boot_unit){ .name = name, .state = BOOT_STOPPED };
	if (node != NULL) {
		*ret_unit = node->unit;
		ret_unit->reason = node->unit.reason != NULL
			? memory_text(node->unit.reason)
			: NULL;
		ret_unit->path = node->unit.path != NULL ? memory_text(node->unit.path)
							 : NULL;
		if (node->loaded == BOOT_LOADED)
			return;
	}
	autofree char *own = boot_names_is_unit(name)
		? boot_names_resolve(&units->names, name, &file)
		: memory_text(name);
	bool is_masked = file != NULL && unit_files_is_masked(file);
	if (node == NULL) {
		autofree char *script = boot_names_script(&units->names, own);
		bool is_unsure = file == NULL && script == NULL &&
			!units->names.has_vendor;
		ret_unit->state = is_unsure || units->is_cut ? BOOT_UNSURE : BOOT_STOPPED;
		ret_unit->reason = memory_text(is_masked ? "it is masked"
				: file != NULL   ? "nothing that is started at boot "
						   "wants it"
				: script != NULL ? "no link of a runlevel starts its "
						   "init script"
				: is_unsure
				? "there is no such unit in this root, which lacks the "
				  "vendor's units"
				: "there is no such unit");
		ret_unit->path = file != NULL ? memory_text(file->path)
			: script != NULL      ? memory_text(script)
					      : NULL;
	}
	if (!is_masked && ret_unit->state == BOOT_STOPPED && file != NULL)
		find_activator(units, own, ret_unit);
}
