/* The command line of a daemon, from units, drop-ins and files of defaults. */
#include "policy/models/boot/command_line.h"

#include "base/memory.h"
#include "tests/unit/scratch.h"

#define DROP_IN "/etc/systemd/system/ssh.service.d/a.conf"
#define RESET "[Service]\nExecStart=\nExecStart"

static const char *const units[] = { "ssh.service", "sshd.service", NULL };

static const struct command_daemon sshd = { .program = "sshd",
	.units = units,
	.stock = "[Service]\nEnvironmentFile=-/etc/default/ssh\n"
		 "ExecStart=/usr/sbin/sshd -D $SSHD_OPTS\n" };

static const struct command_daemon script = { .program = "sshd",
	.units = units,
	.shell = true,
	.stock = "[Service]\nEnvironmentFile=-/etc/default/ssh\n"
		 "ExecStart=/usr/sbin/sshd $SSHD_OPTS\n" };

/* The words with a '|' between them; "? reason" when they can't be told. */
static char *
words_of(const struct command_daemon *daemon)
{
	struct error err = ERROR_INIT;
	struct host *host = host_open(scratch, &err);
	struct command_line line;
	struct buffer text = { 0 };
	assert_non_null(host);
	command_line_read(host, daemon, &line);
	for (size_t i = 0; i < line.count; i++) {
		const struct command_word *word = &line.words[i];
		buffer_printf(&text, "%s%s", i > 0 ? "|" : "", word->text);
		assert_true(word->start < word->end);
		assert_true(word->end <= word->file->bytes.size);
	}
	if (line.unknown != NULL) {
		buffer_free(&text);
		buffer_printf(&text, "? %s", line.unknown);
	}
	command_line_free(&line);
	host_free(host);
	return buffer_take(&text);
}

/* WANT that begins with '?' is a part of the reason. */
static void
expect(const struct command_daemon *daemon, const char *want)
{
	autofree char *have = words_of(daemon);
	if (*want == '?' && *have == '?' && strstr(have, want + 2) != NULL)
		return;
	assert_string_equal(have, want);
}

/* With TEXT in the file PATH alone. */
static void
one_file(const char *path, const char *text, const char *want)
{
	scratch_make();
	scratch_text(path, text);
	expect(&sshd, want);
	scratch_remove();
}

/* systemd.service(5), COMMAND LINES; systemd.syntax(7). */
static void
test_drop_in(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ RESET "=/usr/sbin/sshd -D -o A=b\n", "-D|-o|A=b" },
		{ RESET " = /usr/sbin/sshd -D\n", "-D" },
		{ RESET "=-/usr/sbin/sshd -o \"A b\" -o 'C d'\r\n", "-o|A b|-o|C d" },
		{ RESET "=@/usr/sbin/sshd name -D\n", "-D" },
		{ RESET "=/usr/sbin/sshd -D \\\n# comment\n ; too\n -o A=b\n",
			"-D|-o|A=b" },
		{ RESET "=/usr/sbin/sshd -o A=%%h$$\n", "-o|A=%h$" },
		{ RESET "=/usr/sbin/sshd -o A=%h\n", "? specifier" },
		{ RESET "=/bin/sh -c 'exec /usr/sbin/sshd -D'\n", "? another program" },
		{ RESET "=/usr/sbin/sshd -o \"A\n", "? quote" },
		{ RESET "=/usr/sbin/sshd -o \"\" -e\n", "? empty" },
		{ RESET "=/usr/sbin/sshd -D ; /bin/true\n", "? more than one program" },
		{ "[Service]\nExecStart=/usr/sbin/sshd -e\n",
			"? more than one ExecStart" },
		{ "[Service]\nExecStart=\n", "" },
		{ "[Unit]\nExecStart=/usr/sbin/sshd -e\n", "" },
		{ "[Service]\nRootDirectory=/srv\n", "? not followed" },
		{ "[Service]\nEnvironment=SSHD_OPTS=-oA=b\n", "-oA=b" },
		{ "[Service]\nEnvironment=X=1 \"SSHD_OPTS=-o A=b\"\n", "-o|A=b" },
		{ "[Service]\nEnvironment=SSHD_OPTS=-e\nEnvironment=\n", "" },
		{ "[Service]\nEnvironment=SSHD_OPTS=-e\n"
		  "UnsetEnvironment=LANG SSHD_OPTS\n",
			"" },
		{ "[Service]\nEnvironment=SSHD_OPTS=-e\n"
		  "UnsetEnvironment=SSHD_OPTS=-d\n",
			"-e" },
		{ "[Service]\nEnvironment=SSHD_OPTS=-e\nUnsetEnvironment=A\n"
		  "UnsetEnvironment=SSHD_OPTS\nUnsetEnvironment=\n",
			"-e" },
		{ "[Service]\nEnvironmentFile=/etc/missing\n", "? missing" },
		{ "[Service]\nEnvironmentFile=-/etc/missing\n", "" },
		{ "[Service]\nEnvironmentFile=/etc/*.env\n", "? not understood" },
		{ "[Service]\nEnvironment=V=x\\\\y\n" RESET
		  "=/usr/sbin/sshd -o A=${V} $NONE\n",
			"-o|A=x\\y" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		one_file(DROP_IN, cases[i].text, cases[i].want);
}

/* systemd.unit(5): the folders, and which of two files of one name counts. */
static void
test_folders(void **state)
{
	(void)state;
	static const char text[] = RESET "=/usr/sbin/sshd -e\n";
	one_file("/run/systemd/system/ssh.service.d/x.conf", text, "-e");
	one_file("/usr/lib/systemd/system/ssh.service.d/x.conf", text, "-e");
	one_file("/lib/systemd/system/sshd.service.d/x.conf", text, "-e");
	one_file("/etc/systemd/system/service.d/x.conf", text, "-e");
	one_file("/usr/lib/systemd/system/sshd.service", text, "-e");
	scratch_make();
	scratch_text("/lib/systemd/system/ssh.service.d/b.conf", text);
	scratch_text(
		"/lib/systemd/system/ssh.service.d/a.conf", RESET "=/usr/sbin/sshd -i\n");
	expect(&sshd, "-e");
	scratch_text(
		"/etc/systemd/system/ssh.service.d/b.conf", RESET "=/usr/sbin/sshd -4\n");
	expect(&sshd, "-4");
	scratch_text("/etc/systemd/system/ssh.service.d/b.conf", "");
	expect(&sshd, "-i");
	scratch_remove();
}

/* parse_env_file_internal in env-file.c of systemd. */
static void
test_environment_file(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "SSHD_OPTS=\n", "" },
		{ "# SSHD_OPTS=-e\n;SSHD_OPTS=-e\nno assignment\n", "" },
		{ "SSHD_OPTS = \"-o A=b\"\n", "-o|A=b" },
		{ "SSHD_OPTS='-o'\" A=b\"\n", "-o|A=b" },
		{ "SSHD_OPTS=-o \\\nA=b", "-o|A=b" },
		{ "SSHD_OPTS=\"-4 \\\n-o A=b\"\n", "-4|-o|A=b" },
		{ "SSHD_OPTS=-e\nSSHD_OPTS=-i\n", "-i" },
		{ "SSHD_OPTS=-o \"A b\"\n", "-o|A b" },
		{ "# comment \\\nSSHD_OPTS=-e\n", "? not understood" },
		{ "SSHD_OPTS=\"-e\n", "? not understood" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		one_file("/etc/default/ssh", cases[i].text, cases[i].want);
}

/* The file overrides what the unit itself says: systemd.exec(5), EnvironmentFile=. */
static void
test_file_overrides(void **state)
{
	(void)state;
	scratch_make();
	scratch_text("/etc/default/ssh", "SSHD_OPTS=-e\n");
	scratch_text(DROP_IN, "[Service]\nEnvironment=SSHD_OPTS=-i\n");
	expect(&sshd, "-e");
	scratch_text("/etc/default/other", "SSHD_OPTS=-4\n");
	scratch_text(DROP_IN, "[Service]\nEnvironmentFile=/etc/default/other\n");
	expect(&sshd, "-4");
	scratch_remove();
}

/* An init script reads the file with a shell: sh(1). */
static void
test_shell(void **state)
{
	(void)state;
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "# x \\\nexport SSHD_OPTS=\"-e -i\" # c\n\n", "-e|-i" },
		{ "SSHD_OPTS=-e\n", "-e" },
		{ "SSHD_OPTS='-o A'\n", "-o|A" },
		{ "SSHD_OPTS=\"$SSHD_OPTS -e\"\n", "? not understood" },
		{ "if true; then SSHD_OPTS=-e; fi\n", "? not understood" },
		{ ". /etc/other\n", "? not understood" },
		{ "SSHD_OPTS=-e -i\n", "? not understood" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		scratch_make();
		scratch_text("/etc/default/ssh", cases[i].text);
		expect(&script, cases[i].want);
		/* systemd's own unit for the script says no more */
		scratch_text("/run/systemd/system/ssh.service",
			"[Service]\nExecStart=/etc/init.d/ssh start\n");
		expect(&script, cases[i].want);
		scratch_remove();
	}
}

/* Debian 12's unit. */
static void
test_packaged(void **state)
{
	(void)state;
	scratch_make();
	scratch_text("/lib/systemd/system/ssh.service",
		"[Unit]\nDescription=OpenBSD Secure Shell server\n\n[Service]\n"
		"EnvironmentFile=-/etc/default/ssh\n"
		"ExecStartPre=/usr/sbin/sshd -t\n"
		"ExecStart=/usr/sbin/sshd -D $SSHD_OPTS\n"
		"ExecReload=/usr/sbin/sshd -t\nKillMode=process\n"
		"RuntimeDirectory=sshd\n\n[Install]\nAlias=sshd.service\n");
	scratch_text("/etc/default/ssh",
		"# Default settings for openssh-server.\n\n# Options\nSSHD_OPTS=\n");
	expect(&sshd, "-D");
	scratch_text("/etc/default/ssh", "SSHD_OPTS=-e\n");
	expect(&sshd, "-D|-e");
	scratch_remove();
}

/* The drop-ins of a name count when a unit or a link to it has the name. */
static void
test_names(void **state)
{
	(void)state;
	static const char unit[] = "[Service]\nExecStart=/usr/sbin/sshd -D\n",
			  drop_in[] = RESET "=/usr/sbin/sshd -e\n";
	static const struct {
		const char *unit, *link, *drop_in, *want;
	} cases[] = {
		{ "sshd", NULL, "ssh", "-D" },
		{ "ssh", NULL, "sshd", "-D" },
		{ "sshd", NULL, "sshd", "-e" },
		{ "sshd", "ssh", "ssh", "-e" },
		{ "ssh", "sshd", "sshd", "-e" },
		{ NULL, NULL, "sshd", "-e" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autofree char *path = memory_printf(
			"/usr/lib/systemd/system/%s.service", cases[i].unit);
		autofree char *link = memory_printf(
			"/etc/systemd/system/%s.service", cases[i].link);
		autofree char *more = memory_printf(
			"/etc/systemd/system/%s.service.d/x.conf", cases[i].drop_in);
		scratch_make();
		if (cases[i].unit != NULL)
			scratch_text(path, unit);
		scratch_text(more, drop_in);
		if (cases[i].link != NULL)
			scratch_link(link, path);
		expect(&sshd, cases[i].want);
		scratch_remove();
	}
}

static void
test_mark(void **state)
{
	(void)state;
	one_file(DROP_IN, "\xef\xbb\xbf" RESET "=/usr/sbin/sshd -e\n", "-e");
	one_file(DROP_IN, "# c\n\xef\xbb\xbf" RESET "=/usr/sbin/sshd -e\n", "-e");
	one_file(DROP_IN, "\xef\xbb\xbf\xef\xbb\xbf" RESET "=/usr/sbin/sshd -e\n", "");
}

static void
test_made_folders(void **state)
{
	(void)state;
	static const char *const folders[] = { "/etc/systemd/system.control",
		"/run/systemd/system.control", "/run/systemd/transient",
		"/run/systemd/generator.early", "/run/systemd/generator",
		"/run/systemd/generator.late" };
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		autofree char *path = memory_printf(
			"%s/ssh.service.d/x.conf", folders[i]);
		one_file(path, RESET "=/usr/sbin/sshd -e\n", "-e");
	}
}

/* Settings that hide or replace the files that are read. */
static void
test_hidden_files(void **state)
{
	(void)state;
	static const char *const settings[] = { "RootDirectory=/srv",
		"TemporaryFileSystem=/etc/ssh", "MountImages=/x:/etc",
		"ExtensionImages=/x", "ExtensionDirectories=/x",
		"InaccessiblePaths=/etc/ssh" };
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		autofree char *text = memory_printf("[Service]\n%s\n", settings[i]);
		one_file(DROP_IN, text, "? not followed");
	}
}

/* Words that grow without end end in a doubt, soon. */
static void
test_hostile(void **state)
{
	(void)state;
	struct buffer text = { 0 };
	buffer_text(&text, "[Service]\nEnvironment=\"V=");
	for (int i = 0; i < 20000; i++)
		buffer_text(&text, "a ");
	buffer_text(&text, "\"\n" RESET "=/usr/sbin/sshd");
	for (int i = 0; i < 50000; i++)
		buffer_text(&text, " $V ${V}${");
	autofree char *unit = buffer_take(&text);
	one_file(DROP_IN, unit, "? too long");
}

static void
test_options(void **state)
{
	(void)state;
	struct command_word words[] = { { .text = (char *)"-Do" },
		{ .text = (char *)"A=b" }, { .text = (char *)"-oC=d" },
		{ .text = (char *)"--long" }, { .text = (char *)"word" },
		{ .text = (char *)"-o" } };
	struct command_line line = { .words = words,
		.count = sizeof words / sizeof *words };
	struct command_option option = { 0 };
	static const struct {
		char letter;
		const char *value;
	} want[] = { { 'D', NULL }, { 'o', "A=b" }, { 'o', "C=d" }, { '-', "long" },
		{ '\0', "word" }, { 'o', NULL } };
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		assert_true(command_option_next(&line, "o", &option));
		assert_int_equal(option.letter, want[i].letter);
		if (want[i].value == NULL)
			assert_null(option.value);
		else
			assert_string_equal(option.value, want[i].value);
	}
	assert_false(command_option_next(&line, "o", &option));
}

/* What many units cost that name a large file, or one unit that names it often. */
static void
test_large_files(void **state)
{
	enum { LARGE = 600 << 10 };
	autofree char *text = memory_new(LARGE + 1, 1);
	(void)state;
	memset(text, '#', LARGE);
	memcpy(text + LARGE - 6, "\nV=x\n", 6);
	scratch_make();
	scratch_text("/etc/large", text);
	scratch_text(DROP_IN,
		"[Service]\nEnvironmentFile=/etc/large\n" RESET
		"=/usr/sbin/sshd -o $V\n");
	expect(&sshd, "-o|x");
	scratch_text(DROP_IN,
		"[Service]\nEnvironmentFile=/etc/large\n"
		"EnvironmentFile=/etc/large\n" RESET "=/usr/sbin/sshd -o $V\n");
	expect(&sshd, "? too much to be followed");
	scratch_remove();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drop_in),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_environment_file),
		cmocka_unit_test(test_file_overrides),
		cmocka_unit_test(test_shell),
		cmocka_unit_test(test_packaged),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_mark),
		cmocka_unit_test(test_made_folders),
		cmocka_unit_test(test_hidden_files),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_large_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
