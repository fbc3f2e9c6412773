/* The xinetd kind: what it says about a host and what it would change. The facts are a
 * real xinetd's, see tests/oracle/xinetd.py. */
#include "tests/unit/kind_host.h"

extern const struct kind kind_xinetd;

#define MAIN "includedir /etc/xinetd.d\n"
#define BODY                                                                             \
	"\tsocket_type\t= stream\n\twait\t\t= no\n\tuser\t\t= root\n"                    \
	"\tserver\t\t= /usr/sbin/in.x\n"
#define SHELL "service shell\n{\n" BODY

static void
make(struct kind_host *made, const char *version, const char *conf, const char *rsh)
{
	kind_host_open(made, &kind_xinetd, "xinetd", version);
	kind_host_key(made, "only", "imap pop3", true);
	kind_host_put(made, "/etc/services",
		"imap 143/tcp imap2\npop3 110/tcp\nshell 514/tcp cmd\necho 7/tcp\necho "
		"7/udp\n");
	kind_host_put(made, "/etc/xinetd.conf", conf);
	kind_host_put(made, "/etc/xinetd.d/imap", "service imap\n{\n" BODY "}\n");
	kind_host_put(made, "/etc/xinetd.d/remsh", rsh);
}

static void
judged(const char *conf, const char *rsh, enum verdict verdict, const char *text)
{
	struct kind_host made;
	make(&made, "2.3.15.3", conf, rsh);
	kind_host_judged(&made, verdict, text);
	kind_host_close(&made);
}

static void
repaired(const char *rsh, const char *after)
{
	struct kind_host made;
	make(&made, "2.3.15.3", MAIN, rsh);
	kind_host_judged(&made, VERDICT_FAIL, "started");
	kind_host_repaired(&made, "/etc/xinetd.d/remsh", after);
	kind_host_close(&made);
}

static void
test_started(void **state)
{
	(void)state;
	judged(MAIN, SHELL "}\n", VERDICT_FAIL, "allows only imap, pop3");
	judged(MAIN, SHELL "disable = no\n}\n", VERDICT_FAIL, "started");
	judged(MAIN, SHELL "disable = yes # c\n}\n", VERDICT_FAIL, "started");
	judged(MAIN, SHELL "disable =\n}\n", VERDICT_FAIL, "started");
	judged(MAIN, SHELL "disable = no\ndisable = yes\n}", VERDICT_FAIL, "started");
	judged("defaults\n{\ndisabled = shell\n}\n" MAIN,
		SHELL "id = x\ndisable = no\n}\n", VERDICT_FAIL, "id x");
	judged(MAIN "service {\n", SHELL "}\n", VERDICT_FAIL, "started");
}

static void
test_stopped(void **state)
{
	(void)state;
	judged(MAIN, SHELL "DISABLE = YES\n}\n", VERDICT_PASS, "disable = yes");
	judged(MAIN, SHELL "disable = true\n}\n", VERDICT_PASS, "bad value 'true'");
	judged(MAIN, SHELL "disable=no\n}\n", VERDICT_PASS, "needs a blank");
	judged(MAIN, SHELL "disable = no\r\n}\n", VERDICT_PASS, "bad value");
	judged(MAIN, SHELL, VERDICT_PASS, "no closing brace");
	judged(MAIN, "service shell {\n" BODY "}\n", VERDICT_PASS,
		"'{' must stand alone");
	judged(MAIN, "service nosuch\n{\n" BODY "}\n", VERDICT_PASS, "/etc/services");
	judged(MAIN, "service shell\n{\nwait = no\n}\n", VERDICT_PASS, "no server");
	judged(MAIN, "service x\n{\n" BODY "type = INTERNAL UNLISTED\nport = 9\n}\n",
		VERDICT_PASS, "no such internal service");
	judged("defaults\n{\ndisabled = SHELL\n}\n" MAIN, SHELL "}\n", VERDICT_PASS,
		"by its id");
	judged("defaults\n{\nenabled = imap\n}\n" MAIN, SHELL "}\n", VERDICT_PASS,
		"enable others only");
	/* a brace missed: the next entry's end is taken for it */
	judged("service {\n\n" SHELL "}\n", "", VERDICT_PASS, NULL);
}

static void
test_skipped_names(void **state)
{
	static const struct {
		const char *path;
		enum verdict verdict;
	} cases[] = {
		{ "/etc/xinetd.d/rsh.bak", VERDICT_PASS },
		{ "/etc/xinetd.d/rsh~", VERDICT_PASS },
		{ "/etc/xinetd.d/.rsh", VERDICT_PASS },
		{ "/etc/xinetd.d/r~sh", VERDICT_FAIL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kind_host made;
		make(&made, "2.3.15.3", MAIN, "");
		kind_host_put(&made, cases[i].path, SHELL "}\n");
		kind_host_judged(&made, cases[i].verdict, NULL);
		kind_host_close(&made);
	}
}

static void
test_server_program(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "2.3.15.3", MAIN, SHELL "}\n");
	scratch_text("/usr/sbin/other", "");
	kind_host_judged(&made, VERDICT_PASS, "there is no /usr/sbin/in.x");
	kind_host_close(&made);
}

static void
test_whole_file(void **state)
{
	struct kind_host made;
	(void)state;
	judged("defaults\n{\ninstances = many\n}\n" MAIN, SHELL "disable = yes\n}\n",
		VERDICT_INVALID, "xinetd exits");
	judged("include /etc/xinetd.conf\n", "", VERDICT_UNKNOWN, "without end");
	judged(MAIN, SHELL "disable\n}\n", VERDICT_UNKNOWN, "one word");
	judged(MAIN, "service \001\n", VERDICT_UNKNOWN, NULL);
	kind_host_open(&made, &kind_xinetd, "xinetd", "2.3.15.3");
	kind_host_key(&made, "only", "imap", true);
	kind_host_judged(&made, VERDICT_NOT_APPLICABLE, "not set up");
	kind_host_close(&made);
}

/* Until 2.3.15 `enabled` starts what says disable = yes. */
static void
test_versions(void **state)
{
	static const char conf[] = "defaults\n{\nenabled = shell imap\n}\n" MAIN;
	static const struct {
		const char *version;
		enum verdict verdict;
	} cases[] = { { "2.3.15.3", VERDICT_PASS }, { "1:2.3.14-7", VERDICT_FAIL },
		{ NULL, VERDICT_UNKNOWN } };
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct kind_host made;
		make(&made, cases[i].version, conf, SHELL "disable = yes\n}\n");
		if (cases[i].version == NULL)
			made.policy.assume = NULL;
		kind_host_judged(&made, cases[i].verdict, NULL);
		kind_host_close(&made);
	}
}

static void
test_inetd(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "2.3.15.3", MAIN, "");
	kind_host_put(&made, "/etc/inetd.conf",
		"# shell stream tcp nowait root /x x\nshell stream tcp nowait root /x "
		"x\n");
	kind_host_judged(&made, VERDICT_PASS, NULL);
	kind_host_put(&made, "/etc/default/xinetd",
		"XINETD_OPTS=\"-stayalive -inetd_compat\"\n");
	kind_host_judged(&made, VERDICT_FAIL, "/etc/inetd.conf");
	kind_host_repaired(&made, "/etc/inetd.conf",
		"# shell stream tcp nowait root /x x\n#shell stream tcp nowait root /x "
		"x\n");
	kind_host_close(&made);
}

/* xinetd(8): -f; an ExecStart of its own passes by Debian's init script. */
static void
test_unit(void **state)
{
	static const struct {
		const char *text;
		enum verdict verdict;
		const char *said;
	} cases[] = {
		{ "-f /etc/other.conf", VERDICT_FAIL, "/etc/other.conf" },
		{ "-inetd_compat", VERDICT_FAIL, "/etc/inetd.conf" },
		{ "-stayalive", VERDICT_PASS, NULL },
		{ "-f %h", VERDICT_UNKNOWN, "specifier" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kind_host made;
		make(&made, "2.3.15.3", MAIN, "");
		autofree char *text = memory_printf("[Service]\nExecStart=\n"
						    "ExecStart=/usr/sbin/xinetd %s\n",
			cases[i].text);
		kind_host_put(&made, "/etc/systemd/system/xinetd.service.d/x.conf", text);
		kind_host_put(&made, "/etc/default/xinetd", "INETD_COMPAT=Yes\n");
		kind_host_put(
			&made, "/etc/inetd.conf", "shell stream tcp nowait root /x x\n");
		kind_host_put(&made, "/etc/other.conf", SHELL "}\n");
		kind_host_judged(&made, cases[i].verdict, cases[i].said);
		kind_host_close(&made);
	}
}

static void
test_remedy(void **state)
{
	(void)state;
	repaired(SHELL "\tdisable\t\t= no\n}\n", SHELL "\tdisable\t\t= yes\n}\n");
	repaired(SHELL "disable = yes # c\n}\n", SHELL "disable = yes\n}\n");
	repaired(SHELL "disable =\n}\n", SHELL "disable = yes\n}\n");
	repaired(SHELL "disable += no\n}\n", SHELL "disable = yes\n}\n");
	repaired(SHELL "disable = no\ndisable = yes\n}",
		SHELL "disable = yes\ndisable = yes\n}");
	repaired(SHELL "}\n", "service shell\n{\n\tdisable\t\t= yes\n" BODY "}\n");
	repaired("service shell\n{\n  user    = root\n  wait = no\nserver = /x/y\n"
		 "socket_type = stream\n}\n",
		"service shell\n{\n  disable = yes\n  user    = root\n  wait = no\n"
		"server = /x/y\nsocket_type = stream\n}\n");
	/* the right one of two, and the one that would take over its port */
	repaired("service imap\n{\ndisable = yes\n}\n" SHELL "disable = no\n}\n" SHELL
		 "disable = no\n}\n",
		"service imap\n{\ndisable = yes\n}\n" SHELL "disable = yes\n}\n" SHELL
		"disable = yes\n}\n");
}

static void
test_remove(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "2.3.15.3", MAIN, SHELL "}\n");
	kind_host_key(&made, "remedy", "remove", false);
	struct edits edits = { 0 };
	assert_int_equal(
		kind_xinetd.remedy(&made.context, &made.control, &edits, NULL), 0);
	assert_int_equal(edits.count, 1);
	assert_int_equal(edits.items[0].action, EDIT_REMOVE);
	assert_string_equal(edits.items[0].file, "/etc/xinetd.d/remsh");
	edits_free(&edits);
	kind_host_close(&made);
	make(&made, "2.3.15.3", MAIN, SHELL "}\nservice imap\n{\ndisable = yes\n}\n");
	kind_host_key(&made, "remedy", "remove", false);
	kind_host_refused(&made, "more than service shell");
	kind_host_close(&made);
}

static void
test_run(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "2.3.15.3", MAIN, "");
	kind_host_key(&made, "run", "imap", true);
	kind_host_judged(&made, VERDICT_PASS, "started");
	kind_host_close(&made);
	make(&made, "2.3.15.3", MAIN, "");
	kind_host_key(&made, "run", "pop3", true);
	kind_host_judged(&made, VERDICT_FAIL, "no such service");
	kind_host_refused(&made, "only ever turned off");
	kind_host_close(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_started),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_skipped_names),
		cmocka_unit_test(test_server_program),
		cmocka_unit_test(test_whole_file),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_inetd),
		cmocka_unit_test(test_remedy),
		cmocka_unit_test(test_unit),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
