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
	assert_file("/a", "two\n");
	assert_file("/b", "three\n");
	assert_int_equal(undo_number("3", "no change 3"), OUTCOME_REFUSED);
	assert_int_equal(undo_number("2", NULL), OUTCOME_DONE);
	assert_int_equal(undo_number("2", "undone already"), OUTCOME_REFUSED);
	assert_int_equal(undo_number("1", NULL), OUTCOME_DONE);
	assert_file("/a", "one\n");
	assert_file("/b", "one\n");
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
		cmocka_unit_test_setup_teardown(
			test_what_can_not_be_kept, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
