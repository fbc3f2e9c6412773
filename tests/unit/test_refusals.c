/* What is said when a file can't be changed, and that nothing is changed then. */
#include "tests/unit/three_files.h"

#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>

#include "enforcer/confirm.h"

static void
say(enum outcome outcome, struct error *err)
{
	told->status = (int)outcome;
	if (err->text != NULL)
		tell(NULL, err->text);
	error_clear(err);
}

static void
apply(const char *journal)
{
	struct error err = ERROR_INIT;
	struct transaction transaction = here(journal);
	memset(told, 0, sizeof *told);
	say(apply_three(&transaction, &err), &err);
}

static void
undo(const char *journal)
{
	struct error err = ERROR_INIT;
	struct transaction transaction = here(journal);
	memset(told, 0, sizeof *told);
	say(transaction_undo(&transaction, NULL, &err), &err);
}

static void
assert_told(int status, const char *part)
{
	if (told->status != status || strstr(told->text, part) == NULL)
		fail_msg(
			"status %d: \"%s\" lacks \"%s\"", told->status, told->text, part);
}

static void
assert_old(void)
{
	assert_true(stands("/etc/a", "one\n") && stands("/etc/b", NULL));
	assert_true(stands("/etc/c", "gone\n") && stands("/etc/.a.holdfast", NULL));
	assert_true(stands("/etc/.b.holdfast", NULL) && stands("/etc/.c.holdfast", NULL));
}

static void
assert_logged(const char *part)
{
	char log[4096] = "";
	autofree char *path = scratch_path("/var/lib/holdfast/log");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0 && read(fd, log, sizeof log - 1) > 0);
	close(fd);
	assert_non_null(strstr(log, part));
}

static const struct call {
	long number, at;
	int error, status;
	const char *said;
} failing[] = {
	{ SYS_renameat2, 1, EROFS, 2,
		"/etc/a: can't exchange it with the new file: the file system is "
		"read-only; remount" },
	{ SYS_renameat2, 1, EXDEV, 2,
		"/etc/a: can't exchange it with the new file: something is "
		"mounted over it" },
	{ SYS_renameat2, 1, EBUSY, 2, "something is mounted over it" },
	{ SYS_renameat2, 1, EPERM, 2, "with the new file: Operation not permitted" },
	{ SYS_renameat2, 1, EACCES, 2, "with the new file: Permission denied" },
	{ SYS_renameat2, 1, EIO, 2, "with the new file: Input/output error" },
	{ SYS_renameat2, 1, ENOENT, 1, "/etc/a: somebody removed it meanwhile" },
	{ SYS_renameat2, 2, EEXIST, 1, "/etc/b: somebody created it meanwhile" },
	{ SYS_renameat2, 2, EIO, 2, "/etc/b: can't create it: Input/output error" },
	{ SYS_renameat2, 3, EEXIST, 1, "/etc/c: .c.holdfast stands beside it" },
	{ SYS_renameat2, 3, ENOENT, 1, "/etc/c: somebody removed it meanwhile" },
	{ SYS_renameat2, 3, EIO, 2, "/etc/c: can't take it away: Input/output error" },
	{ SYS_linkat, 1, EEXIST, 1, "/etc/a: .a.holdfast stands beside it" },
	{ SYS_linkat, 1, EIO, 2, "/etc/a: can't make the new file beside it" },
	{ SYS_flock, 1, ENOLCK, 3, "can't be locked" },
	{ SYS_flock, 1, EINTR, 0, "" },
	{ SYS_flock, 1, EWOULDBLOCK, 0, "another holdfast was at work; it is done" },
};

static void
act(const void *data)
{
	const struct call *call = data;
	calls_begin(call->number, call->at, call->error);
	apply(NULL);
	calls_end();
	told->met = calls.met != NULL;
}

static void
test_calls_that_fail(void **state)
{
	for (size_t i = 0; i < sizeof failing / sizeof *failing; i++) {
		calls_apart(act, &failing[i]);
		assert_true(told->met);
		assert_told(failing[i].status, failing[i].said);
		if (failing[i].status != 0)
			assert_old();
		/* what the log says then */
		if (failing[i].status == 1)
			assert_logged("\"apply\",\"result\":\"refused\"");
		if (failing[i].status == 2)
			assert_logged("\"apply\",\"result\":\"undone\"");
		teardown(state);
		setup(state);
	}
}

/* False where a file system has none of these flags, or we may not set them. */
static bool
mark(const char *name, int wanted)
{
	int flags;
	autofree char *path = scratch_path(name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool good = ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0;
	flags = (flags & ~(FS_IMMUTABLE_FL | FS_APPEND_FL)) | wanted;
	good = good && ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
	close(fd);
	return good;
}

static void
test_marked(void **state)
{
	(void)state;
	static const struct {
		const char *file;
		int flag;
		const char *said;
	} cases[] = {
		{ "/etc/a", FS_IMMUTABLE_FL,
			"/etc/a: can't exchange it with the new file: it is marked "
			"immutable; 'chattr -i' on it" },
		{ "/etc/a", FS_APPEND_FL, "it is marked append-only; 'chattr -a' on it" },
		{ "/etc/c", FS_IMMUTABLE_FL,
			"/etc/c: can't take it away: it is marked immutable; 'chattr "
			"-i'" },
		{ "/etc", FS_IMMUTABLE_FL,
			"/etc/a: can't make the new file beside it: its directory is "
			"marked immutable or append-only" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (!mark(cases[i].file, cases[i].flag))
			skip();
		apply(NULL);
		assert_true(mark(cases[i].file, 0));
		assert_told(2, cases[i].said);
		assert_old();
	}
	apply(NULL);
	assert_told(0, "");
}

/* A journal outside of its root names it. */
static void
test_whose_journal(void **state)
{
	(void)state;
	char first[sizeof scratch], text[200];
	autofree char *journal = scratch_path("/journal"),
		      *root = scratch_path("/journal/root");
	apply(journal);
	assert_told(0, "");
	autofree char *named = memory_printf("%s\n", scratch);
	assert_true(stands("/journal/root", named) || strlen(named) > 18);
	int fd = open(root, O_RDONLY | O_CLOEXEC);
	ssize_t size = read(fd, text, sizeof text - 1);
	close(fd);
	assert_int_equal(size, strlen(named));
	assert_memory_equal(text, named, (size_t)size);
	/* one that was cut short is made anew, one of another root refused */
	assert_int_equal(unlink(root), 0);
	scratch_text("/journal/root.new", "half");
	undo(journal);
	assert_told(0, "");
	assert_int_equal(access(root, F_OK), -1);
	apply(journal);
	assert_told(0, "");
	undo(journal);
	strcpy(first, scratch);
	setup(state);
	apply(journal);
	assert_told(3, "is the journal of the root ");
	autofree char *said = memory_printf("%s: give each root its own", first);
	assert_non_null(strstr(told->text, said));
	assert_old();
	scratch_remove();
	strcpy(scratch, first);
	scratch_text("/journal/root", "/elsewhere");
	apply(journal);
	assert_told(3, "of the root /elsewhere: give");
	scratch_text("/journal/root", "");
	apply(journal);
	assert_told(3, "of the root : give");
	assert_int_equal(unlink(root) | mkdir(root, 0700), 0);
	apply(journal);
	assert_told(3, "can't read whose it is");
	autofree char *below = scratch_path("/none/journal");
	apply(below);
	assert_told(3, "/none/journal: can't be made");
	scratch_text("/file", "");
	autofree char *file = scratch_path("/file");
	apply(file);
	assert_told(3, "/file: can't be opened: Not a directory");
	assert_old();
}

static void
test_refused(void **state)
{
	(void)state;
	char *id;
	struct error err = ERROR_INIT;
	struct changes changes;
	struct transaction transaction = { .root = "/nonexistent" };
	unsigned long trial_id;
	struct trial trial;
	assert_int_equal(transaction_pending(&transaction, &err), -1);
	assert_string_equal(err.text, "/nonexistent: No such file or directory");
	error_clear(&err);
	assert_int_equal(transaction_on_trial(&transaction, &trial_id, &trial, &err), -1);
	assert_string_equal(err.text, "/nonexistent: No such file or directory");
	error_clear(&err);
	assert_int_equal(transaction_undo(&transaction, NULL, &err), OUTCOME_NOT_RUN);
	assert_string_equal(err.text, "/nonexistent: No such file or directory");
	/* what was never opened is not closed either */
	assert_true(fcntl(0, F_GETFD) >= 0);
	error_clear(&err);
	assert_int_equal(
		transaction_undo_preview(&transaction, NULL, &id, &changes, &err),
		OUTCOME_NOT_RUN);
	assert_null(id);
	assert_string_equal(err.text, "/nonexistent: No such file or directory");
	error_clear(&err);
	assert_int_equal(transaction_recover(&transaction, &err), OUTCOME_NOT_RUN);
	error_clear(&err);
	transaction.root = scratch;
	assert_int_equal(transaction_on_trial(&transaction, &trial_id, &trial, &err), 0);
	assert_int_equal(
		transaction_undo_preview(&transaction, NULL, &id, &changes, &err),
		OUTCOME_REFUSED);
	assert_non_null(
		strstr(err.text, "there is no journal: nothing was changed here"));
	error_clear(&err);
	assert_int_equal(transaction_undo(&transaction, NULL, &err), OUTCOME_REFUSED);
	assert_non_null(
		strstr(err.text, "there is no journal: nothing was changed here"));
	error_clear(&err);
	/* the journal is nothing to be changed */
	struct change own = planned(CHANGE_CREATE, "/var/lib/holdfast/x", NULL, "x");
	changes = (struct changes){ &own, 1 };
	assert_int_equal(
		transaction_apply(&transaction, &changes, &id, &err), OUTCOME_REFUSED);
	assert_string_equal(err.text, "/var/lib/holdfast/x: is holdfast's own");
	assert_null(id);
	error_clear(&err);
	assert_int_equal(
		transaction_undo_preview(&transaction, NULL, &id, &changes, &err),
		OUTCOME_REFUSED);
	assert_string_equal(err.text, "there is no change that is not undone");
	error_clear(&err);
	assert_int_equal(transaction_undo(&transaction, "x", &err), OUTCOME_REFUSED);
	assert_non_null(strstr(err.text, "a change is named by its number"));
	error_clear(&err);
	own.file = "/var/lib/holdfast.conf";
	assert_int_equal(
		transaction_apply(&transaction, &(struct changes){ &own, 1 }, &id, &err),
		OUTCOME_DONE);
	assert_string_equal(id, "1");
	free(id);
	assert_int_equal(confirm_is_possible(&transaction, &err), -1);
	assert_non_null(strstr(err.text, "nobody logs in to "));
	error_clear(&err);
	transaction.root = "/nonexistent";
	assert_int_equal(confirm_is_possible(&transaction, &err), -1);
	assert_non_null(strstr(err.text, "nobody logs in to "));
	error_clear(&err);
	transaction.root = "/";
	transaction.journal = "/journal";
	assert_int_equal(confirm_is_possible(&transaction, &err), -1);
	assert_string_equal(err.text, "it needs the default journal");
	error_clear(&err);
}

static void
test_preview(void **state)
{
	(void)state;
	char *id;
	struct changes changes;
	struct transaction transaction = { .root = scratch };
	autofree char *c = scratch_path("/etc/c");
	assert_int_equal(chmod(c, 0604), 0);
	apply(NULL);
	assert_int_equal(transaction_undo_preview(&transaction, "1", &id, &changes, NULL),
		OUTCOME_DONE);
	assert_string_equal(id, "1");
	assert_int_equal(changes.count, 3);
	static const struct {
		enum change_action action;
		const char *file, *old, *new;
		mode_t mode;
	} expected[] = { { CHANGE_CREATE, "/etc/c", "", "gone\n", 0604 },
		{ CHANGE_REMOVE, "/etc/b", "new\n", "", 0640 },
		{ CHANGE_REPLACE, "/etc/a", "two\n", "one\n", 0 } };
	for (size_t i = 0; i < 3; i++) {
		const struct change *item = &changes.items[i];
		assert_int_equal(item->action, expected[i].action);
		assert_string_equal(item->file, expected[i].file);
		assert_string_equal(item->old_data, expected[i].old);
		assert_string_equal(item->new_data, expected[i].new);
		assert_int_equal(item->old_size, strlen(expected[i].old));
		assert_int_equal(item->new_size, strlen(expected[i].new));
		assert_int_equal(item->mode, expected[i].mode);
		assert_int_equal(strlen(item->old_sha256), *expected[i].old ? 64 : 0);
		assert_string_equal(item->controls, "");
	}
	free(id);
	changes_free(&changes);
	assert_int_equal(changes.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_calls_that_fail, setup, teardown),
		cmocka_unit_test_setup_teardown(test_marked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_whose_journal, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_preview, setup, teardown),
	};
	return told_make() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
