/* What reaches a place, is missed for certain, or can't be told. */
#include "tests/unit/syslog_host.h"

#include <stdio.h>
#include <sys/stat.h>

#include "policy/models/syslog/syslog_flow.h"

#define INPUTS "module(load=\"imuxsock\")\nmodule(load=\"imklog\")\n"

static void
described(struct priorities set, const char *want)
{
	autobuffer struct buffer words = { 0 };
	priorities_describe(set, &words);
	assert_string_equal(words.data, want);
}

/* What of SELECTOR gets to /a under CONF, read as DAEMON reads it. */
static void
reaches(const char *daemon, const char *conf, const char *selector, const char *reached,
	const char *missed, const char *partly)
{
	const struct place place = { .type = DESTINATION_FILE, .name = "/a" };
	struct syslog_host made;
	struct syslog_conf read;
	struct priorities wanted;
	struct reach reach;
	struct error err = ERROR_INIT;
	size_t used;
	bool rsyslog = strcmp(daemon, "rsyslog") == 0;
	syslog_host_open(&made, daemon);
	syslog_host_put(&made, rsyslog ? "/etc/rsyslog.conf" : "/etc/syslog.conf", conf);
	if (syslog_conf_read(&made.context, &read, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(selector_decode(BYTES_TEXT(selector), SELECTOR_SYSKLOGD, NULL,
				 &wanted, &used, &err),
		0);
	syslog_reach(&read, &place, wanted, &reach);
	described(reach.reached, reached);
	described(reach.missed, missed);
	described(reach.partly, partly);
	reach_free(&reach);
	syslog_conf_free(&read);
	syslog_host_close(&made);
}

static void
test_stop(void **state)
{
	(void)state;
	reaches("rsyslog", INPUTS "*.info stop\n*.* /a\n", "mail.*", "mail.debug",
		"mail.info and above", "nothing");
	/* a stop after the delivery takes nothing away */
	reaches("rsyslog", INPUTS "*.* /a\n*.* stop\n", "mail.*", "mail.*", "nothing",
		"nothing");
	reaches("rsyslog",
		INPUTS "ruleset(name=\"rs\") {\nmail.* stop\n}\ncall rs\n*.* /a\n",
		"mail.*", "nothing", "mail.*", "nothing");
	/* a ruleset with a queue works on a copy */
	reaches("rsyslog",
		INPUTS
		"ruleset(name=\"rs\" queue.type=\"LinkedList\") {\nmail.* stop\n}\n"
		"call rs\n*.* /a\n",
		"mail.*", "mail.*", "nothing", "nothing");
}

static void
test_content(void **state)
{
	(void)state;
	reaches("rsyslog", INPUTS ":msg, contains, \"x\" stop\n*.* /a\n", "mail.*",
		"nothing", "mail.*", "mail.*");
	reaches("rsyslog", INPUTS ":msg, contains, \"x\" /a\n", "mail.*", "nothing",
		"mail.*", "mail.*");
	/* delivered before the stop, or behind it: together that is all */
	reaches("rsyslog", INPUTS ":msg, contains, \"x\" /a\n& stop\n*.* /a\n", "mail.*",
		"mail.*", "nothing", "nothing");
	/* two tests of one property may be each other's contrary */
	reaches("rsyslog",
		INPUTS ":msg, contains, \"x\" /a\n& stop\n:msg, !contains, \"x\" /a\n",
		"mail.*", "nothing", "nothing", "nothing");
	/* what the kernel says is tagged kernel */
	reaches("rsyslog", INPUTS ":programname, isequal, \"haproxy\" stop\n*.* /a\n",
		"kern.*", "kern.*", "nothing", "nothing");
	reaches("rsyslog", INPUTS ":programname, isequal, \"haproxy\" stop\n*.* /a\n",
		"mail.*", "nothing", "mail.*", "mail.*");
}

static void
test_sections(void **state)
{
	static const char conf[] = "!ppp\n*.*\t/a\n!*\nmail.*\t/a\n";
	(void)state;
	reaches("inetutils", conf, "mail,news.*", "mail.*", "news.*", "news.*");
	reaches("sysklogd 2.5", conf, "mail,news.*", "mail.*", "news.*", "news.*");
	/* sysklogd 1 refuses the section's line and takes the rule for all */
	reaches("sysklogd 1.4.1", conf, "mail,news.*", "mail,news.*", "nothing",
		"nothing");
	reaches("sysklogd", conf, "mail,news.*", "mail.*", "nothing", "nothing");
	reaches("sysklogd 2.5", "+there\n*.*\t/a\n", "mail.*", "nothing", "nothing",
		"nothing");
	reaches("inetutils", "#!ppp\n*.*\t/a\n", "mail.*", "nothing", "mail.*", "mail.*");
}

static void
test_lines(void **state)
{
	(void)state;
	/* in syslog.conf a comment's backslash swallows nothing */
	reaches("sysklogd", "# note \\\nmail.*\t/a\n", "mail.*", "mail.*", "nothing",
		"nothing");
	reaches("sysklogd", "mail.*;\\\n\tmail.!=err\t/a\r\n", "mail.*",
		"mail.crit and above, warning and below", "mail.err", "nothing");
	reaches("sysklogd", "mail.* /a", "mail.*", "mail.*", "nothing", "nothing");
	reaches("inetutils", "mail.* /a", "mail.*", "nothing", "mail.*", "nothing");
	/* one of 4 KB is dropped (seen) */
	autobuffer struct buffer text = { 0 };
	buffer_text(&text, "*.info");
	for (size_t i = 0; i < 400; i++)
		buffer_text(&text, ";mail.none");
	buffer_text(&text, "\t/a\n");
	reaches("inetutils", text.data, "news.info", "nothing", "nothing", "nothing");
	reaches("sysklogd 1.5", "mail.*\t/a # note\n", "mail.*", "nothing", "mail.*",
		"nothing");
	reaches("sysklogd 2.5", "mail.*\t/a # note\n", "mail.*", "mail.*", "nothing",
		"nothing");
	reaches("sysklogd", "mail.*\t/a # note\n", "mail.*", "nothing", "nothing",
		"nothing");
}

/* Nothing comes of @::1 (seen); @[::1] works. */
static void
test_addresses(void **state)
{
	static const struct {
		const char *conf;
		bool is_sure;
	} cases[] = { { "*.*\t@::1\n", false }, { "*.*\t@[::1]\n", true },
		{ "*.*\t@10.1.1.1\n", true } };
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct syslog_host made;
		struct syslog_conf read;
		struct error err = ERROR_INIT;
		syslog_host_open(&made, "inetutils");
		syslog_host_put(&made, "/etc/syslog.conf", cases[i].conf);
		assert_int_equal(syslog_conf_read(&made.context, &read, &err), 0);
		const struct destination *to =
			read.rulesets[0].body.items[0].branches[0].items[0].destination;
		assert_int_equal(to->doubt == NULL, cases[i].is_sure);
		syslog_conf_free(&read);
		syslog_host_close(&made);
	}
}

/* Of messages of mail, at /var/log/a, in a root with the first COUNT of its folders. */
static void
reaches_folder(size_t count, const char *reached, const char *missed)
{
	static const char *const folders[] = { "/var", "/var/log" };
	const struct place place = { .type = DESTINATION_FILE, .name = "/var/log/a" };
	struct syslog_host made;
	struct syslog_conf read;
	struct reach reach;
	struct error err = ERROR_INIT;
	char path[64];
	syslog_host_open(&made, "inetutils");
	syslog_host_put(&made, "/etc/syslog.conf", "mail.*\t/var/log/a\n");
	for (size_t i = 0; i < count; i++) {
		snprintf(path, sizeof path, "%s%s", made.root, folders[i]);
		assert_int_equal(mkdir(path, 0755), 0);
	}
	assert_int_equal(syslog_conf_read(&made.context, &read, &err), 0);
	syslog_reach(&read, &place, priorities_of_facility(2), &reach);
	described(reach.reached, reached);
	described(reach.missed, missed);
	reach_free(&reach);
	syslog_conf_free(&read);
	for (size_t i = count; i-- > 0;) {
		snprintf(path, sizeof path, "%s%s", made.root, folders[i]);
		rmdir(path);
	}
	syslog_host_close(&made);
}

/* cfline() of syslogd.c opens the file, and makes no folder for it. A root that holds
 * some of a host's files need not have all of its folders. */
static void
test_folders(void **state)
{
	(void)state;
	reaches_folder(2, "mail.*", "nothing");
	reaches_folder(1, "nothing", "mail.*");
	reaches_folder(0, "nothing", "nothing");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_content),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_folders),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
