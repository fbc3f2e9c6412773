#include "policy/models/pam_module.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/table.h"

static void
release(void *memory)
{
	struct table *table = memory;
	for (size_t i = 0; i < table->capacity; i++)
		if (table->slots[i].key != NULL)
			free(table->slots[i].value);
	table_free(table);
	free(table);
}

static void
add_folder(struct host *host, const char *folder, struct table *table)
{
	struct name_list names = { 0 };
	if (host_list(host, folder, &names, NULL) < 0)
		return;
	for (size_t i = 0; i < names.count; i++)
		if (table_get(table, names.names[i]) == NULL)
			table_set(table, names.names[i],
				memory_printf("%s/%s", folder, names.names[i]));
	name_list_free(&names);
}

static const struct table *
load(struct host *host)
{
	static const char *const patterns[] = { "/lib/*/security", "/usr/lib/*/security",
		"/lib64/security", "/usr/lib64/security", "/lib/security",
		"/usr/lib/security", NULL };
	struct table *table = host_note(host, "pam_module");
	if (table != NULL)
		return table;
	table = memory_new(1, sizeof *table);
	for (const char *const *pattern = patterns; *pattern != NULL; pattern++) {
		struct name_list folders = { 0 };
		(void)host_glob(host, *pattern, &folders, NULL);
		for (size_t i = 0; i < folders.count; i++)
			add_folder(host, folders.names[i], table);
		name_list_free(&folders);
	}
	host_set_note(host, "pam_module", table, release);
	return table;
}

const char *
pam_module_find(struct host *host, const char *name)
{
	return table_get(load(host), name);
}

bool
pam_module_any(struct host *host)
{
	return load(host)->count > 0;
}
