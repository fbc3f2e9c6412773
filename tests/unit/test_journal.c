/* The journal and its log as they are found: whole, cut short, damaged, somebody's. */
#include "tests/unit/scratch.h"

#include "enforcer/journal.h"
#include "enforcer/transaction.h"
#include "enforcer/verify.h"

static int
setup(void **state)
{
	(void)state;
	scratch_make();
	scratch_text("/etc/a", "one\n");
	scratch_text("/etc/c", "gone\n");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	scratch_remove();
	return 0;
}

/* "" when there is no such file */
static void
assert_file(const char *name, const char *text)
{
	char have[100] = "";
	autofree char *path = scratch_path(name);
	FILE *in = fopen(path, "r");
	if (in != NULL) {
		have[fread(have, 1, sizeof have - 1, in)] = '\0';
		fclose(in);
	}
	assert_string_equal(have, text);
}

static void
assert_old(void)
{
	assert_file("/etc/a", "one\n");
	assert_file("/etc/b", "");
	assert_file("/etc/c", "gone\n");
	assert_file("/etc/.a.holdfast", "");
	assert_file("/etc/.b.holdfast", "");
	assert_file("/etc/.c.holdfast", "");
}

static void
assert_new(void)
{
	assert_file("/etc/a", "two\n");
	assert_file("/etc/b", "new\n");
	assert_file("/etc/c", "");
	assert_file("/etc/.a.holdfast", "");
	assert_file("/etc/.b.holdfast", "");
	assert_file("/etc/.c.holdfast", "");
}

static struct transaction
here(void)
{
	return (struct transaction){ .root = scratch, .in_place = scratch_in_place() };
}

/* Replaces, creates and removes a file. */
static enum outcome
apply(const char *journal, struct error *err)
{
	char a[] = "/etc/a", b[] = "/etc/b", c[] = "/etc/c", one[] = "one\n",
	     two[] = "two\n", new[] = "new\n", gone[] = "gone\n";
	struct change items[] = {
		{ .action = CHANGE_REPLACE,
			.file = a,
			.old_data = one,
			.old_size = 4,
			.new_data = two,
			.new_size = 4 },
		{ .action = CHANGE_CREATE,
			.file = b,
			.new_data = new,
			.new_size = 4,
			.mode = 0640 },
		{ .action = CHANGE_REMOVE, .file = c, .old_data = gone, .old_size = 5 },
	};
	struct transaction transaction = here();
	struct changes changes = { items, 3 };
	char *id = NULL;
	transaction.journal = journal;
	enum outcome outcome = transaction_apply(&transaction, &changes, &id, err);
	free(id);
	return outcome;
}

/* As verify_journal has it, with the text of what is wrong. */
static int
verify(const char *head, char **ret_text)
{
	struct journal journal;
	struct error err = ERROR_INIT;
	int root = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(journal_open(root, NULL, false, &journal, &err), 0);
	int status = verify_journal(&journal, head, &err);
	journal_close(&journal);
	close(root);
	assert_int_equal(status == 0, err.text == NULL);
	if (ret_text != NULL)
		*ret_text = err.text;
	else
		error_clear(&err);
	return status;
}

static void
put_state(const char *word)
{
	autofree char *text = memory_printf("%s\n", word);
	scratch_text("/var/lib/holdfast/1/state", text);
}

static void
remove_file(const char *name)
{
	autofree char *path = scratch_path(name);
	assert_int_equal(unlink(path), 0);
}

static void
recover(void)
{
	struct transaction transaction = here();
	assert_int_equal(transaction_pending(&transaction, NULL), 1);
	assert_int_equal(transaction_recover(&transaction, NULL), OUTCOME_DONE);
	assert_int_equal(transaction_pending(&transaction, NULL), 0);
	assert_int_equal(transaction_recover(&transaction, NULL), OUTCOME_DONE);
	assert_int_equal(verify(NULL, NULL), 0);
}

/* Where a run may have been cut short: which of the files are new, and what is beside
 * them. */
static const struct {
	const char *state;
	bool a_new, b_new, c_gone;
	const char *beside_a, *beside_b, *beside_c; /* NULL: nothing */
	bool logged; /* the line about the apply is there */
	bool becomes_new;
} cuts[] = {
	{ "intent", false, false, false, NULL, NULL, NULL, false, false },
	{ "intent", false, false, false, "two\n", "new\n", NULL, false, false },
	{ "intent", false, false, false, "tw", NULL, NULL, false, false },
	{ "intent", false, false, false, "", NULL, NULL, false, false },
	{ "intent", true, false, false, "one\n", "new\n", NULL, false, false },
	{ "intent", true, true, false, "one\n", NULL, NULL, false, false },
	{ "intent", true, true, true, "one\n", NULL, "gone\n", false, false },
	{ "committed", true, true, true, "one\n", NULL, "gone\n", false, true },
	{ "committed", true, true, true, NULL, NULL, "gone\n", false, true },
	{ "committed", true, true, true, NULL, NULL, NULL, false, true },
	{ "committed", true, true, true, NULL, NULL, NULL, true, true },
	{ "undoing", true, true, true, NULL, NULL, NULL, true, false },
	{ "undoing", true, true, true, "one\n", NULL, "gone\n", true, false },
	{ "undoing", true, true, false, "one\n", NULL, NULL, true, false },
	{ "undoing", true, false, false, "one\n", "new\n", NULL, true, false },
	{ "undoing", false, false, false, "two\n", "new\n", NULL, true, false },
	{ "undoing", false, false, false, NULL, NULL, NULL, true, false },
};

static void
stand(const char *name, const char *text)
{
	autofree char *path = scratch_path(name);
	unlink(path);
	if (text != NULL)
		scratch_text(name, text);
}

static void
test_every_cut(void **state)
{
	for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
		struct error err = ERROR_INIT;
		assert_int_equal(apply(NULL, &err), OUTCOME_DONE);
		put_state(cuts[i].state);
		if (!cuts[i].logged)
			remove_file("/var/lib/holdfast/log");
		stand("/etc/a", cuts[i].a_new ? "two\n" : "one\n");
		stand("/etc/b", cuts[i].b_new ? "new\n" : NULL);
		stand("/etc/c", cuts[i].c_gone ? NULL : "gone\n");
		stand("/etc/.a.holdfast", cuts[i].beside_a);
		stand("/etc/.b.holdfast", cuts[i].beside_b);
		stand("/etc/.c.holdfast", cuts[i].beside_c);
		recover();
		if (cuts[i].becomes_new)
			assert_new();
		else
			assert_old();
		teardown(state);
		setup(state);
	}
}

/* A run that died before its state was written changed nothing and leaves nothing. */
static void
test_no_state(void **state)
{
	(void)state;
	struct stat status;
	autofree char *change = scratch_path("/var/lib/holdfast/7");
	scratch_text("/var/lib/holdfast/7/intent", "{");
	scratch_text("/var/lib/holdfast/7/old.0", "on");
	autofree char *journal = scratch_path("/var/lib/holdfast");
	assert_int_equal(chmod(journal, 0700), 0);
	/* that is no change on trial */
	struct transaction transaction = here();
	struct trial trial;
	struct error err = ERROR_INIT;
	unsigned long id;
	assert_int_equal(transaction_on_trial(&transaction, &id, &trial, NULL), 0);
	/* what can't be removed is said */
	autofree char *strange = scratch_path("/var/lib/holdfast/7/x");
	assert_int_equal(mkdir(strange, 0700), 0);
	assert_int_equal(transaction_recover(&transaction, &err), OUTCOME_NOT_RUN);
	assert_non_null(strstr(err.text, "can't remove an unfinished change"));
	error_clear(&err);
	assert_int_equal(rmdir(strange), 0);
	recover();
	assert_int_equal(stat(change, &status), -1);
	assert_old();
}

/* Somebody's work since a run was cut short stays. */
static void
test_changed_since(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	assert_int_equal(apply(NULL, &err), OUTCOME_DONE);
	put_state("intent");
	remove_file("/var/lib/holdfast/log");
	scratch_text("/etc/a", "theirs\n");
	recover();
	assert_file("/etc/a", "theirs\n");
	assert_file("/etc/b", "");
	assert_file("/etc/c", "gone\n");
}

/* An exchange displaced somebody's work, and the run died before it looked. */
static void
test_displaced_and_not_looked_at(void **state)
{
	static const char *const states[] = { "intent", "undoing" };
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		struct error err = ERROR_INIT;
		assert_int_equal(apply(NULL, &err), OUTCOME_DONE);
		put_state(states[i]);
		if (i == 0)
			remove_file("/var/lib/holdfast/log");
		stand("/etc/a", i == 0 ? "two\n" : "one\n");
		stand("/etc/.a.holdfast", "theirs\n");
		recover();
		assert_file("/etc/a", "theirs\n");
		assert_file("/etc/.a.holdfast", "");
		assert_file("/etc/b", "");
		assert_file("/etc/c", "gone\n");
		teardown(state);
		setup(state);
	}
}

static void
test_damage_is_named(void **state)
{
	static const struct {
		const char *name, *text;
		bool stops; /* nothing new is begun either */
	} damages[] = {
		{ "1/intent", "{}", false },
		{ "1/intent", "not JSON", false },
		{ "1/state", "don", true },
		{ "1/state", "done\nmore", true },
		{ "1/state", "", true },
		{ "1/old.0", "One\n", false },
		{ "1/new.1", "new\nmore\n", false },
		{ "log", "{}\n", true },
		{ "log", "not JSON\n", true },
	};
	for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
		struct error err = ERROR_INIT;
		char *text;
		struct transaction transaction = here();
		autofree char *name = memory_printf(
			"/var/lib/holdfast/%s", damages[i].name);
		assert_int_equal(apply(NULL, &err), OUTCOME_DONE);
		scratch_text(name, damages[i].text);
		assert_int_not_equal(verify(NULL, &text), 0);
		assert_non_null(strstr(text, damages[i].name));
		free(text);
		assert_int_not_equal(
			transaction_undo(&transaction, "1", &err), OUTCOME_DONE);
		assert_non_null(err.text);
		assert_non_null(strstr(err.text, damages[i].name));
		error_clear(&err);
		assert_new();
		if (strcmp(damages[i].name, "1/state") == 0) {
			assert_int_equal(
				transaction_recover(&transaction, &err), OUTCOME_NOT_RUN);
			assert_non_null(strstr(err.text, damages[i].name));
			error_clear(&err);
		}
		enum outcome outcome = apply(NULL, &err);
		assert_int_equal(
			outcome, damages[i].stops ? OUTCOME_NOT_RUN : OUTCOME_REFUSED);
		error_clear(&err);
		assert_new();
		teardown(state);
		setup(state);
	}
}

static char *
read_log(void)
{
	static char text[8192];
	autofree char *path = scratch_path("/var/lib/holdfast/log");
	FILE *in = fopen(path, "r");
	assert_non_null(in);
	text[fread(text, 1, sizeof text - 1, in)] = '\0';
	fclose(in);
	return text;
}

static void
test_the_chain(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	struct transaction transaction = here();
	char head[65], whole[8192];
	assert_int_equal(apply(NULL, &err), OUTCOME_DONE);
	memcpy(head, strstr(read_log(), "\"hash\":\"") + 8, 64);
	head[64] = '\0';
	assert_int_equal(transaction_undo(&transaction, NULL, &err), OUTCOME_DONE);
	assert_old();
	assert_int_equal(verify(head, NULL), 0);
	head[0] = head[0] == '0' ? '1' : '0';
	assert_int_equal(verify(head, NULL), 1);

	/* a last line that was cut short is no tampering, and goes */
	strcpy(whole, read_log());
	autofree char *torn = memory_printf("%s{\"holdfast-log\":1,\"ti", whole);
	scratch_text("/var/lib/holdfast/log", torn);
	assert_int_equal(verify(NULL, NULL), 0);
	assert_int_equal(apply(NULL, &err), OUTCOME_DONE);
	assert_int_equal(verify(NULL, NULL), 0);
	assert_null(strstr(read_log(), "\"ti{"));

	/* any other change is */
	strcpy(whole, read_log());
	char *byte = strstr(whole, "undo");
	memcpy(byte, "odnu", 4);
	scratch_text("/var/lib/holdfast/log", whole);
	assert_int_equal(verify(NULL, NULL), 1);
	memcpy(byte, "undo", 4);
	byte = strrchr(whole, '\n') - 200; /* in the last line none follows it */
	byte[0] ^= 1;
	scratch_text("/var/lib/holdfast/log", whole);
	assert_int_equal(verify(NULL, NULL), 1);
	byte[0] ^= 1;
	scratch_text("/var/lib/holdfast/log", strchr(whole, '\n') + 1);
	assert_int_equal(verify(NULL, NULL), 1);
}

/* Who applied is the record's, who undoes is who runs. */
static void
test_who(void **state)
{
	(void)state;
	struct transaction transaction = here();
	char intent[4096];
	autofree char *path = scratch_path("/var/lib/holdfast/1/intent");
	assert_int_equal(apply(NULL, NULL), OUTCOME_DONE);
	FILE *in = fopen(path, "r");
	assert_non_null(in);
	intent[fread(intent, 1, sizeof intent - 1, in)] = '\0';
	fclose(in);
	char *user = strstr(intent, "\"user\":\"uid ");
	assert_non_null(user);
	autofree char *own = memory_copy(user, strcspn(user, ","));
	autofree char *other = memory_printf("%.*s\"user\":\"uid 77\"%s",
		(int)(user - intent), intent, user + strcspn(user, ","));
	scratch_text("/var/lib/holdfast/1/intent", other);
	put_state("committed");
	remove_file("/var/lib/holdfast/log");
	recover();
	assert_non_null(strstr(read_log(), "\"user\":\"uid 77\""));
	assert_null(strstr(read_log(), own));
	assert_int_equal(transaction_undo(&transaction, NULL, NULL), OUTCOME_DONE);
	assert_non_null(strstr(read_log(), own));
}

/* What was logged is what is gone on with. */
static void
test_not_what_was_logged(void **state)
{
	(void)state;
	struct transaction transaction = here();
	struct error err = ERROR_INIT;
	char *text, intent[4096] = " ";
	autofree char *path = scratch_path("/var/lib/holdfast/1/intent");
	assert_int_equal(apply(NULL, NULL), OUTCOME_DONE);
	FILE *in = fopen(path, "r");
	assert_non_null(in);
	assert_true(fread(intent + 1, 1, sizeof intent - 2, in) > 0);
	fclose(in);
	scratch_text("/var/lib/holdfast/1/intent", intent);
	put_state("undoing");
	assert_int_equal(transaction_recover(&transaction, &err), OUTCOME_NOT_RUN);
	assert_non_null(strstr(err.text, "change 1 can't be recovered: "));
	assert_non_null(strstr(err.text, "/1/intent: is not what the log knows of"));
	error_clear(&err);
	assert_new();
	assert_int_equal(verify(NULL, &text), 1);
	assert_non_null(strstr(text, "/1/intent: is not what the log knows of"));
	free(text);
	/* and a state that is gone is not that of a run which changed nothing */
	remove_file("/var/lib/holdfast/1/state");
	assert_int_equal(transaction_recover(&transaction, &err), OUTCOME_NOT_RUN);
	assert_non_null(strstr(err.text, "/1: its state is gone"));
	error_clear(&err);
	assert_int_equal(access(path, F_OK), 0);
}

/* What stands where something of the journal's should. */
static void
test_strangers(void **state)
{
	static const struct {
		const char *state, *name, *text; /* NULL: a directory */
		const char *said;
	} cases[] = {
		{ "trial", "1/trial", NULL,
			"can't read how long a change is on trial: File too large" },
		{ "done", "1/state", NULL,
			"can't read a change's state: File too large" },
		{ "done", "1/state", "done\ndone\ndone\ndone\n",
			"can't read a change's state: File too large" },
		{ "intent", "1/old.0", NULL, "/1/old.0: File too large" },
		{ "intent", "1/intent", NULL, "/1/intent: File too large" },
		{ "done", "log", NULL, "/log: can't be read: File too large" },
		{ "undoing", "1/state.new", NULL,
			"can't keep the state of the change: " },
		{ "done", "1", "", "can't open the change: Not a directory" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct transaction transaction = here();
		struct error err = ERROR_INIT;
		autofree char *name = memory_printf(
				      "/var/lib/holdfast/%s", cases[i].name),
			      *path = scratch_path(name), *away = scratch_path("/away");
		assert_int_equal(apply(NULL, NULL), OUTCOME_DONE);
		put_state(cases[i].state);
		if (rename(path, away) < 0)
			assert_int_equal(errno, ENOENT);
		if (cases[i].text != NULL)
			scratch_text(name, cases[i].text);
		else
			assert_int_equal(mkdir(path, 0700), 0);
		if (transaction_undo(&transaction, NULL, &err) != OUTCOME_NOT_RUN ||
			err.text == NULL || strstr(err.text, cases[i].said) == NULL)
			fail_msg("case %zu: %s", i, err.text);
		error_clear(&err);
		teardown(state);
		setup(state);
	}
}

static void
test_prune(void **state)
{
	(void)state;
	struct journal journal;
	struct error err = ERROR_INIT;
	struct transaction transaction = here();
	assert_int_equal(apply(NULL, &err), OUTCOME_DONE);
	int root = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(journal_open(root, NULL, false, &journal, &err), 0);
	assert_false(journal_is_pruned(&journal, 1));
	assert_int_equal(journal_prune(&journal, 1, &err), 1);
	assert_true(journal_is_pruned(&journal, 1));
	assert_int_equal(journal_prune(&journal, 1, &err), 0);
	/* what is no directory is no change */
	struct record record;
	scratch_text("/var/lib/holdfast/5", "");
	assert_false(journal_is_pruned(&journal, 5));
	assert_int_equal(journal_prune(&journal, 5, &err), -1);
	assert_non_null(strstr(err.text, "can't prune: Not a directory"));
	error_clear(&err);
	assert_int_equal(journal_load(&journal, 5, true, &record, NULL, &err), -1);
	assert_non_null(strstr(err.text, "can't open the change: Not a directory"));
	error_clear(&err);
	record_free(&record);
	assert_int_equal(journal_load(&journal, 6, true, &record, NULL, &err), -1);
	assert_string_equal(err.text, "there is no change 6");
	error_clear(&err);
	record_free(&record);
	assert_int_equal(
		journal_put_logins(&journal, 6, BYTES_TEXT("audit 1\n"), &err), -1);
	assert_non_null(strstr(err.text, "can't keep who is logged in: No such file"));
	error_clear(&err);
	remove_file("/var/lib/holdfast/5");
	journal_close(&journal);
	close(root);
	assert_file("/var/lib/holdfast/1/old.0", "");
	assert_file("/var/lib/holdfast/1/new.1", "");
	assert_int_equal(verify(NULL, NULL), 0);
	/* as one that was cut short leaves it */
	scratch_text("/var/lib/holdfast/1/new.1", "new\n");
	assert_int_equal(verify(NULL, NULL), 0);
	assert_int_equal(transaction_undo(&transaction, NULL, &err), OUTCOME_REFUSED);
	assert_non_null(strstr(err.text, "pruned"));
	error_clear(&err);
	assert_new();
}

static void
test_a_journal_that_is_open(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	autofree char *path = scratch_path("/var/lib/holdfast");
	scratch_text("/var/lib/holdfast/x", "");
	static const mode_t modes[] = { 0750, 0705, 0701, 0777 };
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_int_equal(apply(NULL, &err), OUTCOME_NOT_RUN);
		assert_non_null(strstr(err.text, "chmod 700"));
		error_clear(&err);
		struct transaction transaction = here();
		struct trial trial;
		unsigned long id;
		assert_int_equal(transaction_pending(&transaction, NULL), -1);
		assert_int_equal(
			transaction_on_trial(&transaction, &id, &trial, NULL), -1);
		assert_old();
	}
	assert_int_equal(chmod(path, 0700), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 12, 0), 0);
		assert_int_equal(apply(NULL, &err), OUTCOME_NOT_RUN);
		error_clear(&err);
		assert_old();
		assert_int_equal(chown(path, 0, 0), 0);
	}
	assert_int_equal(apply(NULL, &err), OUTCOME_DONE);
}

static void
test_where_there_is_none(void **state)
{
	(void)state;
	struct stat status;
	struct error err = ERROR_INIT;
	struct transaction transaction = here();
	autofree char *above = scratch_path("/var"), *own = scratch_path("/journal"),
		      *link_path = scratch_path("/link");
	assert_int_equal(transaction_pending(&transaction, &err), 0);
	assert_int_equal(transaction_recover(&transaction, &err), OUTCOME_DONE);
	assert_int_equal(transaction_undo(&transaction, NULL, &err), OUTCOME_REFUSED);
	error_clear(&err);
	assert_int_equal(stat(above, &status), -1);
	transaction.journal = own;
	assert_int_equal(transaction_pending(&transaction, &err), 0);
	assert_int_equal(stat(own, &status), -1);

	/* a directory of the caller's choice, but no link */
	scratch_link("/link", own);
	transaction.journal = own;
	assert_int_equal(apply(own, &err), OUTCOME_DONE);
	assert_int_equal(stat(above, &status), -1);
	assert_int_equal(stat(own, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	autofree char *first = memory_printf("%s/1", own);
	assert_int_equal(stat(first, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	transaction.journal = link_path;
	assert_int_not_equal(transaction_undo(&transaction, NULL, &err), OUTCOME_DONE);
	error_clear(&err);
	transaction.journal = own;
	assert_int_equal(transaction_undo(&transaction, NULL, &err), OUTCOME_DONE);
	assert_old();

	/* others go on through the directories that were made */
	assert_int_equal(apply(NULL, &err), OUTCOME_DONE);
	assert_int_equal(stat(above, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0755);
	autofree char *between = scratch_path("/var/lib");
	assert_int_equal(stat(between, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0755);
}

/* What is said of it when the root is the running system's; nothing is made there. */
static void
test_named(void **state)
{
	(void)state;
	struct journal journal;
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	(void)!journal_open(root, NULL, false, &journal, NULL);
	assert_string_equal(journal.path, JOURNAL_DEFAULT);
	journal_close(&journal);
	journal_close(&journal); /* there is nothing more to close */
	assert_true(fcntl(0, F_GETFD) >= 0);
	close(root);
}

/* The next after all that the journal has and the log tells of. */
static void
test_next_number(void **state)
{
	static const struct {
		const char *there[8];
		unsigned long logged, given;
	} cases[] = {
		{ { NULL }, 0, 1 },
		{ { NULL }, 9, 10 },
		{ { "7" }, 2, 8 },
		{ { "3" }, 9, 10 },
		{ { "4" }, 4, 5 },
		{ { "1", "5" }, 3, 6 },
		{ { "10", "9" }, 8, 11 },
		{ { "2", "3", "4", "5", "6", "7", "8", "999999990" }, 900000000,
			999999991 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct journal journal;
		struct record record;
		const struct changes none = { NULL, 0 };
		int root = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
		assert_int_equal(journal_open(root, NULL, true, &journal, NULL), 0);
		for (size_t k = 0; k < 8 && cases[i].there[k] != NULL; k++)
			assert_int_equal(mkdirat(journal.fd, cases[i].there[k], 0700), 0);
		assert_int_equal(record_make(root, &none, "", &record, NULL), 0);
		assert_int_equal(
			journal_begin(&journal, cases[i].logged, &record, NULL, NULL), 0);
		assert_int_equal(record.id, cases[i].given);
		record_free(&record);
		journal_close(&journal);
		close(root);
		teardown(state);
		setup(state);
	}
}

static json_t *
log_line(void)
{
	json_t *line = json_loads(read_log(), JSON_DISABLE_EOF_CHECK, NULL);
	assert_non_null(line);
	return line;
}

/* All that was changed, and whether others can read of it. */
static void
test_log_line(void **state)
{
	(void)state;
	static const struct {
		const char *file;
		bool old, new;
	} expected[] = { { "/etc/a", true, true }, { "/etc/b", false, true },
		{ "/etc/c", true, false } };
	struct stat status;
	autofree char *path = scratch_path("/var/lib/holdfast/log");
	assert_int_equal(apply(NULL, NULL), OUTCOME_DONE);
	json_t *line = log_line(), *files = json_object_get(line, "files");
	assert_int_equal(json_integer_value(json_object_get(line, "holdfast-log")), 1);
	assert_int_equal(json_integer_value(json_object_get(line, "id")), 1);
	assert_int_equal(json_array_size(files), 3);
	for (size_t i = 0; i < 3; i++) {
		const json_t *file = json_array_get(files, i);
		assert_string_equal(json_string_value(json_object_get(file, "file")),
			expected[i].file);
		assert_int_equal(strlen(json_string_value(json_object_get(file, "old"))),
			expected[i].old ? 64 : 0);
		assert_int_equal(strlen(json_string_value(json_object_get(file, "new"))),
			expected[i].new ? 64 : 0);
		assert_string_equal(
			json_string_value(json_object_get(file, "controls")), "");
	}
	json_decref(line);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_every_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_state, setup, teardown),
		cmocka_unit_test_setup_teardown(test_changed_since, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_displaced_and_not_looked_at, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damage_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_chain, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_not_what_was_logged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_strangers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_prune, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_journal_that_is_open, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_where_there_is_none, setup, teardown),
		cmocka_unit_test(test_named),
		cmocka_unit_test_setup_teardown(test_next_number, setup, teardown),
		cmocka_unit_test_setup_teardown(test_log_line, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
