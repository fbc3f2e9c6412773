#include "enforcer/timer.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/live.h"
#include "base/memory.h"
#include "enforcer/program.h"
#include "enforcer/systemctl.h"

#define RUN "/usr/bin/systemd-run"
#define BOOT_UNIT "holdfast-recover.service"

/* Tried again when it is killed or could not run: it has to be. Never early, for systemd
 * counts by CLOCK_MONOTONIC, which stands still while the deadline's clock goes on in a
 * suspended system. */
static int
run_unit(const char *path, const char *id, unsigned seconds, const char *unit,
	struct error *err)
{
	autofree char *name = memory_printf("--unit=%s", unit);
	autofree char *when = memory_printf("--on-active=%us", seconds);
	const char *argv[] = { RUN, "--quiet", "--collect", name, when,
		"--timer-property=AccuracySec=100ms",
		"--timer-property=IgnoreOnIsolate=yes",
		"--description=Undo a change of holdfast that is not confirmed",
		"--property=Type=oneshot", "--property=Restart=on-failure",
		"--property=RestartSec=2s", "--property=StartLimitIntervalSec=1h",
		"--property=StartLimitBurst=20", "--", path, "undo", "--expired",
		"--wait", id, NULL };
	struct program program = { .argv = argv, .seconds = PROGRAM_SECONDS };
	struct program_result result;
	if (!program_exists(RUN))
		return error_set(err, RUN ": is not installed");
	if (program_run(&program, &result, err) < 0)
		return -1;
	int status = result.status == 0
		? 0
		: error_set(err, "systemd-run: %.*s", (int)strcspn(result.output, "\n"),
			  result.output);
	program_result_free(&result);
	return status;
}

static char *
unit_name(unsigned long id)
{
	return memory_printf("holdfast-trial-%lu", id);
}

int
timer_start(unsigned long id, unsigned seconds, char **ret_line, struct error *err)
{
	autofree char *path = live_executable(getpid()), *unit = unit_name(id);
	autofree char *number = memory_printf("%lu", id);
	char *argv[] = { path, "undo", "--expired", "--wait", number, NULL };
	*ret_line = NULL;
	if (path[0] != '/')
		return error_set(err, "/proc/self/exe: can't be read");
	bool has_systemd = live_has_systemd();
	int status = has_systemd ? run_unit(path, number, seconds, unit, err)
				 : program_start(path, argv, err);
	if (status < 0)
		return error_prefix(err, "nobody would undo the change in time");
	*ret_line = has_systemd
		? memory_printf("%s.timer undoes the change if nobody confirms it", unit)
		: memory_text("a process waits to undo the change if nobody confirms it");
	return 0;
}

void
timer_stop(unsigned long id)
{
	autofree char *unit = unit_name(id);
	autofree char *timer = memory_printf("%s.timer", unit);
	if (live_has_systemd())
		systemctl_run("stop", timer, NULL, NULL);
}

int
timer_check_boot(struct error *err)
{
	autofree char *enabled = NULL;
	if (!live_has_systemd())
		return 0;
	/* enabled-runtime does not survive the reboot that it is for, and one that has
	 * not run yet would run with the next unit that is started, amid the trial */
	if (systemctl_run("is-enabled", BOOT_UNIT, &enabled, NULL) == 0 &&
		strcmp(enabled, "enabled") == 0 &&
		systemctl_run("is-active", BOOT_UNIT, NULL, NULL) == 0)
		return 0;
	return error_set(err,
		"a reboot would not undo the change before anybody logs in; this helps: "
		"systemctl enable --now " BOOT_UNIT);
}
