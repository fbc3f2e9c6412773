/* audit: judges hosts and reports the gaps. Writes nothing. */
#include "enforcer/audit.h"
#include "enforcer/output.h"
#include "enforcer/setup.h"

static const struct option_row rows[] = {
	OPTION_POLICY,
	OPTION_OVERLAY,
	OPTION_ROOTS,
	{ "format", 'f', "text|json", "how to print it (default text)", false },
	{ "verbose", 'v', NULL, "show what holds too", false },
	{ "record", 0, NULL, "send the result to the kernel's audit log too", false },
	OPTION_COLOR,
	OPTION_END,
};

static int
run(int argc, char **argv);

const struct command command_audit = {
	.name = "audit",
	.synopsis = "[OPTION]... [ID]...",
	.summary = "judge a host by the policy and report every gap; changes nothing",
	.options = rows,
	.run = run,
};

static int
run(int argc, char **argv)
{
	autooptions struct options options = { 0 };
	int status;
	if (!options_parse(&command_audit, argc, argv, &options, &status))
		return status;
	const struct audit_wish wish = {
		.format = report_find(options_text(&options, "format", "text")),
		.verbose = options_given(&options, "verbose"),
		.coloured = output_colours(options_text(&options, "color", NULL)),
		.record = options_given(&options, "record"),
	};
	return audit_run(&wish, &options);
}
