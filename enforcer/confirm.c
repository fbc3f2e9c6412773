#include "enforcer/confirm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/login.h"
#include "base/memory.h"
#include "enforcer/errands.h"
#include "enforcer/run.h"
#include "enforcer/timer.h"

int
confirm_find(const struct journal *journal, unsigned long *ret_id,
	struct trial *ret_trial, struct error *err)
{
	autofree unsigned long *ids = NULL;
	size_t count;
	int found = journal_list(journal, &ids, &count, err);
	for (size_t i = count; found == 0 && i-- > 0;) {
		enum state state;
		found = journal_state(journal, ids[i], &state, err);
		if (found == 0 &&
			(state == STATE_INTENT || state == STATE_COMMITTED ||
				state == STATE_TRIAL))
			found = journal_trial(journal, ids[i], ret_trial, err);
		*ret_id = ids[i];
	}
	return found;
}

int
confirm_is_possible(const struct transaction *transaction, struct error *err)
{
	const struct errand errand = { .kind = ERRAND_CHECK_BOOT };
	autofree char *path = realpath(transaction->root, NULL), *login = login_own();
	if (path == NULL || strcmp(path, "/") != 0)
		return error_set(
			err, "nobody logs in to %s to confirm it", transaction->root);
	/* what undoes it, now or after a reboot, knows of no other */
	if (transaction->journal != NULL)
		return error_set(err, "it needs the default journal");
	if (login == NULL)
		return error_set(err,
			"logins can't be told apart here: this process has no session of "
			"the kernel's audit or of systemd-logind");
	return transaction->errands != NULL ? errands_run(transaction, &errand, NULL, err)
					    : timer_check_boot(err);
}

int
transaction_on_trial(const struct transaction *transaction, unsigned long *ret_id,
	struct trial *ret_trial, struct error *err)
{
	struct journal journal = { .fd = -1 };
	int root = open(transaction->root, O_PATH | O_DIRECTORY | O_CLOEXEC), found = -1;
	if (root < 0)
		return error_set(err, "%s: %s", transaction->root, strerror(errno));
	int opened = journal_open(root, transaction->journal, false, &journal, err);
	if (opened == 1)
		found = 0;
	else if (opened == 0)
		found = confirm_find(&journal, ret_id, ret_trial, err);
	journal_close(&journal);
	close(root);
	return found;
}

/* Whether the caller may: it has logged in since. */
static int
check_login(const struct journal *journal, unsigned long id, const char *login,
	struct error *err)
{
	autofree char *logins = journal_logins(journal, id, err);
	if (logins == NULL)
		return -1;
	if (login_is_listed(logins, login))
		return error_set(err,
			"change %lu can't be confirmed from a login that was there when "
			"it was made: log in anew, as you will have to from now on",
			id);
	return 0;
}

static enum outcome
confirm(const struct run *run, const char *login, unsigned long *ret_id,
	struct error *err)
{
	struct trial trial;
	struct record record = { 0 };
	int found = confirm_find(&run->journal, ret_id, &trial, err);
	if (found < 0)
		return OUTCOME_NOT_RUN;
	if (found == 0) {
		error_set(err, "there is no change to be confirmed");
		return OUTCOME_REFUSED;
	}
	if (check_login(&run->journal, *ret_id, login, err) < 0)
		return OUTCOME_REFUSED;
	enum outcome outcome = OUTCOME_NOT_RUN;
	/* the line first: once it is there, the change stays */
	if (journal_load(&run->journal, *ret_id, false, &record, NULL, err) == 0 &&
		run_log(run, &record, "confirm", "done", err) == 0 &&
		journal_set_state(&run->journal, *ret_id, STATE_DONE, err) == 0) {
		run_stop_timer(run, *ret_id);
		outcome = OUTCOME_DONE;
	}
	record_free(&record);
	return outcome;
}

enum outcome
transaction_confirm(const struct transaction *transaction, const char *login,
	unsigned long *ret_id, struct error *err)
{
	struct run run;
	*ret_id = 0;
	enum outcome outcome = run_begin(transaction, false, &run, err);
	if (outcome == OUTCOME_DONE)
		outcome = confirm(&run, login, ret_id, err);
	run_end(&run);
	return outcome;
}
