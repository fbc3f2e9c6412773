#include "policy/models/system/node_path.h"
#include "tests/unit/scratch.h"

#include "base/bytes.h"

/* a=1 (b=x, b=y (c=z)), a=2 (b=x), d/e (none) */
static struct document_node nodes[] = {
	{ .label = "a", .value = "1", .depth = 0 },
	{ .label = "b", .value = "x", .depth = 1 },
	{ .label = "b", .value = "y", .depth = 1 },
	{ .label = "c", .value = "z", .depth = 2 },
	{ .label = "a", .value = "2", .depth = 0 },
	{ .label = "b", .value = "x", .depth = 1 },
	{ .label = "d/e f", .value = NULL, .depth = 0 },
};
static const struct document document = { .nodes = nodes, .count = 7 };

/* Where the path TEXT leads: indexes with blanks between. */
static void
assert_found(const char *text, const char *expected)
{
	struct node_path path;
	struct error err = ERROR_INIT;
	size_t *found, count;
	autobuffer struct buffer out = { 0 };
	if (node_path_read(text, &path, &err) < 0)
		fail_msg("%s", err.text);
	node_path_find(&path, &document, &found, &count);
	buffer_text(&out, "");
	for (size_t i = 0; i < count; i++)
		buffer_printf(&out, "%s%zu", i > 0 ? " " : "", found[i]);
	assert_string_equal(out.data, expected);
	free(found);
	node_path_free(&path);
}

static void
assert_no_path(const char *text, const char *expected)
{
	struct node_path path;
	struct error err = ERROR_INIT;
	assert_int_equal(node_path_read(text, &path, &err), -1);
	assert_string_equal(err.text, expected);
	error_clear(&err);
	node_path_free(&path);
}

static void
test_steps(void **state)
{
	(void)state;
	assert_found("a", "0 4");
	assert_found("*", "0 4 6");
	assert_found("a/b", "1 2 5");
	assert_found("*/*/*", "3");
	assert_found("*/*/*/*", "");
	assert_found("b", "");
	assert_found("d\\/e\\ f", "6");
	assert_found("\\a", "0 4");
}

static void
test_predicates(void **state)
{
	(void)state;
	assert_found("a[1]", "0");
	assert_found("a[ 2 ]", "4");
	assert_found("a[3]", "");
	assert_found("a[last()]", "4");
	assert_found("*[last()]/*", "");
	/* a number counts over all parents */
	assert_found("a/b[3]", "5");
	assert_found("a[1]/b[last()]", "2");
	assert_found("a[b='x']", "0 4");
	assert_found("a[b = \"y\"]/b[. = 'x']", "1");
	assert_found("a[b='x'][2]/b", "5");
	assert_found("a[2][b='y']", "");
	assert_found("a[.='2']", "4");
	assert_found("a/b[c='z']", "2");
	assert_found("*[.='']", "");
	assert_found("a[d\\/e='x']", "");
}

static void
test_what_is_none(void **state)
{
	(void)state;
	assert_no_path("", "a label is missing before ''");
	assert_no_path("/a", "a label is missing before '/a'");
	assert_no_path("a/", "a label is missing before ''");
	assert_no_path("a b", "' b' is not understood");
	assert_no_path("a[1", "a ] is missing");
	assert_no_path("a[0]", "'0' is not between 1 and 2147483647");
	assert_no_path("a[99999999999999999999]",
		"'99999999999999999999' is not between 1 and 2147483647");
	assert_no_path("a[1='x']", "a ] is missing");
	assert_no_path("a[.=x]", "behind = stands a text in quotes");
	assert_no_path("a[.='x]", "behind = stands a text in quotes");
	assert_no_path("a[]",
		"between [ and ] stands a number, last(), . = 'TEXT' or LABEL = 'TEXT'");
	assert_no_path("a[b/c='x']",
		"between [ and ] stands a number, last(), . = 'TEXT' or LABEL = 'TEXT'");
	assert_no_path("a|b", "'|b' is not understood");
	assert_no_path("a*", "'*' is not understood");
	assert_no_path(
		"a[1][1][1][1][1][1][1][1][1]", "more than 8 predicates of one step");
	autobuffer struct buffer deep = { 0 };
	for (int i = 0; i < NODE_PATH_STEPS; i++)
		buffer_text(&deep, i > 0 ? "/a" : "a");
	assert_found(deep.data, "");
	buffer_text(&deep, "/a");
	assert_no_path(deep.data, "more than 32 steps");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_predicates),
		cmocka_unit_test(test_what_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
