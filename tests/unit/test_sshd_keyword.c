/* The table of keywords: it is whole, and the releases of OpenSSH are told apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "base/memory.h"
#include "policy/models/sshd/sshd_algorithms.h"
#include "policy/models/sshd/sshd_keyword.h"
#include "policy/models/sshd/sshd_value.h"

static const int versions[] = { 300, 306, 309, 404, 503, 606, 704, 800, 807, 902, 909,
	1003 };

enum { VERSION_COUNT = sizeof versions / sizeof *versions };

/* Every name has a row in some version, and is there once. */
static void
test_whole(void **state)
{
	(void)state;
	for (enum sshd_setting i = SSHD_NONE + 1; i < SSHD_SETTING_COUNT; i++) {
		bool found = false;
		assert_non_null(sshd_keyword_names[i]);
		for (size_t v = 0; v < VERSION_COUNT && !found; v++)
			found = sshd_keyword_find(
					sshd_keyword_names[i], versions[v], NULL) != NULL;
		if (!found)
			fail_msg("%s has no row", sshd_keyword_names[i]);
		for (enum sshd_setting k = SSHD_NONE + 1; k < i; k++)
			assert_int_not_equal(
				strcasecmp(sshd_keyword_names[i], sshd_keyword_names[k]),
				0);
	}
	assert_null(sshd_keyword_names[SSHD_SETTING_COUNT]);
}

/* sshd takes each default as a value, and it is in compared form. */
static void
test_defaults(void **state)
{
	(void)state;
	for (size_t v = 0; v < VERSION_COUNT; v++)
		for (enum sshd_setting i = SSHD_NONE + 1; i < SSHD_SETTING_COUNT; i++) {
			const struct sshd_keyword *keyword = sshd_keyword_get(
				i, versions[v]);
			const char *text;
			struct error err = ERROR_INIT;
			if (keyword == NULL || keyword->name != i ||
				keyword->parse == NULL || keyword->no_effect ||
				keyword->parse == sshd_value_rejected ||
				keyword->rule == SSHD_ADD || /* of several lines */
				(text = sshd_keyword_default(
					 keyword, versions[v], false)) == NULL ||
				strcmp(text, "none") == 0)
				continue;
			autofree char *normal = sshd_value_normal(
				keyword, versions[v], text, &err);
			if (normal == NULL)
				fail_msg("%s: %s", sshd_keyword_names[i], err.text);
			assert_string_equal(normal, text);
		}
}

static void
expect_default(const char *name, int version, const char *text)
{
	const struct sshd_keyword *keyword = sshd_keyword_find(name, version, NULL);
	assert_non_null(keyword);
	assert_string_equal(sshd_keyword_default(keyword, version, false), text);
}

static void
test_versions(void **state)
{
	(void)state;
	expect_default("PermitRootLogin", 609, "yes");
	expect_default("permitrootlogin", 700, "prohibit-password");
	expect_default("Protocol", 306, "2,1");
	expect_default("UsePAM", 902, "no");
	assert_null(sshd_keyword_find("UsePAM", 306, NULL));
	assert_null(sshd_keyword_find("Include", 801, NULL));
	assert_null(sshd_keyword_find("NoSuch", 902, NULL));
	assert_true(sshd_keyword_find("Protocol", 902, NULL)->no_effect);
	assert_int_equal(
		sshd_keyword_find("ChallengeResponseAuthentication", 806, NULL)->name,
		SSHD_CHALLENGE_RESPONSE_AUTHENTICATION);
	const struct sshd_keyword *written;
	assert_int_equal(
		sshd_keyword_find("ChallengeResponseAuthentication", 807, &written)->name,
		SSHD_KBD_INTERACTIVE_AUTHENTICATION);
	assert_int_equal(written->name, SSHD_CHALLENGE_RESPONSE_AUTHENTICATION);
}

struct value_case {
	const char *keyword;
	int version;
	const char *text, *normal; /* NULL: rejected */
};

static const struct value_case values[] = {
	{ "PermitRootLogin", 902, "WITHOUT-password", "prohibit-password" },
	{ "PermitRootLogin", 306, "No", NULL },
	{ "PermitRootLogin", 902, "never", NULL },
	{ "PermitRootLogin", 902, "yes no", NULL },
	{ "LoginGraceTime", 902, "1h30m", "5400" },
	{ "LoginGraceTime", 902, "1w1d", "691200" },
	{ "LoginGraceTime", 902, "99999999999", NULL },
	{ "LoginGraceTime", 902, "60000w", NULL },
	{ "LoginGraceTime", 902, "5x", NULL },
	{ "MaxAuthTries", 902, "007", "7" },
	{ "MaxAuthTries", 902, "-1", NULL },
	{ "MaxAuthTries", 902, "99999999999999999999", NULL },
	{ "MaxAuthTries", 503, "many", "0" },
	{ "StreamLocalBindMask", 902, "22", "022" },
	{ "StreamLocalBindMask", 902, "9", NULL },
	{ "Banner", 902, "NONE", "none" },
	{ "Banner", 902, "issue", "/issue" },
	{ "ForceCommand", 902, "echo \"a  b\" # c", "echo \"a  b\" # c" },
	{ "AuthorizedKeysCommand", 902, "bin/x", NULL },
	{ "AllowUsers", 902, "a \"b c\"", "a \"b c\"" },
	{ "AllowUsers", 902, "root@10.0.0.1/8", NULL },
	{ "SetEnv", 902, "A=1 B=2 A=3", "A=1 B=2" },
	{ "Subsystem", 902, "sftp", NULL },
	{ "MaxStartups", 902, "10:30:100", "10:30:100" },
	{ "MaxStartups", 902, "7", "7:30:7" },
	{ "MaxStartups", 902, "10:30", NULL },
	{ "MaxStartups", 902, "100:30:10", NULL },
	{ "RekeyLimit", 902, "1G 1h", "1073741824 3600" },
	{ "RekeyLimit", 902, "1.5K", "1536 0" },
	{ "RekeyLimit", 902, "8", NULL },
	{ "RekeyLimit", 902, "9999999999E", NULL },
	{ "IPQoS", 902, "0x10", "lowdelay lowdelay" },
	{ "IPQoS", 902, "AF21 cs1", "af21 cs1" },
	{ "IPQoS", 902, "256", NULL },
	{ "PermitOpen", 902, "[::1]:80 *:*", "[::1]:80 *:*" },
	{ "PermitOpen", 902, "host", NULL },
	{ "PermitListen", 902, "8080", "*:8080" },
	{ "AuthenticationMethods", 902, "publickey,password", "publickey,password" },
	{ "AuthenticationMethods", 902, "publickey,", NULL },
	{ "AuthenticationMethods", 902, "any password", NULL },
	{ "ChannelTimeout", 902, "session=5m", "session=5m" },
	{ "ChannelTimeout", 902, "none a=1", NULL },
	{ "UnusedConnectionTimeout", 902, "0", "none" },
	{ "PubkeyAuthOptions", 902, "verify-required touch-required",
		"touch-required verify-required" },
	{ "Protocol", 306, "1,2", "2,1" },
	{ "Protocol", 306, "3", NULL },
	{ "ListenAddress", 902, "[::1]:22", "[::1]:22" },
	{ "ListenAddress", 902, "[::1", NULL },
	{ "PermitUserEnvironment", 902, "LANG,LC_*", "LANG,LC_*" },
	{ "PermitUserEnvironment", 704, "LANG", NULL },
	{ "Ciphers", 902, "arcfour", NULL },
	{ "Ciphers", 503, "arcfour", "arcfour" },
	{ "RDomain", 902, "none", NULL },
};

static void
test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		const struct value_case *test = &values[i];
		struct error err = ERROR_INIT;
		const struct sshd_keyword *keyword = sshd_keyword_find(
			test->keyword, test->version, NULL);
		autofree char *normal = sshd_value_normal(
			keyword, test->version, test->text, &err);
		print_message("%s %s\n", test->keyword, test->text);
		if (test->normal == NULL) {
			assert_null(normal);
			assert_non_null(err.text);
		} else {
			assert_string_equal(
				normal != NULL ? normal : err.text, test->normal);
		}
		error_clear(&err);
	}
}

static void
expect_list(int version, const char *list, const char *whole)
{
	const struct sshd_keyword *keyword = sshd_keyword_find("Ciphers", version, NULL);
	autofree char *have = sshd_algorithms_assemble(keyword, version, list);
	if (whole == NULL)
		assert_null(have);
	else
		assert_string_equal(have, whole);
}

static void
test_algorithms(void **state)
{
	(void)state;
	expect_list(902, NULL,
		"chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,"
		"aes128-gcm@openssh.com,aes256-gcm@openssh.com");
	expect_list(902, "aes128-ctr,aes128-ctr", "aes128-ctr");
	expect_list(902, "-aes*", "chacha20-poly1305@openssh.com");
	expect_list(902, "^aes256-ctr",
		"aes256-ctr,chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,"
		"aes128-gcm@openssh.com,aes256-gcm@openssh.com");
	/* another release: what it adds to is not known */
	expect_list(800, "aes128-ctr", "aes128-ctr");
	expect_list(800, "+3des-cbc", NULL);
	expect_list(800, NULL, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_algorithms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
