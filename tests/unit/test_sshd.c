/* The remedy of the kind sshd: a root is judged, repaired and judged again. */
#include "tests/unit/sshd_host.h"

struct remedy_case {
	const char *name, *version, *settings;
	const char *view; /* NULL: effective */
	const char *before, *after; /* of the main file */
	const char *drop_before, *drop_after; /* of sshd_config.d/a.conf; NULL: none */
};

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

/* add_listen_addr in servconf.c: the ports are part of what ListenAddress says. */
static void
test_ports(void **state)
{
	(void)state;
	struct fixture fixture;
	begin(&fixture, "9.2p1", "{ Port: 2222 }", "effective");
	scratch_text("/etc/ssh/sshd_config", "Port 22\n");
	open_root(&fixture);
	const struct control *control = &fixture.policy.controls[0];
	assert_true(control->kind->wants(
		control, "ListenAddress", "0.0.0.0:22", "0.0.0.0:2222"));
	assert_false(control->kind->wants(control, "AddressFamily", "any", "inet"));
	end(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remedies),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_ports),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
