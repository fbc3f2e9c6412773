/* Which keys sshd would take: lines, files, and who may write them. */
#include "tests/unit/scratch.h"

#include "policy/models/sshd/authorized_keys.h"

#define KEY                                                                              \
	"ssh-ed25519 "                                                                   \
	"AAAAC3NzaC1lZDI1NTE5AAAAIJP1aVMJGZ8mSLsXjDJ8uMKrscrAgbf/SO5oa2dN+cGf"
#define RSA                                                                              \
	"ssh-rsa "                                                                       \
	"AAAAB3NzaC1yc2EAAAADAQABAAAAgQDVSiZcKcKrhXRcUkRlIrLsBUUGH6ZYrTxPfM7j8DUuX80TwO" \
	"j"                                                                              \
	"c8lJHMb4vogzpTugy3tc0zICzQ4RHf9M8km2G76w+F1pSSrrLyUYT548wy19rdaigs38kLF+"       \
	"kIAuroiiHCB3KKH0gycH2NB0YpCoKCXIRChG4OYINgXIBeNRGkw=="

static const char *const answers[] = { "none", "unknown", "some" };

static struct authorized_keys_question question;

static void
judged(const char *line, const char *answer, const char *why)
{
	autobuffer struct buffer reason = { 0 };
	const char *have = answers[authorized_keys_judge(&question, line, &reason)];
	if (strcmp(have, answer) != 0)
		print_message("%s: %s\n", line, reason.data ? reason.data : "");
	assert_string_equal(have, answer);
	if (why != NULL)
		assert_non_null(strstr(reason.data, why));
}

static void
test_lines(void **state)
{
	(void)state;
	question = (struct authorized_keys_question){
		.version = 902, .rsa_bits = 1024, .today = 20000 /* 4 October 2024 */
	};
	judged(KEY " alice@home", "some", NULL);
	judged(KEY, "some", NULL);
	judged(RSA, "some", NULL);
	judged("no-pty,environment=\"A=\\\"b c\\\"\" " KEY, "some", NULL);
	judged("NO-PTY " KEY, "some", NULL);
	judged("command=\"/bin/false\",no-pty " KEY, "unknown", "/bin/false");
	judged("cert-authority " KEY, "unknown", "certificate");
	judged("bogus " KEY, "none", "bogus");
	judged("no-pty,, " KEY, "none", NULL);
	judged("no-pty=\"x\" " KEY, "none", NULL);
	judged("command=\"x", "none", "holds no key");
	judged("command=\"x " KEY, "none", "holds no key");
	judged("expiry-time=\"20241003\" " KEY, "none", "time is over");
	judged("expiry-time=\"20241004Z\" " KEY, "some", NULL);
	judged("expiry-time=\"2024\" " KEY, "none", NULL);
	judged("ssh-ed25519", "none", "damaged");
	judged("ssh-ed25519 AAAAB3NzaC1yc2EAAAADAQABAAAAgQ==", "none", "damaged");
	judged("ssh-ed25519 %%%%", "none", "damaged");
	judged("ssh-ed25519 /////w==", "none", "damaged");
	judged("ssh-whatever AAAA", "none", "no key");
	judged("ssh-ed25519-cert-v01@openssh.com AAAA", "none", "no key");
	judged("1024 35 1234", "none", NULL);
	question.rsa_bits = 2048;
	judged(RSA, "none", "2048");
	question.rsa_bits = 1024;
	question.algorithms = "rsa-sha2-256,ecdsa-sha2-nistp256";
	judged(RSA, "some", NULL);
	judged(KEY, "none", "no key of the type");
	question.algorithms = "ssh-ed25519";
	judged(RSA, "none", NULL);
	question.algorithms = NULL;
	question.version = 604;
	judged(KEY, "none", "no key of the type");
	judged("1024 35 1234", "unknown", "protocol 1");
}

static void
test_from(void **state)
{
	(void)state;
	question = (struct authorized_keys_question){ .version = 902, .today = 20000 };
	judged("from=\"10.0.0.0/8\" " KEY, "unknown", "from 10.0.0.0/8");
	question.address = "10.1.2.3";
	judged("from=\"10.0.0.0/8\" " KEY, "some", NULL);
	judged("from=\"!10.1.2.3,10.*\" " KEY, "none", NULL);
	judged("from=\"192.0.2.*\" " KEY, "none", NULL);
	judged("from=\"*.example.net\" " KEY, "unknown", NULL);
	judged("from=\"2001:db8::/32\" " KEY, "none", NULL);
}

/* What the files at PATHS say to a user whose home is /home/alice. */
static void
asked(const char *paths, bool strict, const char *answer, const char *why)
{
	struct host *host = host_open(scratch, NULL);
	struct principal user = { .name = (char *)"alice", .uid = getuid(), .gid = 77 };
	struct account account = { .home = (char *)"/home/alice" };
	struct authorized_keys keys;
	question = (struct authorized_keys_question){ .host = host,
		.user = &user,
		.account = &account,
		.version = 902,
		.files = paths,
		.strict = strict,
		.today = 20000 };
	authorized_keys_ask(&question, &keys);
	if (strcmp(answers[keys.answer], answer) != 0)
		print_message("%s: %s\n", paths, keys.reason ? keys.reason : "");
	assert_string_equal(answers[keys.answer], answer);
	if (why != NULL)
		assert_non_null(strstr(keys.reason, why));
	else
		assert_null(keys.reason);
	authorized_keys_free(&keys);
	host_free(host);
}

static void
set_mode(const char *name, mode_t mode)
{
	autofree char *path = scratch_path(name);
	assert_int_equal(chmod(path, mode), 0);
}

static void
test_files(void **state)
{
	static const char usual[] = ".ssh/authorized_keys .ssh/authorized_keys2";
	(void)state;
	scratch_make();
	asked(usual, true, "unknown", "/home/alice is not in this root");
	scratch_text("/home/alice/.profile", "");
	asked(usual, true, "none", "/home/alice/.ssh/authorized_keys is not there");
	scratch_text("/home/alice/.ssh/authorized_keys", "# none\n\n");
	asked(usual, true, "none", "holds no key");
	scratch_text("/home/alice/.ssh/authorized_keys2", "x\r\n" KEY "\r\n");
	asked(usual, true, "some", NULL);
	asked("none", true, "none", "AuthorizedKeysFile names no file");
	asked("%h/.ssh/authorized_keys2", true, "some", NULL);
	asked("/home/%u/.ssh/authorized_keys2", true, "some", NULL);
	asked("/home/%%u/.ssh/authorized_keys2", true, "none", "/home/%u/");
	scratch_text("/home/alice/.ssh/authorized_keys", "command=\"x\" " KEY "\n");
	asked(".ssh/authorized_keys", true, "unknown", "command");
	asked(usual, true, "some", NULL);
	scratch_remove();
}

static void
test_strict_modes(void **state)
{
	static const char *const above[] = { "/home/alice/.ssh/keys", "/home/alice/.ssh",
		"/home/alice" };
	(void)state;
	scratch_make();
	scratch_text("/home/alice/.ssh/keys", KEY "\n");
	for (size_t i = 0; i < sizeof above / sizeof *above; i++) {
		set_mode(above[i], i == 0 ? 0602 : 0702);
		asked(".ssh/keys", true, "none", "can be written by others");
		asked(".ssh/keys", false, "some", NULL);
		set_mode(above[i], i == 0 ? 0620 : 0720);
		asked(".ssh/keys", true, "none", "can be written by others");
		set_mode(above[i], i == 0 ? 0600 : 0700);
		asked(".ssh/keys", true, "some", NULL);
	}
	/* what is above the home does not count, unless the file lies elsewhere */
	set_mode("/home", 0777);
	asked(".ssh/keys", true, "some", NULL);
	scratch_text("/etc/keys/alice", KEY "\n");
	set_mode("/etc", 0777);
	asked("/etc/keys/%u", true, "none", "/etc can be written by others");
	set_mode("/etc", 0755);
	asked("/etc/keys/%u", true, "some", NULL);
	/* the target of a link counts */
	scratch_link("/home/alice/.ssh/link", "/var/keys");
	scratch_text("/var/keys", KEY "\n");
	asked(".ssh/link", true, "some", NULL);
	set_mode("/var", 0777);
	asked(".ssh/link", true, "none", "/var can be written by others");
	scratch_remove();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_from),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_strict_modes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
