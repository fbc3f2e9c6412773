#include <sys/time.h>

#include "policy/models/packages/software.h"
#include "tests/unit/scratch.h"

static struct policy policy;
static struct value assumed;
static struct entry assumed_entry;

static void
assume(const char *name, const char *value)
{
	assumed_entry = (struct entry){ .key = (char *)name,
		.value = { .type = VALUE_TEXT, .text = (char *)value } };
	assumed = (struct value){
		.type = VALUE_MAP, .entries = &assumed_entry, .count = 1
	};
	policy.assume = &assumed;
}

static int
setup(void **state)
{
	(void)state;
	scratch_make();
	policy = (struct policy){ 0 };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	scratch_remove();
	return 0;
}

static void
assert_software(const char *name, enum software_source source, const char *package,
	const char *version)
{
	struct host *host = host_open(scratch, NULL);
	struct context context = { .host = host, .policy = &policy };
	struct software software = software_find(&context, name);
	assert_int_equal(software.source, source);
	assert_string_equal(software.package ? software.package : "-", package);
	assert_string_equal(software.version ? software.version : "-", version);
	software_free(&software);
	host_free(host);
}

static const char status[] = "Package: openssh-server\n"
			     "Status: install ok installed\n"
			     "Maintainer: x\n"
			     "Version: 1:9.2p1-2+deb12u3\n"
			     "Description: server\n"
			     " Package: xinetd\n"
			     "\n"
			     "Package: rsyslog\n"
			     "Status: deinstall ok config-files\n"
			     "Version: 8.2302.0-1\n"
			     "\n"
			     "Package: xinetd\n"
			     "Status: install ok half-configured\n"
			     "Version: 1:2.3.15.3-1\n"
			     "\n"
			     "Package: libpam-modules\n"
			     "Status: install ok half-installed\n"
			     "Version: 1.5.2-6\n"
			     "\n"
			     "Package: libpam-modules\n"
			     "Status: hold ok installed\n"
			     "Version: 1.5.2-7\n"
			     "\n"
			     "Package: inetutils-syslogd-x\n"
			     "Status: install ok installed\n"
			     "Version: 1\n"
			     "\n"
			     "Package: sysklogd\n"
			     "Status: install ok installed\n"
			     "Version: 1.5";

static void
test_database(void **state)
{
	(void)state;
	scratch_text("/var/lib/dpkg/status", status);
	assert_software(
		"openssh", SOFTWARE_DATABASE, "openssh-server", "1:9.2p1-2+deb12u3");
	assert_software("xinetd", SOFTWARE_ABSENT, "-", "-");
	assert_software("pam", SOFTWARE_DATABASE, "libpam-modules", "1.5.2-7");
	assert_software("syslog", SOFTWARE_DATABASE, "sysklogd", "sysklogd");
	assert_software("unheard-of", SOFTWARE_ABSENT, "-", "-");
	/* blanks at a value's end are none of it; a daemon whose triggers are to be run
	 * runs */
	scratch_text("/var/lib/dpkg/status",
		"Package: openssh-server \nStatus: install ok triggers-pending\n"
		"Version: 1\n");
	assert_software("openssh", SOFTWARE_DATABASE, "openssh-server", "1");
}

static void
test_assumed(void **state)
{
	(void)state;
	assert_software("openssh", SOFTWARE_UNKNOWN, "-", "-");
	assume("openssh", "3.6.1p2");
	assert_software("openssh", SOFTWARE_ASSUMED, "-", "3.6.1p2");
	assert_software("syslog", SOFTWARE_UNKNOWN, "-", "-");
	scratch_text("/var/lib/dpkg/status", status);
	assert_software(
		"openssh", SOFTWARE_DATABASE, "openssh-server", "1:9.2p1-2+deb12u3");
	assume("xinetd", "2.3.12");
	assert_software("xinetd", SOFTWARE_ASSUMED, "-", "2.3.12");
}

static void
test_other_databases(void **state)
{
	(void)state;
	scratch_text("/var/lib/rpm/rpmdb.sqlite", "SQLite format 3");
	assert_software("openssh", SOFTWARE_UNKNOWN, "-", "-");
	scratch_text("/var/lib/dpkg/status", "");
	assert_software("openssh", SOFTWARE_ABSENT, "-", "-");
}

static void
test_refused_database(void **state)
{
	(void)state;
	autofree char *path = scratch_path("/var/lib/dpkg/status");
	scratch_text("/var/lib/dpkg/status", "");
	assert_int_equal(truncate(path, 1 << 30), 0);
	assert_software("openssh", SOFTWARE_UNKNOWN, "-", "-");
	assume("openssh", "9.2");
	assert_software("openssh", SOFTWARE_ASSUMED, "-", "9.2");
}

static void
test_hostile_database(void **state)
{
	(void)state;
	static const char *const texts[] = { "\n", "\n\n\n", "Package: openssh-server",
		"Package: openssh-server\n", "Package: openssh-server\n\n",
		"Package: openssh-server\nStatus: install ok installed",
		"Package: openssh-server\nStatus:  ok installed\nVersion: ",
		"Package: openssh-server\nVersion: 1\n\nStatus: install ok installed\n" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		scratch_text("/var/lib/dpkg/status", texts[i]);
		assert_software("openssh", SOFTWARE_ABSENT, "-", "-");
	}
	/* the name again and again in one stanza without an end */
	autobuffer struct buffer text = { 0 };
	while (text.size < (7 << 20))
		buffer_text(&text, "\nPackage: openssh-server\n");
	scratch_file("/var/lib/dpkg/status", text.data, text.size);
	/* SIGPROF ends it; other programs' time does not count */
	const struct itimerval limit = { .it_value = { .tv_sec = 60 } }, none = { 0 };
	assert_int_equal(setitimer(ITIMER_PROF, &limit, NULL), 0);
	assert_software("openssh", SOFTWARE_ABSENT, "-", "-");
	assert_int_equal(setitimer(ITIMER_PROF, &none, NULL), 0);
}

static void
test_compare(void **state)
{
	(void)state;
	assert_int_equal(software_openssh_compare("1:9.2p1-2+deb12u3", 9, 2), 0);
	assert_true(software_openssh_compare("3.6.1p2", 8, 7) < 0);
	assert_true(software_openssh_compare("1:8.10p1", 8, 7) > 0);
	assert_true(software_openssh_compare("10.0p1", 8, 7) > 0);
	assert_int_equal(software_openssh_compare("OpenSSH_8.7p1", 8, 7), 0);
	assert_true(software_openssh_compare("8", 8, 7) < 0);
	assert_true(software_openssh_compare("", 0, 1) < 0);
	assert_true(software_openssh_compare("99999999999999999999.1", 9, 2) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_database, setup, teardown),
		cmocka_unit_test_setup_teardown(test_assumed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_databases, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused_database, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hostile_database, setup, teardown),
		cmocka_unit_test(test_compare),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
