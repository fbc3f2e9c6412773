/* Errands: what they are asked with comes from a stranger. */
#include "tests/unit/scratch.h"

#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "enforcer/errands_parts.h"
#include "enforcer/journal.h"
#include "enforcer/run.h"
#include "enforcer/way.h"

static struct transaction transaction;
static struct errands errands;
static struct run run;
static struct record record;
static struct buffer notes;

static void
collect_note(void *data, const char *line)
{
	(void)data;
	buffer_printf(&notes, "%s\n", line);
}

/* A run with the creation of /etc/a begun. */
static int
setup(void **state)
{
	(void)state;
	bool waited;
	scratch_make();
	autofree char *etc = memory_printf("%s/etc", scratch);
	assert_int_equal(mkdir(etc, 0755), 0);
	struct change change = { .action = CHANGE_CREATE,
		.file = "/etc/a",
		.new_data = "new\n",
		.new_size = 4,
		.mode = 0640 };
	const struct changes changes = { &change, 1 };
	transaction = (struct transaction){
		.root = scratch, .policy_sha256 = "", .note = collect_note
	};
	assert_int_equal(errands_start(&transaction, &errands, NULL), 0);
	transaction.errands = &errands;
	assert_int_equal(run_open(&transaction, &run, NULL), 0);
	assert_int_equal(journal_open(run.root, NULL, true, &run.journal, NULL), 0);
	assert_int_equal(journal_lock(&run.journal, &waited, NULL), 0);
	assert_int_equal(record_make(run.root, &changes, "", &record, NULL), 0);
	assert_int_equal(journal_begin(&run.journal, 0, &record, NULL, NULL), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	errands_end(&errands);
	record_free(&record);
	run_end(&run);
	buffer_free(&notes);
	scratch_remove();
	return 0;
}

static void
assert_says(const struct errand *errand, const char *wanted)
{
	struct error err = ERROR_INIT;
	assert_int_equal(errands_run(&transaction, errand, NULL, &err), -1);
	assert_string_equal(err.text, wanted);
	error_clear(&err);
}

static bool
is_there(const char *name)
{
	autofree char *path = scratch_path(name);
	return access(path, F_OK) == 0;
}

static void
test_files(void **state)
{
	(void)state;
	char *word;
	const struct errand early = {
		.kind = ERRAND_FILES, .id = 1, .how = WAY_UNDO, .lock = run.journal.fd
	};
	assert_says(&early, "the change is not begun");
	assert_int_equal(way_take(&run, &record, WAY_APPLY, &word, NULL), OUTCOME_DONE);
	assert_null(word);
	assert_true(is_there("/etc/a"));
	const struct errand again = {
		.kind = ERRAND_FILES, .id = 1, .lock = run.journal.fd
	};
	assert_says(&again, "the change is not begun");
}

static void
test_validate(void **state)
{
	(void)state;
	struct change change = {
		.action = CHANGE_CREATE, .file = "/etc/a", .new_data = "", .mode = 0640
	};
	const struct changes changes = { &change, 1 };
	assert_int_equal(run_validate(&run, &changes, NULL), 0);
	autofree char *wanted = memory_printf(
		"/etc/a: not validated by the daemon (%s is not the running system)\n",
		scratch);
	assert_string_equal(notes.data, wanted);
}

static void
test_no_errands(void **state)
{
	(void)state;
	const char *const none = "that is no errand";
	assert_says(&(struct errand){ .kind = ERRAND_COUNT }, none);
	assert_says(&(struct errand){ .kind = 1u << 31 }, none);
	assert_says(&(struct errand){ .kind = ERRAND_VALIDATE }, none);
	assert_says(&(struct errand){ .kind = ERRAND_FILES, .id = 1, .how = WAY_COUNT },
		none);
	assert_says(&(struct errand){ .kind = ERRAND_RESUME, .id = 1, .how = STATE_NONE },
		none);
	assert_says(&(struct errand){ .kind = ERRAND_FILES, .id = 1ul << 40 }, none);
	/* of a root that does not run */
	assert_says(&(struct errand){ .kind = ERRAND_ACTIVATE, .id = 1 }, none);
	assert_says(&(struct errand){ .kind = ERRAND_CHECK_BOOT }, none);
	assert_says(&(struct errand){ .kind = ERRAND_START_TIMER, .id = 1, .how = 600 },
		none);
}

/* The process ends with whoever asks, also amid an errand, and the lock with it. */
static void
test_end(void **state)
{
	(void)state;
	bool waited;
	assert_int_equal(kill(errands.pid, SIGTERM), 0);
	test_validate(NULL);
	assert_int_equal(kill(errands.pid, SIGSTOP), 0);
	const struct errand_request request = { .kind = ERRAND_STOP_TIMER };
	assert_true(errands_send(errands.fd, &request, sizeof request));
	assert_int_equal(kill(errands.pid, SIGKILL), 0);
	const struct errand files = {
		.kind = ERRAND_FILES, .id = 1, .lock = run.journal.fd
	};
	assert_says(&files, "the process that runs errands is gone");
	assert_false(is_there("/etc/a"));
	journal_close(&run.journal);
	assert_int_equal(journal_open(run.root, NULL, false, &run.journal, NULL), 0);
	assert_int_equal(journal_lock(&run.journal, &waited, NULL), 0);
	assert_false(waited);
}

static int
unpack(const struct changes *changes, size_t cut, size_t *ret_count)
{
	autobuffer struct buffer packed = { 0 };
	struct changes got;
	errands_pack(changes, &packed);
	*ret_count = 0;
	if (cut > packed.size)
		return 1;
	int status = errands_unpack(
		(struct bytes){ packed.data, packed.size - cut }, &got);
	*ret_count = got.count;
	changes_free(&got);
	return status;
}

static void
test_pack(void **state)
{
	(void)state;
	struct change items[] = {
		{ .action = CHANGE_REPLACE,
			.file = "/etc/a",
			.old_data = "o\0",
			.old_size = 2,
			.new_data = "",
			.mode = 0 },
		{ .action = CHANGE_REMOVE,
			.file = "/etc/b",
			.old_data = "x",
			.old_size = 1 },
	};
	struct changes changes = { items, 2 }, got;
	autobuffer struct buffer packed = { 0 };
	size_t count;
	errands_pack(&changes, &packed);
	assert_int_equal(
		errands_unpack((struct bytes){ packed.data, packed.size }, &got), 0);
	assert_int_equal(got.count, 2);
	assert_int_equal(got.items[0].old_size, 2);
	assert_memory_equal(got.items[0].old_data, "o\0", 2);
	assert_int_equal(got.items[0].new_size, 0);
	assert_non_null(got.items[0].new_data);
	assert_string_equal(got.items[1].file, "/etc/b");
	assert_int_equal(got.items[1].action, CHANGE_REMOVE);
	assert_null(got.items[1].new_data);
	changes_free(&got);
	/* cut anywhere but between the two */
	size_t whole = 0;
	for (size_t cut = 1; cut <= packed.size; cut++)
		whole += unpack(&changes, cut, &count) == 0;
	assert_int_equal(whole, 1);
}

static void
test_pack_nonsense(void **state)
{
	(void)state;
	static const char *const names[] = { "", "etc/a", "/", "/etc/", "//etc/a",
		"/etc/../a", "/etc/./a", "/etc/.." };
	struct change item = { .action = CHANGE_CREATE, .new_data = "" };
	const struct changes changes = { &item, 1 };
	size_t count;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		item.file = (char *)names[i];
		assert_int_equal(unpack(&changes, 0, &count), -1);
	}
	item.file = "/etc/..a";
	assert_int_equal(unpack(&changes, 0, &count), 0);
	item.mode = 010000;
	assert_int_equal(unpack(&changes, 0, &count), -1);
	item.mode = 0;
	item.action = CHANGE_REMOVE + 1;
	assert_int_equal(unpack(&changes, 0, &count), -1);
	item.action = CHANGE_REMOVE; /* with new bytes */
	assert_int_equal(unpack(&changes, 0, &count), -1);
	item.action = CHANGE_REPLACE; /* without old ones */
	assert_int_equal(unpack(&changes, 0, &count), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_validate, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_errands, setup, teardown),
		cmocka_unit_test_setup_teardown(test_end, setup, teardown),
		cmocka_unit_test(test_pack),
		cmocka_unit_test(test_pack_nonsense),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
