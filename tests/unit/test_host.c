#include "base/host.h"
#include "tests/unit/scratch.h"

#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>

static struct host *host;
static char outside[80];

static int
setup(void **state)
{
	(void)state;
	scratch_make();
	snprintf(outside, sizeof outside, "%s.outside", scratch);
	FILE *file = fopen(outside, "we");
	assert_non_null(file);
	fputs("SECRET", file);
	fclose(file);
	scratch_text("/etc/plain", "inside\n");
	host = host_open(scratch, NULL);
	assert_non_null(host);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	host_free(host);
	unlink(outside);
	scratch_remove();
	return 0;
}

static void
assert_text(const char *path, const char *target, const char *text)
{
	const struct file *file = host_file(host, path);
	if (file->state == FILE_REFUSED)
		print_message("%s: %s\n", path, file->reason);
	assert_int_equal(file->state, FILE_READ);
	assert_string_equal(file->target, target);
	assert_true(bytes_equal(file->bytes, BYTES_TEXT(text)));
}

static void
assert_refused(const char *path, int errnum, const char *reason)
{
	const struct file *file = host_file(host, path);
	assert_int_equal(file->state, FILE_REFUSED);
	assert_int_equal(file->errnum, errnum);
	assert_string_equal(file->reason, reason);
	assert_int_equal(file->bytes.size, 0);
}

static void
test_reads_once(void **state)
{
	(void)state;
	const struct file *file = host_file(host, "/etc/plain");
	assert_text("/etc/plain", "/etc/plain", "inside\n");
	assert_string_equal(file_sha256(file),
		"7b2441693c861bf6969869d8b6f45f098bc8ef07b78ca043a1cb663159aabb10");
	assert_int_equal(file->status.st_size, 7);
	assert_false(file->is_link);
	scratch_text("/etc/plain", "changed since\n");
	assert_ptr_equal(host_file(host, "/etc/plain"), file);
	assert_text("/etc/plain", "/etc/plain", "inside\n");
	assert_int_equal(host_file_count(host), 1);
	assert_ptr_equal(host_file_at(host, 0), file);
}

static void
test_notes(void **state)
{
	(void)state;
	assert_null(host_note(host, "a"));
	host_set_note(host, "a", memory_text("old"), free);
	host_set_note(host, "a", memory_text("new"), free);
	assert_string_equal(host_note(host, "a"), "new");
	struct host *layer = host_layer(host);
	assert_null(host_note(layer, "a"));
	host_free(layer);
}

static void
test_open(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	assert_null(host_open("/no/such/root", &err));
	assert_string_equal(err.text, "/no/such/root: No such file or directory");
	error_clear(&err);
	autofree char *plain = scratch_path("/etc/plain");
	assert_null(host_open(plain, &err));
	assert_non_null(strstr(err.text, "Not a directory"));
	error_clear(&err);
	assert_string_equal(host_root(host), scratch);
	assert_false(host_is_live(host));
	struct host *live = host_open("/usr/..", NULL);
	assert_true(host_is_live(live));
	host_free(live);
}

static void
test_absent(void **state)
{
	(void)state;
	const struct file *file = host_file(host, "/etc/none");
	assert_int_equal(file->state, FILE_ABSENT);
	assert_int_equal(file->errnum, ENOENT);
	file = host_file(host, "/etc/plain/below");
	assert_int_equal(file->state, FILE_ABSENT);
	assert_int_equal(file->errnum, ENOTDIR);
	scratch_link("/etc/dangling", "../usr/./share//x");
	file = host_file(host, "/etc/dangling");
	assert_int_equal(file->state, FILE_ABSENT);
	assert_true(file->is_link);
	assert_string_equal(file->target, "/usr/share/x");
	assert_int_equal(host_exists(host, "/etc/dangling"), 0);
	assert_int_equal(host_has_name(host, "/etc/dangling"), 1);
	assert_int_equal(host_exists(host, "/etc"), 1);
}

static void
test_links_stay_inside(void **state)
{
	(void)state;
	autofree char *up = memory_printf("../../../../../../../..%s", outside);
	autofree char *way_up = memory_printf("/etc/../../..%s", outside);
	scratch_link("/etc/absolute", outside);
	scratch_link("/etc/relative", up);
	scratch_link("/up", "..");
	scratch_link("/etc/inner", "/etc/second");
	scratch_link("/etc/second", "plain");
	scratch_link("/lib/conf", "../etc");
	assert_int_equal(host_file(host, "/etc/absolute")->state, FILE_ABSENT);
	assert_string_equal(host_file(host, "/etc/absolute")->target, outside);
	assert_int_equal(host_file(host, "/etc/relative")->state, FILE_ABSENT);
	assert_int_equal(host_file(host, way_up)->state, FILE_ABSENT);
	assert_text("/up/up/etc/plain", "/etc/plain", "inside\n");
	assert_text("/../etc/./plain", "/etc/plain", "inside\n");
	assert_text("/etc/inner", "/etc/plain", "inside\n");
	assert_true(host_file(host, "/etc/inner")->is_link);
	assert_text("/lib/conf/plain", "/etc/plain", "inside\n");
	assert_false(host_file(host, "/lib/conf/plain")->is_link);
}

static void
test_links_that_lead_nowhere(void **state)
{
	(void)state;
	static const char reason[] =
		"its symbolic links go round in a loop or through /proc";
	char name[32], target[32];
	scratch_link("/etc/a", "b");
	scratch_link("/etc/b", "a");
	scratch_link("/self", "self/self");
	assert_refused("/etc/a", ELOOP, reason);
	assert_refused("/self", ELOOP, reason);
	assert_int_equal(host_exists(host, "/etc/a"), -1);
	for (int i = 0; i < 50; i++) {
		snprintf(name, sizeof name, "/chain/%d", i);
		snprintf(target, sizeof target, "%d", i + 1);
		scratch_link(name, target);
	}
	scratch_text("/chain/50", "end");
	assert_refused("/chain/0", ELOOP, reason);
	assert_text("/chain/20", "/chain/50", "end");
}

static void
test_magic_links(void **state)
{
	(void)state;
	struct host *live = host_open("/", NULL);
	autofree char *path = memory_printf("/proc/self/root%s", outside);
	const struct file *file = host_file(live, path);
	assert_int_equal(file->state, FILE_REFUSED);
	assert_int_equal(file->errnum, ELOOP);
	file = host_file(live, "/proc/self/fd/0");
	assert_int_equal(file->state, FILE_REFUSED);
	host_free(live);
}

static void
test_only_regular_files(void **state)
{
	(void)state;
	autofree char *fifo = scratch_path("/etc/fifo");
	autofree char *device = scratch_path("/etc/device");
	autofree char *socket_path = scratch_path("/etc/socket");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(mkfifo(fifo, 0644), 0);
	strcpy(address.sun_path, socket_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
	close(fd);
	alarm(20); /* opening the FIFO would wait for ever */
	assert_refused("/etc/fifo", 0, "not a regular file");
	assert_refused("/etc/socket", 0, "not a regular file");
	assert_refused("/etc", EISDIR, "is a directory");
	if (mknod(device, S_IFCHR | 0644, makedev(1, 5)) == 0)
		assert_refused("/etc/device", 0, "not a regular file");
	alarm(0);
}

static void
make_size(const char *name, off_t size)
{
	autofree char *path = scratch_path(name);
	scratch_text(name, "");
	assert_int_equal(truncate(path, size), 0);
}

static void
test_sizes(void **state)
{
	(void)state;
	make_size("/nine", 9 << 20);
	make_size("/sparse", 1 << 30);
	make_size("/most", HOST_FILE_MAX);
	scratch_text("/empty", "");
	assert_refused("/nine", 0, "larger than 8 MiB");
	assert_refused("/sparse", 0, "larger than 8 MiB");
	assert_int_equal(host_file(host, "/most")->state, FILE_READ);
	assert_int_equal(host_file(host, "/most")->bytes.size, HOST_FILE_MAX);
	assert_text("/empty", "/empty", "");
	/* a file that says it has no size, and has */
	struct host *live = host_open("/", NULL);
	assert_true(host_file(live, "/proc/version")->bytes.size > 10);
	host_free(live);
}

static void
test_unreadable(void **state)
{
	(void)state;
	autofree char *path = scratch_path("/etc/closed");
	autofree char *directory = scratch_path("/etc/shut/x");
	scratch_text("/etc/closed", "x");
	scratch_text("/etc/shut/x", "x");
	assert_int_equal(chmod(path, 0), 0);
	/* what is in it can be listed, and not looked at */
	autofree char *listed = scratch_path("/etc/listed/x");
	scratch_text("/etc/listed/x", "x");
	*strrchr(listed, '/') = '\0';
	assert_int_equal(chmod(listed, 0444), 0);
	*strrchr(directory, '/') = '\0';
	assert_int_equal(chmod(directory, 0), 0);
	pid_t pid = fork();
	if (pid == 0) {
		struct name_list list;
		struct error err = ERROR_INIT;
		if (geteuid() == 0 && setuid(65534) < 0)
			_exit(2);
		const struct file *file = host_file(host, "/etc/closed");
		const struct file *below = host_file(host, "/etc/shut/x");
		bool right = file->state == FILE_REFUSED && file->errnum == EACCES &&
			strcmp(file->reason, "Permission denied") == 0 &&
			below->state == FILE_REFUSED && below->errnum == EACCES &&
			host_exists(host, "/etc/shut/x") == -1 &&
			host_list(host, "/etc/shut", &list, &err) == -1 &&
			errno == EACCES &&
			host_glob(host, "/etc/*/x", &list, &err) == -1 &&
			host_exists(host, "/etc/listed/x") == -1 &&
			host_list(host, "/etc/listed", &list, NULL) == 0 &&
			list.count == 1;
		_exit(right ? 0 : 1);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(chmod(directory, 0755), 0);
	assert_int_equal(chmod(listed, 0755), 0);
}

static void
test_list(void **state)
{
	(void)state;
	struct name_list list;
	struct error err = ERROR_INIT;
	scratch_text("/d/b", "");
	scratch_text("/d/B", "");
	scratch_text("/d/a\nc", "");
	scratch_text("/d/.hidden", "");
	assert_int_equal(host_list(host, "/d", &list, &err), 0);
	assert_int_equal(list.count, 4);
	assert_string_equal(list.names[0], ".hidden");
	assert_string_equal(list.names[1], "B");
	assert_string_equal(list.names[2], "a\nc");
	assert_string_equal(list.names[3], "b");
	name_list_free(&list);
	assert_text("/d/a\nc", "/d/a\nc", "");
	assert_int_equal(host_list(host, "/none", &list, &err), -1);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(err.text, "/none: No such file or directory");
	error_clear(&err);
	assert_int_equal(host_list(host, "/etc/plain", &list, &err), -1);
	assert_int_equal(errno, ENOTDIR);
	error_clear(&err);
}

static void
test_many_names(void **state)
{
	(void)state;
	struct name_list list;
	struct error err = ERROR_INIT;
	autofree char *path = scratch_path("/many/");
	scratch_parents("/many/x");
	int directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < 100000; i++) {
		char name[32];
		snprintf(name, sizeof name, "%d.conf", i);
		assert_int_equal(mknodat(directory, name, S_IFREG | 0644, 0), 0);
	}
	close(directory);
	assert_int_equal(host_list(host, "/many", &list, &err), 0);
	assert_int_equal(list.count, 100000);
	name_list_free(&list);
	assert_int_equal(host_glob(host, "/many/1*9.conf", &list, &err), 0);
	assert_int_equal(list.count, 1111);
	name_list_free(&list);
}

static void
assert_glob(struct host *where, const char *pattern, const char *expected)
{
	struct name_list list;
	struct error err = ERROR_INIT;
	autobuffer struct buffer found = { 0 };
	assert_int_equal(host_glob(where, pattern, &list, &err), 0);
	buffer_text(&found, "");
	for (size_t i = 0; i < list.count; i++)
		buffer_printf(&found, "%s ", list.names[i]);
	assert_string_equal(found.data, expected);
	name_list_free(&list);
}

static void
test_glob(void **state)
{
	(void)state;
	scratch_text("/g/b.conf", "");
	scratch_text("/g/a.conf", "");
	scratch_text("/g/a.conf~", "");
	scratch_text("/g/.x.conf", "");
	scratch_text("/g/sub/c.conf", "");
	scratch_link("/g/z.conf", "nowhere");
	scratch_link("/h", "g");
	assert_glob(host, "/g/*.conf", "/g/a.conf /g/b.conf /g/z.conf ");
	assert_glob(host, "/h/[a]*", "/h/a.conf /h/a.conf~ ");
	assert_glob(host, "/g//*/?.conf", "/g/sub/c.conf ");
	assert_glob(host, "/g/z.conf", "/g/z.conf ");
	assert_glob(host, "/*/sub/c.conf", "/g/sub/c.conf /h/sub/c.conf ");
	assert_glob(host, "/g/a\\.conf", "/g/a.conf ");
	assert_glob(host, "/g/none*", "");
	assert_glob(host, "/none/*", "");
	assert_glob(host, "/etc/plain/*", "");
}

static void
test_glob_is_bounded(void **state)
{
	(void)state;
	struct name_list list;
	struct error err = ERROR_INIT;
	char name[16];
	for (int i = 0; i < 30; i++) {
		snprintf(name, sizeof name, "/l/%d", i);
		scratch_link(name, ".");
	}
	alarm(60);
	assert_int_equal(host_glob(host, "/l/*/*/*/*/*/*/*/*/*/*", &list, &err), -1);
	alarm(0);
	assert_non_null(strstr(err.text, "too many names"));
	error_clear(&err);
}

static void
test_layer(void **state)
{
	(void)state;
	struct name_list list;
	struct error err = ERROR_INIT;
	scratch_text("/l/old.conf", "old");
	scratch_text("/l/gone.conf", "gone");
	scratch_link("/l/link.conf", "old.conf");
	scratch_link("/m", "l");
	struct host *layer = host_layer(host);
	const struct file *before = host_file(layer, "/l/old.conf");
	assert_ptr_equal(before, host_file(host, "/l/old.conf"));
	host_put(layer, "/l/link.conf", BYTES_TEXT("new"));
	host_put(layer, "/m/more.conf", BYTES_TEXT("more"));
	host_put(layer, "/new/dir/x", BYTES_TEXT(""));
	host_remove(layer, "/m/gone.conf");

	const struct file *file = host_file(layer, "/l/old.conf");
	assert_true(bytes_equal(file->bytes, BYTES_TEXT("new")));
	assert_string_not_equal(file_sha256(file), file_sha256(before));
	assert_ptr_equal(file, host_file(layer, "/l/old.conf"));
	file = host_file(layer, "/m/link.conf");
	assert_true(bytes_equal(file->bytes, BYTES_TEXT("new")));
	assert_true(file->is_link);
	assert_string_equal(file->target, "/l/old.conf");
	assert_true(bytes_equal(before->bytes, BYTES_TEXT("old")));
	assert_true(
		bytes_equal(host_file(layer, "/l/more.conf")->bytes, BYTES_TEXT("more")));
	assert_int_equal(host_file(layer, "/l/gone.conf")->state, FILE_ABSENT);
	assert_int_equal(host_file(host, "/l/more.conf")->state, FILE_ABSENT);

	assert_int_equal(host_exists(layer, "/m/more.conf"), 1);
	assert_int_equal(host_exists(layer, "/m/gone.conf"), 0);
	assert_int_equal(host_exists(layer, "/new/dir"), 1);
	assert_int_equal(host_exists(host, "/new/dir"), 0);
	assert_glob(layer, "/m/*.conf", "/m/link.conf /m/more.conf /m/old.conf ");
	assert_glob(host, "/m/*.conf", "/m/gone.conf /m/link.conf /m/old.conf ");
	assert_int_equal(host_list(layer, "/new", &list, &err), 0);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.names[0], "dir");
	name_list_free(&list);

	/* a second change, and a layer on the layer */
	struct host *upper = host_layer(layer);
	const struct file *first = host_file(layer, "/l/old.conf");
	host_remove(upper, "/l/more.conf");
	host_put(layer, "/l/old.conf", BYTES_TEXT("newer"));
	host_put(upper, "/l/gone.conf", BYTES_TEXT("back"));
	assert_true(bytes_equal(first->bytes, BYTES_TEXT("new")));
	assert_true(
		bytes_equal(host_file(upper, "/l/old.conf")->bytes, BYTES_TEXT("newer")));
	assert_glob(upper, "/l/*.conf", "/l/gone.conf /l/link.conf /l/old.conf ");
	assert_int_equal(host_exists(upper, "/l/more.conf"), 0);
	host_remove(layer, "/l/old.conf");
	assert_int_equal(host_exists(upper, "/l/link.conf"), 0);
	assert_int_equal(host_has_name(upper, "/l/link.conf"), 1);
	host_free(upper);
	host_free(layer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_reads_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_notes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_open, setup, teardown),
		cmocka_unit_test_setup_teardown(test_absent, setup, teardown),
		cmocka_unit_test_setup_teardown(test_links_stay_inside, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_links_that_lead_nowhere, setup, teardown),
		cmocka_unit_test_setup_teardown(test_magic_links, setup, teardown),
		cmocka_unit_test_setup_teardown(test_only_regular_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unreadable, setup, teardown),
		cmocka_unit_test_setup_teardown(test_list, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_names, setup, teardown),
		cmocka_unit_test_setup_teardown(test_glob, setup, teardown),
		cmocka_unit_test_setup_teardown(test_glob_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_layer, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
