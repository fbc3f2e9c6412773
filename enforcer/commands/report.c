/* report: judges hosts as audit does, and writes it down for people. */
#include "enforcer/audit.h"
#include "enforcer/setup.h"

static const struct option_row rows[] = {
	OPTION_POLICY,
	OPTION_OVERLAY,
	OPTION_ROOTS,
	{ "format", 'f', "markdown", "how to write it (default)", false },
	OPTION_END,
};

static int
run(int argc, char **argv);

const struct command command_report = {
	.name = "report",
	.synopsis = "[OPTION]... [ID]...",
	.summary = "judge a host as audit does, and write a report to read and keep",
	.options = rows,
	.run = run,
};

static int
run(int argc, char **argv)
{
	autooptions struct options options = { 0 };
	int status;
	if (!options_parse(&command_report, argc, argv, &options, &status))
		return status;
	const struct audit_wish wish = {
		.format = report_find(options_text(&options, "format", "markdown")),
	};
	return audit_run(&wish, &options);
}
