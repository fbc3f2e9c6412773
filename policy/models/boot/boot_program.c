#include "policy/models/boot/boot_program.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/table.h"
#include "policy/models/boot/unit_conditions.h"

enum {
	HEAD_SIZE = 256, /* what Linux reads of a program: BINPRM_BUF_SIZE */
	KNOWN_MAX = 5000, /* programs that are remembered */
};

/* Reads the interpreter that the first line of PATH names; NULL: it is no script. */
static char *
read_interpreter(struct host *host, const char *path)
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

/* The programs that were looked at: of a script "!" and the interpreter, else "". */
struct known {
	struct table by_path;
};

static void
release(void *memory)
{
	struct known *known = memory;
	for (size_t i = 0; i < known->by_path.capacity; i++)
		if (known->by_path.slots[i].key != NULL)
			free(known->by_path.slots[i].value);
	table_free(&known->by_path);
	free(known);
}

char *
boot_program_interpreter(struct host *host, const char *path)
{
	static const char key[] = "interpreters";
	struct known *known = host_note(host, key);
	if (known == NULL) {
		known = memory_new(1, sizeof *known);
		host_set_note(host, key, known, release);
	}
	const char *found = table_get(&known->by_path, path);
	if (found != NULL)
		return *found == '!' ? memory_text(found + 1) : NULL;
	char *interpreter = read_interpreter(host, path);
	if (known->by_path.count < KNOWN_MAX)
		table_set(&known->by_path, path,
			interpreter != NULL ? memory_printf("!%s", interpreter)
					    : memory_text(""));
	return interpreter;
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
