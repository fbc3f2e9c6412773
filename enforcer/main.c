#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "enforcer/command.h"
#include "enforcer/output.h"

static int
run(int argc, char **argv)
{
	if (argc < 2) {
		output_error("no command given; 'holdfast help' lists them");
		return STATUS_NOT_RUN;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("holdfast " HOLDFAST_VERSION);
		return 0;
	}
	const char *name = strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0
		? "help"
		: argv[1];
	const struct command *command = command_find(name);
	if (command == NULL) {
		command_unknown(name);
		return STATUS_NOT_RUN;
	}
	return command->run(argc - 1, argv + 1);
}

int
main(int argc, char **argv)
{
	output_open_standard();
	/* a reader that went away is a write error, not a death amid a change: see
	 * output_finish */
	signal(SIGPIPE, SIG_IGN);
	return output_finish(run(argc, argv));
}
