#include "policy/models/pam/pam_module.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/system/elf.h"

enum { FOLDERS_MAX = 2 };

/* Where the libpam of a root looks, in order. */
struct places {
	char *folders[FOLDERS_MAX];
	size_t count;
	struct elf elf; /* what its modules are, unless the count is 0 */
};

static void
release(void *memory)
{
	struct places *places = memory;
	for (size_t i = 0; i < places->count; i++)
		free(places->folders[i]);
	free(places);
}

static bool
read_elf(const struct file *file, struct elf *ret_elf)
{
	return file->state == FILE_READ && elf_read(file->bytes, ret_elf);
}

/* The head of one of libpam's own modules in FOLDER. */
static bool
find_own(struct host *host, const char *folder, struct elf *ret_elf)
{
	static const char *const names[] = { "pam_permit.so", "pam_unix.so", NULL };
	for (const char *const *name = names; *name != NULL; name++) {
		autofree char *path = memory_printf("%s/%s", folder, *name);
		if (host_exists(host, path) != 0 &&
			read_elf(host_file(host, path), ret_elf))
			return true;
	}
	return false;
}

/* What loads the modules: folders of another kind are there for foreign programs. */
static bool
find_login(struct host *host, struct elf *ret_elf)
{
	static const char *const paths[] = { "/bin/login", "/usr/bin/login", NULL };
	for (const char *const *path = paths; *path != NULL; path++)
		if (host_exists(host, *path) != 0 &&
			read_elf(host_file(host, *path), ret_elf))
			return true;
	return false;
}

static void
find_places(struct host *host, struct places *places)
{
	static const struct {
		const char *pattern;
		bool is_multiarch;
	} rows[] = {
		{ "/lib/*-linux-*/security", true },
		{ "/usr/lib/*-linux-*/security", true },
		{ "/lib64/security", false },
		{ "/usr/lib64/security", false },
		{ "/lib/security", false },
		{ "/usr/lib/security", false },
	};
	struct elf login, own;
	bool has_login = find_login(host, &login);
	for (size_t i = 0; i < sizeof rows / sizeof *rows && places->count == 0; i++) {
		struct name_list list = { 0 };
		(void)host_glob(host, rows[i].pattern, &list, NULL);
		for (size_t k = 0; k < list.count && places->count == 0; k++) {
			if (!find_own(host, list.names[k], &own) ||
				(has_login && !elf_is_alike(&login, &own)))
				continue;
			places->elf = own;
			places->folders[places->count++] = memory_text(list.names[k]);
			if (rows[i].is_multiarch)
				places->folders[places->count++] = memory_text(
					"/lib/security");
		}
		name_list_free(&list);
	}
}

static const struct places *
load(struct host *host)
{
	static const char key[] = "pam_module";
	struct places *places = host_note(host, key);
	if (places == NULL) {
		places = memory_new(1, sizeof *places);
		find_places(host, places);
		host_set_note(host, key, places, release);
	}
	return places;
}

/* *ret_is_unsure: only because the file can't be read. */
static const char *
judge(const struct file *file, const struct places *places, bool *ret_is_unsure)
{
	struct elf elf;
	/* dlopen(3) of a folder fails */
	*ret_is_unsure = file->state == FILE_REFUSED && !S_ISDIR(file->status.st_mode);
	if (file->state == FILE_ABSENT)
		return "it is not where libpam looks for modules";
	if (file->state == FILE_REFUSED)
		return file->reason;
	if (file->bytes.size == 0)
		return "its file is empty";
	if (!elf_read(file->bytes, &elf) || !elf.is_shared)
		return "its file is no shared object";
	if (!elf.is_whole)
		return "its file is cut off";
	if (places->count > 0 && !elf_is_alike(&elf, &places->elf))
		return "its file is for another sort of machine than libpam's own "
		       "modules";
	return NULL;
}

static const char *
look(struct host *host, const char *name, bool *ret_is_unsure)
{
	const struct places *places = load(host);
	*ret_is_unsure = false;
	if (*name == '/')
		return judge(host_file(host, name), places, ret_is_unsure);
	for (size_t i = 0; i < places->count; i++) {
		autofree char *path = memory_printf("%s/%s", places->folders[i], name);
		/* one that is there and no good is not passed over */
		const char *trouble = judge(host_file(host, path), places, ret_is_unsure);
		if (trouble == NULL || i + 1 == places->count ||
			host_file(host, path)->state != FILE_ABSENT)
			return trouble;
	}
	return "there is no folder with libpam's own modules";
}

const char *
pam_module_trouble(struct host *host, const char *name)
{
	bool is_unsure;
	return look(host, name, &is_unsure);
}

/* $ISA in a name stands for what libpam was built with: the way from /lib/security to the
 * folder of its own sort, and in Debian's /lib/security itself, which makes
 * "/lib/security//lib/security/..." of the common path (_pam_load_module of
 * pam_handlers.c; seen with 1.5.2). The caller frees. */
static char *
expand(const struct places *places, const char *name)
{
	const char *isa = strstr(name, "$ISA"), *slash = strrchr(name, '/');
	if (isa == NULL || slash == NULL)
		return memory_text(name);
	if (strstr(places->folders[0], "-linux-") == NULL)
		return memory_text(slash + 1);
	return memory_printf("%.*s/lib/security%s", (int)(isa - name), name, isa + 4);
}

enum pam_module_state
pam_module_look(struct host *host, const char *name, const char **ret_why)
{
	const struct places *places = load(host);
	bool is_unsure;
	*ret_why = NULL;
	if (places->count == 0)
		return PAM_MODULE_THERE;
	autofree char *path = expand(places, name);
	*ret_why = look(host, path, &is_unsure);
	return is_unsure           ? PAM_MODULE_UNSURE
		: *ret_why != NULL ? PAM_MODULE_MISSING
				   : PAM_MODULE_THERE;
}

const struct file *
pam_module_library(struct host *host)
{
	const struct places *places = load(host);
	if (places->count == 0)
		return NULL;
	const char *folder = places->folders[0], *slash = strrchr(folder, '/');
	autofree char *path = memory_printf(
		"%.*s/libpam.so.0", (int)(slash - folder), folder);
	const struct file *file = host_file(host, path);
	return file->state == FILE_READ && file->bytes.size > 0 ? file : NULL;
}
