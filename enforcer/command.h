/* A command: one file in commands/ that ends in its struct command, and one row in
 * commands.c. */
#ifndef ENFORCER_COMMAND_H
#define ENFORCER_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

enum { STATUS_NOT_RUN = 3 }; /* exit status: could not run; every command has it */

/* One table makes getopt_long's, the help text, the completion and the test of the
 * manual. Every command has --help besides. */
struct option_row {
	const char *name; /* long name without dashes; NULL ends the table */
	char letter; /* 0: no short form */
	const char *argument; /* NULL: a flag; "FILE", "DIR", "ID", "FORMAT" (completion
				 knows these); "this|that": one of these, checked by
				 options_parse */
	const char *help; /* one line */
	bool many; /* may be given more than once */
};

/* Rows that several commands have. */
#define OPTION_POLICY                                                                    \
	{                                                                                \
		"policy", 'p', "FILE",                                                   \
			"desired state to hold the host to (default " HOLDFAST_POLICY    \
			")",                                                             \
			false                                                            \
	}
#define OPTION_OVERLAY                                                                   \
	{                                                                                \
		"overlay", 0, "FILE", "lay this over the policy: other values, waivers", \
			true                                                             \
	}
#define OPTION_ROOT                                                                      \
	{                                                                                \
		"root", 'r', "DIR", "the host's root directory (default /)", false       \
	}
#define OPTION_ROOTS                                                                     \
	{                                                                                \
		"root", 'r', "DIR", "a host's root directory (default /)", true          \
	}
#define OPTION_COLOR                                                                     \
	{                                                                                \
		"color", 0, "auto|always|never", "when to colour the output", false      \
	}
#define OPTION_JOURNAL                                                                   \
	{                                                                                \
		"journal", 0, "DIR",                                                     \
			"the journal (default: var/lib/holdfast in the root)", false     \
	}
#define OPTION_ACCEPT                                                                    \
	{                                                                                \
		"accept", 0, "NAME",                                                     \
			"go on although this way in is lost, as the refusal names it",   \
			true                                                             \
	}
#define OPTION_YES                                                                       \
	{                                                                                \
		"yes", 'y', NULL, "do not ask", false                                    \
	}
#define OPTION_END                                                                       \
	{                                                                                \
		NULL, 0, NULL, NULL, false                                               \
	}

struct command {
	const char *name;
	const char *synopsis; /* "[OPTION]... [ID]..." */
	const char *summary; /* one line; NULL: not listed in the help */
	const struct option_row *options;
	const char *const *subcommands; /* for completion; NULL when none */
	/* Whether SUBCOMMAND takes the option; NULL: each takes all of them. */
	bool (*takes)(const char *subcommand, const char *option);
	int (*run)(int argc,
		char **argv); /* argv[0] is the command's name; returns the exit status */
};

/* All commands; NULL ends the list. */
extern const struct command *const commands[];

/* NULL when there is none. */
const struct command *
command_find(const char *name);

/* Says on stderr that there is no command NAME, and which one was probably meant. */
void
command_unknown(const char *name);

#endif
