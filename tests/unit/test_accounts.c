/* Accounts of passwd and shadow files: which line of etc/shadow is whose. */
#include "tests/unit/scratch.h"

#include "policy/models/system/accounts.h"

/* What the model says of all accounts: "NAME SHELL PASSWORD PLACE", PLACE the offset in
 * etc/shadow, with blanks between. */
static void
accounts_are(const char *passwd, const char *shadow, const char *want)
{
	static const char *const words[] = { "set", "empty", "locked", "unknown" };
	struct error err = ERROR_INIT;
	struct buffer have = { 0 };
	struct accounts accounts;
	scratch_make();
	struct host *below = host_open(scratch, &err), *host = host_layer(below);
	host_put(host, "/etc/passwd", BYTES_TEXT(passwd));
	if (shadow != NULL)
		host_put(host, "/etc/shadow", BYTES_TEXT(shadow));
	accounts_read(host, &accounts);
	for (size_t i = 0; i < accounts.count; i++) {
		const struct account_line *item = &accounts.items[i];
		buffer_printf(&have, "%s%s %s %s", i > 0 ? ", " : "", item->name,
			item->shell, words[item->password]);
		if (item->shadow_offset != SIZE_MAX)
			buffer_printf(&have, " %zu", item->shadow_offset);
	}
	assert_string_equal(have.data, want);
	accounts_free(&accounts);
	buffer_free(&have);
	host_free(host);
	host_free(below);
	scratch_remove();
}

/* getspnam(3) takes the first line of a name, in whatever order the files are. */
static void
test_first_line(void **state)
{
	(void)state;
	accounts_are("a:x:1:1::/:/b\nb:x:2:2::/:\na:x:3:3::/:/c\n",
		"a::1::::::\nb:*:1::::::\na:*:1::::::\n",
		"a /b empty 0, b /bin/sh locked 11, a /c empty 0");
	accounts_are("a:x:1:1::/:/b\nb:x:2:2::/:/b\n", "b:*:1::::::\na::1::::::\n",
		"a /b empty 12, b /b locked 0");
}

/* is_pwd_shadowed of Linux-PAM's passverify.c, and what is there without etc/shadow. */
static void
test_where(void **state)
{
	(void)state;
	accounts_are("a:x:1:1::/:/b\nb:##b:2:2::/:/b\nc:##a:3:3::/:/b\nd::4:4::/:/b",
		NULL, "a /b unknown, b /b unknown, c /b locked, d /b empty");
	accounts_are("a:x:1:1::/:/b\n", "b:*:1::::::\n", "a /b locked");
	/* NIS+ of old, which get_account_info of pam_unix still knows (seen) */
	accounts_are("a:*NP*:1:1::/:/b\n", "a::1::::::\n", "a /b empty 0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_line),
		cmocka_unit_test(test_where),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
