/* What the kind sshd says of a configuration, for every connection. */
#include "tests/unit/sshd_host.h"

struct verdict_case {
	const char *name, *version, *settings, *view, *config;
	enum verdict verdict;
	const char *subject; /* of a finding with that verdict; NULL: any */
	const char *why; /* text in it; NULL: any */
	unsigned line; /* of its evidence; 0: any */
};

static const struct verdict_case verdicts[] = {
	{ "a counter-example", "9.2p1", "{ PasswordAuthentication: no }", "effective",
		"PasswordAuthentication no\nMatch User backup,!root Address 10.0.0.0/8\n"
		"PasswordAuthentication yes\n",
		VERDICT_FAIL,
		"PasswordAuthentication [Match User backup,!root Address 10.0.0.0/8]",
		"user=backup address=10.0.0.1", 3 },
	{ "a block that can never be met", "9.2p1", "{ PasswordAuthentication: no }",
		"effective",
		"PasswordAuthentication no\nMatch User !root\nPasswordAuthentication "
		"yes\n",
		VERDICT_PASS, NULL, NULL, 0 },
	{ "a block that an earlier one covers", "9.2p1", "{ PasswordAuthentication: no }",
		"effective",
		"PasswordAuthentication no\nMatch Address 10.0.0.0/8\n"
		"PasswordAuthentication no\nMatch Address 10.1.0.0/16 User bob\n"
		"PasswordAuthentication yes\n",
		VERDICT_PASS, NULL, NULL, 0 },
	{ "a block that two earlier ones cover", "9.2p1",
		"{ PasswordAuthentication: no }", "effective",
		"PasswordAuthentication no\nMatch Address 10.0.0.0/9\n"
		"PasswordAuthentication no\nMatch Address 10.128.0.0/9\n"
		"PasswordAuthentication no\nMatch Address 10.0.0.0/8\n"
		"PasswordAuthentication yes\n",
		VERDICT_PASS, NULL, NULL, 0 },
	{ "one address is left", "9.2p1", "{ PasswordAuthentication: no }", "effective",
		"PasswordAuthentication no\nMatch Address 10.0.0.0/9,!10.0.0.7\n"
		"PasswordAuthentication no\nMatch Address 10.0.0.0/24\n"
		"PasswordAuthentication yes\n",
		VERDICT_FAIL, NULL, "address=10.0.0.7", 5 },
	{ "a host by name, and no names are looked up", "9.2p1",
		"{ PasswordAuthentication: no }", "effective",
		"PasswordAuthentication no\nMatch Host *.example.org\n"
		"PasswordAuthentication yes\n",
		VERDICT_PASS, NULL, NULL, 0 },
	{ "a host by name, and they are", "9.2p1", "{ PasswordAuthentication: no }",
		"effective",
		"UseDNS yes\nPasswordAuthentication no\nMatch Host *.example.org\n"
		"PasswordAuthentication yes\n",
		VERDICT_FAIL, NULL, "host=.example.org", 4 },
	{ "any group", "9.2p1", "{ PermitRootLogin: no }", "effective",
		"PermitRootLogin no\nMatch Group *\nPermitRootLogin yes\n", VERDICT_FAIL,
		NULL, "group=somegroup", 3 },
	{ "any group but one", "9.2p1", "{ PermitRootLogin: no }", "effective",
		"PermitRootLogin no\nMatch Group !nobody,*\nPermitRootLogin yes\n",
		VERDICT_FAIL, NULL, NULL, 3 },
	{ "those of a group whom an earlier block leaves out", "9.2p1",
		"{ PermitRootLogin: no }", "effective",
		"PermitRootLogin no\nMatch Group !nologs,staff\nPermitRootLogin "
		"no\nMatch Group staff\nPermitRootLogin yes\n",
		VERDICT_FAIL, NULL, "group=staff,nologs", 5 },
	{ "a block for IPv4 leaves IPv6", "9.2p1", "{ PermitRootLogin: no }", "effective",
		"PermitRootLogin yes\nMatch Address 0.0.0.0/0\nPermitRootLogin no\n",
		VERDICT_FAIL, NULL, NULL, 1 },
	{ "a block for IPv4 and no IPv6", "9.2p1", "{ PermitRootLogin: no }", "effective",
		"AddressFamily inet\nPermitRootLogin yes\nMatch Address "
		"0.0.0.0/0\nPermitRootLogin no\n",
		VERDICT_PASS, NULL, NULL, 0 },
	{ "a block for both", "9.2p1", "{ PermitRootLogin: no }", "effective",
		"PermitRootLogin yes\nMatch Address 0.0.0.0/0,::/0\nPermitRootLogin no\n",
		VERDICT_PASS, NULL, NULL, 0 },
	{ "a block for IPv4 here", "9.2p1", "{ PermitRootLogin: no }", "effective",
		"PermitRootLogin yes\nMatch LocalAddress 0.0.0.0/0\nPermitRootLogin no\n",
		VERDICT_FAIL, NULL, NULL, 1 },
	{ "another port is listened on", "9.2p1", "{ PermitRootLogin: no }", "effective",
		"Port 22\nPort 2222\nPermitRootLogin yes\nMatch LocalPort "
		"22\nPermitRootLogin no\n",
		VERDICT_FAIL, NULL, NULL, 3 },
	{ "another port, by ListenAddress", "9.2p1", "{ PermitRootLogin: no }",
		"effective",
		"ListenAddress 192.0.2.9:2200\nPort 22\nPermitRootLogin yes\nMatch "
		"LocalPort 22\nPermitRootLogin no\n",
		VERDICT_FAIL, NULL, NULL, 3 },
	{ "the only port, and no socket unit gives another", "9.2p1",
		"{ PermitRootLogin: no }", "effective",
		"PermitRootLogin yes\nMatch LocalPort 22\nPermitRootLogin no\n",
		VERDICT_PASS, NULL, NULL, 0 },
	{ "all but the ordinary user", "9.2p1", "{ PermitRootLogin: no }", "effective",
		"PermitRootLogin no\nMatch User !someone,*\nPermitRootLogin yes\n",
		VERDICT_FAIL, NULL, NULL, 3 },
	{ "the ordinary user alone", "9.2p1", "{ PermitRootLogin: no }", "effective",
		"PermitRootLogin yes\nMatch User someone\nPermitRootLogin no\n",
		VERDICT_FAIL, NULL, NULL, 1 },
	{ "Match all overrides the global part", "9.2p1",
		"{ PasswordAuthentication: no }", "effective",
		"PasswordAuthentication yes\nMatch all\nPasswordAuthentication no\n",
		VERDICT_PASS, NULL, NULL, 3 },
	{ "a global value that no connection gets", "9.2p1",
		"{ PasswordAuthentication: no }", "effective",
		"PasswordAuthentication yes\nMatch User *\nPasswordAuthentication no\n",
		VERDICT_PASS, NULL, NULL, 3 },
	{ "the first line wins and is named", "9.2p1", "{ PermitRootLogin: no }",
		"effective", "PermitRootLogin yes\n\nPermitRootLogin no\n", VERDICT_FAIL,
		"PermitRootLogin", "sshd_config:3 says no, but this line was first", 1 },
	{ "a default", "9.2p1", "{ PermitRootLogin: no }", "effective",
		"UsePAM yes\n\nMatch User x\nX11Forwarding no\n", VERDICT_FAIL,
		"PermitRootLogin", "default of OpenSSH 9.2", 1 },
	{ "synonyms mean the same", "9.2p1", "{ PermitRootLogin: without-password }",
		"effective", "PermitRootLogin Prohibit-Password\n", VERDICT_PASS, NULL,
		NULL, 1 },
	{ "times are compared in seconds", "9.2p1", "{ LoginGraceTime: { max: 120 } }",
		"effective", "LoginGraceTime 1m30s\n", VERDICT_PASS, NULL, NULL, 1 },
	{ "explicit: the default holds but is not written", "9.2p1",
		"{ X11Forwarding: no }", "explicit", "UsePAM yes\n", VERDICT_FAIL,
		"X11Forwarding", "explicit view", 1 },
	{ "explicit: the line is there", "9.2p1", "{ X11Forwarding: no }", "explicit",
		"X11Forwarding no\n", VERDICT_PASS, NULL, NULL, 1 },
	{ "a value that sshd rejects", "9.2p1", "{ X11Forwarding: no }", "effective",
		"X11Forwarding no\nMatch User x\nMaxAuthTries many\n", VERDICT_INVALID,
		NULL, "MaxAuthTries", 3 },
	{ "connections of one user that sshd ends (sAuthenticationMethods)", "9.2p1",
		"{ X11Forwarding: no }", "effective",
		"Match User alice\nAuthenticationMethods publickey\nMatch User "
		"bob\nAuthenticationMethods any\n",
		VERDICT_INVALID, NULL, "each connection with user=alice", 4 },
	{ "the same, and 9.7 minds it no more", "9.7p1", "{ X11Forwarding: no }",
		"effective",
		"Match User alice\nAuthenticationMethods publickey\nMatch User "
		"bob\nAuthenticationMethods any\n",
		VERDICT_PASS, NULL, NULL, 0 },
	{ "an unknown keyword", "9.2p1", "{ X11Forwarding: no }", "effective",
		"X11Forwarding no\nNoSuch yes\n", VERDICT_INVALID, NULL, "NoSuch", 2 },
	{ "a keyword that is too new", "3.6.1p2", "{ X11Forwarding: no }", "effective",
		"UsePAM yes\n", VERDICT_INVALID, NULL, "UsePAM", 1 },
	{ "comments after values are an error before 8.7", "8.4p1",
		"{ X11Forwarding: no }", "effective", "X11Forwarding no # x\n",
		VERDICT_INVALID, NULL, NULL, 1 },
	{ "a second Subsystem of one name", "9.2p1", "{ X11Forwarding: no }", "effective",
		"Subsystem sftp /a\nSubsystem sftp /b\n", VERDICT_INVALID, NULL,
		"already defined", 2 },
	{ "protocol 1 of old", "3.6.1p2", "{ Protocol: 2 }", "effective",
		"Protocol 1,2\n", VERDICT_FAIL, "Protocol", NULL, 1 },
	{ "protocol 1 is gone", "9.2p1", "{ Protocol: 2 }", "effective", "Protocol 1\n",
		VERDICT_PASS, "Protocol", "ignores the keyword", 0 },
	{ "versions disagree", NULL, "{ UseDNS: no }", "effective", "UsePAM yes\n",
		VERDICT_UNKNOWN, "UseDNS", "assume: openssh", 0 },
	{ "versions agree", NULL, "{ X11Forwarding: no }", "effective", "UsePAM yes\n",
		VERDICT_PASS, NULL, NULL, 0 },
	{ "every version rejects it", NULL, "{ X11Forwarding: no }", "effective",
		"UsePAM perhaps\n", VERDICT_INVALID, NULL, NULL, 1 },
	{ "keyboard-interactive with PAM", "9.2p1",
		"{ KbdInteractiveAuthentication: no }", "effective", "UsePAM yes\n",
		VERDICT_FAIL, "KbdInteractiveAuthentication",
		"password login remains possible", 1 },
	{ "none-of is meant of each cipher", "9.2p1",
		"{ Ciphers: { none-of: [aes128-ctr] } }", "effective",
		"Ciphers aes256-ctr,aes128-ctr\n", VERDICT_FAIL, "Ciphers", NULL, 1 },
	{ "a later none wins over UnusedConnectionTimeout", "9.2p1",
		"{ UnusedConnectionTimeout: 300 }", "effective",
		"UnusedConnectionTimeout 5m\nUnusedConnectionTimeout none\n",
		VERDICT_FAIL, "UnusedConnectionTimeout", NULL, 2 },
	{ "and over it no later time", "9.2p1", "{ UnusedConnectionTimeout: none }",
		"effective", "UnusedConnectionTimeout none\nUnusedConnectionTimeout 5m\n",
		VERDICT_PASS, NULL, NULL, 1 },
	{ "an address, whatever the port and its spelling", "9.2p1",
		"{ ListenAddress: { none-of: [0.0.0.0] } }", "effective",
		"ListenAddress ::1\nListenAddress 0:2222\n", VERDICT_FAIL,
		"ListenAddress", NULL, 1 },
	{ "every address is listened on unless a line says which", "9.2p1",
		"{ ListenAddress: { none-of: [0.0.0.0] } }", "effective", "Port 22\n",
		VERDICT_FAIL, "ListenAddress", NULL, 1 },
	{ "only the wanted address", "9.2p1", "{ ListenAddress: 127.0.0.1 }", "effective",
		"ListenAddress 127.1\n", VERDICT_PASS, NULL, NULL, 1 },
	{ "an address on another port than the wanted", "9.2p1",
		"{ ListenAddress: \"127.0.0.1:22\" }", "effective",
		"ListenAddress 127.0.0.1\nPort 23\n", VERDICT_FAIL, NULL, NULL, 1 },
	{ "lists of two blocks that hold together add up (copy_set_server_options)",
		"9.2p1", "{ AllowUsers: { any-of: [alice, bob] } }", "effective",
		"AllowUsers alice\nMatch Address 10.0.0.0/8\nAllowUsers alice\n"
		"Match LocalAddress 10.0.0.0/8\nAllowUsers bob\n",
		VERDICT_FAIL, "AllowUsers [Match Address 10.0.0.0/8]",
		"address=10.0.0.1 local address=10.0.0.1", 3 },
	{ "lists of two blocks that exclude each other do not", "9.2p1",
		"{ AllowUsers: { any-of: [alice, bob] } }", "effective",
		"AllowUsers alice\nMatch Address 10.0.0.0/8\nAllowUsers alice\n"
		"Match Address 11.0.0.0/8\nAllowUsers bob\n",
		VERDICT_PASS, NULL, NULL, 0 },
	{ "none of a second block wins over a time of the first", "9.2p1",
		"{ UnusedConnectionTimeout: { max: 300 } }", "effective",
		"UnusedConnectionTimeout 5m\nMatch Address 10.0.0.0/8\n"
		"UnusedConnectionTimeout 1m\nMatch User bob\n"
		"UnusedConnectionTimeout none\n",
		VERDICT_FAIL, NULL, NULL, 0 },
	{ "limit and interval come from two blocks (sRekeyLimit)", "9.2p1",
		"{ RekeyLimit: { none-of: [1G 1h] } }", "effective",
		"Match Address 10.0.0.0/8\nRekeyLimit 1G\nMatch User bob\n"
		"RekeyLimit 2G 1h\n",
		VERDICT_FAIL, NULL, NULL, 0 },
	{ "the last block wins (sIPQoS)", "9.2p1", "{ IPQoS: ef }", "effective",
		"Match User bob\nIPQoS none\nMatch all\nIPQoS ef\n", VERDICT_PASS, NULL,
		NULL, 0 },
	{ "none-of holds where no cipher is named", "9.2p1",
		"{ Ciphers: { none-of: [3des-cbc] } }", "effective",
		"Ciphers aes256-ctr,aes128-ctr\n", VERDICT_PASS, NULL, NULL, 1 },
	{ "a home that can't be looked up, in a block", "9.2p1",
		"{ PasswordAuthentication: no }", "effective",
		"PasswordAuthentication no\nMatch User bob\nBanner ~bob/x\n",
		VERDICT_UNKNOWN, "configuration of sshd [Match User bob]",
		"sshd may end each connection with user=bob", 3 },
	{ "a line that sshd first looks at for a connection", "8.6p1",
		"{ PasswordAuthentication: no }", "effective",
		"PasswordAuthentication no\nAuthenticationMethods publickey\n"
		"AuthenticationMethods junk\n",
		VERDICT_INVALID, "configuration of sshd [no Match]",
		"with no Match block that holds: AuthenticationMethods: invalid method",
		3 },
};

static void
run_verdict(const struct verdict_case *test)
{
	struct fixture fixture;
	begin(&fixture, test->version, test->settings, test->view);
	scratch_text("/etc/ssh/sshd_config", test->config);
	open_root(&fixture);
	struct findings findings = check(&fixture, fixture.context.host);
	print_message("%s\n", test->name);
	assert_string_equal(
		verdict_name(findings_verdict(&findings)), verdict_name(test->verdict));
	bool found = false;
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *finding = &findings.items[i];
		found = found ||
			(finding->verdict == test->verdict &&
				(test->subject == NULL ||
					strcmp(finding->subject, test->subject) == 0) &&
				(test->why == NULL ||
					strstr(finding->why, test->why) != NULL) &&
				(test->line == 0 ||
					(finding->evidence_count > 0 &&
						finding->evidence[0].line ==
							test->line)));
	}
	if (!found)
		fail_msg("%s: %s; line %u", findings.items[0].subject,
			findings.items[0].why, findings.items[0].evidence[0].line);
	findings_free(&findings);
	end(&fixture);
}

static void
test_verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
		run_verdict(&verdicts[i]);
}

/* Blocks whose connections sshd ends are named up to a number, and looked at up to a
 * cost.
 */
static void
test_many_blocks(void **state)
{
	(void)state;
	static const struct {
		const char *lines;
		int blocks;
		enum verdict verdict;
		size_t findings;
	} cases[] = {
		{ "Banner ~ghost/x\n", 19, VERDICT_INVALID, 20 },
		{ "Banner ~ghost/x\n", 100, VERDICT_INVALID, 21 },
		{ "Banner none\nBanner ~ghost/x\n", 100, VERDICT_PASS, 1 },
		{ "Banner none\nBanner ~ghost/x\n", 4000, VERDICT_UNKNOWN, 2 },
		{ "AuthenticationMethods none\n", 4000, VERDICT_PASS, 1 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture fixture;
		autobuffer struct buffer text = { 0 };
		begin(&fixture, "9.2p1", "{ PermitRootLogin: no }", "effective");
		buffer_text(&text, "PermitRootLogin no\n");
		for (int k = 0; k < cases[i].blocks; k++)
			buffer_printf(&text, "Match User u%d\n%s", k, cases[i].lines);
		scratch_text("/etc/ssh/sshd_config", text.data);
		scratch_text("/etc/passwd", "root:x:0:0::/:/bin/sh\n");
		open_root(&fixture);
		struct findings findings = check(&fixture, fixture.context.host);
		assert_int_equal(findings_verdict(&findings), cases[i].verdict);
		assert_int_equal(findings.count, cases[i].findings);
		findings_free(&findings);
		end(&fixture);
	}
}

/* Who is in a group is looked up: groupaccess.c of OpenSSH. */
static void
test_people(void **state)
{
	(void)state;
	static const struct {
		const char *name, *match, *nsswitch;
		enum verdict verdict;
		const char *why;
	} cases[] = {
		{ "a group that nobody is in", "Group empty", "files", VERDICT_PASS,
			NULL },
		{ "one who is listed", "Group wheel", "files systemd", VERDICT_FAIL,
			"user=alice group=users,wheel" },
		{ "a user who is not", "User bob Group wheel", "files", VERDICT_PASS,
			NULL },
		{ "the primary group", "Group users,!wheel", "files", VERDICT_FAIL,
			"user=bob group=users" },
		{ "of two groups with one number the first gives the name", "Group twin",
			"files", VERDICT_PASS, NULL },
		{ "who is in no passwd is in no group", "User ghost Group *", "files",
			VERDICT_PASS, NULL },
		{ "any group where others know users too", "Group empty", "files ldap",
			VERDICT_FAIL, "group=empty" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture fixture;
		begin(&fixture, "9.2p1", "{ PermitRootLogin: no }", "effective");
		autofree char *text = memory_printf("PermitRootLogin no\nMatch %s\n"
						    "PermitRootLogin yes\n",
			cases[i].match);
		autofree char *nss = memory_printf(
			"passwd: %s\ngroup: %s\n", cases[i].nsswitch, cases[i].nsswitch);
		scratch_text("/etc/ssh/sshd_config", text);
		scratch_text("/etc/nsswitch.conf", nss);
		scratch_text("/etc/passwd",
			"root:x:0:0::/:/bin/sh\nbob:x:1:100::/:/bin/sh\n"
			"alice:x:2:100::/:/bin/sh\n");
		scratch_text("/etc/group",
			"root:x:0:\nusers:x:100:\nwheel:x:10:ghost,alice\nempty:x:11:\n"
			"one:x:12:\ntwin:x:12:alice\n");
		open_root(&fixture);
		print_message("%s\n", cases[i].name);
		struct findings findings = check(&fixture, fixture.context.host);
		assert_int_equal(findings_verdict(&findings), cases[i].verdict);
		for (size_t k = 0; k < findings.count && cases[i].why != NULL; k++)
			if (findings.items[k].verdict == VERDICT_FAIL)
				assert_non_null(
					strstr(findings.items[k].why, cases[i].why));
		findings_free(&findings);
		end(&fixture);
	}
}

static void
test_missing_file(void **state)
{
	(void)state;
	struct fixture fixture;
	begin(&fixture, "9.2p1", "{ X11Forwarding: no }", "effective");
	open_root(&fixture);
	assert_int_equal(verdict_of(&fixture, fixture.context.host), VERDICT_INVALID);
	end(&fixture);
}

static void
test_not_installed(void **state)
{
	(void)state;
	struct fixture fixture;
	begin(&fixture, NULL, "{ X11Forwarding: no }", "effective");
	scratch_text("/var/lib/dpkg/status",
		"Package: bash\nStatus: install ok installed\nVersion: 5.2\n\n");
	open_root(&fixture);
	assert_int_equal(
		verdict_of(&fixture, fixture.context.host), VERDICT_NOT_APPLICABLE);
	end(&fixture);
}

/* What Include finds: nothing, a dangling link, a directory. */
static void
test_includes(void **state)
{
	(void)state;
	struct fixture fixture;
	begin(&fixture, "9.2p1", "{ X11Forwarding: no }", "effective");
	scratch_text("/etc/ssh/sshd_config", INCLUDE);
	scratch_text("/etc/ssh/sshd_config.d/dir.conf/x", "X11Forwarding yes\n");
	open_root(&fixture);
	assert_int_equal(verdict_of(&fixture, fixture.context.host), VERDICT_PASS);
	host_free(fixture.context.host);
	parser_free(fixture.context.parser);
	scratch_link("/etc/ssh/sshd_config.d/a.conf", "nowhere");
	open_root(&fixture);
	assert_int_equal(verdict_of(&fixture, fixture.context.host), VERDICT_INVALID);
	end(&fixture);
}

/* Ten thousand lines, and as many Match blocks. */
static void
test_large(void **state)
{
	(void)state;
	struct fixture fixture;
	struct buffer text = { 0 };
	begin(&fixture, "9.2p1", "{ PasswordAuthentication: no }", "effective");
	for (int i = 0; i < 10000; i++)
		buffer_printf(&text, "#\nX11Forwarding no\n");
	buffer_printf(&text, "PasswordAuthentication no\n");
	for (int i = 0; i < 5000; i++)
		buffer_printf(&text, "Match User u%d\nPasswordAuthentication no\n", i);
	scratch_text("/etc/ssh/sshd_config", text.data);
	buffer_free(&text);
	open_root(&fixture);
	assert_int_equal(verdict_of(&fixture, fixture.context.host), VERDICT_PASS);
	end(&fixture);
}

/* Blocks whose comparison would take hours: it is given up, and never a pass. */
static void
test_hostile(void **state)
{
	(void)state;
	struct fixture fixture;
	struct buffer text = { 0 }, list = { 0 };
	begin(&fixture, "9.2p1", "{ PasswordAuthentication: no }", "effective");
	for (int i = 0; i < 300; i++)
		buffer_printf(&list, "%su%d", i > 0 ? "," : "", i);
	buffer_text(&text, "PasswordAuthentication no\n");
	for (int i = 0; i < 100; i++)
		buffer_printf(&text,
			"Match User %s Group %s RDomain %s\nPasswordAuthentication no\n",
			list.data, list.data, list.data);
	buffer_text(&text,
		"Match User u1,other Group u1,u2 RDomain u1,u2\n"
		"PasswordAuthentication yes\n");
	scratch_text("/etc/ssh/sshd_config", text.data);
	buffer_free(&text);
	buffer_free(&list);
	open_root(&fixture);
	assert_int_not_equal(verdict_of(&fixture, fixture.context.host), VERDICT_PASS);
	end(&fixture);
}

/* canohost.c, ipv64_normalise_mapped: a connection never has a mapped address. */
static void
test_mapped_address(void **state)
{
	(void)state;
	static const struct {
		const char *address;
		enum verdict verdict;
	} cases[] = {
		{ "::ffff:192.0.2.1", VERDICT_PASS },
		{ "::ffff:0:0/96", VERDICT_PASS },
		{ "192.0.2.1", VERDICT_FAIL },
		{ "::fffe:192.0.2.1", VERDICT_FAIL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture fixture;
		begin(&fixture, "9.2p1", "{ PermitRootLogin: no }", "effective");
		autofree char *text = memory_printf(
			"PermitRootLogin no\n"
			"Match Address %s\nPermitRootLogin yes\n",
			cases[i].address);
		scratch_text("/etc/ssh/sshd_config", text);
		open_root(&fixture);
		struct findings findings = check(&fixture, fixture.context.host);
		assert_int_equal(findings_verdict(&findings), cases[i].verdict);
		findings_free(&findings);
		end(&fixture);
	}
}

static struct findings
judged(struct fixture *fixture, const char *version, const char *pattern, int count)
{
	struct buffer text = { 0 };
	begin(fixture, version, "{ PermitRootLogin: no }", "effective");
	buffer_text(&text, "PermitRootLogin no\n");
	for (int i = 1; i <= count; i++)
		buffer_printf(
			&text, "%s%d%s\n", pattern, i, *pattern == 'S' ? " /x" : "");
	autofree char *lines = buffer_take(&text);
	scratch_text("/etc/ssh/sshd_config", lines);
	open_root(fixture);
	return check(fixture, fixture->context.host);
}

/* servconf.h: MAX_PORTS; MAX_SUBSYSTEMS, which 9.5 dropped. */
static void
test_limits(void **state)
{
	(void)state;
	static const struct {
		const char *version, *pattern;
		int count;
		enum verdict verdict;
	} cases[] = {
		{ "9.2p1", "Port ", 256, VERDICT_PASS },
		{ "9.2p1", "Port ", 257, VERDICT_INVALID },
		{ "9.2p1", "Subsystem s", 256, VERDICT_PASS },
		{ "9.2p1", "Subsystem s", 257, VERDICT_INVALID },
		{ "9.8p1", "Subsystem s", 50000, VERDICT_PASS },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture fixture;
		struct findings findings = judged(
			&fixture, cases[i].version, cases[i].pattern, cases[i].count);
		assert_int_equal(findings_verdict(&findings), cases[i].verdict);
		findings_free(&findings);
		end(&fixture);
	}
}

/* A large file that is included again and again: no more of it is kept than a bound. */
static void
test_large_includes(void **state)
{
	(void)state;
	static const struct {
		const char *version; /* NULL: each version shares in the bound */
		int count;
		enum verdict verdict;
	} cases[] = {
		{ "9.2p1", 15, VERDICT_PASS },
		{ "9.2p1", 17, VERDICT_UNKNOWN },
		{ NULL, 1, VERDICT_PASS },
		{ NULL, 2, VERDICT_UNKNOWN },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture fixture;
		struct buffer text = { 0 };
		begin(&fixture, cases[i].version, "{ PermitRootLogin: no }", "effective");
		while (text.size < (1 << 20) - 64)
			buffer_text(&text,
				"# sixty-three bytes that say nothing to sshd, "
				"over and over...\n");
		buffer_add(&text, "", 1);
		scratch_text("/etc/ssh/large", text.data);
		text.size = 0;
		buffer_text(&text, "PermitRootLogin no\n");
		for (int k = 0; k < cases[i].count; k++)
			buffer_text(&text, "Include large\n");
		buffer_add(&text, "", 1);
		scratch_text("/etc/ssh/sshd_config", text.data);
		buffer_free(&text);
		open_root(&fixture);
		struct findings findings = check(&fixture, fixture.context.host);
		assert_int_equal(findings_verdict(&findings), cases[i].verdict);
		if (cases[i].verdict == VERDICT_UNKNOWN)
			assert_int_equal(findings.items[0].evidence[0].line,
				cases[i].count == 2 ? 3 : 17);
		findings_free(&findings);
		end(&fixture);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_many_blocks),
		cmocka_unit_test(test_people),
		cmocka_unit_test(test_missing_file),
		cmocka_unit_test(test_not_installed),
		cmocka_unit_test(test_includes),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_large_includes),
		cmocka_unit_test(test_mapped_address),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
