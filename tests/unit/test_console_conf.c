#include "base/console_conf.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/console_sum.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD "control console\npolicy " HASH "\n"

#define CURE                                                                             \
	": take the sum's line out if that was meant, or let 'holdfast apply' write it " \
	"anew"

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
	{ HEAD "sum 0000000000 0000000000000000\n", "the sum's line must be the first", 3,
		1 },
	{ "sum 12\n", "not 'sum SIZE HEX' with ten and sixteen digits", 1, 1 },
	{ "sum 000000000x 0000000000000000\n",
		"not 'sum SIZE HEX' with ten and sixteen digits", 1, 1 },
	{ "sum 0000000001 000000000000000F\n",
		"not 'sum SIZE HEX' with ten and sixteen digits", 1, 1 },
	{ "sum 0000000001 0000000000000000\n",
		"the file was cut short: fewer bytes follow" CURE, 1, 5 },
	{ "sum 0000000000 0000000000000000\n" HEAD,
		"the file was changed: more bytes follow" CURE, 1, 5 },
	{ "sum 0000000001 0000000000000000\n\n",
		"the file was changed: it has another sum" CURE, 1, 16 },
	{ "sum 0000000000 0000000000000000\n", "no line says 'control ID'", 2, 1 },
};

/* Behind a sum; the lines are counted with the sum's. */
static const struct {
	const char *text, *error;
	unsigned line, column;
} summed_cases[] = {
	{ "# a comment\n\n" HEAD "allow (wheel)\nallow 0\nallow a\nallow aa\nallow b\n",
		NULL, 0, 0 },
	{ "allow (wheel)\n" HEAD, NULL, 0, 0 },
	{ HEAD "allow b\nallow a\n", "in a file with a sum the users are sorted", 5, 7 },
	{ HEAD "allow a\nallow a\n", "in a file with a sum the users are sorted", 5, 7 },
	{ HEAD "allow ab\nallow a\n", "in a file with a sum the users are sorted", 5, 7 },
	{ HEAD "allow \xc3\xa4\nallow z\n", "in a file with a sum the users are sorted",
		5, 7 },
	{ HEAD "allow a\nallow (b)\n", "in a file with a sum the users come last", 5, 1 },
	{ HEAD "allow a\nallow 0\n", "in a file with a sum the users come last", 5, 1 },
	{ HEAD "allow a\n\n", "in a file with a sum the users come last", 5, 1 },
	{ HEAD "allow a\n#\n", "in a file with a sum the users come last", 5, 1 },
	{ "control c\nallow a\npolicy " HASH "\n",
		"in a file with a sum the users come last", 4, 1 },
	{ "allow a\n", "no line says 'control ID'", 3, 1 },
	{ HEAD "allow a\nallow b", "the last line has no end: the file was cut short", 5,
		8 },
	{ HEAD "sum 0000000000 0000000000000000\n", "the sum's line must be the first", 4,
		1 },
};

/* TEXT with its sum before it; the caller frees. */
static char *
with_sum(const char *text)
{
	char *summed = NULL;
	assert_true(asprintf(&summed, "sum %010zu %016" PRIx64 "\n%s", strlen(text),
			    console_sum(text, strlen(text)), text) > 0);
	return summed;
}

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
test_summed_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof summed_cases / sizeof *summed_cases; i++) {
		struct console_conf conf;
		char *text = with_sum(summed_cases[i].text);
		int result = read_all(text, strlen(text), &conf);
		assert_int_equal(result, summed_cases[i].error == NULL ? 0 : -1);
		assert_true(conf.has_sum);
		if (result < 0) {
			assert_string_equal(conf.error, summed_cases[i].error);
			assert_int_equal(conf.line, summed_cases[i].line);
			assert_int_equal(conf.column, summed_cases[i].column);
		}
		free(text);
	}
}

/* What console_conf_find says of NAME, once the first user has come; -2 without one. */
static int
find(const char *text, size_t size, const char *name, struct console_conf *conf)
{
	struct console_conf_entry entry;
	int result;
	console_conf_begin(conf, text, size);
	while ((result = console_conf_next(conf, &entry)) > 0)
		if (entry.kind == CONSOLE_CONF_USER)
			return console_conf_find(conf, name, strlen(name));
	return result < 0 ? -1 : -2;
}

/* Each of 1 to 40 users is found, and nobody between, before and behind them. */
static void
test_find(void **state)
{
	(void)state;
	char text[1024], name[16];
	struct console_conf conf;
	for (int count = 1; count <= 40; count++) {
		int size = snprintf(text, sizeof text, HEAD "allow (u01)\n");
		for (int i = 0; i < count; i++)
			size += snprintf(text + size, sizeof text - (size_t)size,
				"allow u%02d%.*s\n", 2 * i + 1, i % 3, "xx");
		char *summed = with_sum(text);
		for (int i = 0; i < 2 * count + 2; i++) {
			int user = (i - 1) / 2;
			snprintf(name, sizeof name, "u%02d%.*s", i, user % 3, "xx");
			assert_int_equal(find(summed, strlen(summed), name, &conf),
				i % 2 == 1 && user < count);
			snprintf(name, sizeof name, "u%02d%.*s", i, user % 3 + 1, "xxx");
			assert_int_equal(find(summed, strlen(summed), name, &conf), 0);
		}
		assert_int_equal(find(summed, strlen(summed), "", &conf), 0);
		assert_int_equal(find(summed, strlen(summed), "a", &conf), 0);
		assert_int_equal(find(summed, strlen(summed), "u", &conf), 0);
		assert_int_equal(find(summed, strlen(summed), "v", &conf), 0);
		free(summed);
	}
}

/* A line that it looks at is checked, whatever the sum says. */
static void
test_find_checks(void **state)
{
	(void)state;
	static const struct {
		const char *text, *error;
		unsigned line;
	} wrong[] = {
		{ HEAD "allow a\nallow (b)\nallow c\n",
			"in a file with a sum the users come last", 5 },
		{ HEAD "allow a\nallow b c\nallow c\n",
			"this can't stand in the name of a user or group", 5 },
		{ HEAD "allow a\n#\nallow c\n",
			"not 'control ID', 'policy SHA256' or 'allow WHO'", 5 },
		{ HEAD "allow a\nallow b\nallow b",
			"the last line has no end: the file was cut short", 6 },
		{ "policy " HASH "\nallow a\nallow b\nallow c\n",
			"no line says 'control ID'", 4 },
	};
	struct console_conf conf;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		char *summed = with_sum(wrong[i].text);
		assert_int_equal(find(summed, strlen(summed), "b", &conf), -1);
		assert_string_equal(conf.error, wrong[i].error);
		assert_int_equal(conf.line, wrong[i].line);
		free(summed);
	}
}

static void
test_write(void **state)
{
	(void)state;
	static const char *const who[] = { "root", "(wheel)", "bob", "12", "_x", "bob",
		"Zoe" };
	char *text = console_conf_write("c-1", HASH, who, 7);
	struct console_conf conf;
	assert_int_equal(read_all(text, strlen(text), &conf), 0);
	assert_true(conf.has_sum);
	assert_string_equal(strstr(text, "control"),
		"control c-1\npolicy " HASH "\nallow (wheel)\nallow 12\nallow Zoe\n"
		"allow _x\nallow bob\nallow root\n");
	free(text);
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

/* Behind a sum no cut and no byte that is changed goes unnoticed, by either way to read.
 */
static void
test_damage_behind_sum(void **state)
{
	(void)state;
	static const char *const who[] = { "anne", "(wheel)", "bob", "12" };
	char *text = console_conf_write("c", HASH, who, 4);
	size_t full = strlen(text);
	struct console_conf conf;
	assert_int_equal(find(text, full, "bob", &conf), 1);
	for (size_t size = 0; size < full; size++) {
		assert_int_equal(read_all(text, size, &conf), -1);
		assert_int_equal(find(text, size, "bob", &conf), -1);
	}
	for (size_t i = 0; i < full; i++) {
		char was = text[i];
		for (int byte = 0; byte < 256; byte++) {
			text[i] = (char)byte;
			/* a comment in its place is none: the file is read as by hand */
			if (text[i] == was || (i == 0 && byte == '#'))
				continue;
			assert_int_equal(read_all(text, full, &conf), -1);
			assert_int_equal(find(text, full, "bob", &conf), -1);
		}
		text[i] = was;
	}
	free(text);
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
		cmocka_unit_test(test_summed_cases),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_find_checks),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_damage_behind_sum),
		cmocka_unit_test(test_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
