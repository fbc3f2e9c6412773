#include "tests/unit/scratch.h"

#include <sys/xattr.h>

#include "enforcer/transaction.h"

static int
setup(void **state)
{
	(void)state;
	scratch_make();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	scratch_remove();
	return 0;
}

static void
put(const char *file, const char *text)
{
	autofree char *path = memory_printf("%s%s", scratch, file);
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

/* "" when there is no such file */
static void
assert_file(const char *file, const char *text)
{
	char have[100] = "";
	autofree char *path = memory_printf("%s%s", scratch, file);
	FILE *in = fopen(path, "r");
	if (in != NULL) {
		have[fread(have, 1, sizeof have - 1, in)] = '\0';
		fclose(in);
	}
	assert_string_equal(have, text);
}

static struct change
change(enum change_action action, char *file, char *old, char *new)
{
	return (struct change){ .action = action,
		.file = file,
		.old_data = old,
		.new_data = new,
		.old_size = old ? strlen(old) : 0,
		.new_size = new ? strlen(new) : 0,
		.mode = 0640 };
}

static enum outcome
apply(struct change *items, size_t count)
{
	struct transaction transaction = { .root = scratch,
		.in_place = scratch_in_place() };
	struct changes changes = { items, count };
	struct error err = ERROR_INIT;
	char *id = NULL;
	enum outcome outcome = transaction_apply(&transaction, &changes, &id, &err);
	assert_int_equal(outcome == OUTCOME_DONE, err.text == NULL);
	assert_true(outcome != OUTCOME_DONE || id != NULL);
	assert_int_equal(transaction_pending(&transaction, NULL), 0);
	free(id);
	error_clear(&err);
	return outcome;
}

static enum outcome
undo(void)
{
	struct transaction transaction = { .root = scratch,
		.in_place = scratch_in_place() };
	struct error err = ERROR_INIT;
	enum outcome outcome = transaction_undo(&transaction, NULL, &err);
	error_clear(&err);
	assert_int_equal(transaction_pending(&transaction, NULL), 0);
	return outcome;
}

static void
test_apply_and_undo(void **state)
{
	(void)state;
	struct stat status;
	char value[8];
	struct change all[] = { change(CHANGE_REPLACE, "/a", "one\n", "two\n"),
		change(CHANGE_CREATE, "/b", NULL, "new\n"),
		change(CHANGE_REMOVE, "/c", "gone\n", NULL) };
	autofree char *a = memory_printf("%s/a", scratch),
		      *c = memory_printf("%s/c", scratch);
	put("/a", "one\n");
	put("/c", "gone\n");
	assert_int_equal(chmod(a, 0604) | chmod(c, 0640), 0);
	assert_int_equal(setxattr(c, "user.x", "kept", 4, 0), 0);
	assert_int_equal(apply(all, 3), OUTCOME_DONE);
	assert_file("/a", "two\n");
	assert_file("/b", "new\n");
	assert_file("/c", "");
	assert_int_equal(stat(a, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0604);
	assert_int_equal(undo(), OUTCOME_DONE);
	assert_file("/a", "one\n");
	assert_file("/b", "");
	assert_file("/c", "gone\n");
	assert_file("/.a.holdfast", "");
	assert_file("/.c.holdfast", "");
	assert_int_equal(stat(c, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0640);
	assert_int_equal(getxattr(c, "user.x", value, sizeof value), 4);
	assert_int_equal(undo(), OUTCOME_REFUSED);
}

static void
test_conflicts(void **state)
{
	(void)state;
	struct change all[] = { change(CHANGE_REPLACE, "/a", "one\n", "two\n"),
		change(CHANGE_REPLACE, "/b", "old\n", "new\n") };
	put("/a", "one\n");
	put("/b", "somebody's\n");
	assert_int_equal(apply(all, 2), OUTCOME_REFUSED);
	assert_file("/a", "one\n");
	assert_file("/b", "somebody's\n");
	put("/b", "old\n");
	assert_int_equal(apply(all, 2), OUTCOME_DONE);
	put("/a", "edited\n");
	assert_int_equal(undo(), OUTCOME_REFUSED);
	assert_file("/a", "edited\n");
	assert_file("/b", "new\n");
	put("/a", "two\n");
	assert_int_equal(undo(), OUTCOME_DONE);
	assert_file("/a", "one\n");
	assert_file("/b", "old\n");
}

static void
test_links(void **state)
{
	(void)state;
	struct change all[] = { change(CHANGE_REPLACE, "/link", "one\n", "two\n") };
	struct stat status;
	autofree char *link_path = memory_printf("%s/link", scratch),
		      *a = memory_printf("%s/a", scratch),
		      *b = memory_printf("%s/b", scratch);
	put("/a", "one\n");
	assert_int_equal(symlink("/a", link_path), 0);
	assert_int_equal(apply(all, 1), OUTCOME_REFUSED);
	assert_file("/a", "one\n");
	assert_int_equal(lstat(link_path, &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	all[0].file = "/a";
	assert_int_equal(link(a, b), 0);
	assert_int_equal(apply(all, 1), OUTCOME_REFUSED);
	assert_file("/a", "one\n");
	assert_int_equal(unlink(b), 0);
	assert_int_equal(apply(all, 1), OUTCOME_DONE);
	assert_file("/a", "two\n");
}

static enum outcome
undo_number(const char *id, const char *because)
{
	struct transaction transaction = { .root = scratch,
		.in_place = scratch_in_place() };
	struct error err = ERROR_INIT;
	enum outcome outcome = transaction_undo(&transaction, id, &err);
	if (because != NULL) {
		assert_non_null(err.text);
		assert_non_null(strstr(err.text, because));
	} else {
		assert_null(err.text);
	}
	error_clear(&err);
	return outcome;
}

static void
test_the_order_of_undoing(void **state)
{
	(void)state;
	struct change first[] = { change(CHANGE_REPLACE, "/a", "one\n", "two\n"),
		change(CHANGE_REPLACE, "/b", "one\n", "two\n") };
	struct change second[] = { change(CHANGE_REPLACE, "/b", "two\n", "three\n") };
	put("/a", "one\n");
	put("/b", "one\n");
	assert_int_equal(apply(first, 2), OUTCOME_DONE);
	assert_int_equal(apply(second, 1), OUTCOME_DONE);
	assert_int_equal(undo_number("1", "undo 2 first"), OUTCOME_REFUSED);
	char *id;
	struct changes changes;
	struct transaction transaction = { .root = scratch };
	put("/var/lib/holdfast/2/state", "nonsense\n");
	assert_int_equal(transaction_undo_preview(&transaction, "1", &id, &changes, NULL),
		OUTCOME_NOT_RUN);
	put("/var/lib/holdfast/2/state", "done\n");
	assert_file("/a", "two\n");
	assert_file("/b", "three\n");
	assert_int_equal(undo_number("3", "no change 3"), OUTCOME_REFUSED);
	assert_int_equal(undo_number("2", NULL), OUTCOME_DONE);
	assert_int_equal(undo_number("2", "undone already"), OUTCOME_REFUSED);
	assert_int_equal(undo_number("1", NULL), OUTCOME_DONE);
	assert_file("/a", "one\n");
	assert_file("/b", "one\n");
}

/* Change 1 of /a and /b, then 2 of the files given; what undoing 1 says. */
static void
test_a_later_change(void **state)
{
	static const struct {
		const char *files[2];
		const char *name, *text; /* what is written over then */
		enum outcome outcome;
		const char *because;
	} cases[] = {
		{ { "/b", "/c" }, NULL, NULL, OUTCOME_REFUSED,
			"change 2 changed /b after change 1: undo 2 first" },
		{ { "/c", "/a" }, NULL, NULL, OUTCOME_REFUSED, "changed /a after" },
		{ { "/c", "/d" }, NULL, NULL, OUTCOME_DONE, NULL },
		{ { "/b", "/c" }, "2/state", "trial\n", OUTCOME_REFUSED, "undo 2 first" },
		{ { "/b", "/c" }, "2/state", "undone\n", OUTCOME_DONE, NULL },
		{ { "/b", "/c" }, "2/intent", "{}", OUTCOME_REFUSED,
			"/2/intent: this is no record" },
		{ { "/c", "/d" }, "1/intent", NULL, OUTCOME_REFUSED,
			"/1/intent: is not what the log knows of" },
		{ { "/c", "/d" }, "log", "", OUTCOME_REFUSED,
			"/log: knows nothing of change 1" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[3000] = " ";
		struct trial trial;
		struct change first[] = { change(CHANGE_CREATE, "/a", NULL, "two\n"),
			change(CHANGE_CREATE, "/b", NULL, "two\n") };
		struct change second[] = { change(CHANGE_CREATE, NULL, NULL, "x\n"),
			change(CHANGE_CREATE, NULL, NULL, "x\n") };
		assert_int_equal(apply(first, 2), OUTCOME_DONE);
		for (size_t k = 0; k < 2; k++) {
			second[k].file = (char *)cases[i].files[k];
			autofree char *path = scratch_path(second[k].file);
			unlink(path);
		}
		assert_int_equal(apply(second, 2), OUTCOME_DONE);
		if (i < 5) {
			put("/a", "two\n");
			put("/b", "two\n");
		}
		autofree char *name = memory_printf("/var/lib/holdfast/%s",
			cases[i].name != NULL ? cases[i].name : "");
		if (cases[i].name != NULL && cases[i].text == NULL) {
			/* the same, but not the same bytes */
			autofree char *path = scratch_path(name);
			FILE *in = fopen(path, "r");
			assert_non_null(in);
			assert_true(fread(text + 1, 1, sizeof text - 2, in) > 100);
			fclose(in);
			put(name, text);
		} else if (cases[i].name != NULL) {
			put(name, cases[i].text);
			assert_int_equal(trial_make(600, &trial, NULL), 0);
			autofree char *until = trial_text(&trial);
			put("/var/lib/holdfast/2/trial", until);
		}
		enum outcome outcome = undo_number("1", cases[i].because);
		if (outcome != cases[i].outcome)
			fail_msg("case %zu: %d", i, (int)outcome);
		teardown(state);
		setup(state);
	}
}

/* The journal's names are numbers from 1 to 999999999. */
static void
test_numbers(void **state)
{
	(void)state;
	char *id;
	struct changes changes;
	struct error err = ERROR_INIT;
	struct transaction transaction = { .root = scratch };
	struct change one = change(CHANGE_CREATE, "/a", NULL, "x\n"),
		      two = change(CHANGE_CREATE, "/b", NULL, "x\n");
	static const char *const names[] = { "/0", "/1000000000", "/01x", "/999999999" };
	autofree char *journal = scratch_path("/var/lib/holdfast");
	for (size_t i = 0; i < 4; i++) {
		autofree char *name = memory_printf(
			"/var/lib/holdfast%s/intent", names[i]);
		scratch_text(name, "{");
	}
	assert_int_equal(chmod(journal, 0700), 0);
	assert_int_equal(apply(&one, 1), OUTCOME_DONE);
	for (size_t i = 0; i < 4; i++) {
		autofree char *path = memory_printf("%s%s", journal, names[i]);
		assert_int_equal(access(path, F_OK), i < 3 ? 0 : -1);
	}
	assert_int_equal(
		undo_number("1000000000", "named by its number"), OUTCOME_REFUSED);
	assert_int_equal(undo_number("0", "named by its number"), OUTCOME_REFUSED);
	assert_int_equal(undo_number("999999999", "there is no change 999999999"),
		OUTCOME_REFUSED);
	/* no number that the log tells of is given again */
	autofree char *first = memory_printf("%s/1", journal),
		      *moved = scratch_path("/moved");
	assert_int_equal(rename(first, moved), 0);
	assert_int_equal(apply(&two, 1), OUTCOME_DONE);
	autofree char *second = memory_printf("%s/2", journal);
	assert_int_equal(access(second, F_OK), 0);
	/* nor one that the journal has, whatever became of the log */
	autofree char *log = memory_printf("%s/log", journal),
		      *third = memory_printf("%s/3", journal);
	struct change three = change(CHANGE_CREATE, "/c", NULL, "x\n");
	assert_int_equal(unlink(log), 0);
	assert_int_equal(apply(&three, 1), OUTCOME_DONE);
	assert_int_equal(access(third, F_OK), 0);
	/* what is not finished is no change yet */
	put("/var/lib/holdfast/2/state", "intent\n");
	assert_int_equal(transaction_undo_preview(&transaction, "2", &id, &changes, &err),
		OUTCOME_REFUSED);
	assert_string_equal(err.text,
		"change 2 is not finished: run apply or undo without a number first");
	error_clear(&err);
}

/* What the journal can't keep is not removed, for it could not come back. */
static void
test_what_can_not_be_kept(void **state)
{
	(void)state;
	struct change all[] = { change(CHANGE_REMOVE, "/a", "one\n", NULL) };
	autofree char *a = memory_printf("%s/a", scratch);
	put("/a", "one\n");
	if (setxattr(a, "user.\xff", "x", 1, 0) < 0)
		skip(); /* a file system without */
	assert_int_not_equal(apply(all, 1), OUTCOME_DONE);
	assert_file("/a", "one\n");
	assert_int_equal(removexattr(a, "user.\xff"), 0);
	assert_int_equal(apply(all, 1), OUTCOME_DONE);
	assert_file("/a", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_apply_and_undo, setup, teardown),
		cmocka_unit_test_setup_teardown(test_conflicts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_links, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_the_order_of_undoing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_later_change, setup, teardown),
		cmocka_unit_test_setup_teardown(test_numbers, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_what_can_not_be_kept, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
