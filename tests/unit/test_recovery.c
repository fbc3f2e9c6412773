/* What a run that was cut short left, and an editor since; on file systems of all kinds,
 * and with calls that fail meanwhile. */
#include "tests/unit/three_files.h"

#define CHANGE "/var/lib/holdfast/1/"
#define THEIRS "somebody changed it meanwhile and it stays so"
#define NOT_LEFT "is not what was left there: look at both"

static void
apply(void)
{
	struct transaction transaction = here(NULL);
	assert_int_equal(apply_three(&transaction, NULL), OUTCOME_DONE);
}

/* "": an empty file; "FIFO"; NULL: none. */
static void
stand(const char *name, const char *text)
{
	autofree char *path = scratch_path(name);
	unlink(path);
	if (text != NULL && strcmp(text, "FIFO") == 0)
		assert_int_equal(mkfifo(path, 0600), 0);
	else if (text != NULL)
		scratch_text(name, text);
}

struct fault {
	int lacks;
	long number, at; /* 0: none */
	int error;
	long then; /* and with EIO all of this number after it */
};

static void
act(const void *data)
{
	const struct fault *fault = data;
	struct error err = ERROR_INIT;
	struct transaction transaction = here(NULL);
	calls_begin(fault->at > 0 ? fault->number : -1, fault->at, fault->error);
	calls.lacks = fault->lacks;
	calls.then = fault->then;
	told->status = (int)transaction_recover(&transaction, &err);
	calls_end();
	told->met = calls.met != NULL;
	if (err.text != NULL)
		tell(NULL, err.text);
	error_clear(&err);
}

static void
recover(const struct fault *fault)
{
	memset(told, 0, sizeof *told);
	calls_apart(act, fault);
	assert_int_equal(told->met, fault->at > 0);
}

enum { PLAIN = CALLS_LACK_FLAGS };

/* The names of a, b and c, what stands beside them, and then the same of what is left. */
#define OLD "one\n", NULL, "gone\n"
#define NEW "two\n", "new\n", NULL
#define NOTHING NULL, NULL, NULL

static const struct {
	const char *state;
	const char *here[3], *beside[3];
	struct fault fault;
	int status;
	const char *said[2]; /* NULL: nothing more */
	const char *left[3], *left_beside[3];
} cases[] = {
	/* what is no beginning of ours stays, wherever it stands */
	{ "intent", { OLD }, { "theirs\n", NULL, NULL }, { 0 }, 0,
		{ "/etc/a: the file beside it", NOT_LEFT }, { OLD },
		{ "theirs\n", NULL, NULL } },
	{ "intent", { OLD }, { NULL, "new\nmore", "go" }, { 0 }, 0,
		{ "undone: it had been cut short; /etc/b: the file beside it",
			"; /etc/c: the file beside it" },
		{ OLD }, { NULL, "new\nmore", "go" } },
	{ "intent", { "theirs\n", "theirs\n", "theirs\n" }, { NOTHING }, { 0 }, 0,
		{ "/etc/a: " THEIRS "; /etc/b: " THEIRS "; /etc/c: " THEIRS },
		{ "theirs\n", "theirs\n", "theirs\n" }, { NOTHING } },
	{ "intent", { OLD }, { "FIFO", NULL, NULL }, { 0 }, 0, { NOT_LEFT }, { OLD },
		{ "FIFO", NULL, NULL } },
	{ "intent", { "FIFO", NULL, "gone\n" }, { NOTHING }, { 0 }, 0,
		{ "/etc/a: " THEIRS }, { "FIFO", NULL, "gone\n" }, { NOTHING } },
	{ "committed", { NEW }, { "one\n", NULL, "gone\n" }, { 0 }, 0,
		{ "change 1 is completed: it had been cut short\n" }, { NEW },
		{ NOTHING } },
	{ "committed", { NEW }, { "theirs\n", NULL, "mine\n" }, { 0 }, 0,
		{ "/etc/a: " THEIRS "; /etc/c: " THEIRS },
		{ "theirs\n", "new\n", "mine\n" }, { NOTHING } },
	{ "committed", { OLD }, { "two\n", "n", NULL }, { 0 }, 0,
		{ "change 1 is completed: it had been cut short\n" }, { NEW },
		{ NOTHING } },
	{ "intent", { "one\n", NULL, NULL }, { NULL, NULL, "gone\n" },
		{ PLAIN, 0, 0, 0, 0 }, 0,
		{ "change 1 is undone: it had been cut short\n" }, { OLD }, { NOTHING } },
	/* a beginning of what was removed is what a recovery was making of it */
	{ "intent", { NEW }, { "on", NULL, NULL }, { PLAIN, 0, 0, 0, 0 }, 0,
		{ "change 1 is undone: it had been cut short\n" }, { OLD }, { NOTHING } },
	{ "intent", { NEW }, { "one\n", NULL, NULL }, { PLAIN, 0, 0, 0, 0 }, 0,
		{ "change 1 is undone: it had been cut short\n" }, { OLD }, { NOTHING } },
	{ "intent", { NEW }, { "theirs\n", NULL, NULL }, { PLAIN, 0, 0, 0, 0 }, 0,
		{ NOT_LEFT }, { "two\n", NULL, "gone\n" }, { "theirs\n", NULL, NULL } },
	{ "intent", { NEW }, { "FIFO", NULL, NULL }, { PLAIN, 0, 0, 0, 0 }, 3,
		{ "/etc/a: can't remove the file beside it: Invalid argument" },
		{ "two\n", NULL, "gone\n" }, { "FIFO", NULL, NULL } },
	{ "intent", { NEW }, { "on", NULL, NULL }, { PLAIN, SYS_unlinkat, 1, EIO, 0 }, 3,
		{ "/etc/a: can't remove the file beside it: Input/output error" },
		{ "two\n", NULL, "gone\n" }, { "on", NULL, NULL } },
	{ "intent", { NEW }, { "one\n", NULL, NULL },
		{ 0, SYS_renameat2, 1, ENOSYS, SYS_fchmod }, 3,
		{ "/etc/a: can't make the new file beside it: Input/output error" },
		{ "two\n", NULL, NULL }, { NOTHING } },
	{ "intent", { NEW }, { "one\n", NULL, NULL }, { 0, SYS_renameat2, 1, EIO, 0 }, 3,
		{ "/etc/a: can't put it back: Input/output error" },
		{ "two\n", NULL, "gone\n" }, { "one\n", NULL, NULL } },
	{ "intent", { "two\n", NULL, NULL }, { "one\n", NULL, "gone\n" },
		{ 0, SYS_renameat2, 2, EIO, 0 }, 3,
		{ "/etc/c: can't put it back: Input/output error" },
		{ "one\n", NULL, NULL }, { NULL, NULL, "gone\n" } },
	/* what can't be read is not removed */
	{ "intent", { NEW }, { "one\n", NULL, NULL }, { 0, SYS_pread64, 1, EIO, 0 }, 3,
		{ "/etc/a: can't read it: Input/output error" },
		{ "two\n", NULL, "gone\n" }, { "one\n", NULL, NULL } },
	{ "intent", { NEW }, { "one\n", NULL, NULL }, { 0, SYS_pread64, 6, EIO, 0 }, 3,
		{ "/etc/a: can't read the file beside it: Input/output error" },
		{ "one\n", NULL, "gone\n" }, { "two\n", NULL, NULL } },
	{ "intent", { "two\n", NULL, "gone\n" }, { NOTHING },
		{ 0, SYS_pread64, 3, EIO, 0 }, 3,
		{ "/etc/a: can't read it: Input/output error" },
		{ "two\n", NULL, "gone\n" }, { NOTHING } },
	{ "intent", { OLD }, { "tw", NULL, NULL }, { 0, SYS_unlinkat, 1, EIO, 0 }, 3,
		{ "/etc/a: can't remove the file beside it: Input/output error" },
		{ OLD }, { "tw", NULL, NULL } },
	{ "intent", { NEW }, { NOTHING }, { 0, SYS_renameat2, 1, ENOENT, 0 }, 0,
		{ "/etc/a: somebody removed it meanwhile" }, { "two\n", NULL, "gone\n" },
		{ NOTHING } },
	{ "intent", { NEW }, { NOTHING }, { 0, SYS_renameat2, 3, EEXIST, 0 }, 0,
		{ "/etc/c: somebody created it meanwhile" }, { "one\n", NULL, NULL },
		{ NOTHING } },
};

static void
test_what_is_left(void **state)
{
	static const char *const names[] = { "/etc/a", "/etc/b", "/etc/c" },
				 *const beside[] = { "/etc/.a.holdfast",
					 "/etc/.b.holdfast", "/etc/.c.holdfast" };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		apply();
		autofree char *word = memory_printf("%s\n", cases[i].state);
		scratch_text(CHANGE "state", word);
		stand("/var/lib/holdfast/log", NULL);
		for (int k = 0; k < 3; k++) {
			stand(names[k], cases[i].here[k]);
			stand(beside[k], cases[i].beside[k]);
		}
		recover(&cases[i].fault);
		for (int k = 0; k < 2; k++)
			if (cases[i].said[k] != NULL &&
				strstr(told->text, cases[i].said[k]) == NULL)
				fail_msg("case %zu: %s", i, told->text);
		for (int k = 0; k < 3; k++)
			if (!stands(names[k], cases[i].left[k]) ||
				!stands(beside[k], cases[i].left_beside[k]))
				fail_msg("case %zu: %s: %s", i, names[k], told->text);
		if (told->status != cases[i].status)
			fail_msg("case %zu: status %d: %s", i, told->status, told->text);
		teardown(state);
		setup(state);
	}
}

/* Somebody is at work on a while it is put back, and the third exchange fails. */
static int
work_meanwhile(void)
{
	static int times;
	autofree char *from = scratch_path("/etc/editor"), *to = scratch_path("/etc/a");
	if (++times > 2)
		return EIO;
	scratch_text("/etc/editor", times == 1 ? "theirs\n" : "newer\n");
	assert_int_equal(rename(from, to), 0);
	return 0;
}

static void
recover_meanwhile(const void *data)
{
	struct transaction transaction = here(NULL);
	(void)data;
	calls_begin(SYS_renameat2, 1, EIO);
	calls.from = true;
	calls.meanwhile = work_meanwhile;
	told->status = (int)transaction_recover(&transaction, NULL);
	calls_end();
}

/* What can't be put back is no conflict that is passed over: it is tried again, and said.
 */
static void
test_displaced_twice(void **state)
{
	(void)state;
	struct transaction transaction = here(NULL);
	apply();
	scratch_text(CHANGE "state", "intent\n");
	stand("/var/lib/holdfast/log", NULL);
	memset(told, 0, sizeof *told);
	calls_apart(recover_meanwhile, NULL);
	assert_int_equal(told->status, OUTCOME_NOT_RUN);
	assert_true(stands(CHANGE "state", "intent\n"));
	assert_int_equal(transaction_recover(&transaction, NULL), OUTCOME_DONE);
	/* both are somebody's */
	assert_non_null(strstr(told->text, NOT_LEFT));
	assert_true(stands("/etc/a", "theirs\n"));
	assert_true(stands("/etc/.a.holdfast", "newer\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_is_left, setup, teardown),
		cmocka_unit_test_setup_teardown(test_displaced_twice, setup, teardown),
	};
	return told_make() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
