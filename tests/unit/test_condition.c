#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "policy/condition.h"
#include "policy/yaml.h"

static struct value
parse(const char *text)
{
	struct problems problems = { 0 };
	struct document document = { .name = "t", .bytes = BYTES_TEXT(text) };
	assert_int_equal(yaml_read(&document, &problems), 0);
	assert_int_equal(problems.count, 0);
	return document.root;
}

static bool
holds(const char *want, const char *have, const struct comparison *comparison)
{
	struct value value = parse(want);
	bool result = condition_holds(&value, "subject", have, comparison);
	value_free(&value);
	return result;
}

static void
test_holds(void **state)
{
	(void)state;
	static const struct {
		const char *want, *have;
		bool holds;
	} cases[] = {
		{ "no", "no", true },
		{ "no", "No", false },
		{ "no", "", false },
		{ "{any-of: [a, b]}", "b", true },
		{ "{any-of: [a, b]}", "c", false },
		{ "{none-of: [a, b]}", "c", true },
		{ "{none-of: [a, b]}", "a", false },
		{ "{none-of: [a, b]}", "c,a", false },
		{ "{none-of: [a, b]}", "c b", false },
		{ "{none-of: [a, b]}", "ca,,d", true },
		{ "{any-of: [a, b]}", "a,b", false },
		{ "{max: 4}", "4", true },
		{ "{max: 4}", "5", false },
		{ "{max: 4}", "-1", true },
		{ "{max: 4}", "none", false },
		{ "{max: 4}", "99999999999999999999", false },
		{ "{min: 4}", "4", true },
		{ "{min: 4}", "3", false },
		{ "{min: 1, max: 4}", "0", false },
		{ "{min: 1, max: 4}", "4", true },
		{ "{any-of: [1, 5], max: 4}", "5", false },
		{ "{any-of: [1, 5], max: 4}", "1", true },
		{ "{none-of: [3], max: 4}", "3", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(
			holds(cases[i].want, cases[i].have, NULL), cases[i].holds);
}

static bool
same_case(const char *subject, const char *want, const char *have)
{
	assert_string_equal(subject, "subject");
	return strcasecmp(want, have) == 0;
}

static bool
measure_minutes(const char *subject, const char *have, long *ret_number)
{
	assert_string_equal(subject, "subject");
	if (strchr(have, 'm') == NULL)
		return false;
	*ret_number = 60 * atol(have);
	return true;
}

static void
test_comparison(void **state)
{
	(void)state;
	static const struct comparison comparison = { same_case, measure_minutes };
	assert_true(holds("no", "NO", &comparison));
	assert_true(holds("{any-of: [a, No]}", "nO", &comparison));
	assert_false(holds("{none-of: [no]}", "NO", &comparison));
	assert_true(holds("{max: 120}", "2m", &comparison));
	assert_false(holds("{max: 119}", "2m", &comparison));
	assert_false(holds("{max: 119}", "2", &comparison));
}

static void
test_words(void **state)
{
	(void)state;
	static const struct {
		const char *want, *words, *example;
	} cases[] = {
		{ "no", "no", "no" },
		{ "{any-of: [no]}", "no", "no" },
		{ "{any-of: [no, prohibit-password]}", "one of no, prohibit-password",
			"no" },
		{ "{none-of: [yes]}", "not yes", NULL },
		{ "{none-of: [a, b]}", "none of a, b", NULL },
		{ "{max: 4}", "at most 4", "4" },
		{ "{min: 2}", "at least 2", "2" },
		{ "{min: 2, max: 4}", "at least 2 and at most 4", "4" },
		{ "{none-of: [4], min: 2, max: 4}", "not 4 and at least 2 and at most 4",
			"2" },
		{ "{any-of: [6, 3], max: 4}", "one of 6, 3 and at most 4", "3" },
		{ "{any-of: [6], max: 4}", "6 and at most 4", NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct value value = parse(cases[i].want);
		autobuffer struct buffer words = { 0 };
		const char *example = condition_example(&value);
		condition_describe(&value, &words);
		assert_string_equal(words.data, cases[i].words);
		if (cases[i].example == NULL)
			assert_null(example);
		else
			assert_string_equal(example, cases[i].example);
		value_free(&value);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_holds),
		cmocka_unit_test(test_comparison),
		cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
