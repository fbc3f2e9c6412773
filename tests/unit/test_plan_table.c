/* The table of effects whose subject has parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "enforcer/plan_table.h"

static void
written(const struct effect *effects, size_t count, const char *want)
{
	autobuffer struct buffer out = { 0 };
	autofree const struct effect **pointers = memory_new(count, sizeof *pointers);
	for (size_t i = 0; i < count; i++)
		pointers[i] = &effects[i];
	plan_table_write(pointers, count, &out);
	assert_string_equal(out.data, want);
}

#define EFFECT(subject_text, after_text)                                                 \
	{                                                                                \
		.control = (char *)"it", .kind = (char *)"console",                      \
		.subject = (char *)(subject_text), .before = (char *)"admitted",         \
		.after = (char *)(after_text)                                            \
	}

/* Rows that differ in one column alone share a line. */
static void
test_rows(void **state)
{
	static const struct effect effects[] = {
		EFFECT("login\tany other user\ttty1", "refused"),
		EFFECT("login\tany other user\ttty2", "refused"),
		EFFECT("login\tbob\ttty1", "refused"),
		EFFECT("login\tbob\ttty2", "refused"),
		EFFECT("login\teve\ttty1", "not known"),
		EFFECT("su\tany other user\ttty1", "refused"),
		EFFECT("su-l\tany other user\ttty1", "refused"),
	};
	(void)state;
	written(effects, sizeof effects / sizeof *effects,
		"  console:\n"
		"    service   user                 from        before    after\n"
		"    login     any other user, bob  tty1, tty2  admitted  refused\n"
		"    login     eve                  tty1        admitted  not known\n"
		"    su, su-l  any other user       tty1        admitted  refused\n");
}

/* A long list goes on below; of a very long one the number is told. */
static void
test_wide(void **state)
{
	enum { COUNT = 40 };
	struct effect effects[COUNT];
	char subjects[COUNT][32];
	(void)state;
	for (int i = 0; i < COUNT; i++) {
		snprintf(subjects[i], sizeof subjects[i], "login\tu\ttty%02d", i);
		effects[i] = (struct effect)EFFECT(subjects[i], "refused");
	}
	written(effects, COUNT,
		"  console:\n"
		"    service  user  from                                 before    "
		"after\n"
		"    login    u     tty00, tty01, tty02, tty03, tty04,   admitted  "
		"refused\n"
		"                   tty05, tty06, tty07, tty08, tty09,\n"
		"                   tty10, tty11, tty12, tty13, tty14,\n"
		"                   tty15, tty16, tty17, tty18, tty19,\n"
		"                   tty20, tty21, tty22, tty23, 16 more\n");
}

/* What a saved plan holds may be anything. */
static void
test_hostile(void **state)
{
	static const struct effect effects[] = {
		EFFECT("a\tb", "x"),
		EFFECT("", "\033[31m"),
		EFFECT("a\tb\tc\td\te", "x"),
	};
	(void)state;
	written(effects, 3,
		"  console:\n"
		"    service  user  from         before    after\n"
		"    a        b                  admitted  x\n"
		"                                admitted  \\x1b[31m\n"
		"    a        b     c\\x09d\\x09e  admitted  x\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_wide),
		cmocka_unit_test(test_hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
