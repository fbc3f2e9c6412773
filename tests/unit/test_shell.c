/* What a shell starts by a text. */
#include "tests/unit/scratch.h"

#include "policy/models/shell/shell_text.h"

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
	shell_text_read(host, BYTES_TEXT(text), NULL, &commands);
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
	starts("a >/dev/null 2>&1 b </x", "? a b\n!\n");
	starts("a >/dev/null 2>&1 b >>/tmp/x", "a b\n");
	starts("A=b C='d e'; x $A \"$C\" $C", "x b d e d e\n");
	starts("x $Y ${Z:-a b} $(c d) `e`", "? c d\n? e\nx $Y ${Z:-a b} $(c d) `e`\n");
	starts("A=$(b $(c)); echo '$(d)'", "? c\n? b $(c)\n");
	starts("A=b; if false; then A=c; fi; $A", "$A\n");
	starts("A=b; (A=c); $A", "$A\n");
	starts("A=b; A=c d; $A", "d\nb\n");
	starts("A=b; unset A; $A; A=b; export A=c; $A", "$A\nc\n");
	starts("A=b; read A; $A; A=b; export A; $A", "$A\nb\n");
	starts("A=b; for A in c d; do $A; done", "$A\n");
	starts("O='-a -b'\nP=/bin/c\n$P $O", "/bin/c -a -b\n");
	starts("x 'y", "? x y\n!\n");
	starts("x <<E\ny\nE", "? x\n!\n");
	starts("nice -n 10 ionice -c3 env A=b timeout -k 5 60 x y", "x y\n");
	starts("A=b exec nice -n10 x", "x\n");
	starts("sh -c 'a; b'", "a\nb\n");
	scratch_text("/etc/passwd", "bob:x:1:1::/:/bin/sh\nno:x:2:2::/:/bin/false\n");
	starts("su - bob -c \"a && b\"", "a\n? b\n");
	starts("su root -c a; su -c b; runuser -s /bin/sh no -c c", "a\nb\nc\n");
	starts("su bo -c a", "? a\n!\n");
	starts("su no -c a", "? a\n!\n");
}

static void
test_lists(void **state)
{
	(void)state;
	starts("a; b & c | d\ne", "a\nb\nc\nd\ne\n");
	starts("cd / && a", "a\n");
	starts("exit & a; exit 0 && b & c", "a\nc\n");
	starts("set -e; false & a", "a\n");
	starts("a && b || c", "a\n? b\n? c\n");
	starts("true || a; false && b; c", "c\n");
	starts("echo a; test a; : b; c", "c\n");
	starts("! true || a", "a\n");
	starts("(a; exit; b); { c; }; exit 0; d", "a\nc\n");
	starts("exec a; b", "a\n");
	starts("[ 1 = 2 ] && exit 0; a", "? a\n");
	starts("if a; then b; elif c; then d; else e; fi; f",
		"a\n? b\n? c\n? d\n? e\nf\n");
	starts("for i in 1 2; do a $i; done", "a $i\n");
	starts("while true; do a; done", "a\n");
	starts("case x in a) b;; esac; c", "? c\n!\n");
	starts("f() { a; }; b", "? a\n? b\n");
	starts("fi", "!\n");
	starts("a )", "? a\n!\n");
}

/* What a shell refuses as a whole. */
static void
test_refused(void **state)
{
	static const char *const texts[] = { "a $(b", "a 'b", "a; )", "(a",
		"if true; then a", "a; ;", "; a", "a &&", "a |", "a;; b", "a b (c)",
		"(a) b", "{ a; } b", "a; }", "! ! a", "a; if true; then fi", "a; ()",
		"a; if x; fi", "a >", "a; f() b" };
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct error err = ERROR_INIT;
		struct host *host = host_open(scratch, &err);
		struct shell_commands commands;
		shell_text_read(host, BYTES_TEXT(texts[i]), NULL, &commands);
		assert_non_null(commands.doubt);
		for (size_t k = 0; k < commands.count; k++)
			assert_true(commands.items[k].is_perhaps);
		shell_commands_free(&commands);
		host_free(host);
	}
	/* what stood in a line before was run */
	starts("a\nb\nif c; then\nd", "a\nb\n? c\n? d\n!\n");
	starts("a\nb <<E\nE\nc", "a\n? b\n!\n");
	starts("sh -c 'a; )'; b", "? a\nb\n!\n");
}

static void
test_builtins(void **state)
{
	(void)state;
	scratch_file("/usr/x", "", 0);
	starts("a && exit; b", "a\n? b\n");
	starts("[ -e /run/x ] || exit 0; a", "? a\n");
	starts("cd /usr && a; cd /nope && b; cd && c", "a\n? c\n");
	starts("cd /nope || exit 1; a", "");
	starts("cd /run/x && a", "? a\n");
	starts("exec true; a", "");
	starts("false || exec; a", "a\n");
	starts("a || exec b; c", "a\n? b\n? c\n");
	static const char *const others[] = { ". /etc/x", "shift", "eval exit", "kill $$",
		"set -n", "set -o noexec", "set -e; b", "set -u; $x", "${X:?}", "return",
		"trap exit DEBUG", "while true; do :; done", "readonly A", "export 1",
		"f() { :; }" };
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		autofree char *text = memory_printf("%s; a", others[i]);
		struct error err = ERROR_INIT;
		struct host *host = host_open(scratch, &err);
		struct shell_commands commands;
		shell_text_read(host, BYTES_TEXT(text), NULL, &commands);
		assert_true(commands.count > 0);
		assert_string_equal(commands.items[commands.count - 1].words[0], "a");
		assert_true(commands.items[commands.count - 1].is_perhaps);
		shell_commands_free(&commands);
		host_free(host);
	}
	starts("set -ux; export A B=c; unset A; trap 'rm x' EXIT INT; umask 022; a",
		"a\n");
	starts("set -e; test -d /usr; if b; then :; fi; a", "b\n? a\n");
	starts("set -e; if test -e /run/x; then :; fi; a", "? a\n");
	starts("sleep 5 && a; sleep $X && b", "a\n? b\n");
	starts("A=`b` && a", "? b\n? a\n");
}

static void
test_loops(void **state)
{
	(void)state;
	starts("for i in; do a; done; b", "b\n");
	starts("for i in $X; do a; done; for i; do b; done", "? a\n? b\n");
	starts("for i in $X y\ndo a; done", "a\n");
	starts("until false; do a; done", "a\n");
	starts("until true; do a; done; b", "b\n");
	starts("while false; do a; done; b", "b\n");
	starts("exit | a; b", "a\nb\n");
	starts("a | exit; b", "a\nb\n");
	starts("! false | true && a; ! true | false && b", "b\n");
}

static void
test_starters(void **state)
{
	(void)state;
	starts("command -v a; command -V a", "");
	starts("command -v a && a", "? a\n");
	static const char *const asking[] = { "sudo -l a", "time -V a", "env --help a",
		"nice -n 5 --help a", "sh -n a", "sh -nc a", "flock -u /x a",
		"ionice -p 5 a", "flock /x -c a", "env --split-string=x a",
		"bash --version a", "su -x b -c a" };
	for (size_t i = 0; i < sizeof asking / sizeof *asking; i++) {
		struct error err = ERROR_INIT;
		struct host *host = host_open(scratch, &err);
		struct shell_commands commands;
		shell_text_read(host, BYTES_TEXT(asking[i]), NULL, &commands);
		assert_non_null(commands.doubt);
		assert_true(commands.count == 0 || commands.items[0].is_perhaps);
		shell_commands_free(&commands);
		host_free(host);
	}
	starts("flock -n /run/lock sudo -n -u bob env -i A=c nice --adjustment=5 chronic "
	       "-e a",
		"a\n");
	starts("runuser -u bob -- a", "a\n");
	starts("sudo -u b a", "? a\n!\n");
	starts("sh -ec 'a'; bash -x /b -n; su -l -s /bin/sh bob -c c",
		"a\nbash -x /b -n\nc\n");
}

static void
test_redirections(void **state)
{
	(void)state;
	scratch_file("/var/log/x", "", 0);
	starts("a </var/log/x >>/var/log/y 2>&1; b >/new\nc >$PWD; d",
		"a\nb\n? c\n? d\n!\n");
	starts("a </gone", "? a\n!\n");
	starts("a >/gone/x", "? a\n!\n");
	starts("a >/var/log", "? a\n!\n");
	starts("a >/var/log/x-$(date)", "a\n");
	starts("{ a; } </gone", "? a\n!\n");
	starts("a >&7", "? a\n!\n");
	starts("a\nb </gone\nc", "a\n? b\n? c\n!\n");
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
	scratch_file("/usr/bin/plain", "", 0);
	starts("/usr/bin/plain a; /usr/bin b; c", "c\n");
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
		shell_text_read(
			host, (struct bytes){ text.data, text.size }, NULL, &commands);
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
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_builtins),
		cmocka_unit_test(test_loops),
		cmocka_unit_test(test_starters),
		cmocka_unit_test(test_redirections),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_hostile),
	};
	scratch_make();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	scratch_remove();
	return failed;
}
