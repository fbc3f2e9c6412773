/* What the comparison with sshd 9.2 (tests/oracle/sshd.py) found to be wrong once: a
 * small file each, and what that sshd answers for a user. */
#include "base/memory.h"
#include "policy/models/sshd/sshd_answer.h"
#include "tests/unit/scratch.h"

struct fixture {
	struct policy policy;
	struct context context;
	struct sshd_config config;
};

static void
begin(struct fixture *fixture, const char *text)
{
	*fixture = (struct fixture){ 0 };
	scratch_make();
	scratch_text("/etc/ssh/sshd_config", text);
	scratch_text("/etc/services", "http 80/tcp www\nhttp 80/udp\ndns 53/udp\n");
	scratch_text(
		"/etc/passwd", "root:x:0:0::/root:/bin/sh\nalice:x:1:1::/a/:/bin/sh\n");
	scratch_text("/~/x", "MaxSessions 3\n");
}

static void
load(struct fixture *fixture, int version)
{
	struct error err = ERROR_INIT;
	fixture->context.host = host_open(scratch, &err);
	fixture->context.parser = parser_new(HOLDFAST_LENSES, &err);
	fixture->context.policy = &fixture->policy;
	assert_non_null(fixture->context.host);
	assert_non_null(fixture->context.parser);
	sshd_config_load(&fixture->context, version, true, SSHD_CONFIG_BYTES_MAX,
		&fixture->config);
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
	{ "a carriage return within a word (argv_split)",
		"AllowUsers root@10.\rAllowUsers", "AllowUsers", "root@10.\rAllowUsers" },
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
		begin(&fixture, values[i].text);
		load(&fixture, 902);
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
		begin(&fixture, rejected[i].text);
		load(&fixture, 902);
		assert_int_equal(fixture.config.problem_count, 1);
		assert_false(fixture.config.problems[0].unknown);
		end(&fixture);
	}
}

/* What sshd rejects in a line only where it meets it in a certain way: at the start, or
 * for the connections of alice. sshd -t of 9.2, servconf.c of the others. */
static const struct {
	const char *name;
	int version;
	const char *text;
	enum { STARTS = 1, DIES, REFUSES } sshd;
} met[] = {
	{ "any behind others, in a block (sAuthenticationMethods)", 902,
		"Match User alice\nAuthenticationMethods publickey any\n", REFUSES },
	{ "any in a block behind others that hold (sAuthenticationMethods)", 902,
		"Match User alice\nAuthenticationMethods publickey\nMatch User bob\n"
		"AuthenticationMethods any\n",
		REFUSES },
	{ "any alone (sAuthenticationMethods)", 907,
		"AuthenticationMethods publickey\nMatch User alice\n"
		"AuthenticationMethods any\n",
		STARTS },
	{ "methods behind others are read since 8.7 (sAuthenticationMethods)", 806,
		"Match all\nAuthenticationMethods none\n"
		"AuthenticationMethods junk\n",
		STARTS },
	{ "methods behind others are read since 8.7 (sAuthenticationMethods)", 807,
		"Match all\nAuthenticationMethods none\n"
		"AuthenticationMethods junk\n",
		DIES },
	{ "but they are the first of a block (sAuthenticationMethods)", 806,
		"AuthenticationMethods none\nMatch User bob\n"
		"AuthenticationMethods none\nMatch User alice\n"
		"AuthenticationMethods junk\n",
		REFUSES },
	{ "methods where no block holds are read since 6.9 (sAuthenticationMethods)", 608,
		"Match User alice\nAuthenticationMethods junk\n", REFUSES },
	{ "methods where no block holds are read since 6.9 (sAuthenticationMethods)", 609,
		"Match User alice\nAuthenticationMethods junk\n", DIES },
	{ "methods must be since 7.3 (sAuthenticationMethods)", 702,
		"AuthenticationMethods =\n", STARTS },
	{ "methods must be since 7.3 (sAuthenticationMethods)", 703,
		"AuthenticationMethods =\n", DIES },
	{ "no algorithm is left (kex_assemble_names)", 902,
		"Match User alice\nHostbasedAcceptedAlgorithms RSA\n", REFUSES },
	{ "nobody's home (parse_filename)", 902, "Banner ~nobody/x\n", DIES },
	{ "nobody's home, not taken (parse_filename)", 902,
		"Banner /x\nBanner ~nobody/x\n", STARTS },
	{ "nobody's home, in a block (parse_filename)", 902,
		"Banner /x\nMatch User alice\nBanner ~nobody/x\n", REFUSES },
	{ "nobody's home, not taken in a block (parse_filename)", 902,
		"Match User alice\nTrustedUserCAKeys /x\n"
		"TrustedUserCAKeys ~nobody/x\n",
		STARTS },
	{ "nobody's home (sAuthorizedPrincipalsFile)", 902,
		"Match User alice\nAuthorizedPrincipalsFile ~nobody/x\n", REFUSES },
	{ "nobody's home (sSecurityKeyProvider)", 902,
		"SecurityKeyProvider internal\nSecurityKeyProvider ~nobody/x\n", STARTS },
	{ "nobody's home (sHostKeyAgent)", 902,
		"HostKeyAgent SSH_AUTH_SOCK\nHostKeyAgent ~nobody/x\n", STARTS },
	{ "each key counts (servconf_add_hostkey)", 902,
		"HostKey /x\nHostKey ~nobody/x\n", DIES },
	{ "keys of users are looked up wherever they are (sAuthorizedKeysFile)", 902,
		"Match User alice\nAuthorizedKeysFile ~nobody/x\n", DIES },
	{ "since 8.7 (sAuthorizedKeysFile)", 806,
		"Match User alice\nAuthorizedKeysFile /x ~nobody/x\n", REFUSES },
	{ "lists of revoked keys are as of users, since 10.3 (parse_filenames)", 1002,
		"Match User alice\nRevokedKeys ~nobody/x\n", REFUSES },
	{ "lists of revoked keys are as of users, since 10.3 (parse_filenames)", 1003,
		"Match User alice\nRevokedKeys ~nobody/x\n", DIES },
	{ "none must be alone since 10.3 (parse_filenames)", 1002,
		"AuthorizedKeysFile x none\n", STARTS },
	{ "none must be alone since 10.3 (parse_filenames)", 1003,
		"AuthorizedKeysFile x none\n", DIES },
	{ "one file before 5.9 (sAuthorizedKeysFile)", 508, "AuthorizedKeysFile a b\n",
		DIES },
	{ "one file before 5.9 (sAuthorizedKeysFile)", 509, "AuthorizedKeysFile a b\n",
		STARTS },
	{ "a list without words (sAllowUsers)", 906, "AllowUsers # x\n", STARTS },
	{ "a list without words, since 9.7 (sAllowUsers)", 907, "AllowUsers # x\n",
		DIES },
	{ "the same (sDenyGroups)", 907, "Match User bob\nDenyGroups # x\n", DIES },
	{ "the same (sAcceptEnv)", 907, "AcceptEnv # x\n", DIES },
	{ "the same (sSetEnv)", 907, "SetEnv # x\n", DIES },
	{ "the same (sChannelTimeout)", 907, "ChannelTimeout # x\n", DIES },
	{ "the same (sLogVerbose)", 907, "LogVerbose # x\n", DIES },
	{ "the same (sAuthorizedKeysFile)", 907, "AuthorizedKeysFile # x\n", DIES },
	{ "a name twice (sSubsystem)", 904, "Subsystem a /x\nSubsystem a /y\n", DIES },
	{ "a name twice, since 9.5 (sSubsystem)", 905,
		"Subsystem \"a b\" /x\nSubsystem \"a b\" /y\n", STARTS },
	{ "without a command (sSubsystem)", 905, "Subsystem b\n", DIES },
	{ "without a command, a name that is taken (sSubsystem)", 905,
		"Subsystem \"a\\\" b\" /x\nSubsystem \"a\\\" b\"\n", STARTS },
	{ "without a command, in a block (sSubsystem)", 905,
		"Match User alice\nSubsystem b\n", REFUSES },
	{ "without a command, since 10.3 (sSubsystem)", 1003,
		"Match User alice\nSubsystem b\n", DIES },
};

static void
test_met(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof met / sizeof *met; i++) {
		struct fixture fixture;
		const struct sshd_connection alice = connection("alice"),
					     bob = connection("bob");
		const char *reason = NULL;
		print_message("%s, %d\n", met[i].name, met[i].version);
		begin(&fixture, met[i].text);
		load(&fixture, met[i].version);
		assert_int_equal(fixture.config.problem_count, met[i].sshd == DIES);
		const struct sshd_line *line = sshd_answer_refused(
			&fixture.config, &alice, &reason);
		assert_int_equal(line != NULL, met[i].sshd == REFUSES);
		assert_int_equal(reason != NULL, met[i].sshd == REFUSES);
		assert_null(sshd_answer_refused(&fixture.config, &bob, &reason));
		end(&fixture);
	}
}

/* What has been read of a pattern of Include is kept, a file at a time, and read where
 * the pattern comes again; also for each connection (sInclude in servconf.c). */
static const struct {
	const char *name, *main, *b;
	size_t count;
	const char *problem; /* the first */
} included[] = {
	{ "a file that is not read yet is left out, for once",
		"Include d/*.conf\nUsePAM x\n", "Include sshd_config\n", 3,
		"UsePAM: unsupported value \"x\"" },
	{ "but a connection has it read", "Include d/*.conf\n", "Include d/*.conf\n", 1,
		"sshd would end each connection: too many recursive configuration "
		"includes" },
	{ "and so has another Include", "Include d/*.conf\nInclude d/*.conf\n",
		"Include d/*.conf\n", 2, "too many recursive configuration includes" },
	{ "the first file that includes itself is a loop", "Include d/b*\n",
		"Include d/b*\n", 1, "too many recursive configuration includes" },
	{ "a pattern is what it is from the root", "Include d/*.conf\n",
		"Include /etc/ssh/d/*.conf d/a*\nInclude d/a*\n", 1,
		"sshd would end each connection: too many recursive configuration "
		"includes" },
	{ "a file twice is no loop", "Include d/*.conf\nInclude d/*.conf\n", "", 0,
		NULL },
};

static void
test_included(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof included / sizeof *included; i++) {
		struct fixture fixture;
		print_message("%s\n", included[i].name);
		begin(&fixture, included[i].main);
		scratch_text("/etc/ssh/d/a.conf", "");
		scratch_text("/etc/ssh/d/b.conf", included[i].b);
		load(&fixture, 902);
		assert_int_equal(fixture.config.problem_count, included[i].count);
		if (included[i].problem != NULL)
			assert_string_equal(
				fixture.config.problems[0].text, included[i].problem);
		end(&fixture);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_rejected),
		cmocka_unit_test(test_met),
		cmocka_unit_test(test_included),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
