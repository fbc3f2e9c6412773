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

struct move_case {
	const char *name, *settings;
	const char *before, *after; /* of the main file */
	bool wanted; /* all that is another answer then */
};

/* server_listen in sshd.c, and what match_cfg_line in servconf.c asks of a connection:
 * where sshd listens, blocks begin and cease to hold for everybody. */
static const struct move_case moves[] = {
	{ "the block of the old port", "{ Port: 2222 }",
		"Port 22\nMatch LocalPort 22\nPermitTTY no\n",
		"Port 2222\nMatch LocalPort 22\nPermitTTY no\n", false },
	{ "the block of the new port", "{ Port: 2222 }",
		"Port 22\nMatch LocalPort 2222\nPermitTTY no\n",
		"Port 2222\nMatch LocalPort 2222\nPermitTTY no\n", false },
	{ "that of one person", "{ Port: 2222 }",
		"Port 22\nMatch User root LocalPort 22\nPermitTTY no\n",
		"Port 2222\nMatch User root LocalPort 22\nPermitTTY no\n", false },
	{ "of a third port", "{ Port: 2222 }",
		"Port 22\nMatch LocalPort 80\nPermitTTY no\n",
		"Port 2222\nMatch LocalPort 80\nPermitTTY no\n", true },
	{ "one of two ports stays", "{ Port: 2222 }",
		"Port 22\nPort 2222\nMatch LocalPort 22\nPermitTTY no\n",
		"Port 2222\nMatch LocalPort 22\nPermitTTY no\n", true },
	{ "a port of one address", "{ Port: 2222 }",
		"Port 22\nListenAddress 10.0.0.1:22\nMatch LocalPort 2222\nPermitTTY "
		"no\n",
		"Port 2222\nListenAddress 10.0.0.1:22\nMatch LocalPort 2222\n"
		"PermitTTY no\n",
		true },
	{ "the block of the old address", "{ ListenAddress: 10.0.0.2 }",
		"ListenAddress 10.0.0.1\nMatch LocalAddress 10.0.0.1\nPermitTTY no\n",
		"ListenAddress 10.0.0.2\nMatch LocalAddress 10.0.0.1\nPermitTTY no\n",
		false },
	{ "addresses of one network", "{ ListenAddress: 10.0.0.2 }",
		"ListenAddress 10.0.0.1\nMatch LocalAddress 10.0.0.0/8\nPermitTTY no\n",
		"ListenAddress 10.0.0.2\nMatch LocalAddress 10.0.0.0/8\nPermitTTY no\n",
		true },
	{ "any address, then one", "{ ListenAddress: 10.0.0.2 }",
		"Match LocalAddress 10.0.0.1\nPermitTTY no\n",
		"ListenAddress 10.0.0.2\nMatch LocalAddress 10.0.0.1\nPermitTTY no\n",
		false },
	{ "a block for IPv4, and IPv6 comes", "{ AddressFamily: any }",
		"AddressFamily inet\nMatch Address 0.0.0.0/0\nPermitTTY no\n",
		"AddressFamily any\nMatch Address 0.0.0.0/0\nPermitTTY no\n", false },
	{ "a block for IPv4, and IPv6 goes", "{ AddressFamily: inet }",
		"AddressFamily any\nMatch Address 10.0.0.0/8\nPermitTTY no\n",
		"AddressFamily inet\nMatch Address 10.0.0.0/8\nPermitTTY no\n", true },
	{ "an address that is a name", "{ Port: 2222 }",
		"Port 22\nListenAddress here\nMatch LocalPort 22\nPermitTTY no\n",
		"Port 2222\nListenAddress here\nMatch LocalPort 22\nPermitTTY no\n",
		false },
	{ "the block around it", "{ Port: 2222 }",
		"Port 22\nMatch LocalPort 22\n" INCLUDE,
		"Port 2222\nMatch LocalPort 22\n" INCLUDE, false },
	{ "no block asks for that", "{ Port: 2222 }",
		"Port 22\nMatch User root\nPermitTTY no\n",
		"Port 2222\nMatch User root\nPermitTTY no\n", true },
};

static struct answers
answers_of(const struct fixture *fixture, struct host *host)
{
	const struct control *control = &fixture->policy.controls[0];
	struct context context = fixture->context;
	struct answers answers = { 0 };
	context.host = host;
	control->kind->answers(&context, control, &answers);
	return answers;
}

static const char *
value_of(const struct answers *answers, const char *subject)
{
	for (size_t i = 0; i < answers->count; i++)
		if (strcmp(answers->items[i].subject, subject) == 0)
			return answers->items[i].value;
	return NULL;
}

static void
test_moves(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
		struct fixture fixture;
		struct edits edits = { 0 };
		struct error err = ERROR_INIT;
		begin(&fixture, "9.2p1", moves[i].settings, "effective");
		scratch_text("/etc/ssh/sshd_config", moves[i].before);
		scratch_text("/etc/ssh/sshd_config.d/a.conf",
			"Match User root\nPermitTTY no\n");
		open_root(&fixture);
		const struct control *control = &fixture.policy.controls[0];
		const struct file *file = host_file(
			fixture.context.host, "/etc/ssh/sshd_config");
		edits_splice(&edits, file, 0, file->bytes.size, moves[i].after, "moved");
		struct host *layer = host_layer(fixture.context.host);
		assert_int_equal(
			edits_apply(&edits, fixture.context.host, layer, &err), 0);
		struct answers before = answers_of(&fixture, fixture.context.host);
		struct answers after = answers_of(&fixture, layer);
		bool wanted = true;
		for (size_t k = 0; k < before.count; k++) {
			const struct answer *was = &before.items[k];
			const char *now = value_of(&after, was->subject);
			if (now == NULL || strcmp(was->value, now) != 0)
				wanted = wanted &&
					control->kind->wants(
						control, was->subject, was->value, now);
		}
		print_message("%s\n", moves[i].name);
		assert_int_equal(wanted, moves[i].wanted);
		answers_free(&before);
		answers_free(&after);
		edits_free(&edits);
		host_free(layer);
		end(&fixture);
	}
}

/* With more than is looked at no move is wanted; a "; " in a pattern is no other item. */
static void
test_reach(void **state)
{
	(void)state;
	static const char subject[] = "which Match blocks hold where sshd listens";
	struct fixture fixture;
	autobuffer struct buffer text = { 0 };
	begin(&fixture, "9.2p1", "{ Port: 2222 }", "effective");
	for (int i = 1; i <= 200; i++)
		buffer_printf(&text, "Port %d\n", i);
	buffer_text(&text, "Match LocalPort 7 User \"a; none\"\nPermitTTY no\n");
	scratch_text("/etc/ssh/sshd_config", text.data);
	open_root(&fixture);
	struct answers answers = answers_of(&fixture, fixture.context.host);
	assert_string_equal(
		value_of(&answers, subject), "none; Match LocalPort 7 User a, none");
	answers_free(&answers);
	parser_free(fixture.context.parser);
	host_free(fixture.context.host);
	for (int i = 0; i < 1000; i++)
		buffer_text(&text, "Match LocalPort 7\nPermitTTY no\n");
	scratch_text("/etc/ssh/sshd_config", text.data);
	open_root(&fixture);
	answers = answers_of(&fixture, fixture.context.host);
	const char *value = value_of(&answers, subject);
	const struct control *control = &fixture.policy.controls[0];
	assert_non_null(strstr(value, "too many to look at, for the ports 1 2 3"));
	assert_false(control->kind->wants(control, subject, value, "none"));
	answers_free(&answers);
	end(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remedies),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_reach),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
