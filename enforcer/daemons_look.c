#include <stdlib.h>

#include "base/memory.h"
#include "enforcer/daemon.h"
#include "enforcer/daemon_origin.h"
#include "enforcer/daemons.h"

static bool
reads_other(const struct daemon *daemon, const struct live_process *process)
{
	struct daemon_origin origin;
	daemon_origin_read(process, &origin);
	bool other = daemon_origin_reads_other(&origin, daemon->files[0]);
	daemon_origin_free(&origin);
	return other;
}

void
daemons_ask(const struct daemon *daemon, struct probe *ret_probe)
{
	struct live_list list;
	size_t kept = 0;
	*ret_probe = (struct probe){ 0 };
	if (daemon->probe == NULL || daemon_find(daemon, &list, NULL) < 0)
		return;
	for (size_t i = 0; i < list.count; i++)
		if (!reads_other(daemon, &list.items[i]))
			list.items[kept++] = list.items[i];
	list.count = kept;
	if (kept > 0)
		daemon->probe(&list, ret_probe);
	live_list_free(&list);
}

void
daemons_look(const struct changes *changes, struct daemons_sight *ret_sight)
{
	ret_sight->probes = memory_new(DAEMONS_COUNT, sizeof *ret_sight->probes);
	for (size_t i = 0; i < DAEMONS_COUNT; i++) {
		struct changes its = daemon_changes(&DAEMONS[i], changes, true);
		free(its.items);
		if (its.count > 0)
			daemons_ask(&DAEMONS[i], &ret_sight->probes[i]);
	}
}

void
daemons_sight_free(struct daemons_sight *sight)
{
	for (size_t i = 0; sight->probes != NULL && i < DAEMONS_COUNT; i++)
		probe_free(&sight->probes[i]);
	free(sight->probes);
	sight->probes = NULL;
}
