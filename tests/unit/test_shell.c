/* What a shell starts by a text. */
#include "tests/unit/scratch.h"

#include "policy/models/shell_text.h"

/* WANT: the commands that TEXT starts, a line each, with "? " before one that it may
 * start; "!" in the last where there may be others. */
static void
starts(const char *text, const char *want)
{
	struct error err = ERROR_INIT;
	struct host *host = host_open(scratch, &err);
	struct shell_commands commands;
	autobuffer struct buffer have = { 0 };
	assert_non_null(host);
	buffer_text(&have, "");
	shell_text_read(host, BYTES_TEXT(text), &commands);
	for (size_t i = 0; i < commands.count; i++) {
		const struct shell_command *command = &commands.items[i];
		assert_true(command->start + command->size <= strlen(text));
		buffer_text(&have, command->is_perhaps ? "? " : "");
		for (size_t k = 0; k < command->count; k++)
			buffer_printf(&have, "%s%s", k > 0 ? " " : "", command->words[k]);
		buffer_text(&have, "\n");
	}
	if (commands.doubt != NULL)
		buffer_text(&have, "!\n");
	assert_string_equal(have.data, want);
	shell_commands_free(&commands);
	host_free(host);
}

static void
test_words(void **state)
{
	(void)state;
	starts("", "");
	starts("a 'b c' \"d e\" f\\ g # h", "a b c d e f g\n");
	starts("a >/dev/null 2>&1 b </x", "a b\n");
	starts("A=b C='d e'; x $A \"$C\" $C", "x b d e d e\n");
	starts("x $Y ${Z:-a b} $(c d) `e`", "x $Y ${Z:-a b} $(c d) `e`\n");
	starts("O='-a -b'\nP=/bin/c\n$P $O", "/bin/c -a -b\n");
	starts("x 'y", "x y\n!\n");
	starts("x <<E\ny\nE", "x\n!\n");
	starts("nice -n 10 ionice -c3 env A=b timeout -k 5 60 x y", "x y\n");
	starts("A=b exec nice -n10 x", "x\n");
	starts("sh -c 'a; b'", "a\nb\n");
	starts("su - bob -c \"a && b\"", "a\n? b\n");
}

static void
test_lists(void **state)
{
	(void)state;
	starts("a; b & c | d\ne", "a\nb\nc\nd\ne\n");
	starts("cd / && a", "a\n");
	starts("a && b || c", "a\n? b\n? c\n");
	starts("true || a; false && b; c", "c\n");
	starts("echo a; test a; : b; c", "c\n");
	starts("! true || a", "a\n");
	starts("(a; exit; b); { c; }; exit 0; d", "a\nc\n");
	starts("exec a; b", "a\n");
	starts("[ 1 = 2 ] && exit 0; a", "a\n");
	starts("if a; then b; elif c; then d; else e; fi; f",
		"a\n? b\n? c\n? d\n? e\nf\n");
	starts("for i in 1 2; do a $i; done", "a $i\n");
	starts("while true; do a; done", "a\n");
	starts("case x in a) b;; esac; c", "c\n!\n");
	starts("f() { a; }; b", "? a\nb\n");
	starts("fi", "!\n");
	starts("a )", "a\n!\n");
}

static void
test_files(void **state)
{
	(void)state;
	autofree char *there = scratch_path("/usr/bin/there");
	scratch_file("/usr/bin/there", "", 0);
	assert_int_equal(chmod(there, 0755), 0);
	starts("test -x /usr/bin/there && a; test -x /usr/bin/gone && b; c", "a\nc\n");
	starts("[ -x /usr/bin/gone ] || a; [ ! -d /usr/bin ] || b", "a\nb\n");
	starts("if [ -x /usr/bin/gone ]; then a; else b; fi", "b\n");
	starts("test -x /usr/bin/gone || exit 0\na", "");
	starts("test -x /usr/bin/there || exit 0\na", "a\n");
	starts("test -e /run/a && b; [ -f /var/a ] || c", "? b\n? c\n");
	starts("/usr/bin/gone a; /usr/bin/there b; /nowhere/c",
		"/usr/bin/there b\n/nowhere/c\n");
}

/* Nothing of it may take long or deep. */
static void
test_hostile(void **state)
{
	static const char *const parts[] = { "(", "if a; then ", "elif a; then ", "! ",
		"sh -c '", "A=$A$A ;", "`", "${", "a|", "a &&", "case ", "do ", "f() {" };
	struct error err = ERROR_INIT;
	struct host *host = host_open(scratch, &err);
	(void)state;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		autobuffer struct buffer text = { 0 };
		struct shell_commands commands;
		buffer_text(&text, "if a; then b; A=aaaaaaaaaaaaaaaa;");
		while (text.size < 200000)
			buffer_text(&text, parts[i]);
		shell_text_read(host, (struct bytes){ text.data, text.size }, &commands);
		assert_non_null(commands.doubt);
		shell_commands_free(&commands);
	}
	host_free(host);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_hostile),
	};
	scratch_make();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_remove();
	return failed;
}
