#include <time.h>

#include "tests/unit/scratch.h"

#include "policy/recorded.h"
#include "policy/waiver.h"

static const char TEXT[] = "tcp 0.0.0.0:22 LISTEN\n";

static void
test_age(void **state)
{
	(void)state;
	assert_int_equal(recorded_age("2026-11-29", "2026-11-29"), 0);
	assert_int_equal(recorded_age("2026-11-29", "2026-12-01"), 2);
	assert_int_equal(recorded_age("2024-02-28", "2024-03-01"), 2);
	assert_int_equal(recorded_age("2023-02-28", "2023-03-01"), 1);
	assert_int_equal(recorded_age("2004-02-10", "2027-02-10"), 23 * 365 + 6);
	assert_int_equal(recorded_age("1900-02-28", "1900-03-01"), 1);
	assert_int_equal(recorded_age("2027-01-02", "2027-01-01"), -1);
}

/* A policy in the scratch root whose only control has the evidence SECTION. */
static void
read_with(const char *section, enum recorded_state want, const char *reason)
{
	struct policy policy;
	struct problems problems = { 0 };
	struct recorded recorded;
	autofree char *file = scratch_path("/policy.yaml");
	autofree char *text = memory_printf("holdfast: 1\ncontrols:\n  - id: it\n    "
					    "listening: { allow: { port: 22 } }\n%s%s",
		section != NULL ? "    evidence: " : "", section != NULL ? section : "");
	scratch_text("/policy.yaml", text);
	assert_int_equal(policy_load(file, NULL, 0, false, &policy, &problems), 0);
	recorded_read(&policy.controls[0], &recorded);
	assert_int_equal(recorded.state, want);
	if (reason != NULL)
		assert_non_null(strstr(recorded.reason, reason));
	else
		assert_null(recorded.reason);
	if (want == RECORDED_READ) {
		assert_int_equal(recorded.file.bytes.size, strlen(TEXT));
		assert_memory_equal(recorded.file.bytes.data, TEXT, strlen(TEXT));
	}
	recorded_free(&recorded);
	policy_free(&policy);
	problems_free(&problems);
}

static void
test_reading(void **state)
{
	char today[16], hash[SHA256_HEX];
	(void)state;
	waiver_today(today);
	scratch_make();
	scratch_text("/evidence/ss.txt", TEXT);
	text_sha256((struct bytes){ TEXT, strlen(TEXT) }, hash);
	read_with(NULL, RECORDED_NOT, "ss -ltnup");
	autofree char *good = memory_printf(
		"{ file: evidence/ss.txt, date: %s, sha256: %s }\n", today, hash);
	read_with(good, RECORDED_READ, NULL);
	autofree char *old = memory_printf(
		"{ file: evidence/ss.txt, date: 2004-02-10, sha256: %s }\n", hash);
	read_with(old, RECORDED_UNUSABLE, "days old, believed are 30");
	autofree char *kept = memory_printf("{ file: evidence/ss.txt, date: 2004-02-10, "
					    "sha256: %s, max-days: 36500 }\n",
		hash);
	read_with(kept, RECORDED_READ, NULL);
	/* more than a day ahead is refused with the policy */
	time_t next = time(NULL) + 24 * 60 * 60;
	struct tm day;
	char tomorrow[16];
	localtime_r(&next, &day);
	strftime(tomorrow, sizeof tomorrow, "%Y-%m-%d", &day);
	autofree char *future = memory_printf(
		"{ file: evidence/ss.txt, date: %s, sha256: %s }\n", tomorrow, hash);
	read_with(future, RECORDED_UNUSABLE, "to come");
	hash[0] = hash[0] == '0' ? '1' : '0';
	autofree char *other = memory_printf(
		"{ file: evidence/ss.txt, date: %s, sha256: %s }\n", today, hash);
	read_with(other, RECORDED_UNUSABLE, "is not the file that was recorded");
	autofree char *absent = memory_printf(
		"{ file: evidence/no.txt, date: %s, sha256: %s }\n", today, hash);
	read_with(absent, RECORDED_UNUSABLE, "No such file");
	scratch_remove();
}

static void
test_hash_is_checked(void **state)
{
	struct policy policy;
	struct problems problems = { 0 };
	(void)state;
	scratch_make();
	autofree char *file = scratch_path("/policy.yaml");
	scratch_text("/policy.yaml",
		"holdfast: 1\ncontrols:\n  - id: it\n    listening: { allow: { port: 22 "
		"} }\n"
		"    evidence: { file: a, date: 2004-02-10, sha256: ABC }\n");
	assert_int_equal(policy_load(file, NULL, 0, false, &policy, &problems), -1);
	assert_int_equal(problems.count, 1);
	policy_free(&policy);
	problems_free(&problems);
	scratch_remove();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_age),
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_hash_is_checked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
