#include "policy/models/boot/unit_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/boot/unit_files.h"
#include "policy/models/boot/unit_folders.h"

static void
add_name(struct name_list *list, const char *name)
{
	list->names = memory_grow(list->names, list->count, sizeof *list->names);
	list->names[list->count++] = memory_text(name);
}

static void
add_names(const struct name_list *names, struct name_list *list)
{
	for (size_t i = 0; i < names->count; i++)
		add_name(list, names->names[i]);
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
		word = strtok_r(NULL, " \t", &rest))
		add_name(list, word);
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

/* What stands at PATH, called NAME, in a folder of units. */
static void
read_name(struct host *host, const char *path, const char *name, struct name_list *wanted)
{
	struct name_list links = { 0 };
	if (ends_in(name, ".wants") || ends_in(name, ".requires") ||
		ends_in(name, ".upholds")) {
		if (host_list(host, path, &links, NULL) == 0)
			add_names(&links, wanted);
		name_list_free(&links);
	} else {
		read_target(host, path, wanted);
	}
}

static void
release(void *memory)
{
	struct unit_names *names = memory;
	name_list_free(&names->all);
	name_list_free(&names->wanted);
	free(names);
}

const struct unit_names *
unit_names_read(struct host *host)
{
	static const char key[] = "unit names";
	struct unit_names *names = host_note(host, key);
	if (names != NULL)
		return names;
	names = memory_new(1, sizeof *names);
	const struct unit_folders *folders = unit_folders_read(host);
	for (size_t i = 0; folders->paths[i] != NULL; i++) {
		const struct name_list *list = &folders->lists[i];
		add_names(list, &names->all);
		for (size_t k = 0; k < list->count; k++) {
			autofree char *path = memory_printf(
				"%s/%s", folders->paths[i], list->names[k]);
			read_name(host, path, list->names[k], &names->wanted);
		}
	}
	sort_names(&names->all);
	sort_names(&names->wanted);
	host_set_note(host, key, names, release);
	return names;
}
