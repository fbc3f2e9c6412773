#include "tests/unit/scratch.h"

#include <linux/landlock.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "enforcer/apart.h"

static struct transaction transaction;
static struct run run;
static struct record record;

/* A run with the change of /etc/a begun. */
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
	transaction = (struct transaction){ .root = scratch, .policy_sha256 = "" };
	run = (struct run){ .transaction = &transaction };
	run.root = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
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
	record_free(&record);
	run_end(&run);
	scratch_remove();
	return 0;
}

/* 0, or the errno of making the file PATH below the root. */
static int
write_at(const char *path)
{
	int fd = openat(run.root, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno;
	close(fd);
	return unlinkat(run.root, path, 0) == 0 ? 0 : errno;
}

static int
write_there(const struct run *its, const struct record *of, const void *how,
	char **ret_word, struct error *err)
{
	(void)its;
	(void)of;
	(void)ret_word;
	(void)err;
	return write_at(how);
}

static int
talk(const struct run *its, const struct record *of, const void *how, char **ret_word,
	struct error *err)
{
	*ret_word = memory_printf("%s of change %lu", (const char *)how, of->id);
	error_set(err, "not in process %d", (int)getppid());
	return its == &run ? 7 : -1;
}

/* What ps(1) calls it. */
static int
name_itself(const struct run *its, const struct record *of, const void *how,
	char **ret_word, struct error *err)
{
	char name[16];
	(void)its;
	(void)of;
	(void)how;
	(void)err;
	if (prctl(PR_GET_NAME, name) == 0)
		*ret_word = memory_text(name);
	return 0;
}

static int
die(const struct run *its, const struct record *of, const void *how, char **ret_word,
	struct error *err)
{
	(void)its;
	(void)of;
	(void)ret_word;
	(void)err;
	if (how != NULL)
		_exit(0);
	return raise(SIGKILL);
}

/* What the step returned. */
static int
take(apart_step step, const void *how)
{
	char *word;
	struct error err = ERROR_INIT;
	int status = apart_take(&run, &record, step, how, &word, &err);
	assert_null(word);
	assert_int_equal(status < 0, err.text != NULL);
	error_clear(&err);
	return status;
}

static void
test_answer(void **state)
{
	(void)state;
	char *word;
	struct error err = ERROR_INIT;
	autofree char *expected = memory_printf("not in process %d", (int)getpid());
	assert_int_equal(apart_take(&run, &record, talk, "a word", &word, &err), 7);
	assert_string_equal(word, "a word of change 1");
	assert_string_equal(err.text, expected);
	free(word);
	error_clear(&err);
	assert_int_equal(apart_take(&run, &record, name_itself, NULL, &word, &err), 0);
	assert_string_equal(word, "holdfast-files");
	free(word);
}

static bool
has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0,
		       LANDLOCK_CREATE_RULESET_VERSION) > 0;
}

/* Who can't be confined does nothing, and that is said. */
static void
test_not_confined(void **state)
{
	(void)state;
	char *word;
	struct rlimit limit, before;
	struct error err = ERROR_INIT;
	if (!has_landlock())
		skip();
	int next = dup(run.root);
	assert_int_equal(close(next), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	/* the pipe it answers through, one end of which becomes the change's directory */
	limit.rlim_cur = (rlim_t)next + 2;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	int status = apart_take(&run, &record, write_there, "etc/b", &word, &err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(status, -1);
	assert_null(word);
	assert_non_null(strstr(err.text, "Too many open files"));
	error_clear(&err);
	assert_int_equal(faccessat(run.root, "etc/b", F_OK, 0), -1);
}

static void
test_places(void **state)
{
	(void)state;
	assert_int_equal(take(write_there, "etc/b"), 0);
	assert_int_equal(take(write_there, "var/lib/holdfast/1/b"), 0);
	if (has_landlock()) {
		assert_int_equal(take(write_there, "b"), EACCES);
		assert_int_equal(take(write_there, "var/lib/holdfast/b"), EACCES);
	}
	/* this process itself is as it was */
	assert_int_equal(write_at("b"), 0);
	transaction.in_place = true;
	assert_int_equal(take(write_there, "b"), 0);
}

static void
test_death(void **state)
{
	(void)state;
	char *word;
	struct error err = ERROR_INIT;
	assert_int_equal(apart_take(&run, &record, die, NULL, &word, &err), -1);
	assert_string_equal(err.text, "the process that changes the files died (Killed)");
	error_clear(&err);
	assert_int_equal(take(die, "without an answer"), -1);
	/* who waits for no process of his own has none to ask how it ended */
	signal(SIGCHLD, SIG_IGN);
	assert_int_equal(take(die, NULL), -1);
	assert_int_equal(take(write_there, "etc/b"), 0);
	signal(SIGCHLD, SIG_DFL);
	/* the lock is still ours */
	int other = openat(
		run.root, "var/lib/holdfast", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), -1);
	assert_int_equal(close(other), 0);
}

static void
test_no_process(void **state)
{
	(void)state;
	char *word;
	struct rlimit limit, before;
	struct error err = ERROR_INIT;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	limit.rlim_cur = 1;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	int status = apart_take(&run, &record, write_there, "etc/b", &word, &err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(status, -1);
	assert_null(word);
	assert_string_equal(
		err.text, "no process to change the files: Too many open files");
	error_clear(&err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_confined, setup, teardown),
		cmocka_unit_test_setup_teardown(test_places, setup, teardown),
		cmocka_unit_test_setup_teardown(test_death, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_process, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
