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
	make(&made, "2.3.15.3", MAIN, SHELL "}\n");
	scratch_text("/usr/sbin/in.x", "");
	kind_host_judged(&made, VERDICT_PASS, "is not executable");
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
	judged(MAIN, SHELL "disable\n}\n", VERDICT_UNKNOWN, "no operator");
	judged("defaults\n{\ndisabled\n}\n", "", VERDICT_UNKNOWN, "one word");
	judged(MAIN, "service \001\n", VERDICT_UNKNOWN, NULL);
	kind_host_open(&made, &kind_xinetd, "xinetd", "2.3.15.3");
	kind_host_key(&made, "only", "imap", true);
	kind_host_judged(&made, VERDICT_NOT_APPLICABLE, "not set up");
	kind_host_close(&made);
}

/* parsesup.c get_attr_op: a line of one word makes xinetd look for the operator in the
 * lines that follow, where it leaves NULs. */
static void
test_one_word(void **state)
{
	(void)state;
	/* the blank before the brace is gone, and with it the brace: shell is skipped */
	judged(MAIN, "service x\n{\nfoo\n\t}\n" SHELL "}\n", VERDICT_PASS,
		"no operator after the attribute");
	/* so is the newline behind it, and the line that it ended */
	judged(MAIN, "service x\n{\nfoo\n}\nservice y\n" SHELL "}\n", VERDICT_FAIL,
		"remsh");
	judged(MAIN, "service x\n{\nfoo\n}\n" SHELL "}\n", VERDICT_PASS, NULL);
	/* the operator of the next line: all that follows are values, each word's end a
	 * NUL, so that `disable = yes` is a line of one word in its turn */
	judged(MAIN, SHELL "foo\ndisable = yes\n}\n# and more\n", VERDICT_PASS,
		"needs a blank");
	/* a line that is one word of the operator alone is wrong at once */
	judged(MAIN, SHELL "foo\n= x\n}\n", VERDICT_PASS, "needs a blank");
}

/* Srdline: what does not fit into the buffer is a line of its own. */
static void
test_long_line(void **state)
{
	autofree char *comment = memory_new(8300, 1);
	(void)state;
	memset(comment, 'x', 8200);
	comment[0] = '#';
	strcpy(comment + 8190, "\n");
	judged(MAIN, comment, VERDICT_PASS, NULL);
	strcpy(comment + 8191, "x\n");
	comment[8190] = 'x';
	judged(MAIN, comment, VERDICT_UNKNOWN, "longer than its buffer");
}

/* parsers.c, parse.c: what a value has to be, and what the service needs. */
static void
test_values(void **state)
{
	static const struct {
		const char *lines, *said; /* NULL: it starts */
	} cases[] = {
		{ "user = 4294967296", NULL }, /* root, by an unsigned that wraps */
		{ "user = 99999999999999999999", "bad value" },
		{ "rlimit_cpu = 10k", "bad value" },
		{ "rlimit_as = 99999999999999999m", "bad value" },
		{ "log_type = FILE /f 9 8", "hard limit" },
		{ "redirect = nohost 80", "bad value 'nohost'" },
		{ "redirect = six 80", NULL }, /* ::1 is 127.0.0.1 to a search for IPv4 */
		{ "bind = nohost", "bad value 'nohost'" },
		{ "bind = 127.0.0.1\r", "bad value" },
		{ "bind = ::1%lo", "bad value" },
		{ "bind = both\nflags = IPv4", NULL },
		{ "bind = fours\nflags = IPv6", "binds to has no address" },
		{ "type = INTERNAL\nflags = LABELED", "no such internal service" },
		{ "log_type = FILE /etc", "its log is a folder" },
		{ "log_type = FILE /etc/nosuch/log", "folder of its log" },
		{ "type = TCPMUX UNLISTED\nprotocol = udp", "must be UNLISTED and tcp" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kind_host made;
		autofree char *text = memory_printf(
			"service shell\n{\nsocket_type = stream\nwait = no\n%s%s\n"
			"server = /usr/sbin/in.x\n}\n",
			strncmp(cases[i].lines, "user", 4) == 0 ? "" : "user = root\n",
			cases[i].lines);
		make(&made, "2.3.15.3", MAIN, text);
		scratch_text("/etc/motd", "");
		kind_host_put(&made, "/etc/nsswitch.conf", "hosts: files\n");
		kind_host_put(&made, "/etc/host.conf", "multi on\n");
		kind_host_put(&made, "/etc/hosts",
			"::1 six both\n127.0.0.2 both fours\n127.0.0.3 fours\n");
		kind_host_put(&made, "/etc/protocols", "tcp 6\nudp 17\n");
		kind_host_judged(&made, cases[i].said ? VERDICT_PASS : VERDICT_FAIL,
			cases[i].said ? cases[i].said : "started");
		kind_host_close(&made);
	}
}

/* confparse.c check_entry and bind(2): which of two at one port starts. */
static void
test_ports(void **state)
{
	static const struct {
		const char *first, *second;
		bool starts; /* the second one */
	} cases[] = {
		{ "", "", false },
		{ "bind = 127.0.0.1", "bind = 127.0.0.2", true },
		{ "bind = 127.0.0.1", "bind = 127.0.0.1", false },
		{ "bind = 127.0.0.1", "", false }, /* compared by the port alone */
		{ "", "bind = 127.0.0.1", false }, /* :: takes IPv4 too */
		{ "v6only = no", "bind = 127.0.0.1", true }, /* it stands there */
		{ "flags = IPv4", "flags = IPv4", false },
		{ "flags = IPv4", "bind = ::1", true },
		{ "flags = IPv4\nbind = ::1", "bind = 127.0.0.1", false }, /* 0.0.0.0 */
		{ "socket_type = dgram", "socket_type = dgram", true },
		{ "socket_type = raw", "", true },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kind_host made;
		static const char body[] = "wait = no\nuser = root\n"
					   "server = /usr/sbin/in.x\nport = 77\n"
					   "type = UNLISTED\nprotocol = %s\n";
		autofree char *common = memory_printf(
			body, strstr(cases[i].first, "dgram") ? "udp" : "tcp");
		bool has_type = strstr(cases[i].first, "socket_type") != NULL;
		autofree char *text = memory_printf(
			"service imap\n{\n%s%s%s\n}\nservice shell\n{\n%s%s%s\n}\n",
			common, has_type ? "" : "socket_type = stream\n", cases[i].first,
			common,
			strstr(cases[i].second, "socket_type") != NULL
				? ""
				: "socket_type = stream\n",
			cases[i].second);
		make(&made, "2.3.15.3", MAIN, text);
		kind_host_put(&made, "/etc/protocols", "tcp 6\nudp 17\n");
		kind_host_judged(&made, cases[i].starts ? VERDICT_FAIL : VERDICT_PASS,
			cases[i].starts ? "started" : "has its port already");
		kind_host_close(&made);
	}
}

/* A name that is not there, compared all the same: confparse.c, strcasecmp(3). */
static void
test_crashes(void **state)
{
	struct kind_host made;
	(void)state;
	judged(MAIN,
		"service shell\n{\ntype = TCPMUX UNLISTED\n"
		"server = /usr/sbin/in.x\n}\n",
		VERDICT_INVALID, "has no protocol");
	make(&made, "2.3.15.3", "defaults\n{\ndisabled = x\n}\n" MAIN, "");
	kind_host_put(&made, "/etc/default/xinetd", "INETD_COMPAT=Yes\n");
	kind_host_put(&made, "/etc/services", "tcpmux 1/tcp\nimap 143/tcp\n");
	kind_host_put(
		&made, "/etc/inetd.conf", "tcpmux stream tcp nowait root internal\n");
	kind_host_judged(&made, VERDICT_INVALID, "internal service tcpmux");
	kind_host_put(&made, "/etc/xinetd.conf", MAIN);
	kind_host_judged(&made, VERDICT_FAIL, "started");
	/* a user of inetd.conf is a name: inet.c */
	kind_host_put(&made, "/etc/passwd", "root:x:0:0::/:/bin/sh\n");
	kind_host_put(&made, "/etc/inetd.conf", "tcpmux stream tcp nowait 0 /x x\n");
	kind_host_judged(&made, VERDICT_PASS, "its user is not in /etc/passwd");
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
		cmocka_unit_test(test_one_word),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_crashes),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_inetd),
		cmocka_unit_test(test_remedy),
		cmocka_unit_test(test_unit),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
