#include "enforcer/options.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "enforcer/output.h"

enum { LONG_OPTION = 256 }; /* getopt_long's value of row I is LONG_OPTION + I */

static size_t
row_count(const struct option_row *rows)
{
	size_t count = 0;
	while (rows[count].name != NULL)
		count++;
	return count;
}

/* The row that getopt_long's VALUE stands for; the count of rows stands for --help. */
static size_t
row_of(const struct option_row *rows, int value)
{
	size_t i = 0;
	if (value >= LONG_OPTION)
		return (size_t)(value - LONG_OPTION);
	while (rows[i].name != NULL && rows[i].letter != value)
		i++;
	return i;
}

static void
say_unknown(const struct command *command, const char *given)
{
	const struct option_row *rows = command->options;
	size_t count = row_count(rows), matches = 0;
	if (strncmp(given, "--", 2) != 0) {
		output_error("%s: unknown option '%s'; 'holdfast help %s' lists them",
			command->name, given, command->name);
		return;
	}
	autofree char *name = memory_copy(given + 2, strcspn(given + 2, "="));
	autofree const char **names = memory_new(count + 2, sizeof *names);
	for (size_t i = 0; i < count; i++) {
		names[i] = rows[i].name;
		matches += strncmp(rows[i].name, name, strlen(name)) == 0;
	}
	names[count] = "help";
	const char *nearest = text_nearest(name, names);
	if (matches > 1)
		output_error("%s: '--%s' could be several options", command->name, name);
	else if (nearest != NULL)
		output_error("%s: unknown option '--%s' (did you mean --%s?)",
			command->name, name, nearest);
	else
		output_error("%s: unknown option '--%s'; 'holdfast help %s' lists them",
			command->name, name, command->name);
}

/* Whether VALUE is one of the words that ROW's argument ("this|that") lists; in capitals
 * it stands for any. */
static bool
is_choice(const struct option_row *row, const char *value)
{
	size_t length = strlen(value);
	if (isupper((unsigned char)*row->argument))
		return true;
	for (const char *p = row->argument; p != NULL; p = strchr(p, '|')) {
		p += *p == '|';
		if (strcspn(p, "|") == length && strncmp(p, value, length) == 0)
			return true;
	}
	return false;
}

static int
take(struct options *options, size_t index, const char *value)
{
	const struct option_row *row = &options->command->options[index];
	struct option_values *values = &options->values[index];
	const char *command = options->command->name;
	if (values->count > 0 && !row->many && row->argument != NULL) {
		output_error("%s: --%s is given twice", command, row->name);
		return -1;
	}
	if (row->argument != NULL && *value == '\0') {
		output_error("%s: --%s is empty", command, row->name);
		return -1;
	}
	if (row->argument != NULL && !is_choice(row, value)) {
		output_error("%s: --%s is '%s', but must be one of %s", command,
			row->name, value, row->argument);
		return -1;
	}
	values->items = memory_grow(values->items, values->count, sizeof *values->items);
	values->items[values->count++] = value;
	return 0;
}

/* Runs getopt_long over ARGV. Returns 1 to go on, 0 after --help, -1 after an error. */
static int
parse(struct options *options, int argc, char **argv, const char *letters,
	const struct option *longs)
{
	const struct option_row *rows = options->command->options;
	size_t count = row_count(rows);
	int value;
	optind = 0; /* glibc: start anew */
	opterr = 0;
	while ((value = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		size_t index = row_of(
			rows, value == '?' || value == ':' ? optopt : value);
		if (value == ':') {
			output_error("%s: --%s needs %s %s", options->command->name,
				rows[index].name,
				isupper((unsigned char)*rows[index].argument) ? "a"
									      : "one of",
				rows[index].argument);
			return -1;
		}
		if (value == '?' && optopt >= LONG_OPTION) {
			output_error("%s: --%s takes no argument", options->command->name,
				index == count ? "help" : rows[index].name);
			return -1;
		}
		if (value == '?') {
			char letter[] = { '-', (char)optopt, '\0' };
			say_unknown(options->command, optopt ? letter : argv[optind - 1]);
			return -1;
		}
		if (index == count) {
			options_help(options->command);
			return 0;
		}
		if (take(options, index, optarg != NULL ? optarg : "") < 0)
			return -1;
	}
	for (; optind < argc; optind++)
		options->arguments[options->argument_count++] = argv[optind];
	return 1;
}

bool
options_parse(const struct command *command, int argc, char **argv,
	struct options *ret_options, int *ret_status)
{
	const struct option_row *rows = command->options;
	size_t count = row_count(rows);
	autobuffer struct buffer letters = { 0 };
	autofree struct option *longs = memory_new(count + 2, sizeof *longs);
	buffer_text(&letters, ":h");
	for (size_t i = 0; i < count; i++) {
		int argument = rows[i].argument ? required_argument : no_argument;
		longs[i] = (struct option){ rows[i].name, argument, NULL,
			LONG_OPTION + (int)i };
		if (rows[i].letter != 0)
			buffer_printf(
				&letters, "%c%s", rows[i].letter, argument ? ":" : "");
	}
	longs[count] = (struct option){ "help", no_argument, NULL,
		LONG_OPTION + (int)count };
	*ret_options = (struct options){ .command = command,
		.values = memory_new(count, sizeof *ret_options->values),
		.arguments = memory_new(
			(size_t)argc + 1, sizeof *ret_options->arguments) };
	int result = parse(ret_options, argc, argv, letters.data, longs);
	*ret_status = result < 0 ? STATUS_NOT_RUN : 0;
	return result > 0;
}

const char *const *
options_texts(const struct options *options, const char *name, size_t *ret_count)
{
	const struct option_row *rows = options->command->options;
	size_t i = 0;
	while (strcmp(rows[i].name, name) != 0)
		i++;
	*ret_count = options->values[i].count;
	return options->values[i].items;
}

bool
options_given(const struct options *options, const char *name)
{
	size_t count;
	options_texts(options, name, &count);
	return count > 0;
}

const char *
options_text(const struct options *options, const char *name, const char *otherwise)
{
	size_t count;
	const char *const *texts = options_texts(options, name, &count);
	return count > 0 ? texts[0] : otherwise;
}

static void
print_option(char letter, const char *name, const char *argument, const char *help)
{
	autobuffer struct buffer left = { 0 };
	if (letter != 0)
		buffer_printf(&left, "-%c, ", letter);
	else
		buffer_text(&left, "    ");
	buffer_printf(
		&left, "--%s%s%s", name, argument ? " " : "", argument ? argument : "");
	if (left.size > 24)
		printf("  %s\n  %-24s %s\n", left.data, "", help);
	else
		printf("  %-24s %s\n", left.data, help);
}

void
options_help(const struct command *command)
{
	printf("Usage: holdfast %s %s\n", command->name, command->synopsis);
	if (command->summary != NULL)
		printf("%s\n", command->summary);
	puts("\nOptions:");
	for (const struct option_row *row = command->options; row->name != NULL; row++)
		print_option(row->letter, row->name, row->argument, row->help);
	print_option('h', "help", NULL, "print this");
}

void
options_free(struct options *options)
{
	if (options->values != NULL)
		for (size_t i = 0; options->command->options[i].name != NULL; i++)
			free(options->values[i].items);
	free(options->values);
	free(options->arguments);
	*options = (struct options){ 0 };
}
