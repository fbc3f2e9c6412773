/* What verify_journal says of a journal that somebody touched, and the log it reads. */
#include "tests/unit/scratch.h"

#include "enforcer/journal.h"
#include "enforcer/transaction.h"
#include "enforcer/verify.h"

#define JOURNAL "/var/lib/holdfast"

static enum outcome
apply(char *file)
{
	char *id = NULL, bytes[] = "new\n", controls[] = "control";
	struct change item = { .action = CHANGE_CREATE,
		.file = file,
		.new_data = bytes,
		.new_size = 4,
		.mode = 0640,
		.controls = controls };
	struct changes changes = { &item, 1 };
	struct transaction transaction = { .root = scratch };
	enum outcome outcome = transaction_apply(&transaction, &changes, &id, NULL);
	free(id);
	return outcome;
}

/* Two changes, the second undone. */
static int
setup(void **state)
{
	(void)state;
	struct transaction transaction = { .root = scratch };
	char a[] = "/a", b[] = "/b";
	scratch_make();
	assert_int_equal(apply(a), OUTCOME_DONE);
	assert_int_equal(apply(b), OUTCOME_DONE);
	return transaction_undo(&transaction, NULL, NULL) == OUTCOME_DONE ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	scratch_remove();
	return 0;
}

/* The status, and what it prints or why not; the caller frees. */
static int
verify(const char *head, char **ret_said)
{
	struct journal journal;
	struct error err = ERROR_INIT;
	char *printed = NULL;
	size_t size;
	FILE *saved = stdout;
	int root = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(journal_open(root, NULL, false, &journal, &err), 0);
	stdout = open_memstream(&printed, &size);
	int status = verify_journal(&journal, head, &err);
	fclose(stdout);
	stdout = saved;
	journal_close(&journal);
	close(root);
	assert_int_equal(status == 0, err.text == NULL);
	*ret_said = memory_printf("%s%s", printed, err.text != NULL ? err.text : "");
	free(printed);
	error_clear(&err);
	return status;
}

static void
assert_says(int status, const char *part)
{
	char *said;
	int have = verify(NULL, &said);
	if (have != status || strstr(said, part) == NULL)
		fail_msg("%d: \"%s\" lacks \"%s\"", have, said, part);
	free(said);
}

static void
test_whole(void **state)
{
	(void)state;
	char *said, head[65] = "";
	assert_says(0, "3 lines, 2 changes: whole. Head: ");
	assert_int_equal(verify(NULL, &said), 0);
	memcpy(head, strstr(said, "Head: ") + 6, 64);
	assert_null(strstr(said, "cut short"));
	free(said);
	assert_int_equal(verify(head, &said), 0);
	free(said);
	head[63] ^= 1;
	assert_int_equal(verify(head, &said), 1);
	assert_non_null(strstr(said, "holds no line with the hash"));
	free(said);
}

static void
move(const char *from, const char *to)
{
	autofree char *one = scratch_path(from), *two = scratch_path(to);
	assert_int_equal(rename(one, two), 0);
}

static void
test_touched(void **state)
{
	static const struct {
		const char *file, *text; /* NULL: it is taken away */
		int status;
		const char *said;
	} cases[] = {
		{ JOURNAL "/1/state", NULL, 1, "/1: its state is gone" },
		{ JOURNAL "/2/state", NULL, 1, "/2: its state is gone" },
		{ JOURNAL "/1/state", "undone\n", 1,
			"/1/state: says undone, the log does not" },
		{ JOURNAL "/1/state", "trial\n", 1,
			"/1/state: says trial, the log does not" },
		{ JOURNAL "/2/state", "done\n", 1,
			"/2/state: says done, the log does not" },
		{ JOURNAL "/2/state", "trial\n", 1,
			"/2/state: says trial, the log does not" },
		{ JOURNAL "/1/state", "undoing\n", 0,
			"the next apply or undo completes" },
		{ JOURNAL "/1/state", "intent\n", 0, "the next apply or undo completes" },
		{ JOURNAL "/1/state", "done", 1, "/1/state: damaged" },
		{ JOURNAL "/1/state", "doneX", 1, "/1/state: damaged" },
		{ JOURNAL "/1", NULL, 1, "change 1 of the log is gone" },
		{ JOURNAL "/2", NULL, 1, "change 2 of the log is gone" },
		{ JOURNAL "/log", NULL, 1, "does not tell how change 1 was made" },
		{ JOURNAL "/3/x", "", 0, "3 lines, 3 changes" },
		{ JOURNAL "/3/x", "", 0, "A run was cut short" },
		{ JOURNAL "/1/new.0", "other\n", 1, "is not what was written" },
		{ JOURNAL "/1/new.0", NULL, 1, "is not there any more" },
		{ JOURNAL "/1/pruned", "", 0, "2 changes: whole" },
		{ JOURNAL "/1/intent", NULL, 1, "/1/intent: " },
		{ JOURNAL "/1/intent", "{", 1, "/1/intent: is no JSON" },
		{ JOURNAL "/1/intent", "{}", 1, "/1/intent: this is no record" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (cases[i].text != NULL)
			scratch_text(cases[i].file, cases[i].text);
		else
			move(cases[i].file, "/gone");
		assert_says(cases[i].status, cases[i].said);
		teardown(state);
		setup(state);
	}
}

/* Of what is not there nothing is told. */
static void
test_empty(void **state)
{
	(void)state;
	char *said;
	move(JOURNAL "/1", "/one");
	move(JOURNAL "/2", "/two");
	assert_says(1, "change 1 of the log is gone");
	move(JOURNAL "/log", "/log");
	assert_int_equal(verify(NULL, &said), 0);
	assert_string_equal(said, "0 lines, 0 changes: whole. Head: none\n");
	free(said);
	assert_int_equal(verify("0", &said), 1);
	assert_non_null(strstr(said, "holds no line with the hash 0"));
	free(said);
}

/* A record that is whole, but of another change. */
static void
test_exchanged(void **state)
{
	(void)state;
	move(JOURNAL "/1/intent", "/one");
	move(JOURNAL "/2/intent", JOURNAL "/1/intent");
	assert_says(1, "/1/intent: belongs to another change");
}

static char *
read_log(size_t *ret_size)
{
	autofree char *path = scratch_path(JOURNAL "/log");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = memory_new(1, 10000);
	ssize_t size = read(fd, text, 9999);
	assert_true(size > 0);
	close(fd);
	*ret_size = (size_t)size;
	return text;
}

static void
test_log(void **state)
{
	(void)state;
	size_t size;
	autofree char *log = read_log(&size);
	char *second = strchr(log, '\n') + 1, *third = strchr(second, '\n') + 1;
	/* less than the whole chain */
	scratch_file(JOURNAL "/log", log, (size_t)(third - log));
	assert_says(1, "/2/state: says undone, the log does not");
	scratch_file(JOURNAL "/log", log, (size_t)(second - log));
	assert_says(1, "does not tell how change 2 was made");
	scratch_text(JOURNAL "/log", second);
	assert_says(1, "/log:1: does not follow the line before it");
	scratch_file(JOURNAL "/log", log, size - 1);
	assert_says(1, "/2/state: says undone, the log does not");
	scratch_file(JOURNAL "/log", log, size);
	assert_says(0, "whole");
	autofree char *torn = memory_printf("%s{\"hold", log);
	scratch_text(JOURNAL "/log", torn);
	assert_says(0, "The last line was cut short by a crash");
	autofree char *more = memory_printf("%s{\"previous\":\"\",\"hash\":\"\"}\n", log);
	scratch_text(JOURNAL "/log", more);
	assert_says(1, "/log:4: is no line of a log");
	autofree char *bare = memory_printf("%s{\"previous\":\"\"}\n", log);
	scratch_text(JOURNAL "/log", bare);
	assert_says(1, "/log:4: is no line of a log");
	static const char *const halves[] = { "previous", "hash" };
	for (size_t i = 0; i < 2; i++) {
		autofree char *half = memory_printf(
			"%s{\"id\":1,\"%s\":\"%064d\"}\n", log, halves[i], 0);
		scratch_text(JOURNAL "/log", half);
		assert_says(1, "/log:4: is no line of a log");
	}
	autofree char *other = memory_printf("%s[]\n", log);
	scratch_text(JOURNAL "/log", other);
	assert_says(1, "/log:4: is no line of a log");
	log[60] ^= 1;
	scratch_file(JOURNAL "/log", log, size);
	assert_says(1, "/log:1: was changed after it was written");
	scratch_text(JOURNAL "/log", "\n");
	assert_says(1, "/log:1: is no JSON (A DAMAGED JOURNAL");
	autofree char *path = scratch_path(JOURNAL "/log");
	assert_int_equal(unlink(path) | mkdir(path, 0700), 0);
	assert_says(1, "/log: can't be read");
}

/* Adds a line of BODY, hashed as it must be. */
static void
add_line(const char *body)
{
	size_t size;
	char hash[SHA256_HEX];
	autofree char *log = read_log(&size);
	text_sha256(BYTES_TEXT(body), hash);
	autofree char *all = memory_printf("%s%s,\"hash\":\"%s\"}\n", log, body, hash);
	scratch_text(JOURNAL "/log", all);
}

/* The chain holds, but it tells what nobody writes. */
static void
test_chained(void **state)
{
	static const struct {
		const char *keys;
		bool tied; /* to the intent that it is of */
		const char *state; /* of change 1 */
		int status;
		const char *said;
	} cases[] = {
		{ "\"id\":1,\"action\":\"undo\",\"result\":\"done\"", true, "undone\n", 0,
			"4 lines, 2 changes: whole" },
		{ "\"id\":1,\"action\":\"undo\",\"result\":\"done\"", true, "done\n", 1,
			"/1/state: says done, the log does not" },
		{ "\"id\":1,\"action\":\"confirm\",\"result\":\"done\"", true, "done\n",
			0, "whole" },
		{ "\"id\":1,\"action\":\"confirm\",\"result\":\"done\"", true, "trial\n",
			0, "whole" },
		{ "\"id\":1,\"action\":\"confirm\",\"result\":\"done\"", true, "undone\n",
			1, "/1/state: says undone, the log does not" },
		{ "\"id\":1,\"action\":\"apply\",\"result\":\"unconfirmed\"", true,
			"trial\n", 0, "whole" },
		{ "\"id\":1,\"action\":\"apply\",\"result\":\"unconfirmed\"", true,
			"done\n", 1, "says done, the log does not" },
		{ "\"id\":1,\"action\":\"apply\",\"result\":\"unconfirmed\"", true,
			"undone\n", 1, "says undone, the log does not" },
		{ "\"id\":1,\"action\":\"apply\",\"result\":\"refused\"", true,
			"undone\n", 0, "whole" },
		{ "\"id\":1,\"action\":\"apply\",\"result\":\"refused\"", true, "trial\n",
			1, "says trial, the log does not" },
		{ "\"id\":1", true, "undone\n", 1, "says undone, the log" },
		{ "\"id\":1,\"action\":1", true, "done\n", 1, "says done, the log" },
		{ "\"id\":1,\"action\":\"undo\",\"result\":\"done\"", false, "undone\n",
			1, "/1/intent: is not what the log knows of" },
		{ "\"id\":1,\"action\":\"undo\",\"intent\":1", false, "undone\n", 1,
			"/1/intent: is not what the log knows of" },
		{ "\"id\":7,\"action\":\"apply\"", false, "done\n", 1,
			"change 7 of the log is gone" },
		{ "\"action\":\"apply\"", false, "done\n", 1,
			"change 0 of the log is gone" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t size;
		char intent[SHA256_HEX], head[SHA256_HEX];
		autofree char *log = read_log(&size);
		memcpy(intent, strstr(log, "\"intent\":\"") + 10, 64);
		memcpy(head, log + size - 67, 64);
		intent[64] = head[64] = '\0';
		autofree char *tie = memory_printf(",\"intent\":\"%s\"", intent);
		autofree char *body = memory_printf("{%s%s,\"previous\":\"%s\"",
			cases[i].keys, cases[i].tied ? tie : "", head);
		add_line(body);
		scratch_text(JOURNAL "/1/state", cases[i].state);
		assert_says(cases[i].status, cases[i].said);
		teardown(state);
		setup(state);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(test_touched, setup, teardown),
		cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_exchanged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_log, setup, teardown),
		cmocka_unit_test_setup_teardown(test_chained, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
