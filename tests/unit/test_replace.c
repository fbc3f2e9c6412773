#include "tests/unit/scratch.h"

#include <sys/xattr.h>

#include "enforcer/replace.h"

static int root = -1;

static int
setup(void **state)
{
	(void)state;
	scratch_make();
	root = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root < 0 ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	close(root);
	scratch_remove();
	return 0;
}

static struct version
holding(const char *text)
{
	return text == NULL ? (struct version){ 0 }
			    : (struct version){ true, BYTES_TEXT(text) };
}

/* NULL when there is no such file */
static void
assert_file(const char *name, const char *text)
{
	char have[100] = "";
	autofree char *path = scratch_path(name);
	FILE *in = fopen(path, "r");
	if (text == NULL) {
		assert_null(in);
		return;
	}
	assert_non_null(in);
	have[fread(have, 1, sizeof have - 1, in)] = '\0';
	fclose(in);
	assert_string_equal(have, text);
}

static const struct attributes plain = { .mode = 0640 };

static struct attributes
mine(void)
{
	struct attributes attributes = plain;
	attributes.owner = geteuid();
	attributes.group = getegid();
	return attributes;
}

/* What an editor does between our look and our exchange. */
typedef void (*meddle)(void);

struct outcome_of {
	bool opened, prepared, exchanged, conflict;
};

/* Carries one swap out as far as it goes; what fails after the preparation is taken
 * back. */
static struct outcome_of
swap_one(const char *file, const char *from, const char *to, meddle between)
{
	struct attributes attributes = mine();
	struct swap swap = { file, holding(from), holding(to), &attributes };
	struct replacement replacement;
	struct outcome_of outcome = { 0 };
	struct error err = ERROR_INIT;
	outcome.opened = replace_open(&replacement, root, &swap, &err) == 0;
	outcome.prepared = outcome.opened && replace_prepare(&replacement, &err) == 0;
	if (outcome.prepared && between != NULL)
		between();
	outcome.exchanged = outcome.prepared && replace_exchange(&replacement, &err) == 0;
	outcome.conflict = replacement.conflict;
	assert_int_equal(outcome.exchanged, err.text == NULL);
	if (outcome.exchanged)
		assert_int_equal(replace_sync(&replacement, &err) |
				replace_settle(&replacement, &err),
			0);
	else if (outcome.prepared)
		replace_back(&replacement, NULL);
	replace_close(&replacement);
	error_clear(&err);
	return outcome;
}

static void
test_forth_and_back(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to;
	} swaps[] = { { "old\n", "new\n" }, { NULL, "new\n" }, { "old\n", NULL } };
	for (size_t i = 0; i < sizeof swaps / sizeof *swaps; i++) {
		struct attributes attributes = mine();
		struct swap swap = { "/etc/f", holding(swaps[i].from),
			holding(swaps[i].to), &attributes };
		struct replacement replacement;
		scratch_text("/etc/f", "old\n");
		autofree char *path = scratch_path("/etc/f");
		if (swaps[i].from == NULL)
			assert_int_equal(unlink(path), 0);
		assert_int_equal(replace_open(&replacement, root, &swap, NULL), 0);
		assert_int_equal(replace_prepare(&replacement, NULL), 0);
		assert_file("/etc/f", swaps[i].from);
		assert_int_equal(replace_exchange(&replacement, NULL), 0);
		assert_file("/etc/f", swaps[i].to);
		assert_int_equal(replace_back(&replacement, NULL), 0);
		replace_close(&replacement);
		replace_close(&replacement); /* there is nothing more to close */
		assert_true(fcntl(0, F_GETFD) >= 0);
		assert_file("/etc/f", swaps[i].from);
		assert_file("/etc/.f.holdfast", NULL);
		assert_true(
			swap_one("/etc/f", swaps[i].from, swaps[i].to, NULL).exchanged);
		assert_file("/etc/f", swaps[i].to);
		assert_file("/etc/.f.holdfast", NULL);
		/* it is the other version by now */
		struct outcome_of again = swap_one(
			"/etc/f", swaps[i].from, swaps[i].to, NULL);
		assert_false(again.prepared);
		assert_true(again.conflict);
	}
}

static void
edit_by_rename(void)
{
	autofree char *from = scratch_path("/etc/editor"), *to = scratch_path("/etc/f");
	scratch_text("/etc/editor", "theirs\n");
	assert_int_equal(rename(from, to), 0);
}

static void
edit_in_place(void)
{
	scratch_text("/etc/f", "theirs\n");
}

static void
edit_first_byte(void)
{
	scratch_text("/etc/f", "Old\n");
}

static void
edit_away(void)
{
	autofree char *path = scratch_path("/etc/f");
	assert_int_equal(unlink(path), 0);
}

static void
edit_mode(void)
{
	autofree char *path = scratch_path("/etc/f");
	assert_int_equal(chmod(path, 0604), 0);
}

static void
edit_link(void)
{
	autofree char *path = scratch_path("/etc/f");
	scratch_text("/etc/elsewhere", "old\n");
	assert_int_equal(unlink(path), 0);
	scratch_link("/etc/f", "elsewhere");
}

static void
test_an_editor_meanwhile(void **state)
{
	(void)state;
	static const struct {
		meddle between;
		const char *from, *to, *left;
	} cases[] = {
		{ edit_by_rename, "old\n", "new\n", "theirs\n" },
		{ edit_in_place, "old\n", "new\n", "theirs\n" },
		{ edit_first_byte, "old\n", "new\n", "Old\n" },
		{ edit_away, "old\n", "new\n", NULL },
		{ edit_mode, "old\n", "new\n", "old\n" },
		{ edit_link, "old\n", "new\n", "old\n" },
		{ edit_by_rename, "old\n", NULL, "theirs\n" },
		{ edit_in_place, "old\n", NULL, "theirs\n" },
		{ edit_away, "old\n", NULL, NULL },
		{ edit_by_rename, NULL, "new\n", "theirs\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autofree char *path = scratch_path("/etc/f");
		unlink(path);
		scratch_text("/etc/f", "old\n");
		if (cases[i].from == NULL)
			assert_int_equal(unlink(path), 0);
		struct outcome_of outcome = swap_one(
			"/etc/f", cases[i].from, cases[i].to, cases[i].between);
		assert_true(outcome.prepared);
		assert_false(outcome.exchanged);
		assert_true(outcome.conflict);
		assert_file("/etc/f", cases[i].left);
		assert_file("/etc/.f.holdfast", NULL);
	}
	assert_file("/etc/elsewhere", "old\n");
}

static void
test_links_in_the_way(void **state)
{
	(void)state;
	char outside[] = "/tmp/holdfast-outside-XXXXXX";
	assert_non_null(mkdtemp(outside));
	autofree char *victim = memory_printf("%s/f", outside);
	int fd = open(victim, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_int_equal(write(fd, "old\n", 4), 4);
	close(fd);

	scratch_text("/real/f", "old\n");
	scratch_link("/inside", "real");
	assert_true(swap_one("/inside/f", "old\n", "new\n", NULL).exchanged);
	assert_file("/real/f", "new\n");

	/* links that lead out end inside the root, where there is nothing */
	scratch_link("/absolute", outside);
	autofree char *up = memory_printf("../../../../../../..%s", outside);
	scratch_link("/relative", up);
	assert_false(swap_one("/absolute/f", "old\n", "new\n", NULL).opened);
	assert_false(swap_one("/relative/f", "old\n", "new\n", NULL).opened);
	scratch_link("/etc/f", victim);
	struct outcome_of outcome = swap_one("/etc/f", "old\n", "new\n", NULL);
	assert_true(outcome.conflict);
	assert_false(outcome.prepared); /* what it leads to was not even read */
	fd = open(victim, O_RDONLY | O_CLOEXEC);
	char have[8];
	assert_int_equal(read(fd, have, sizeof have), 4);
	assert_memory_equal(have, "old\n", 4);
	close(fd);
	assert_int_equal(unlink(victim) | rmdir(outside), 0);
}

static void
test_no_regular_file(void **state)
{
	(void)state;
	scratch_text("/etc/keep", "old\n");
	autofree char *fifo = scratch_path("/etc/f");
	assert_int_equal(mkfifo(fifo, 0644), 0);
	assert_true(swap_one("/etc/f", "old\n", "new\n", NULL).conflict);
	assert_int_equal(unlink(fifo) | mkdir(fifo, 0755), 0);
	assert_true(swap_one("/etc/f", "old\n", "new\n", NULL).conflict);
	assert_int_equal(rmdir(fifo), 0);
	autofree char *keep = scratch_path("/etc/keep");
	assert_int_equal(link(keep, fifo), 0);
	assert_true(swap_one("/etc/f", "old\n", NULL, NULL).conflict);
	assert_file("/etc/keep", "old\n");
	static const char *const names[] = { "/etc/", "/etc/.", "/etc/..", "f" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_false(swap_one(names[i], "old\n", "new\n", NULL).opened);
}

/* What has our temporary name and is not ours stays. */
static void
test_a_name_that_is_taken(void **state)
{
	(void)state;
	scratch_text("/etc/f", "old\n");
	scratch_text("/etc/.f.holdfast", "somebody's\n");
	assert_true(swap_one("/etc/f", "old\n", "new\n", NULL).conflict);
	assert_true(swap_one("/etc/f", "old\n", NULL, NULL).conflict);
	assert_file("/etc/f", "old\n");
	assert_file("/etc/.f.holdfast", "somebody's\n");
}

/* What is longer than ours is not a beginning of it, wherever ours ends. */
static void
test_longer_than_ours(void **state)
{
	(void)state;
	static char bytes[40000];
	static const size_t lengths[] = { 16383, 16384, 16385, 20000, 32768, 32769 };
	memset(bytes, 'x', sizeof bytes);
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
		for (size_t more = 0; more < 2; more++) {
			const struct swap swap = { "/etc/f", holding("old\n"),
				{ true, { bytes, lengths[i] } }, &plain };
			struct replacement replacement;
			struct error err = ERROR_INIT;
			struct stat status;
			autofree char *beside = scratch_path("/etc/.f.holdfast");
			scratch_text("/etc/f", "old\n");
			scratch_file("/etc/.f.holdfast", bytes, lengths[i] + more);
			assert_int_equal(
				replace_open(&replacement, root, &swap, &err), 0);
			assert_int_equal(
				replace_resume(&replacement, false, &err), more ? -1 : 0);
			assert_int_equal(replacement.conflict, more);
			assert_int_equal(stat(beside, &status), more ? 0 : -1);
			replace_close(&replacement);
			error_clear(&err);
			unlink(beside);
		}
}

/* u::rw-,u:12:r--,g::r--,m::r--,o::--- as the kernel keeps it: version 2, then tag,
 * permissions and id of each entry, little-endian (posix_acl_xattr.h). */
static const unsigned char acl[] = { 2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 4,
	0, 12, 0, 0, 0, 4, 0, 4, 0, 255, 255, 255, 255, 16, 0, 4, 0, 255, 255, 255, 255,
	32, 0, 0, 0, 255, 255, 255, 255 };

static void
test_attributes_stay(void **state)
{
	(void)state;
	struct stat before, after;
	unsigned char have[sizeof acl + 1];
	scratch_text("/etc/f", "old\n");
	autofree char *path = scratch_path("/etc/f"), *directory = scratch_path("/etc");
	if (geteuid() == 0)
		assert_int_equal(chown(path, 12, 34), 0);
	assert_int_equal(chmod(path, 02640), 0);
	if (setxattr(path, "user.kept", "\0bytes", 6, 0) < 0 ||
		setxattr(path, "system.posix_acl_access", acl, sizeof acl, 0) < 0)
		skip(); /* a file system without */
	/* what a new file here would inherit must not come in */
	assert_int_equal(
		setxattr(directory, "system.posix_acl_default", acl, sizeof acl, 0), 0);
	assert_int_equal(stat(path, &before), 0);
	assert_true(swap_one("/etc/f", "old\n", "new\n", NULL).exchanged);
	assert_int_equal(stat(path, &after), 0);
	assert_int_equal(before.st_mode, after.st_mode);
	assert_int_equal(before.st_uid, after.st_uid);
	assert_int_equal(before.st_gid, after.st_gid);
	assert_int_equal(getxattr(path, "user.kept", have, sizeof have), 6);
	assert_memory_equal(have, "\0bytes", 6);
	assert_int_equal(
		getxattr(path, "system.posix_acl_access", have, sizeof have), sizeof acl);
	assert_memory_equal(have, acl, sizeof acl);

	assert_true(swap_one("/etc/created", NULL, "new\n", NULL).exchanged);
	autofree char *created = scratch_path("/etc/created");
	assert_int_equal(stat(created, &after), 0);
	assert_int_equal(after.st_mode & 07777, 0640);
	assert_int_equal(
		getxattr(created, "system.posix_acl_access", have, sizeof have), -1);
}

static void
test_lengths(void **state)
{
	(void)state;
	/* of a name, to which ours adds "." and ".holdfast" */
	for (size_t length = 244; length <= 255; length++) {
		char name[300] = "/etc/";
		memset(name + 5, 'x', length);
		if (length <= 246)
			scratch_text(name, "old\n");
		struct outcome_of outcome = swap_one(name, "old\n", "new\n", NULL);
		assert_int_equal(outcome.opened, length <= 245);
		assert_int_equal(outcome.exchanged, length <= 245);
	}
	/* of a path: more than the kernel's, or than we have room for */
	static char path[3 * PATH_MAX];
	static const size_t lengths[] = { 4094, 4096, 4098, 8200 };
	struct replacement replacement;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		struct error err = ERROR_INIT;
		struct swap swap = { path, holding("old\n"), holding("new\n"), &plain };
		for (size_t k = 0; k < lengths[i]; k++)
			path[k] = "/x"[k % 2];
		strcpy(path + lengths[i], "/f");
		assert_int_equal(replace_open(&replacement, root, &swap, &err), -1);
		assert_non_null(strstr(err.text,
			lengths[i] < PATH_MAX ? "can't open its directory"
					      : "the name is too long"));
		error_clear(&err);
	}
	/* of a file: 8 MiB are read, no byte more */
	for (off_t more = 0; more < 2; more++) {
		scratch_text("/etc/f", "old\n");
		autofree char *large = scratch_path("/etc/f");
		assert_int_equal(truncate(large, (8 << 20) + more), 0);
		struct swap swap = { "/etc/f", holding("old\n"), holding("new\n"),
			&plain };
		struct error err = ERROR_INIT;
		assert_int_equal(replace_open(&replacement, root, &swap, &err), 0);
		assert_int_equal(replace_prepare(&replacement, &err), -1);
		assert_true(replacement.conflict);
		assert_non_null(strstr(
			err.text, more ? "larger than 8 MiB" : "somebody changed it"));
		replace_close(&replacement);
		error_clear(&err);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_forth_and_back, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_an_editor_meanwhile, setup, teardown),
		cmocka_unit_test_setup_teardown(test_links_in_the_way, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_regular_file, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_a_name_that_is_taken, setup, teardown),
		cmocka_unit_test_setup_teardown(test_longer_than_ours, setup, teardown),
		cmocka_unit_test_setup_teardown(test_attributes_stay, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lengths, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
