#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "policy/yaml.h"

/* Reads TEXT and gives the problems as "LINE:COLUMN MESSAGE\n"..., or "" when there are
 * none. */
static char *
read_bytes(const char *text, size_t size, struct document *document)
{
	struct problems problems = { 0 };
	struct buffer out = { 0 };
	*document = (struct document){ .name = "t.yaml", .bytes = { text, size } };
	yaml_read(document, &problems);
	for (size_t i = 0; i < problems.count; i++)
		buffer_printf(&out, "%u:%u %s\n", problems.items[i].at.line,
			problems.items[i].at.column, problems.items[i].text);
	problems_free(&problems);
	return buffer_take(&out);
}

static void
assert_problems(const char *text, const char *want)
{
	struct document document;
	autofree char *have = read_bytes(text, strlen(text), &document);
	value_free(&document.root);
	assert_string_equal(have, want);
}

static void
test_values(void **state)
{
	(void)state;
	static const char text[] = "title: a b\n"
				   "list: [x, 'y: z', 3]\n"
				   "map:\n"
				   "  no: yes\n"
				   "  date: 2026-01-01\n"
				   "  block: |\n"
				   "    one\n"
				   "    \ttwo\n"
				   "  '': \"\\u00fc\"\n";
	struct document document;
	autofree char *problems = read_bytes(text, strlen(text), &document);
	const struct value *root = &document.root, *list = value_find(root, "list");
	const struct value *map = value_find(root, "map");
	assert_string_equal(problems, "");
	assert_string_equal(value_text(root, "title", NULL), "a b");
	assert_int_equal(list->count, 3);
	assert_string_equal(list->items[1].text, "y: z");
	assert_string_equal(list->items[2].text, "3");
	assert_string_equal(value_text(map, "no", NULL), "yes");
	assert_string_equal(value_text(map, "date", NULL), "2026-01-01");
	assert_string_equal(value_text(map, "block", NULL), "one\n\ttwo\n");
	assert_string_equal(value_text(map, "", NULL), "\xc3\xbc");
	assert_null(value_text(root, "list", NULL));
	assert_null(value_find(root, "none"));
	value_free(&document.root);
}

static void
test_positions(void **state)
{
	(void)state;
	/* columns are bytes: the u umlaut is two */
	static const char text[] = "\xc3\xbc: { \xc3\xbc: 1, b: 2 }\r\n"
				   "\r\n"
				   "c: \xe2\x82\xac\r\n"
				   "d:\r\n"
				   "  - e\r\n";
	struct document document;
	autofree char *problems = read_bytes(text, strlen(text), &document);
	const struct value *root = &document.root, *inner = &root->entries[0].value;
	assert_string_equal(problems, "");
	assert_int_equal(inner->at.line, 1);
	assert_int_equal(inner->at.column, 5);
	assert_int_equal(inner->entries[1].at.column, 14);
	assert_int_equal(inner->entries[1].value.at.column, 17);
	assert_int_equal(root->entries[1].at.line, 3);
	assert_int_equal(root->entries[1].value.at.column, 4);
	assert_string_equal(root->entries[1].value.text, "\xe2\x82\xac");
	assert_int_equal(root->entries[2].value.at.line, 5);
	assert_int_equal(root->entries[2].value.items[0].at.column, 5);
	assert_string_equal(root->entries[2].value.at.file, "t.yaml");
	value_free(&document.root);
}

static void
test_quoting(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "selector: *.info;mail.none # all\n",
			"1:11 a text can't begin with *; quote it: "
			"'*.info;mail.none'\n" },
		{ "a: {b: *.info, c: d}\n",
			"1:8 a text can't begin with *; quote it: '*.info'\n" },
		{ "a:\n  - *.*\n", "2:5 a text can't begin with *; quote it: '*.*'\n" },
		{ "to: @host", "1:5 a text can't begin with @; quote it: '@host'\n" },
		{ "to: &\n", "1:5 a text can't begin with &; quote it: '&'\n" },
		{ "to: !a!b c\n", "1:5 a text can't begin with !; quote it: '!a!b c'\n" },
		{ "to: `it's\n", "1:5 a text can't begin with `; quote it: '`it''s'\n" },
		{ "to: %h\n", "1:5 a text can't begin with %; quote it: '%h'\n" },
		{ "a: *all\nb: &x y\nc: !t z\nd: &l [x]\n",
			"1:4 aliases are not taken; if text is meant, quote it: '*all'\n"
			"2:4 anchors are not taken; if text is meant, quote it: '&x y'\n"
			"3:4 tags are not taken; if text is meant, quote it: '!t z'\n"
			"4:4 anchors are not taken; if text is meant, quote it: '&l "
			"[x]'\n" },
		{ "a:\n\tb: c\n", "2:1 a tab can't stand here: indent with blanks\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_problems(cases[i].text, cases[i].want);
}

#define NO_KEY                                                                           \
	"a key can't stand here: each begins a line, as far in as those beside it; if "  \
	"it is a text with ': ' in it, quote the text\n"
#define NO_VALUE "a value is missing before this; a text that begins so must be quoted\n"
#define NO_MORE                                                                          \
	"nothing can follow here: if it is one text, quote all of it (a ' within "       \
	"single "                                                                        \
	"quotes is written twice)\n"
#define NO_COLON                                                                         \
	"the key that begins here has no ': ' after it: write KEY: VALUE on one line\n"
#define NO_TAB "a tab can't stand here: indent with blanks\n"
#define NO_DIRECTIVE "a line can't begin with % here: leave it out\n"

/* Each in words that say what to write, at the place where it went wrong. */
static void
test_syntax(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "a: b: c\n", "1:5 " NO_KEY },
		{ "a: b\n  c: d\n", "2:4 " NO_KEY },
		{ "a: ? b\n", "1:4 a key can't begin with '? ' here\n" },
		{ "a: 'b\nc: d\n", "1:4 the quote that begins here is not closed\n" },
		{ "a: \"b\n---\n", "1:4 the quote that begins here is not closed\n" },
		{ "a: \"\\q\"\n",
			"1:5 this letter means nothing after a backslash: write \\\\, or "
			"quote with single quotes\n" },
		{ "a: \"\\u12\"\n",
			"1:7 after \\x come 2 hexadecimal digits, after \\u 4, after \\U "
			"8; within single quotes a backslash is a backslash\n" },
		{ "a:\n  - b: 1\n   c: 2\n",
			"3:4 indented by 3, where the list of line 2 is indented by "
			"2\n" },
		{ "a:\n  b: 1\n c: 2\n",
			"3:2 indented by 1, where the map of line 1 is indented by 0\n" },
		{ "a: 1\n- b\n",
			"2:1 this is no key, as the map of line 1 has: write KEY: "
			"VALUE\n" },
		{ "- b\na: 1\n",
			"2:1 each item of the list of line 1 begins with '- '\n" },
		{ "a: 'b' c\n", "1:8 " NO_MORE },
		{ "- [b] c\n", "1:7 " NO_MORE },
		{ "a: [b\nc: d\n",
			"1:4 the list that begins here is not closed, or lacks a comma: "
			"write [a, b]\n" },
		{ "a: {b: 1\n",
			"1:4 the map that begins here is not closed, or lacks a comma: "
			"write {a: 1, b: 2}\n" },
		{ "a: [b, }\n", "1:8 " NO_VALUE },
		{ "a: ]\n", "1:4 " NO_VALUE },
		{ "a: - b\n",
			"1:4 '- ' can't stand here: each item of a list begins a "
			"line\n" },
		{ "a: 1\nb\nc: 2\n", "2:1 " NO_COLON },
		{ "a: |x\n  b\n",
			"1:5 nothing can follow | or > on the line: the text begins on "
			"the "
			"next one, indented\n" },
		{ "a:\n  b: c\n\td: e\n", "3:1 " NO_TAB },
		{ "a: |\n\tb\n", "2:1 " NO_TAB },
		{ "a: 1\n...\nb: 2\n",
			"3:1 nothing can follow '...', which ends the document, or a "
			"line "
			"with %\n" },
		{ "%YAML 3.0\n---\na: 1\n",
			"1:1 this version of YAML is not known: leave the line out\n" },
		{ "%YAML x\n---\na: 1\n", "1:1 " NO_DIRECTIVE },
		{ "a: \xc3", "1:4 this is not UTF-8: save the file as UTF-8\n" },
		{ "a: \xc3(\n", "1:5 this is not UTF-8: save the file as UTF-8\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_problems(cases[i].text, cases[i].want);
}

static void
test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "a: 1\nb: 2\na: 3\n",
			"3:1 key 'a' is there twice (first in line 1)\n" },
		{ "x: {a: 1, a: [2], a: {}}\n",
			"1:11 key 'a' is there twice (first in line 1)\n"
			"1:19 key 'a' is there twice (first in line 1)\n" },
		{ "? [a]\n: b\n", "1:3 a key must be text\n" },
		{ "{a: b}: c\n", "1:1 a key must be text\n" },
		{ "a:\nb: 1\n",
			"1:1 'a' has no value (write '' for an empty text, {} for no "
			"keys)\n" },
		{ "- a\n-\n", "2:2 there is no value (write '' for an empty text)\n" },
		{ "a: 1\n---\nb: 2\n", "2:1 a second document: a file holds one\n" },
		{ "a: \"x\\0y\"\n", "1:4 the text holds the control byte \\x00\n" },
		{ "a: \"\\e[31m\"\n", "1:4 the text holds the control byte \\x1b\n" },
		{ "a: b\x01\n", "1:5 a control character can't stand here\n" },
		{ "a: \xff\n", "1:4 this is not UTF-8: save the file as UTF-8\n" },
		{ "", "" },
		/* a byte order mark is skipped, but its bytes count */
		{ "\xef\xbb\xbf"
		  "a: 1\nb: *x\n",
			"2:4 aliases are not taken; if text is meant, quote it: '*x'\n" },
		{ "\xef\xbb\xbf"
		  "a: &x y\n",
			"1:7 anchors are not taken; if text is meant, quote it: '&x "
			"y'\n" },
		{ "\xef\xbb\xbf"
		  "a: \x01\n",
			"1:7 a control character can't stand here\n" },
		{ "%YAML 1.2\n---\na: ''\n...\n", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_problems(cases[i].text, cases[i].want);
}

static void
test_first_of_twins_stays(void **state)
{
	(void)state;
	static const char text[] = "b: 1\na: 2\nb: 3\nc: 4\n";
	struct document document;
	autofree char *problems = read_bytes(text, strlen(text), &document);
	assert_int_equal(document.root.count, 3);
	assert_string_equal(value_text(&document.root, "b", NULL), "1");
	assert_string_equal(document.root.entries[2].key, "c");
	value_free(&document.root);
}

static void
test_nul_byte(void **state)
{
	(void)state;
	struct document document;
	autofree char *problems = read_bytes("a: b\0c\n", 7, &document);
	assert_string_equal(problems, "1:5 a control character can't stand here\n");
	value_free(&document.root);
}

/* COUNT times TEXT. */
static char *
repeat(const char *text, size_t count)
{
	struct buffer out = { 0 };
	for (size_t i = 0; i < count; i++)
		buffer_text(&out, text);
	return buffer_take(&out);
}

static void
test_limits(void **state)
{
	(void)state;
	autofree char *deepest = repeat("[", YAML_DEPTH_MAX);
	autofree char *close = repeat("]", YAML_DEPTH_MAX);
	autofree char *good = memory_printf("%s%s\n", deepest, close);
	autofree char *deep = memory_printf("[%s%s]\n", deepest, close);
	autofree char *many = repeat("- x\n", YAML_VALUE_MAX);
	assert_problems(good, "");
	assert_problems(deep, "1:33 nested deeper than 32 levels\n");
	/* the list itself is a value too */
	assert_problems(many, "100000:3 more than 100000 values\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_quoting),
		cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_first_of_twins_stays),
		cmocka_unit_test(test_nul_byte),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
