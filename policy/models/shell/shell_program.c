/* Programs that a shell looks for. Sources: POSIX, Shell Command Language, 2.9.1.4;
 * execve(2); env(1). */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
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

/* Whether no folder of programs has NAME; a path is looked for as it is. */
static bool
lacks_name(struct host *host, const char *name)
{
	static const char *const folders[] = { "/usr/bin", "/bin", "/usr/sbin", "/sbin",
		"/usr/local/bin", "/usr/local/sbin", NULL };
	if (strchr(name, '/') != NULL)
		return *name == '/' && host_exists(host, name) == 0;
	for (size_t i = 0; folders[i] != NULL; i++) {
		autofree char *path = memory_printf("%s/%s", folders[i], name);
		if (host_exists(host, path) != 0)
			return false;
	}
	return true;
}

/* The program that env starts by its one ARGUMENT; "-S" has it take that apart. */
static char *
env_program(const char *argument)
{
	bool is_split = strncmp(argument, "-S", 2) == 0;
	if (!is_split)
		return strchr("-=", *argument) == NULL ? memory_text(argument) : NULL;
	for (argument += 2;; argument += strcspn(argument, " \t")) {
		argument += strspn(argument, " \t");
		autofree char *word = memory_copy(argument, strcspn(argument, " \t"));
		if (*word == '-' || strpbrk(word, "\"'\\$") != NULL || *word == '\0')
			return NULL;
		if (strchr(word, '=') == NULL)
			return memory_text(word);
	}
}

char *
shell_env_program(struct host *host, const char *path)
{
	enum { HEAD_SIZE = 256 }; /* BINPRM_BUF_SIZE */
	char head[HEAD_SIZE + 1] = "";
	struct error err = ERROR_INIT;
	struct stat status;
	autofree char *interpreter = boot_program_interpreter(host, path);
	if (interpreter == NULL || strcmp(text_base_name(interpreter), "env") != 0)
		return NULL;
	int fd = host_open_content(host, path, &status, &err);
	error_clear(&err);
	if (fd < 0)
		return NULL;
	ssize_t got = read(fd, head, HEAD_SIZE);
	close(fd);
	char *argument = got > 0 ? strstr(head, interpreter) : NULL;
	if (argument == NULL)
		return NULL;
	argument += strlen(interpreter);
	argument += strspn(argument, " \t");
	/* all up to the end of the line is one argument: script_load of Linux */
	size_t size = strcspn(argument, "\n");
	while (size > 0 && strchr(" \t", argument[size - 1]) != NULL)
		size--;
	argument[size] = '\0';
	return size > 0 ? env_program(argument) : NULL;
}

static bool
lacks_path(struct host *host, const char *path)
{
	if (host_exists(host, path) == 0)
		return has_folder(host, path) || has_programs(host);
	autofree char *interpreter = boot_program_interpreter(host, path);
	if (interpreter == NULL || *interpreter != '/' || !has_programs(host))
		return false;
	autofree char *program = shell_env_program(host, path);
	return host_exists(host, interpreter) == 0 ||
		(program != NULL && lacks_name(host, program));
}

bool
shell_lacks(struct host *host, const char *program)
{
	if (strpbrk(program, "$`*?[~%") != NULL)
		return false;
	if (strchr(program, '/') != NULL)
		return *program == '/' && lacks_path(host, program);
	return lacks_name(host, program) && has_programs(host);
}
