/* Words for the shell: bash reads back what was written, and no control byte is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "enforcer/output.h"

static void
shell_reads_it_back(void **state)
{
	static const char *const words[] = { "/", "plain-1.2_3", "", "two words", "it's",
		"$(touch hit) `x` \"y\" ; & | < > * ? [a] {b,c} ~ # ! \\",
		"esc\033[2J it's \\ \n\t\r end",
		"\xff\xfe"
		"1 raw",
		"gr\xc3\xbc\xc3\x9f", "'", "\\", "-x",
		"\x7f"
		"0",
		"a\x01"
		"1" };
	char script[] = "/tmp/test_output.XXXXXX";
	(void)state;
	assert_true(close(mkstemp(script)) == 0);
	autofree char *command = memory_printf("LC_ALL=C bash %s", script);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		autobuffer struct buffer word = { 0 };
		char back[200] = "";
		output_shell_word(&word, words[i]);
		for (size_t k = 0; k < word.size; k++)
			assert_true(word.data[k] >= ' ' && word.data[k] <= '~');
		FILE *file = fopen(script, "w");
		assert_non_null(file);
		fprintf(file, "printf %%s %s\n", word.data);
		assert_int_equal(fclose(file), 0);
		FILE *shell = popen(command, "r");
		assert_non_null(shell);
		back[fread(back, 1, sizeof back - 1, shell)] = '\0';
		assert_int_equal(pclose(shell), 0);
		assert_string_equal(back, words[i]);
	}
	remove(script);
}

static void
colours(void **state)
{
	(void)state;
	assert_true(output_colours("always"));
	assert_false(output_colours("never"));
	assert_string_equal(output_begin(false, COLOUR_RED), "");
	assert_string_equal(output_end(false), "");
	assert_string_not_equal(output_begin(true, COLOUR_RED), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shell_reads_it_back),
		cmocka_unit_test(colours),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
