/* The kind sshd from end to end: a root is written, judged, repaired and judged again. */
#include "base/memory.h"
#include "policy/kinds/kind.h"
#include "tests/unit/scratch.h"

struct fixture {
	struct policy policy;
	struct context context;
};

/* A policy of one control with SETTINGS (YAML flow); VERSION NULL: none is assumed. */
static void
begin(struct fixture *fixture, const char *version, const char *settings,
	const char *view)
{
	struct problems problems = { 0 };
	*fixture = (struct fixture){ 0 };
	scratch_make();
	autofree char *assume = version != NULL
		? memory_printf("assume: { openssh: %s }\n", version)
		: memory_text("");
	autofree char *text = memory_printf("holdfast: 1\ntitle: t\n%scontrols:\n  - id: "
					    "ssh\n    title: t\n    sshd:\n"
					    "      settings: %s\n      view: %s\n",
		assume, settings, view);
	scratch_text("/policy.yaml", text);
	autofree char *path = scratch_path("/policy.yaml");
	if (policy_load(path, NULL, 0, false, &fixture->policy, &problems) < 0) {
		struct buffer out = { 0 };
		problems_show(&problems, &out);
		fail_msg("%s", out.data);
	}
	problems_free(&problems);
}

/* The files are there now. */
static void
open_root(struct fixture *fixture)
{
	struct error err = ERROR_INIT;
	fixture->context.host = host_open(scratch, &err);
	fixture->context.parser = parser_new(HOLDFAST_LENSES, &err);
	fixture->context.policy = &fixture->policy;
	assert_non_null(fixture->context.host);
	assert_non_null(fixture->context.parser);
}

static void
end(struct fixture *fixture)
{
	parser_free(fixture->context.parser);
	host_free(fixture->context.host);
	policy_free(&fixture->policy);
	scratch_remove();
}

static struct findings
check(const struct fixture *fixture, struct host *host)
{
	const struct control *control = &fixture->policy.controls[0];
	struct context context = fixture->context;
	struct findings findings = { 0 };
	context.host = host;
	control->kind->check(&context, control, &findings);
	return findings;
}

static enum verdict
verdict_of(const struct fixture *fixture, struct host *host)
{
	struct findings findings = check(fixture, host);
	enum verdict verdict = findings_verdict(&findings);
	findings_free(&findings);
	return verdict;
}

struct remedy_case {
	const char *name, *version, *settings;
	const char *view; /* NULL: effective */
	const char *before, *after; /* of the main file */
	const char *drop_before, *drop_after; /* of sshd_config.d/a.conf; NULL: none */
};

#define INCLUDE "Include /etc/ssh/sshd_config.d/*.conf\n"

static const struct remedy_case remedies[] = {
	{ .name = "an existing line: its value alone changes",
		.version = "9.2p1",
		.settings = "{ PermitRootLogin: no }",
		.before = "permitrootlogin=yes   # why not\nPort 22\n",
		.after = "permitrootlogin=no   # why not\nPort 22\n" },
	{ .name = "a quoted value",
		.version = "9.2p1",
		.settings = "{ PermitRootLogin: no }",
		.before = "  \"PermitRootLogin\" \"yes\"\t# x\n",
		.after = "  \"PermitRootLogin\" no\t# x\n" },
	{ .name = "a trailing Match block: the new line goes before it and its comment",
		.version = "9.2p1",
		.settings = "{ PasswordAuthentication: no }",
		.before = "UsePAM yes\n\n# backups\nMatch User backup\n\tX11Forwarding "
			  "no\n",
		.after = "UsePAM yes\n\nPasswordAuthentication no\n# backups\nMatch User "
			 "backup\n\tX11Forwarding no\n" },
	{ .name = "a line in a Match block says otherwise",
		.version = "9.2p1",
		.settings = "{ PasswordAuthentication: no }",
		.before = "PasswordAuthentication no\nMatch User backup\n"
			  "\tPasswordAuthentication yes\n",
		.after = "PasswordAuthentication no\nMatch User backup\n"
			 "\tPasswordAuthentication no\n" },
	{ .name = "a drop-in that says otherwise is edited, not the main file",
		.version = "9.2p1",
		.settings = "{ PasswordAuthentication: no }",
		.before = INCLUDE "PasswordAuthentication no\n",
		.after = INCLUDE "PasswordAuthentication no\n",
		.drop_before = "PasswordAuthentication yes\n",
		.drop_after = "PasswordAuthentication no\n" },
	{ .name = "no final newline",
		.version = "9.2p1",
		.settings = "{ PasswordAuthentication: no, X11Forwarding: yes }",
		.before = "UsePAM yes",
		.after = "UsePAM yes\nPasswordAuthentication no\nX11Forwarding yes\n" },
	{ .name = "CRLF",
		.version = "9.2p1",
		.settings = "{ PasswordAuthentication: no, PermitRootLogin: no }",
		.before = "UsePAM yes\r\nPermitRootLogin yes\r\n",
		.after = "UsePAM yes\r\nPermitRootLogin no\r\nPasswordAuthentication "
			 "no\r\n" },
	{ .name = "after the commented-out default",
		.version = "9.2p1",
		.settings = "{ PasswordAuthentication: no }",
		.before = "# PasswordAuthentication is a word\n#PasswordAuthentication "
			  "yes\n"
			  "#X11Forwarding no\n",
		.after = "# PasswordAuthentication is a word\n#PasswordAuthentication "
			 "yes\n"
			 "PasswordAuthentication no\n#X11Forwarding no\n" },
	{ .name = "an example below the first Match is no place",
		.version = "9.2p1",
		.settings = "{ PasswordAuthentication: no }",
		.before = "Match User x\n#PasswordAuthentication yes\n",
		.after = "PasswordAuthentication no\nMatch User x\n"
			 "#PasswordAuthentication yes\n" },
	{ .name = "the first of two lines decides, the dead one is left",
		.version = "9.2p1",
		.settings = "{ PermitRootLogin: no }",
		.before = "PermitRootLogin yes\nPermitRootLogin no\n",
		.after = "PermitRootLogin no\nPermitRootLogin no\n" },
	{ .name = "the old name is another spelling from 8.7 on",
		.version = "9.2p1",
		.settings = "{ KbdInteractiveAuthentication: no }",
		.before = "ChallengeResponseAuthentication yes\n",
		.after = "ChallengeResponseAuthentication no\n" },
	{ .name = "before 8.7 the other option turns it on",
		.version = "3.6.1p2",
		.settings = "{ KbdInteractiveAuthentication: no }",
		.before = "KbdInteractiveAuthentication no\n",
		.after = "KbdInteractiveAuthentication no\n"
			 "ChallengeResponseAuthentication no\n" },
	{ .name = "and both must be off",
		.version = "8.4p1",
		.settings = "{ KbdInteractiveAuthentication: no }",
		.before = "ChallengeResponseAuthentication yes\n"
			  "KbdInteractiveAuthentication yes\n",
		.after = "ChallengeResponseAuthentication no\n"
			 "KbdInteractiveAuthentication no\n" },
	{ .name = "with no version the line that every version understands",
		.settings = "{ KbdInteractiveAuthentication: no }",
		.before = "SyslogFacility AUTHPRIV\n",
		.after =
			"SyslogFacility AUTHPRIV\nChallengeResponseAuthentication no\n" },
	{ .name = "a condition names the value to write",
		.version = "9.2p1",
		.settings = "{ MaxAuthTries: { max: 4 }, LoginGraceTime: { max: 60 } }",
		.before = "MaxAuthTries 6\nLoginGraceTime 2m\n",
		.after = "MaxAuthTries 4\nLoginGraceTime 60\n" },
	{ .name = "explicit: a default that is right is written down",
		.version = "9.2p1",
		.settings = "{ X11Forwarding: no, UsePAM: yes }",
		.view = "explicit",
		.before = "UsePAM yes\n# last\n",
		.after = "UsePAM yes\n# last\nX11Forwarding no\n" },
	{ .name = "what an Include in a Match block says",
		.version = "9.2p1",
		.settings = "{ PasswordAuthentication: no }",
		.before = "PasswordAuthentication no\nMatch User x\n" INCLUDE,
		.after = "PasswordAuthentication no\nMatch User x\n" INCLUDE,
		.drop_before = "PasswordAuthentication yes\nMatch Address 10.0.0.1\n"
			       "PasswordAuthentication yes\n",
		.drop_after = "PasswordAuthentication no\nMatch Address 10.0.0.1\n"
			      "PasswordAuthentication yes\n" },
	{ .name = "a value of several words",
		.version = "9.2p1",
		.settings = "{ AuthenticationMethods: publickey }",
		.before = "AuthenticationMethods publickey,password \"password\" # two\n",
		.after = "AuthenticationMethods publickey # two\n" },
	{ .name = "an empty file",
		.version = "9.2p1",
		.settings = "{ PermitRootLogin: no }",
		.before = "",
		.after = "PermitRootLogin no\n" },
};

static void
run_remedy(const struct remedy_case *test)
{
	struct fixture fixture;
	struct error err = ERROR_INIT;
	struct edits edits = { 0 }, again = { 0 };
	begin(&fixture, test->version, test->settings,
		test->view != NULL ? test->view : "effective");
	scratch_text("/etc/ssh/sshd_config", test->before);
	if (test->drop_before != NULL)
		scratch_text("/etc/ssh/sshd_config.d/a.conf", test->drop_before);
	open_root(&fixture);
	const struct control *control = &fixture.policy.controls[0];
	print_message("%s\n", test->name);
	assert_int_equal(verdict_of(&fixture, fixture.context.host), VERDICT_FAIL);
	if (control->kind->remedy(&fixture.context, control, &edits, &err) < 0)
		fail_msg("%s", err.text);
	struct host *layer = host_layer(fixture.context.host);
	assert_int_equal(edits_apply(&edits, fixture.context.host, layer, &err), 0);
	const struct file *file = host_file(layer, "/etc/ssh/sshd_config");
	autofree char *after = memory_copy(file->bytes.data, file->bytes.size);
	assert_string_equal(after, test->after);
	if (test->drop_after != NULL) {
		file = host_file(layer, "/etc/ssh/sshd_config.d/a.conf");
		autofree char *drop = memory_copy(file->bytes.data, file->bytes.size);
		assert_string_equal(drop, test->drop_after);
	}
	assert_int_equal(verdict_of(&fixture, layer), VERDICT_PASS);
	struct context after_context = fixture.context;
	after_context.host = layer;
	assert_int_equal(control->kind->remedy(&after_context, control, &again, &err), 0);
	assert_int_equal(again.count, 0);
	edits_free(&edits);
	edits_free(&again);
	host_free(layer);
	end(&fixture);
}

static void
test_remedies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof remedies / sizeof *remedies; i++)
		run_remedy(&remedies[i]);
}

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
	{ "the only port, unless a socket unit gives another", "9.2p1",
		"{ PermitRootLogin: no }", "effective",
		"PermitRootLogin yes\nMatch LocalPort 22\nPermitRootLogin no\n",
		VERDICT_UNKNOWN, NULL, NULL, 0 },
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
	{ "none-of holds where no cipher is named", "9.2p1",
		"{ Ciphers: { none-of: [3des-cbc] } }", "effective",
		"Ciphers aes256-ctr,aes128-ctr\n", VERDICT_PASS, NULL, NULL, 1 },
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

static void
test_command_line(void **state)
{
	(void)state;
	struct fixture fixture;
	struct error err = ERROR_INIT;
	struct edits edits = { 0 };
	begin(&fixture, "9.2p1", "{ PermitRootLogin: no }", "effective");
	scratch_text("/etc/ssh/sshd_config", "PermitRootLogin no\n");
	scratch_text("/etc/default/ssh",
		"# options\nSSHD_OPTS=\"-u0 -oPermitRootLogin=yes\"\n");
	open_root(&fixture);
	const struct control *control = &fixture.policy.controls[0];
	struct findings findings = check(&fixture, fixture.context.host);
	assert_int_equal(findings_verdict(&findings), VERDICT_FAIL);
	assert_string_equal(findings.items[0].evidence[0].file, "/etc/default/ssh");
	assert_int_equal(findings.items[0].evidence[0].line, 2);
	assert_int_equal(
		control->kind->remedy(&fixture.context, control, &edits, &err), -1);
	assert_non_null(strstr(err.text, "command line"));
	assert_int_equal(edits.count, 0);
	error_clear(&err);
	findings_free(&findings);
	end(&fixture);
}

/* The drop-in replaces the unit's own command line. */
static void
test_unit(void **state)
{
	(void)state;
	struct fixture fixture;
	begin(&fixture, "9.2p1", "{ PermitRootLogin: no, Port: 2222 }", "effective");
	scratch_text("/etc/ssh/sshd_config", "PermitRootLogin no\nPort 22\n");
	scratch_text("/etc/default/ssh", "SSHD_OPTS=-p2222\n");
	scratch_text("/etc/systemd/system/ssh.service.d/a.conf",
		"[Service]\nExecStart=\nExecStart=/usr/sbin/sshd -D $SSHD_OPTS \\\n"
		"  -o \"PermitRootLogin yes\"\n");
	open_root(&fixture);
	struct findings findings = check(&fixture, fixture.context.host);
	assert_int_equal(findings.count, 2);
	assert_string_equal(findings.items[0].have, "yes");
	assert_string_equal(findings.items[0].evidence[0].file,
		"/etc/systemd/system/ssh.service.d/a.conf");
	assert_int_equal(findings.items[0].evidence[0].line, 4);
	assert_string_equal(findings.items[1].have, "2222");
	assert_int_equal(findings.items[1].verdict, VERDICT_PASS);
	findings_free(&findings);
	end(&fixture);
}

/* A backslash at the end of a line goes on with the next: env-file.c of systemd. A shell
 * can start anything. */
static void
test_started(void **state)
{
	(void)state;
	static const struct {
		const char *path, *text;
		enum verdict verdict;
	} cases[] = {
		{ "/etc/default/ssh", "SSHD_OPTS=-o \\\nPermitRootLogin=yes\n",
			VERDICT_FAIL },
		{ "/etc/default/ssh", "SSHD_OPTS=word\n", VERDICT_INVALID },
		/* no file is read: the default is prohibit-password */
		{ "/etc/default/ssh", "SSHD_OPTS=\"-f none\"\n", VERDICT_FAIL },
		{ "/etc/default/ssh", "SSHD_OPTS=-fNone -oPermitRootLogin=no\n",
			VERDICT_PASS },
		{ "/etc/default/ssh", "SSHD_OPTS=-D --\n", VERDICT_PASS },
		{ "/etc/default/ssh", "SSHD_OPTS=-D -- -o PermitRootLogin=yes\n",
			VERDICT_INVALID },
		{ "/etc/default/ssh", "SSHD_OPTS=--foo\n", VERDICT_INVALID },
		{ "/run/systemd/system/ssh.service",
			"[Service]\nExecStart=/bin/sh -c 'exec sshd -D'\n",
			VERDICT_UNKNOWN },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture fixture;
		begin(&fixture, "9.2p1", "{ PermitRootLogin: no }", "effective");
		scratch_text("/etc/ssh/sshd_config", "PermitRootLogin no\n");
		scratch_text(cases[i].path, cases[i].text);
		open_root(&fixture);
		struct findings findings = check(&fixture, fixture.context.host);
		assert_int_equal(findings_verdict(&findings), cases[i].verdict);
		findings_free(&findings);
		end(&fixture);
	}
}

/* ssh@.service counts when a socket unit that accepts by itself is enabled. */
static void
test_socket(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		bool enabled = i & 1, accepts = i & 2;
		struct fixture fixture;
		begin(&fixture, "9.2p1", "{ PermitRootLogin: no }", "effective");
		scratch_text("/etc/ssh/sshd_config", "PermitRootLogin no\n");
		if (enabled)
			scratch_text(
				"/etc/systemd/system/sockets.target.wants/ssh.socket",
				accepts ? "[Socket]\nAccept=yes\n"
					: "[Socket]\nAccept=no\n");
		scratch_text("/lib/systemd/system/ssh@.service",
			"[Service]\nExecStart=-/usr/sbin/sshd -i "
			"-oPermitRootLogin=yes\n");
		open_root(&fixture);
		struct findings findings = check(&fixture, fixture.context.host);
		assert_int_equal(findings_verdict(&findings),
			enabled && accepts ? VERDICT_UNKNOWN : VERDICT_PASS);
		findings_free(&findings);
		end(&fixture);
	}
}

static void
test_other_file(void **state)
{
	(void)state;
	struct fixture fixture;
	begin(&fixture, "9.2p1", "{ PermitRootLogin: no }", "effective");
	scratch_text("/etc/ssh/sshd_config", "PermitRootLogin no\n");
	scratch_text("/etc/ssh/other", "PermitRootLogin yes\n");
	scratch_text("/etc/sysconfig/sshd", "OPTIONS='-f /etc/ssh/other'\n");
	open_root(&fixture);
	struct findings findings = check(&fixture, fixture.context.host);
	assert_int_equal(findings_verdict(&findings), VERDICT_FAIL);
	assert_string_equal(findings.items[0].evidence[0].file, "/etc/ssh/other");
	findings_free(&findings);
	end(&fixture);
}

static void
test_answers(void **state)
{
	(void)state;
	struct fixture fixture;
	struct answers answers = { 0 };
	begin(&fixture, "9.2p1", "{ KbdInteractiveAuthentication: no }", "effective");
	scratch_text("/etc/ssh/sshd_config",
		"MaxAuthTries 3\nMatch Group wheel\nMaxAuthTries 9\n");
	open_root(&fixture);
	const struct control *control = &fixture.policy.controls[0];
	control->kind->answers(&fixture.context, control, &answers);
	const char *global = NULL, *block = NULL;
	for (size_t i = 0; i < answers.count; i++) {
		if (strcmp(answers.items[i].subject, "MaxAuthTries") == 0)
			global = answers.items[i].value;
		if (strcmp(answers.items[i].subject,
			    "MaxAuthTries [Match Group wheel]") == 0)
			block = answers.items[i].value;
	}
	assert_string_equal(global, "3");
	assert_string_equal(block, "9");
	const struct kind *kind = control->kind;
	assert_true(kind->wants(control, "KbdInteractiveAuthentication", "yes", "no"));
	assert_true(kind->wants(
		control, "ChallengeResponseAuthentication [Match all]", "yes", "no"));
	assert_false(kind->wants(control, "KbdInteractiveAuthentication", "no", "yes"));
	assert_false(kind->wants(control, "PasswordAuthentication", "yes", "no"));
	answers_free(&answers);
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
		cmocka_unit_test(test_remedies),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_missing_file),
		cmocka_unit_test(test_not_installed),
		cmocka_unit_test(test_includes),
		cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_unit),
		cmocka_unit_test(test_other_file),
		cmocka_unit_test(test_socket),
		cmocka_unit_test(test_started),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_large_includes),
		cmocka_unit_test(test_mapped_address),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
