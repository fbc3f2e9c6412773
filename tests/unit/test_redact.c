#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/redact.h"

static void
assert_redacted(const char *path, const char *line, const char *expected)
{
	autofree char *out = redact_line(path, BYTES_TEXT(line));
	assert_string_equal(out, expected);
}

static void
test_account_files(void **state)
{
	(void)state;
	assert_redacted(
		"/etc/shadow", "root:$6$salt$hash:19000:0:", "root:********:19000:0:");
	assert_redacted(
		"/etc/passwd-", "a:b:0:0::/:/bin/sh", "a:********:0:0::/:/bin/sh");
	assert_redacted("/etc/shadow", "a:!$6$salt$hash:1:", "a:********:1:");
	assert_redacted("/etc/shadow", "a:!!b:1:", "a:********:1:");
	assert_redacted("/etc/security/opasswd", "a:1000:2:$1$s$h,$1$s$i", "a:********");
	assert_redacted("/etc/gshadow", "wheel:secret", "wheel:********");
	assert_redacted("/etc/group", "no colon", "no colon");
	assert_redacted("/etc/passwd.txt", "a:b:c", "a:b:c");
}

/* A field that shows no secret stays: the finding beside it is about what it says. */
static void
test_no_password(void **state)
{
	(void)state;
	static const char *const lines[] = { "bob::500:500::/home/bob:/bin/sh",
		"bob:x:500:500::/:/bin/sh", "bob:*:1:", "bob:!:1:", "bob:!!:1:", "bob:" };
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		assert_redacted("/etc/passwd", lines[i], lines[i]);
		assert_redacted("/etc/shadow", lines[i], lines[i]);
	}
}

static void
test_assignments(void **state)
{
	(void)state;
	static const char *const lines[][2] = {
		{ "action(type=\"ommysql\" pwd=\"a\\\"b\" uid=\"u\")",
			"action(type=\"ommysql\" pwd=******** uid=\"u\")" },
		{ "Password = abc # x", "Password = ******** # x" },
		{ "db_passwd:abc", "db_passwd:********" },
		{ "API-KEY='x y' z", "API-KEY=******** z" },
		{ "server_args = -x --token abc -y",
			"server_args = -x --token ******** -y" },
		{ "secret=\"open", "secret=********" },
		{ "token=", "token=" },
		{ "hash $y$j9T$abcdefgh$0123456789 end", "hash ******** end" },
		{ "x https://user:pass@host/ y", "x https://user:********@host/ y" },
		{ "*.* :ommysql:host,db,user,pass;tpl",
			"*.* :ommysql:host,db,user,********;tpl" },
		{ "*.* >host,db,user,pass", "*.* >host,db,user,********" },
		{ "httpheaders=[\"Authorization: Bearer a]\", \"b\"] x",
			"httpheaders=******** x" },
		{ "httpheaderkey=\"X-Api-Token\" httpheadervalue=\"a\"",
			"httpheaderkey=\"X-Api-Token\" httpheadervalue=********" },
		{ "$ActionLibdbiPassword a", "$ActionLibdbiPassword ********" },
		{ "$ActionOmmongodbPwd a # b", "$ActionOmmongodbPwd ******** # b" },
		{ "action(type=\"omsnmp\" community=\"a\")",
			"action(type=\"omsnmp\" community=********)" },
		{ "curl -H 'Authorization: Bearer abc' x",
			"curl -H 'Authorization: Bearer ********' x" },
		{ "x \"Basic abc==\"", "x \"Basic ********\"" },
		{ "password.of.db=a", "password.of.db=********" },
		{ "apikey=\"abc\"", "apikey=********" },
		{ "DB_PASS=abc", "DB_PASS=********" },
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		assert_redacted("/etc/x", lines[i][0], lines[i][1]);
}

static void
test_leaves_the_rest(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"PasswordAuthentication no",
		"passes = 3",
		"password required pam_unix.so",
		"HostKey /etc/ssh/ssh_host_rsa_key",
		"key: value",
		"PasswordAuthentication=no",
		"streamdriver.key=\"/etc/ssl/key.pem\"",
		"$ActionFileDefaultTemplate RSYSLOG_TraditionalFileFormat",
		"*.info;mail.none -/var/log/messages",
		"-:ALL EXCEPT root:LOCAL",
		"",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		assert_redacted("/etc/x", lines[i], lines[i]);
}

static void
test_nul_hides_nothing(void **state)
{
	(void)state;
	autofree char *out = redact_line(
		"/etc/x", (struct bytes){ "a\0 password=abc", 15 });
	assert_null(memmem(out, 15, "abc", 3));
}

/* Lines of a megabyte that make each rule look ahead or back as far as it can. */
static void
test_is_linear(void **state)
{
	(void)state;
	static const char *const parts[] = { ">", "a-", ":ommysql:", "://", "$1$", " --a",
		"a.a-", "x=[", "Basic ", "$a ", "password=[\"", "password ", "key=\"",
		"password= ", " >a,", "'", "$1$a:" };
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		autobuffer struct buffer line = { 0 };
		while (line.size < 1 << 20)
			buffer_text(&line, parts[i]);
		clock_t start = clock();
		autofree char *out = redact_line(
			"/etc/x", (struct bytes){ line.data, line.size });
		assert_non_null(out);
		assert_true((clock() - start) / (CLOCKS_PER_SEC / 1000) < 2000);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_account_files),
		cmocka_unit_test(test_no_password),
		cmocka_unit_test(test_assignments),
		cmocka_unit_test(test_leaves_the_rest),
		cmocka_unit_test(test_nul_hides_nothing),
		cmocka_unit_test(test_is_linear),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
