#include "policy/models/boot/boot_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/boot/unit_folders.h"

enum {
	HOPS_MAX = 8, /* aliases of aliases */
	NAME_MAX_BYTES = 255, /* UNIT_NAME_MAX without the NUL */
};

struct boot_name {
	char *alias_of; /* what its link leads to; NULL: it is the unit itself */
	bool is_instance; /* of the template that its link leads to */
	bool is_bad; /* it leads to what it can't be an alias of, and does not count */
};

/* What a name stands for. */
struct boot_resolved {
	char *own;
	const struct file *file;
};

static const char *
type_of(const char *name)
{
	const char *dot = strrchr(name, '.');
	return dot != NULL ? dot + 1 : "";
}

bool
boot_names_is_unit(const char *text)
{
	static const char *const types[] = { "service", "socket", "target", "timer",
		"path", "mount", "automount", "swap", "device", "slice", "scope", NULL };
	const char *at = strchr(text, '@'), *dot = strrchr(text, '.');
	return dot != NULL && dot > text && strlen(text) <= NAME_MAX_BYTES &&
		at != text && text_is_one_of(dot + 1, types) &&
		text[strspn(text,
			"0123456789abcdefghijklmnopqrstuvwxyz"
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ:-_.\\@")] == '\0';
}

/* "getty@.service" of "getty@tty1.service"; NULL when it is no instance. */
static char *
template_of(const char *name)
{
	const char *at = strchr(name, '@'), *dot = strrchr(name, '.');
	return at != NULL && dot > at + 1
		? memory_printf("%.*s%s", (int)(at + 1 - name), name, dot)
		: NULL;
}

/* The instance of TEMPLATE that NAME is of another. */
static char *
instance_of(const char *template, const char *name)
{
	const char *from = strchr(name, '@') + 1, *at = strchr(template, '@') + 1;
	return memory_printf("%.*s%.*s%s", (int)(at - template), template,
		(int)(strrchr(name, '.') - from), from, strrchr(template, '.'));
}

static bool
is_template(const char *name)
{
	return strstr(name, "@.") != NULL;
}

/* What NAME is when it is a link to the unit BASE, of which it is an alias: unit names
 * without "@", templates, and instances of one instance go together
 * (unit_validate_alias_symlink_or_warn in install.c, seen). */
static void
judge_alias(const char *name, const char *base, struct boot_name *known)
{
	autofree char *template = template_of(name);
	autofree char *its = template_of(base);
	if (template == NULL && its == NULL && is_template(name) == is_template(base)) {
		known->alias_of = memory_text(base);
	} else if (template != NULL && its != NULL) {
		autofree char *same = instance_of(its, name);
		if (strcmp(same, base) == 0)
			known->alias_of = memory_text(base);
	} else if (template != NULL && is_template(base)) {
		known->is_instance = strcmp(template, base) == 0;
		if (!known->is_instance)
			known->alias_of = instance_of(base, name);
	}
	known->is_bad = known->alias_of == NULL && !known->is_instance;
}

/* Whether the link at PATH, called NAME, leads to another unit. A link to somewhere
 * outside the folders of units is a unit itself. */
static void
read_link(struct host *host, const char *path, const char *name, struct boot_name *known)
{
	const char *const *folders =
		(const char *const *)unit_folders_read(host)->targets;
	struct stat status;
	autofree char *target = NULL;
	if (host_status(host, path, &status, &target) < 0 || target == NULL)
		return;
	const char *base = text_base_name(target);
	autofree char *folder = memory_copy(
		target, base > target ? (size_t)(base - target - 1) : 0);
	if (text_is_one_of(folder, folders) && strcmp(base, name) != 0 &&
		boot_names_is_unit(base) && strcmp(type_of(base), type_of(name)) == 0)
		judge_alias(name, base, known);
}

/* What there is of that name; NULL when nothing is. */
static const struct boot_name *
find_name(struct boot_names *names, const char *name)
{
	const struct unit_folders *folders = unit_folders_read(names->host);
	struct boot_name *known = table_get(&names->files, name);
	if (known != NULL || !boot_names_is_unit(name))
		return known;
	uintptr_t having = unit_folders_having(names->host, name);
	for (size_t i = 0; unit_folders_next(having, &i) && known == NULL; i++) {
		autofree char *path = memory_printf("%s/%s", folders->paths[i], name);
		if ((folders->blind >> i & 1) != 0 &&
			host_has_name(names->host, path) == 0)
			continue;
		known = memory_new(1, sizeof *known);
		read_link(names->host, path, name, known);
		table_set(&names->files, name, known);
	}
	return known;
}

static void
add_alias(struct boot_names *names, const char *name)
{
	const struct file *file;
	const char *own = boot_names_resolve(names, name, &file);
	struct name_list *list = table_get(&names->aliases, own);
	if (strcmp(own, name) == 0)
		return;
	if (list == NULL) {
		list = memory_new(1, sizeof *list);
		table_set(&names->aliases, own, list);
	}
	list->names = memory_grow(list->names, list->count, sizeof *list->names);
	list->names[list->count++] = memory_text(name);
}

/* Whether there are drop-ins or links for names that stand for more than one unit. */
static bool
has_general(const struct table *stems)
{
	for (size_t i = 0; i < stems->capacity; i++) {
		const char *stem = stems->slots[i].key;
		if (stem != NULL &&
			(strstr(stem, "-.") != NULL || strstr(stem, "@.") != NULL))
			return true;
	}
	return false;
}

/* Most links to other units are of no consequence but when they are asked for. */
static bool
is_stem(const struct table *stems, bool is_general, const char *name)
{
	bool found = table_get(stems, name) != NULL;
	if (found || !is_general)
		return found;
	struct name_list all = { 0 };
	unit_files_add_names(name, &all);
	for (size_t i = 0; i < all.count; i++)
		found = found || table_get(stems, all.names[i]) != NULL;
	name_list_free(&all);
	return found;
}

void
boot_names_read(struct host *host, struct boot_names *ret_names)
{
	const struct unit_folders *folders = unit_folders_read(host);
	bool is_general = has_general(&folders->stems);
	*ret_names = (struct boot_names){ .host = host,
		.has_vendor = folders->has_vendor };
	for (size_t i = 0; i < folders->names.capacity; i++) {
		const char *name = folders->names.slots[i].key;
		if (name != NULL && boot_names_is_unit(name) &&
			is_stem(&folders->stems, is_general, name))
			add_alias(ret_names, name);
	}
}

void
boot_names_free(struct boot_names *names)
{
	for (size_t i = 0; i < names->files.capacity; i++) {
		struct boot_name *known = names->files.slots[i].value;
		if (names->files.slots[i].key == NULL)
			continue;
		free(known->alias_of);
		free(known);
	}
	for (size_t i = 0; i < names->resolved.capacity; i++) {
		struct boot_resolved *resolved = names->resolved.slots[i].value;
		if (names->resolved.slots[i].key == NULL)
			continue;
		free(resolved->own);
		free(resolved);
	}
	for (size_t i = 0; i < names->aliases.capacity; i++) {
		if (names->aliases.slots[i].key == NULL)
			continue;
		name_list_free(names->aliases.slots[i].value);
		free(names->aliases.slots[i].value);
	}
	table_free(&names->files);
	table_free(&names->resolved);
	table_free(&names->aliases);
}

static void
resolve(struct boot_names *names, const char *name, struct boot_resolved *resolved)
{
	char *own = resolved->own = memory_text(name);
	for (size_t hop = 0;; hop++) {
		const struct boot_name *known = find_name(names, own);
		autofree char *template = known == NULL ? template_of(own) : NULL;
		const struct boot_name *its = template != NULL
			? find_name(names, template)
			: NULL;
		const char *alias = known != NULL ? known->alias_of
			: its != NULL             ? its->alias_of
						  : NULL;
		resolved->file = NULL;
		if (alias == NULL && known != NULL)
			resolved->file = known->is_bad
				? NULL
				: unit_files_find(names->host, own);
		else if (alias == NULL && its != NULL)
			resolved->file = unit_files_find(names->host, template);
		if (alias == NULL || hop == HOPS_MAX)
			return;
		resolved->own = known != NULL ? memory_text(alias)
					      : instance_of(alias, own);
		free(own);
		own = resolved->own;
	}
}

const char *
boot_names_resolve(
	struct boot_names *names, const char *name, const struct file **ret_file)
{
	struct boot_resolved *resolved = table_get(&names->resolved, name);
	if (resolved == NULL) {
		resolved = memory_new(1, sizeof *resolved);
		resolve(names, name, resolved);
		table_set(&names->resolved, name, resolved);
	}
	*ret_file = resolved->file;
	return resolved->own;
}

const struct name_list *
boot_names_aliases(const struct boot_names *names, const char *name)
{
	return table_get(&names->aliases, name);
}

char *
boot_names_script(const struct boot_names *names, const char *name)
{
	static const char *const folders[] = { "/etc/init.d", "/etc/rc.d/init.d" };
	const char *dot = strrchr(name, '.');
	if (dot == NULL || strcmp(dot, ".service") != 0)
		return NULL;
	/* sysv_translate_name takes ".sh" off */
	for (size_t i = 0; i < 2 * sizeof folders / sizeof *folders; i++) {
		struct stat status;
		autofree char *target = NULL;
		char *path = memory_printf("%s/%.*s%s", folders[i / 2], (int)(dot - name),
			name, i % 2 == 0 ? "" : ".sh");
		if (host_status(names->host, path, &status, &target) == 0 &&
			S_ISREG(status.st_mode) && (status.st_mode & 0100) != 0)
			return path;
		free(path);
	}
	return NULL;
}
