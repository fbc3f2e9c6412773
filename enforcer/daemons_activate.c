#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/live.h"
#include "base/memory.h"
#include "enforcer/daemon.h"
#include "enforcer/daemon_check.h"
#include "enforcer/daemon_probe.h"
#include "enforcer/daemons.h"
#include "enforcer/program.h"

enum {
	STOP_TIME = 10000, /* milliseconds for a daemon to write down what it holds */
	SUPERVISOR_TIME = 500, /* for whoever watches it to start it again */
	ARGUMENTS_MAX = 64 << 10,
};

struct teller {
	daemons_note note;
	void *data;
};

static void __attribute__((format(printf, 2, 3)))
tell(const struct teller *teller, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	autofree char *line = memory_vprintf(format, args);
	va_end(args);
	if (teller->note != NULL)
		teller->note(teller->data, line);
}

static const char *
systemctl(void)
{
	static const char *const PATHS[] = { "/usr/bin/systemctl", "/bin/systemctl" };
	for (size_t i = 0; live_has_systemd() && i < 2; i++)
		if (program_exists(PATHS[i]))
			return PATHS[i];
	return NULL;
}

/* Runs systemctl VERB UNIT: its exit status, or -1. */
static int
run_systemctl(const char *verb, const char *unit, struct error *err)
{
	const char *argv[] = { systemctl(), verb, "--quiet", "--", unit, NULL };
	struct program program = { .argv = argv, .seconds = 60 };
	struct program_result result;
	if (argv[0] == NULL || program_run(&program, &result, err) < 0)
		return -1;
	int status = result.status;
	if (status != 0)
		error_set(err, "systemctl %s %s: %.*s", verb, unit,
			(int)strcspn(result.output, "\n"), result.output);
	program_result_free(&result);
	return status;
}

static bool
is_socket_activated(const struct daemon *daemon)
{
	const char *const *unit = systemctl() != NULL ? daemon->socket_units : NULL;
	for (; unit != NULL && *unit != NULL; unit++)
		if (run_systemctl("is-active", *unit, NULL) == 0)
			return true;
	return false;
}

/* By the unit where the process has one that can reload, else by the signal. */
static int
hang_up(const struct daemon *daemon, const struct live_process *process,
	const struct teller *teller, struct error *err)
{
	autofree char *unit = systemctl() != NULL ? live_unit(process) : NULL;
	if (unit != NULL && run_systemctl("reload", unit, NULL) == 0) {
		tell(teller, "%s: reloaded (%s)", daemon->name, unit);
		return 0;
	}
	if (live_signal(process, SIGHUP, err) < 0)
		return error_prefix(err, "%s", daemon->name);
	tell(teller, "%s: told to reload (process %d)", daemon->name, (int)process->pid);
	return 0;
}

/* Puts how PROCESS was started, its words one after another, into ret_text. */
static ssize_t
read_arguments(const struct live_process *process, char ret_text[ARGUMENTS_MAX + 1])
{
	autofree char *path = memory_printf("/proc/%d/cmdline", (int)process->pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd >= 0 ? read(fd, ret_text, ARGUMENTS_MAX) : -1;
	ret_text[size > 0 ? size : 0] = '\0';
	if (fd >= 0)
		close(fd);
	return size < ARGUMENTS_MAX ? size : -1;
}

/* The path of its executable, where an upgrade may have put another file. */
static bool
read_executable(const struct live_process *process, char ret_path[PATH_MAX])
{
	static const char GONE[] = " (deleted)";
	autofree char *link = memory_printf("/proc/%d/exe", (int)process->pid);
	ssize_t size = readlink(link, ret_path, PATH_MAX - 1);
	ret_path[size > 0 ? size : 0] = '\0';
	ssize_t rest = size - (ssize_t)(sizeof GONE - 1);
	if (rest > 0 && strcmp(ret_path + rest, GONE) == 0)
		ret_path[rest] = '\0';
	return size > 0;
}

static int
stop_and_start(const struct daemon *daemon, const struct live_process *process,
	struct error *err)
{
	char path[PATH_MAX];
	autofree char *text = memory_new(ARGUMENTS_MAX + 1, 1);
	autofree char **argv = NULL;
	size_t count = 0;
	ssize_t size = read_arguments(process, text);
	if (size <= 0 || !read_executable(process, path))
		return error_set(err, "how process %d was started can't be read",
			(int)process->pid);
	for (char *at = text; at < text + size; at += strlen(at) + 1) {
		argv = memory_grow(argv, count, sizeof *argv);
		argv[count++] = at;
	}
	argv = memory_grow(argv, count, sizeof *argv);
	argv[count] = NULL;
	if (live_signal(process, SIGTERM, err) < 0)
		return -1;
	if (!daemon_probe_gone(process, STOP_TIME))
		return error_set(err, "process %d does not stop", (int)process->pid);
	if (daemon_probe_back(daemon, SUPERVISOR_TIME))
		return 0;
	return program_start(path, argv, err);
}

static int
restart(const struct daemon *daemon, const struct live_process *process,
	const struct teller *teller, struct error *err)
{
	autofree char *unit = systemctl() != NULL ? live_unit(process) : NULL;
	int status = unit != NULL ? run_systemctl("restart", unit, err)
				  : stop_and_start(daemon, process, err);
	if (status != 0)
		return error_prefix(err, "%s", daemon->name);
	if (unit != NULL)
		tell(teller, "%s: restarted (%s)", daemon->name, unit);
	else
		tell(teller, "%s: restarted", daemon->name);
	return 0;
}

/* sshd that is told to read bad files exits, and nobody can log in any more. */
static int
check_first(const struct daemon *daemon, struct error *err)
{
	struct daemon_check check;
	if (!daemon->checks_first || !program_exists(daemon->check[0]))
		return 0;
	if (daemon_check(daemon, NULL, &check, err) < 0)
		return -1;
	autofree char *line = check.line;
	if (check.answer != CHECK_BAD)
		return 0;
	return error_set(
		err, "%s: not told to reload, it would exit: %s", daemon->name, line);
}

/* Whether PROCESS was told to read another main file (-f FILE, with all daemons of the
 * table): a second sshd, whose files nobody checked. sshd keeps its arguments in its
 * title, with blanks between. */
static bool
reads_other_file(const struct daemon *daemon, const struct live_process *process)
{
	autofree char *text = memory_new(ARGUMENTS_MAX + 1, 1);
	ssize_t size = read_arguments(process, text);
	for (ssize_t i = 0; i < size; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	char *option = strstr(text, " -f");
	if (option == NULL)
		return false;
	char *file = option + 3 + strspn(option + 3, " ");
	file[strcspn(file, " ")] = '\0';
	return strcmp(file, daemon->files[0]) != 0;
}

static int
activate_process(const struct daemon *daemon, const struct live_process *process,
	const struct teller *teller, struct error *err)
{
	struct daemon_probe probe;
	if (reads_other_file(daemon, process)) {
		tell(teller, "%s: process %d reads another file, left alone",
			daemon->name, (int)process->pid);
		return 0;
	}
	daemon_probe_before(process, &probe);
	int status = daemon->activation == ACTIVATION_RESTART
		? restart(daemon, process, teller, err)
		: hang_up(daemon, process, teller, err);
	if (status == 0)
		status = daemon_probe_after(daemon, &probe, err);
	daemon_probe_free(&probe);
	return status;
}

static int
activate(const struct daemon *daemon, const struct teller *teller, struct error *err)
{
	struct live_list list;
	if (daemon->activation == ACTIVATION_NONE)
		return 0;
	if (live_find(daemon->programs, &list, err) < 0)
		return -1;
	live_keep_parents(&list);
	/* what serves a connection and outlived the daemon listens at nothing */
	if (daemon->greeting != NULL)
		daemon_probe_keep_listeners(&list);
	int status = list.count > 0 ? check_first(daemon, err) : 0;
	for (size_t i = 0; i < list.count && status == 0; i++)
		status = activate_process(daemon, &list.items[i], teller, err);
	if (list.count == 0 && is_socket_activated(daemon))
		tell(teller, "%s: started for each connection, nothing to reload",
			daemon->name);
	else if (list.count == 0)
		tell(teller, "%s: not running, nothing to reload", daemon->name);
	live_list_free(&list);
	return status;
}

int
daemons_activate(
	const struct changes *changes, daemons_note note, void *data, struct error *err)
{
	struct teller teller = { note, data };
	int status = 0;
	for (size_t i = 0; i < DAEMONS_COUNT; i++) {
		struct changes its = daemon_changes(&DAEMONS[i], changes, true);
		free(its.items);
		if (its.count > 0 && activate(&DAEMONS[i], &teller, err) < 0)
			status = -1;
	}
	return status;
}
