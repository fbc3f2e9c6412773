/* plan: shows what apply would do, and can save it for later. Writes nothing else. */
#include <stdio.h>

#include "enforcer/guard.h"
#include "enforcer/options.h"
#include "enforcer/output.h"
#include "enforcer/plan.h"
#include "enforcer/setup.h"
#include "enforcer/transaction.h"

static const struct option_row rows[] = {
	OPTION_POLICY,
	OPTION_OVERLAY,
	OPTION_ROOT,
	OPTION_ACCEPT,
	{ "output", 'o', "FILE", "save the plan for 'holdfast apply FILE'", false },
	OPTION_COLOR,
	OPTION_END,
};

/* Prints the plan and who gets in then. */
static void
show(const struct plan *plan, const struct guard *guard, const struct options *options,
	int argc, char **argv)
{
	autobuffer struct buffer out = { 0 };
	bool coloured = output_colours(options_text(options, "color", NULL));
	plan_write(plan, coloured, &out);
	if (plan->changes.count > 0)
		guard_write(guard, coloured, &out);
	guard_write_command(guard, argc, argv, &out);
	output_print((struct bytes){ out.data, out.size });
}

/* Makes the plan, shows it and saves it, unless it is refused. Returns an exit status. */
static int
make(const struct options *options, const struct workplace *workplace, int argc,
	char **argv)
{
	struct plan plan = { 0 };
	struct guard guard = { 0 };
	struct error err = ERROR_INIT;
	int status = STATUS_NOT_RUN;
	size_t count;
	const char *const *accepted = options_texts(options, "accept", &count);
	const char *file = options_text(options, "output", NULL);
	if (plan_make(&workplace->context, options->arguments, options->argument_count,
		    NULL, &plan, &err) == 0) {
		guard_check(&workplace->context, accepted, count, &plan, &guard);
		show(&plan, &guard, options, argc, argv);
		if (guard.loss_count > 0)
			status = OUTCOME_REFUSED;
		else if (file == NULL || plan_save(&plan, file, &err) == 0)
			status = 0;
	}
	if (err.text != NULL)
		output_error("%s", err.text);
	error_clear(&err);
	guard_free(&guard);
	plan_free(&plan);
	return status;
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
	int status;
	if (!options_parse(&command_plan, argc, argv, &options, &status))
		return status;
	status = STATUS_NOT_RUN;
	if (setup_open(&options, options.arguments, options.argument_count, true,
		    &workplace) == 0)
		status = make(&options, &workplace, argc, argv);
	setup_close(&workplace);
	return status;
}
