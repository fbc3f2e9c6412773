/* Who may become root through sudo. */
#include "tests/unit/scratch.h"

#include "policy/models/login/sudoers.h"
#include "policy/models/login/sudoers_line.h"

static const char passwd[] = "root:x:0:0::/root:/bin/bash\n"
			     "alice:x:1000:1000::/home/alice:/bin/bash\n"
			     "bob:x:1001:27::/home/bob:/bin/bash\n"
			     "eve:x:1002:1002::/home/eve:/bin/bash\n";
static const char groups[] = "sudo:x:27:\nwheel:x:10:alice,root\nnobody:x:99:\n";

/* What USER may do by the files; WORD is root, some or nothing, with the password asked
 * for behind it: "root own". */
static void
asked(const char *main_file, const char *drop_in, const char *user, const char *word,
	bool doubted)
{
	static const char *const answers[] = { "nothing", "some", "root" };
	static const char *const passwords[] = { "own", "root's", "none" };
	struct principals principals;
	struct sudoers sudoers;
	scratch_make();
	struct host *below = host_open(scratch, NULL), *host = host_layer(below);
	scratch_text("/etc/sudoers.d/README", "");
	host_put(host, "/etc/hostname", BYTES_TEXT("\n# no name\nhost.example.net\n"));
	host_put(host, "/etc/passwd", BYTES_TEXT(passwd));
	host_put(host, "/etc/group", BYTES_TEXT(groups));
	host_put(host, "/etc/sudoers", BYTES_TEXT(main_file));
	if (drop_in != NULL)
		host_put(host, "/etc/sudoers.d/10-own", BYTES_TEXT(drop_in));
	principals_read(host, &principals);
	sudoers_read(host, &sudoers);
	struct sudoers_right right = sudoers_ask(
		&sudoers, &principals, principals_user(&principals, user));
	autofree char *have = right.answer == SUDOERS_ROOT
		? memory_printf("root %s", passwords[right.password])
		: memory_text(answers[right.answer]);
	if (strcmp(have, word) != 0 || (sudoers.doubt != NULL) != doubted)
		print_message("%s%s: %s: %s\n", main_file, drop_in ? drop_in : "", user,
			sudoers.doubt ? sudoers.doubt : "no doubt");
	assert_string_equal(have, word);
	assert_int_equal(sudoers.doubt != NULL, doubted);
	sudoers_free(&sudoers);
	principals_free(&principals);
	host_free(host);
	host_free(below);
	scratch_remove();
}

static void
test_users(void **state)
{
	(void)state;
	asked("alice ALL=(ALL:ALL) ALL\n", NULL, "alice", "root own", false);
	asked("alice ALL=(ALL:ALL) ALL\n", NULL, "bob", "nothing", false);
	asked("%sudo\tALL=(ALL:ALL) ALL\n", NULL, "bob", "root own", false);
	asked("%wheel ALL=(ALL) NOPASSWD: ALL\n", NULL, "alice", "root none", false);
	asked("#1000 ALL=ALL\n", NULL, "alice", "root own", false);
	asked("%#27 ALL=ALL # a comment\n", NULL, "bob", "root own", false);
	asked("ALL, !alice ALL=ALL\n", NULL, "bob", "root own", false);
	asked("ALL, !alice ALL=ALL\n", NULL, "alice", "nothing", false);
	asked("\"alice\" ALL=ALL\n", NULL, "alice", "root own", false);
	asked("ALICE ALL=ALL\n", NULL, "alice", "root own", false);
	asked("+admins ALL=ALL\n", NULL, "alice", "nothing", true);
	asked("alice ALL=ALL", NULL, "alice", "root own", false);
	asked("ali\\\nce ALL=ALL", NULL, "alice", "nothing", true);
	asked("alice \\  \n ALL = ALL", NULL, "alice", "root own", false);
	asked("# alice ALL=ALL\\\nalice ALL=/bin/ls\n", NULL, "alice", "some", false);
}

static void
test_commands(void **state)
{
	(void)state;
	asked("alice ALL=/bin/ls\n", NULL, "alice", "some", false);
	asked("alice ALL=/bin/dd if=x ! (y), ALL\n", NULL, "alice", "root own", false);
	asked("alice ALL=(bob) ALL\n", NULL, "alice", "some", false);
	asked("alice ALL=() ALL\n", NULL, "alice", "some", false);
	asked("alice ALL=(:sudo) ALL\n", NULL, "alice", "some", false);
	asked("alice ALL=(ALL, !root) ALL\n", NULL, "alice", "some", false);
	asked("alice ALL=ALL, !/bin/su\n", NULL, "alice", "root own", false);
	asked("alice ALL=ALL, !ALL\n", NULL, "alice", "some", false);
	asked("alice ALL=/usr/bin/su -\n", NULL, "alice", "root own", false);
	asked("alice ALL=/usr/bin/su bob\n", NULL, "alice", "some", false);
	asked("alice ALL=NOPASSWD: /bin/ls, /bin/bash\n", NULL, "alice", "root none",
		false);
	asked("alice ALL=NOPASSWD: /bin/ls, PASSWD: ALL\n", NULL, "alice", "root own",
		false);
	asked("alice ALL=(bob) /bin/ls, ALL\n", NULL, "alice", "some", false);
	asked("alice ALL=(root) CWD=/ NOEXEC: ALL\n", NULL, "alice", "root own", false);
	asked("alice ALL=NOTAFTER=20300101000000Z ALL\n", NULL, "alice", "some", false);
	asked("alice ALL=sha256:0badcafe /bin/sh\n", NULL, "alice", "root own", false);
	asked("alice ALL=ALL\nalice ALL=!ALL\n", NULL, "alice", "some", false);
	asked("alice ALL=ALL\nalice ALL=NOPASSWD: ALL\n", NULL, "alice", "root none",
		false);
}

static void
test_hosts(void **state)
{
	(void)state;
	asked("alice host=ALL\n", NULL, "alice", "root own", false);
	asked("alice HOST.example.net=ALL\n", NULL, "alice", "root own", false);
	asked("alice other=ALL\n", NULL, "alice", "nothing", false);
	asked("alice h*t=ALL\n", NULL, "alice", "root own", false);
	asked("alice ALL, !host=ALL\n", NULL, "alice", "nothing", false);
	asked("alice 10.0.0.0/8=ALL\n", NULL, "alice", "nothing", true);
	asked("alice other=/bin/ls : host=ALL\n", NULL, "alice", "root own", false);
}

static void
test_aliases(void **state)
{
	(void)state;
	asked("User_Alias ADMINS = alice, %sudo : OTHERS = eve\nADMINS ALL=ALL\n", NULL,
		"bob", "root own", false);
	asked("User_Alias ADMINS = ALL, !alice\nALL, !ADMINS ALL=ALL\n", NULL, "alice",
		"root own", false);
	asked("Cmnd_Alias SHELLS = /bin/sh, /bin/bash\nalice ALL=SHELLS\n", NULL, "alice",
		"root own", false);
	asked("Cmnd_Alias LS = /bin/ls -l \\, x\nalice ALL=LS\n", NULL, "alice", "some",
		false);
	asked("Runas_Alias OP = root, bob\nalice ALL=(OP) ALL\n", NULL, "alice",
		"root own", false);
	asked("Host_Alias HERE = host\nalice HERE=ALL\n", NULL, "alice", "root own",
		false);
	asked("User_Alias A = B\nUser_Alias B = A\nA ALL=ALL\n", NULL, "alice", "nothing",
		false);
	asked("User_Alias A = alice\nUser_Alias A = bob\nA ALL=ALL\n", NULL, "alice",
		"root own", true);
}

static void
test_defaults(void **state)
{
	static const char rule[] = "alice ALL=ALL\n";
	static const struct {
		const char *line, *word;
	} lines[] = {
		{ "Defaults env_reset, secure_path=\"/a:/b\", !authenticate",
			"root none" },
		{ "Defaults\trootpw", "root root's" },
		{ "Defaults !rootpw", "root own" },
		{ "Defaults:alice targetpw", "root root's" },
		{ "Defaults : bob , eve targetpw", "root own" },
		{ "Defaults:bob, alice !authenticate", "root none" },
		{ "Defaults runas_default=bob", "some" },
		{ "Defaults badpass_message=\"x, !authenticate\"", "root own" },
		{ "Defaults@other !authenticate", "root own" },
		{ "Defaults!/bin/ls !authenticate", "root own" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		autofree char *text = memory_printf("%s\n%s", lines[i].line, rule);
		asked(text, NULL, "alice", lines[i].word, false);
	}
}

static void
test_includes(void **state)
{
	(void)state;
	asked("#includedir /etc/sudoers.d\n", "alice ALL=ALL\n", "alice", "root own",
		false);
	asked("@includedir sudoers.d\n", "alice ALL=ALL\n", "alice", "root own", false);
	asked("@include /etc/sudoers.d/10-own\nalice ALL=!ALL", "alice ALL=ALL\n",
		"alice", "some", false);
	asked("# include /etc/sudoers.d/10-own\n", "alice ALL=ALL\n", "alice", "nothing",
		false);
	asked("@include /etc/sudoers.d/none\n", NULL, "alice", "nothing", true);
	asked("@includedir /etc/none\n", NULL, "alice", "nothing", false);
	/* each file of the folder names the folder again: it ends, and is a doubt */
	asked("alice ALL=ALL\n#includedir /etc/sudoers.d\n",
		"@includedir .\n@includedir /etc/sudoers.d\n", "alice", "root own", true);
	asked("@include /etc/sudoers.d/10-own\n", "@include 10-own\nalice ALL=ALL\n",
		"alice", "root own", true);
}

static void
test_not_understood(void **state)
{
	static const char *const lines[] = { "alice", "alice ALL",
		"alice ALL=", "alice ALL=(ALL ALL", "alice, ALL=ALL", "= ALL",
		"User_Alias = alice", "User_Alias A alice",
		"alice ALL=ALL extra : ", "alice ALL=NOEXEC: CWD=/ ALL", "@includes x",
		"Defaults: = x" };
	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		autofree char *text = memory_printf("%s\nalice ALL=ALL\n", lines[i]);
		asked(text, NULL, "alice", "root own", true);
	}
}

static void
test_distrust(void **state)
{
	struct sudoers sudoers;
	(void)state;
	scratch_make();
	scratch_text("/etc/sudoers", "alice ALL=ALL\n");
	autofree char *path = scratch_path("/etc/sudoers");
	assert_int_equal(chmod(path, 0646), 0);
	struct host *host = host_open(scratch, NULL);
	sudoers_read(host, &sudoers);
	assert_int_equal(sudoers.rule_count, 0);
	assert_non_null(strstr(sudoers.doubt, "others than root can write it"));
	sudoers_free(&sudoers);
	host_free(host);
	scratch_remove();
}

/* Aliases of aliases end, and so do lines that are all there is. */
static void
test_bounds(void **state)
{
	autobuffer struct buffer text = { 0 };
	(void)state;
	for (int i = 0; i < 18; i++) {
		buffer_printf(&text, "User_Alias A%d = ", i);
		for (int k = 0; k < 20; k++)
			buffer_printf(&text, "%sA%d", k > 0 ? ", " : "", i + 1);
		buffer_text(&text, "\n");
	}
	buffer_text(&text, "User_Alias A18 = nobody\nA0 ALL=ALL\n");
	asked(text.data, NULL, "alice", "nothing", true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_users),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_includes),
		cmocka_unit_test(test_not_understood),
		cmocka_unit_test(test_distrust),
		cmocka_unit_test(test_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
