/* Conditions of units, names and aliases, and which init a root has. */
#include "tests/unit/scratch.h"

#include <time.h>

#include "base/live.h"
#include "base/memory.h"
#include "policy/models/boot/boot.h"
#include "policy/models/boot/boot_names.h"
#include "policy/models/boot/unit_conditions.h"

static struct host *below, *host;

static void
open_host(void)
{
	struct error err = ERROR_INIT;
	scratch_make();
	below = host_open(scratch, &err);
	host = host_layer(below);
}

static void
close_host(void)
{
	host_free(host);
	host_free(below);
	scratch_remove();
}

static void
take(void *data, const char *name, struct traced *value)
{
	unit_conditions_add(data, host, name, value);
}

/* 1: they hold, 0: they don't, -1: it can't be told. */
static void
conditions_are(const char *text, int want)
{
	struct unit_conditions conditions = { 0 };
	int holds;
	host_put(host, "/x.service", BYTES_TEXT(text));
	unit_file_read_section(
		host_file(host, "/x.service"), "[Unit]", take, &conditions);
	unit_conditions_judge(&conditions, &holds);
	if (holds != want)
		print_message("%s\n", text);
	assert_int_equal(holds, want);
	unit_conditions_free(&conditions);
}

#define UNIT "[Unit]\n"

/* systemd.unit(5), CONDITIONS AND ASSERTS. */
static void
test_conditions(void **state)
{
	(void)state;
	open_host();
	host_put(host, "/etc/there", BYTES_TEXT("x"));
	host_put(host, "/etc/empty", BYTES_TEXT(""));
	conditions_are(UNIT, 1);
	conditions_are(UNIT "ConditionPathExists=/etc/there\n", 1);
	conditions_are(UNIT "ConditionPathExists=!/etc/there\n", 0);
	conditions_are(UNIT "ConditionPathExists=/etc/gone\n", 0);
	conditions_are(UNIT "ConditionPathExists=! /etc/gone\n", 1);
	conditions_are(UNIT "AssertPathExists=/etc/gone\n", 0);
	conditions_are(UNIT "ConditionPathExistsGlob=/etc/th*\n", 1);
	conditions_are(UNIT "ConditionDirectoryNotEmpty=/etc\n", -1);
	conditions_are(UNIT "ConditionDirectoryNotEmpty=/etc/gone\n", 0);
	conditions_are(UNIT "ConditionDirectoryNotEmpty=/etc/there\n", 0);
	/* what is there when the host boots, and what files don't tell */
	conditions_are(UNIT "ConditionPathExists=/run/x\n", -1);
	conditions_are(UNIT "ConditionPathExists=/etc/../run/x\n", -1);
	conditions_are(UNIT "ConditionPathExists=/etc/%n\n", -1);
	conditions_are(UNIT "ConditionVirtualization=!container\n", -1);
	conditions_are(
		UNIT "ConditionVirtualization=x\nConditionPathExists=/etc/gone\n", 0);
	/* one of the triggers is enough, and all others must hold */
	conditions_are(UNIT "ConditionPathExists=|/etc/gone\n"
			    "ConditionPathExists=|/etc/there\n",
		1);
	conditions_are(UNIT "ConditionPathExists=|/etc/gone\n"
			    "ConditionPathExists=|!/etc/there\n",
		0);
	conditions_are(
		UNIT "ConditionPathExists=|/etc/gone\nConditionACPower=|true\n", -1);
	conditions_are(UNIT "ConditionPathExists=|/etc/there\n"
			    "ConditionPathExists=/etc/gone\n",
		0);
	/* an empty one takes all back, assertions not */
	conditions_are(UNIT "ConditionPathExists=/etc/gone\nConditionACPower=\n", 1);
	conditions_are(UNIT "AssertPathExists=/etc/gone\nConditionACPower=\n", 0);
	close_host();
}

static void
test_units(void **state)
{
	static const char *const good[] = { "a.service", "a@b.service", "a@.service",
		"a-b.c_d:1.target", "a\\x2db.socket" };
	static const char *const bad[] = { "", "a", ".service", "@.service", "a.conf",
		"a/b.service", "a b.service", "a.service.d" };
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(boot_names_is_unit(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(boot_names_is_unit(bad[i]));
	char name[300];
	memset(name, 'a', sizeof name);
	strcpy(name + 248, ".target");
	assert_true(boot_names_is_unit(name));
	memset(name, 'a', sizeof name);
	strcpy(name + 249, ".target");
	assert_false(boot_names_is_unit(name));
}

static void
names_are(const char *name, const char *want)
{
	struct name_list names = { 0 };
	struct buffer have = { 0 };
	unit_files_add_names(name, &names);
	for (size_t i = 0; i < names.count; i++)
		buffer_printf(&have, "%s%s", i > 0 ? " " : "", names.names[i]);
	assert_string_equal(have.data, want);
	buffer_free(&have);
	name_list_free(&names);
}

static void
test_names(void **state)
{
	(void)state;
	names_are("a.service", "a.service");
	names_are("a-b-c.service", "a-b-c.service a-b-.service a-.service");
	names_are("a-b@c-d.service", "a-b@c-d.service a-b@.service a-.service");
	names_are("a-@.service", "a-@.service");
	names_are("-a.service", "-a.service");
}

static void
test_init(void **state)
{
	(void)state;
	open_host();
	assert_true(boot_is_systemd(host)); /* a part of a root */
	close_host();
	open_host();
	host_put(host, "/etc/inittab", BYTES_TEXT("#id:3:initdefault:\n"));
	assert_true(boot_is_systemd(host));
	close_host();
	open_host();
	host_put(host, "/etc/inittab", BYTES_TEXT("id:3:initdefault:\n"));
	assert_false(boot_is_systemd(host));
	host_put(host, "/usr/lib/systemd/systemd", BYTES_TEXT("x"));
	assert_true(boot_is_systemd(host));
	close_host();
}

static void
wanted_are(size_t count, enum boot_state want)
{
	struct boot_unit unit;
	autobuffer struct buffer text = { 0 };
	buffer_text(&text, UNIT);
	for (size_t i = 0; i < count; i++)
		buffer_printf(&text, "Wants=u%zu.service\n", i);
	open_host();
	host_put(host, "/etc/systemd/system/multi-user.target",
		(struct bytes){ text.data, text.size });
	boot_units_find(boot_units_read(host), "multi-user.target", &unit);
	assert_int_equal(unit.state, want);
	free(unit.reason);
	free(unit.path);
	close_host();
}

/* More than are followed, in a hostile root. */
static void
test_many(void **state)
{
	(void)state;
	wanted_are(10, BOOT_STARTED);
	wanted_are(6000, BOOT_UNSURE);
}

/* Seconds of processor time that it takes to ask for u0.service where there are COUNT
 * units, each with LINES of FORMAT, of which %zu is the next one's number. */
static double
time_of(size_t count, const char *type, const char *setting, size_t lines,
	enum boot_state want)
{
	struct boot_unit unit;
	open_host();
	for (size_t i = 0; i < count; i++) {
		autobuffer struct buffer text = { 0 };
		autofree char *path = memory_printf(
			"/etc/systemd/system/u%zu.%s", i, type);
		buffer_text(&text, UNIT);
		for (size_t k = 0; k < lines; k++)
			buffer_printf(&text, "%s=u%zu.%s\n", setting, i + 1 + k, type);
		buffer_text(&text, "[Service]\nExecStart=/x\n");
		host_put(host, path, (struct bytes){ text.data, text.size });
	}
	autofree char *start = memory_printf("[Unit]\nWants=u0.%s\n", type);
	host_put(host, "/etc/systemd/system/multi-user.target", BYTES_TEXT(start));
	autofree char *asked = memory_printf("u0.%s", type);
	clock_t before = clock();
	boot_units_find(boot_units_read(host), asked, &unit);
	double took = (double)(clock() - before) / CLOCKS_PER_SEC;
	assert_int_equal(unit.state, want);
	free(unit.reason);
	free(unit.path);
	close_host();
	return took;
}

/* Long chains and many lines end soon, and are no pass where not all is followed. */
static void
test_hostile(void **state)
{
	(void)state;
#ifdef __SANITIZE_ADDRESS__
	const double limit = 20;
#else
	const double limit = 2;
#endif
	assert_true(time_of(900, "service", "Requires", 1, BOOT_STARTED) < limit);
	assert_true(time_of(300, "service", "Wants", 1000, BOOT_UNSURE) < limit);
	assert_true(time_of(300, "service", "After", 1000, BOOT_STARTED) < limit);
	assert_true(time_of(300, "service", "OnFailure", 1000, BOOT_STARTED) < limit);
}

/* Process 1 of whatever this runs in keeps the first of them, and none has the last. */
static void
test_capabilities(void **state)
{
	(void)state;
	assert_int_equal(live_may("CAP_CHOWN"), 1);
	assert_int_equal(live_may("cap_chown"), 1);
	assert_int_equal(live_may("chown"), -1);
	assert_int_equal(live_may("CAP_NONSENSE"), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_capabilities),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
