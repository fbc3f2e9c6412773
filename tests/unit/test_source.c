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
test_cuts_at_line_ends(void **state)
{
	(void)state;
	const char *text = "aa\nbbbb\nc\ndddddddddd\n";
	size_t size = strlen(text);
	assert_int_equal(source_cut(text, size, 0, 9), 8);
	assert_int_equal(source_cut(text, size, 8, 9), 10);
	assert_int_equal(source_cut(text, size, 10, 9), size); /* no end within 9 bytes */
	assert_int_equal(source_cut(text, size, 8, 100), size);
}

static void
test_joining_is_linear(void **state)
{
	enum { SIZE = 8 << 20 };
	autofree char *text = memory_new(SIZE, 1);
	(void)state;
	for (size_t i = 0; i < SIZE; i += 2)
		text[i] = '\\', text[i + 1] = '\n';
	for (enum join join = JOIN_NEVER; join <= JOIN_PAM; join++) {
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
		cmocka_unit_test(test_cuts_at_line_ends),
		cmocka_unit_test(test_joining_is_linear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
