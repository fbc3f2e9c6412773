/* What a file carries: handed on, compared, given to a new one. */
#include "tests/unit/scratch.h"

#include <sys/xattr.h>

#include "enforcer/attributes.h"

static int a, b;

static int
open_new(const char *name)
{
	scratch_text(name, "bytes");
	autofree char *path = scratch_path(name);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0640), 0);
	return fd;
}

static int
setup(void **state)
{
	(void)state;
	scratch_make();
	a = open_new("/a");
	b = open_new("/b");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	close(a);
	close(b);
	scratch_remove();
	return 0;
}

static void
give(int fd, const char *name, const char *value)
{
	if (fsetxattr(fd, name, value, strlen(value), 0) < 0)
		skip(); /* a file system without */
}

static void
assert_same(int expected)
{
	assert_int_equal(attributes_same(a, b), expected);
	assert_int_equal(attributes_same(b, a), expected);
}

static void
test_same(void **state)
{
	(void)state;
	assert_same(1);
	assert_int_equal(fchmod(b, 0641), 0);
	assert_same(0);
	assert_int_equal(fchmod(b, 0640), 0);
	give(a, "user.x", "one");
	assert_same(0);
	give(b, "user.x", "two");
	assert_same(0);
	give(b, "user.x", "on");
	assert_same(0);
	give(b, "user.x", "one");
	assert_same(1);
	give(b, "user.y", "");
	assert_same(0);
	give(a, "user.y", "");
	assert_same(1);
	assert_int_equal(attributes_same(a, -1), -1);
	assert_int_equal(attributes_same(-1, b), -1);
	if (geteuid() != 0)
		return;
	assert_int_equal(fchown(b, 12, 0), 0);
	assert_same(0);
	assert_int_equal(fchown(b, 0, 12), 0);
	assert_same(0);
	assert_int_equal(fchown(a, 0, 12), 0);
	assert_same(1);
}

/* IMA and EVM sign the bytes of the old file: nothing of that is for the new one. */
static void
test_signatures(void **state)
{
	(void)state;
	static const char *const names[] = { "security.ima", "security.evm" };
	struct attributes attributes;
	int root = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < 2; i++) {
		/* a signature's type comes first, which the kernel may look at */
		if (fsetxattr(a, names[i], "\3signature", 10, 0) < 0)
			skip();
		assert_same(1);
		assert_int_equal(attributes_copy(a, b), 0);
		assert_int_equal(fgetxattr(b, names[i], NULL, 0), -1);
		assert_int_equal(attributes_read(root, "/a", &attributes, NULL), 0);
		assert_int_equal(attributes.count, 0);
		attributes_free(&attributes);
		assert_int_equal(fremovexattr(a, names[i]), 0);
	}
	close(root);
}

static void
test_read_and_set(void **state)
{
	(void)state;
	struct attributes attributes;
	struct error err = ERROR_INIT;
	int root = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
	give(a, "user.x", "one");
	give(a, "user.y", "");
	assert_int_equal(fchmod(a, 04751), 0);
	assert_int_equal(attributes_read(root, "/a", &attributes, &err), 0);
	assert_int_equal(attributes.count, 2);
	assert_int_equal(attributes.mode, 04751);
	assert_int_equal(attributes_set(b, &attributes), 0);
	assert_same(1);
	/* over what is there already */
	give(b, "user.x", "two");
	assert_int_equal(attributes_set(b, &attributes), 0);
	assert_same(1);
	give(b, "user.x", "two");
	assert_int_equal(attributes_copy(a, b), 0);
	assert_same(1);
	attributes_free(&attributes);
	assert_int_equal(attributes.count, 0);
	assert_int_equal(attributes_copy(a, -1), -1);
	assert_int_equal(attributes_copy(-1, a), -1);
	assert_int_equal(attributes_read(root, "/none", &attributes, &err), -1);
	assert_non_null(strstr(err.text, "/none: can't read its attributes"));
	error_clear(&err);
	/* of what is no regular file the xattrs are nobody's business here */
	autofree char *fifo = scratch_path("/fifo");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_int_equal(attributes_read(root, "/fifo", &attributes, &err), 0);
	assert_int_equal(attributes.mode, 0600);
	attributes_free(&attributes);
	close(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same, setup, teardown),
		cmocka_unit_test_setup_teardown(test_signatures, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read_and_set, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
