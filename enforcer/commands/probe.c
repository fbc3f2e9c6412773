/* probe: asks the running system what it does, where an audit reads what it would do. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "enforcer/commands/probe/active.h"
#include "enforcer/output.h"

enum { SECONDS_MAX = 600 };

extern const struct active_test active_console, active_smtp, active_ssh, active_syslog;

static const struct active_test *const tests[] = {
	&active_console,
	&active_smtp,
	&active_ssh,
	&active_syslog,
};

/* For the completion; the same names. */
static const char *const names[] = { "console", "smtp", "ssh", "syslog", NULL };
_Static_assert(sizeof names / sizeof *names == sizeof tests / sizeof *tests + 1,
	"a name for each test");

static const struct option_row rows[] = {
	{ "user", 0, "USER", "console, ssh: whose login to ask about (ssh: default root)",
		false },
	{ "tty", 0, "TTY",
		"console: the terminal, as a service names it (default /dev/tty1)",
		false },
	{ "service", 0, "SERVICE", "console: the PAM service (default login)", false },
	{ "host", 0, "HOST", "smtp, ssh: the host to ask (default this one)", false },
	{ "port", 0, "PORT",
		"smtp, ssh: its port (default 25 or 22, or that of sshd here)", false },
	{ "from", 0, "ADDRESS", "smtp: the address of this host to connect from", false },
	{ "expect", 0, "answered|refused", "smtp: which of them exits with 0", false },
	{ "facility", 0, "FACILITY", "syslog: the message's (default user)", false },
	{ "level", 0, "alert|crit|err|warning|notice|info|debug",
		"syslog: the message's (default notice)", false },
	{ "timeout", 0, "SECONDS",
		"how long it may take (each one's help has its default)", false },
	{ "format", 'f', "text|json", "how to print the answer", false },
	OPTION_END,
};

static const struct active_test *
find_named(const char *name)
{
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
		if (strcmp(tests[i]->name, name) == 0)
			return tests[i];
	return NULL;
}

static bool
takes(const char *name, const char *option)
{
	static const char *const common[] = { "timeout", "format", NULL };
	const struct active_test *test = find_named(name);
	return test == NULL || text_is_one_of(option, test->options) ||
		text_is_one_of(option, common);
}

static int
run(int argc, char **argv);

const struct command command_probe = {
	.name = "probe",
	.synopsis = "console|smtp|ssh|syslog [OPTION]...",
	.summary = "ask the running system: a login, the mail port, ssh, the log",
	.options = rows,
	.subcommands = names,
	.takes = takes,
	.run = run,
};

/* What TEST takes, of the options that all of them have. */
static void
print_help(const struct active_test *test)
{
	struct option_row taken[sizeof rows / sizeof *rows] = { 0 };
	autofree char *synopsis = memory_printf("%s [OPTION]...", test->name);
	autofree char *timeout = memory_printf(
		"how long it may take (default %d)", test->seconds);
	size_t count = 0;
	for (const struct option_row *row = rows; row->name != NULL; row++) {
		if (!takes(test->name, row->name))
			continue;
		taken[count] = *row;
		if (strcmp(row->name, "timeout") == 0)
			taken[count].help = timeout;
		count++;
	}
	struct command command = command_probe;
	command.synopsis = synopsis;
	command.options = taken;
	options_help(&command);
}

/* Whether the command line is TEST --help; says it then. */
static bool
helped(int argc, char *const *argv)
{
	const struct active_test *test = argc == 3 ? find_named(argv[1]) : NULL;
	if (test == NULL ||
		(strcmp(argv[2], "--help") != 0 && strcmp(argv[2], "-h") != 0))
		return false;
	print_help(test);
	return true;
}

static const struct active_test *
find_test(const struct options *options)
{
	const char *name = options->argument_count > 0 ? options->arguments[0] : "";
	const struct active_test *test = options->argument_count == 1 ? find_named(name)
								      : NULL;
	const char *nearest = text_nearest(name, names);
	if (test != NULL)
		return test;
	if (*name == '\0')
		output_error("probe: say what: 'holdfast probe console --user USER', "
			     "smtp, ssh or syslog");
	else if (find_named(name) != NULL)
		output_error("probe: '%s' is one word too many", options->arguments[1]);
	else if (nearest != NULL)
		output_error(
			"probe: unknown word '%s' (did you mean %s?)", name, nearest);
	else
		output_error("probe: unknown word '%s': say console, smtp, ssh or syslog",
			name);
	return NULL;
}

/* Says which option was given that TEST does not take. */
static int
check_options(
	const struct active_test *test, const struct options *options, struct error *err)
{
	for (const struct option_row *row = rows; row->name != NULL; row++)
		if (options_given(options, row->name) && !takes(test->name, row->name))
			return error_set(err, "%s takes no --%s", test->name, row->name);
	return 0;
}

static int
run_test(const struct active_test *test, const struct options *options, struct error *err)
{
	const char *format = options_text(options, "format", "text");
	const char *timeout = options_text(options, "timeout", NULL);
	long seconds = test->seconds;
	if (check_options(test, options, err) < 0)
		return -1;
	if (timeout != NULL && text_number(timeout, 1, SECONDS_MAX, &seconds, err) < 0)
		return error_prefix(err, "--timeout");
	const struct active_call call = { options, strcmp(format, "json") == 0,
		(int)seconds };
	return test->run(&call, err);
}

static int
run(int argc, char **argv)
{
	autooptions struct options options = { 0 };
	struct error err = ERROR_INIT;
	int status;
	if (helped(argc, argv))
		return 0;
	if (!options_parse(&command_probe, argc, argv, &options, &status))
		return status;
	const struct active_test *test = find_test(&options);
	if (test == NULL)
		return STATUS_NOT_RUN;
	status = run_test(test, &options, &err);
	if (status >= 0)
		return status;
	output_error("probe: %s", err.text);
	error_clear(&err);
	return STATUS_NOT_RUN;
}
