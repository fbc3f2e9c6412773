/* A command: one file in commands/ that ends in its struct command, and one row in
 * commands.c. */
#ifndef ENFORCER_COMMAND_H
#define ENFORCER_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/* One table makes getopt_long's, the help text, the completion and the test of the
 * manual. */
struct option_row {
	const char *name; /* long name without dashes; NULL ends the table */
	char letter; /* 0: no short form */
	const char *argument; /* NULL: a flag; "FILE", "DIR" (completion knows these two),
				 "ID", "FORMAT", ... */
	const char *help; /* one line */
	bool many; /* may be given more than once */
};

struct command {
	const char *name;
	const char *synopsis; /* "[OPTION]... [ID]..." */
	const char *summary; /* one line */
	const struct option_row *options;
	const char *const *subcommands; /* for completion; NULL when none */
	int (*run)(int argc,
		char **argv); /* argv[0] is the command's name; returns the exit status */
};

/* All commands; NULL ends the list. */
extern const struct command *const commands[];

#endif
