#include "policy/models/boot/unit_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/models/boot/unit_folders.h"

enum {
	UNIT_NAME_MAX = 255, /* unit-name.h; with its NUL 256 */
	DROP_INS_MAX = 30000, /* of all units; a host has some tens */
};

static const struct file too_many = {
	.path = (char *)"/etc/systemd/system",
	.target = (char *)"/etc/systemd/system",
	.state = FILE_REFUSED,
	.reason = (char *)"there are more drop-ins than are followed",
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

/* Whether paths[INDEX] has NAME, of which unit_folders_having said FOLDERS. */
static bool
has_file(struct host *host, uintptr_t folders, size_t index, const char *name)
{
	const struct unit_folders *known = unit_folders_read(host);
	if ((folders >> index & 1) == 0 || (known->blind >> index & 1) == 0)
		return folders >> index & 1;
	autofree char *path = memory_printf("%s/%s", known->paths[index], name);
	return host_has_name(host, path) != 0;
}

/* The unit file that counts; NULL when there is none. */
static const struct file *
find_unit(struct host *host, const char *const *names)
{
	const struct unit_folders *known = unit_folders_read(host);
	uintptr_t any = 0;
	for (size_t k = 0; names[k] != NULL; k++)
		any |= unit_folders_having(host, names[k]);
	for (size_t i = 0; unit_folders_next(any, &i); i++)
		for (size_t k = 0; names[k] != NULL; k++) {
			uintptr_t folders = unit_folders_having(host, names[k]);
			if (!has_file(host, folders, i, names[k]))
				continue;
			autofree char *path = memory_printf(
				"%s/%s", known->paths[i], names[k]);
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

/* Whether COUNT drop-ins more, read by all units of HOST together, are too many: a few
 * folders may be full, and count for every unit. */
static bool
are_too_many(struct host *host, size_t count)
{
	static const char key[] = "drop-ins";
	size_t *sum = host_note(host, key);
	if (sum == NULL) {
		sum = memory_new(1, sizeof *sum);
		host_set_note(host, key, sum, free);
	}
	*sum += count;
	return *sum > DROP_INS_MAX;
}

/* Adds the drop-ins for NAME, of all folders. */
static void
add_drop_ins(struct host *host, const char *name, struct drop_in **items, size_t *count,
	const struct file **unreadable)
{
	const struct unit_folders *known = unit_folders_read(host);
	if (!unit_folders_extend(host, name))
		return;
	autofree char *folder = memory_printf("%s.d", name);
	uintptr_t having = unit_folders_having(host, folder);
	for (size_t i = 0; unit_folders_next(having, &i); i++) {
		struct name_list names = { 0 };
		if (are_too_many(host, 0)) {
			*unreadable = &too_many;
			return;
		}
		autofree char *pattern = memory_printf(
			"%s/%s/*.conf", known->paths[i], folder);
		if (host_glob(host, pattern, &names, NULL) < 0) {
			*unreadable = host_file(host, known->paths[i]);
			continue;
		}
		bool is_cut = are_too_many(host, names.count);
		if (is_cut)
			*unreadable = &too_many;
		for (size_t k = 0; k < names.count && !is_cut; k++) {
			*items = memory_grow(*items, *count, sizeof **items);
			(*items)[*count] = (struct drop_in){ memory_text(names.names[k]),
				*count };
			++*count;
		}
		name_list_free(&names);
	}
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
	const struct file *unit = find_unit(host, names), *unreadable = NULL;
	struct drop_in *items = NULL;
	size_t count = 0;
	if (unit == NULL || unit_files_is_masked(unit))
		unit = stock;
	if (unit->state == FILE_READ)
		unit_file_read(unit, reader, data);
	else
		unreadable = unit;
	/* systemd looks for those of the names that a unit has: its own and its links */
	for (size_t k = 0; names[k] != NULL; k++)
		if (unit == stock || unit_folders_having(host, names[k]) != 0)
			add_drop_ins(host, names[k], &items, &count, &unreadable);
	add_drop_ins(host, "service", &items, &count, &unreadable);
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
	const struct file *unreadable = NULL;
	struct drop_in *items = NULL;
	size_t count = 0;
	if (file->state == FILE_READ)
		unit_file_read_section(file, section, reader, data);
	else
		unreadable = file;
	for (size_t k = 0; k < names->count; k++)
		add_drop_ins(host, names->names[k], &items, &count, &unreadable);
	const char *dot = names->count > 0 ? strrchr(names->names[0], '.') : NULL;
	if (dot != NULL)
		add_drop_ins(host, dot + 1, &items, &count, &unreadable);
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
	return find_unit(host, names);
}
