/* What the lines of an account say. */
#include "tests/unit/scratch.h"

#include "base/account.h"

enum { TODAY = 20000 };

static const char *const passwords[] = { "set", "empty", "locked", "unknown" };
static const char *const ages[] = { "valid", "new password", "password expired",
	"expired", "unlisted", "unknown" };

/* The account of the last user of PASSWD. */
static void
told(const char *passwd, const char *shadow, const char *password, const char *age)
{
	struct principals principals;
	struct account account;
	scratch_make();
	struct host *below = host_open(scratch, NULL), *host = host_layer(below);
	host_put(host, "/etc/passwd", BYTES_TEXT(passwd));
	if (shadow != NULL)
		host_put(host, "/etc/shadow", BYTES_TEXT(shadow));
	principals_read(host, &principals);
	account_read(&principals, &principals.users[principals.user_count - 1], TODAY,
		&account);
	assert_string_equal(passwords[account.password], password);
	assert_string_equal(ages[account.age], age);
	assert_string_equal(account.home, "/home/bob");
	assert_string_equal(account.shell, "/bin/sh");
	account_free(&account);
	principals_free(&principals);
	host_free(host);
	host_free(below);
	scratch_remove();
}

static void
test_passwords(void **state)
{
	static const char passwd[] = "bobby:x:1:1::/:/\nbob:x:1000:1000::/home/bob:/bin/"
				     "sh\n";
	static const struct {
		const char *shadow, *password, *age;
	} lines[] = {
		{ "bob:$y$j9T$salt$hash:19000:0:99999:7:::", "set", "valid" },
		{ "bob:Uo0b7uGqQWoBg:19000::::::", "set", "valid" },
		{ "bob::19000:0:99999:7:::", "empty", "valid" },
		{ "bob:!$y$j9T$salt$hash:19000:0:99999:7:::", "locked", "valid" },
		{ "bob:*:19000:0:99999:7:::", "locked", "valid" },
		{ "bob:x:19000:0:99999:7:::", "locked", "valid" },
		{ "bob:$1$a:0:0:99999:7:::", "set", "new password" },
		/* as pam_unix of 1.5.2 answers on these days */
		{ "bob:$1$a:19000:0:999:7:::", "set", "new password" },
		{ "bob:$1$a:19000:0:1000:7:::", "set", "valid" },
		{ "bob:$1$a:19000:0:900:7:99::", "set", "password expired" },
		{ "bob:$1$a:19000:0:900:7:100::", "set", "new password" },
		{ "bob:$1$a:19000:0:99999:7::20000:", "set", "expired" },
		{ "bob:$1$a:19000:0:99999:7::20001:", "set", "valid" },
		{ "bob:$1$a:::::::", "set", "valid" },
		/* too few fields: no line for sgetspent_r(3), and pam_unix finds none */
		{ "bob:$1$a", "locked", "unlisted" },
		{ "bob:$1$a:19000:0:", "locked", "unlisted" },
		{ "bob:$1$a:::::", "locked", "unlisted" },
		{ "bob:$1$a:19000:0:99999:7:::x", "locked", "unlisted" },
		{ "bob:$1$a:x19000:0:99999:7:::", "locked", "unlisted" },
		{ "bob:$1$a\nbob:!:19000:0:99999:7:::", "locked", "valid" },
		/* the old form ends with the fifth */
		{ "bob:$1$a:19000:0:99999:", "set", "valid" },
		/* a day without number is -1: check_shadow_expiry() */
		{ "bob:$1$a::0:90:7:::", "set", "new password" },
		{ "bob:$1$a::0:90:7:5::", "set", "password expired" },
		{ "bob:$1$a:30000:0:90:7:5::", "set", "valid" },
		{ "bobby:$1$a:19000::::::\n bob:$1$a:::::::", "set", "valid" },
		{ "alice:$1$a:19000::::::", "locked", "unlisted" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		told(passwd, lines[i].shadow, lines[i].password, lines[i].age);
	told(passwd, NULL, "unknown", "unknown");
	/* a line of etc/passwd that libc refuses is none either */
	told("bob:$1$a:x:1000::/:/\nbob:!:1000:1000::/home/bob:/bin/sh\n", NULL, "locked",
		"valid");
	/* read with the user's own rights: get_account_info() of passverify.c */
	told("bob:*NP*:1000:1000::/home/bob:/bin/sh\n",
		"bob:$1$a:19000:0:99999:7:::", "unknown", "unknown");
	told("bob:$1$a:1000:1000::/home/bob:/bin/sh\n", NULL, "set", "valid");
	told("bob::1000:1000::/home/bob:/bin/sh\n", "bob:!::::::", "empty", "valid");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_passwords) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
