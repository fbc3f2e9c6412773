/* confirm: a change on trial stays. Only who has logged in since can say so. */
#include <stdio.h>

#include "base/login.h"
#include "base/memory.h"
#include "enforcer/options.h"
#include "enforcer/output.h"
#include "enforcer/setup.h"
#include "enforcer/transaction.h"

static const struct option_row rows[] = { OPTION_END };

static int
run(int argc, char **argv);

const struct command command_confirm = {
	.name = "confirm",
	.synopsis = "",
	.summary = "let a change on trial stay; from a new login",
	.options = rows,
	.run = run,
};

static int
run(int argc, char **argv)
{
	autooptions struct options options = { 0 };
	struct error err = ERROR_INIT;
	autoerrands struct errands errands = { .fd = -1 };
	struct transaction transaction = { .root = "/", .note = output_note };
	unsigned long id;
	int status;
	if (!options_parse(&command_confirm, argc, argv, &options, &status))
		return status;
	if (options.argument_count > 0) {
		output_error("confirm: takes no argument, for only one change can be on "
			     "trial");
		return STATUS_NOT_RUN;
	}
	if (setup_confine_changes(&transaction, false, false, &errands) < 0)
		return STATUS_NOT_RUN;
	autofree char *login = login_own();
	if (login == NULL) {
		output_error("confirm: this process belongs to no login");
		return OUTCOME_REFUSED;
	}
	enum outcome outcome = transaction_confirm(&transaction, login, &id, &err);
	if (outcome == OUTCOME_DONE)
		printf("Change %lu stays.\n", id);
	if (err.text != NULL)
		output_error("%s", err.text);
	error_clear(&err);
	return (int)outcome;
}
