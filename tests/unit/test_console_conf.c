#include "base/console_conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD "control console\npolicy " HASH "\n"

static const struct {
	const char *text, *error; /* NULL: good */
	unsigned line, column;
} cases[] = {
	{ HEAD "allow root\n", NULL, 0, 0 },
	{ "# a comment\n\n" HEAD "allow root\nallow (wheel)\nallow 0\nallow a.b-c_$\n",
		NULL, 0, 0 },
	{ "allow 4294967294\n" HEAD, NULL, 0, 0 },
	{ "", "no line says 'control ID'", 1, 1 },
	{ "control x\nallow root\n", "no line says 'policy SHA256'", 3, 1 },
	{ HEAD, "no line allows anybody", 3, 1 },
	{ HEAD "allow root", "the last line has no end: the file was cut short", 3, 11 },
	{ HEAD " allow root\n", "not 'control ID', 'policy SHA256' or 'allow WHO'", 3,
		1 },
	{ HEAD "allow\n", "not 'control ID', 'policy SHA256' or 'allow WHO'", 3, 1 },
	{ HEAD "Allow root\n", "not 'control ID', 'policy SHA256' or 'allow WHO'", 3, 1 },
	{ HEAD "allow \n", "a user, a (group) or a uid is missing", 3, 7 },
	{ HEAD "allow ()\n", "a user, a (group) or a uid is missing", 3, 7 },
	{ HEAD "allow (wheel\n", "the group's name has no closing parenthesis", 3, 7 },
	{ HEAD "allow (whe el)\n", "this can't stand in the name of a user or group", 3,
		11 },
	{ HEAD "allow root \n", "this can't stand in the name of a user or group", 3,
		11 },
	{ HEAD "allow root\r\n", "this can't stand in the name of a user or group", 3,
		11 },
	{ HEAD "allow a:b\n", "this can't stand in the name of a user or group", 3, 8 },
	{ HEAD "allow 4294967295\n", "what begins with a digit must be a uid", 3, 7 },
	{ HEAD "allow 99999999999999999999\n", "what begins with a digit must be a uid",
		3, 7 },
	{ HEAD "allow 12a\n", "what begins with a digit must be a uid", 3, 7 },
	{ HEAD "control y\nallow root\n", "a second line of this sort", 3, 1 },
	{ "control a b\n", "this is no id of a control", 1, 9 },
	{ "control \n", "this is no id of a control", 1, 9 },
	{ "policy 12\n", "this is no SHA-256", 1, 8 },
	{ "policy 12G\n", "this is no SHA-256", 1, 10 },
};

static int
read_all(const char *text, size_t size, struct console_conf *conf)
{
	struct console_conf_entry entry;
	int result;
	console_conf_begin(conf, text, size);
	while ((result = console_conf_next(conf, &entry)) > 0)
		assert_true(entry.text >= text && entry.text + entry.size < text + size);
	return result;
}

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct console_conf conf;
		int result = read_all(cases[i].text, strlen(cases[i].text), &conf);
		if (cases[i].error == NULL) {
			assert_int_equal(result, 0);
			continue;
		}
		assert_int_equal(result, -1);
		assert_string_equal(conf.error, cases[i].error);
		assert_int_equal(conf.line, cases[i].line);
		assert_int_equal(conf.column, cases[i].column);
		assert_int_equal(console_conf_next(&conf, NULL), -1);
	}
}

static void
test_entries(void **state)
{
	(void)state;
	static const char text[] = HEAD "allow root\nallow (wheel)\nallow 1000\n";
	static const struct {
		enum console_conf_kind kind;
		const char *text;
	} expected[] = { { CONSOLE_CONF_CONTROL, "console" },
		{ CONSOLE_CONF_POLICY, HASH }, { CONSOLE_CONF_USER, "root" },
		{ CONSOLE_CONF_GROUP, "wheel" }, { CONSOLE_CONF_UID, "1000" } };
	struct console_conf conf;
	struct console_conf_entry entry;
	console_conf_begin(&conf, text, sizeof text - 1);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(console_conf_next(&conf, &entry), 1);
		assert_int_equal(entry.kind, expected[i].kind);
		assert_int_equal(entry.size, strlen(expected[i].text));
		assert_memory_equal(entry.text, expected[i].text, entry.size);
	}
	assert_int_equal(entry.uid, 1000);
	assert_int_equal(console_conf_next(&conf, &entry), 0);
}

/* No byte, wherever it stands, makes a bad file good in silence: a file that is cut short
 * or has a byte changed is read as it stands or not at all. */
static void
test_damage(void **state)
{
	(void)state;
	static const char text[] = HEAD "allow root\nallow (wheel)\n";
	enum { SIZE = sizeof text - 1 };
	struct console_conf conf;
	char copy[SIZE];
	for (size_t size = 0; size < SIZE; size++) {
		bool whole = size > 0 && text[size - 1] == '\n' && size > strlen(HEAD);
		assert_int_equal(read_all(text, size, &conf), whole ? 0 : -1);
	}
	for (size_t i = 0; i < SIZE; i++)
		for (int byte = 0; byte < 0x21; byte++) {
			memcpy(copy, text, SIZE);
			copy[i] = (char)byte;
			if (byte != text[i] && byte != '\n')
				assert_int_equal(read_all(copy, SIZE, &conf), -1);
		}
}

static void
test_large(void **state)
{
	(void)state;
	size_t size = CONSOLE_CONF_MAX + 1;
	char *text = calloc(1, size);
	struct console_conf conf;
	memset(text, '\n', size);
	assert_int_equal(read_all(text, size, &conf), -1);
	assert_string_equal(conf.error, "the file is larger than 1 MiB");
	memset(text, 'a', size);
	memcpy(text, HEAD "allow ", strlen(HEAD) + 6);
	text[strlen(HEAD) + 6 + 257] = '\n';
	assert_int_equal(read_all(text, strlen(HEAD) + 6 + 258, &conf), -1);
	assert_string_equal(conf.error, "the name is too long");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
