#include "enforcer/probe.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void
probe_fault(struct probe *probe, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	probe->faults = memory_grow(probe->faults, probe->count, sizeof *probe->faults);
	probe->faults[probe->count++] = memory_vprintf(format, args);
	va_end(args);
}

void
probe_free(struct probe *probe)
{
	for (size_t i = 0; i < probe->count; i++)
		free(probe->faults[i]);
	free(probe->faults);
	*probe = (struct probe){ 0 };
}

static bool
has(const struct probe *probe, const char *fault)
{
	for (size_t i = 0; i < probe->count; i++)
		if (strcmp(probe->faults[i], fault) == 0)
			return true;
	return false;
}

const char *
probe_compare(const struct probe *before, const struct probe *now)
{
	for (size_t i = 0; before->works && i < now->count; i++)
		if (!has(before, now->faults[i]))
			return now->faults[i];
	return NULL;
}
