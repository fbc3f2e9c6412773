/* How a line of sshd_config is cut, before 8.7 and since. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/models/sshd/sshd_lexer.h"

struct lexer_case {
	const char *line;
	int version;
	const char *keyword; /* NULL: nothing */
	const char *words; /* with | between; NULL: rejected */
	const char *span; /* NULL: any */
};

static const struct lexer_case cases[] = {
	{ "PermitRootLogin no", 902, "PermitRootLogin", "no", "no" },
	{ " \tx=y", 902, "x", "y", "y" },
	{ "x = y", 902, "x", "y", "y" },
	{ "x ==y", 902, "x", "=y", "=y" },
	{ "x \"a b\" c # d", 902, "x", "a b|c", "\"a b\" c" },
	{ "x 'a b'", 902, "x", "a b", NULL },
	{ "x a\\ b", 902, "x", "a b", NULL },
	{ "x a\\\"b", 902, "x", "a\"b", NULL },
	{ "x a#b", 902, "x", "a#b", NULL },
	{ "x # only", 902, "x", "", NULL },
	{ "x y \t\r\n\f", 902, "x", "y", "y" },
	{ "\"x\" y", 902, "x", "y", "y" },
	{ "\"x\"=y", 902, "x", "=y", NULL },
	{ "= x y", 902, "x", "y", NULL },
	{ "\"x y", 902, NULL, "", NULL },
	{ "x \"y", 902, "x", NULL, NULL },
	{ "x", 902, "x", NULL, NULL },
	{ "# x y", 902, NULL, "", NULL },
	{ "", 902, NULL, "", NULL },
	{ "   ", 902, NULL, "", NULL },
	{ "x a=b c", 306, "x", "a|b|c", "a=b c" },
	{ "x no # c", 306, "x", "no|#|c", NULL },
	{ "x 'a b'", 306, "x", "'a|b'", NULL },
	{ "x \"a b\" c", 306, "x", "a b|c", NULL },
	{ "x", 306, "x", "", NULL },
};

static void
test_split(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct lexer_case *test = &cases[i];
		struct sshd_words words;
		struct error err = ERROR_INIT;
		struct buffer all = { 0 };
		int status = sshd_lexer_split(
			BYTES_TEXT(test->line), test->version, &words, &err);
		print_message("%s\n", test->line);
		assert_int_equal(status, test->words == NULL ? -1 : 0);
		if (test->keyword == NULL)
			assert_null(words.keyword);
		else
			assert_string_equal(words.keyword, test->keyword);
		for (size_t k = 0; k < words.count; k++) {
			buffer_text(&all, k > 0 ? "|" : "");
			buffer_text(&all, words.items[k]);
		}
		if (test->words != NULL)
			assert_string_equal(
				all.data != NULL ? all.data : "", test->words);
		if (test->span != NULL) {
			assert_int_equal(words.end - words.start, strlen(test->span));
			assert_memory_equal(
				test->line + words.start, test->span, strlen(test->span));
		}
		buffer_free(&all);
		error_clear(&err);
		sshd_words_free(&words);
	}
}

static void
test_too_many(void **state)
{
	(void)state;
	struct buffer line = { 0 };
	struct sshd_words words;
	struct error err = ERROR_INIT;
	buffer_text(&line, "AllowUsers");
	for (int i = 0; i < 100000; i++)
		buffer_text(&line, " a");
	assert_int_equal(sshd_lexer_split((struct bytes){ line.data, line.size }, 902,
				 &words, &err),
		-1);
	sshd_words_free(&words);
	error_clear(&err);
	buffer_free(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_too_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
