/* Users and groups of a root. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/account.h"
#include "base/memory.h"
#include "base/nss.h"
#include "base/principals.h"

struct made {
	struct host *below, *host;
};

static void
make(struct made *made)
{
	struct error err = ERROR_INIT;
	made->below = host_open("/nonexistent", &err);
	assert_null(made->below);
	error_clear(&err);
	made->below = host_open("/var/empty", NULL);
	if (made->below == NULL)
		made->below = host_open("/sys", NULL);
	assert_non_null(made->below);
	made->host = host_layer(made->below);
}

static void
put(struct made *made, const char *path, const char *text)
{
	host_put(made->host, path, BYTES_TEXT(text));
}

static void
end(struct made *made)
{
	host_free(made->host);
	host_free(made->below);
}

static void
test_groups(void **state)
{
	struct made made;
	struct principals principals;
	gid_t gid;
	size_t count;
	(void)state;
	make(&made);
	put(&made, "/etc/passwd",
		"root:x:0:0::/root:/bin/bash\n"
		"# a comment\n"
		"broken line\n"
		"bob:x:1000:50::/:/bin/sh\n"
		"bob:x:1001:0::/:/bin/sh\n"
		"eve:*:1002:1002::/:/usr/sbin/nologin\n"
		"zed:x:1003:1003::/:/bin/sh");
	put(&made, "/etc/group",
		"root:x:0:eve\nstaff:x:50:zed\ntwin:x:50:eve\nwheel:x:10:\n");
	principals_read(made.host, &principals);
	assert_int_equal(principals.user_count, 5);
	assert_true(principals.users_complete);
	const struct principal *bob = principals_user(&principals, "bob");
	assert_non_null(bob);
	assert_int_equal(bob->uid, 1000); /* the first entry of the name */
	assert_null(principals_user(&principals, "Bob"));
	assert_true(principals_in_group(&principals, bob, "staff"));
	assert_true(principals_in_group(&principals, bob, "twin")); /* by the gid */
	assert_false(principals_in_group(&principals, bob, "root"));
	const struct principal *eve = principals_user(&principals, "eve");
	assert_true(principals_in_group(&principals, eve, "staff"));
	assert_true(eve->locked && eve->no_shell);
	assert_false(principals_in_group(&principals, eve, "nosuch"));
	assert_true(principals_group(&principals, "wheel", &gid) && gid == 10);
	principals_members(&principals, 50, &count);
	assert_int_equal(count, 2);
	principals_members(&principals, 10, &count);
	assert_int_equal(count, 0);
	principals_free(&principals);
	end(&made);
}

static void
test_shadow(void **state)
{
	struct made made;
	struct principals principals;
	(void)state;
	make(&made);
	put(&made, "/etc/passwd",
		"root:x:0:0::/:/bin/sh\nsync:x:5:0::/:/bin/sync\nold:x:6:6::/:/bin/sh\n"
		"none:x:7:7::/:/bin/sh\n"
		/* passwords here, where shadow has no say: passverify.c, get_pwd_hash */
		"here:$y$hash:8:8::/:/bin/sh\nopen::9:9::/:/bin/sh\n"
		"shut:!:10:10::/:/bin/sh\nnamed:##named:11:11::/:/bin/sh\n");
	put(&made, "/etc/shadow",
		"root:$y$hash:1::::::\nsync:*:1::::::\nold:!!:1::::::\n"
		"here:!:1::::::\nnamed:!:1::::::\n");
	principals_read(made.host, &principals);
	assert_false(principals_user(&principals, "root")->locked);
	assert_true(principals_user(&principals, "sync")->locked);
	assert_true(principals_user(&principals, "sync")->no_shell);
	assert_true(principals_user(&principals, "old")->locked);
	assert_true(principals_user(&principals, "none")->locked);
	assert_false(principals_user(&principals, "here")->locked);
	assert_false(principals_user(&principals, "open")->locked);
	assert_true(principals_user(&principals, "shut")->locked);
	assert_true(principals_user(&principals, "named")->locked);
	principals_free(&principals);
	end(&made);
}

/* Of a name that is there twice the first entry counts, wherever in the file. */
static void
test_twins(void **state)
{
	(void)state;
	for (int more = 0; more < 8; more++) {
		struct made made;
		struct principals principals;
		gid_t gid = 0;
		autobuffer struct buffer group = { 0 };
		buffer_text(&group, "root:x:0:\nwheel:x:60:alice\nwheel:x:61:bob\n");
		for (int i = 0; i < more; i++)
			buffer_printf(
				&group, "%c%d:x:%d:\n", i % 2 ? 'a' : 'z', i, 900 + i);
		make(&made);
		put(&made, "/etc/group", group.data);
		principals_read(made.host, &principals);
		assert_true(principals_group(&principals, "wheel", &gid));
		assert_int_equal(gid, 60);
		principals_free(&principals);
		end(&made);
	}
}

/* Where another source of passwords may have one, an account is not taken for locked. */
static void
test_shadow_sources(void **state)
{
	static const struct {
		const char *sources;
		bool marked, missing; /* whether these are locked */
	} cases[] = {
		{ "files", true, true },
		{ "files systemd", true, true },
		{ "files ldap", true, false },
		{ "ldap files", false, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct made made;
		struct principals principals;
		struct account account;
		autofree char *text = memory_printf("shadow: %s\n", cases[i].sources);
		make(&made);
		put(&made, "/etc/nsswitch.conf", text);
		put(&made, "/etc/passwd", "bob:x:1:1::/:/bin/sh\neve:x:2:2::/:/bin/sh\n");
		put(&made, "/etc/shadow", "bob:!:1::::::\n");
		principals_read(made.host, &principals);
		const struct principal *bob = principals_user(&principals, "bob"),
				       *eve = principals_user(&principals, "eve");
		assert_int_equal(bob->locked, cases[i].marked);
		assert_int_equal(eve->locked, cases[i].missing);
		account_read(&principals, bob, 20000, &account);
		assert_int_equal(account.password,
			cases[i].marked ? ACCOUNT_PASSWORD_LOCKED
					: ACCOUNT_PASSWORD_UNKNOWN);
		account_free(&account);
		account_read(&principals, eve, 20000, &account);
		assert_int_equal(account.password,
			cases[i].missing ? ACCOUNT_PASSWORD_LOCKED
					 : ACCOUNT_PASSWORD_UNKNOWN);
		account_free(&account);
		principals_free(&principals);
		end(&made);
	}
}

static void
test_sources(void **state)
{
	struct made made;
	struct principals principals;
	(void)state;
	make(&made);
	put(&made, "/etc/passwd", "root:x:0:0::/:/bin/sh\n+::::::\n");
	put(&made, "/etc/nsswitch.conf",
		"# sss\npasswd: files [!UNAVAIL=return] systemd # sss\ngroup:files sss\n"
		"services : db files\n");
	principals_read(made.host, &principals);
	assert_int_equal(principals.user_count, 1);
	assert_false(principals.users_complete); /* the NIS entry */
	assert_false(principals.groups_complete);
	principals_free(&principals);
	assert_true(nss_files_only(made.host, "passwd"));
	assert_true(nss_files_only(made.host, "services"));
	assert_true(nss_files_only(made.host, "rpc"));
	end(&made);
}

static bool
files_only(const char *sources, const char *path)
{
	struct made made;
	make(&made);
	autofree char *text = memory_printf("passwd: %s\n", sources);
	put(&made, "/etc/nsswitch.conf", text);
	put(&made, "/lib64/libc.so.6", "");
	put(&made, "/usr/sbin/sshd", "");
	if (path != NULL)
		put(&made, path, "libnss_sss.so.2");
	bool only = nss_files_only(made.host, "passwd");
	end(&made);
	return only;
}

/* A source that has nothing adds nothing; one that may have something does. */
static void
test_empty_sources(void **state)
{
	(void)state;
	assert_true(files_only("files systemd", NULL));
	assert_false(files_only("files systemd", "/etc/userdb/eve.user"));
	assert_false(files_only("files systemd", "/run/userdb/eve.user"));
	assert_true(files_only("files altfiles", NULL));
	assert_false(files_only("files altfiles", "/usr/lib/passwd"));
	assert_true(files_only("db files", NULL));
	assert_false(files_only("db files", "/var/db/passwd.db"));
	assert_true(files_only("files sss", NULL)); /* its module is not installed */
	assert_false(files_only("files foo", "/lib64/libnss_foo.so.2"));
	assert_false(
		files_only("files foo", "/usr/lib/x86_64-linux-gnu/libnss_foo.so.2"));
	assert_false(files_only("files sss", "/etc/ld.so.cache"));
	assert_false(files_only("files [!NOTFOUND=return] *", NULL));
	assert_false(files_only("files ../x", NULL));
}

/* The module of sssd knows nobody without its daemon, which may be a container's host's.
 */
static void
test_sssd(void **state)
{
	static const struct {
		const char *path;
		bool files_only;
	} cases[] = {
		{ "/usr/sbin/sshd", true }, { "/usr/sbin/sssd", false },
		{ "/usr/libexec/sssd/sssd_nss", false },
		{ "/var/lib/sss/pipes/nss", false }, { "/var/lib/sss/mc/passwd", false },
		{ "/srv/file", false }, /* no programs: a copy of some files */
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct made made;
		make(&made);
		put(&made, "/etc/nsswitch.conf", "passwd: files sss\n");
		put(&made, "/lib64/libc.so.6", "");
		put(&made, "/lib64/libnss_sss.so.2", "");
		if (strncmp(cases[i].path, "/srv", 4) != 0)
			put(&made, "/usr/sbin/sshd", "");
		put(&made, cases[i].path, "");
		assert_int_equal(
			nss_files_only(made.host, "passwd"), cases[i].files_only);
		end(&made);
	}
}

/* An entry longer than the reader's first buffer, and many users. */
static void
test_large(void **state)
{
	struct made made;
	struct principals principals;
	autobuffer struct buffer passwd = { 0 }, group = { 0 };
	(void)state;
	make(&made);
	buffer_text(&group, "big:x:9:");
	for (int i = 0; i < 20000; i++) {
		buffer_printf(&passwd, "user%d:x:%d:100::/home:/bin/sh\n", i, i + 1000);
		buffer_printf(&group, "%suser%d", i > 0 ? "," : "", i);
	}
	buffer_text(&group, "\nlast:x:10:user7\n");
	put(&made, "/etc/passwd", passwd.data);
	put(&made, "/etc/group", group.data);
	principals_read(made.host, &principals);
	assert_int_equal(principals.user_count, 20000);
	const struct principal *user = principals_user(&principals, "user19999");
	assert_true(principals_in_group(&principals, user, "big"));
	assert_false(principals_in_group(&principals, user, "last"));
	principals_free(&principals);
	end(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_shadow),
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_shadow_sources),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_empty_sources),
		cmocka_unit_test(test_sssd),
		cmocka_unit_test(test_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
