/* How sshd is started: its command line counts before any file. */
#include "tests/unit/sshd_host.h"

static void
test_command_line(void **state)
{
	(void)state;
	struct fixture fixture;
	struct error err = ERROR_INIT;
	struct edits edits = { 0 };
	begin(&fixture, "9.2p1", "{ PermitRootLogin: no }", "effective");
	scratch_text("/etc/ssh/sshd_config", "PermitRootLogin no\n");
	scratch_text("/etc/default/ssh",
		"# options\nSSHD_OPTS=\"-u0 -oPermitRootLogin=yes\"\n");
	open_root(&fixture);
	const struct control *control = &fixture.policy.controls[0];
	struct findings findings = check(&fixture, fixture.context.host);
	assert_int_equal(findings_verdict(&findings), VERDICT_FAIL);
	assert_string_equal(findings.items[0].evidence[0].file, "/etc/default/ssh");
	assert_int_equal(findings.items[0].evidence[0].line, 2);
	assert_int_equal(
		control->kind->remedy(&fixture.context, control, &edits, &err), -1);
	assert_non_null(strstr(err.text, "command line"));
	assert_int_equal(edits.count, 0);
	error_clear(&err);
	findings_free(&findings);
	end(&fixture);
}

/* The drop-in replaces the unit's own command line. */
static void
test_unit(void **state)
{
	(void)state;
	struct fixture fixture;
	begin(&fixture, "9.2p1", "{ PermitRootLogin: no, Port: 2222 }", "effective");
	scratch_text("/etc/ssh/sshd_config", "PermitRootLogin no\nPort 22\n");
	scratch_text("/etc/default/ssh", "SSHD_OPTS=-p2222\n");
	scratch_text("/etc/systemd/system/ssh.service.d/a.conf",
		"[Service]\nExecStart=\nExecStart=/usr/sbin/sshd -D $SSHD_OPTS \\\n"
		"  -o \"PermitRootLogin yes\"\n");
	open_root(&fixture);
	struct findings findings = check(&fixture, fixture.context.host);
	assert_int_equal(findings.count, 2);
	assert_string_equal(findings.items[0].have, "yes");
	assert_string_equal(findings.items[0].evidence[0].file,
		"/etc/systemd/system/ssh.service.d/a.conf");
	assert_int_equal(findings.items[0].evidence[0].line, 4);
	assert_string_equal(findings.items[1].have, "2222");
	assert_int_equal(findings.items[1].verdict, VERDICT_PASS);
	findings_free(&findings);
	end(&fixture);
}

/* A backslash at the end of a line goes on with the next: env-file.c of systemd. A shell
 * can start anything. */
static void
test_started(void **state)
{
	(void)state;
	static const struct {
		const char *path, *text;
		enum verdict verdict;
	} cases[] = {
		{ "/etc/default/ssh", "SSHD_OPTS=-o \\\nPermitRootLogin=yes\n",
			VERDICT_FAIL },
		{ "/etc/default/ssh", "SSHD_OPTS=word\n", VERDICT_INVALID },
		/* no file is read: the default is prohibit-password */
		{ "/etc/default/ssh", "SSHD_OPTS=\"-f none\"\n", VERDICT_FAIL },
		{ "/etc/default/ssh", "SSHD_OPTS=-fNone -oPermitRootLogin=no\n",
			VERDICT_PASS },
		{ "/etc/default/ssh", "SSHD_OPTS=-D --\n", VERDICT_PASS },
		{ "/etc/default/ssh", "SSHD_OPTS=-D -- -o PermitRootLogin=yes\n",
			VERDICT_INVALID },
		{ "/etc/default/ssh", "SSHD_OPTS=--foo\n", VERDICT_INVALID },
		{ "/run/systemd/system/ssh.service",
			"[Service]\nExecStart=/bin/sh -c 'exec sshd -D'\n",
			VERDICT_UNKNOWN },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture fixture;
		begin(&fixture, "9.2p1", "{ PermitRootLogin: no }", "effective");
		scratch_text("/etc/ssh/sshd_config", "PermitRootLogin no\n");
		scratch_text(cases[i].path, cases[i].text);
		open_root(&fixture);
		struct findings findings = check(&fixture, fixture.context.host);
		assert_int_equal(findings_verdict(&findings), cases[i].verdict);
		findings_free(&findings);
		end(&fixture);
	}
}

/* ssh@.service counts when a socket unit that accepts by itself is enabled. */
static void
test_socket(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		bool enabled = i & 1, accepts = i & 2;
		struct fixture fixture;
		begin(&fixture, "9.2p1", "{ PermitRootLogin: no }", "effective");
		scratch_text("/etc/ssh/sshd_config", "PermitRootLogin no\n");
		if (enabled)
			scratch_text(
				"/etc/systemd/system/sockets.target.wants/ssh.socket",
				accepts ? "[Socket]\nAccept=yes\n"
					: "[Socket]\nAccept=no\n");
		scratch_text("/lib/systemd/system/ssh@.service",
			"[Service]\nExecStart=-/usr/sbin/sshd -i "
			"-oPermitRootLogin=yes\n");
		open_root(&fixture);
		struct findings findings = check(&fixture, fixture.context.host);
		assert_int_equal(findings_verdict(&findings),
			enabled && accepts ? VERDICT_UNKNOWN : VERDICT_PASS);
		findings_free(&findings);
		end(&fixture);
	}
}

/* main in sshd.c: options that stand for lines of the file, and win over them. */
static void
test_options(void **state)
{
	(void)state;
	static const struct {
		const char *options, *settings;
		enum verdict verdict;
	} cases[] = {
		{ "-q", "{ LogLevel: VERBOSE }", VERDICT_FAIL },
		{ "-o LogLevel=VERBOSE -q", "{ LogLevel: VERBOSE }", VERDICT_FAIL },
		{ "-q -oLogLevel=VERBOSE", "{ LogLevel: VERBOSE }", VERDICT_FAIL },
		{ "-Dg 0", "{ LoginGraceTime: 60 }", VERDICT_FAIL },
		{ "-g 1m", "{ LoginGraceTime: 60 }", VERDICT_PASS },
		{ "-g x", "{ LoginGraceTime: 60 }", VERDICT_INVALID },
		{ "-46", "{ AddressFamily: inet6 }", VERDICT_PASS },
		{ "-64", "{ AddressFamily: inet6 }", VERDICT_FAIL },
		{ "-h /etc/ssh/x", "{ HostKey: /etc/ssh/key }", VERDICT_FAIL },
		{ "-u0 -e -E /x", "{ HostKey: /etc/ssh/key }", VERDICT_PASS },
		{ "-dd", "{ LogLevel: DEBUG2 }", VERDICT_PASS },
		{ "-d -d -dd", "{ LogLevel: DEBUG3 }", VERDICT_PASS },
		{ "-o#x -o '# x' -o ' '", "{ LogLevel: VERBOSE }", VERDICT_PASS },
		/* behind -p, Port counts no more, and is not even looked at */
		{ "-p 80 -o Port=81", "{ Port: 80 }", VERDICT_PASS },
		{ "-p 80 -o Port=x", "{ Port: 80 }", VERDICT_PASS },
		{ "-o Port=81 -p 80", "{ Port: 80 }", VERDICT_FAIL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture fixture;
		begin(&fixture, "9.2p1", cases[i].settings, "effective");
		autofree char *text = memory_printf(
			"SSHD_OPTS=\"%s\"\n", cases[i].options);
		scratch_text("/etc/ssh/sshd_config",
			"LogLevel VERBOSE\nLoginGraceTime 60\nAddressFamily inet6\n"
			"HostKey /etc/ssh/key\n");
		scratch_text("/etc/default/ssh", text);
		open_root(&fixture);
		print_message("%s\n", cases[i].options);
		assert_int_equal(
			verdict_of(&fixture, fixture.context.host), cases[i].verdict);
		end(&fixture);
	}
}

/* The text for getopt(3) in main of sshd.c of that version: usage() ends sshd over what
 * is not in it, or lacks its argument; with some it tests or prints, and serves nobody.
 */
static void
test_known_options(void **state)
{
	(void)state;
	static const struct {
		const char *version, *options;
		enum verdict verdict;
	} cases[] = {
		{ "9.2p1", "-Z", VERDICT_INVALID },
		{ "9.2p1", "-D?", VERDICT_INVALID },
		{ "9.2p1", "-f", VERDICT_INVALID },
		{ "9.2p1", "-Do", VERDICT_INVALID },
		{ "9.2p1", "-u", VERDICT_INVALID },
		{ "9.2p1", "-46DQdeiqr -E /x -u 0", VERDICT_PASS },
		{ "9.2p1", "-b x -k x", VERDICT_PASS },
		{ "9.2p1", "-t", VERDICT_INVALID },
		{ "9.2p1", "-T", VERDICT_INVALID },
		{ "9.2p1", "-R", VERDICT_INVALID },
		{ "9.2p1", "-C user=x", VERDICT_INVALID },
		{ "9.2p1", "-V", VERDICT_INVALID },
		{ "9.2p1", "-G", VERDICT_INVALID },
		{ "9.3p1", "-G", VERDICT_INVALID },
		{ "9.1p1", "-V", VERDICT_INVALID },
		{ "3.6.1p2", "-V x", VERDICT_PASS },
		{ "3.6.1p2", "-V", VERDICT_INVALID },
		{ "3.7.1p2", "-V x", VERDICT_INVALID },
		{ "3.0.1p1", "-oPort=22", VERDICT_INVALID },
		{ "3.1p1", "-oPort=22", VERDICT_PASS },
		{ "3.8p1", "-r", VERDICT_INVALID },
		{ "3.9p1", "-r", VERDICT_PASS },
		{ "6.2p1", "-E /x", VERDICT_INVALID },
		{ "6.3p1", "-E /x", VERDICT_PASS },
		{ "6.8p1", "-c /x", VERDICT_INVALID },
		{ "6.9p1", "-c /x", VERDICT_PASS },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture fixture;
		begin(&fixture, cases[i].version, "{ PermitRootLogin: no }", "effective");
		autofree char *text = memory_printf(
			"SSHD_OPTS=\"%s\"\n", cases[i].options);
		scratch_text("/etc/ssh/sshd_config", "PermitRootLogin no\n");
		scratch_text("/etc/default/ssh", text);
		open_root(&fixture);
		print_message("%s: %s\n", cases[i].version, cases[i].options);
		assert_int_equal(
			verdict_of(&fixture, fixture.context.host), cases[i].verdict);
		end(&fixture);
	}
}

/* What else may give sshd connections: then LocalPort can be any. */
static void
test_other_ports(void **state)
{
	(void)state;
	static const struct {
		const char *path, *text;
		enum verdict verdict;
	} cases[] = {
		{ "/etc/systemd/system/sockets.target.wants/ssh.socket",
			"[Socket]\nListenStream=24\n", VERDICT_UNKNOWN },
		{ "/etc/systemd/system/ssh.service.requires/ssh.socket",
			"[Socket]\nListenStream=24\n", VERDICT_UNKNOWN },
		{ "/etc/xinetd.d/other", "service x\n{\nserver = /usr/sbin/sshd\n}\n",
			VERDICT_UNKNOWN },
		{ "/etc/inetd.conf", "24 stream tcp nowait root /usr/sbin/sshd -i\n",
			VERDICT_UNKNOWN },
		{ "/etc/inetd.conf", "24 stream tcp nowait root /bin/other\n",
			VERDICT_PASS },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture fixture;
		begin(&fixture, "9.2p1", "{ PermitRootLogin: no }", "effective");
		scratch_text("/etc/ssh/sshd_config",
			"PermitRootLogin yes\nMatch LocalPort ssh\nPermitRootLogin "
			"no\n");
		scratch_text(cases[i].path, cases[i].text);
		open_root(&fixture);
		print_message("%s\n", cases[i].path);
		assert_int_equal(
			verdict_of(&fixture, fixture.context.host), cases[i].verdict);
		end(&fixture);
	}
}

static void
test_other_file(void **state)
{
	(void)state;
	struct fixture fixture;
	begin(&fixture, "9.2p1", "{ PermitRootLogin: no }", "effective");
	scratch_text("/etc/ssh/sshd_config", "PermitRootLogin no\n");
	scratch_text("/etc/ssh/other", "PermitRootLogin yes\n");
	scratch_text("/etc/sysconfig/sshd", "OPTIONS='-f /etc/ssh/other'\n");
	open_root(&fixture);
	struct findings findings = check(&fixture, fixture.context.host);
	assert_int_equal(findings_verdict(&findings), VERDICT_FAIL);
	assert_string_equal(findings.items[0].evidence[0].file, "/etc/ssh/other");
	findings_free(&findings);
	end(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_unit),
		cmocka_unit_test(test_other_file),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_known_options),
		cmocka_unit_test(test_other_ports),
		cmocka_unit_test(test_socket),
		cmocka_unit_test(test_started),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
