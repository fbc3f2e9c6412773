/* What the comparison with sshd 9.2 (tests/oracle/sshd.py) found to be wrong once: a
 * small file each, and what that sshd answers for a user. */
#include "base/memory.h"
#include "policy/models/sshd_answer.h"
#include "tests/unit/scratch.h"

struct fixture {
	struct policy policy;
	struct context context;
	struct sshd_config config;
};

static void
load(struct fixture *fixture, const char *text)
{
	struct error err = ERROR_INIT;
	*fixture = (struct fixture){ 0 };
	scratch_make();
	scratch_text("/etc/ssh/sshd_config", text);
	scratch_text("/etc/services", "http 80/tcp www\nhttp 80/udp\ndns 53/udp\n");
	scratch_text(
		"/etc/passwd", "root:x:0:0::/root:/bin/sh\nalice:x:1:1::/a/:/bin/sh\n");
	scratch_text("/~/x", "MaxSessions 3\n");
	fixture->context.host = host_open(scratch, &err);
	fixture->context.parser = parser_new(HOLDFAST_LENSES, &err);
	fixture->context.policy = &fixture->policy;
	assert_non_null(fixture->context.host);
	assert_non_null(fixture->context.parser);
	sshd_config_load(
		&fixture->context, 902, true, SSHD_CONFIG_BYTES_MAX, &fixture->config);
}

static void
end(struct fixture *fixture)
{
	sshd_config_free(&fixture->config);
	parser_free(fixture->context.parser);
	host_free(fixture->context.host);
	scratch_remove();
}

static struct sshd_connection
connection(const char *user)
{
	return (struct sshd_connection){ { user, "users", "host", "10.0.0.1", "10.0.0.2",
		"80", "" } };
}

struct value_case {
	const char *name, *text;
	const char *keyword, *value; /* for user alice */
};

#define DEFAULT_KEYS                                                                     \
	"ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com,"     \
	"ecdsa-sha2-nistp384-cert-v01@openssh.com,"                                      \
	"ecdsa-sha2-nistp521-cert-v01@openssh.com,sk-ssh-ed25519-cert-v01@openssh.com,"  \
	"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com,"                                   \
	"rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com,"           \
	"ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,"       \
	"sk-ssh-ed25519@openssh.com,sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,"    \
	"rsa-sha2-256"

/* The functions named are of OpenSSH 9.2. */
static const struct value_case values[] = {
	{ "services(5) names ports (a2port)", "Port www\nPort ssh-x\nPort 22", "Port",
		NULL },
	{ "services(5) names ports (a2port)", "Port www\nPort +23\nPort \" 24\"", "Port",
		"80 23 24" },
	{ "services(5) names ports in Match (a2port)",
		"Match LocalPort http\nPermitTTY no", "PermitTTY", "no" },
	{ "a list of ciphers is checked up to an empty item (ciphers_valid)",
		"Ciphers aes128-ctr,,junk,aes256-ctr", "Ciphers",
		"aes128-ctr,aes256-ctr" },
	{ "what is added is taken up to an empty item (kex_names_cat)",
		"Ciphers +3des-cbc,,aes128-cbc", "Ciphers",
		"chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,"
		"aes128-gcm@openssh.com,aes256-gcm@openssh.com,3des-cbc" },
	{ "the name of a kind of keys is valid and means none (sshkey_type_from_name)",
		"HostKeyAlgorithms RSA,null,ssh-ed25519", "HostKeyAlgorithms",
		"ssh-ed25519" },
	{ "a CA does not sign with a certificate (sshkey_alg_list plain_only)",
		"CASignatureAlgorithms ssh-*", "CASignatureAlgorithms",
		"ssh-ed25519,ssh-dss,ssh-rsa" },
	{ "nothing left at the start is nothing set (kex_assemble_names)",
		"PubkeyAcceptedAlgorithms -*", "PubkeyAcceptedAlgorithms", DEFAULT_KEYS },
	{ "nothing left in a Match block is nothing (kex_assemble_names)",
		"Match User alice\nPubkeyAcceptedAlgorithms -*",
		"PubkeyAcceptedAlgorithms", "" },
	{ "a home is the one of who runs sshd (tilde_expand)",
		"AuthorizedKeysFile ~/k ~alice//k", "AuthorizedKeysFile",
		"/root/k /a/k" },
	{ "internal in any case (sSecurityKeyProvider)", "SecurityKeyProvider INTERNAL",
		"SecurityKeyProvider", "internal" },
	{ "none behind others is taken for one of them (sChannelTimeout)",
		"ChannelTimeout a=1 none", "ChannelTimeout", "a=1 none" },
	{ "0 is none, but does not win as none does (sUnusedConnectionTimeout)",
		"UnusedConnectionTimeout 5m\nUnusedConnectionTimeout 0",
		"UnusedConnectionTimeout", "300" },
	{ "an int takes the mask (sStreamLocalBindMask)",
		"StreamLocalBindMask 40000000177x", "StreamLocalBindMask", "0177" },
	{ "the second length is left to chance (sPerSourceNetBlockSize)",
		"PerSourceNetBlockSize 24", "PerSourceNetBlockSize", "24:?" },
	{ "INT_MAX is none (dump_config)", "PerSourceMaxStartups 2147483647",
		"PerSourceMaxStartups", "none" },
	{ "a number may be a letter alone (scan_scaled)", "RekeyLimit .K", "RekeyLimit",
		"0 0" },
	{ "a fraction is cut, not rounded (scan_scaled)", "RekeyLimit +1.999999K!",
		"RekeyLimit", "2047 0" },
	{ "an address in an old form (getaddrinfo)", "ListenAddress 0", "ListenAddress",
		"0.0.0.0:22" },
	{ "each address with each port (add_listen_addr)",
		"ListenAddress ::1\nPort 1\nListenAddress [127.1]:www\nPort 2",
		"ListenAddress", "[::1]:1 [::1]:2 127.0.0.1:80" },
	{ "the list of names is copied though the flag is not (COPY_MATCH_STRING_OPTS)",
		"PermitUserEnvironment yes\nMatch all\nPermitUserEnvironment A,B",
		"PermitUserEnvironment", "A,B" },
	{ "a list of names allows nothing by itself (do_setup_env in session.c)",
		"PermitUserEnvironment no\nMatch all\nPermitUserEnvironment A,B",
		"PermitUserEnvironment", "no" },
	{ "another name of it (keywords in Debian's servconf.c)", "GSSAPICleanupCreds no",
		"GSSAPICleanupCredentials", "no" },
	{ "what this sshd is built without may say anything (sUnsupported)",
		"KerberosGetAFSToken \"\" x\nGSSUseSessionCCache\t1\n"
		"GSSAPIUseSessionCredCache x\nPermitBlacklistedKeys x",
		"KerberosGetAFSToken", "no" },
	{ "one user with a blank in the name is not two (sDenyUsers)",
		"DenyUsers \"alice bob\"", "DenyUsers", "\"alice bob\"" },
	{ "a folder named ~ (glob without GLOB_TILDE)", "Include ~/x", "MaxSessions",
		"3" },
	{ "any in a block that does not hold (sAuthenticationMethods)",
		"Match User bob\nAuthenticationMethods publickey any any",
		"AuthenticationMethods", "any" },
	{ "a default as Debian builds it (revert-ipqos-defaults.patch)", "", "IPQoS",
		"lowdelay throughput" },
};

static void
test_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct fixture fixture;
		const struct sshd_connection alice = connection("alice");
		print_message("%s\n", values[i].name);
		load(&fixture, values[i].text);
		if (values[i].value == NULL) {
			assert_int_equal(fixture.config.problem_count, 1);
			end(&fixture);
			continue;
		}
		if (fixture.config.problem_count > 0)
			fail_msg("%s", fixture.config.problems[0].text);
		struct sshd_answer answer = sshd_answer_find(
			&fixture.config, sshd_keyword_number(values[i].keyword), &alice);
		assert_string_equal(answer.value, values[i].value);
		sshd_answer_free(&answer);
		end(&fixture);
	}
}

/* What sshd does not start with. */
static const struct {
	const char *name, *text;
} rejected[] = {
	{ "a form feed alone is a keyword (process_server_config_line_depth)", "\f\n" },
	{ "a form feed before a comment is too (load_server_config)", "\f# x\n" },
	{ "words behind an empty one (match_cfg_line)", "Match all \"\" x\n" },
	{ "permits behind an empty one (sPermitOpen)", "PermitOpen a:1 \"\" b:2\n" },
	{ "only kinds of keys (kex_assemble_names)", "HostKeyAlgorithms RSA\n" },
	{ "a negated algorithm (kex_assemble_names)",
		"HostKeyAlgorithms !ssh-rsa,ssh-*\n" },
	{ "no address (getaddrinfo)", "ListenAddress :22\n" },
	{ "nobody's home (tilde_expand)", "Banner ~nobody/x\n" },
	{ "no key (main in sshd.c)", "HostKey none\n" },
	{ "any behind others (sAuthenticationMethods)",
		"AuthenticationMethods publickey any\n" },
	{ "any in a block, behind others before it (sAuthenticationMethods)",
		"AuthenticationMethods publickey\nMatch User bob\n"
		"AuthenticationMethods any\n" },
	{ "udp is not tcp (a2port)", "Port dns\n" },
};

static void
test_rejected(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rejected / sizeof *rejected; i++) {
		struct fixture fixture;
		print_message("%s\n", rejected[i].name);
		load(&fixture, rejected[i].text);
		assert_int_equal(fixture.config.problem_count, 1);
		assert_false(fixture.config.problems[0].unknown);
		end(&fixture);
	}
}

/* sshd starts, and ends the connections of alice. */
static const char *const refusing[] = {
	"Match User alice\nAuthenticationMethods publickey any\n",
	"Match User alice\nAuthenticationMethods publickey\nMatch User bob\n"
	"AuthenticationMethods any\n",
	"Match User alice\nHostbasedAcceptedAlgorithms RSA\n",
};

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refusing / sizeof *refusing; i++) {
		struct fixture fixture;
		const struct sshd_connection alice = connection("alice"),
					     bob = connection("bob");
		const char *reason = NULL;
		load(&fixture, refusing[i]);
		assert_int_equal(fixture.config.problem_count, 0);
		assert_non_null(sshd_answer_refused(&fixture.config, &alice, &reason));
		assert_non_null(reason);
		assert_null(sshd_answer_refused(&fixture.config, &bob, &reason));
		end(&fixture);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_rejected),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
