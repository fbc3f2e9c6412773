/* The console kind: what it says about a host and what it would change. The facts are the
 * real pam_access's, see tests/oracle/access.py. */
#include "tests/unit/kind_host.h"

extern const struct kind kind_console;

#define RULE "-:ALL EXCEPT root:LOCAL\n"

static void
make(struct kind_host *made, const char *only, const char *access)
{
	kind_host_open(made, &kind_console, "pam", "1.5.2");
	kind_host_key(made, "only", only, true);
	kind_host_key(made, "through", "access.conf", true);
	kind_host_put(made, "/etc/passwd",
		"root:x:0:0::/:/bin/sh\nbob:x:1000:1000::/:/bin/sh\n"
		"halt:x:7:0::/:/sbin/halt\nadmin:x:1001:10::/:/bin/sh\n");
	kind_host_put(made, "/etc/group", "root:x:0:\nwheel:x:10:\nbob:x:1000:\n");
	kind_host_put(made, "/etc/pam.d/login", "account required pam_access.so\n");
	if (access != NULL)
		kind_host_put(made, "/etc/security/access.conf", access);
}

static void
judged(const char *access, enum verdict verdict, const char *text)
{
	struct kind_host made;
	make(&made, "root", access);
	kind_host_judged(&made, verdict, text);
	kind_host_close(&made);
}

static void
test_rules(void **state)
{
	(void)state;
	judged(RULE, VERDICT_PASS, "halt would be admitted too");
	judged("+:root:ALL\n-:ALL:ALL\n", VERDICT_PASS, "only root");
	judged("- : ALL EXCEPT root : LOCAL # note\r\n", VERDICT_PASS, NULL);
	judged("-:ALL:ALL EXCEPT tty9\n", VERDICT_FAIL, "tty9");
	judged(NULL, VERDICT_FAIL, "there is no access.conf");
	judged("", VERDICT_FAIL, "everybody is admitted from every terminal");
	judged("-:ALL EXCEPT root:tty1 tty2\n", VERDICT_FAIL, "ttyS0");
	judged("-:ALL:LOCAL\n", VERDICT_FAIL, "root is refused");
	judged("-:ALL EXCEPT ALL EXCEPT bob:LOCAL\n", VERDICT_FAIL, "any other user");
	judged("+:ALL:ALL\n" RULE, VERDICT_FAIL, "never reached");
	judged("+:bob:tty1\n" RULE, VERDICT_FAIL, "bob is admitted from tty1");
	judged("+junk:ALL:ALL\n" RULE, VERDICT_FAIL, "never reached");
	judged(":+:ALL:LOCAL\n", VERDICT_FAIL, "root is refused");
	judged("-:ALL EXCEPT root @admins:LOCAL\n", VERDICT_UNKNOWN, "netgroup");
	judged("-:ALL EXCEPT root admin@host:LOCAL\n", VERDICT_UNKNOWN, "host");
}

static void
test_voids(void **state)
{
	(void)state;
	judged("-:ALL EXCEPT root:LOCAL", VERDICT_FAIL, "does not end in a newline");
	judged(" " RULE, VERDICT_FAIL, "does not begin with + or -");
	judged("\xef\xbb\xbf" RULE, VERDICT_FAIL, "does not begin with + or -");
	judged("-:ALL EXCEPT root\n", VERDICT_FAIL, "fewer than three fields");
	judged("#" RULE, VERDICT_FAIL, "no rule matches");
	judged("\001" RULE, VERDICT_UNKNOWN, NULL);
}

/* A line is read in pieces of 8191 bytes: what begins a comment can end in a rule. */
static void
test_long_line(void **state)
{
	autofree char *text = memory_printf("#%8190s+:ALL:ALL\n" RULE, "");
	(void)state;
	judged(text, VERDICT_FAIL, "never reached");
}

static void
test_groups(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "root", RULE);
	kind_host_put(&made, "/etc/group", "root:x:0:bob\nwheel:x:10:\n");
	kind_host_judged(&made, VERDICT_FAIL, "without nodefgroup");
	kind_host_refused(&made, "add nodefgroup");
	kind_host_put(
		&made, "/etc/pam.d/login", "account required pam_access.so nodefgroup\n");
	kind_host_judged(&made, VERDICT_PASS, NULL);
	kind_host_close(&made);
	make(&made, "root (wheel)", "");
	kind_host_repaired(
		&made, "/etc/security/access.conf", "-:ALL EXCEPT root (wheel):LOCAL\n");
	kind_host_close(&made);
	make(&made, "root 1001", "");
	kind_host_repaired(
		&made, "/etc/security/access.conf", "-:ALL EXCEPT root admin:LOCAL\n");
	kind_host_close(&made);
}

static void
test_drop_ins(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "root", "# nothing\n");
	kind_host_put(&made, "/etc/security/access.d/z.conf", RULE);
	kind_host_judged(&made, VERDICT_PASS, NULL);
	kind_host_put(&made, "/etc/security/access.d/a.conf", "+:ALL:ALL\n");
	kind_host_judged(&made, VERDICT_FAIL, "never reached");
	kind_host_repaired(&made, "/etc/security/access.conf", "# nothing\n" RULE);
	kind_host_put(&made, "/etc/security/access.conf", RULE);
	kind_host_judged(&made, VERDICT_PASS, NULL);
	kind_host_close(&made);
}

static void
test_stack(void **state)
{
	static const struct {
		const char *login;
		enum verdict verdict;
		const char *text;
	} cases[] = {
		{ "account required pam_unix.so\n-account [default=bad success=ok] "
		  "/lib/security/pam_access.so\n",
			VERDICT_PASS, "is asked" },
		{ "account required pam_stack.so service=system-auth\n", VERDICT_PASS,
			"is asked" },
		{ "account include system-auth\n", VERDICT_PASS, "is asked" },
		{ "@include system-auth\n", VERDICT_PASS, "is asked" },
		{ "account substack jumps\naccount required pam_access.so\n",
			VERDICT_PASS, "is asked" },
		{ "auth required pam_access.so\naccount required pam_unix.so\n",
			VERDICT_FAIL, "not consulted" },
		{ "# account required pam_access.so\naccount required pam_unix.so\n",
			VERDICT_FAIL, "commented out" },
		{ "account optional pam_access.so\naccount required pam_unix.so\n",
			VERDICT_FAIL, "asked in vain" },
		{ "account optional pam_access.so\n", VERDICT_PASS, "is asked" },
		{ "account sufficient pam_unix.so\naccount required pam_access.so\n",
			VERDICT_FAIL, "pam_unix.so returns success" },
		{ "account [success=1 default=ignore] pam_unix.so\n"
		  "account required pam_access.so\naccount required pam_permit.so\n",
			VERDICT_FAIL, "jumps over pam_access.so" },
		{ "account [success=1 default=ignore] pam_unix.so\n"
		  "account required pam_deny.so\naccount required pam_access.so\n",
			VERDICT_PASS, "is asked" },
		{ "account include nosuch\n", VERDICT_FAIL, "not consulted" },
		{ "account include login\n", VERDICT_UNKNOWN, "without end" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kind_host made;
		make(&made, "root", RULE);
		kind_host_put(&made, "/etc/pam.d/system-auth",
			"account required pam_access.so\n");
		kind_host_put(
			&made, "/etc/pam.d/jumps", "account sufficient pam_unix.so\n");
		kind_host_put(&made, "/etc/pam.d/login", cases[i].login);
		kind_host_judged(&made, cases[i].verdict, cases[i].text);
		kind_host_close(&made);
	}
}

static void
test_other(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "root", RULE);
	kind_host_key(&made, "services", "gdm-password", true);
	kind_host_judged(&made, VERDICT_UNKNOWN, "no such file");
	kind_host_put(&made, "/etc/pam.d/other", "account required pam_unix.so\n");
	kind_host_judged(&made, VERDICT_FAIL, "not consulted");
	kind_host_refused(&made, "there is no such PAM service");
	kind_host_put(&made, "/etc/pam.d/other", "account required pam_access.so\n");
	kind_host_judged(&made, VERDICT_PASS, NULL);
	kind_host_close(&made);
}

/* CVE-2024-10963 */
static void
test_names_as_hosts(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "root", "+:root:tty1\n" RULE);
	made.version.value.text = (char *)"1.6.1-2";
	kind_host_judged(&made, VERDICT_PASS, "CVE-2024-10963");
	made.version.value.text = (char *)"1.7.1-1";
	kind_host_judged(&made, VERDICT_PASS, "only root is admitted");
	kind_host_close(&made);
}

static void
repaired(const char *access, const char *after)
{
	struct kind_host made;
	make(&made, "root", access);
	kind_host_judged(&made, VERDICT_FAIL, NULL);
	kind_host_repaired(&made, "/etc/security/access.conf", after);
	kind_host_close(&made);
}

static void
test_remedy(void **state)
{
	(void)state;
	repaired("# a\n", "# a\n" RULE);
	repaired("# a", "# a\n" RULE);
	repaired("# a\r\n", "# a\r\n-:ALL EXCEPT root:LOCAL\r\n");
	repaired("+:ALL:ALL\n" RULE, RULE "+:ALL:ALL\n" RULE);
	repaired("-:bob:ALL\n+:bob:tty1\n+:admin:tty1\n",
		"-:bob:ALL\n+:bob:tty1\n" RULE "+:admin:tty1\n");
	/* a void last line stays void */
	repaired("# a\n+:bob:ALL", "# a\n" RULE "+:bob:ALL");
	repaired(NULL, RULE);
	struct kind_host made;
	make(&made, "root", "-:root:tty1\n");
	kind_host_refused(&made, "refuses root from tty1");
	kind_host_close(&made);
}

/* What the rule would do to another service is no effect that was asked for. */
static void
test_side_effects(void **state)
{
	struct kind_host made;
	struct answers answers = { 0 };
	bool is_told = false;
	(void)state;
	make(&made, "root", "");
	kind_host_put(&made, "/etc/pam.d/cron", "account required pam_access.so\n");
	kind_console.answers(&made.context, &made.control, &answers);
	for (size_t i = 0; i < answers.count; i++)
		if (strcmp(answers.items[i].subject,
			    "cron from cron by any other user") == 0) {
			is_told = true;
			assert_false(kind_console.wants(&made.control,
				answers.items[i].subject, "admitted", "refused"));
		}
	assert_true(is_told);
	assert_true(kind_console.wants(
		&made.control, "login at tty1 by bob", "admitted", "refused"));
	assert_false(kind_console.wants(
		&made.control, "login at tty1 by root (allowed)", "admitted", "refused"));
	answers_free(&answers);
	kind_host_close(&made);
}

/* 10,000 rules, each naming a user, stay linear. */
static void
test_large(void **state)
{
	struct kind_host made;
	autobuffer struct buffer passwd = { 0 }, access = { 0 };
	(void)state;
	buffer_text(&passwd, "root:x:0:0::/:/bin/sh\n");
	for (int i = 0; i < 10000; i++) {
		buffer_printf(&passwd, "u%d:x:%d:100::/:/bin/sh\n", i, i + 1000);
		buffer_printf(&access, "-:u%d:ALL\n", i);
	}
	buffer_text(&access, RULE);
	make(&made, "root", access.data);
	kind_host_put(&made, "/etc/passwd", passwd.data);
	kind_host_judged(&made, VERDICT_PASS, NULL);
	kind_host_close(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_voids),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_drop_ins),
		cmocka_unit_test(test_stack),
		cmocka_unit_test(test_other),
		cmocka_unit_test(test_names_as_hosts),
		cmocka_unit_test(test_remedy),
		cmocka_unit_test(test_side_effects),
		cmocka_unit_test(test_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
