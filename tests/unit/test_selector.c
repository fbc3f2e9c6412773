
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "policy/models/syslog/priorities.h"

static void
decodes(const char *text, enum selector_dialect dialect, const char *want)
{
	struct priorities set;
	struct error err = ERROR_INIT;
	uint32_t seen = 0;
	size_t used;
	autobuffer struct buffer words = { 0 };
	assert_int_equal(
		selector_decode(BYTES_TEXT(text), dialect, &seen, &set, &used, &err), 0);
	priorities_describe(set, &words);
	assert_string_equal(words.data, want);
}

static void
rejects(const char *text, enum selector_dialect dialect, const char *kept,
	const char *message)
{
	struct priorities set;
	struct error err = ERROR_INIT;
	uint32_t seen = 0;
	size_t used;
	autobuffer struct buffer words = { 0 };
	assert_int_equal(
		selector_decode(BYTES_TEXT(text), dialect, &seen, &set, &used, &err), -1);
	assert_string_equal(err.text, message);
	priorities_describe(set, &words);
	assert_string_equal(words.data, kept);
	error_clear(&err);
}

static void
test_levels(void **state)
{
	(void)state;
	decodes("kern.*", SELECTOR_SYSKLOGD, "kern.*");
	decodes("kern.info", SELECTOR_SYSKLOGD, "kern.info and above");
	decodes("kern.=info", SELECTOR_SYSKLOGD, "kern.info");
	decodes("kern.*;kern.!info", SELECTOR_SYSKLOGD, "kern.debug");
	decodes("kern.*;kern.!=info", SELECTOR_SYSKLOGD, "kern.notice and above, debug");
	decodes("kern.info;kern.!err", SELECTOR_SYSKLOGD, "kern.warning to info");
	decodes("kern.*;kern.none", SELECTOR_SYSKLOGD, "nothing");
	decodes("kern.none;kern.*", SELECTOR_SYSKLOGD, "kern.*");
	decodes("KERN.Warn", SELECTOR_SYSKLOGD, "kern.warning and above");
	decodes("kern.!none", SELECTOR_SYSKLOGD, "kern.*");
	decodes("kern.!*", SELECTOR_SYSKLOGD, "nothing");
	decodes("kern.emerg", SELECTOR_SYSKLOGD, "kern.emerg");
	decodes("kern.err;kern.!crit", SELECTOR_SYSKLOGD, "kern.err");
}

static void
test_facilities(void **state)
{
	(void)state;
	decodes("uucp,news.crit", SELECTOR_SYSKLOGD, "news,uucp.crit and above");
	decodes("*.*", SELECTOR_SYSKLOGD, "*.*");
	decodes("*.*;kern.none", SELECTOR_SYSKLOGD, "*.* (not kern)");
	decodes("security.*", SELECTOR_SYSKLOGD, "auth.*");
	decodes("mark.*;mail.*", SELECTOR_SYSKLOGD, "mail.*");
	decodes("console.*", SELECTOR_RSYSLOG, "facility14.*");
	rejects("console.*", SELECTOR_SYSKLOGD, "nothing", "unknown facility 'console'");
	/* what follows the blank is the action */
	decodes("kern.info\t/var/log/x", SELECTOR_SYSKLOGD, "kern.info and above");
	decodes("kern.info; mail.*", SELECTOR_SYSKLOGD, "kern.info and above");
}

/* The number of a facility is that of <syslog.h>, eight times what RFC 5424 says. */
static void
test_numbers(void **state)
{
	(void)state;
	decodes("kern.3", SELECTOR_SYSKLOGD, "kern.err and above");
	decodes("16.=6", SELECTOR_SYSKLOGD, "mail.info");
	decodes("1.*", SELECTOR_SYSKLOGD, "kern.*");
	decodes("kern.9", SELECTOR_SYSKLOGD, "kern.*");
	rejects("kern.9", SELECTOR_INETUTILS, "nothing", "unknown level '9'");
	rejects("99999999999999999999.*", SELECTOR_SYSKLOGD, "nothing",
		"unknown facility '99999999999999999999'");
}

static void
test_rejected(void **state)
{
	(void)state;
	/* rsyslog keeps what it had read up to the mistake, and uses it */
	rejects("kern.*;foo.*", SELECTOR_RSYSLOG, "kern.*", "unknown facility 'foo'");
	rejects("kern.loud", SELECTOR_SYSKLOGD, "nothing", "unknown level 'loud'");
	rejects("kern", SELECTOR_SYSKLOGD, "nothing", "unknown level ''");
	rejects(",", SELECTOR_SYSKLOGD, "nothing", "unknown level ''");
}

static void
test_inetutils(void **state)
{
	(void)state;
	decodes("kern.!info", SELECTOR_INETUTILS, "nothing");
	decodes("kern.*;kern.!=info", SELECTOR_INETUTILS, "kern.notice and above, debug");
	decodes("kern.*;kern.=!info", SELECTOR_INETUTILS, "kern.notice and above, debug");
	decodes("mail.none;**.*", SELECTOR_INETUTILS, "*.* (not mail)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_facilities),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_rejected),
		cmocka_unit_test(test_inetutils),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
