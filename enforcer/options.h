/* The command line of one command, parsed by its table of options. */
#ifndef ENFORCER_OPTIONS_H
#define ENFORCER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "enforcer/command.h"

struct options {
	const struct command *command;
	struct option_values { /* one a row of the command's table */
		const char **items; /* the texts are argv's; "" for a flag */
		size_t count;
	} * values;
	const char **arguments; /* what is no option, in order; NULL-terminated */
	size_t argument_count;
};

/* Parses ARGV (argv[0] is the command's name) by COMMAND's table. Returns true when the
 * command shall run; false with the exit status in *ret_status after --help (printed) or
 * an error (said on stderr, with the option that was probably meant). Freed by
 * options_free, also after false. */
bool
options_parse(const struct command *command, int argc, char **argv,
	struct options *ret_options, int *ret_status) __attribute__((warn_unused_result));

/* Whether the option --NAME was given. NAME must be in the command's table. */
bool
options_given(const struct options *options, const char *name);

/* The argument of --NAME; OTHERWISE when it was not given. */
const char *
options_text(const struct options *options, const char *name, const char *otherwise);

/* All arguments of --NAME in the order given. */
const char *const *
options_texts(const struct options *options, const char *name, size_t *ret_count);

/* Prints the usage and the options of COMMAND. */
void
options_help(const struct command *command);

void
options_free(struct options *options);

#define autooptions __attribute__((cleanup(options_free)))

#endif
