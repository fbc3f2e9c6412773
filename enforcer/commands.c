#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "enforcer/command.h"
#include "enforcer/output.h"

extern const struct command command_apply, command_attest, command_audit,
	command_completion, command_confirm, command_explain, command_help, command_log,
	command_plan, command_policy, command_probe, command_report, command_undo;

/* One row a command, in the order of the help text. */
const struct command *const commands[] = {
	&command_audit,
	&command_report,
	&command_plan,
	&command_apply,
	&command_confirm,
	&command_undo,
	&command_log,
	&command_explain,
	&command_attest,
	&command_policy,
	&command_probe,
	&command_help,
	&command_completion,
	NULL,
};

const struct command *
command_find(const char *name)
{
	for (size_t i = 0; commands[i] != NULL; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

void
command_unknown(const char *name)
{
	const char *names[sizeof commands / sizeof *commands];
	size_t count = 0;
	for (size_t i = 0; commands[i] != NULL; i++)
		if (commands[i]->summary != NULL)
			names[count++] = commands[i]->name;
	names[count] = NULL;
	const char *nearest = text_nearest(name, names);
	if (nearest != NULL)
		output_error("unknown command '%s' (did you mean %s?)", name, nearest);
	else
		output_error("unknown command '%s'; 'holdfast help' lists them", name);
}
