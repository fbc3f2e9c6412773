/* What single modules say to one person, as Linux-PAM 1.5.2 and its modules were seen to
 * answer. */
#include "tests/unit/person_host.h"

#define UNIX "auth required pam_unix.so\n"

struct told_case {
	const char *stack, *name, *way, *why;
};

static void
tell(const struct told_case *cases, size_t count, enum pam_type type)
{
	for (size_t i = 0; i < count; i++)
		told(cases[i].stack, cases[i].name, type, cases[i].way, cases[i].why);
}

#define TELL(cases, type) tell(cases, sizeof(cases) / sizeof *(cases), type)

/* A phase for which the module has no function is module_unknown: _pam_dispatch_aux() of
 * libpam/pam_dispatch.c. */
static void
test_phases(void **state)
{
	static const struct told_case cases[] = {
		{ "account required pam_permit.so\naccount required pam_env.so\n", "root",
			"closed", "account phase" },
		{ "account required pam_permit.so\naccount required pam_group.so\n",
			"root", "closed", "no function" },
		{ "account required pam_permit.so\naccount required pam_faildelay.so\n",
			"alice", "closed", "no function" },
		{ "account required pam_permit.so\naccount required pam_keyinit.so\n",
			"alice", "closed", "no function" },
		{ "account required pam_permit.so\naccount required pam_issue.so\n",
			"alice", "closed", "no function" },
		{ "account required pam_permit.so\naccount required pam_cap.so\n",
			"alice", "closed", "no function" },
		{ "account required pam_permit.so\naccount optional pam_group.so\n",
			"alice", "open", NULL },
		{ "account required pam_permit.so\n"
		  "account [module_unknown=ignore default=bad] pam_group.so\n",
			"alice", "open", NULL },
		{ "account required pam_permit.so\n"
		  "account [service_err=ignore default=bad] pam_env.so\n",
			"alice", "open", NULL },
		{ "account required pam_permit.so\naccount required pam_warn.so\n",
			"alice", "open", NULL },
	};
	(void)state;
	begin();
	TELL(cases, PAM_TYPE_ACCOUNT);
	end();
}

/* pam_sm_authenticate() of modules/pam_issue/pam_issue.c */
static void
test_issue(void **state)
{
	static const struct told_case cases[] = {
		{ UNIX "auth required pam_issue.so\n", "root", "closed", "shows" },
		{ UNIX "auth required pam_issue.so noesc issue=/etc/hi\n", "alice",
			"open", NULL },
		{ UNIX "auth required pam_issue.so issue=/etc/hi issue=/none\n", "alice",
			"closed", "shows" },
		{ UNIX "auth required pam_issue.so issue=/etc/pam.d\n", "alice", "closed",
			"shows" },
		{ UNIX "auth required pam_issue.so issue=hi\n", "alice", "unknown",
			"shows" },
		{ UNIX "auth optional pam_issue.so\nauth required pam_issue.so\n",
			"alice", "unknown", "shows" },
	};
	(void)state;
	begin();
	kind_host_put(&made, "/etc/hi", "");
	scratch_text("/etc/pam.d/x", "");
	TELL(cases, PAM_TYPE_AUTH);
	end();
}

/* pam_get_authtok_internal() of libpam/pam_get_authtok.c */
static void
test_first_pass(void **state)
{
	static const struct told_case cases[] = {
		{ "auth required pam_unix.so use_first_pass\n", "root", "closed",
			"no module before it asks" },
		{ "auth required pam_env.so\nauth required pam_unix.so "
		  "use_first_pass=yes\n",
			"alice", "closed", "no module before it asks" },
		{ "auth required pam_unix.so use_first_pass\n" UNIX, "alice", "closed",
			"no module before it asks" },
		{ UNIX "auth required pam_unix.so use_first_pass\n", "alice", "open",
			NULL },
		/* in this phase it means nothing */
		{ "auth required pam_unix.so use_authtok\n", "alice", "open", NULL },
		{ "auth required pam_unix.so try_first_pass\n", "alice", "open", NULL },
		/* a jump over the one that asks */
		{ "auth [success=1 default=ignore] pam_permit.so\n" UNIX
		  "auth required pam_unix.so use_first_pass\n",
			"alice", "closed", NULL },
		{ "auth optional pam_own.so\nauth required pam_unix.so use_first_pass\n",
			"alice", "unknown", "can't be told" },
		{ "auth required pam_stack.so service=inner\nauth required pam_unix.so "
		  "use_first_pass\n",
			"alice", "unknown", NULL },
		/* an empty password is not asked for */
		{ "auth required pam_unix.so nullok\nauth required pam_unix.so "
		  "use_first_pass\n",
			"nil", "closed", NULL },
		{ "auth required pam_unix.so use_first_pass nullok\n", "nil", "open",
			NULL },
	};
	(void)state;
	begin();
	kind_host_put(&made, "/etc/pam.d/inner", UNIX);
	kind_host_put(&made, "/etc/passwd",
		"root:x:0:0::/:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n"
		"nil::1001:1001::/:/bin/sh\n");
	TELL(cases, PAM_TYPE_AUTH);
	end();
}

/* libpam/pam_modutil_check_user.c */
static void
test_localuser(void **state)
{
	static const struct told_case cases[] = {
		{ "auth required pam_localuser.so file=/none\n", "root", "closed",
			"not there" },
		{ "auth required pam_localuser.so file=/etc/other\n", "bob", "closed",
			"does not name" },
		{ "auth required pam_localuser.so file=/etc/other\n", "alice", "open",
			NULL },
		{ "auth required pam_localuser.so file=/etc/other\n", NULL, "unknown",
			"can't be told" },
		{ "auth required pam_localuser.so file=other\n", "alice", "unknown",
			"can't be told" },
		{ "auth required pam_localuser.so file=/etc/other file=/etc/passwd\n",
			"bob", "open", NULL },
		{ "auth required pam_localuser.so file=/etc/pam.d\n", "bob", "closed",
			"folder" },
	};
	(void)state;
	begin();
	kind_host_put(&made, "/etc/other", "alice:\n bob:x\nbobby:\n");
	scratch_text("/etc/pam.d/x", "");
	TELL(cases, PAM_TYPE_AUTH);
	end();
}

/* get_account_info() of modules/pam_unix/passverify.c, sgetspent_r(3) */
static void
test_short_shadow(void **state)
{
	static const struct told_case auth[] = {
		{ UNIX, "alice", "closed", "no line" },
		{ UNIX, "bob", "open", NULL },
		{ "auth [authinfo_unavail=ignore default=bad] pam_unix.so\n"
		  "auth required pam_permit.so\n",
			"alice", "unknown", NULL },
	};
	static const struct told_case later[] = {
		{ "account required pam_unix.so\n", "alice", "closed", "no line" },
		{ "account required pam_unix.so broken_shadow\n", "alice", "open", NULL },
		{ "account [authinfo_unavail=ignore default=bad] pam_unix.so\n"
		  "account required pam_permit.so\n",
			"alice", "open", NULL },
		{ "account required pam_unix.so\n", "bob", "open", NULL },
	};
	(void)state;
	begin();
	kind_host_put(&made, "/etc/shadow", "alice:$1$a\nbob:$1$a:::::::\n");
	TELL(auth, PAM_TYPE_AUTH);
	TELL(later, PAM_TYPE_ACCOUNT);
	end();
}

/* pam_sm_acct_mgmt() of modules/pam_unix/pam_unix_acct.c */
static void
test_password_expiry(void **state)
{
	static const struct told_case cases[] = {
		{ "account required pam_unix.so\n", "alice", "closed", "for too long" },
		{ "account required pam_unix.so no_pass_expiry\n", "alice", "open",
			NULL },
		{ UNIX "account required pam_unix.so no_pass_expiry\n", "alice",
			"unknown", "took a password" },
		{ "account required pam_unix.so no_pass_expiry\n", "eve", "closed",
			"the account has expired" },
		{ "account [new_authtok_reqd=die default=ok] pam_unix.so\n", "bob",
			"open", NULL },
	};
	(void)state;
	begin();
	kind_host_put(&made, "/etc/shadow",
		"alice:$1$a:1:0:10:7:5::\nbob:$1$a:0:0:10:7:5::\n"
		"eve:$1$a:19000:0:99999:7::1:\n");
	TELL(cases, PAM_TYPE_ACCOUNT);
	end();
}

/* nullok and nullresetok: _unix_blankpasswd() of modules/pam_unix/support.c */
static void
test_empty_passwords(void **state)
{
	static const struct told_case cases[] = {
		{ UNIX, "bob", "closed", "empty" },
		{ "auth required pam_unix.so nullok\n", "bob", "open", NULL },
		{ "auth required pam_unix.so nullok_secure\n", "bob", "unknown",
			"nullok_secure" },
		{ "auth required pam_unix.so nullresetok\n", "bob", "closed", "empty" },
		{ "auth required pam_unix.so nullresetok\n", "eve", "open", NULL },
	};
	(void)state;
	begin();
	kind_host_put(&made, "/etc/shadow", "bob::19000::::::\neve::0::::::\n");
	TELL(cases, PAM_TYPE_AUTH);
	end();
}

static void
test_files(void **state)
{
	static const struct told_case cases[] = {
		/* perform_check() of modules/pam_nologin/pam_nologin.c */
		{ "auth required pam_nologin.so successok\n", "alice", "open", NULL },
		{ "auth required pam_nologin.so\n", "alice", "closed", "no module" },
		{ UNIX "auth required pam_nologin.so file=/none file=/etc/hi\n", "alice",
			"closed", "nologin" },
		{ UNIX "auth required pam_nologin.so file=/etc/pam.d\n", "root", "closed",
			"folder" },
		{ UNIX "auth required pam_nologin.so file=hi\n", "alice", "unknown",
			NULL },
		/* modules/pam_faillock/pam_faillock.c, args_parse() */
		{ UNIX "auth required pam_faillock.so preauth\n", "alice", "open", NULL },
		{ UNIX "auth required pam_faillock.so conf=/none\n", "root", "closed",
			"configuration" },
		{ UNIX "auth required pam_faillock.so conf=/etc/hi\n", "root", "open",
			NULL },
		{ UNIX "auth required pam_faillock.so dir=/etc/hi\n", "root", "unknown",
			"folder" },
		{ UNIX "auth required pam_faillock.so conf=/etc/dir\n", "root", "unknown",
			"folder" },
		/* securetty_perform_check() of modules/pam_securetty/pam_securetty.c */
		{ "auth required pam_securetty.so noconsole\n", "root", "closed",
			"does not name" },
		{ "auth required pam_securetty.so\n", "root", "unknown",
			"does not name" },
	};
	(void)state;
	begin();
	kind_host_put(&made, "/etc/hi", "\n");
	kind_host_put(&made, "/etc/dir", " dir=/x\n");
	kind_host_put(&made, "/etc/securetty", "tty1\r\ntty2\n");
	scratch_text("/etc/pam.d/x", "");
	TELL(cases, PAM_TYPE_AUTH);
	kind_host_put(&made, "/etc/securetty", "tty2\ntty1");
	told("auth required pam_securetty.so noconsole\n", "root", PAM_TYPE_AUTH, "open",
		NULL);
	end();
}

/* perform_check() of modules/pam_wheel/pam_wheel.c */
static void
test_wheel(void **state)
{
	static const struct told_case cases[] = {
		{ UNIX "auth required pam_wheel.so\n", "alice", "closed", "not in" },
		{ UNIX "auth required pam_wheel.so group=none\n", "alice", "closed",
			"no such" },
		{ UNIX "auth required pam_wheel.so deny group=none\n", "alice", "open",
			NULL },
		{ UNIX "auth required pam_wheel.so group=none group=staff\n", "alice",
			"open", NULL },
		{ UNIX "auth [perm_denied=ignore default=bad] pam_wheel.so\n", "alice",
			"open", NULL },
		{ "auth sufficient pam_wheel.so deny trust\nauth required pam_deny.so\n",
			"alice", "open", NULL },
	};
	const struct principal bob = { .name = (char *)"bob", .uid = 1001, .gid = 1001 };
	(void)state;
	begin();
	caller = &bob;
	TELL(cases, PAM_TYPE_AUTH);
	kind_host_put(&made, "/etc/nsswitch.conf", "group: files ldap\n");
	told(UNIX "auth required pam_wheel.so deny\n", "alice", PAM_TYPE_AUTH, "unknown",
		"another source");
	caller = NULL;
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_phases),
		cmocka_unit_test(test_issue),
		cmocka_unit_test(test_first_pass),
		cmocka_unit_test(test_localuser),
		cmocka_unit_test(test_short_shadow),
		cmocka_unit_test(test_password_expiry),
		cmocka_unit_test(test_empty_passwords),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_wheel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
