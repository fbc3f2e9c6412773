/* Which modules a root's libpam can load: in which folder it looks, and which files it
 * can use. */
#include "tests/unit/scratch.h"

#include "base/host.h"
#include "policy/models/pam/pam_module.h"
#include "tests/unit/module_file.h"

static const char absent[] = "it is not where libpam looks for modules";

static void
put(const char *path, const struct module_file *file, size_t size)
{
	scratch_file(path, (const char *)file, size);
}

static void
put_good(const char *path)
{
	struct module_file file = module_file_make();
	put(path, &file, sizeof file);
}

/* What is said of NAME; NULL: it can be loaded. */
static void
told(const char *name, const char *text)
{
	struct error err = ERROR_INIT;
	struct host *host = host_open(scratch, &err);
	const char *trouble = pam_module_trouble(host, name);
	if (text == NULL)
		assert_null(trouble);
	else
		assert_string_equal(trouble, text);
	host_free(host);
}

static void
test_folder(void **state)
{
	(void)state;
	scratch_make();
	/* a copy of the module is no sign that libpam looks there */
	put_good("/lib/one-linux-gnu/security/pam_x.so");
	told("pam_x.so", "there is no folder with libpam's own modules");
	put_good("/usr/lib64/security/pam_permit.so");
	told("pam_x.so", absent);
	put_good("/usr/lib64/security/pam_x.so");
	told("pam_x.so", NULL);
	/* Debian's libpam looks beside its own, and in /lib/security */
	put_good("/usr/lib/two-linux-gnu/security/pam_unix.so");
	told("pam_x.so", absent);
	put_good("/lib/security/pam_x.so");
	told("pam_x.so", NULL);
	put_good("/usr/lib/two-linux-gnu/security/pam_y.so");
	told("pam_y.so", NULL);
	/* by its path it is asked wherever it lies */
	told("/opt/pam_z.so", absent);
	put_good("/opt/pam_z.so");
	told("/opt/pam_z.so", NULL);
	scratch_remove();
}

static void
isa(const char *folder, enum pam_module_state state)
{
	struct error err = ERROR_INIT;
	const char *why;
	scratch_make();
	autofree char *path = memory_printf("%s/pam_permit.so", folder);
	put_good(path);
	struct host *host = host_open(scratch, &err);
	assert_int_equal(
		pam_module_look(host, "/lib/security/$ISA/pam_permit.so", &why), state);
	host_free(host);
	scratch_remove();
}

/* Red Hat's libpam finds its own folder by it, Debian's none. */
static void
test_isa(void **state)
{
	(void)state;
	isa("/usr/lib64/security", PAM_MODULE_THERE);
	isa("/lib/x86_64-linux-gnu/security", PAM_MODULE_MISSING);
}

/* On a host for programs of two sorts those that login can load count. */
static void
test_sorts(void **state)
{
	struct module_file other = module_file_make(), good = other;
	(void)state;
	scratch_make();
	other.head.e_machine = EM_386;
	put("/usr/lib/one-linux-gnu/security/pam_permit.so", &other, sizeof other);
	put("/usr/lib/one-linux-gnu/security/pam_x.so", &other, sizeof other);
	told("pam_x.so", NULL);
	put_good("/usr/lib/two-linux-gnu/security/pam_permit.so");
	put_good("/usr/lib/two-linux-gnu/security/pam_y.so");
	put("/usr/bin/login", &good, sizeof good);
	told("pam_x.so", absent);
	told("pam_y.so", NULL);
	put("/usr/lib/two-linux-gnu/security/pam_x.so", &other, sizeof other);
	told("pam_x.so",
		"its file is for another sort of machine than libpam's own modules");
	scratch_remove();
}

static void
test_files(void **state)
{
	struct module_file file = module_file_make();
	const char *path = "/lib/x-linux-gnu/security/pam_x.so";
	(void)state;
	scratch_make();
	put_good("/lib/x-linux-gnu/security/pam_permit.so");
	scratch_text(path, "");
	told("pam_x.so", "its file is empty");
	scratch_text(path, "nothing that can be loaded\n");
	told("pam_x.so", "its file is no shared object");
	put(path, &file, EI_NIDENT - 1);
	told("pam_x.so", "its file is no shared object");
	put(path, &file, EI_NIDENT);
	told("pam_x.so", "its file is no shared object");
	for (size_t size = sizeof file - 1; size > offsetof(Elf64_Ehdr, e_version);
		size--) {
		put(path, &file, size);
		told("pam_x.so", "its file is cut off");
	}
	put(path, &file, sizeof file);
	told("pam_x.so", NULL);
	file.head.e_type = ET_EXEC;
	put(path, &file, sizeof file);
	told("pam_x.so", "its file is no shared object");
	file = module_file_make();
	file.segment.p_filesz = UINT64_MAX;
	put(path, &file, sizeof file);
	told("pam_x.so", "its file is cut off");
	file.head.e_phoff = UINT64_MAX;
	put(path, &file, sizeof file);
	told("pam_x.so", "its file is cut off");
	autofree char *full = scratch_path(path);
	assert_int_equal(unlink(full), 0);
	assert_int_equal(mkdir(full, 0755), 0);
	told("pam_x.so", "is a directory");
	scratch_remove();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folder),
		cmocka_unit_test(test_isa),
		cmocka_unit_test(test_sorts),
		cmocka_unit_test(test_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
