/* Probes: what a process of its own asks by a daemon's model. */
#include "tests/unit/scratch.h"

#include <signal.h>
#include <sys/socket.h>

#include "enforcer/probe.h"

static void
find_two(void *data, struct probe *probe)
{
	probe->works = true;
	probe_fault(probe, "%s is not there", (const char *)data);
	probe_fault(probe, "nor is %s", "b");
}

static void
find_none(void *data, struct probe *probe)
{
	(void)data;
	probe->works = true;
}

static void
die(void *data, struct probe *probe)
{
	(void)data;
	find_none(NULL, probe);
	raise(SIGKILL);
}

static void
test_answers(void **state)
{
	(void)state;
	struct probe probe;
	probe_apart(find_two, (void *)(uintptr_t) "a", &probe);
	assert_true(probe.works);
	assert_int_equal(probe.count, 2);
	assert_string_equal(probe.faults[0], "a is not there");
	assert_string_equal(probe.faults[1], "nor is b");
	probe_free(&probe);
	probe_apart(find_none, NULL, &probe);
	assert_true(probe.works);
	assert_int_equal(probe.count, 0);
	probe_apart(die, NULL, &probe);
	assert_false(probe.works);
	assert_int_equal(probe.count, 0);
}

static void
act(void *data, struct probe *probe)
{
	(void)data;
	autofree char *path = scratch_path("/new");
	if (open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0)
		probe_fault(probe, "writes");
#ifndef __SANITIZE_ADDRESS__ /* no filter of system calls */
	if (socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0)
		probe_fault(probe, "connects");
	if (execl("/bin/true", "true", NULL) < 0)
		probe->works = true;
#else
	probe->works = true;
#endif
}

static void
test_only_reads(void **state)
{
	(void)state;
#ifdef COUNT_LINES
	skip(); /* it does not confine itself then */
#endif
	struct probe probe;
	scratch_make();
	probe_apart(act, NULL, &probe);
	scratch_remove();
	assert_true(probe.works);
	assert_int_equal(probe.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_only_reads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
