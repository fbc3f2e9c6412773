/* policy: what a desired state says, before any host is held to it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "enforcer/options.h"
#include "enforcer/output.h"
#include "enforcer/policy_doc.h"
#include "enforcer/setup.h"
#include "policy/module_conf.h"
#include "policy/schema.h"
#include "policy/show.h"

static void
say_ok(const char *file, size_t count, const char *of)
{
	autobuffer struct buffer name = { 0 };
	output_escaped(&name, file);
	printf("%s: %zu %s%s, ok\n", name.data, count, of, count == 1 ? "" : "s");
}

static void
print_problems(struct problems *problems)
{
	autobuffer struct buffer text = { 0 };
	problems_show(problems, &text);
	if (text.size > 0)
		fwrite(text.data, 1, text.size, stderr);
	problems_free(problems);
}

static int
check(const struct policy *policy)
{
	struct problems ended = { 0 };
	say_ok(policy->file, policy->count, "control");
	policy_ended_waivers(policy, &ended);
	print_problems(&ended);
	return 0;
}

/* The file of pam_holdfast.so instead of a policy. The module believes root's files
 * alone, but who is not root may have a draft of one. */
static int
check_module_conf(const char *file)
{
	struct problems problems = { 0 };
	size_t count;
	int result = module_conf_check(file, geteuid() == 0, &count, &problems);
	print_problems(&problems);
	if (result < 0)
		return STATUS_NOT_RUN;
	say_ok(file, count, "allow line");
	return 0;
}

static int
show(const struct policy *policy)
{
	autobuffer struct buffer out = { 0 };
	show_policy(policy, &out);
	fputs(out.data, stdout);
	return 0;
}

static int
doc(const struct policy *policy)
{
	autobuffer struct buffer out = { 0 };
	policy_doc(policy, &out);
	output_print((struct bytes){ out.data, out.size });
	return 0;
}

/* What is done with the policy once it is loaded. */
static const struct action {
	const char *name;
	int (*run)(const struct policy *policy);
} actions[] = {
	{ "check", check },
	{ "show", show },
	{ "doc", doc },
};

static const char *const names[] = { "check", "show", "doc", "schema", NULL };

static const struct option_row rows[] = {
	OPTION_POLICY,
	OPTION_OVERLAY,
	OPTION_END,
};

static int
run(int argc, char **argv);

const struct command command_policy = {
	.name = "policy",
	.synopsis = "check|show|doc|schema [OPTION]... [FILE]",
	.summary = "check, show or write out a desired state, or print its schema",
	.options = rows,
	.subcommands = names,
	.run = run,
};

static int
print_schema(size_t argument_count)
{
	if (argument_count > 1) {
		output_error("policy schema takes no file");
		return STATUS_NOT_RUN;
	}
	autofree char *text = schema_text();
	puts(text);
	return 0;
}

static int
run_action(const struct action *action, struct options *options)
{
	struct policy policy;
	int status = STATUS_NOT_RUN;
	if (options->argument_count > 2 ||
		(options->argument_count == 2 && options_given(options, "policy"))) {
		output_error("policy %s takes one file", action->name);
		return STATUS_NOT_RUN;
	}
	const char *file = options->argument_count == 2
		? options->arguments[1]
		: options_text(options, "policy", HOLDFAST_POLICY);
	if (action->run == check && module_conf_is(file)) {
		if (!options_given(options, "overlay"))
			return check_module_conf(file);
		output_error("%s: no overlay is laid over what ends in .conf", file);
		return STATUS_NOT_RUN;
	}
	if (setup_policy_file(options, file, false, &policy) == 0)
		status = action->run(&policy);
	policy_free(&policy);
	return status;
}

static int
run(int argc, char **argv)
{
	autooptions struct options options = { 0 };
	int status;
	if (!options_parse(&command_policy, argc, argv, &options, &status))
		return status;
	const char *name = options.argument_count > 0 ? options.arguments[0] : "";
	if (strcmp(name, "schema") == 0)
		return print_schema(options.argument_count);
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (strcmp(name, actions[i].name) == 0)
			return run_action(&actions[i], &options);
	const char *nearest = text_nearest(name, names);
	if (nearest != NULL)
		output_error(
			"policy: unknown word '%s' (did you mean %s?)", name, nearest);
	else
		output_error("policy: say check, show, doc or schema");
	return STATUS_NOT_RUN;
}
