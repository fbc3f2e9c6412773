/* A change on trial: who may confirm it, and how it ends when nobody does. */
#include "tests/unit/scratch.h"

#include <time.h>

#include "base/bytes.h"
#include "base/login.h"
#include "enforcer/journal.h"
#include "enforcer/transaction.h"
#include "enforcer/verify.h"

#define CHANGE "/var/lib/holdfast/1/"

static struct buffer notes;

static void
collect_note(void *data, const char *line)
{
	(void)data;
	buffer_printf(&notes, "%s\n", line);
}

static int
setup(void **state)
{
	(void)state;
	scratch_make();
	scratch_text("/etc/a", "one\n");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	buffer_free(&notes);
	scratch_remove();
	return 0;
}

/* Who is logged in when a trial begins. */
static void
list_logins(struct buffer *out)
{
	buffer_text(out, "audit 7\naudit 12\nlogind c1\n");
}

static struct transaction
here(void)
{
	return (struct transaction){
		.root = scratch, .note = collect_note, .in_place = scratch_in_place()
	};
}

static char *
text_of(const char *name)
{
	autobuffer struct buffer text = { 0 };
	char line[1000];
	autofree char *path = scratch_path(name);
	FILE *file = fopen(path, "r");
	buffer_text(&text, "");
	while (file != NULL && fgets(line, sizeof line, file) != NULL)
		buffer_text(&text, line);
	if (file != NULL)
		fclose(file);
	return buffer_take(&text);
}

static void
assert_holds(const char *name, const char *part)
{
	autofree char *text = text_of(name);
	if (strstr(text, part) == NULL)
		fail_msg("%s: \"%s\" lacks \"%s\"", name, text, part);
}

static void
assert_is(const char *name, const char *wanted)
{
	autofree char *text = text_of(name);
	assert_string_equal(text, wanted);
}

/* From "one" to "two", on trial for TRIAL seconds. */
static enum outcome
apply(unsigned trial)
{
	char a[] = "/etc/a", one[] = "one\n", two[] = "two\n";
	struct change item = { .action = CHANGE_REPLACE,
		.file = a,
		.old_data = one,
		.old_size = 4,
		.new_data = two,
		.new_size = 4 };
	struct transaction transaction = here();
	struct changes changes = { &item, 1 };
	char *id = NULL;
	transaction.trial = trial;
	transaction.logins = list_logins;
	enum outcome outcome = transaction_apply(&transaction, &changes, &id, NULL);
	free(id);
	return outcome;
}

/* On trial for ten minutes. */
static void
begin(void)
{
	assert_int_equal(apply(600), OUTCOME_DONE);
	assert_is("/etc/a", "two\n");
	assert_is(CHANGE "state", "trial\n");
}

/* As after a reboot. */
static void
end_time(void)
{
	scratch_text(CHANGE "trial", "other-boot 99999999999\n");
}

static enum outcome
confirm(const char *login)
{
	struct transaction transaction = here();
	unsigned long id;
	return transaction_confirm(&transaction, login, &id, NULL);
}

static void
assert_whole(void)
{
	struct transaction transaction = here();
	struct journal journal;
	int root = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(transaction_pending(&transaction, NULL), 0);
	assert_int_equal(journal_open(root, NULL, false, &journal, NULL), 0);
	assert_int_equal(verify_journal(&journal, NULL, NULL), 0);
	journal_close(&journal);
	close(root);
}

static void
recover(void)
{
	struct transaction transaction = here();
	assert_int_equal(transaction_pending(&transaction, NULL), 1);
	assert_int_equal(transaction_recover(&transaction, NULL), OUTCOME_DONE);
	assert_whole();
}

static void
test_confirmed(void **state)
{
	(void)state;
	struct transaction none = here();
	unsigned long id = 7;
	assert_int_equal(
		transaction_confirm(&none, "audit 1", &id, NULL), OUTCOME_REFUSED);
	assert_int_equal(id, 0);
	begin();
	assert_whole();
	assert_int_equal(confirm("audit 7"), OUTCOME_REFUSED);
	assert_int_equal(confirm("audit 12"), OUTCOME_REFUSED);
	assert_int_equal(confirm("logind c1"), OUTCOME_REFUSED);
	assert_is(CHANGE "state", "trial\n");
	assert_int_equal(confirm("audit 1"), OUTCOME_DONE);
	assert_is(CHANGE "state", "done\n");
	assert_holds("/var/lib/holdfast/log", "\"apply\",\"result\":\"unconfirmed\"");
	assert_holds("/var/lib/holdfast/log", "\"confirm\",\"result\":\"done\"");
	assert_whole();
	assert_int_equal(confirm("audit 13"), OUTCOME_REFUSED);
	/* its time does not count any more */
	end_time();
	assert_whole();
	struct transaction transaction = here();
	assert_int_equal(transaction_undo(&transaction, NULL, NULL), OUTCOME_DONE);
	assert_is("/etc/a", "one\n");
	assert_whole();
}

static void
test_nothing_else_meanwhile(void **state)
{
	(void)state;
	begin();
	scratch_text("/etc/a", "one\n");
	assert_int_equal(apply(0), OUTCOME_REFUSED);
	assert_int_equal(apply(600), OUTCOME_REFUSED);
	scratch_text("/etc/a", "two\n");
	assert_int_equal(confirm("audit 13"), OUTCOME_DONE);
	scratch_text("/etc/a", "one\n");
	assert_int_equal(apply(0), OUTCOME_DONE);
}

static void
test_time_is_up(void **state)
{
	static const char *const TRIALS[] = { "other-boot 99999999999\n", "", "damaged",
		NULL };
	for (size_t i = 0; i < sizeof TRIALS / sizeof *TRIALS; i++) {
		begin();
		autofree char *path = scratch_path(CHANGE "trial");
		if (TRIALS[i] != NULL)
			scratch_text(CHANGE "trial", TRIALS[i]);
		else
			assert_int_equal(unlink(path), 0);
		recover();
		assert_is("/etc/a", "one\n");
		assert_is(CHANGE "state", "undone\n");
		assert_holds("/var/lib/holdfast/log", "\"undo\",\"result\":\"expired\"");
		assert_non_null(strstr(notes.data, "not confirmed in time"));
		teardown(state);
		setup(state);
	}
}

/* In this boot; the rest of the deadline's form is the program's own. */
static void
test_deadline(void **state)
{
	(void)state;
	struct transaction transaction = here();
	struct trial trial;
	unsigned long id;
	begin();
	assert_int_equal(transaction_on_trial(&transaction, &id, &trial, NULL), 1);
	assert_int_equal(id, 1);
	assert_in_range(trial_left(&trial), 590 * 1000, 600 * 1000);
	assert_int_equal(transaction_recover(&transaction, NULL), OUTCOME_DONE);
	assert_is("/etc/a", "two\n");
	trial.until -= 600 * 1000;
	autofree char *text = trial_text(&trial);
	scratch_text(CHANGE "trial", text);
	trial_wait(&trial); /* not at all */
	recover();
	assert_is("/etc/a", "one\n");
	assert_int_equal(transaction_on_trial(&transaction, &id, &trial, NULL), 0);
}

static void
test_too_late(void **state)
{
	(void)state;
	begin();
	end_time();
	assert_int_equal(confirm("audit 13"), OUTCOME_REFUSED);
	assert_is("/etc/a", "one\n");
	assert_is(CHANGE "state", "undone\n");
	assert_whole();
}

/* A unit at boot ends a trial without looking at clocks. */
static void
test_at_boot(void **state)
{
	(void)state;
	struct transaction transaction = here();
	begin();
	transaction.end_trial = true;
	assert_int_equal(transaction_recover(&transaction, NULL), OUTCOME_DONE);
	assert_is("/etc/a", "one\n");
	assert_whole();
}

static void
test_undone_by_hand(void **state)
{
	(void)state;
	struct transaction transaction = here();
	begin();
	scratch_text("/etc/a", "edited\n");
	assert_int_equal(transaction_undo(&transaction, "1", NULL), OUTCOME_REFUSED);
	assert_is(CHANGE "state", "trial\n");
	assert_whole();
	scratch_text("/etc/a", "two\n");
	assert_int_equal(transaction_undo(&transaction, NULL, NULL), OUTCOME_DONE);
	assert_is("/etc/a", "one\n");
	assert_is(CHANGE "state", "undone\n");
	assert_holds("/var/lib/holdfast/log", "\"undo\",\"result\":\"done\"");
	assert_whole();
	assert_int_equal(confirm("audit 13"), OUTCOME_REFUSED);
}

/* What somebody wrote meanwhile is kept, even then. */
static void
test_edited_meanwhile(void **state)
{
	(void)state;
	begin();
	scratch_text("/etc/a", "edited\n");
	end_time();
	recover();
	assert_is("/etc/a", "edited\n");
	assert_non_null(strstr(notes.data, "/etc/a"));
}

/* A run that died before it could announce the trial is taken back, whatever its time. */
static void
test_cut_short(void **state)
{
	for (int logged = 0; logged < 2; logged++) {
		begin();
		scratch_text(CHANGE "state", "committed\n");
		if (!logged)
			scratch_text("/var/lib/holdfast/log", "");
		recover();
		assert_is("/etc/a", "one\n");
		assert_is(CHANGE "state", "undone\n");
		assert_non_null(strstr(notes.data, "undone: it had been cut short"));
		teardown(state);
		setup(state);
	}
}

/* Its line in the log is what makes a change confirmed. */
static void
test_confirmation_cut_short(void **state)
{
	(void)state;
	begin();
	assert_int_equal(confirm("audit 13"), OUTCOME_DONE);
	scratch_text(CHANGE "state", "trial\n");
	assert_whole();
	end_time();
	recover();
	assert_is("/etc/a", "two\n");
	assert_is(CHANGE "state", "done\n");
}

/* What logs in while a trial begins, or is asked who does, may also do harm. */
static enum { EDITS = 1, TAKES_LOGINS = 2, TAKES_LOG = 4 } harm;

static void
do_harm(struct buffer *out)
{
	list_logins(out);
	if ((harm & EDITS) != 0)
		scratch_text("/etc/a", "theirs\n");
	if ((harm & TAKES_LOGINS) != 0)
		scratch_text(CHANGE "logins", "");
	if ((harm & TAKES_LOG) != 0)
		scratch_text("/var/lib/holdfast/log/x", "");
}

/* Who may confirm it can't be kept: it is taken back. */
static void
test_given_up(void **state)
{
	static const struct {
		int harm, outcome;
		const char *said, *left, *state;
	} cases[] = {
		{ TAKES_LOGINS, OUTCOME_UNDONE,
			"can't keep who is logged in: File exists", "one\n", "undone\n" },
		{ TAKES_LOGINS | EDITS, OUTCOME_NOT_RUN, "; and before: ", "theirs\n",
			"undoing\n" },
		{ TAKES_LOGINS | TAKES_LOG, OUTCOME_NOT_RUN,
			"can't keep who is logged in", "one\n", "undoing\n" },
		{ TAKES_LOG, OUTCOME_NOT_RUN,
			"the journal is not complete; the next run undoes the change: ",
			"two\n", "committed\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *id = NULL;
		struct error err = ERROR_INIT;
		struct change item = { .action = CHANGE_REPLACE,
			.file = "/etc/a",
			.old_data = "one\n",
			.old_size = 4,
			.new_data = "two\n",
			.new_size = 4 };
		struct transaction transaction = here();
		struct changes changes = { &item, 1 };
		transaction.trial = 600;
		transaction.logins = do_harm;
		harm = cases[i].harm;
		int outcome = (int)transaction_apply(&transaction, &changes, &id, &err);
		if (outcome != cases[i].outcome || err.text == NULL ||
			strstr(err.text, cases[i].said) == NULL)
			fail_msg("case %zu: %d: %s", i, outcome, err.text);
		assert_is("/etc/a", cases[i].left);
		assert_is(CHANGE "state", cases[i].state);
		free(id);
		error_clear(&err);
		teardown(state);
		setup(state);
	}
}

/* A change that is being applied is on trial too; where it can't be told nobody says no.
 */
static void
test_asked(void **state)
{
	static const struct {
		const char *state;
		int found;
	} cases[] = { { "intent\n", 1 }, { "committed\n", 1 }, { "trial\n", 1 },
		{ "done\n", 0 }, { "undoing\n", 0 }, { "undone\n", 0 },
		{ "nonsense\n", -1 } };
	(void)state;
	struct transaction transaction = here();
	struct trial trial;
	unsigned long id;
	begin();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error err = ERROR_INIT;
		scratch_text(CHANGE "state", cases[i].state);
		assert_int_equal(transaction_on_trial(&transaction, &id, &trial, &err),
			cases[i].found);
		assert_int_equal(cases[i].found < 0, err.text != NULL);
		error_clear(&err);
		assert_int_equal(id, 1);
	}
	assert_int_equal(confirm("audit 13"), OUTCOME_NOT_RUN);
	/* who was there can't be told */
	autofree char *logins = scratch_path(CHANGE "logins");
	scratch_text(CHANGE "state", "trial\n");
	assert_int_equal(unlink(logins), 0);
	assert_int_equal(confirm("audit 13"), OUTCOME_REFUSED);
	assert_is(CHANGE "state", "trial\n");
	/* nor how long: nothing is begun */
	autofree char *path = scratch_path(CHANGE "trial");
	assert_int_equal(unlink(path) | mkdir(path, 0700), 0);
	assert_int_equal(confirm("audit 13"), OUTCOME_NOT_RUN);
	assert_int_equal(transaction_pending(&transaction, NULL), -1);
	assert_int_equal(transaction_on_trial(&transaction, &id, &trial, NULL), -1);
	assert_int_equal(apply(0), OUTCOME_NOT_RUN);
}

static void
test_seconds(void **state)
{
	static const struct {
		const char *text;
		unsigned seconds; /* 0: it is none */
	} TIMES[] = { { "10s", 10 }, { "90s", 90 }, { "10m", 600 }, { "1h", 3600 },
		{ "24h", 86400 }, { "9s", 0 }, { "25h", 0 }, { "86401s", 0 }, { "10", 0 },
		{ "", 0 }, { "s", 0 }, { "-1h", 0 }, { "1.5h", 0 }, { "10 m", 0 },
		{ "1d", 0 }, { "99999999999999999999s", 0 }, { "10ms", 0 } };
	(void)state;
	for (size_t i = 0; i < sizeof TIMES / sizeof *TIMES; i++) {
		unsigned seconds = 0;
		struct error err = ERROR_INIT;
		int status = trial_seconds(TIMES[i].text, &seconds, &err);
		assert_int_equal(status == 0, TIMES[i].seconds != 0);
		assert_int_equal(status == 0, err.text == NULL);
		assert_int_equal(seconds, TIMES[i].seconds);
		error_clear(&err);
	}
}

/* The kernel gives a session id to who sets the login uid: what pam_loginuid does. */
static void
test_logins(void **state)
{
	autobuffer struct buffer before = { 0 }, after = { 0 };
	(void)state;
	int fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);
	login_list(&before);
	bool set = fd >= 0 && write(fd, "0", 1) == 1;
	close(fd);
	if (!set)
		skip();
	autofree char *own = login_own();
	assert_non_null(own);
	assert_int_equal(strncmp(own, "audit ", 6), 0);
	login_list(&after);
	assert_false(login_is_listed(before.data, own));
	assert_true(login_is_listed(after.data, own));
}

/* Who reads it may be in another zone than the host. */
static void
test_end_text(void **state)
{
	struct trial trial;
	(void)state;
	assert_int_equal(trial_make(600, &trial, NULL), 0);
	assert_int_equal(setenv("TZ", "XXX-5:30", 1), 0);
	tzset();
	autofree char *text = trial_end_text(&trial);
	assert_int_equal(unsetenv("TZ"), 0);
	tzset();
	assert_int_equal(strlen(text), strlen("2026-01-31 10:00:00 +0530"));
	assert_string_equal(text + strlen(text) - 6, " +0530");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_confirmed, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_nothing_else_meanwhile, setup, teardown),
		cmocka_unit_test_setup_teardown(test_time_is_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_deadline, setup, teardown),
		cmocka_unit_test(test_end_text),
		cmocka_unit_test_setup_teardown(test_too_late, setup, teardown),
		cmocka_unit_test_setup_teardown(test_at_boot, setup, teardown),
		cmocka_unit_test_setup_teardown(test_undone_by_hand, setup, teardown),
		cmocka_unit_test_setup_teardown(test_edited_meanwhile, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut_short, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_confirmation_cut_short, setup, teardown),
		cmocka_unit_test_setup_teardown(test_given_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_asked, setup, teardown),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_logins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
