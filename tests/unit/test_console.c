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
	judged("-:ALL EXCEPT root @admins:LOCAL\n", VERDICT_PASS, NULL); /* nobody */
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
	kind_host_repaired(
		&made, "/etc/pam.d/login", "account required pam_access.so nodefgroup\n");
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

/* Stacks that a person has to put right. */
static void
test_no_remedy(void **state)
{
	static const struct {
		const char *login, *access, *reason;
	} cases[] = {
		{ "account sufficient pam_unix.so\naccount required pam_access.so\n", "",
			"the line of pam_access.so does not decide (when pam_unix.so "
			"returns success" },
		{ "account required pam_access.so\naccount include nosuch\n", "",
			"nosuch: no such file: the line fails" },
		{ "account include login\naccount required pam_access.so\n", "",
			"include each other without end" },
		{ "account required pam_access.so\n", "\001" RULE, "access.conf: " },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kind_host made;
		make(&made, "root", cases[i].access);
		kind_host_put(&made, "/etc/pam.d/login", cases[i].login);
		kind_host_refused(&made, cases[i].reason);
		kind_host_close(&made);
	}
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
			VERDICT_FAIL, "no pam_access.so" },
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
		{ "account include nosuch\n", VERDICT_INVALID, "no such file" },
		/* an include that fails, and is not needed */
		{ "account required pam_access.so\naccount [default=ignore] pam_x.so\n"
		  "account sufficient pam_unix.so\naccount include nosuch\n",
			VERDICT_INVALID, "no such file" },
		{ "account required pam_access.so\naccount required pam_deny.so\n",
			VERDICT_INVALID, "it never succeeds" },
		{ "account required pam_access.so \\", VERDICT_INVALID,
			"libpam refuses everybody" },
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
	kind_host_judged(&made, VERDICT_INVALID, "no such file");
	kind_host_put(&made, "/etc/pam.d/other", "account required pam_unix.so\n");
	kind_host_judged(&made, VERDICT_FAIL, "no pam_access.so");
	kind_host_refused(&made, "the host has no PAM service 'gdm-password'");
	kind_host_put(&made, "/etc/pam.d/gdm", "account required pam_unix.so\n");
	kind_host_put(
		&made, "/usr/lib/pam.d/gdm-password", "auth required pam_unix.so\n");
	kind_host_refused(&made,
		"/etc/pam.d/gdm-password: it is not there: copy the distribution's file");
	kind_host_put(
		&made, "/etc/pam.d/other", "account required pam_access.so nodefgroup\n");
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

/* A name that nobody has lets nobody in; whether it is spelled wrong a person must see.
 */
static void
test_names_of_nobody(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "root roto (wheel) (whel) 1001 1002",
		"-:ALL EXCEPT root roto (wheel) (whel):LOCAL\n");
	kind_host_judged(&made, VERDICT_PASS,
		"this host has no user roto (did you mean root?), group whel (did you "
		"mean wheel?), uid 1002");
	/* another source may have them */
	kind_host_put(&made, "/etc/nsswitch.conf", "passwd: files ldap\n");
	kind_host_judged(&made, VERDICT_UNKNOWN, NULL);
	kind_host_close(&made);
	make(&made, "roto (whel)", "-:ALL EXCEPT roto (whel):LOCAL\n");
	kind_host_judged(&made, VERDICT_FAIL, "nobody could log in at the console");
	kind_host_put(&made, "/etc/security/access.conf", "");
	kind_host_refused(&made, "name somebody in only");
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

/* The value of the answer for SUBJECT; NULL: admitted. */
static const char *
answer_of(const struct answers *answers, const char *subject)
{
	for (size_t i = 0; i < answers->count; i++)
		if (strcmp(answers->items[i].subject, subject) == 0)
			return answers->items[i].value;
	return NULL;
}

/* What the rule would do to another service is no effect that was asked for. */
static void
test_answers(void **state)
{
	static const struct {
		const char *subject;
		const char *answer; /* NULL: admitted */
		bool wanted; /* a change to being refused */
	} cases[] = {
		{ "login\tany other user\ttty1", "refused", true },
		{ "login\tbob\ttty1", NULL, true }, /* like any other: no line of his */
		{ "login\troot (allowed)\ttty1", NULL, false },
		{ "login\tany other user\tttyS0", "refused", true },
		{ "login\tany other user\tpts/0", "refused", true },
		{ "login\tany other user\t192.0.2.1", NULL, false },
		{ "cron\tany other user\tcron", "refused", false },
		{ "cron\tany other user\t192.0.2.1", NULL, false },
		{ "su\tany other user\ttty1", "refused", false },
		{ "sudo\tany other user\tpts/0", "refused", false },
		{ "systemd-user\tany other user\tsystemd-user", "refused", false },
		{ "sshd\tany other user\t192.0.2.1", NULL, false },
		{ "imap\tany other user\timap", "refused", false },
		{ "imap\tany other user\t2001:db8::1", NULL, false },
		{ "gdm-password\tany other user\t:0", "refused", false },
		{ "vendor\tany other user\tvendor", "refused", false },
		{ "own\tany other user\town", NULL, false },
		{ "passed\tany other user\tpassed", "not known", false },
		{ "never\tany other user\tnever", "refused", false },
		{ "never\troot (allowed)\tnever", "refused", false },
	};
	static const char *const services[] = { "cron", "su", "sudo", "systemd-user",
		"sshd", "imap", "gdm-password", NULL };
	struct kind_host made;
	struct answers answers = { 0 };
	(void)state;
	make(&made, "root", RULE);
	for (const char *const *service = services; *service != NULL; service++) {
		autofree char *path = memory_printf("/etc/pam.d/%s", *service);
		kind_host_put(&made, path, "account required pam_access.so\n");
	}
	kind_host_put(&made, "/usr/lib/pam.d/vendor", "account required pam_access.so\n");
	kind_host_put(&made, "/etc/pam.d/own",
		"account required pam_access.so accessfile=/etc/own.conf\n");
	kind_host_put(&made, "/etc/own.conf", "+:ALL:ALL\n");
	kind_host_put(&made, "/etc/pam.d/passed",
		"account sufficient pam_unix.so\naccount required pam_access.so\n");
	kind_host_put(&made, "/etc/pam.d/never", "account required pam_deny.so\n");
	kind_console.answers(&made.context, &made.control, &answers);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *have = answer_of(&answers, cases[i].subject);
		if (have == NULL ? cases[i].answer != NULL
				 : cases[i].answer == NULL ||
					strcmp(have, cases[i].answer) != 0)
			fail_msg("%s: %s", cases[i].subject, have);
		bool wanted = kind_console.wants(
			&made.control, cases[i].subject, "admitted", "refused");
		if (wanted != cases[i].wanted)
			fail_msg("%s: %d", cases[i].subject, wanted);
	}
	assert_true(kind_console.wants(
		&made.control, "login\troot (allowed)\ttty1", "refused", "admitted"));
	assert_false(kind_console.wants(
		&made.control, "login\tbob\ttty1", "refused", "admitted"));
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
		cmocka_unit_test(test_no_remedy),
		cmocka_unit_test(test_stack),
		cmocka_unit_test(test_other),
		cmocka_unit_test(test_names_as_hosts),
		cmocka_unit_test(test_names_of_nobody),
		cmocka_unit_test(test_remedy),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
