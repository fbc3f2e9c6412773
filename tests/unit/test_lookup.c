/* Random trees of folders, files and links, asked for random paths: where a lookup leads
 * is where the kernel goes, which is asked with RESOLVE_IN_ROOT. */
#include "base/lookup.h"
#include "tests/unit/scratch.h"

#include <linux/openat2.h>

#include "base/bytes.h"
#include "base/resolve.h"

enum {
	TREES = 60,
	NODES = 14,
	PATHS = 300,
};

static const char *const names[] = { "a", "b", "c", "d" };
static unsigned state = 1;

static unsigned
any(unsigned count)
{
	state = state * 1103515245u + 12345u;
	return (state >> 16) % count;
}

/* A path of up to LENGTH components; the caller frees. */
static char *
any_path(unsigned length, bool is_absolute)
{
	char *path = memory_text(is_absolute ? "/" : "");
	for (unsigned i = 0; i <= any(length); i++) {
		unsigned kind = any(12);
		const char *name = kind == 0 ? ".." : kind == 1 ? "." : names[any(4)];
		char *more = memory_printf(
			"%s%s%s", path, i > 0 ? (any(9) == 0 ? "//" : "/") : "", name);
		free(path);
		path = more;
	}
	if (any(12) == 0) {
		char *more = memory_printf("%s/", path);
		free(path);
		path = more;
	}
	return path;
}

static void
make_tree(void)
{
	scratch_make();
	for (unsigned i = 0; i < NODES; i++) {
		autofree char *name = memory_printf("/%s%s%s%s%s", names[any(4)],
			any(2) ? "/" : "", names[any(4)], any(3) == 0 ? "/" : "",
			names[any(4)]);
		autofree char *path = scratch_path(name);
		autofree char *folder = memory_text(path);
		autofree char *target = any_path(4, any(2) != 0);
		*strrchr(folder, '/') = '\0';
		/* in a folder that is none nothing is made */
		(void)!mkdir(folder, 0755);
		switch (any(3)) {
		case 0:
			(void)!mkdir(path, 0755);
			break;
		case 1:
			(void)!symlink(target, path);
			break;
		default:
			close(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
		}
	}
}

static void
check_target(int root, const char *path, const struct lookup *lookup,
	const struct stat *status)
{
	struct stat its;
	int fd = resolve_open(root, lookup->target, O_PATH, RESOLVE_NO_SYMLINKS);
	if (fd < 0 || fstat(fd, &its) < 0 || its.st_ino != status->st_ino ||
		lookup->status.st_ino != status->st_ino)
		fail_msg("%s: leads to %s, says the kernel something else", path,
			lookup->target);
	close(fd);
	if (lookup->target[0] != '/' || strstr(lookup->target, "//") != NULL ||
		strstr(lookup->target, "/.") != NULL)
		fail_msg("%s: %s is not tidy", path, lookup->target);
}

static void
check_path(struct lookups *lookups, const char *path)
{
	struct stat status = { 0 }, own = { 0 };
	int fd = resolve_open(lookups->root, path, O_PATH, 0), errnum = errno;
	bool is_there = fd >= 0 && fstat(fd, &status) == 0;
	int name = resolve_open(lookups->root, path, O_PATH | O_NOFOLLOW, 0);
	bool is_link = name >= 0 && fstat(name, &own) == 0 && S_ISLNK(own.st_mode);
	const struct lookup *lookup = lookup_get(lookups, path);
	if (lookup->errnum != (is_there ? 0 : errnum))
		fail_msg("%s: %s, says the kernel %s", path, strerror(lookup->errnum),
			is_there ? "it is there" : strerror(errnum));
	if (lookup->is_link != is_link && errnum != ELOOP)
		fail_msg("%s: is%s a link", path, is_link ? "" : " not");
	if (is_there)
		check_target(lookups->root, path, lookup, &status);
	if (fd >= 0)
		close(fd);
	if (name >= 0)
		close(name);
	for (int i = 0; i < 2; i++) {
		/* the descriptor that was kept, then another */
		const struct lookup *again;
		fd = lookup_open(lookups, path, &own, &again);
		assert_ptr_equal(again, lookup);
		assert_int_equal(fd >= 0, is_there);
		if (fd >= 0 && own.st_ino != status.st_ino)
			fail_msg("%s: opened is something else", path);
		if (fd >= 0)
			close(fd);
	}
}

static void
test_as_the_kernel(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < TREES; i++) {
		make_tree();
		struct lookups lookups;
		int root = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
		lookups_init(&lookups, root);
		for (unsigned k = 0; k < PATHS; k++) {
			autofree char *path = any_path(6, true);
			check_path(&lookups, path);
		}
		lookups_free(&lookups);
		close(root);
		scratch_remove();
	}
}

/* "/l38/x/x ..." and so on: each of forty links is about as long as a path may be. */
static void
test_long_chain(void **unused)
{
	(void)unused;
	scratch_make();
	autobuffer struct buffer tail = { 0 };
	for (int i = 0; i < 2035; i++)
		buffer_text(&tail, "/x");
	scratch_link("/l0", "/");
	for (int i = 1; i < 40; i++) {
		autofree char *name = memory_printf("/l%d", i);
		autofree char *target = memory_printf("/l%d%s", i - 1, tail.data);
		scratch_link(name, target);
	}
	struct lookups lookups;
	int root = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
	lookups_init(&lookups, root);
	alarm(10);
	for (int i = 0; i < 300; i++) {
		autofree char *path = memory_printf("/l5%.1000s/y%d", tail.data, i);
		assert_int_equal(lookup_get(&lookups, path)->errnum, ENOENT);
	}
	autofree char *path = memory_printf("/l39%.2000s", tail.data);
	assert_int_not_equal(lookup_get(&lookups, path)->errnum, 0);
	alarm(0);
	lookups_free(&lookups);
	close(root);
	scratch_remove();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_the_kernel),
		cmocka_unit_test(test_long_chain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
