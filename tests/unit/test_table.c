#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/table.h"

static void
test_holds_many(void **state)
{
	(void)state;
	static char values[10000];
	struct table table = { 0 };
	char key[16];
	assert_null(table_get(&table, "0"));
	for (int i = 0; i < 10000; i++) {
		snprintf(key, sizeof key, "%d", i);
		table_set(&table, key, &values[i]);
	}
	table_set(&table, "7", &values[8]);
	assert_int_equal(table.count, 10000);
	for (int i = 0; i < 10000; i++) {
		snprintf(key, sizeof key, "%d", i);
		assert_ptr_equal(table_get(&table, key), &values[i == 7 ? 8 : i]);
	}
	assert_null(table_get(&table, "10000"));
	assert_null(table_get(&table, ""));
	table_free(&table);
	assert_null(table_get(&table, "0"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_holds_many) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
