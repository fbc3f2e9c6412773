/* Which version is newer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/models/packages/package_version.h"

typedef int
comparison(const char *a, const char *b);

struct row {
	const char *a, *b;
	int order;
};

static void
judge(comparison *compare, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (compare(rows[i].a, rows[i].b) != rows[i].order)
			print_message("%s and %s\n", rows[i].a, rows[i].b);
		assert_int_equal(compare(rows[i].a, rows[i].b), rows[i].order);
		assert_int_equal(compare(rows[i].b, rows[i].a), -rows[i].order);
	}
}

/* Debian Policy 5.6.12; each asked of dpkg --compare-versions. */
static void
test_dpkg(void **state)
{
	static const struct row rows[] = {
		{ "1.0", "1.0", 0 },
		{ "1.0", "1.0-0", 0 },
		{ "1.00", "1.0", 0 },
		{ "1.10", "1.9", 1 },
		{ "1:1.0", "2.0", 1 },
		{ "0:1", "1", 0 },
		{ "1.0~rc1", "1.0", -1 },
		{ "1.0~~", "1.0~", -1 },
		{ "1.0a", "1.0", 1 },
		{ "1.0a", "1.0+", -1 },
		{ "1.0-1", "1.0-1.1", -1 },
		{ "1.0-1-2", "1.0-2", 1 },
		{ "9.2p1-2+deb12u3", "9.2p1-2+deb12u10", -1 },
		{ "1.0", "1.0.", -1 },
		{ "1.0-a", "1.0-1", 1 },
		{ "10000000000000000000001", "10000000000000000000000", 1 },
	};
	(void)state;
	judge(package_version_dpkg, rows, sizeof rows / sizeof *rows);
}

/* rpm-version(7). */
static void
test_rpm(void **state)
{
	static const struct row rows[] = {
		{ "1.0", "1.0", 0 },
		{ "1.0-1", "1.0", 0 },
		{ "1.0-1", "1.0-2", -1 },
		{ "1:1.0", "2.0", 1 },
		{ "1.10", "1.9", 1 },
		{ "1.05", "1.5", 0 },
		{ "1..0", "1_0", 0 },
		{ "1.0a", "1.0", 1 },
		{ "1.0.a", "1.0.1", -1 },
		{ "1.0~rc1", "1.0", -1 },
		{ "1.0^git1", "1.0", 1 },
		{ "1.0^git1", "1.0.1", -1 },
		{ "1.0^", "1.0^", 0 },
		{ "1.0~rc1^git1", "1.0~rc1", 1 },
		{ "abc", "abd", -1 },
		{ "ab", "abc", -1 },
		{ "3.6.1p2-12", "3.6.1p2-2", 1 },
	};
	(void)state;
	judge(package_version_rpm, rows, sizeof rows / sizeof *rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dpkg),
		cmocka_unit_test(test_rpm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
