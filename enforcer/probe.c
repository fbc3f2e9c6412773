#include "enforcer/probe.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/bytes.h"
#include "base/confine.h"
#include "base/memory.h"
#include "enforcer/child.h"

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

struct asking {
	void (*ask)(void *data, struct probe *probe);
	void *data;
};

/* Whether it works, each fault with its NUL, and that this is all. */
static void
ask_confined(void *data, struct buffer *out)
{
	const struct asking *asking = data;
	struct probe probe = { 0 };
	prctl(PR_SET_NAME, "holdfast-probe"); /* for ps(1) */
	if (confine_to_reading(NULL) < 0)
		return;
	asking->ask(asking->data, &probe);
	buffer_add(out, probe.works ? "+" : "-", 1);
	for (size_t i = 0; i < probe.count; i++)
		buffer_add(out, probe.faults[i], strlen(probe.faults[i]) + 1);
	buffer_add(out, ".", 1);
	probe_free(&probe);
}

void
probe_apart(
	void (*ask)(void *data, struct probe *probe), void *data, struct probe *ret_probe)
{
	int status;
	autobuffer struct buffer out = { 0 };
	struct asking asking = { ask, data };
	*ret_probe = (struct probe){ 0 };
	if (child_run(ask_confined, &asking, &out, &status, NULL) < 0 || out.size < 2 ||
		out.data[out.size - 1] != '.')
		return;
	ret_probe->works = out.data[0] == '+';
	for (size_t at = 1; at < out.size - 1; at += strlen(out.data + at) + 1)
		probe_fault(ret_probe, "%s", out.data + at);
}
