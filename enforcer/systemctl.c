#include "enforcer/systemctl.h"

#include <string.h>

#include "base/live.h"
#include "base/memory.h"
#include "enforcer/program.h"

enum { SECONDS = 60 };

int
systemctl_run(const char *verb, const char *unit, char **ret_word, struct error *err)
{
	static const char *const PATHS[] = { "/usr/bin/systemctl", "/bin/systemctl" };
	const char *path = program_exists(PATHS[0]) ? PATHS[0] : PATHS[1];
	const char *argv[] = { path, verb, "--", unit, NULL };
	struct program program = { .argv = argv, .seconds = SECONDS };
	struct program_result result;
	if (ret_word != NULL)
		*ret_word = NULL;
	if (!live_has_systemd() || !program_exists(path))
		return error_set(err, "systemd does not run");
	if (program_run(&program, &result, err) < 0)
		return -1;
	int status = result.status;
	size_t size = strcspn(result.output, "\n");
	if (status != 0)
		error_set(err, "systemctl %s %s: %.*s", verb, unit, (int)size,
			result.output);
	if (ret_word != NULL)
		*ret_word = memory_copy(result.output, size);
	program_result_free(&result);
	return status;
}
