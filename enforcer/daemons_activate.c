#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/live.h"
#include "base/memory.h"
#include "enforcer/daemon.h"
#include "enforcer/daemon_check.h"
#include "enforcer/daemon_origin.h"
#include "enforcer/daemon_probe.h"
#include "enforcer/daemons.h"
#include "enforcer/program.h"
#include "enforcer/systemctl.h"

enum {
	STOP_TIME = 10000, /* milliseconds for a daemon to write down what it holds */
	SUPERVISOR_TIME = 500, /* for whoever watches it to start it again */
	START_TIME = 5000,
	LOST_MAX = 8,
	TRIES = 3,
	PAUSE = 300, /* milliseconds between two, for a daemon that is still at it */
};

/* Daemons that an activation cost their life. The one after the undo starts them again;
 * nothing else is ever started. */
static struct lost {
	const struct daemon *daemon;
	struct daemon_origin origin;
} lost[LOST_MAX];

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

static bool
is_socket_activated(const struct daemon *daemon)
{
	const char *const *unit = daemon->socket_units;
	for (; unit != NULL && *unit != NULL; unit++)
		if (systemctl_run("is-active", *unit, NULL, NULL) == 0)
			return true;
	return false;
}

/* By the unit where it can reload, else by the signal. */
static int
hang_up(const struct daemon *daemon, const struct live_process *process,
	const struct daemon_origin *origin, const struct teller *teller,
	struct error *err)
{
	if (origin->unit != NULL &&
		systemctl_run("reload", origin->unit, NULL, NULL) == 0) {
		tell(teller, "%s: reloaded (%s)", daemon->name, origin->unit);
		return 0;
	}
	if (live_signal(process, SIGHUP, err) < 0)
		return error_prefix(err, "%s", daemon->name);
	tell(teller, "%s: told to reload (process %d)", daemon->name, (int)process->pid);
	return 0;
}

static int
stop_and_start(const struct daemon *daemon, const struct live_process *process,
	const struct daemon_origin *origin, struct error *err)
{
	if (origin->path[0] == '\0' || origin->argv[0] == NULL)
		return error_set(err, "how it was started can't be read");
	if (live_signal(process, SIGTERM, err) < 0)
		return -1;
	if (!daemon_probe_gone(process, STOP_TIME))
		return error_set(err, "process %d does not stop", (int)process->pid);
	return daemon_probe_back(daemon, SUPERVISOR_TIME)
		? 0
		: daemon_origin_start(origin, err);
}

static int
restart(const struct daemon *daemon, const struct live_process *process,
	const struct daemon_origin *origin, const struct teller *teller,
	struct error *err)
{
	int status = origin->unit != NULL ? daemon_origin_start(origin, err)
					  : stop_and_start(daemon, process, origin, err);
	if (status < 0)
		return error_prefix(err, "%s", daemon->name);
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

/* Takes ORIGIN when no process of the daemon is left. */
static void
remember_lost(const struct daemon *daemon, struct daemon_origin *origin)
{
	for (size_t i = 0; i < LOST_MAX && !daemon_probe_back(daemon, 0); i++) {
		if (lost[i].daemon != NULL)
			continue;
		lost[i] = (struct lost){ daemon, *origin };
		*origin = (struct daemon_origin){ 0 };
		return;
	}
}

static int
activate_process(const struct daemon *daemon, const struct live_process *process,
	const struct teller *teller, struct error *err)
{
	struct daemon_probe probe;
	struct daemon_origin origin;
	int status = 0;
	daemon_origin_read(process, &origin);
	/* a second sshd, say, whose files nobody checked */
	if (daemon_origin_reads_other(&origin, daemon->files[0])) {
		tell(teller, "%s: process %d reads another file, left alone",
			daemon->name, (int)process->pid);
		daemon_origin_free(&origin);
		return 0;
	}
	daemon_probe_before(process, &probe);
	status = daemon->activation == ACTIVATION_RESTART
		? restart(daemon, process, &origin, teller, err)
		: hang_up(daemon, process, &origin, teller, err);
	if (status == 0)
		status = daemon_probe_after(daemon, &probe, err);
	if (status < 0)
		remember_lost(daemon, &origin);
	daemon_origin_free(&origin);
	daemon_probe_free(&probe);
	return status;
}

/* No process of the daemon is there. */
static int
bring_back(const struct daemon *daemon, const struct teller *teller, struct error *err)
{
	for (size_t i = 0; i < LOST_MAX; i++) {
		if (lost[i].daemon != daemon)
			continue;
		int status = daemon_origin_start(&lost[i].origin, err);
		if (status == 0 && !daemon_probe_back(daemon, START_TIME))
			status = error_set(err, "it did not start");
		daemon_origin_free(&lost[i].origin);
		lost[i].daemon = NULL;
		if (status < 0)
			return error_prefix(err, "%s is no longer there", daemon->name);
		tell(teller, "%s: started again", daemon->name);
		return 0;
	}
	tell(teller, "%s: %s", daemon->name,
		is_socket_activated(daemon)
			? "started for each connection, nothing to reload"
			: "not running, nothing to reload");
	return 0;
}

static int
activate(const struct daemon *daemon, const struct teller *teller, struct error *err)
{
	struct live_list list;
	if (daemon->activation == ACTIVATION_NONE)
		return 0;
	if (daemon_find(daemon, &list, err) < 0)
		return -1;
	int status = list.count > 0 ? check_first(daemon, err)
				    : bring_back(daemon, teller, err);
	for (size_t i = 0; i < list.count && status == 0; i++)
		status = activate_process(daemon, &list.items[i], teller, err);
	live_list_free(&list);
	return status;
}

/* Whether it answers no worse than BEFORE. */
static int
ask_again(const struct daemon *daemon, const struct probe *before,
	const struct teller *teller, struct error *err)
{
	if (!before->works) {
		tell(teller, "%s: could not be asked before, so it is not asked now",
			daemon->name);
		return 0;
	}
	for (int i = 1;; i++) {
		struct probe now;
		int status = 0;
		daemons_ask(daemon, &now);
		const char *fault = probe_compare(before, &now);
		if (fault != NULL && i == TRIES)
			status = error_set(err, "%s: %s", daemon->name, fault);
		if (fault == NULL && now.works)
			tell(teller, "%s: answers as its files say", daemon->name);
		probe_free(&now);
		if (fault == NULL || status < 0)
			return status;
		poll(NULL, 0, PAUSE);
	}
}

int
daemons_activate(const struct changes *changes, const struct daemons_sight *before,
	daemons_note note, void *data, struct error *err)
{
	struct teller teller = { note, data };
	int status = 0;
	for (size_t i = 0; i < DAEMONS_COUNT; i++) {
		struct changes its = daemon_changes(&DAEMONS[i], changes, true);
		free(its.items);
		if (its.count == 0)
			continue;
		if (activate(&DAEMONS[i], &teller, err) < 0 ||
			(before->probes != NULL && DAEMONS[i].probe != NULL &&
				ask_again(&DAEMONS[i], &before->probes[i], &teller, err) <
					0))
			status = -1;
	}
	return status;
}
