#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "lenses/source.h"

static void
test_silent_lines(void **state)
{
	(void)state;
	size_t comment;
	assert_true(source_is_silent("\nx", 0, " ", &comment));
	assert_int_equal(comment, 0);
	assert_true(source_is_silent(" \t\n", 2, " \t", &comment));
	assert_int_equal(comment, 2);
	assert_true(source_is_silent(" # x\n", 4, " ", &comment));
	assert_int_equal(comment, 1);
	assert_false(source_is_silent(" # x\n", 4, "", &comment));
	assert_false(source_is_silent("x # x\n", 5, " ", &comment));
}

static void
test_joining_is_linear(void **state)
{
	enum { SIZE = 8 << 20 };
	autofree char *text = memory_new(SIZE, 1);
	(void)state;
	for (size_t i = 0; i < SIZE; i += 2)
		text[i] = '\\', text[i + 1] = '\n';
	for (enum join join = JOIN_NEVER; join <= JOIN_SYSLOG; join++) {
		clock_t start = clock();
		char *copy;
		size_t size;
		assert_int_equal(source_prepare((struct bytes){ text, SIZE }, join, &copy,
					 &size, NULL),
			0);
		assert_int_equal(size, SIZE);
		assert_int_equal(strlen(copy), SIZE);
		assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silent_lines),
		cmocka_unit_test(test_joining_is_linear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
