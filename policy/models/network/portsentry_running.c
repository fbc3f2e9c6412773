/* In which modes portsentry runs. */
#include <string.h>

#include "base/memory.h"
#include "policy/models/network/portsentry_start.h"
#include "policy/models/system/processes.h"

void
portsentry_running_read(const struct context *context, const struct recorded *recorded,
	struct portsentry_modes *ret_modes)
{
	struct processes processes;
	*ret_modes = (struct portsentry_modes){ 0 };
	processes_read(context, recorded, "portsentry", &processes);
	for (size_t i = 0; i < processes.count; i++) {
		const struct process *process = &processes.items[i];
		/* main takes one argument and no other number of them */
		if (process->count != 1 || process->words[0][0] != '-' ||
			process->doubt != NULL)
			continue;
		enum portsentry_mode mode = portsentry_mode_find(process->words[0] + 1);
		if (mode == PORTSENTRY_MODES)
			continue;
		ret_modes->has[mode] = true;
		ret_modes->places[mode] = process->place;
	}
	ret_modes->is_unknown = processes.problem != NULL;
	ret_modes->none_file = processes.problem_file;
	ret_modes->none = memory_text(
		processes.problem != NULL ? processes.problem : "no process runs so");
	processes_free(&processes);
}
