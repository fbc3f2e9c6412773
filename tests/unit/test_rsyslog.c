/* rsyslog.conf: what the model says, and what the kind changes. The daemon itself is
 * asked by tests/oracle/rsyslog.py; here stand the cases that it can't be asked. */
#include "tests/unit/syslog_host.h"

#include "policy/models/syslog_demand.h"
#include "policy/models/syslog_table.h"

#define INPUTS "module(load=\"imuxsock\")\nmodule(load=\"imklog\")\n"

/* The places of FACILITY's level info are WANT. */
static void
goes(const char *conf, const char *facility, const char *want)
{
	struct syslog_host made;
	struct syslog_conf read;
	struct syslog_table table;
	struct error err = ERROR_INIT;
	autobuffer struct buffer places = { 0 };
	syslog_host_open(&made, "rsyslog");
	syslog_host_put(&made, "/etc/rsyslog.conf", conf);
	if (syslog_conf_read(&made.context, &read, &err) < 0)
		fail_msg("%s", err.text);
	syslog_table_make(&read, NULL, &table);
	int number = facility_decode(BYTES_TEXT(facility), SELECTOR_RSYSLOG);
	syslog_table_describe(&table, (unsigned)number, 6, &places);
	assert_string_equal(places.data, want);
	syslog_table_free(&table);
	syslog_conf_free(&read);
	syslog_host_close(&made);
}

static void
rejects(const char *conf, size_t line_offset, const char *reason)
{
	struct syslog_host made;
	struct syslog_conf read;
	struct error err = ERROR_INIT;
	syslog_host_open(&made, "rsyslog");
	syslog_host_put(&made, "/etc/rsyslog.conf", conf);
	assert_int_equal(syslog_conf_read(&made.context, &read, &err), 0);
	assert_int_equal(read.rejected_count, 1);
	assert_int_equal(read.rejected[0].offset, line_offset);
	assert_string_equal(read.rejected[0].reason, reason);
	syslog_conf_free(&read);
	syslog_host_close(&made);
}

static void
test_kernel_input(void **state)
{
	(void)state;
	goes(INPUTS "*.* /a\n", "kern", "/a");
	/* through the socket come programs' messages only */
	goes("module(load=\"imuxsock\")\n*.* /a\n", "kern", "nothing");
	goes("module(load=\"imuxsock\")\n*.* /a\n", "mail", "/a");
	goes("$ModLoad imklog.so\n*.* /a\n", "kern", "/a");
	goes("$ModLoad imklog.so\n*.* /a\n", "mail", "nothing");
	goes("module(load=\"imjournal\")\n*.* /a\n", "kern", "/a");
	goes("module(load=\"imjournal\")\n*.* /a\n", "mail", "/a");
	goes("module(load=\"imuxsock\" SysSock.Use=\"off\")\n*.* /a\n", "mail",
		"nothing");
	/* an input may have a ruleset of its own */
	goes("module(load=\"imklog\" ruleset=\"k\")\nruleset(name=\"k\") {\n/b\n}\n*.* "
	     "/a\n",
		"kern", "/b");
	goes("module(load=\"imklog\" ruleset=\"none\")\n*.* /a\n", "kern", "/a");
	goes(INPUTS "$RuleSet other\n*.* /b\n$DefaultRuleset other\n", "mail", "/b");
}

static void
test_inputname(void **state)
{
	(void)state;
	goes(INPUTS "if $inputname == 'imudp' then stop\n*.* /a\n", "kern", "/a");
	goes(INPUTS "if $inputname == 'imklog' then stop\n*.* /a\n", "kern", "nothing");
	goes(INPUTS "if $inputname == 'imklog' then stop\n*.* /a\n", "mail", "/a");
	goes(INPUTS "if $hostname == 'x' then stop\n*.* /a\n", "mail", "/a (some)");
}

static void
test_opaque(void **state)
{
	(void)state;
	goes(INPUTS "call_indirect $!x;\n*.* /a\n", "mail", "/a (some)");
	goes(INPUTS "foreach ($.i in $!x) do { stop }\n*.* /a\n", "mail", "/a (some)");
	goes(INPUTS
		"template(name=\"t\" type=\"string\" string=\"/var/log/%hostname%\")\n"
		"*.* ?t\n",
		"mail", "/var/log/...");
	/* rulesets that call each other */
	goes(INPUTS
		"ruleset(name=\"a\") { call b }\nruleset(name=\"b\") { call a }\ncall a\n"
		"*.* /a\n",
		"mail", "/a (some)");
}

static void
test_rejected(void **state)
{
	(void)state;
	rejects(INPUTS "kern.loud /a\n", strlen(INPUTS), "unknown level 'loud'");
	rejects(INPUTS "*.* /a note\n", strlen(INPUTS) + 4,
		"';template' is expected behind the name, not 'note'");
	rejects(INPUTS "*.* /a\n!ppp\n*.* /b\n", strlen(INPUTS) + 7,
		"rsyslogd has no such blocks: what follows holds for all");
	rejects(INPUTS "*.* /a\n} *.* /b\n", strlen(INPUTS) + 7,
		"syntax error: rsyslogd reads no further");
	rejects(INPUTS "/a\n& stop\n*.* /b\n", strlen(INPUTS) + 5,
		"rsyslogd loses it: no selector stands before the first action");
}

/* Positions are those of the file although lines were joined. */
static void
test_positions(void **state)
{
	(void)state;
	rejects(INPUTS "*.* \\\n   /a\r\n   kern.loud /a\r\n",
		strlen(INPUTS "*.* \\\n   /a\r\n   "), "unknown level 'loud'");
}

/* Nothing that is written may take long or end the process. */
static void
test_hostile(void **state)
{
	static const char *const pieces[] = { "{", "kern.* {\n", "if (", "not ", "'\\'",
		"\"", "/*", "&", ":msg, contains, \"\\", "a", "$x", "if $msg then ",
		"*.* ", "else ", "call a ", "ruleset(name=\"a\"){call a}", "action(", "[",
		"\\\n", "if 1 or 1 then stop\n", "$IncludeConfig /etc/rsyslog.conf\n",
		"$RuleSet a\n", "1+", "!", "template(name=\"t\"){" };
	(void)state;
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		struct syslog_host made;
		struct syslog_conf read;
		struct error err = ERROR_INIT;
		autobuffer struct buffer conf = { 0 };
		for (size_t k = 0; k < 20000; k++)
			buffer_text(&conf, pieces[i]);
		syslog_host_open(&made, "rsyslog");
		syslog_host_put(&made, "/etc/rsyslog.conf", conf.data);
		assert_int_equal(syslog_conf_read(&made.context, &read, &err), 0);
		struct syslog_table table;
		syslog_table_make(&read, NULL, &table);
		syslog_table_free(&table);
		syslog_conf_free(&read);
		syslog_host_close(&made);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel_input),
		cmocka_unit_test(test_inputname),
		cmocka_unit_test(test_opaque),
		cmocka_unit_test(test_rejected),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
