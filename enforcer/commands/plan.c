/* plan: shows what apply would do, and can save it for later. Writes nothing else. */
#include <stdio.h>

#include "enforcer/options.h"
#include "enforcer/output.h"
#include "enforcer/plan.h"
#include "enforcer/setup.h"

static const struct option_row rows[] = {
	OPTION_POLICY,
	OPTION_OVERLAY,
	OPTION_ROOT,
	{ "output", 'o', "FILE", "save the plan for 'holdfast apply FILE'", false },
	OPTION_COLOR,
	OPTION_END,
};

static int
show(const struct plan *plan, const struct options *options)
{
	struct error err = ERROR_INIT;
	autobuffer struct buffer out = { 0 };
	const char *file = options_text(options, "output", NULL);
	plan_write(plan, output_colours(options_text(options, "color", NULL)), &out);
	if (plan->changes.count == 0)
		buffer_text(&out, "Nothing to change.\n");
	output_print((struct bytes){ out.data, out.size });
	if (file != NULL && plan_save(plan, file, &err) < 0) {
		output_error("%s", err.text);
		error_clear(&err);
		return STATUS_NOT_RUN;
	}
	return 0;
}

static int
run(int argc, char **argv);

const struct command command_plan = {
	.name = "plan",
	.synopsis = "[OPTION]... [ID]...",
	.summary = "show as diffs what apply would change; changes nothing",
	.options = rows,
	.run = run,
};

static int
run(int argc, char **argv)
{
	autooptions struct options options = { 0 };
	struct workplace workplace = { 0 };
	struct plan plan = { 0 };
	struct error err = ERROR_INIT;
	int status;
	if (!options_parse(&command_plan, argc, argv, &options, &status))
		return status;
	status = STATUS_NOT_RUN;
	if (setup_open(&options, options.arguments, options.argument_count, &workplace) <
		0) {
		/* said already */
	} else if (plan_make(&workplace.context, options.arguments,
			   options.argument_count, NULL, &plan, &err) < 0) {
		output_error("%s", err.text);
	} else {
		status = show(&plan, &options);
	}
	error_clear(&err);
	plan_free(&plan);
	setup_close(&workplace);
	return status;
}
