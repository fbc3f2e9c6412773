/* The kind: what it says about a host, and what it would change. */
#include "tests/unit/syslog_host.h"

#include "policy/kinds/kind.h"

extern const struct kind kind_syslog;

/* A control with up to one forward and one store. */
struct made_control {
	struct entry forward[4], store[2], sections[2];
	struct value keys;
	struct control control;
};

static struct value
text(const char *words)
{
	return (struct value){ .type = VALUE_TEXT, .text = (char *)words };
}

static void
add_section(
	struct made_control *made, const char *name, struct entry *entries, size_t count)
{
	made->sections[made->keys.count++] = (struct entry){ .key = (char *)name,
		.value = { .type = VALUE_MAP, .entries = entries, .count = count } };
}

static void
make_control(struct made_control *made, const char *selector, const char *to,
	const char *protocol, const char *file)
{
	memset(made, 0, sizeof *made);
	made->keys = (struct value){ .type = VALUE_MAP, .entries = made->sections };
	if (to != NULL) {
		made->forward[0] = (struct entry){ .key = "selector",
			.value = text(selector) };
		made->forward[1] = (struct entry){ .key = "to", .value = text(to) };
		made->forward[2] = (struct entry){ .key = "protocol",
			.value = text(protocol) };
		add_section(made, "forward", made->forward, 3);
	}
	if (file != NULL) {
		made->store[0] = (struct entry){ .key = "selector",
			.value = text(selector) };
		made->store[1] = (struct entry){ .key = "file", .value = text(file) };
		add_section(made, "store", made->store, 2);
	}
	made->control = (struct control){
		.id = "log", .title = "log", .kind = &kind_syslog, .keys = &made->keys
	};
}

static void
judged(const struct context *context, const struct control *control, enum verdict verdict,
	const char *have, const char *why)
{
	struct findings findings = { 0 };
	kind_syslog.check(context, control, &findings);
	assert_true(findings.count > 0);
	if (findings_verdict(&findings) != verdict ||
		(have != NULL && strcmp(findings.items[0].have, have) != 0) ||
		(why != NULL && strcmp(findings.items[0].why, why) != 0))
		print_message("%s\nhave: %s\nwhy: %s\n",
			verdict_name(findings.items[0].verdict), findings.items[0].have,
			findings.items[0].why);
	assert_int_equal(findings_verdict(&findings), verdict);
	if (have != NULL)
		assert_string_equal(findings.items[0].have, have);
	if (why != NULL)
		assert_string_equal(findings.items[0].why, why);
	findings_free(&findings);
}

/* After the remedy PATH reads WANT, and the control passes. */
static void
remedied(struct syslog_host *made, const struct control *control, const char *path,
	const char *want)
{
	struct edits edits = { 0 };
	struct error err = ERROR_INIT;
	struct host *layer = host_layer(made->host);
	struct context after = made->context;
	after.host = layer;
	if (kind_syslog.remedy(&made->context, control, &edits, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(edits_apply(&edits, made->host, layer, &err), 0);
	const struct file *file = host_file(layer, path);
	autofree char *content = memory_copy(file->bytes.data, file->bytes.size);
	assert_string_equal(content, want);
	judged(&after, control, VERDICT_PASS, NULL, NULL);
	edits_free(&edits);
	host_free(layer);
}

static void
test_giant(void **state)
{
	struct syslog_host made;
	struct made_control control;
	struct error err = ERROR_INIT;
	struct findings findings = { 0 };
	(void)state;
	syslog_host_open(&made, "sysklogd");
	struct host *giant = host_open("tests/hosts/giant", &err);
	if (giant == NULL)
		fail_msg("%s", err.text);
	made.context.host = giant;
	make_control(&control, "kern.*", "syslog.isp.net", "any", "/var/log/kernel");
	kind_syslog.check(&made.context, &control.control, &findings);
	assert_int_equal(findings.count, 2);
	assert_int_equal(findings.items[0].verdict, VERDICT_FAIL);
	assert_string_equal(findings.items[0].have,
		"kern.info and above reach @syslog.isp.net (line 7); kern.debug does "
		"not");
	assert_string_equal(findings.items[0].why,
		"line 7 leaves kern.debug out; kern.debug reaches neither a file nor a "
		"log "
		"host");
	assert_int_equal(findings.items[0].evidence[0].line, 7);
	assert_string_equal(
		findings.items[1].have, "kern.* does not reach /var/log/kernel");
	assert_string_equal(findings.items[1].why,
		"kern.info and above go to /var/log/messages (line 6); kern.debug "
		"reaches "
		"neither a file nor a log host");
	findings_free(&findings);
	host_free(giant);
	syslog_host_close(&made);
}

static void
test_remedy(void **state)
{
	struct syslog_host made;
	struct made_control control;
	(void)state;
	syslog_host_open(&made, "sysklogd");
	make_control(&control, "kern.*", "loghost", "any", NULL);
	/* beside the rule for the same place, the actions aligned */
	syslog_host_put(&made, "/etc/syslog.conf",
		"# log\n*.info\t\t\t@loghost\n\nmail.*\t\t\t/var/log/mail\n");
	remedied(&made, &control.control, "/etc/syslog.conf",
		"# log\n*.info\t\t\t@loghost\nkern.*\t\t\t@loghost\n\n"
		"mail.*\t\t\t/var/log/mail\n");
	/* CR LF, no last newline */
	syslog_host_close(&made);
	syslog_host_open(&made, "sysklogd");
	syslog_host_put(&made, "/etc/syslog.conf", "# log\r\nmail.*\t/var/log/mail");
	remedied(&made, &control.control, "/etc/syslog.conf",
		"# log\r\nmail.*\t/var/log/mail\r\nkern.*\t@loghost\r\n");
	/* a section holds at the end of the file */
	syslog_host_close(&made);
	syslog_host_open(&made, "inetutils");
	syslog_host_put(&made, "/etc/syslog.conf", "# log\n!ppp\n*.*\t/var/log/ppp\n");
	remedied(&made, &control.control, "/etc/syslog.conf",
		"# log\nkern.*\t@loghost\n!ppp\n*.*\t/var/log/ppp\n");
	/* a rule in several lines */
	syslog_host_close(&made);
	syslog_host_open(&made, "sysklogd");
	syslog_host_put(&made, "/etc/syslog.conf", "*.info;\\\n  mail.none\t@loghost\n");
	judged(&made.context, &control.control, VERDICT_FAIL,
		"kern.info and above reach @loghost (line 1); kern.debug does not", NULL);
	syslog_host_close(&made);
}

static void
test_kernel_input(void **state)
{
	struct syslog_host made;
	struct made_control control;
	(void)state;
	make_control(&control, "kern.*", "loghost", "any", NULL);
	syslog_host_open(&made, "rsyslog");
	syslog_host_put(&made, "/etc/rsyslog.conf",
		"module(load=\"imuxsock\")\n$ActionQueueType LinkedList\n*.* "
		"@@loghost\n");
	judged(&made.context, &control.control, VERDICT_FAIL,
		"kern.* does not reach @loghost",
		"kern.* never gets to rsyslogd: it loads no input for it");
	remedied(&made, &control.control, "/etc/rsyslog.conf",
		"module(load=\"imuxsock\")\nmodule(load=\"imklog\")\n"
		"$ActionQueueType LinkedList\n*.* @@loghost\n");
	syslog_host_close(&made);
	syslog_host_open(&made, "rsyslog");
	syslog_host_put(&made, "/etc/rsyslog.conf", "$ModLoad imuxsock\nmail.* /a\n");
	remedied(&made, &control.control, "/etc/rsyslog.conf",
		"$ModLoad imuxsock\n$ModLoad imklog\nmail.* /a\nkern.*\t@loghost\n");
	syslog_host_close(&made);
}

/* What would keep the new rule from its messages stands before the end of the file. */
static void
test_effective_place(void **state)
{
	struct syslog_host made;
	struct made_control control;
	(void)state;
	make_control(&control, "mail.*", "loghost", "tcp", NULL);
	syslog_host_open(&made, "rsyslog");
	syslog_host_put(&made, "/etc/rsyslog.conf",
		"module(load=\"imuxsock\")\n# drop-ins\n"
		"$IncludeConfig /etc/rsyslog.d/*.conf\n*.* /a\n");
	syslog_host_put(&made, "/etc/rsyslog.d/a.conf", "$RuleSet other\n");
	remedied(&made, &control.control, "/etc/rsyslog.conf",
		"module(load=\"imuxsock\")\n# drop-ins\nmail.*\t@@loghost\n"
		"$IncludeConfig /etc/rsyslog.d/*.conf\n*.* /a\n");
	syslog_host_close(&made);
	syslog_host_open(&made, "rsyslog");
	syslog_host_put(&made, "/etc/rsyslog.conf",
		"module(load=\"imuxsock\")\n:msg, contains, \"x\" ~\n*.* /a\n");
	remedied(&made, &control.control, "/etc/rsyslog.conf",
		"module(load=\"imuxsock\")\nmail.*\t@@loghost\n"
		":msg, contains, \"x\" ~\n*.* /a\n");
	/* sysklogd knows no TCP */
	syslog_host_close(&made);
	syslog_host_open(&made, "sysklogd");
	syslog_host_put(&made, "/etc/syslog.conf", "*.*\t@loghost\n");
	struct edits edits = { 0 };
	struct error err = ERROR_INIT;
	assert_int_equal(
		kind_syslog.remedy(&made.context, &control.control, &edits, &err), -1);
	assert_string_equal(err.text, "syslogd can forward over UDP only");
	error_clear(&err);
	syslog_host_close(&made);
}

static void
test_no_daemon(void **state)
{
	struct syslog_host made;
	struct made_control control;
	(void)state;
	syslog_host_open(&made, "syslog-ng");
	make_control(&control, "kern.*", "loghost", "any", NULL);
	judged(&made.context, &control.control, VERDICT_UNKNOWN, NULL,
		"the configuration of syslog-ng is not understood");
	syslog_host_close(&made);
	syslog_host_open(&made, "sysklogd");
	judged(&made.context, &control.control, VERDICT_FAIL, NULL,
		"/etc/syslog.conf: no such file");
	syslog_host_put(&made, "/etc/syslog.conf", "kern.*\t@loghost\n\001\n");
	syslog_host_close(&made);
	syslog_host_open(&made, "sysklogd");
	syslog_host_put(&made, "/etc/syslog.conf", "kern.*\t@loghost\n\001\n");
	judged(&made.context, &control.control, VERDICT_UNKNOWN, NULL, NULL);
	syslog_host_close(&made);
}

static void
test_wants(void **state)
{
	struct made_control control;
	(void)state;
	make_control(&control, "kern.*", "loghost", "any", NULL);
	const struct control *c = &control.control;
	assert_true(kind_syslog.wants(c, "kern.debug", "nothing", "@loghost"));
	assert_true(kind_syslog.wants(c, "kern.debug", "/a", "/a, @loghost"));
	assert_true(kind_syslog.wants(c, "kern.debug", "@loghost (some)", "@loghost"));
	assert_false(kind_syslog.wants(c, "kern.debug", "/a", "@loghost"));
	assert_false(kind_syslog.wants(c, "mail.debug", "nothing", "@loghost"));
	assert_false(kind_syslog.wants(c, "kern.debug", "/a", "/a, @loghost, /b"));
	assert_false(kind_syslog.wants(c, "kern.debug", "/a", "/a, @loghost:515"));
	/* no kernel message came in before: the rules that are there take them too */
	assert_true(kind_syslog.wants(c, "kern.debug", "nothing", "@loghost, /b"));
	make_control(&control, "mail.*", "loghost", "any", NULL);
	assert_false(kind_syslog.wants(c, "kern.debug", "nothing", "@loghost, /b"));
	make_control(&control, "kern.*", "loghost", "any", NULL);
	assert_false(kind_syslog.wants(c, "kernel", "nothing", "@loghost"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_giant),
		cmocka_unit_test(test_remedy),
		cmocka_unit_test(test_kernel_input),
		cmocka_unit_test(test_effective_place),
		cmocka_unit_test(test_no_daemon),
		cmocka_unit_test(test_wants),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
