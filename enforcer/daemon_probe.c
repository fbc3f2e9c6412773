#include "enforcer/daemon_probe.h"

#include <poll.h>
#include <stdlib.h>

#include "lenses/process.h"

enum {
	STEP = 50, /* milliseconds between two looks */
	RELOAD_TIME = 3000, /* for a daemon to close its sockets and open new ones */
	SETTLE_TIME = 1000, /* a daemon that does not like its files is gone by then */
};

static void
pause_briefly(void)
{
	poll(NULL, 0, STEP);
}

void
daemon_probe_before(const struct live_process *process, struct daemon_probe *ret_probe)
{
	ret_probe->process = *process;
	live_listeners(
		process, LIVE_TCP, &ret_probe->listeners, &ret_probe->listener_count);
}

void
daemon_probe_free(struct daemon_probe *probe)
{
	free(probe->listeners);
	*probe = (struct daemon_probe){ 0 };
}

void
daemon_probe_keep_listeners(struct live_list *list)
{
	size_t kept = 0;
	for (size_t i = 0; i < list->count; i++) {
		struct live_listener *listeners;
		size_t count;
		live_listeners(&list->items[i], LIVE_TCP, &listeners, &count);
		free(listeners);
		if (count > 0)
			list->items[kept++] = list->items[i];
	}
	list->count = kept;
}

bool
daemon_probe_gone(const struct live_process *process, long time)
{
	long end = process_clock() + time;
	while (live_runs(process)) {
		if (process_clock() > end)
			return false;
		pause_briefly();
	}
	return true;
}

bool
daemon_probe_back(const struct daemon *daemon, long time)
{
	long end = process_clock() + time;
	for (;;) {
		struct live_list list;
		size_t count = live_find(daemon->programs, &list, NULL) == 0 ? list.count
									     : 0;
		if (count > 0)
			live_list_free(&list);
		if (count > 0 || process_clock() > end)
			return count > 0;
		pause_briefly();
	}
}

/* Whether the daemon listens, and at none of the sockets of before: it began afresh. */
static bool
listens_anew(const struct daemon_probe *probe, struct live_listener **ret_items,
	size_t *ret_count)
{
	live_listeners(&probe->process, LIVE_TCP, ret_items, ret_count);
	for (size_t i = 0; i < *ret_count; i++)
		for (size_t k = 0; k < probe->listener_count; k++)
			if ((*ret_items)[i].inode == probe->listeners[k].inode)
				return false;
	return *ret_count > 0;
}

/* It listens anew, or time runs out, as for one whose sockets systemd holds: it keeps
 * them. */
static int
probe_listening(
	const struct daemon *daemon, const struct daemon_probe *probe, struct error *err)
{
	struct live_listener *listeners = NULL;
	size_t count = 0;
	int status = 0;
	long end = process_clock() + RELOAD_TIME;
	while (live_runs(&probe->process) && !listens_anew(probe, &listeners, &count) &&
		process_clock() < end) {
		free(listeners);
		listeners = NULL;
		pause_briefly();
	}
	if (listeners == NULL)
		live_listeners(&probe->process, LIVE_TCP, &listeners, &count);
	if (!live_runs(&probe->process))
		status = error_set(
			err, "%s exited after it was told to reload", daemon->name);
	else if (count == 0)
		status = error_set(err, "%s no longer listens", daemon->name);
	free(listeners);
	return status;
}

/* After a restart: another process than before, which stays. */
static int
probe_restarted(
	const struct daemon *daemon, const struct daemon_probe *probe, struct error *err)
{
	struct live_list list = { 0 };
	if (!daemon_probe_back(daemon, RELOAD_TIME) ||
		live_find(daemon->programs, &list, err) < 0 || list.count == 0)
		return error_set(err, "%s did not start again", daemon->name);
	live_keep_parents(&list);
	bool stays = !daemon_probe_gone(&list.items[0], SETTLE_TIME);
	bool is_old = list.items[0].pid == probe->process.pid &&
		list.items[0].start == probe->process.start;
	live_list_free(&list);
	/* the first one may only have been the one that put the daemon in the background
	 */
	if (is_old || (!stays && !daemon_probe_back(daemon, 0)))
		return error_set(err, "%s did not %s", daemon->name,
			is_old ? "restart" : "stay after its restart");
	return 0;
}

int
daemon_probe_after(
	const struct daemon *daemon, const struct daemon_probe *probe, struct error *err)
{
	if (daemon->activation == ACTIVATION_RESTART)
		return probe_restarted(daemon, probe, err);
	if (daemon->listens)
		return probe_listening(daemon, probe, err);
	if (daemon_probe_gone(&probe->process, SETTLE_TIME))
		return error_set(
			err, "%s exited after it was told to reload", daemon->name);
	return 0;
}
