/* Numbers and ranges as policies and files write them. */
#include "tests/unit/scratch.h"

#include <limits.h>

#include "base/text.h"

static void
test_number(void **state)
{
	static const char *const wrong[] = { "", " 1", "1 ", "+1", "0x1", "1.0", "-1",
		"a", "100", "99999999999999999999" };
	long number = 7;
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_int_not_equal(text_number(wrong[i], 0, 99, &number, NULL), 0);
		assert_int_equal(number, 7);
	}
	assert_int_equal(text_number("0", 0, 99, &number, NULL), 0);
	assert_int_equal(number, 0);
	assert_int_equal(text_number("99", 0, 99, &number, NULL), 0);
	assert_int_equal(number, 99);
	assert_int_equal(text_number("-5", -9, 99, &number, NULL), 0);
	assert_int_equal(number, -5);
	assert_int_not_equal(
		text_number("9223372036854775808", 0, LONG_MAX, &number, NULL), 0);
}

static void
test_range(void **state)
{
	static const char *const wrong[] = { "", "-", "1-", "-9", "9-1", "1-2-3", "0",
		"0-9", "1-100", "100", "1 - 2", "1--2" };
	long first = 7, last = 8;
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_false(text_range(wrong[i], 1, 99, &first, &last));
		assert_int_equal(first, 7);
		assert_int_equal(last, 8);
	}
	assert_true(text_range("5", 1, 99, &first, &last));
	assert_int_equal(first, 5);
	assert_int_equal(last, 5);
	assert_true(text_range("1-99", 1, 99, &first, &last));
	assert_int_equal(first, 1);
	assert_int_equal(last, 99);
	assert_true(text_range("3-3", 1, 99, &first, &last));
	assert_int_equal(last, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_range),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
