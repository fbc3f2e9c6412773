/* Which file a syslog daemon reads, by the command line it is started with. */
#include "policy/models/syslog/syslog_conf.h"
#include "tests/unit/syslog_host.h"

/* The file that DAEMON reads with TEXT at PATH; NULL: it can't be told. */
static void
expect(const char *daemon, const char *path, const char *text, const char *want)
{
	struct syslog_host made;
	struct syslog_conf conf;
	struct error err = ERROR_INIT;
	syslog_host_open(&made, daemon);
	syslog_host_put(&made, "/etc/rsyslog.conf", "*.* /var/log/all\n");
	syslog_host_put(&made, "/etc/syslog.conf", "*.* /var/log/all\n");
	syslog_host_put(&made, "/etc/other.conf", "*.* /var/log/other\n");
	syslog_host_put(&made, path, text);
	int status = syslog_conf_read(&made.context, &conf, &err);
	if (want == NULL) {
		assert_int_equal(status, -1);
		assert_non_null(strstr(err.text, path));
	} else {
		if (status < 0)
			print_message("%s\n", err.text);
		assert_int_equal(status, 0);
		assert_string_equal(conf.path, want);
		assert_string_equal(conf.file->path, want);
	}
	error_clear(&err);
	syslog_conf_free(&conf);
	syslog_host_close(&made);
}

/* rsyslogd(8). */
static void
test_rsyslog(void **state)
{
	(void)state;
	static const char unit[] = "/lib/systemd/system/rsyslog.service",
			  defaults[] = "/etc/default/rsyslog";
	/* Debian 12's */
	expect("rsyslog", unit,
		"[Service]\nType=notify\nExecStart=/usr/sbin/rsyslogd -n -iNONE\n",
		"/etc/rsyslog.conf");
	expect("rsyslog", unit,
		"[Service]\nExecStart=/usr/sbin/rsyslogd -n -f/etc/other.conf\n",
		"/etc/other.conf");
	expect("rsyslog", unit,
		"[Service]\nExecStart=/bin/sh -c 'rsyslogd -f /etc/other.conf'\n", NULL);
	expect("rsyslog", unit, "[Service]\nExecStart=/usr/sbin/rsyslogd -T /srv\n",
		NULL);
	expect("rsyslog", "/etc/systemd/system/rsyslog.service.d/x.conf",
		"[Service]\nExecStart=\n"
		"ExecStart=/usr/sbin/rsyslogd -n -f /etc/other.conf\n",
		"/etc/other.conf");
	expect("rsyslog", defaults, "RSYSLOGD_OPTIONS=\"-f /etc/other.conf\"\n",
		"/etc/other.conf");
	expect("rsyslog", defaults, "RSYSLOGD_OPTIONS=\"-N1\"\n", NULL);
	/* modules of another folder */
	expect("rsyslog", defaults, "RSYSLOGD_OPTIONS=\"-M/nosuch\"\n", NULL);
}

/* syslogd(8) of sysklogd and of inetutils. */
static void
test_classic(void **state)
{
	(void)state;
	expect("sysklogd", "/etc/default/syslogd", "SYSLOGD=\"-r\"\n",
		"/etc/syslog.conf");
	expect("sysklogd", "/etc/sysconfig/syslog",
		"SYSLOGD_OPTIONS=\"-m 0\"\nKLOGD_OPTIONS=\"-x\"\n", "/etc/syslog.conf");
	expect("sysklogd", "/etc/default/syslogd", "SYSLOGD=\"-m0 -f /etc/other.conf\"\n",
		"/etc/other.conf");
	expect("inetutils", "/etc/default/inetutils-syslogd",
		"SYSLOGD_OPTS=\"-f /etc/other.conf\"\n", "/etc/other.conf");
	expect("inetutils", "/etc/default/inetutils-syslogd",
		"SYSLOGD_OPTS=--rcfile=/etc/other.conf\n", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rsyslog),
		cmocka_unit_test(test_classic),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
