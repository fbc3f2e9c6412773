/* apply: closes the gaps, or carries out a saved plan, after showing and asking. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/login.h"
#include "base/memory.h"
#include "enforcer/ask.h"
#include "enforcer/confirm.h"
#include "enforcer/diff.h"
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
	OPTION_JOURNAL,
	OPTION_YES,
	OPTION_ACCEPT,
	{ "interactive", 'i', NULL, "ask for each change in each file", false },
	{ "confirm-within", 0, "TIME",
		"undo it unless a new login confirms it within, say, 20s, 10m, 1h",
		false },
	OPTION_COLOR,
	OPTION_END,
};

struct apply {
	const struct options *options;
	const char *root; /* as given */
	const char *plan_file; /* NULL: plan anew */
	const char **ids;
	size_t id_count;
	bool coloured;
	struct transaction transaction;
	int argc;
	char **argv; /* the command's own line */
	const char *const *accepted; /* the names that --accept gives */
	size_t accepted_count;
	int chosen; /* -i: 'a' all the rest, 'q' none of the rest, else 0 */
	struct plan plan;
	struct guard guard;
};

/* The edit as a diff of the file as the remedies before left it. */
static void
show_edit(const struct apply *apply, const struct control *control,
	const struct edit *edit, const struct file *file)
{
	autobuffer struct buffer out = { 0 }, changed = { 0 };
	struct bytes before = { NULL, 0 }, after = { NULL, 0 };
	if (file->state == FILE_READ)
		before = (struct bytes){ file->bytes.data ? file->bytes.data : "",
			file->bytes.size };
	if (edit->action == EDIT_SPLICE) {
		size_t end = edit->start + edit->length;
		buffer_add(&changed, before.data, edit->start);
		buffer_add(&changed, edit->text, edit->size);
		buffer_add(&changed, before.data + end, before.size - end);
		after = (struct bytes){ changed.data, changed.size };
	} else if (edit->action == EDIT_CREATE) {
		after = (struct bytes){ edit->text, edit->size };
	}
	buffer_text(&out, "# for ");
	output_escaped(&out, control->id);
	buffer_text(&out, ": ");
	output_escaped(&out, edit->why);
	buffer_text(&out, "\n");
	diff_write(edit->file, before, after, apply->coloured, &out);
	output_print((struct bytes){ out.data, out.size });
}

static bool
accept_edit(void *data, const struct control *control, const struct edit *edit,
	const struct file *file)
{
	struct apply *apply = data;
	if (apply->chosen != 0)
		return apply->chosen == 'a';
	show_edit(apply, control, edit, file);
	for (;;) {
		int letter = ask_letter("Take this change? [y,n,q,a,?] ");
		if (letter == 'y' || letter == 'n')
			return letter == 'y';
		if (letter == 'a' || letter == 'q' || letter < 0) {
			apply->chosen = letter == 'a' ? 'a' : 'q';
			return letter == 'a';
		}
		puts("y  take this change\n"
		     "n  leave it out\n"
		     "q  leave it and all the rest out\n"
		     "a  take it and all the rest\n"
		     "?  this help");
	}
}

/* Plans anew. Returns an exit status. */
static int
make_plan(struct apply *apply)
{
	struct workplace workplace = { 0 };
	struct error err = ERROR_INIT;
	struct plan_chooser chooser = { .accept = accept_edit, .data = apply };
	bool choose = options_given(apply->options, "interactive");
	int status = STATUS_NOT_RUN;
	if (setup_open(apply->options, apply->ids, apply->id_count, false, &workplace) <
		0) {
		/* said already */
	} else if (plan_make(&workplace.context, apply->ids, apply->id_count,
			   choose ? &chooser : NULL, &apply->plan, &err) < 0) {
		output_error("%s", err.text);
	} else {
		guard_check(&workplace.context, apply->accepted, apply->accepted_count,
			&apply->plan, &apply->guard);
		status = 0;
	}
	error_clear(&err);
	setup_close(&workplace);
	return status;
}

/* Whether each file of the plan still is as it was when the plan was made; says on stderr
 * which are not. */
static bool
is_fresh(const struct plan *plan, struct host *host)
{
	bool fresh = true, in_root = strcmp(plan->root, "/") != 0;
	for (size_t i = 0; i < plan->changes.count; i++) {
		const struct change *change = &plan->changes.items[i];
		const struct file *file = host_file(host, change->file);
		bool same = change->action == CHANGE_CREATE ? file->state == FILE_ABSENT
							    : file->state == FILE_READ &&
				strcmp(file_sha256(file), change->old_sha256) == 0 &&
				strcmp(file->target, change->file) == 0;
		if (!same)
			output_error("%s: has changed since the plan was made%s%s",
				change->file, in_root ? " in " : "",
				in_root ? plan->root : "");
		fresh = fresh && same;
	}
	return fresh;
}

/* Says what to do with a plan that is stale; which controls and overlays it was made with
 * is not saved. */
static void
say_stale(const struct apply *apply)
{
	autobuffer struct buffer line = { 0 };
	if (strcmp(apply->plan.root, "/") != 0) {
		buffer_text(&line, " --root ");
		output_shell_word(&line, apply->plan.root);
	}
	buffer_text(&line, " --policy ");
	output_shell_word(&line, apply->plan.policy_file);
	buffer_text(&line, " --output ");
	output_shell_word(&line, apply->plan_file);
	output_error("%s: is out of date, and nothing was changed: plan anew, with the "
		     "IDs and overlays it had: holdfast plan%s",
		apply->plan_file, line.data);
}

/* Loads the saved plan. Returns an exit status. */
static int
load_plan(struct apply *apply)
{
	struct error err = ERROR_INIT;
	int status = STATUS_NOT_RUN;
	autofree char *root = realpath(apply->root, NULL);
	struct host *host = host_open(apply->root, &err);
	if (host == NULL || plan_load(apply->plan_file, &apply->plan, &err) < 0) {
		/* said below */
	} else if (root == NULL || strcmp(root, apply->plan.root) != 0) {
		output_error(
			"%s: was made for the root %s, not for %s: --root says which "
			"is meant",
			apply->plan_file, apply->plan.root,
			root != NULL ? root : apply->root);
		status = OUTCOME_REFUSED;
	} else if (!is_fresh(&apply->plan, host)) {
		say_stale(apply);
		status = OUTCOME_REFUSED;
	} else if (guard_check_saved(host, apply->accepted, apply->accepted_count,
			   &apply->plan, &apply->guard, &err) == 0) {
		status = 0;
	}
	if (err.text != NULL)
		output_error("%s", err.text);
	error_clear(&err);
	host_free(host);
	return status;
}

static void
print_undo(const struct apply *apply, const char *id)
{
	autobuffer struct buffer line = { 0 };
	const char *journal = options_text(apply->options, "journal", NULL);
	buffer_text(&line, "Undo with: holdfast undo");
	if (strcmp(apply->plan.root, "/") != 0) {
		buffer_text(&line, " --root ");
		output_shell_word(&line, apply->plan.root);
	}
	if (journal != NULL) {
		buffer_text(&line, " --journal ");
		output_shell_word(&line, journal);
	}
	buffer_text(&line, " ");
	output_shell_word(&line, id);
	puts(line.data);
}

/* Says until when the change is on trial, and what lets it stay. */
static void
print_trial(const struct transaction *transaction)
{
	struct trial trial;
	unsigned long id;
	if (transaction_on_trial(transaction, &id, &trial, NULL) != 1)
		return;
	autofree char *until = trial_end_text(&trial);
	printf("They are on trial and undone at %s, or by a reboot, unless confirmed.\n"
	       "Confirm from a new login with: holdfast confirm\n",
		until);
}

/* Else nothing will be changed. */
static bool
can_change(const struct apply *apply)
{
	return options_given(apply->options, "yes") || ask_is_possible();
}

/* A plan must be made of what is there after a run that was cut short is taken back or
 * completed, and of what stays. Returns an exit status. */
static int
recover(const struct apply *apply)
{
	struct error err = ERROR_INIT;
	if (!can_change(apply))
		return 0;
	struct trial trial;
	unsigned long id;
	enum outcome outcome = transaction_recover(&apply->transaction, &err);
	if (outcome == OUTCOME_DONE &&
		transaction_on_trial(&apply->transaction, &id, &trial, &err) == 1) {
		error_set(
			&err, "change %lu is on trial: confirm it or undo it first", id);
		outcome = OUTCOME_REFUSED;
	}
	if (err.text != NULL)
		output_error("%s", err.text);
	error_clear(&err);
	return (int)outcome;
}

/* Carries the plan out. Returns an exit status. */
static int
carry_out(const struct apply *apply)
{
	struct error err = ERROR_INIT;
	autofree char *id = NULL;
	struct transaction transaction = apply->transaction;
	transaction.policy_sha256 = apply->plan.policy_sha256;
	fflush(stdout);
	enum outcome outcome = transaction_apply(
		&transaction, &apply->plan.changes, &id, &err);
	if (err.text != NULL)
		output_error("%s", err.text);
	error_clear(&err);
	if (outcome == OUTCOME_UNDONE)
		output_error("nothing is changed: what was done is undone");
	if (outcome != OUTCOME_DONE)
		return (int)outcome;
	printf("%zu file%s changed.\n", apply->plan.changes.count,
		apply->plan.changes.count == 1 ? "" : "s");
	if (apply->plan.refusal_count > 0)
		printf("Not remedied, see above: %zu, for which the exit status is 1.\n",
			apply->plan.refusal_count);
	if (transaction.trial > 0)
		print_trial(&transaction);
	print_undo(apply, id);
	return apply->plan.refusal_count > 0 ? OUTCOME_REFUSED : 0;
}

/* Shows who gets in afterwards. Returns how many ways in are lost without leave. */
static size_t
show_guard(const struct apply *apply)
{
	autobuffer struct buffer out = { 0 };
	guard_write(&apply->guard, apply->coloured, &out);
	guard_write_command(&apply->guard, apply->argc, apply->argv, &out);
	output_print((struct bytes){ out.data, out.size });
	return apply->guard.loss_count;
}

/* Shows the plan, asks and carries it out. Returns an exit status. */
static int
show_and_apply(const struct apply *apply)
{
	autobuffer struct buffer out = { 0 };
	plan_write(&apply->plan, apply->coloured, &out);
	output_print((struct bytes){ out.data, out.size });
	if (apply->plan.changes.count == 0)
		return apply->plan.refusal_count > 0 ? OUTCOME_REFUSED : 0;
	if (show_guard(apply) > 0)
		return OUTCOME_REFUSED;
	if (options_given(apply->options, "yes"))
		return carry_out(apply);
	if (!ask_is_possible()) {
		output_error("apply: there is no terminal to ask on; --yes applies "
			     "without asking");
		return OUTCOME_REFUSED;
	}
	if (!ask_yes("Apply these changes?")) {
		puts("Nothing was changed.");
		return OUTCOME_REFUSED;
	}
	return carry_out(apply);
}

/* Reads --confirm-within, and whether it is possible. Returns an exit status. */
static int
read_trial(struct apply *apply)
{
	struct error err = ERROR_INIT;
	const char *text = options_text(apply->options, "confirm-within", NULL);
	int status = 0;
	if (text == NULL)
		return 0;
	if (trial_seconds(text, &apply->transaction.trial, &err) < 0)
		status = STATUS_NOT_RUN;
	else if (confirm_is_possible(&apply->transaction, &err) < 0)
		status = OUTCOME_REFUSED;
	if (status != 0)
		output_error("apply: --confirm-within: %s", err.text);
	error_clear(&err);
	return status;
}

/* Ids have no slash and no dot; a plan in the current directory may have none either. */
static bool
is_plan_file(const char *argument)
{
	return strpbrk(argument, "/.") != NULL || access(argument, F_OK) == 0;
}

/* Tells a saved plan from ids; -1 when the command line contradicts itself. */
static int
sort_arguments(struct apply *apply)
{
	static const char *const no_plan_options[] = { "policy", "overlay",
		"interactive" };
	const struct options *options = apply->options;
	bool choose = options_given(options, "interactive");
	for (size_t i = 0; i < options->argument_count; i++) {
		if (!is_plan_file(options->arguments[i])) {
			apply->ids[apply->id_count++] = options->arguments[i];
		} else if (apply->plan_file != NULL) {
			output_error("apply: takes one saved plan");
			return -1;
		} else {
			apply->plan_file = options->arguments[i];
		}
	}
	if (apply->plan_file != NULL && apply->id_count > 0) {
		output_error("apply: a saved plan is applied as a whole, so it takes no "
			     "ids");
		return -1;
	}
	for (size_t i = 0; i < sizeof no_plan_options / sizeof *no_plan_options; i++)
		if (apply->plan_file != NULL &&
			options_given(options, no_plan_options[i])) {
			output_error("apply: a saved plan is applied as it is, so it "
				     "takes no --%s",
				no_plan_options[i]);
			return -1;
		}
	if (choose && !ask_is_possible()) {
		output_error("apply: --interactive needs a terminal");
		return -1;
	}
	return 0;
}

static int
run(int argc, char **argv);

const struct command command_apply = {
	.name = "apply",
	.synopsis = "[OPTION]... [PLAN | ID...]",
	.summary = "close the gaps, or carry out a saved plan; can be undone",
	.options = rows,
	.run = run,
};

static int
run(int argc, char **argv)
{
	autooptions struct options options = { 0 };
	autoerrands struct errands errands = { .fd = -1 };
	struct apply apply = { .options = &options, .argc = argc, .argv = argv };
	int status;
	if (!options_parse(&command_apply, argc, argv, &options, &status))
		return status;
	autofree const char **ids = memory_new(options.argument_count, sizeof *ids);
	apply.ids = ids;
	apply.root = options_text(&options, "root", "/");
	apply.accepted = options_texts(&options, "accept", &apply.accepted_count);
	apply.coloured = output_colours(options_text(&options, "color", NULL));
	apply.transaction = (struct transaction){ .root = apply.root,
		.journal = options_text(&options, "journal", NULL),
		.logins = login_list,
		.note = output_note };
	if (sort_arguments(&apply) < 0 ||
		setup_confine_changes(
			&apply.transaction, true, can_change(&apply), &errands) < 0)
		return STATUS_NOT_RUN;
	status = read_trial(&apply);
	if (status == 0)
		status = recover(&apply);
	if (status == 0)
		status = apply.plan_file != NULL ? load_plan(&apply) : make_plan(&apply);
	if (status == 0)
		status = show_and_apply(&apply);
	guard_free(&apply.guard);
	plan_free(&apply.plan);
	return status;
}
