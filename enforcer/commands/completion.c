/* completion: what could stand next on a command line, for enforcer/holdfast.bash. It
 * asks the tables that parse the command line, so that the two can't differ. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "enforcer/options.h"
#include "policy/kinds/kind.h"

/* The command line so far; the last word is the one to complete. */
struct line {
	const char **words;
	size_t count;
	const char *last;
};

static void
offer(const struct line *line, const char *candidate)
{
	if (strncmp(candidate, line->last, strlen(line->last)) == 0)
		puts(candidate);
}

static void
offer_commands(const struct line *line)
{
	for (size_t i = 0; commands[i] != NULL; i++)
		if (commands[i]->summary != NULL)
			offer(line, commands[i]->name);
}

/* The row of the option that WORD is (--name or -n), NULL when it is none. */
static const struct option_row *
row_of(const struct command *command, const char *word)
{
	for (const struct option_row *row = command->options; row->name != NULL; row++)
		if ((strncmp(word, "--", 2) == 0 && strcmp(word + 2, row->name) == 0) ||
			(word[0] == '-' && word[1] != '\0' && word[1] == row->letter &&
				word[2] == '\0'))
			return row;
	return NULL;
}

/* The ids of the policy that the words name; those a person answers, to attest. */
static void
offer_ids(const struct line *line, const struct command *command)
{
	struct policy policy = { 0 };
	struct problems problems = { 0 };
	const char *file = HOLDFAST_POLICY;
	bool is_attest = strcmp(command->name, "attest") == 0;
	for (size_t i = 1; i + 1 < line->count; i++) {
		const struct option_row *row = row_of(command, line->words[i]);
		if (row != NULL && strcmp(row->name, "policy") == 0)
			file = line->words[i + 1];
	}
	if (policy_load(file, NULL, 0, false, &policy, &problems) == 0)
		for (size_t i = 0; i < policy.count; i++)
			if (!is_attest ||
				strcmp(policy.controls[i].kind->name, "attest") == 0)
				offer(line, policy.controls[i].id);
	problems_free(&problems);
	policy_free(&policy);
}

/* Offers what ARGUMENT, an option's argument or a word of a synopsis, stands for. */
static void
offer_argument(
	const struct line *line, const struct command *command, const char *argument)
{
	if (strcmp(argument, "DIR") == 0) {
		puts("@dirs");
	} else if (strcmp(argument, "FILE") == 0 || strcmp(argument, "PLAN") == 0) {
		puts("@files");
	} else if (strcmp(argument, "ID") == 0) {
		offer_ids(line, command);
	} else if (strcmp(argument, "COMMAND") == 0) {
		offer_commands(line);
	} else if (islower((unsigned char)*argument)) {
		autofree char *choices = memory_text(argument);
		char *rest = choices;
		for (char *word; (word = strsep(&rest, "|")) != NULL;)
			offer(line, word);
	}
}

static void
offer_options(const struct line *line, const struct command *command)
{
	for (const struct option_row *row = command->options; row->name != NULL; row++) {
		bool given = false;
		for (size_t i = 0; i + 1 < line->count; i++)
			given = given || row_of(command, line->words[i]) == row;
		bool other = command->takes != NULL && line->count > 2 &&
			!command->takes(line->words[1], row->name);
		if (other || (given && !row->many))
			continue;
		autofree char *option = memory_printf("--%s", row->name);
		offer(line, option);
	}
	offer(line, "--help");
}

/* Offers what stands in the synopsis in capitals. */
static void
offer_positional(const struct line *line, const struct command *command)
{
	autofree char *synopsis = memory_text(command->synopsis);
	char *rest = synopsis;
	for (char *word; (word = strsep(&rest, " []|.")) != NULL;)
		offer_argument(line, command, word);
}

static void
complete(const struct line *line)
{
	if (line->count == 1) {
		offer_commands(line);
		offer(line, "--help");
		offer(line, "--version");
		return;
	}
	const struct command *command = command_find(line->words[0]);
	if (command == NULL)
		return;
	const struct option_row *row = row_of(command, line->words[line->count - 2]);
	if (row != NULL && row->argument != NULL) {
		offer_argument(line, command, row->argument);
	} else if (line->last[0] == '-') {
		offer_options(line, command);
	} else if (command->subcommands != NULL && line->count == 2) {
		for (size_t i = 0; command->subcommands[i] != NULL; i++)
			offer(line, command->subcommands[i]);
	} else {
		offer_positional(line, command);
	}
}

static const struct option_row rows[] = { OPTION_END };

static int
run(int argc, char **argv);

const struct command command_completion = {
	.name = "completion",
	.synopsis = "-- [WORD]...",
	.options = rows,
	.run = run,
};

static int
run(int argc, char **argv)
{
	autooptions struct options options = { 0 };
	int status;
	if (!options_parse(&command_completion, argc, argv, &options, &status))
		return status;
	autofree const char **words = memory_new(
		options.argument_count + 1, sizeof *words);
	struct line line = { .words = words, .last = "" };
	/* bash splits --root=DIR into three words */
	for (size_t i = 0; i < options.argument_count; i++)
		if (strcmp(options.arguments[i], "=") != 0)
			words[line.count++] = options.arguments[i];
		else if (i + 1 == options.argument_count)
			words[line.count++] = "";
	if (line.count == 0)
		words[line.count++] = "";
	line.last = words[line.count - 1];
	complete(&line);
	return 0;
}
