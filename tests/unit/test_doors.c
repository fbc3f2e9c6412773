/* Where sshd listens, and which ways in are asked about. */
#include "tests/unit/kind_host.h"

#include "policy/doors/doors.h"
#include "policy/doors/ports.h"

/* Whether what listens by NEW serves all that listens by OLD. */
static void
served(const char *old, const char *new, bool want)
{
	struct kind_host made;
	struct sshd_config configs[2];
	struct name_list ports[2];
	kind_host_open(&made, NULL, "openssh", "9.2p1");
	for (size_t i = 0; i < 2; i++) {
		kind_host_put(&made, "/etc/ssh/sshd_config", i == 0 ? old : new);
		sshd_config_load(
			&made.context, 902, false, SSHD_CONFIG_BYTES_MAX, &configs[i]);
		doors_ports(&configs[i], &ports[i]);
	}
	bool have = true;
	for (size_t i = 0; i < ports[0].count; i++)
		have = have && doors_ports_serve(&ports[1], ports[0].names[i]);
	if (have != want)
		print_message("%s -> %s\n", old, new);
	assert_int_equal(have, want);
	for (size_t i = 0; i < 2; i++) {
		name_list_free(&ports[i]);
		sshd_config_free(&configs[i]);
	}
	kind_host_close(&made);
}

static void
test_ports(void **state)
{
	(void)state;
	served("", "Port 22\n", true);
	served("", "Port 2222\n", false);
	served("", "Port 2222\nPort 22\n", true);
	served("Port 2222\n", "Port 22\nPort 2222\n", true);
	served("", "ListenAddress 10.0.0.1\n", false);
	served("ListenAddress 10.0.0.1\n", "", true);
	served("ListenAddress 10.0.0.1\n", "ListenAddress 10.0.0.1:2222\n", false);
	served("ListenAddress 10.0.0.1:22\n", "ListenAddress 10.0.0.1\n", true);
	served("ListenAddress 10.0.0.1\n", "ListenAddress 0.0.0.0\n", true);
	served("ListenAddress ::1\n", "ListenAddress 0.0.0.0\n", false);
	served("ListenAddress [::1]:22\n", "ListenAddress ::\n", true);
	served("", "ListenAddress 0.0.0.0\nListenAddress ::\n", true);
	served("", "ListenAddress 0.0.0.0\n", false);
	served("", "AddressFamily inet\n", false);
	served("AddressFamily inet\n", "", true);
	served("AddressFamily inet\n", "ListenAddress 0.0.0.0\n", true);
	served("ListenAddress ::1\n", "AddressFamily inet\nListenAddress ::1\n", false);
	served("ListenAddress 10.0.0.1\n",
		"AddressFamily inet6\nListenAddress 10.0.0.1\n", false);
	served("ListenAddress 10.0.0.1\n", "AddressFamily inet\nListenAddress 10.0.0.1\n",
		true);
}

static const struct door *
find(const struct doors *doors, const char *name, const char *from)
{
	for (size_t i = 0; i < doors->count; i++)
		if (strcmp(doors->items[i].name, name) == 0 &&
			strcmp(doors->items[i].from, from) == 0)
			return &doors->items[i];
	return NULL;
}

/* Administrators by uid, group and sudoers; who is logged in; addresses of Match and
 * AllowUsers. */
static void
test_scope(void **state)
{
	struct kind_host made;
	struct doors_scope scope;
	struct doors doors;
	struct session logins[] = {
		{ (char *)"dora", (char *)"pts/0", (char *)"203.0.113.9", (char *)"sshd",
			1 },
		{ (char *)"ldap", (char *)"tty3", (char *)"", (char *)"login", 1 },
	};
	const struct sessions sessions = { logins, 2 };
	(void)state;
	kind_host_open(&made, NULL, "openssh", "9.2p1");
	kind_host_put(&made, "/etc/passwd",
		"root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\n"
		"alice:x:1000:1000::/home/alice:/bin/sh\n"
		"bob:x:1001:1001::/home/bob:/bin/sh\n"
		"carl:x:1002:1002::/home/carl:/usr/sbin/nologin\n"
		"dora:x:1003:1003::/home/dora:/bin/sh\n"
		"eve:x:1004:1004::/home/eve:/bin/sh\n");
	kind_host_put(&made, "/etc/group", "wheel:x:10:alice,carl\n");
	kind_host_put(&made, "/etc/sudoers", "bob ALL=NOPASSWD: ALL\n");
	kind_host_put(&made, "/etc/pam.d/cron", "account required pam_permit.so\n");
	kind_host_put(&made, "/etc/pam.d/sudo", "account required pam_permit.so\n");
	kind_host_put(&made, "/etc/ssh/sshd_config",
		"AllowUsers *@10.* dora@172.16.0.0/12 dora\n"
		"Match Address 198.51.100.0/24\nPasswordAuthentication no\n");
	doors_scope_open(&made.context, &made.context, &sessions, &scope);
	assert_true(doors_is_admin(&scope, "root"));
	assert_true(doors_is_admin(&scope, "toor"));
	assert_true(doors_is_admin(&scope, "alice"));
	assert_true(doors_is_admin(&scope, "bob"));
	assert_false(doors_is_admin(&scope, "carl"));
	assert_false(doors_is_admin(&scope, "dora"));
	assert_false(doors_is_admin(&scope, "eve"));
	doors_ask(&made.context, &scope, &doors);
	assert_int_equal(find(&doors, "ssh:alice", "anywhere")->passage, PASSAGE_CLOSED);
	assert_int_not_equal(
		find(&doors, "ssh:alice", "10.1.1.1")->passage, PASSAGE_CLOSED);
	assert_non_null(find(&doors, "ssh:alice", "172.16.0.0"));
	bool matched = false;
	for (size_t i = 0; i < scope.address_count; i++)
		matched = matched || strncmp(scope.addresses[i], "198.51.100.", 11) == 0;
	assert_true(matched);
	/* who is no administrator is asked about where he is */
	assert_null(find(&doors, "ssh:dora", "anywhere"));
	assert_true(find(&doors, "ssh:dora", "203.0.113.9")->is_used);
	assert_null(find(&doors, "ssh:eve", "anywhere"));
	assert_null(find(&doors, "console:eve", "tty1"));
	assert_non_null(find(&doors, "console:alice", "tty1"));
	assert_true(find(&doors, "console:ldap", "tty3")->is_used);
	assert_false(find(&doors, "console:alice", "tty1")->is_pseudo);
	assert_true(find(&doors, "pts:alice", "pts/0")->is_pseudo);
	assert_null(find(&doors, "pts:dora", "pts/0"));
	assert_non_null(find(&doors, "console:others", "tty1"));
	assert_int_equal(find(&doors, "sudo:bob", "")->passage, PASSAGE_OPEN);
	assert_int_equal(find(&doors, "sudo:alice", "")->passage, PASSAGE_CLOSED);
	assert_null(find(&doors, "sudo:toor", ""));
	assert_non_null(find(&doors, "su:alice", ""));
	assert_int_equal(find(&doors, "cron:alice", "")->passage, PASSAGE_OPEN);
	assert_int_equal(find(&doors, "cron:others", "")->passage, PASSAGE_OPEN);
	/* whom etc/passwd does not know is not known */
	assert_int_equal(find(&doors, "cron:ldap", "")->passage, PASSAGE_UNKNOWN);
	assert_int_equal(find(&doors, "port:22", "every address")->passage, PASSAGE_OPEN);
	doors_free(&doors);
	doors_scope_free(&scope);
	kind_host_close(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_scope),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
