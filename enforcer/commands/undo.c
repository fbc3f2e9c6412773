/* undo: takes a change back, after showing and asking. */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "enforcer/ask.h"
#include "enforcer/diff.h"
#include "enforcer/options.h"
#include "enforcer/output.h"
#include "enforcer/setup.h"
#include "enforcer/transaction.h"

static const struct option_row rows[] = {
	OPTION_ROOT,
	OPTION_JOURNAL,
	OPTION_YES,
	{ "expired", 0, NULL,
		"undo what was not confirmed in time; finish what was cut short", false },
	{ "wait", 0, NULL, "with --expired: wait until the time is up", false },
	{ "unconfirmed", 0, NULL, "as --expired, however much time is left; for a boot",
		false },
	OPTION_COLOR,
	OPTION_END,
};

static int
run(int argc, char **argv);

const struct command command_undo = {
	.name = "undo",
	.synopsis = "[OPTION]... [CHANGE]",
	.summary = "take a change back, to the last byte",
	.options = rows,
	.run = run,
};

static void
show(const char *id, const struct changes *changes, bool coloured)
{
	autobuffer struct buffer out = { 0 };
	buffer_text(&out, "# undoes change ");
	output_escaped(&out, id);
	buffer_text(&out, "\n");
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];
		struct bytes before = { change->old_data, change->old_size };
		struct bytes after = { change->new_data, change->new_size };
		if (change->action == CHANGE_CREATE)
			before.data = NULL;
		if (change->action == CHANGE_REMOVE)
			after.data = NULL;
		diff_write(change->file, before, after, coloured, &out);
	}
	output_print((struct bytes){ out.data, out.size });
}

/* Whether to go on; says why not. */
static bool
agreed(const struct options *options)
{
	if (options_given(options, "yes"))
		return true;
	if (!ask_is_possible()) {
		output_error("undo: there is no terminal to ask on; --yes undoes without "
			     "asking");
		return false;
	}
	if (ask_yes("Undo this change?"))
		return true;
	puts("Nothing was changed.");
	return false;
}

/* Deals with a run that was cut short, which the newest change may be of. Returns whether
 * there was one, and an exit status. */
static bool
recover(const struct options *options, const struct transaction *transaction,
	int *ret_status)
{
	struct error err = ERROR_INIT;
	bool allowed = options_given(options, "yes") || ask_is_possible();
	if (!allowed || transaction_pending(transaction, NULL) != 1)
		return false;
	*ret_status = (int)transaction_recover(transaction, &err);
	if (err.text != NULL)
		output_error("%s", err.text);
	error_clear(&err);
	return true;
}

/* What a timer and a unit at boot run: without a question. Returns an exit status. */
static int
undo_expired(const struct options *options, struct transaction *transaction, long wanted)
{
	struct error err = ERROR_INIT;
	struct trial trial;
	unsigned long id;
	transaction->end_trial = options_given(options, "unconfirmed");
	while (options_given(options, "wait") &&
		transaction_on_trial(transaction, &id, &trial, NULL) == 1 &&
		(wanted == 0 || id == (unsigned long)wanted) && trial_left(&trial) > 0)
		trial_wait(&trial);
	enum outcome outcome = transaction_recover(transaction, &err);
	if (err.text != NULL)
		output_error("%s", err.text);
	error_clear(&err);
	if (outcome == OUTCOME_DONE &&
		transaction_on_trial(transaction, &id, &trial, NULL) == 1)
		printf("Change %lu has %ld seconds left to be confirmed.\n", id,
			trial_left(&trial) / 1000);
	return (int)outcome;
}

/* Reads the number of the change, 0 when none is given. -1 when the command line
 * contradicts itself. */
static int
read_arguments(const struct options *options, long *ret_wanted)
{
	struct error err = ERROR_INIT;
	bool expired = options_given(options, "expired");
	*ret_wanted = 0;
	if (options->argument_count > 1)
		error_set(&err, "takes one change at a time");
	else if (options_given(options, "wait") && !expired)
		error_set(&err, "--wait goes with --expired");
	else if (expired && options_given(options, "unconfirmed"))
		error_set(&err, "--expired and --unconfirmed exclude each other");
	else if (options->argument_count == 1 &&
		text_number(options->arguments[0], 1, 999999999, ret_wanted, &err) < 0)
		error_prefix(&err, "a change is named by its number");
	if (err.text == NULL)
		return 0;
	output_error("undo: %s", err.text);
	error_clear(&err);
	return -1;
}

static int
run(int argc, char **argv)
{
	autooptions struct options options = { 0 };
	autofree char *id = NULL;
	struct changes changes = { 0 };
	struct error err = ERROR_INIT;
	int status;
	if (!options_parse(&command_undo, argc, argv, &options, &status))
		return status;
	long wanted;
	autoerrands struct errands errands = { .fd = -1 };
	struct transaction transaction = { .root = options_text(&options, "root", "/"),
		.journal = options_text(&options, "journal", NULL),
		.note = output_note };
	if (read_arguments(&options, &wanted) < 0 ||
		setup_confine_changes(&transaction, false, false, &errands) < 0)
		return STATUS_NOT_RUN;
	if (options_given(&options, "expired") || options_given(&options, "unconfirmed"))
		return undo_expired(&options, &transaction, wanted);
	if (recover(&options, &transaction, &status) &&
		(status != 0 || options.argument_count == 0)) {
		if (status == 0)
			puts("That was left from before; run undo again to take a change "
			     "back.");
		return status;
	}
	enum outcome outcome = transaction_undo_preview(&transaction,
		options.argument_count > 0 ? options.arguments[0] : NULL, &id, &changes,
		&err);
	if (outcome == OUTCOME_DONE) {
		show(id, &changes, output_colours(options_text(&options, "color", NULL)));
		outcome = agreed(&options) ? OUTCOME_DONE : OUTCOME_REFUSED;
		if (outcome == OUTCOME_DONE) {
			fflush(stdout);
			outcome = transaction_undo(&transaction, id, &err);
			if (outcome == OUTCOME_DONE)
				printf("Change %s is undone.\n", id);
		}
	}
	if (err.text != NULL)
		output_error("%s", err.text);
	error_clear(&err);
	changes_free(&changes);
	return (int)outcome;
}
