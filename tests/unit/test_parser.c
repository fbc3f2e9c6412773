#include "lenses/parser.h"
#include "lenses/process.h"
#include "tests/unit/child.h"
#include "tests/unit/scratch.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "base/text.h"

static struct parser *parser;

static int
setup(void **state)
{
	struct error err = ERROR_INIT;
	(void)state;
	parser = parser_new(HOLDFAST_LENSES, &err);
	assert_non_null(parser);
	assert_int_equal(parser_prepare(parser, (1u << LENS_COUNT) - 1, &err), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	parser_free(parser);
	return 0;
}

static int
parse(enum lens lens, struct bytes text, const struct tree **ret_tree, struct error *err)
{
	char hash[SHA256_HEX];
	text_sha256(text, hash);
	return parser_parse(parser, lens, text, hash, ret_tree, err);
}

/* The tree in one line: "rule(selector=*.* action=/x) blank". */
static void
assert_tree(enum lens lens, const char *text, const char *expected)
{
	const struct tree *tree;
	struct error err = ERROR_INIT;
	autobuffer struct buffer out = { 0 };
	if (parse(lens, BYTES_TEXT(text), &tree, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(tree->size, strlen(text));
	buffer_text(&out, "");
	for (size_t i = 0; i < tree->count; i++) {
		struct bytes value = tree_value(tree, &tree->nodes[i]);
		buffer_printf(&out, "%s%s%s", tree->nodes[i].depth > 0 ? "." : "",
			tree_label_name(tree->nodes[i].label), value.size > 0 ? "=" : "");
		buffer_add(&out, value.data, value.size);
		buffer_text(&out, " ");
	}
	assert_string_equal(out.data, expected);
}

static void
assert_error(enum lens lens, struct bytes text, const char *expected)
{
	const struct tree *tree;
	struct error err = ERROR_INIT;
	assert_int_equal(parse(lens, text, &tree, &err), -1);
	assert_string_equal(err.text, expected);
	error_clear(&err);
}

static void
test_lenses(void **state)
{
	(void)state;
	assert_tree(LENS_SSHD, "Port 22\n\n#x\n  Match all # y\n",
		"setting=Port .value=22 blank comment=#x setting=Match .value=all # y ");
	assert_tree(LENS_XINETD, "defaults\n{\nx = y z\n}\n",
		"entry=defaults brace={ attribute=x .op== .value=y z brace=} ");
	assert_tree(LENS_ACCESS, "-:ALL:LOCAL\n", "rule=- .users=ALL .origins=LOCAL ");
	assert_tree(LENS_SYSLOG, "*.* /x\n", "rule .selector=*.* .action=/x ");
	assert_tree(LENS_CISCO, "! x\n ip access-group 1 in\nend\n",
		"comment=! x setting=ip .value=access-group 1 in setting=end ");
}

static void
test_last_line(void **state)
{
	(void)state;
	assert_tree(LENS_SSHD, "", "");
	assert_tree(LENS_SSHD, "\n", "blank ");
	assert_tree(LENS_SSHD, "Port 22", "setting=Port .value=22 ");
	assert_tree(LENS_SYSLOG, "*.* /x\\", "rule .selector=*.* .action=/x\\ ");
	assert_tree(LENS_SYSLOG, "*.* /x\\\n", "rule .selector=*.* .action=/x\\ ");
}

static void
test_joins_lines(void **state)
{
	(void)state;
	assert_tree(LENS_SYSLOG, "*.info;\\\n \tmail.none /x\n\nb",
		"rule .selector=*.info;\v\v\v\vmail.none .action=/x blank other=b ");
	assert_tree(LENS_SYSLOG, "*.info;\\\n\\\nmail.* /x\n",
		"rule .selector=*.info;\v\v\v\vmail.* .action=/x ");
	assert_tree(LENS_SYSLOG, "# c \\\n*.* /x\n",
		"comment=# c \\ rule .selector=*.* .action=/x ");
	assert_tree(LENS_SSHD, "Port 1\\\nPort 2\n",
		"setting=Port .value=1\\ setting=Port .value=2 ");
}

static void
test_refuses_control_bytes(void **state)
{
	(void)state;
	assert_error(LENS_SSHD, BYTES_TEXT("a\nb\n\x03\n"),
		"line 3 holds the control byte \\x03");
	assert_error(
		LENS_SSHD, BYTES_TEXT("\x04"), "line 1 holds the control byte \\x04");
	assert_error(
		LENS_SYSLOG, BYTES_TEXT("\v"), "line 1 holds the control byte \\x0b");
	assert_error(LENS_SSHD, ((struct bytes){ "a\n\0\n", 4 }),
		"line 2 holds the control byte \\x00");
	assert_tree(LENS_ACCESS, "\t\f\r\n", "other=\t\f\r ");
	assert_tree(LENS_ACCESS, "\x7f\xff\xfe\x80\n", "other=\x7f\xff\xfe\x80 ");
}

static void
test_remembers(void **state)
{
	(void)state;
	const struct tree *first, *second;
	struct error err = ERROR_INIT;
	assert_int_equal(parse(LENS_SSHD, BYTES_TEXT("Port 22\n"), &first, &err), 0);
	assert_int_equal(parse(LENS_SSHD, BYTES_TEXT("Port 22\n"), &second, &err), 0);
	assert_ptr_equal(first, second);
	assert_int_equal(parse(LENS_XINETD, BYTES_TEXT("Port 22\n"), &second, &err), 0);
	assert_ptr_not_equal(first, second);
}

static void
test_survives_death(void **state)
{
	(void)state;
	assert_tree(LENS_SSHD, "A 1\n", "setting=A .value=1 ");
	pid_t first = child();
	assert_true(first > 0);
	assert_int_equal(kill(first, SIGKILL), 0);
	assert_error(LENS_SSHD, BYTES_TEXT("A 2\n"), "the parsing process died (Killed)");
	assert_tree(LENS_SSHD, "A 3\n", "setting=A .value=3 ");
	assert_true(child() > 0 && child() != first);
	/* and says the same of the same bytes without a second try */
	assert_error(LENS_SSHD, BYTES_TEXT("A 2\n"), "the parsing process died (Killed)");
	parser_free(parser);
	assert_int_equal(child(), 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	parser = parser_new(HOLDFAST_LENSES, NULL);
}

/* The parsing process answers no question any more. */
static void
end_child(void)
{
	assert_int_equal(kill(child(), SIGKILL), 0);
}

static void
parse_ahead(const char *const *texts, size_t count)
{
	struct parser_text items[8];
	char hashes[8][SHA256_HEX];
	for (size_t i = 0; i < count; i++) {
		items[i] = (struct parser_text){ BYTES_TEXT(texts[i]), hashes[i] };
		text_sha256(items[i].text, hashes[i]);
	}
	parser_parse_ahead(parser, LENS_XINETD, items, count);
}

static void
test_parses_ahead(void **state)
{
	(void)state;
	const char *const texts[] = { "service a\n# c\n\n{\n}\n", "ahead\x01\n", "",
		"service a\n# c\n\n{\n}\n", "# nothing\n", "id = b" };
	parse_ahead(texts, 6);
	parse_ahead(texts, 6); /* the second refused text, beside known ones */
	end_child();
	assert_tree(LENS_XINETD, texts[0],
		"entry=service .name=a comment=# c blank brace={ brace=} ");
	assert_tree(LENS_XINETD, texts[4], "comment=# nothing ");
	assert_tree(LENS_XINETD, texts[5], "attribute=id .op== .value=b ");
	assert_error(
		LENS_XINETD, BYTES_TEXT(texts[1]), "line 1 holds the control byte \\x01");
	/* the process is dead, and what could not be had ahead is parsed all the same */
	const char *const later[] = { "id = c\n", "id = d\n" };
	parse_ahead(later, 2);
	assert_tree(LENS_XINETD, later[1], "attribute=id .op== .value=d ");
	assert_tree(LENS_XINETD, later[0], "attribute=id .op== .value=c ");
}

static void
test_time_limit(void **state)
{
	(void)state;
	assert_tree(LENS_SSHD, "T 1\n", "setting=T .value=1 ");
	assert_int_equal(kill(child(), SIGSTOP), 0);
	time_t start = time(NULL);
	assert_error(LENS_SSHD, BYTES_TEXT("T 2\n"), "the parsing process took too long");
	assert_true(time(NULL) - start < FILE_TIME / 1000 + 5);
	assert_int_equal(child(), 0);
	assert_tree(LENS_SSHD, "T 3\n", "setting=T .value=3 ");
}

static void
test_fork_gets_its_own(void **state)
{
	(void)state;
	int status;
	assert_tree(LENS_SSHD, "F 1\n", "setting=F .value=1 ");
	pid_t mine = child(), pid = fork();
	if (pid == 0) {
		assert_tree(LENS_SSHD, "F 2\n", "setting=F .value=2 ");
		assert_true(child() > 0 && child() != mine);
		parser_free(parser);
		_exit(child() == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(kill(mine, 0), 0);
	assert_tree(LENS_SSHD, "F 3\n", "setting=F .value=3 ");
	assert_int_equal(child(), mine);
}

static void
test_is_confined(void **state)
{
	(void)state;
	char path[64];
	struct dirent *entry;
	int count = 0;
	assert_tree(LENS_SSHD, "C 1\n", "setting=C .value=1 ");
	snprintf(path, sizeof path, "/proc/%d/status", child());
	FILE *file = fopen(path, "re");
	char line[200];
	bool filtered = false, fixed = false;
	while (fgets(line, sizeof line, file) != NULL) {
		filtered |= strcmp(line, "Seccomp:\t2\n") == 0;
		fixed |= strcmp(line, "NoNewPrivs:\t1\n") == 0;
	}
	fclose(file);
	assert_true(filtered && fixed);
	snprintf(path, sizeof path, "/proc/%d/fd", child());
	DIR *directory = opendir(path);
	if (directory == NULL)
		skip(); /* only root may look into a process that can't be dumped */
	while ((entry = readdir(directory)) != NULL)
		count += entry->d_name[0] != '.';
	closedir(directory);
	assert_int_equal(count, 1);
}

static double
milliseconds(void)
{
	struct rusage self;
	getrusage(RUSAGE_SELF, &self);
	return (double)self.ru_utime.tv_sec * 1e3 + (double)self.ru_utime.tv_usec / 1e3 +
		(double)self.ru_stime.tv_sec * 1e3 + (double)self.ru_stime.tv_usec / 1e3;
}

enum { LINES = 100000 };

static void
test_large_files(void **state)
{
	(void)state;
	const struct tree *tree;
	struct error err = ERROR_INIT;
	autobuffer struct buffer text = { 0 };
	for (int i = 0; i < LINES; i++)
		buffer_printf(
			&text, "+:user%d:10.%d.%d.0/24\n", i, i / 256 % 256, i % 256);
	double start = milliseconds();
	struct timespec from, to;
	clock_gettime(CLOCK_MONOTONIC, &from);
	assert_int_equal(
		parse(LENS_ACCESS, (struct bytes){ text.data, text.size }, &tree, &err),
		0);
	clock_gettime(CLOCK_MONOTONIC, &to);
	print_message("%d lines: %ld ms, of which here %.0f\n", LINES,
		(to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000,
		milliseconds() - start);
	assert_int_equal(tree->count, 3 * LINES);
	const struct node *last = &tree->nodes[3 * LINES - 2];
	assert_int_equal(last->label, LABEL_USERS);
	autofree char *user = memory_printf("user%d", LINES - 1);
	assert_true(bytes_equal(tree_value(tree, last), BYTES_TEXT(user)));
	assert_int_equal(tree_next_line(tree, 3 * LINES - 6), 3 * LINES - 3);
	assert_ptr_equal(tree_part(tree, 3 * LINES - 3, LABEL_USERS), last);
	assert_null(tree_part(tree, 3 * LINES - 6, LABEL_VALUE));
	enum { MOST = 4 << 20 };
	autofree char *braces = memory_new(MOST + 1, 1);
	for (size_t i = 0; i <= MOST; i++)
		braces[i] = i % 2 == 0 ? '{' : '\n';
	assert_error(
		LENS_XINETD, (struct bytes){ braces, MOST + 1 }, "larger than 4 MiB");
}

static void
test_long_lines(void **state)
{
	(void)state;
	enum { LONG = 200 << 10 };
	const struct tree *tree;
	struct error err = ERROR_INIT;
	autofree char *text = memory_new(2 * LONG, 1);
	for (enum lens lens = 0; lens < LENS_COUNT; lens++) {
		memset(text, 'a', LONG);
		if (parse(lens, (struct bytes){ text, LONG }, &tree, &err) < 0)
			fail_msg("lens %d: %s", lens, err.text);
		assert_true(tree->count > 0);
	}
	memset(text, 'a', 2 * LONG);
	text[0] = '\n';
	assert_error(LENS_SSHD, (struct bytes){ text, 2 * LONG },
		"line 2 is longer than 256 KiB");
	for (size_t i = 0; i < 2 * LONG; i += 2)
		text[i] = '\\', text[i + 1] = '\n';
	assert_error(LENS_SYSLOG, (struct bytes){ text, 2 * LONG },
		"line 1 is longer than 256 KiB");
}

static void
test_missing_lenses(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	const struct tree *tree;
	assert_null(parser_new("/no/such/directory", &err));
	assert_string_equal(err.text, "/no/such/directory: No such file or directory");
	error_clear(&err);
	scratch_make();
	struct parser *other = parser_new(scratch, &err);
	assert_int_equal(parser_prepare(other, 1u << LENS_ACCESS, &err), -1);
	assert_non_null(strstr(err.text, "access_rules.aug: No such file or directory"));
	error_clear(&err);
	scratch_text("/access_rules.aug", "module Access_rules = nonsense");
	assert_int_equal(
		parser_parse(other, LENS_ACCESS, BYTES_TEXT("a\n"), "hash", &tree, &err),
		-1);
	assert_string_equal(err.text, "the parsing process can't compile the lenses");
	error_clear(&err);
	parser_free(other);
	scratch_remove();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lenses),
		cmocka_unit_test(test_last_line),
		cmocka_unit_test(test_joins_lines),
		cmocka_unit_test(test_refuses_control_bytes),
		cmocka_unit_test(test_remembers),
		cmocka_unit_test(test_survives_death),
		cmocka_unit_test(test_parses_ahead),
		cmocka_unit_test(test_time_limit),
		cmocka_unit_test(test_fork_gets_its_own),
		cmocka_unit_test(test_is_confined),
		cmocka_unit_test(test_large_files),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_missing_lenses),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
