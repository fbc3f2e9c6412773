#include "policy/models/boot/boot_node.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/boot/boot_service.h"
#include "policy/models/boot/unit_folders.h"
#include "policy/models/boot/unit_specifier.h"

/* Reads one unit's lines. */
struct reading {
	struct boot_names *names;
	struct boot_node *node;
	struct boot_service service;
};

bool
boot_node_is_type(const char *name, const char *type)
{
	const char *dot = strrchr(name, '.');
	return dot != NULL && strcmp(dot + 1, type) == 0;
}

void
boot_node_set(
	struct boot_node *node, enum boot_state state, const char *path, char *reason)
{
	node->unit.state = state;
	free(node->unit.reason);
	node->unit.reason = reason;
	if (path == NULL)
		return;
	free(node->unit.path);
	node->unit.path = memory_text(path);
	node->unit.place = (struct place){ 0 };
}

static void
set_loaded(
	struct boot_node *node, enum boot_loaded loaded, const char *path, char *reason)
{
	node->loaded = loaded;
	boot_node_set(node, loaded == BOOT_NOT_LOADED ? BOOT_STOPPED : BOOT_UNSURE, path,
		reason);
}

static struct boot_edge *
add_edge(struct boot_node *node, const char *name, bool is_hard)
{
	node->edges = memory_grow(node->edges, node->edge_count, sizeof *node->edges);
	struct boot_edge *edge = &node->edges[node->edge_count++];
	*edge = (struct boot_edge){ .name = memory_text(name), .is_hard = is_hard };
	return edge;
}

static void
keep(struct name_list *list, const char *name)
{
	list->names = memory_grow(list->names, list->count, sizeof *list->names);
	list->names[list->count++] = memory_text(name);
}

/* Takes the word of TEXT, of SIZE bytes, from *AT on, and its quotes out of it, wherever
 * they stand; NULL at the end. extract_first_word in extract-word.c, with EXTRACT_UNQUOTE
 * and EXTRACT_RETAIN_ESCAPE. */
static char *
take_word(char *text, size_t size, size_t *at)
{
	char quote = '\0';
	while (*at < size && strchr(" \t", text[*at]) != NULL)
		++*at;
	size_t start = *at, kept = start;
	for (; *at < size && (quote != '\0' || strchr(" \t", text[*at]) == NULL); ++*at) {
		char byte = text[*at];
		if (byte == quote)
			quote = '\0';
		else if (quote == '\0' && (byte == '"' || byte == '\''))
			quote = byte;
		else
			text[kept++] = byte;
		if (byte == '\\' && *at + 1 < size)
			text[kept++] = text[++*at];
	}
	if (*at == start)
		return NULL;
	*at += *at < size;
	text[kept] = '\0';
	return text + start;
}

/* Takes the dependency on NAME, in which a specifier is not known when it is not
 * IS_WHOLE: what it may name is doubted. */
static void
take_dependency(struct reading *reading, const char *name, bool is_whole, bool is_hard,
	bool binds, struct place place)
{
	struct boot_node *node = reading->node;
	if (!is_whole) {
		set_loaded(node, BOOT_LOADED_UNSURE, place.file->path,
			memory_printf(
				"it names %s, a specifier that is not understood", name));
		keep(&node->vague, name);
		return;
	}
	if (is_hard && boot_node_is_type(name, "device"))
		set_loaded(node, BOOT_LOADED_UNSURE, place.file->path,
			memory_printf("it requires %s, which udev may not find", name));
	struct boot_edge *edge = add_edge(node, name, is_hard);
	edge->place = place;
	edge->binds = binds;
}

/* The units that VALUE names, for a dependency (HARD or not) or for LIST. */
static void
read_words(struct reading *reading, const struct traced *value, bool is_hard, bool binds,
	struct name_list *list)
{
	struct boot_node *node = reading->node;
	size_t max = list == &node->afters || list == &node->befores ? BOOT_ORDERS_MAX
								     : BOOT_EDGES_MAX;
	autofree char *text = memory_copy(
		value->text.size > 0 ? value->text.data : "", value->text.size);
	char *word;
	for (size_t at = 0; node->edge_count <= BOOT_EDGES_MAX &&
		node->vague.count <= BOOT_VAGUE_MAX &&
		(list == NULL || list->count < max) &&
		(word = take_word(text, value->text.size, &at)) != NULL;) {
		struct place place = { value->file, traced_place(value, word - text) };
		bool is_whole;
		autofree char *name = unit_specifier_fill(
			word, node->name, UNIT_SPECIFIERS_OF_NAMES, &is_whole);
		bool matters = list == NULL || list == &node->conflicts ||
			list == &node->requisites;
		if (list == NULL || (!is_whole && matters))
			take_dependency(reading, name, is_whole, is_hard, binds, place);
		else if (is_whole)
			keep(list, name);
	}
}

static bool
is_yes(const struct traced *value)
{
	static const char *const yes[] = { "1", "yes", "y", "true", "t", "on", NULL };
	autofree char *text = memory_copy(
		value->text.size > 0 ? value->text.data : "", value->text.size);
	for (char *p = text; *p != '\0'; p++)
		*p |= *p >= 'A' && *p <= 'Z' ? 0x20 : 0;
	return text_is_one_of(text, yes);
}

void
boot_node_add_later(struct boot_node *node, const char *name, enum boot_state state,
	const char *when, const char *by)
{
	node->later = memory_grow(node->later, node->later_count, sizeof *node->later);
	node->later[node->later_count++] = (struct boot_later){ memory_text(name), state,
		when, by };
}

/* OnFailure and OnSuccess. */
static void
read_later(struct reading *reading, const struct traced *value, const char *when)
{
	struct name_list names = { 0 };
	read_words(reading, value, false, false, &names);
	for (size_t i = 0; i < names.count; i++)
		boot_node_add_later(
			reading->node, names.names[i], BOOT_UNSURE, when, NULL);
	name_list_free(&names);
}

static void
read_unit_line(void *data, const char *name, struct traced *value)
{
	static const char *const soft[] = { "Wants", "Upholds", NULL },
				 *const binding[] = { "BindsTo", "BindTo", NULL };
	struct reading *reading = data;
	struct boot_node *node = reading->node;
	bool binds = text_is_one_of(name, binding);
	if (text_is_one_of(name, soft))
		read_words(reading, value, false, false, NULL);
	else if (binds || strcmp(name, "Requires") == 0)
		read_words(reading, value, true, binds, NULL);
	else if (strcmp(name, "Requisite") == 0)
		read_words(reading, value, false, false, &node->requisites);
	else if (strcmp(name, "Conflicts") == 0)
		read_words(reading, value, false, false, &node->conflicts);
	else if (strcmp(name, "After") == 0)
		read_words(reading, value, false, false, &node->afters);
	else if (strcmp(name, "Before") == 0)
		read_words(reading, value, false, false, &node->befores);
	else if (strcmp(name, "OnFailure") == 0)
		read_later(reading, value, " when it fails");
	else if (strcmp(name, "OnSuccess") == 0)
		read_later(reading, value, " when it has ended");
	else if (strcmp(name, "DefaultDependencies") == 0)
		node->is_alone = !is_yes(value);
	else
		unit_conditions_add(&node->conditions, reading->names->host, name, value);
}

/* Of [Service], [Socket], [Timer] or [Path]. */
static void
read_type_line(void *data, const char *name, struct traced *value)
{
	static const char *const others[] = { "ExecStop", "SuccessAction", NULL };
	static const char *const roots[] = { "RootDirectory", "RootImage", "BindPaths",
		"BindReadOnlyPaths", "MountImages", "ExtensionImages",
		"ExtensionDirectories", NULL };
	static const char *const ends[] = { "ExecStop", "ExecStopPost", NULL };
	static const char *const simple[] = { "simple", "idle", "", NULL };
	struct reading *reading = data;
	struct boot_node *node = reading->node;
	bool is_service = boot_node_is_type(node->name, "service");
	bool is_socket = boot_node_is_type(node->name, "socket");
	const char *text = value->text.size > 0 ? value->text.data : "";
	boot_commands_add(text_is_one_of(name, ends) ? &node->ends : &node->commands,
		node->name, name, value);
	if (is_service)
		boot_service_add(&reading->service, name, value);
	node->has_own_root = node->has_own_root ||
		(*text != '\0' && text_is_one_of(name, roots));
	if (is_service && strcmp(name, "ExecStart") == 0) {
		node->has_start = *text != '\0'; /* an empty one takes all back */
	} else if (is_service && strcmp(name, "Type") == 0) {
		node->is_simple = text_is_one_of(text, simple);
		node->is_oneshot = strcmp(text, "oneshot") == 0;
	} else if (is_service && strcmp(name, "RemainAfterExit") == 0) {
		node->unit.remains = is_yes(value);
	} else if (is_service && text_is_one_of(name, others)) {
		node->has_other = true;
	} else if (is_service && strcmp(name, "Sockets") == 0) {
		read_words(reading, value, false, false, NULL);
	} else if (is_socket && strcmp(name, "Accept") == 0) {
		node->accepts = is_yes(value);
	} else if (!is_service && strcmp(name, is_socket ? "Service" : "Unit") == 0 &&
		value->text.size > 0) {
		bool is_whole;
		free(node->starts);
		node->starts = unit_specifier_fill(value->text.data, node->name,
			UNIT_SPECIFIERS_OF_NAMES, &is_whole);
		if (!is_whole)
			keep(&node->vague, node->starts);
	}
}

/* The links in the folders NAME.wants and so on, of each of ALL names. The first of a
 * name counts, and one to /dev/null hides the others. */
static void
read_links(struct boot_names *names, struct boot_node *node, const struct name_list *all,
	const char *kind, bool is_hard)
{
	const struct unit_folders *folders = unit_folders_read(names->host);
	struct table seen = { 0 };
	for (size_t k = 0; k < all->count; k++) {
		if (!unit_folders_extend(names->host, all->names[k]))
			continue;
		autofree char *its = memory_printf("%s.%s", all->names[k], kind);
		uintptr_t having = unit_folders_having(names->host, its);
		for (size_t i = 0; unit_folders_next(having, &i); i++) {
			struct name_list list = { 0 };
			autofree char *folder = memory_printf(
				"%s/%s", folders->paths[i], its);
			if (host_list(names->host, folder, &list, NULL) < 0)
				continue;
			for (size_t n = 0; n < list.count && !names->is_cut; n++) {
				names->is_cut = ++names->links > BOOT_LINKS_MAX;
				char *path = memory_printf(
					"%s/%s", folder, list.names[n]);
				struct stat status;
				autofree char *target = NULL;
				bool is_first = table_get(&seen, list.names[n]) == NULL;
				table_set(&seen, list.names[n], node);
				(void)host_status(names->host, path, &status, &target);
				if (is_first &&
					(target == NULL ||
						strcmp(target, "/dev/null") != 0))
					add_edge(node, list.names[n], is_hard)->link =
						path;
				else
					free(path);
			}
			name_list_free(&list);
		}
	}
	table_free(&seen);
}

/* The links of the runlevels that the target stands for: set_dependencies_from_rcnd in
 * sysv-generator.c, which passes over what has a unit file. */
static void
read_runlevels(struct boot_names *names, struct boot_node *node)
{
	static const char *const targets[][2] = { { "rescue.target", "1" },
		{ "multi-user.target", "[2-4]" }, { "graphical.target", "5" } };
	static const char *const folders[] = { "/etc", "/etc/rc.d" };
	for (size_t i = 0; i < 6; i++) {
		struct name_list list = { 0 };
		autofree char *pattern = memory_printf(
			"%s/rc%s.d/S[0-9][0-9]?*", folders[i % 2], targets[i / 2][1]);
		if (strcmp(targets[i / 2][0], node->name) != 0 ||
			host_glob(names->host, pattern, &list, NULL) < 0)
			continue;
		for (size_t k = 0; k < list.count; k++) {
			const char *name = text_base_name(list.names[k]) + 3;
			const char *end = strrchr(name, '.');
			int size = (int)(end != NULL && strcmp(end, ".sh") == 0
					? end - name
					: (ssize_t)strlen(name));
			autofree char *unit = memory_printf("%.*s.service", size, name);
			const struct file *file;
			const char *own = boot_names_resolve(names, unit, &file);
			autofree char *script = boot_names_script(names, unit);
			if (strcmp(own, unit) == 0 && file == NULL && script != NULL)
				add_edge(node, unit, false)->link = memory_text(
					list.names[k]);
		}
		name_list_free(&list);
	}
}

/* What the targets of every systemd want, for a root that has only what was configured.
 */
static bool
read_stock(struct boot_node *node)
{
	static const char *const stock[][2] = { { "default.target", "multi-user.target" },
		{ "graphical.target", "multi-user.target" },
		{ "multi-user.target", "basic.target" },
		{ "basic.target", "sysinit.target" },
		{ "basic.target", "sockets.target" }, { "basic.target", "timers.target" },
		{ "basic.target", "paths.target" }, { "sysinit.target", NULL },
		{ "sockets.target", NULL }, { "timers.target", NULL },
		{ "paths.target", NULL } };
	bool is_stock = false;
	for (size_t i = 0; i < sizeof stock / sizeof *stock; i++) {
		if (strcmp(stock[i][0], node->name) != 0)
			continue;
		is_stock = true;
		if (stock[i][1] != NULL)
			add_edge(node, stock[i][1], true);
	}
	return is_stock;
}

/* Those with default dependencies on sysinit.target: service_add_default_dependencies and
 * its like. */
static bool
waits_for_early(const char *name)
{
	static const char *const types[] = { "service", "socket", "timer", "path", NULL };
	return text_is_one_of(strrchr(name, '.') + 1, types);
}

/* Reads the unit's FILE and its drop-ins. */
static void
read_lines(struct boot_names *names, struct boot_node *node, const struct file *file,
	const struct name_list *all)
{
	static const char *const sections[][2] = { { "service", "[Service]" },
		{ "socket", "[Socket]" }, { "timer", "[Timer]" }, { "path", "[Path]" } };
	struct reading reading = { .names = names, .node = node };
	const struct file *bad = unit_files_read_section(
		names->host, file, all, "[Unit]", read_unit_line, &reading);
	for (size_t i = 0; i < sizeof sections / sizeof *sections && bad == NULL; i++)
		if (boot_node_is_type(node->name, sections[i][0]))
			bad = unit_files_read_section(names->host, file, all,
				sections[i][1], read_type_line, &reading);
	if (bad != NULL)
		set_loaded(node, BOOT_LOADED_UNSURE, bad->path, memory_text(bad->reason));
	else if (boot_node_is_type(node->name, "service") && !node->has_start)
		set_loaded(node, node->has_other ? BOOT_LOADED_UNSURE : BOOT_NOT_LOADED,
			file->path,
			memory_text(node->has_other
					? "it has no ExecStart, which systemd takes from "
					  "some alone"
					: "it has no ExecStart, and systemd refuses it"));
	if (node->is_oneshot && !node->unit.remains)
		node->unit.ends = &node->ends;
	char *problem = node->loaded == BOOT_LOADED
		? boot_service_problem(names->host, &reading.service, &node->commands)
		: NULL;
	if (problem != NULL)
		set_loaded(node, BOOT_LOADED_UNSURE, file->path, problem);
	size_t offset;
	const char *flaw = unit_file_flaw(file, &offset);
	if (flaw != NULL && node->loaded == BOOT_LOADED) {
		set_loaded(node, BOOT_LOADED_UNSURE, file->path,
			memory_printf("its file %s, for which systemd refuses it", flaw));
		node->unit.place = (struct place){ file, offset };
	}
	boot_service_free(&reading.service);
	if (!node->is_alone && waits_for_early(node->name))
		add_edge(node, "sysinit.target", true)->is_implied = true;
}

/* What a socket, timer, path or automount starts by its type. */
static void
read_activated(struct boot_node *node)
{
	bool is_socket = boot_node_is_type(node->name, "socket");
	bool is_automount = boot_node_is_type(node->name, "automount");
	if (!is_socket && !is_automount && !boot_node_is_type(node->name, "timer") &&
		!boot_node_is_type(node->name, "path"))
		return;
	autofree char *same = memory_printf("%.*s%s",
		(int)(strrchr(node->name, '.') - node->name), node->name,
		is_automount            ? ".mount"
			: node->accepts ? "@.service"
					: ".service");
	boot_node_add_later(node,
		node->starts != NULL && !node->accepts ? node->starts : same,
		is_socket ? BOOT_BY_SOCKET : BOOT_LATER, "", NULL);
}

bool
boot_node_may_name(const char *vague, const char *name)
{
	autobuffer struct buffer pattern = { 0 };
	for (; *vague != '\0'; vague++)
		if (*vague == '%' && vague[1] != '\0') {
			buffer_text(&pattern, "*");
			vague++;
		} else {
			/* each byte stands for itself */
			buffer_printf(&pattern, "\\%c", *vague);
		}
	return pattern.size > 0 && fnmatch(pattern.data, name, 0) == 0;
}

/* What the unit may name by specifiers that are not known. */
static void
read_vague(struct boot_names *names, struct boot_node *node)
{
	const struct unit_folders *folders = unit_folders_read(names->host);
	names->vague += node->vague.count;
	names->is_cut = names->is_cut || names->vague > BOOT_VAGUE_MAX;
	for (size_t i = 0; i < node->vague.count && !names->is_cut; i++)
		for (size_t k = 0; k < folders->names.capacity; k++) {
			const char *name = folders->names.slots[k].key;
			if (name != NULL && boot_names_is_unit(name) &&
				boot_node_may_name(node->vague.names[i], name))
				boot_node_add_later(node, name, BOOT_UNSURE,
					", if that is what it names by a specifier",
					NULL);
		}
}

/* A slice needs no file; of fstab and what udev finds units are made. */
static void
judge_missing(const struct boot_names *names, struct boot_node *node)
{
	static const char *const made[] = { "mount", "automount", "swap", "device",
		NULL };
	const char *type = strrchr(node->name, '.') + 1;
	if (strcmp(type, "slice") == 0)
		return;
	if (text_is_one_of(type, made))
		set_loaded(node, BOOT_LOADED_UNSURE, NULL,
			memory_text("its unit is made at the boot, if at all"));
	else if (names->has_vendor)
		set_loaded(node, BOOT_NOT_LOADED, NULL,
			memory_text("there is no such unit"));
	else
		set_loaded(node, BOOT_LOADED_UNSURE, NULL,
			memory_text("its unit file is not in this root, which lacks the "
				    "vendor's units"));
}

void
boot_node_read(struct boot_names *names, struct boot_node *node)
{
	const struct file *file;
	const char *own = boot_names_resolve(names, node->name, &file);
	node->is_read = true;
	node->is_simple = true;
	node->unit.state = BOOT_STARTED;
	node->unit.commands = &node->commands;
	if (file != NULL && unit_files_is_masked(file)) {
		set_loaded(
			node, BOOT_NOT_LOADED, file->path, memory_text("it is masked"));
		return;
	}
	struct name_list all = { 0 };
	const struct name_list *aliases = boot_names_aliases(names, own);
	unit_files_add_names(own, &all);
	for (size_t i = 0; aliases != NULL && i < aliases->count; i++)
		unit_files_add_names(aliases->names[i], &all);
	node->script = file == NULL ? boot_names_script(names, own) : NULL;
	node->unit.script = node->script;
	bool is_stock = file == NULL && !names->has_vendor && read_stock(node);
	if (file != NULL)
		read_lines(names, node, file, &all);
	else if (node->script == NULL && !is_stock)
		judge_missing(names, node);
	keep(&all, strrchr(own, '.') + 1); /* those of the type */
	read_links(names, node, &all, "wants", false);
	read_links(names, node, &all, "requires", true);
	read_runlevels(names, node);
	read_activated(node);
	read_vague(names, node);
	name_list_free(&all);
}

void
boot_node_free(struct boot_node *node)
{
	for (size_t i = 0; i < node->edge_count; i++) {
		free(node->edges[i].name);
		free(node->edges[i].link);
	}
	free(node->edges);
	free(node->name);
	free(node->script);
	free(node->unit.reason);
	free(node->unit.path);
	free(node->starts);
	for (size_t i = 0; i < node->later_count; i++)
		free(node->later[i].name);
	free(node->later);
	free(node->requirers);
	boot_commands_free(&node->commands);
	boot_commands_free(&node->ends);
	name_list_free(&node->vague);
	name_list_free(&node->conflicts);
	name_list_free(&node->requisites);
	name_list_free(&node->afters);
	name_list_free(&node->befores);
	unit_conditions_free(&node->conditions);
	free(node);
}
