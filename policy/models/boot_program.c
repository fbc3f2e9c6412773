#include "policy/models/boot_program.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "policy/models/unit_conditions.h"

enum { HEAD_SIZE = 256 }; /* what Linux reads of a program: BINPRM_BUF_SIZE */

char *
boot_program_interpreter(struct host *host, const char *path)
{
	char head[HEAD_SIZE + 1] = "";
	struct error err = ERROR_INIT;
	struct stat status;
	int fd = host_open_content(host, path, &status, &err);
	error_clear(&err);
	if (fd < 0)
		return NULL;
	ssize_t size = read(fd, head, HEAD_SIZE);
	close(fd);
	if (size < 2 || head[0] != '#' || head[1] != '!')
		return NULL;
	const char *start = head + 2 + strspn(head + 2, " \t");
	return memory_copy(start, strcspn(start, " \t\n"));
}

bool
boot_program_is_script(struct host *host, const char *path)
{
	autofree char *interpreter = boot_program_interpreter(host, path);
	return interpreter != NULL;
}

/* Why PATH can't be executed: what can be said of a program and of an interpreter. */
static const char *
find_flaw(struct host *host, const char *path)
{
	struct stat status;
	autofree char *target = NULL;
	autofree char *folder = memory_copy(path, (size_t)(strrchr(path, '/') - path));
	if (!unit_conditions_is_lasting(path))
		return NULL;
	if (host_exists(host, path) == 0)
		return host_exists(host, folder) == 1 ? "is not there" : NULL;
	if (host_status(host, path, &status, &target) < 0 || status.st_mode == 0)
		return NULL;
	if (S_ISDIR(status.st_mode))
		return "is a directory";
	return (status.st_mode & 0111) == 0 ? "can't be executed" : NULL;
}

char *
boot_program_flaw(struct host *host, const char *path)
{
	const char *flaw = find_flaw(host, path);
	if (flaw != NULL)
		return memory_printf("the program %s %s", path, flaw);
	autofree char *interpreter = boot_program_interpreter(host, path);
	if (interpreter == NULL || *interpreter != '/')
		return NULL;
	flaw = find_flaw(host, interpreter);
	return flaw != NULL ? memory_printf("the program %s is a script, and its "
					    "interpreter %s %s",
				      path, interpreter, flaw)
			    : NULL;
}
