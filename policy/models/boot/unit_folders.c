#include "policy/models/boot/unit_folders.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char *const known[] = {
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

enum { KNOWN_COUNT = sizeof known / sizeof *known };

static void
release(void *memory)
{
	struct unit_folders *folders = memory;
	for (size_t i = 0; folders->paths[i] != NULL; i++) {
		name_list_free(&folders->lists[i]);
		free(folders->targets[i]);
	}
	free(folders->lists);
	free(folders->targets);
	free(folders->paths);
	table_free(&folders->names);
	table_free(&folders->stems);
	free(folders);
}

static void
add_stem(struct unit_folders *folders, const char *name)
{
	static const char *const ends[] = { "d", "wants", "requires", NULL };
	const char *dot = strrchr(name, '.');
	if (dot == NULL || !text_is_one_of(dot + 1, ends))
		return;
	autofree char *stem = memory_copy(name, (size_t)(dot - name));
	table_set(&folders->stems, stem, folders);
}

static void
list_folder(struct host *host, struct unit_folders *folders, size_t index)
{
	const uintptr_t bit = (uintptr_t)1 << index;
	struct name_list *list = &folders->lists[index];
	if (host_list(host, folders->paths[index], list, NULL) < 0) {
		folders->blind |= errno != ENOENT && errno != ENOTDIR ? bit : 0;
		return;
	}
	for (size_t i = 0; i < list->count; i++) {
		uintptr_t others = (uintptr_t)table_get(&folders->names, list->names[i]);
		table_set(&folders->names, list->names[i], (void *)(others | bit));
		add_stem(folders, list->names[i]);
	}
}

/* Adds PATH to the COUNT that are there. On most hosts /lib is a link. */
static bool
add_folder(
	struct host *host, struct unit_folders *folders, size_t count, const char *path)
{
	struct stat status;
	char *target;
	if (host_exists(host, path) == 0)
		return false;
	folders->has_vendor = folders->has_vendor ||
		strcmp(path, "/usr/lib/systemd/system") == 0 ||
		strcmp(path, "/lib/systemd/system") == 0;
	(void)host_status(host, path, &status, &target);
	if (text_is_one_of(target, (const char *const *)folders->targets)) {
		free(target);
		return false;
	}
	folders->paths[count] = path;
	folders->targets[count] = target;
	list_folder(host, folders, count);
	return true;
}

const struct unit_folders *
unit_folders_read(struct host *host)
{
	static const char key[] = "unit folders";
	struct unit_folders *folders = host_note(host, key);
	size_t count = 0;
	if (folders != NULL)
		return folders;
	folders = memory_new(1, sizeof *folders);
	folders->paths = memory_new(KNOWN_COUNT + 1, sizeof *folders->paths);
	folders->targets = memory_new(KNOWN_COUNT + 1, sizeof *folders->targets);
	folders->lists = memory_new(KNOWN_COUNT, sizeof *folders->lists);
	for (size_t i = 0; i < KNOWN_COUNT; i++)
		count += add_folder(host, folders, count, known[i]);
	host_set_note(host, key, folders, release);
	return folders;
}

uintptr_t
unit_folders_having(struct host *host, const char *name)
{
	const struct unit_folders *folders = unit_folders_read(host);
	return (uintptr_t)table_get(&folders->names, name) | folders->blind;
}

bool
unit_folders_extend(struct host *host, const char *name)
{
	const struct unit_folders *folders = unit_folders_read(host);
	return folders->blind != 0 || table_get(&folders->stems, name) != NULL;
}

bool
unit_folders_next(uintptr_t folders, size_t *index)
{
	while (*index < KNOWN_COUNT && (folders >> *index & 1) == 0)
		++*index;
	return *index < KNOWN_COUNT;
}
