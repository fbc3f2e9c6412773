#include "base/console_sum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIZE = 1600 };

static void
fill(char *text)
{
	for (unsigned i = 0; i < SIZE; i++)
		text[i] = (char)(i * 7 + i / 251);
}

/* As tests/cli/console_conf.py works them out. */
static void
test_values(void **state)
{
	(void)state;
	static const struct {
		size_t size;
		uint64_t sum;
	} cases[] = { { 0, 0 }, { 1, 0xc8f7f27a3b033a06 }, { 511, 0xd7404fe3845271fe },
		{ 512, 0xe92d7723fd4863fd }, { 513, 0x974457b9b428a9e2 },
		{ 1600, 0x7a136617536f3a77 } };
	char *text = malloc(SIZE + 16);
	for (size_t offset = 0; offset < 16; offset++) {
		fill(text + offset);
		for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
			assert_true(console_sum(text + offset, cases[i].size) ==
				cases[i].sum);
	}
	free(text);
}

/* Each byte counts, and so does where it stands. */
static void
test_changes(void **state)
{
	(void)state;
	char *text = malloc(SIZE), part[512];
	fill(text);
	uint64_t sum = console_sum(text, SIZE);
	for (size_t i = 0; i < SIZE; i++) {
		for (int bit = 0; bit < 8; bit++) {
			text[i] ^= (char)(1 << bit);
			assert_true(console_sum(text, SIZE) != sum);
			text[i] ^= (char)(1 << bit);
		}
		assert_true(console_sum(text, i) != sum);
	}
	memcpy(part, text, 512);
	memcpy(text, text + 512, 512);
	memcpy(text + 512, part, 512);
	assert_true(console_sum(text, SIZE) != sum);
	free(text);
}

/* NUL bytes at the end are not the filling. */
static void
test_end(void **state)
{
	(void)state;
	char text[600] = { 0 };
	for (size_t size = 1; size < sizeof text; size++)
		assert_true(console_sum(text, size) != console_sum(text, size - 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
