#include "policy/models/boot/boot_units.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/boot/boot_asked.h"
#include "policy/models/boot/boot_graph.h"
#include "policy/models/boot/unit_folders.h"

enum { UNITS_MAX = 5000 };

/* Mounts, devices, slices and the like are there without a file, and are followed where
 * they have one, or a folder of links. */
static bool
is_followed(struct boot_units *units, const char *name)
{
	static const char *const types[] = { "service", "socket", "target", "timer",
		"path", NULL };
	if (!boot_names_is_unit(name))
		return false;
	return text_is_one_of(strrchr(name, '.') + 1, types) ||
		unit_folders_having(units->host, name) != 0 ||
		unit_folders_extend(units->host, name);
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
	if (!is_followed(units, name))
		return NULL;
	autofree char *filled = strstr(name, "@.") != NULL && from != NULL
		? fill_template(name, from->name)
		: memory_text(name);
	const char *own = boot_names_resolve(&units->names, filled, &file);
	struct boot_node *node = table_get(&units->by_name, own);
	if (node != NULL)
		return node;
	node = memory_new(1, sizeof *node);
	node->name = memory_text(own);
	node->unit.name = node->name;
	node->unit.state = BOOT_STOPPED;
	units->nodes = memory_grow(
		units->nodes, units->count, sizeof(struct boot_node *));
	units->nodes[units->count++] = node;
	table_set(&units->by_name, own, node);
	return node;
}

/* Reads NODE and adds what it wants. */
static void
expand(struct boot_units *units, struct boot_node *node)
{
	boot_node_read(&units->names, node);
	units->is_cut = units->is_cut || units->names.is_cut;
	for (size_t k = 0; k < node->edge_count; k++) {
		struct boot_edge *edge = &node->edges[k];
		if (node->loaded == BOOT_NOT_LOADED)
			break;
		units->is_cut = units->is_cut || units->edges++ >= BOOT_EDGES_MAX ||
			units->count >= UNITS_MAX;
		if (!units->is_cut)
			edge->to = visit(units, edge->name, node);
	}
}

/* --- what is started later -----------------------------------------------------------
 */

/* Sets that FROM, or else BY, starts TO, which the boot does not. */
static void
activate(struct boot_units *units, struct boot_node *from, struct boot_node *to,
	enum boot_state state, const char *when, const char *by)
{
	if (to == NULL || to->is_read || to->activator != NULL)
		return;
	to->activator = from;
	to->activation = from->unit.state == BOOT_UNSURE ? BOOT_UNSURE : state;
	to->when = when;
	expand(units, to);
	const char *starter = from->unit.starter != NULL ? from->unit.starter
							 : from->name;
	to->unit.starter = starter;
	if (to->loaded != BOOT_LOADED)
		return;
	boot_node_set(to, to->activation, by == NULL ? from->unit.path : NULL,
		from->unit.state == BOOT_UNSURE
			? memory_printf(
				  "%s would start it: %s", from->name, from->unit.reason)
			: memory_printf("%s %s it%s", by != NULL ? by : from->name,
				  when != NULL ? "starts" : "wants",
				  when != NULL ? when : ", and is started later"));
	if (by == NULL)
		to->unit.place = from->unit.place;
	boot_judge(units, to);
}

/* What the sockets (WHICH: BOOT_BY_SOCKET), the timers and paths, or what a unit's end
 * starts, with all that this wants. */
static void
follow_later(struct boot_units *units, enum boot_state which)
{
	for (size_t i = 0; i < units->count; i++) {
		struct boot_node *node = units->nodes[i];
		bool acts = node->unit.state != BOOT_STOPPED && !units->is_cut;
		for (size_t k = 0;
			acts && node->activator != NULL && k < node->edge_count; k++)
			activate(units, node, node->edges[k].to, node->activation, NULL,
				NULL);
		for (size_t k = 0; acts && k < node->later_count; k++) {
			struct boot_later *later = &node->later[k];
			units->is_cut = units->is_cut ||
				units->edges++ >= BOOT_EDGES_MAX ||
				units->count >= UNITS_MAX;
			if (later->state == which && !units->is_cut)
				activate(units, node,
					visit(units, later->name,
						node->accepts ? NULL : node),
					which, later->when, later->by);
		}
	}
}

/* Has the first node start what udev and D-Bus do when they are asked, the latter where
 * it is started itself. */
static void
add_asked(struct boot_units *units)
{
	static const char *const buses[] = { "dbus.service", "dbus.socket",
		"dbus-broker.service" };
	struct name_list udev, bus;
	bool has_bus = false;
	if (!boot_asked_units(units->host, &udev, &bus))
		units->is_cut = true;
	for (size_t i = 0; i < udev.count; i++)
		boot_node_add_later(units->nodes[0], udev.names[i], BOOT_UNSURE,
			" where it finds the device", "udev");
	for (size_t i = 0; i < sizeof buses / sizeof *buses; i++) {
		const struct boot_node *node = boot_graph_find(units, buses[i]);
		has_bus = has_bus || (node != NULL && node->unit.state != BOOT_STOPPED);
	}
	for (size_t i = 0; i < bus.count && has_bus; i++)
		boot_node_add_later(units->nodes[0], bus.names[i], BOOT_UNSURE,
			" when it is asked for", "D-Bus");
	name_list_free(&udev);
	name_list_free(&bus);
}

struct boot_node *
boot_graph_find(struct boot_units *units, const char *name)
{
	const struct file *file;
	if (!boot_names_is_unit(name))
		return NULL;
	const char *own = boot_names_resolve(&units->names, name, &file);
	return table_get(&units->by_name, own);
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
	const char *own = boot_names_resolve(&units->names, "default.target", &file);
	bool is_there = file != NULL && !unit_files_is_masked(file);
	visit(units, is_there || !units->names.has_vendor ? own : "rescue.target", NULL);
	for (size_t i = 0; i < units->count; i++)
		expand(units, units->nodes[i]);
	boot_judge_all(units);
	add_asked(units);
	follow_later(units, BOOT_BY_SOCKET);
	follow_later(units, BOOT_LATER);
	follow_later(units, BOOT_UNSURE);
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
	const char *own = boot_names_resolve(
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
		ret_unit->starter = node->name;
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

/* The unit that is started, or may be, and wants or starts NAME, if a specifier means it;
 * NULL when there is none. */
static const struct boot_node *
find_vague(const struct boot_units *units, const char *name)
{
	for (size_t i = 0; i < units->count; i++) {
		const struct boot_node *node = units->nodes[i];
		if (node->loaded == BOOT_NOT_LOADED)
			continue;
		for (size_t k = 0; k < node->vague.count; k++)
			if (boot_node_may_name(node->vague.names[k], name))
				return node;
	}
	return NULL;
}

void
boot_units_find(struct boot_units *units, const char *name, struct boot_unit *ret_unit)
{
	const struct file *file = NULL;
	const struct boot_node *node = boot_graph_find(units, name);
	if (node != NULL && !node->is_read)
		node = NULL;
	*ret_unit = (struct boot_unit){ .name = name, .state = BOOT_STOPPED };
	if (node != NULL) {
		*ret_unit = node->unit;
		ret_unit->reason = node->unit.reason != NULL
			? memory_text(node->unit.reason)
			: NULL;
		ret_unit->path = node->unit.path != NULL ? memory_text(node->unit.path)
							 : NULL;
		ret_unit->is_there = node->loaded != BOOT_NOT_LOADED;
		if (node->loaded == BOOT_LOADED)
			return;
	}
	const char *own = boot_names_is_unit(name)
		? boot_names_resolve(&units->names, name, &file)
		: name;
	bool is_masked = file != NULL && unit_files_is_masked(file);
	ret_unit->is_there = ret_unit->is_there || file != NULL;
	ret_unit->change = is_masked ? BOOT_CHANGE_UNMASK : BOOT_CHANGE_NONE;
	if (node == NULL) {
		autofree char *script = boot_names_script(&units->names, own);
		bool is_unsure = file == NULL && script == NULL &&
			!units->names.has_vendor;
		if (!is_masked && (file != NULL || script != NULL))
			ret_unit->change = BOOT_CHANGE_ENABLE;
		ret_unit->is_there = file != NULL || script != NULL || is_unsure;
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
	const struct boot_node *vague = node == NULL && file != NULL && !is_masked &&
			ret_unit->state == BOOT_STOPPED
		? find_vague(units, own)
		: NULL;
	if (vague != NULL) {
		free(ret_unit->reason);
		ret_unit->state = BOOT_UNSURE;
		ret_unit->reason = memory_printf("%s starts it, if that is what it names "
						 "by a specifier",
			vague->name);
	}
}
