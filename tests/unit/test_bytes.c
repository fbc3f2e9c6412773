/* Lines of a text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/bytes.h"

/* Whether the lines of TEXT are those of WANT, which stars divide, and where each begins.
 */
static void
assert_lines(const char *text, const char *want)
{
	struct buffer have = { 0 };
	struct bytes line;
	for (size_t at = 0, start = 0; bytes_next_line(BYTES_TEXT(text), &at, &line);
		start = at) {
		assert_ptr_equal(line.data, text + start);
		buffer_add(&have, line.data, line.size);
		buffer_text(&have, "*");
	}
	assert_string_equal(have.data != NULL ? have.data : "", want);
	buffer_free(&have);
}

static void
each_line_once(void **state)
{
	(void)state;
	assert_lines("", "");
	assert_lines("\n", "*");
	assert_lines("a", "a*");
	assert_lines("a\n", "a*");
	assert_lines("long\n\nb\nc", "long**b*c*");
	assert_lines("long\r\nb\r\n\r\nc\r\n", "long*b**c*");
	assert_lines("a\rb\r", "a\rb*");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_line_once) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
