/* What the real sshd and rsyslogd say to files before they are changed. */
#include "daemons_host.h"

#include <linux/capability.h>
#include <sys/syscall.h>

#include "enforcer/daemon.h"

static int
validate(void)
{
	buffer_free(&notes);
	return daemons_validate("/", true, &made, collect_note, NULL, &failure);
}

static int
set_up(void **state)
{
	(void)state;
	start_over();
	put_text("/etc/ssh/sshd_config", SSHD_CONFIG);
	put_text("/etc/rsyslog.conf", "*.* /var/log/all\n");
	return 0;
}

static void
test_good(void **state)
{
	(void)state;
	add_change(CHANGE_REPLACE, "/etc/ssh/sshd_config",
		"HostKey /etc/ssh/key\nPermitRootLogin no\n");
	assert_int_equal(validate(), 0);
	assert_string_equal(notes.data, "/etc/ssh/sshd_config: validated by sshd -t\n");
	autofree char *now = get_text("/etc/ssh/sshd_config");
	assert_string_equal(now, SSHD_CONFIG);
}

static void
test_bad(void **state)
{
	(void)state;
	add_change(CHANGE_REPLACE, "/etc/ssh/sshd_config",
		"HostKey /etc/ssh/key\nPermitRotLogin no\n");
	assert_int_equal(validate(), -1);
	assert_string_equal(failure.text,
		"sshd refuses the change: /etc/ssh/sshd_config: line 2: "
		"Bad configuration option: PermitRotLogin");
	autofree char *now = get_text("/etc/ssh/sshd_config");
	assert_string_equal(now, SSHD_CONFIG);
}

static void
test_bad_before(void **state)
{
	(void)state;
	put_text("/etc/ssh/sshd_config", "HostKey /etc/ssh/key\nNonsense yes\n");
	add_change(CHANGE_REPLACE, "/etc/ssh/sshd_config",
		"HostKey /etc/ssh/key\nPermitRootLogin no\nNonsense yes\n");
	assert_int_equal(validate(), 0);
	assert_says(notes.data,
		"not validated by the daemon (sshd refuses the present files too: "
		"/etc/ssh/sshd_config: line 2: Bad configuration option: Nonsense)");
}

/* Judged in its context: the main file includes it. */
static void
test_created(void **state)
{
	(void)state;
	add_change(
		CHANGE_CREATE, "/etc/ssh/sshd_config.d/a.conf", "PermitRootLogin no\n");
	assert_int_equal(validate(), 0);
	assert_string_equal(
		notes.data, "/etc/ssh/sshd_config.d/a.conf: validated by sshd -t\n");
	start_over();
	add_change(
		CHANGE_CREATE, "/etc/ssh/sshd_config.d/a.conf", "PermitRootLogin nay\n");
	assert_int_equal(validate(), -1);
	assert_says(failure.text, "a.conf line 1: unsupported option \"nay\"");
	assert_int_equal(access("/etc/ssh/sshd_config.d/a.conf", F_OK), -1);
}

static void
test_removed(void **state)
{
	(void)state;
	put_text("/etc/ssh/sshd_config",
		"Include /etc/ssh/sshd_config.d/*.conf\n"
		"HostKey /etc/ssh/key\nSubsystem sftp /a\n");
	put_text("/etc/ssh/sshd_config.d/b.conf", "Subsystem sftp /b\n");
	/* twice the same subsystem is an error; without the drop-in it is none */
	add_change(CHANGE_REMOVE, "/etc/ssh/sshd_config.d/b.conf", NULL);
	assert_int_equal(validate(), 0);
	assert_string_equal(
		notes.data, "/etc/ssh/sshd_config.d/b.conf: validated by sshd -t\n");
	assert_int_equal(access("/etc/ssh/sshd_config.d/b.conf", F_OK), 0);
	/* and the other way round: what the rest needs is removed */
	start_over();
	put_text("/etc/rsyslog.conf",
		"include(file=\"/etc/rsyslog.d/need.conf\")\n"
		"*.* /var/log/all\n");
	put_text("/etc/rsyslog.d/need.conf", "mail.* /var/log/mail\n");
	add_change(CHANGE_REMOVE, "/etc/rsyslog.d/need.conf", NULL);
	assert_int_equal(validate(), -1);
	assert_says(failure.text, "need.conf");
	unlink("/etc/ssh/sshd_config.d/b.conf");
	unlink("/etc/rsyslog.d/need.conf");
}

/* All in one: an include that is added with the file that it includes. */
static void
test_together(void **state)
{
	(void)state;
	put_text("/etc/ssh/sshd_config.d/old.conf", "PermitRootLogin nay\n");
	put_text("/etc/ssh/sshd_config", "HostKey /etc/ssh/key\n");
	add_change(CHANGE_REPLACE, "/etc/ssh/sshd_config", SSHD_CONFIG);
	add_change(
		CHANGE_CREATE, "/etc/ssh/sshd_config.d/a.conf", "PermitRootLogin no\n");
	add_change(CHANGE_REPLACE, "/etc/rsyslog.conf", "*.* /var/log/other\n");
	assert_int_equal(validate(), -1);
	add_change(CHANGE_REMOVE, "/etc/ssh/sshd_config.d/old.conf", NULL);
	error_clear(&failure);
	assert_int_equal(validate(), 0);
	assert_says(notes.data, "/etc/ssh/sshd_config: validated by sshd -t\n");
	assert_says(notes.data, "/etc/rsyslog.conf: validated by rsyslogd -N1\n");
	unlink("/etc/ssh/sshd_config.d/old.conf");
}

static void
test_rsyslog(void **state)
{
	(void)state;
	add_change(CHANGE_REPLACE, "/etc/rsyslog.conf", "*.* action(type=\"nosuch\")\n");
	assert_int_equal(validate(), -1);
	assert_says(failure.text, "rsyslogd refuses the change: rsyslogd: ");
	assert_says(failure.text, "nosuch");
}

/* What a stack names newly is loaded before. */
static void
test_modules(void **state)
{
	(void)state;
	add_change(CHANGE_REPLACE, "/etc/pam.d/login",
		"# account required pam_no.so\naccount required pam_permit.so\n");
	assert_int_equal(validate(), 0);
	assert_string_equal(
		notes.data, "/etc/pam.d/login: validated by loading pam_permit.so\n");
	start_over();
	add_change(CHANGE_REPLACE, "/etc/pam.d/login",
		"account required pam_permit.so\nauth required pam_deny.so\n");
	add_change(CHANGE_REPLACE, "/etc/security/access.conf", "-:ALL:LOCAL\n");
	assert_int_equal(validate(), 0);
	assert_says(notes.data,
		"/etc/pam.d/login: validated by loading pam_permit.so, pam_deny.so\n");
	assert_says(notes.data, "/etc/security/access.conf: not validated");
	start_over();
	add_change(CHANGE_REPLACE, "/etc/pam.d/login",
		"account required pam_permit.so\naccount required pam_no_such.so\n");
	assert_int_equal(validate(), -1);
	assert_says(failure.text,
		"PAM refuses the change: pam_no_such.so can't be "
		"loaded: ");
	assert_says(failure.text, "No such file");
	/* a file that is there and no module */
	start_over();
	put_text("/etc/no.so", "nothing");
	add_change(CHANGE_REPLACE, "/etc/pam.d/login", "account required /etc/no.so\n");
	assert_int_equal(validate(), -1);
	assert_says(failure.text, "/etc/no.so can't be loaded: ");
	/* one that was named before is nobody's business */
	start_over();
	add_change(CHANGE_REPLACE, "/etc/pam.d/login", "account required pam_no.so x\n");
	made.items[0].old_data = memory_text("account required pam_no.so\n");
	made.items[0].old_size = strlen(made.items[0].old_data);
	assert_int_equal(validate(), 0);
	assert_says(notes.data, "PAM has no check mode");
	free(made.items[0].old_data);
	made.items[0].old_data = NULL;
	unlink("/etc/no.so");
}

/* A service's directory in /run is there only while it runs. */
static void
test_run_directory(void **state)
{
	(void)state;
	assert_int_equal(access("/run/sshd", F_OK), -1);
	add_change(CHANGE_REPLACE, "/etc/ssh/sshd_config", "HostKey /etc/ssh/key\n");
	assert_int_equal(validate(), 0);
	assert_says(notes.data, "validated by sshd -t");
	assert_int_equal(access("/run/sshd", F_OK), -1);
}

static void
test_unjudged(void **state)
{
	(void)state;
	add_change(CHANGE_REPLACE, "/etc/xinetd.conf", "defaults\n{\n}\n");
	add_change(CHANGE_CREATE, "/etc/motd\033[31m", "hello\n");
	assert_int_equal(validate(), 0);
	assert_string_equal(notes.data,
		"/etc/xinetd.conf: not validated by the daemon "
		"(xinetd has no check mode)\n"
		"/etc/motd\\x1b[31m: not validated by the daemon "
		"(no daemon is known to read it)\n");
	/* of another root no program is run, whatever the file says */
	start_over();
	add_change(CHANGE_REPLACE, "/etc/ssh/sshd_config", "Nonsense\n");
	assert_int_equal(
		daemons_validate("/srv/a", false, &made, collect_note, NULL, &failure),
		0);
	assert_string_equal(notes.data,
		"/etc/ssh/sshd_config: not validated by the daemon "
		"(/srv/a is not the running system)\n");
}

/* Files that a daemon reads by a link or an include, wherever they are. */
static void
test_reach(void **state)
{
	(void)state;
	put_text("/run/main", "HostKey /etc/ssh/key\nInclude more/*.conf /run/deep\n");
	put_text("/run/deep", "Include /run/deeper\n");
	unlink("/etc/ssh/sshd_config");
	assert_int_equal(symlink("/run/main", "/etc/ssh/sshd_config"), 0);
	add_change(CHANGE_REPLACE, "/run/main", "");
	add_change(CHANGE_REPLACE, "/run/deeper", "");
	add_change(CHANGE_CREATE, "/etc/ssh/more/x.conf", "");
	add_change(CHANGE_CREATE, "/etc/ssh/more/x.other", "");
	struct changes its = daemon_changes(&DAEMONS[0], &made, true);
	assert_string_equal(DAEMONS[0].name, "sshd");
	assert_int_equal(its.count, 3);
	assert_string_equal(its.items[2].file, "/etc/ssh/more/x.conf");
	free(its.items);
	its = daemon_changes(&DAEMONS[0], &made, false);
	assert_int_equal(its.count, 0);
	free(its.items);
	unlink("/etc/ssh/sshd_config");
}

/* Each row: its files, and what is near them and not read. */
static void
test_table(void **state)
{
	static const struct {
		const char *file, *daemon;
	} CASES[] = {
		{ "/etc/ssh/sshd_config", "sshd" },
		{ "/etc/ssh/sshd_config.d/50.conf", "sshd" },
		{ "/etc/ssh/sshd_config.d/a/b", NULL },
		{ "/etc/ssh/ssh_config", NULL },
		{ "/etc/xinetd.conf", "xinetd" },
		{ "/etc/xinetd.d/rsh", "xinetd" },
		{ "/etc/rsyslog.conf", "rsyslogd" },
		{ "/etc/rsyslog.d/a.conf", "rsyslogd" },
		{ "/etc/syslog.conf", "syslogd" },
		{ "/etc/syslog.d/a.conf", "syslogd" },
		{ "/etc/pam.d/login", "PAM" },
		{ "/etc/security/access.conf", "PAM" },
		{ "/srv/etc/xinetd.conf", NULL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
		start_over();
		add_change(CHANGE_REPLACE, CASES[i].file, "");
		for (size_t k = 0; k < DAEMONS_COUNT; k++) {
			struct changes its = daemon_changes(&DAEMONS[k], &made, false);
			bool wanted = CASES[i].daemon != NULL &&
				strcmp(CASES[i].daemon, DAEMONS[k].name) == 0;
			assert_int_equal(its.count, wanted);
			free(its.items);
		}
	}
}

static void
drop_privilege(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct sets[2];
	assert_int_equal(prctl(PR_CAPBSET_DROP, CAP_SYS_ADMIN), 0);
	assert_int_equal(syscall(SYS_capget, &header, sets), 0);
	sets[0].effective &= ~(1u << CAP_SYS_ADMIN);
	sets[0].permitted &= ~(1u << CAP_SYS_ADMIN);
	sets[0].inheritable &= ~(1u << CAP_SYS_ADMIN);
	assert_int_equal(syscall(SYS_capset, &header, sets), 0);
}

/* As in a container: the main file alone can still be judged. The last test, since the
 * privilege does not come back. */
static void
test_no_namespace(void **state)
{
	(void)state;
	drop_privilege();
	assert_int_equal(mkdir("/run/sshd", 0755), 0);
	add_change(CHANGE_REPLACE, "/etc/ssh/sshd_config",
		"HostKey /etc/ssh/key\nPermitRotLogin no\n");
	assert_int_equal(validate(), -1);
	assert_says(failure.text, "line 2: Bad configuration option: PermitRotLogin");
	start_over();
	add_change(CHANGE_REPLACE, "/etc/ssh/sshd_config", "HostKey /etc/ssh/key\n");
	assert_int_equal(validate(), 0);
	assert_string_equal(notes.data, "/etc/ssh/sshd_config: validated by sshd -t\n");
	start_over();
	add_change(CHANGE_CREATE, "/etc/ssh/sshd_config.d/a.conf", "Nonsense\n");
	assert_int_equal(validate(), 0);
	assert_says(notes.data,
		"not validated by the daemon (no private mount namespace: "
		"Operation not permitted)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_table, set_up),
		cmocka_unit_test_setup(test_good, set_up),
		cmocka_unit_test_setup(test_bad, set_up),
		cmocka_unit_test_setup(test_bad_before, set_up),
		cmocka_unit_test_setup(test_created, set_up),
		cmocka_unit_test_setup(test_removed, set_up),
		cmocka_unit_test_setup(test_together, set_up),
		cmocka_unit_test_setup(test_rsyslog, set_up),
		cmocka_unit_test_setup(test_modules, set_up),
		cmocka_unit_test_setup(test_run_directory, set_up),
		cmocka_unit_test_setup(test_unjudged, set_up),
		cmocka_unit_test_setup(test_reach, set_up),
		cmocka_unit_test_setup(test_no_namespace, set_up),
	};
	private_host();
	int status = cmocka_run_group_tests(tests, NULL, NULL);
	start_over();
	return status;
}
