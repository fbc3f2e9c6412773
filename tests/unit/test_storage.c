/* Whole or not there: what the journal is made of. */
#include "tests/unit/calls_apart.h"

#include <signal.h>
#include <sys/resource.h>

#include "enforcer/storage.h"

static int directory = -1;

static int
setup(void **state)
{
	(void)state;
	scratch_make();
	directory = open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return directory < 0 ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	close(directory);
	scratch_remove();
	return 0;
}

static void
test_create(void **state)
{
	(void)state;
	struct stat status;
	const struct bytes bytes = { "b\0tes", 5 };
	mode_t mask = umask(0);
	assert_int_equal(storage_create(directory, "new", bytes), 0);
	umask(mask);
	assert_int_equal(fstatat(directory, "new", &status, 0), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0600);
	assert_int_equal(status.st_size, 5);
	assert_int_equal(storage_create(directory, "new", bytes), -1);
	assert_int_equal(errno, EEXIST);
	scratch_link("/link", "elsewhere");
	assert_int_equal(storage_create(directory, "link", bytes), -1);
	assert_int_equal(fstatat(directory, "elsewhere", &status, 0), -1);
	/* half of it is none */
	struct rlimit limit, before;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 3;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	int done = storage_create(directory, "half", bytes), saved = errno;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(done, -1);
	assert_int_equal(saved, EFBIG);
	assert_int_equal(fstatat(directory, "half", &status, 0), -1);
}

static void
assert_read(const char *name, size_t max, const char *text, int why)
{
	size_t size = 1000;
	autofree char *data = storage_read(directory, name, max, &size);
	if (text == NULL) {
		assert_null(data);
		assert_int_equal(errno, why);
		return;
	}
	assert_non_null(data);
	assert_int_equal(size, strlen(text));
	assert_string_equal(data, text);
}

static void
test_read(void **state)
{
	(void)state;
	autofree char *fifo = scratch_path("/fifo"), *below = scratch_path("/below");
	scratch_text("/file", "text");
	scratch_text("/empty", "");
	scratch_link("/link", "file");
	assert_int_equal(mkfifo(fifo, 0600) | mkdir(below, 0700), 0);
	assert_read("file", 5, "text", 0);
	assert_read("file", 4, "text", 0);
	assert_read("file", 3, NULL, EFBIG);
	assert_read("empty", 0, "", 0);
	assert_read("none", 9, NULL, ENOENT);
	assert_read("link", 9, NULL, ELOOP);
	assert_read("fifo", 9, NULL, EFBIG);
	assert_read("below", 1 << 20, NULL, EFBIG);
	/* it is shorter than it says that it is */
	if (access("/sys/kernel/uevent_seqnum", R_OK) == 0)
		assert_read("/sys/kernel/uevent_seqnum", 1 << 20, NULL, EIO);
}

static void
read_under(const void *error)
{
	size_t size;
	calls_begin(SYS_read, 1, *(const int *)error);
	autofree char *data = storage_read(directory, "file", 9, &size);
	int saved = errno;
	calls_end();
	assert_non_null(calls.met);
	if (*(const int *)error == EIO) {
		assert_null(data);
		assert_int_equal(saved, EIO);
	} else {
		assert_non_null(data);
		assert_int_equal(size, 4);
		assert_string_equal(data, "text");
	}
}

/* Who is interrupted, or gets a part, goes on. */
static void
test_read_on(void **state)
{
	(void)state;
	static const int errors[] = { EIO, EINTR, CALLS_SHORT };
	scratch_text("/file", "text");
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
		calls_apart(read_under, &errors[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_create, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read_on, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
