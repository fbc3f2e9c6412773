#include "policy/models/unit_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* The first counts most: systemd.unit(5), UNIT FILE LOAD PATH. */
static const char *const folders[] = {
	"/etc/systemd/system.control",
	"/run/systemd/system.control",
	"/run/systemd/transient",
	"/run/systemd/generator.early",
	"/etc/systemd/system",
	"/etc/systemd/system.attached",
	"/run/systemd/system",
	"/run/systemd/system.attached",
	"/run/systemd/generator",
	"/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system",
	"/lib/systemd/system",
	"/run/systemd/generator.late",
};

enum {
	FOLDER_COUNT = sizeof folders / sizeof *folders,
	UNIT_NAME_MAX = 255, /* unit-name.h; with its NUL 256 */
};

static const char *
last_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

bool
unit_files_is_masked(const struct file *file)
{
	return file->state == FILE_ABSENT || strcmp(file->target, "/dev/null") == 0 ||
		(file->state == FILE_READ && file->bytes.size == 0);
}

/* The unit file that counts; NULL when there is none. */
static const struct file *
find_unit(struct host *host, const char *const *present, const char *const *names)
{
	for (; *present != NULL; present++)
		for (size_t k = 0; names[k] != NULL; k++) {
			autofree char *path = memory_printf("%s/%s", *present, names[k]);
			if (host_has_name(host, path) == 0)
				continue;
			const struct file *file = host_file(host, path);
			bool alias = file->is_link &&
				strcmp(last_name(file->target), names[k]) != 0 &&
				text_is_one_of(last_name(file->target), names);
			/* an unpacked root has no /dev/null */
			if (!alias &&
				(file->state != FILE_ABSENT ||
					strcmp(file->target, "/dev/null") == 0))
				return file;
		}
	return NULL;
}

/* systemd looks for the drop-ins of the names that a unit has: its own and its links. */
static bool
has_name(struct host *host, const char *const *present, const char *name)
{
	for (; *present != NULL; present++) {
		autofree char *path = memory_printf("%s/%s", *present, name);
		if (host_has_name(host, path) != 0)
			return true;
	}
	return false;
}

struct drop_in {
	char *path;
	size_t order;
};

static int
compare(const void *a, const void *b)
{
	const struct drop_in *x = a, *y = b;
	int order = strcmp(last_name(x->path), last_name(y->path));
	return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

static void
add_drop_ins(struct host *host, const char *folder, const char *name,
	struct drop_in **items, size_t *count, const struct file **unreadable)
{
	struct name_list names = { 0 };
	autofree char *pattern = memory_printf("%s/%s.d/*.conf", folder, name);
	if (host_glob(host, pattern, &names, NULL) < 0) {
		*unreadable = host_file(host, folder);
		return;
	}
	for (size_t i = 0; i < names.count; i++) {
		*items = memory_grow(*items, *count, sizeof **items);
		(*items)[*count] = (struct drop_in){ memory_text(names.names[i]),
			*count };
		++*count;
	}
	name_list_free(&names);
}

/* Most hosts have two or three of them, and many units are looked for. */
const char *const *
unit_files_folders(struct host *host)
{
	static const char key[] = "unit folders";
	const char **present = host_note(host, key);
	size_t count = 0;
	if (present != NULL)
		return present;
	present = memory_new(FOLDER_COUNT + 1, sizeof *present);
	for (size_t i = 0; i < FOLDER_COUNT; i++)
		if (host_exists(host, folders[i]) != 0)
			present[count++] = folders[i];
	host_set_note(host, key, present, free);
	return present;
}

/* Hands the lines of the COUNT drop-ins on, in the order of their names, and frees their
 * paths. Returns one that can't be read. */
static const struct file *
read_drop_ins(struct host *host, struct drop_in *items, size_t count, const char *section,
	unit_reader *reader, void *data)
{
	const struct file *unreadable = NULL;
	const char *before = "";
	if (count > 0)
		qsort(items, count, sizeof *items, compare);
	for (size_t i = 0; i < count; i++) {
		const struct file *file = host_file(host, items[i].path);
		/* of those with one name only the first counts */
		bool hidden = strcmp(before, last_name(items[i].path)) == 0;
		before = last_name(items[i].path);
		if (hidden || unit_files_is_masked(file))
			continue;
		if (file->state == FILE_READ)
			unit_file_read_section(file, section, reader, data);
		else
			unreadable = file;
	}
	for (size_t i = 0; i < count; i++)
		free(items[i].path);
	free(items);
	return unreadable;
}

const struct file *
unit_files_read(struct host *host, const char *const *names, const struct file *stock,
	unit_reader *reader, void *data)
{
	const char *const *present = unit_files_folders(host);
	const struct file *unit = find_unit(host, present, names), *unreadable = NULL;
	struct drop_in *items = NULL;
	size_t count = 0;
	if (unit == NULL || unit_files_is_masked(unit))
		unit = stock;
	if (unit->state == FILE_READ)
		unit_file_read(unit, reader, data);
	else
		unreadable = unit;
	for (size_t k = 0; names[k] != NULL; k++)
		for (size_t i = 0; present[i] != NULL &&
			(unit == stock || has_name(host, present, names[k]));
			i++)
			add_drop_ins(
				host, present[i], names[k], &items, &count, &unreadable);
	for (size_t i = 0; present[i] != NULL; i++) /* those for every service */
		add_drop_ins(host, present[i], "service", &items, &count, &unreadable);
	const struct file *bad = read_drop_ins(
		host, items, count, "[Service]", reader, data);
	return bad != NULL ? bad : unreadable;
}

static void
add_name(struct name_list *list, char *name)
{
	list->names = memory_grow(list->names, list->count, sizeof *list->names);
	list->names[list->count++] = name;
}

/* unit_file_find_dirs in dropin.c cuts a name at each of its dashes. */
void
unit_files_add_names(const char *name, struct name_list *names)
{
	const char *at = strchr(name, '@'), *dot = strrchr(name, '.');
	const char *end = at != NULL ? at : dot;
	add_name(names, memory_text(name));
	if (at != NULL && dot > at + 1)
		add_name(names, memory_printf("%.*s%s", (int)(at + 1 - name), name, dot));
	while (end != NULL && end > name &&
		(end = memrchr(name, '-', (size_t)(end - name))) != NULL && end > name)
		if (strchr("@.", end[1]) == NULL && end - name < UNIT_NAME_MAX)
			add_name(names,
				memory_printf(
					"%.*s%s", (int)(end + 1 - name), name, dot));
}

const struct file *
unit_files_read_section(struct host *host, const struct file *file,
	const struct name_list *names, const char *section, unit_reader *reader,
	void *data)
{
	const char *const *present = unit_files_folders(host);
	const struct file *unreadable = NULL;
	struct drop_in *items = NULL;
	size_t count = 0;
	if (file->state == FILE_READ)
		unit_file_read_section(file, section, reader, data);
	else
		unreadable = file;
	for (size_t k = 0; k < names->count; k++)
		for (size_t i = 0; present[i] != NULL; i++)
			add_drop_ins(host, present[i], names->names[k], &items, &count,
				&unreadable);
	const char *dot = names->count > 0 ? strrchr(names->names[0], '.') : NULL;
	for (size_t i = 0; dot != NULL && present[i] != NULL; i++)
		add_drop_ins(host, present[i], dot + 1, &items, &count, &unreadable);
	const struct file *bad = read_drop_ins(host, items, count, section, reader, data);
	return bad != NULL ? bad : unreadable;
}

const struct file *
unit_files_read_one(struct host *host, const char *name, unit_reader *reader, void *data)
{
	return unit_files_read_part(host, name, "[Service]", reader, data);
}

const struct file *
unit_files_read_part(struct host *host, const char *name, const char *section,
	unit_reader *reader, void *data)
{
	const char *at = strchr(name, '@'), *dot = strrchr(name, '.');
	const struct file *unit = unit_files_find(host, name), *unreadable = NULL;
	if (unit == NULL && at != NULL && dot > at + 1) {
		autofree char *template = memory_printf(
			"%.*s%s", (int)(at + 1 - name), name, dot);
		unit = unit_files_find(host, template);
	}
	if (unit != NULL && !unit_files_is_masked(unit)) {
		struct name_list names = { 0 };
		unit_files_add_names(name, &names);
		unreadable = unit_files_read_section(
			host, unit, &names, section, reader, data);
		name_list_free(&names);
	}
	return unreadable;
}

const struct file *
unit_files_find(struct host *host, const char *name)
{
	const char *const names[] = { name, NULL };
	return find_unit(host, unit_files_folders(host), names);
}

static void
add_names(struct host *host, const char *folder, struct name_list *list)
{
	struct name_list names = { 0 };
	if (host_list(host, folder, &names, NULL) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		list->names = memory_grow(list->names, list->count, sizeof *list->names);
		list->names[list->count++] = memory_text(names.names[i]);
	}
	name_list_free(&names);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
sort_names(struct name_list *list)
{
	size_t kept = 0;
	if (list->count > 0)
		qsort(list->names, list->count, sizeof *list->names, by_text);
	for (size_t i = 0; i < list->count; i++)
		if (kept > 0 && strcmp(list->names[kept - 1], list->names[i]) == 0)
			free(list->names[i]);
		else
			list->names[kept++] = list->names[i];
	list->count = kept;
}

static bool
ends_in(const char *name, const char *end)
{
	size_t size = strlen(name), length = strlen(end);
	return size >= length && strcmp(name + size - length, end) == 0;
}

/* What a target starts by its own lines: systemd.unit(5). */
static void
add_started(void *data, const char *name, struct traced *value)
{
	static const char *const settings[] = { "Wants", "Requires", "BindsTo", "Upholds",
		NULL };
	struct name_list *list = data;
	char *rest = NULL;
	if (!text_is_one_of(name, settings) || value->text.size == 0)
		return;
	autofree char *text = memory_copy(value->text.data, value->text.size);
	for (char *word = strtok_r(text, " \t", &rest); word != NULL;
		word = strtok_r(NULL, " \t", &rest)) {
		list->names = memory_grow(list->names, list->count, sizeof *list->names);
		list->names[list->count++] = memory_text(word);
	}
}

/* The files at PATH: a target, or its folder of drop-ins. */
static void
read_target(struct host *host, const char *path, struct name_list *wanted)
{
	struct name_list files = { 0 };
	if (ends_in(path, ".target")) {
		const struct file *file = host_file(host, path);
		unit_file_read_section(file, "[Unit]", add_started, wanted);
	} else if (ends_in(path, ".target.d")) {
		autofree char *pattern = memory_printf("%s/*.conf", path);
		(void)host_glob(host, pattern, &files, NULL);
		for (size_t i = 0; i < files.count; i++)
			unit_file_read_section(host_file(host, files.names[i]), "[Unit]",
				add_started, wanted);
		name_list_free(&files);
	}
}

void
unit_files_list(
	struct host *host, struct name_list *ret_names, struct name_list *ret_wanted)
{
	const char *const *present = unit_files_folders(host);
	*ret_names = *ret_wanted = (struct name_list){ 0 };
	for (size_t i = 0; present[i] != NULL; i++) {
		size_t first = ret_names->count;
		add_names(host, present[i], ret_names);
		for (; first < ret_names->count; first++) {
			const char *name = ret_names->names[first];
			autofree char *folder = memory_printf("%s/%s", present[i], name);
			if (ends_in(name, ".wants") || ends_in(name, ".requires") ||
				ends_in(name, ".upholds"))
				add_names(host, folder, ret_wanted);
			read_target(host, folder, ret_wanted);
		}
	}
	sort_names(ret_names);
	sort_names(ret_wanted);
}
