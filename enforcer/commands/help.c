#include <stdio.h>

#include "enforcer/command.h"
#include "enforcer/options.h"
#include "enforcer/output.h"

static void
list_commands(void)
{
	puts("Usage: holdfast COMMAND [OPTION]... [ARGUMENT]...\n"
	     "Keeps a host at a written security policy.\n\n"
	     "Commands:");
	for (size_t i = 0; commands[i] != NULL; i++)
		if (commands[i]->summary != NULL)
			printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
	puts("\n'holdfast help COMMAND' or 'holdfast COMMAND --help' says more; so does "
	     "holdfast(8).");
}

static int
run(int argc, char **argv);

static const struct option_row rows[] = { OPTION_END };

const struct command command_help = {
	.name = "help",
	.synopsis = "[COMMAND]",
	.summary = "list the commands, or the options of one",
	.options = rows,
	.run = run,
};

static int
run(int argc, char **argv)
{
	autooptions struct options options = { 0 };
	int status;
	if (!options_parse(&command_help, argc, argv, &options, &status))
		return status;
	if (options.argument_count > 1) {
		output_error("help takes one command");
		return STATUS_NOT_RUN;
	}
	if (options.argument_count == 0) {
		list_commands();
		return 0;
	}
	const struct command *command = command_find(options.arguments[0]);
	if (command == NULL) {
		command_unknown(options.arguments[0]);
		return STATUS_NOT_RUN;
	}
	options_help(command);
	return 0;
}
