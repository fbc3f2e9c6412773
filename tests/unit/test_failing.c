/* Calls of apply and undo that fail at a chosen place, once or with others after them:
 * how far it came is said, and the next run has all as it was. */
#include "tests/unit/three_files.h"

#include <signal.h>
#include <sys/xattr.h>

#include "enforcer/confirm.h"

static char *elsewhere;

/* Not every file system has them. */
static bool has_xattrs;

static int
begin(void **state)
{
	setup(state);
	elsewhere = scratch_path("/journal");
	autofree char *removed = scratch_path("/etc/c");
	has_xattrs = setxattr(removed, "user.kept", "value", 5, 0) == 0;
	return 0;
}

static int
end(void **state)
{
	free(elsewhere);
	return teardown(state);
}

/* It can't be kept who they are: the trial is given up. */
static void
take_logins(struct buffer *out)
{
	buffer_text(out, "");
	scratch_text("/var/lib/holdfast/1/logins", "");
}

static enum outcome
apply(const char *journal, unsigned trial, struct error *err)
{
	struct transaction transaction = here(journal);
	transaction.trial = trial;
	transaction.logins = take_logins;
	return apply_three(&transaction, err);
}

enum word { APPLY, ELSEWHERE, UNDO, TRY };

struct fault {
	long number, at; /* 0: none */
	int error;
	bool from;
	long then;
};

/* NAME is written before; NULL: nothing; without a text it is a directory. */
struct spoilt {
	const char *name, *text;
};

static const struct {
	enum word word;
	struct spoilt spoilt;
	struct fault fault;
	int status;
	const char *said;
	bool finished; /* nothing is left to the next run */
} cases[] = {
	{ APPLY, { NULL, NULL }, { SYS_getdents64, 1, EIO, false, 0 }, 3,
		"can't be read: Input/output error", true },
	{ APPLY, { "/etc/b", "theirs\n" }, { SYS_unlinkat, 2, EIO, false, 0 }, 1,
		"/etc/a: can't remove the file beside it: Input/output error; and then: "
		"/etc/b: it exists by now",
		true },
	{ APPLY, { "/etc/b", "theirs\n" }, { SYS_write, 8, EIO, false, 0 }, 1,
		"/log: can't be written: Input/output error", false },
	{ APPLY, { NULL, NULL }, { SYS_listxattr, 1, EIO, false, 0 }, 1,
		"/etc/c: can't read its attributes: Input/output error", true },
	{ APPLY, { NULL, NULL }, { SYS_getxattr, 1, EIO, false, 0 }, 1,
		"/etc/c: can't read its attributes: Input/output error", true },
	{ APPLY, { NULL, NULL }, { SYS_mkdirat, 1, ENOSPC, false, 0 }, 3,
		"/var/lib/holdfast: can't be made: No space left on device", true },
	{ APPLY, { NULL, NULL }, { SYS_mkdirat, 4, ENOSPC, false, 0 }, 3,
		"can't keep the change: No space left on device", true },
	{ APPLY, { NULL, NULL }, { SYS_renameat, 1, EIO, false, 0 }, 3,
		"can't keep the state of the change: Input/output error", true },
	{ APPLY, { NULL, NULL }, { SYS_renameat, 2, EIO, false, 0 }, 2,
		"can't keep the state of the change: Input/output error", true },
	{ APPLY, { NULL, NULL }, { SYS_renameat, 2, EIO, true, 0 }, 3,
		"the next run completes or undoes it: ", false },
	{ APPLY, { NULL, NULL }, { SYS_renameat, 2, EIO, false, SYS_renameat2 }, 3,
		"put it back: Input/output error; and before: ", false },
	{ APPLY, { NULL, NULL }, { SYS_renameat2, 2, EIO, false, SYS_renameat2 }, 3,
		"/etc/a: can't put it back: Input/output error; and before: /etc/b: "
		"can't create it",
		false },
	{ APPLY, { NULL, NULL }, { SYS_renameat, 3, EIO, false, 0 }, 3,
		"the journal is not complete; the next run completes it: ", false },
	{ APPLY, { "/var/lib/holdfast/log", "{\"torn" },
		{ SYS_ftruncate, 1, EIO, false, 0 }, 3,
		"/log: can't be written: Input/output error", false },
	{ ELSEWHERE, { NULL, NULL }, { SYS_fsync, 1, EIO, false, 0 }, 3,
		"/journal: can't be made: Input/output error", true },
	{ ELSEWHERE, { NULL, NULL }, { SYS_openat, 3, EACCES, false, 0 }, 3,
		"/journal: can't be made: Permission denied", true },
	{ ELSEWHERE, { "/journal/root.new", NULL }, { 0 }, 3,
		"/journal: can't keep whose it is: Is a directory", true },
	{ ELSEWHERE, { NULL, NULL }, { SYS_renameat, 1, EIO, false, 0 }, 3,
		"/journal: can't keep whose it is: Input/output error", true },
	{ ELSEWHERE, { NULL, NULL }, { SYS_fsync, 2, EIO, false, 0 }, 3,
		"/journal: can't keep whose it is: Input/output error", true },
	{ ELSEWHERE, { NULL, NULL }, { SYS_fsync, 3, EIO, false, 0 }, 3,
		"/journal: can't keep whose it is: Input/output error", true },
	{ TRY, { NULL, NULL }, { SYS_renameat, 4, EIO, false, 0 }, 3,
		"can't keep who is logged in: File exists", false },
	{ UNDO, { NULL, NULL }, { SYS_renameat, 1, EIO, false, 0 }, 3,
		"can't keep the state of the change: Input/output error", true },
	{ UNDO, { NULL, NULL }, { SYS_renameat2, 1, EIO, false, 0 }, 1,
		"/etc/c: can't create it: Input/output error", true },
	{ UNDO, { "/etc/a", "theirs\n" }, { SYS_renameat, 2, EIO, false, 0 }, 3,
		"/etc/a: somebody changed it meanwhile", false },
	{ UNDO, { NULL, NULL }, { SYS_renameat, 2, EIO, false, 0 }, 3,
		"can't keep the state of the change: Input/output error", false },
};

static void
act(const void *data)
{
	size_t i = *(const size_t *)data;
	const struct fault *fault = &cases[i].fault;
	struct error err = ERROR_INIT;
	struct transaction transaction = here(NULL);
	calls_begin(fault->at > 0 ? fault->number : -1, fault->at, fault->error);
	calls.from = fault->from;
	calls.then = fault->then;
	told->status = (int)(cases[i].word == UNDO
			? transaction_undo(&transaction, NULL, &err)
			: apply(cases[i].word == ELSEWHERE ? elsewhere : NULL,
				  cases[i].word == TRY ? 600 : 0, &err));
	calls_end();
	told->met = calls.met != NULL;
	if (err.text != NULL)
		tell(NULL, err.text);
	error_clear(&err);
}

static void
spoil(const struct spoilt *spoilt)
{
	if (spoilt->name == NULL)
		return;
	scratch_parents(spoilt->name);
	autofree char *path = scratch_path(spoilt->name),
		      *journal = scratch_path("/var/lib/holdfast");
	if (spoilt->text != NULL)
		scratch_text(spoilt->name, spoilt->text);
	else
		assert_int_equal(mkdir(path, 0700), 0);
	if (chmod(journal, 0700) < 0)
		assert_int_equal(chmod(elsewhere, 0700) < 0 ? errno : ENOENT, ENOENT);
}

static void
test_that_fail(void **state)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct transaction transaction = here(NULL);
		if (cases[i].fault.number == SYS_getxattr && !has_xattrs)
			continue;
		memset(told, 0, sizeof *told);
		if (cases[i].word == UNDO)
			assert_int_equal(apply(NULL, 0, NULL), OUTCOME_DONE);
		spoil(&cases[i].spoilt);
		memset(told, 0, sizeof *told);
		calls_apart(act, &i);
		if (told->status != cases[i].status ||
			strstr(told->text, cases[i].said) == NULL ||
			strstr(told->text, "(null)") != NULL ||
			told->met != (cases[i].fault.at > 0))
			fail_msg("case %zu: status %d: %s", i, told->status, told->text);
		assert_int_equal(
			transaction_pending(&transaction, NULL), !cases[i].finished);
		assert_int_equal(transaction_recover(&transaction, NULL), OUTCOME_DONE);
		bool done = cases[i].fault.number == SYS_ftruncate ||
			(cases[i].fault.number == SYS_renameat && cases[i].fault.at == 3),
		     applied = done || (cases[i].word == UNDO && cases[i].finished);
		const char *spoilt = cases[i].spoilt.name;
		if (spoilt == NULL || strcmp(spoilt, "/etc/a") != 0)
			assert_true(stands("/etc/a", applied ? "two\n" : "one\n"));
		else
			assert_true(stands("/etc/a", "theirs\n"));
		if (spoilt == NULL || strcmp(spoilt, "/etc/b") != 0)
			assert_true(stands("/etc/b", applied ? "new\n" : NULL));
		else
			assert_true(stands("/etc/b", "theirs\n"));
		assert_true(stands("/etc/c", applied ? NULL : "gone\n"));
		end(state);
		begin(state);
	}
}

/* How many changes there are can't be told, at the AT-th time. */
static void
ask(const void *at)
{
	unsigned long id;
	struct error err = ERROR_INIT;
	struct transaction transaction = here(NULL);
	calls_begin(SYS_getdents64, *(const long *)at, EIO);
	told->status = *(const long *)at == 1
		? transaction_pending(&transaction, &err)
		: (int)transaction_confirm(&transaction, "new", &id, &err);
	calls_end();
	tell(NULL, err.text != NULL ? err.text : "");
	error_clear(&err);
}

static void
no_logins(struct buffer *out)
{
	buffer_text(out, "");
}

static void
test_asked(void **state)
{
	(void)state;
	static const struct {
		long at;
		int status;
	} asked[] = { { 1, -1 }, { 3, OUTCOME_NOT_RUN } };
	struct transaction transaction = here(NULL);
	transaction.trial = 600;
	transaction.logins = no_logins;
	assert_int_equal(apply_three(&transaction, NULL), OUTCOME_DONE);
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		memset(told, 0, sizeof *told);
		calls_apart(ask, &asked[i].at);
		assert_int_equal(told->status, asked[i].status);
		assert_non_null(strstr(told->text, "can't be read: Input/output error"));
	}
}

static const int held[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE };

static void
fail_and_look(const void *data)
{
	(void)data;
	sigset_t after;
	calls_begin(SYS_renameat2, 1, EIO);
	apply(NULL, 0, NULL);
	calls_end();
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &after), 0);
	for (size_t i = 0; i < sizeof held / sizeof *held; i++)
		told->status += sigismember(&calls.blocked, held[i]) != 1 ||
			sigismember(&after, held[i]) != 0;
	told->met = sigismember(&calls.blocked, SIGCHLD) != 0;
}

/* A signal that would end us waits until the files are whole. */
static void
test_signals(void **state)
{
	(void)state;
	memset(told, 0, sizeof *told);
	calls_apart(fail_and_look, NULL);
	assert_int_equal(told->status, 0);
	assert_false(told->met);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_that_fail, begin, end),
		cmocka_unit_test_setup_teardown(test_asked, begin, end),
		cmocka_unit_test_setup_teardown(test_signals, begin, end),
	};
	return told_make() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
