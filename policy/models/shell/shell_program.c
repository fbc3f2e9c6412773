/* Programs that a shell looks for. Sources: POSIX, Shell Command Language, 2.9.1.4;
 * execve(2). */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/boot/boot_program.h"
#include "policy/models/shell/shell_text.h"

/* Whether the folder of PATH, which is absolute, is there. */
static bool
has_folder(struct host *host, const char *path)
{
	autofree char *folder = memory_text(path);
	*strrchr(folder, '/') = '\0';
	return host_exists(host, *folder != '\0' ? folder : "/") == 1;
}

bool
shell_is_missing(struct host *host, const char *path)
{
	struct stat status;
	autofree char *target = NULL;
	if (*path != '/')
		return false;
	if (host_exists(host, path) == 0)
		return has_folder(host, path);
	if (host_status(host, path, &status, &target) < 0 || status.st_mode == 0)
		return false;
	if (!host_is_executable(host, path))
		return true;
	autofree char *flaw = boot_program_flaw(host, path);
	return flaw != NULL;
}

/* Whether the root has its programs, and is no mere copy of /etc. */
static bool
has_programs(struct host *host)
{
	static const char key[] = "has programs";
	const char *known = host_note(host, key);
	if (known == NULL) {
		struct name_list names = { 0 };
		struct error err = ERROR_INIT;
		bool found = host_exists(host, "/bin/sh") == 1 ||
			(host_list(host, "/usr/bin", &names, &err) == 0 &&
				names.count > 0);
		error_clear(&err);
		name_list_free(&names);
		known = found ? "yes" : "no";
		host_set_note(host, key, memory_text(known), free);
	}
	return *known == 'y';
}

static bool
lacks_path(struct host *host, const char *path)
{
	if (host_exists(host, path) == 0)
		return has_folder(host, path) || has_programs(host);
	autofree char *interpreter = boot_program_interpreter(host, path);
	return interpreter != NULL && *interpreter == '/' &&
		host_exists(host, interpreter) == 0 && has_programs(host);
}

bool
shell_lacks(struct host *host, const char *program)
{
	static const char *const folders[] = { "/usr/bin", "/bin", "/usr/sbin", "/sbin",
		"/usr/local/bin", "/usr/local/sbin", NULL };
	if (strpbrk(program, "$`*?[~%") != NULL)
		return false;
	if (strchr(program, '/') != NULL)
		return *program == '/' && lacks_path(host, program);
	for (size_t i = 0; folders[i] != NULL; i++) {
		autofree char *path = memory_printf("%s/%s", folders[i], program);
		if (host_exists(host, path) != 0)
			return false;
	}
	return has_programs(host);
}
