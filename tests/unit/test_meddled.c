/* One swap (replace.h) with an editor between its steps, and calls that fail when what
 * the editor did is found: what is somebody's stays, and what could not be done is said.
 */
#include "tests/unit/calls_apart.h"

#include <sys/mman.h>
#include <sys/xattr.h>

#include "enforcer/replace.h"

/* Shared with the process in which calls fail. */
static struct {
	char text[500];
	bool prepared, exchanged, back, conflict, met;
} * told;

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

/* What the editor does. */
enum meddle { NOTHING, RENAMES, WRITES, REMOVES, CHANGES_MODE, TAKES_BESIDE };

static void
meddle(enum meddle how)
{
	autofree char *path = scratch_path("/etc/f"), *new = scratch_path("/etc/new"),
		      *beside = scratch_path("/etc/.f.holdfast");
	if (how == RENAMES) {
		scratch_text("/etc/new", "theirs\n");
		assert_int_equal(rename(new, path), 0);
	} else if (how == WRITES) {
		scratch_text("/etc/f", "theirs\n");
	} else if (how == REMOVES) {
		assert_int_equal(unlink(path), 0);
	} else if (how == CHANGES_MODE) {
		assert_int_equal(chmod(path, 0604), 0);
	} else if (how == TAKES_BESIDE) {
		assert_int_equal(unlink(beside), 0);
	}
}

static const char *
text_of(const char *name)
{
	static char have[20];
	autofree char *path = scratch_path(name);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return "";
	ssize_t size = read(fd, have, sizeof have - 1);
	have[size > 0 ? size : 0] = '\0';
	close(fd);
	return have;
}

struct fault {
	int lacks;
	long number, at; /* 0: none */
	int error;
	long then;
};

static const struct {
	const char *from, *to; /* NULL: no file */
	enum meddle between, after; /* before the exchange, and before it is taken back */
	struct fault fault;
	bool exchanged, back, conflict;
	const char *said; /* NULL: nothing */
	const char *left, *beside; /* "": no file */
} cases[] = {
#define PLAIN                                                                            \
	{                                                                                \
		CALLS_LACK_FLAGS, 0, 0, 0, 0                                             \
	}
#define NONE                                                                             \
	{                                                                                \
		0, 0, 0, 0, 0                                                            \
	}
	{ "old", "new", RENAMES, NOTHING, PLAIN, false, false, true,
		"/etc/f: somebody changed it meanwhile", "theirs\n", "" },
	{ "old", "new", WRITES, NOTHING, PLAIN, false, false, true,
		"somebody changed it meanwhile", "theirs\n", "" },
	{ "old", "new", REMOVES, NOTHING, PLAIN, false, false, true,
		"somebody changed it meanwhile", "", "" },
	{ "old", "new", CHANGES_MODE, NOTHING, PLAIN, false, false, true,
		"somebody changed it meanwhile", "old", "" },
	{ "old", NULL, RENAMES, NOTHING, PLAIN, false, false, true,
		"somebody changed it meanwhile", "theirs\n", "" },
	{ NULL, "new", RENAMES, NOTHING, PLAIN, false, false, true,
		"somebody created it meanwhile", "theirs\n", "" },
	{ "old", "new", NOTHING, NOTHING, PLAIN, true, true, false, NULL, "old", "" },
	{ "old", NULL, NOTHING, NOTHING, PLAIN, true, true, false, NULL, "old", "" },
	{ NULL, "new", NOTHING, NOTHING, PLAIN, true, true, false, NULL, "", "" },
	{ "old", "new", NOTHING, RENAMES, PLAIN, true, false, true, "somebody changed it",
		"theirs\n", "" },
	/* after the exchange: their work stays */
	{ "old", "new", NOTHING, RENAMES, NONE, true, false, true,
		"somebody changed it meanwhile and it stays so", "theirs\n", "" },
	{ "old", "new", NOTHING, WRITES, NONE, true, false, true, "it stays so",
		"theirs\n", "" },
	{ "old", NULL, NOTHING, RENAMES, NONE, true, false, false,
		"can't put it back: File exists", "theirs\n", "old" },
	{ NULL, "new", NOTHING, RENAMES, NONE, true, false, true, "somebody changed it",
		"theirs\n", "" },
	{ NULL, "new", NOTHING, REMOVES, NONE, true, false, true, "it is gone", "", "" },
	/* and calls fail */
	{ "old", "new", NOTHING, RENAMES, { 0, SYS_renameat2, 3, EIO, 0 }, true, false,
		true, "/etc/f: can't put it back: Input/output error", "old",
		"theirs\n" },
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_renameat2, 2, EIO, 0 }, true, false,
		false, "can't put it back: Input/output error", "new", "old" },
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_newfstatat, 7, EIO, 0 }, true, false,
		false, "can't put it back: Input/output error", "old", "new" },
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_newfstatat, 4, EIO, 0 }, false, true,
		false, "/etc/f: can't look at it again: Input/output error", "old", "" },
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_newfstatat, 4, EIO, SYS_renameat2 },
		false, false, false,
		"can't put back what somebody wrote meanwhile: Input/output error", "new",
		"old" },
	{ "old", "new", RENAMES, NOTHING, { 0, SYS_renameat2, 2, EIO, 0 }, false, true,
		false, "can't put back what somebody wrote meanwhile: Input/output error",
		"theirs\n", "" },
	{ "old", NULL, RENAMES, NOTHING, { 0, SYS_renameat2, 2, EIO, 0 }, false, true,
		false, "can't put back what somebody wrote meanwhile: Input/output error",
		"theirs\n", "" },
	{ "old", NULL, NOTHING, NOTHING, { 0, SYS_renameat2, 1, ENOSYS, 0 }, true, true,
		false, NULL, "old", "" },
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_renameat2, 1, ENOSYS, 0 }, true, true,
		false, NULL, "old", "" },
	{ "old", "new", NOTHING, NOTHING, { CALLS_LACK_FLAGS, SYS_newfstatat, 4, EIO, 0 },
		false, true, false, "can't look at it again: Input/output error", "old",
		"" },
	{ NULL, "new", NOTHING, NOTHING, { CALLS_LACK_FLAGS, SYS_unlinkat, 1, EIO, 0 },
		false, true, false, "/etc/f: can't create it: Input/output error", "",
		"" },
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_openat, 1, EACCES, 0 }, false, false,
		false, "/etc/f: can't open it: Permission denied", "old", "" },
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_openat, 3, EMFILE, 0 }, false, false,
		false, "can't make the new file beside it: Too many open files", "old",
		"" },
	{ NULL, "new", NOTHING, NOTHING, { CALLS_LACK_TMPFILE, SYS_fchmod, 1, EPERM, 0 },
		false, false, false, "beside it: Operation not permitted", "", "" },
	/* what it carries */
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_fremovexattr, 1, ENODATA, 0 }, true,
		true, false, NULL, "old", "" },
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_fremovexattr, 1, EIO, 0 }, false,
		false, false, "can't make the new file beside it: Input/output error",
		"old", "" },
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_flistxattr, 1, EIO, 0 }, false, false,
		false, "can't make the new file beside it: Input/output error", "old",
		"" },
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_flistxattr, 2, EIO, 0 }, false, true,
		false, "can't look at it again: Input/output error", "old", "" },
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_flistxattr, 3, EIO, 0 }, false, true,
		false, "can't look at it again: Input/output error", "old", "" },
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_fgetxattr, 1, EIO, 0 }, false, false,
		false, "can't make the new file beside it: Input/output error", "old",
		"" },
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_fsetxattr, 1, ENOSPC, 0 }, false,
		false, false, "beside it: No space left on device", "old", "" },
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_fgetxattr, 2, ENODATA, 0 }, false,
		false, true, "somebody changed it meanwhile", "old", "" },
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_fgetxattr, 3, ENOTSUP, 0 }, false,
		false, true, "somebody changed it meanwhile", "old", "" },
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_fgetxattr, 2, EIO, 0 }, false, true,
		false, "can't look at it again: Input/output error", "old", "" },
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_fgetxattr, 3, EIO, 0 }, false, true,
		false, "can't look at it again: Input/output error", "old", "" },
	{ NULL, "new", NOTHING, NOTHING, { 0, SYS_linkat, 1, EPERM, 0 }, false, false,
		false,
		"/etc/f: can't make the new file beside it: Operation not permitted", "",
		"" },
	{ NULL, "new", NOTHING, NOTHING, { CALLS_LACK_MARKS, SYS_linkat, 1, EPERM, 0 },
		false, false, false, "beside it: Operation not permitted", "", "" },
	{ "old", "new", NOTHING, NOTHING, { CALLS_LACK_MARKS, SYS_linkat, 1, EPERM, 0 },
		false, false, false, "beside it: Operation not permitted", "old", "" },
	{ "old", "new", NOTHING, NOTHING, { 0, SYS_pread64, 1, EIO, 0 }, false, false,
		false, "/etc/f: can't read it: Input/output error", "old", "" },
};

/* Those that are about extended attributes: not every file system has them. */
static bool
is_about_xattrs(size_t i)
{
	return cases[i].fault.number == SYS_fgetxattr ||
		cases[i].fault.number == SYS_fsetxattr;
}

static void
swap_one(const void *data)
{
	size_t i = *(const size_t *)data;
	const struct attributes attributes = {
		.owner = geteuid(), .group = getegid(), .mode = 0640
	};
	const char *from = cases[i].from, *to = cases[i].to;
	const struct swap swap = { "/etc/f",
		{ from != NULL, { from, from != NULL ? strlen(from) : 0 } },
		{ to != NULL, { to, to != NULL ? strlen(to) : 0 } }, &attributes };
	const struct fault *fault = &cases[i].fault;
	struct replacement replacement;
	struct error err = ERROR_INIT;
	int root = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(replace_open(&replacement, root, &swap, &err), 0);
	calls_begin(fault->at > 0 ? fault->number : -1, fault->at, fault->error);
	calls.lacks = fault->lacks;
	calls.then = fault->then;
	told->prepared = replace_prepare(&replacement, &err) == 0;
	calls.on = false;
	meddle(told->prepared ? cases[i].between : NOTHING);
	calls.on = true;
	told->exchanged = told->prepared && replace_exchange(&replacement, &err) == 0;
	calls.on = false;
	meddle(told->exchanged ? cases[i].after : NOTHING);
	calls.on = true;
	told->back = told->prepared && replace_back(&replacement, &err) == 0;
	told->conflict = replacement.conflict;
	calls_end();
	told->met = calls.met != NULL;
	snprintf(told->text, sizeof told->text, "%s", err.text != NULL ? err.text : "");
	error_clear(&err);
	replace_close(&replacement);
	close(root);
}

static void
test_meddled(void **state)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autofree char *directory = scratch_path("/etc");
		assert_int_equal(mkdir(directory, 0755), 0);
		if (cases[i].from != NULL)
			scratch_text("/etc/f", cases[i].from);
		autofree char *path = scratch_path("/etc/f");
		if (cases[i].from != NULL &&
			setxattr(path, "user.kept", "value", 5, 0) < 0 &&
			is_about_xattrs(i))
			skip();
		memset(told, 0, sizeof *told);
		calls_apart(swap_one, &i);
		const char *said = cases[i].said != NULL ? cases[i].said : "";
		if (told->exchanged != cases[i].exchanged ||
			told->back != cases[i].back ||
			told->conflict != cases[i].conflict ||
			told->met != (cases[i].fault.at > 0) ||
			strstr(told->text, said) == NULL ||
			(said[0] == '\0') != (told->text[0] == '\0'))
			fail_msg("case %zu: %d %d %d: met %d: %s", i, told->exchanged,
				told->back, told->conflict, told->met, told->text);
		assert_string_equal(text_of("/etc/f"), cases[i].left);
		assert_string_equal(text_of("/etc/.f.holdfast"), cases[i].beside);
		teardown(state);
		setup(state);
	}
}

static const char *beside;

static int
look_who_may_read(void)
{
	struct stat status;
	told->prepared = stat(beside, &status) == 0 && status.st_mode == (S_IFREG | 0600);
	return 0;
}

static void
prepare_closed(const void *data)
{
	const struct attributes attributes = {
		.owner = geteuid(), .group = getegid(), .mode = 0644
	};
	const struct swap swap = { "/etc/f", { false, { NULL, 0 } },
		{ true, { "new", 3 } }, &attributes };
	struct replacement replacement;
	int root = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
	(void)data;
	umask(0);
	assert_int_equal(replace_open(&replacement, root, &swap, NULL), 0);
	calls_begin(SYS_write, 1, EIO);
	calls.lacks = CALLS_LACK_TMPFILE;
	calls.meanwhile = look_who_may_read;
	told->exchanged = replace_prepare(&replacement, NULL) == 0;
	calls_end();
	replace_close(&replacement);
	close(root);
}

/* Until it has its mode nobody else can look into what has a name from the start. */
static void
test_closed_to_others(void **state)
{
	(void)state;
	scratch_text("/etc/x", "");
	autofree char *path = scratch_path("/etc/.f.holdfast");
	beside = path;
	memset(told, 0, sizeof *told);
	calls_apart(prepare_closed, NULL);
	assert_true(told->exchanged);
	assert_true(told->prepared);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_meddled, setup, teardown),
		cmocka_unit_test_setup_teardown(test_closed_to_others, setup, teardown),
	};
	told = mmap(NULL, sizeof *told, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return told == MAP_FAILED ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
