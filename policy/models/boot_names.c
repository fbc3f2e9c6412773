#include "policy/models/boot_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
	HOPS_MAX = 8, /* aliases of aliases */
	NAME_MAX_BYTES = 255, /* UNIT_NAME_MAX without the NUL */
};

struct boot_name {
	char *alias_of; /* what its link leads to; NULL: it is the unit itself */
	bool is_instance; /* of the template that its link leads to */
	bool is_bad; /* it leads to what it can't be an alias of, and does not count */
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
	const char *const *folders = unit_files_folders(host);
	struct stat status;
	autofree char *target = NULL;
	if (host_status(host, path, &status, &target) < 0 || target == NULL)
		return;
	const char *base = text_base_name(target);
	size_t size = (size_t)(base - target);
	while (*folders != NULL &&
		(strlen(*folders) + 1 != size ||
			strncmp(*folders, target, size - 1) != 0))
		folders++;
	if (*folders != NULL && strcmp(base, name) != 0 && boot_names_is_unit(base) &&
		strcmp(type_of(base), type_of(name)) == 0)
		judge_alias(name, base, known);
}

static void
add_folder(struct boot_names *names, const char *folder)
{
	struct name_list list = { 0 };
	if (host_list(names->host, folder, &list, NULL) < 0)
		return;
	for (size_t i = 0; i < list.count; i++) {
		const char *name = list.names[i];
		if (!boot_names_is_unit(name) || table_get(&names->files, name) != NULL)
			continue;
		autofree char *path = memory_printf("%s/%s", folder, name);
		struct boot_name *known = memory_new(1, sizeof *known);
		read_link(names->host, path, name, known);
		table_set(&names->files, name, known);
	}
	name_list_free(&list);
}

static void
add_alias(struct boot_names *names, const char *name)
{
	const struct file *file;
	autofree char *own = boot_names_resolve(names, name, &file);
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

void
boot_names_read(struct host *host, struct boot_names *ret_names)
{
	const char *const *folders = unit_files_folders(host);
	*ret_names = (struct boot_names){ .host = host };
	for (; *folders != NULL; folders++) {
		bool is_vendors = strcmp(*folders, "/usr/lib/systemd/system") == 0 ||
			strcmp(*folders, "/lib/systemd/system") == 0;
		ret_names->has_vendor = ret_names->has_vendor || is_vendors;
		add_folder(ret_names, *folders);
	}
	for (size_t i = 0; i < ret_names->files.capacity; i++) {
		const struct table_slot *slot = &ret_names->files.slots[i];
		if (slot->key != NULL &&
			((struct boot_name *)slot->value)->alias_of != NULL)
			add_alias(ret_names, slot->key);
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
	for (size_t i = 0; i < names->aliases.capacity; i++) {
		if (names->aliases.slots[i].key == NULL)
			continue;
		name_list_free(names->aliases.slots[i].value);
		free(names->aliases.slots[i].value);
	}
	table_free(&names->files);
	table_free(&names->aliases);
}

char *
boot_names_resolve(
	const struct boot_names *names, const char *name, const struct file **ret_file)
{
	char *own = memory_text(name);
	for (size_t hop = 0;; hop++) {
		const struct boot_name *known = table_get(&names->files, own);
		autofree char *template = known == NULL ? template_of(own) : NULL;
		const struct boot_name *its = template != NULL
			? table_get(&names->files, template)
			: NULL;
		const char *alias = known != NULL ? known->alias_of
			: its != NULL             ? its->alias_of
						  : NULL;
		*ret_file = NULL;
		if (alias == NULL && known != NULL)
			*ret_file = known->is_bad ? NULL
						  : unit_files_find(names->host, own);
		else if (alias == NULL && its != NULL)
			*ret_file = unit_files_find(names->host, template);
		if (alias == NULL || hop == HOPS_MAX)
			return own;
		char *next = known != NULL ? memory_text(alias) : instance_of(alias, own);
		free(own);
		own = next;
	}
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
