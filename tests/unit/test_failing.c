/* Calls of apply and undo that fail at a chosen place, once or with others after them:
 * how far it came is said, and the next run has all as it was. */
#include "tests/unit/scratch.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "enforcer/transaction.h"
#include "tests/unit/calls.h"

/* Shared with the process in which calls fail. */
static struct {
	char text[2000];
	int status;
	bool met;
} * told;

static char *elsewhere;

static int
setup(void **state)
{
	(void)state;
	scratch_make();
	elsewhere = scratch_path("/journal");
	scratch_text("/etc/a", "one\n");
	scratch_text("/etc/c", "gone\n");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	free(elsewhere);
	scratch_remove();
	return 0;
}

static void
tell(void *data, const char *line)
{
	(void)data;
	strncat(told->text, line, 900);
	strcat(told->text, "\n");
}

static struct transaction
here(const char *journal)
{
	return (struct transaction){
		.root = scratch, .journal = journal, .in_place = true, .note = tell
	};
}

/* It can't be kept who they are: the trial is given up. */
static void
take_logins(struct buffer *out)
{
	buffer_text(out, "");
	scratch_text("/var/lib/holdfast/1/logins", "");
}

/* Replaces a, creates b, removes c. */
static int
apply(const char *journal, unsigned trial, struct error *err)
{
	char *id = NULL;
	struct change items[] = { { .action = CHANGE_REPLACE,
					  .file = "/etc/a",
					  .old_data = "one\n",
					  .old_size = 4,
					  .new_data = "two\n",
					  .new_size = 4 },
		{ .action = CHANGE_CREATE,
			.file = "/etc/b",
			.new_data = "new\n",
			.new_size = 4,
			.mode = 0640 },
		{ .action = CHANGE_REMOVE,
			.file = "/etc/c",
			.old_data = "gone\n",
			.old_size = 5 } };
	struct changes changes = { items, 3 };
	struct transaction transaction = here(journal);
	transaction.trial = trial;
	transaction.logins = take_logins;
	int outcome = (int)transaction_apply(&transaction, &changes, &id, err);
	free(id);
	return outcome;
}

static bool
holds(const char *name, const char *text)
{
	char have[20] = "";
	autofree char *path = scratch_path(name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return text == NULL;
	ssize_t size = read(fd, have, sizeof have - 1);
	close(fd);
	return size >= 0 && text != NULL && strcmp(have, text) == 0;
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

/* In a process of its own, as there is no way back from the filter. */
static void
act(size_t i)
{
	const struct fault *fault = &cases[i].fault;
	struct error err = ERROR_INIT;
	struct transaction transaction = here(NULL);
	if (!calls_install())
		exit(77);
	calls_begin(fault->at > 0 ? fault->number : -1, fault->at, fault->error);
	calls.from = fault->from;
	calls.then = fault->then;
	told->status = cases[i].word == UNDO
		? (int)transaction_undo(&transaction, NULL, &err)
		: apply(cases[i].word == ELSEWHERE ? elsewhere : NULL,
			  cases[i].word == TRY ? 600 : 0, &err);
	calls_end();
	/* what was never opened is not closed either */
	told->met = calls.met != NULL && fcntl(0, F_GETFD) >= 0;
	if (err.text != NULL)
		tell(NULL, err.text);
	exit(0);
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
		int status;
		struct transaction transaction = here(NULL);
		memset(told, 0, sizeof *told);
		if (cases[i].word == UNDO)
			assert_int_equal(apply(NULL, 0, NULL), OUTCOME_DONE);
		spoil(&cases[i].spoilt);
		memset(told, 0, sizeof *told);
		fflush(NULL);
		pid_t pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			act(i);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (status == 77 << 8)
			skip();
		if (status != 0 || told->status != cases[i].status ||
			strstr(told->text, cases[i].said) == NULL ||
			strstr(told->text, "(null)") != NULL ||
			told->met != (cases[i].fault.at > 0))
			fail_msg("case %zu: status %d: %s", i, told->status, told->text);
		/* a directory that no state was written in is left over, at most */
		if (!cases[i].finished)
			assert_int_equal(transaction_pending(&transaction, NULL), 1);
		assert_int_equal(transaction_recover(&transaction, NULL), OUTCOME_DONE);
		bool done = cases[i].fault.number == SYS_ftruncate ||
			(cases[i].fault.number == SYS_renameat && cases[i].fault.at == 3),
		     applied = done || (cases[i].word == UNDO && cases[i].finished);
		const char *spoilt = cases[i].spoilt.name;
		if (spoilt == NULL || strcmp(spoilt, "/etc/a") != 0)
			assert_true(holds("/etc/a", applied ? "two\n" : "one\n"));
		else
			assert_true(holds("/etc/a", "theirs\n"));
		if (spoilt == NULL || strcmp(spoilt, "/etc/b") != 0)
			assert_true(holds("/etc/b", applied ? "new\n" : NULL));
		else
			assert_true(holds("/etc/b", "theirs\n"));
		assert_true(holds("/etc/c", applied ? NULL : "gone\n"));
		teardown(state);
		setup(state);
	}
}

static const int held[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE };

/* A signal that would end us waits until the files are whole. */
static void
test_signals(void **state)
{
	(void)state;
	int status;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		sigset_t after;
		int missing = 0;
		if (!calls_install())
			exit(77);
		calls_begin(SYS_renameat2, 1, EIO);
		apply(NULL, 0, NULL);
		calls_end();
		assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &after), 0);
		for (size_t i = 0; i < sizeof held / sizeof *held; i++)
			missing += sigismember(&calls.blocked, held[i]) != 1 ||
				sigismember(&after, held[i]) != 0;
		exit(missing + (sigismember(&calls.blocked, SIGCHLD) != 0));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status == 77 << 8)
		skip();
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_that_fail, setup, teardown),
		cmocka_unit_test_setup_teardown(test_signals, setup, teardown),
	};
	told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return told == MAP_FAILED ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
