/* The console kind beyond access.conf: stacks that services share, pseudo terminals,
 * gettys, other accounts of uid 0, locked ones, and the module's line. */
#include "tests/unit/kind_host.h"

#include "tests/unit/module_file.h"

extern const struct kind kind_console;

#define RULE "-:ALL EXCEPT root:LOCAL\n"
#define COMMON                                                                           \
	"# here are the per-package modules (the \"Primary\" block)\n"                   \
	"account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\n"         \
	"account requisite pam_deny.so\naccount required pam_permit.so\n"
#define CONF                                                                             \
	"control it\npolicy "                                                            \
	"0000000000000000000000000000000000000000000000000000000000000000\nallow root\n"

static void
make(struct kind_host *made, const char *through)
{
	static const char *const modules[] = { "holdfast", "access", "unix", "permit",
		"deny", "krb5" };
	kind_host_open(made, &kind_console, "pam", "1.5.2");
	kind_host_key(made, "only", "root", true);
	kind_host_key(made, "through", through, true);
	kind_host_put(made, "/etc/passwd",
		"root:x:0:0::/:/bin/sh\nbob:x:1000:1000::/:/bin/sh\n");
	kind_host_put(made, "/etc/group", "root:x:0:\nbob:x:1000:\n");
	kind_host_put(made, "/etc/shadow", "root:$6$x:1::::::\nbob:$6$x:1::::::\n");
	kind_host_put(made, "/etc/pam.d/login", "account required pam_access.so\n");
	kind_host_put(made, "/etc/security/access.conf", RULE);
	struct module_file module = module_file_make();
	const struct bytes bytes = { (const char *)&module, sizeof module };
	for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
		autofree char *path = memory_printf(
			"/lib/x-linux-gnu/security/pam_%s.so", modules[i]);
		host_put(made->host, path, bytes);
	}
}

/* The template's command; one that does not pass is left to a person. */
static void
judged_units(const char *unit, enum verdict verdict, const char *text)
{
	struct kind_host made;
	make(&made, "access.conf");
	autofree char *service = memory_printf("[Service]\nExecStart=%s\n", unit);
	kind_host_put(&made, "/lib/systemd/system/getty@.service", service);
	kind_host_judged(&made, verdict, text);
	if (verdict != VERDICT_PASS)
		kind_host_refused(&made, "are not changed, put it right first");
	kind_host_close(&made);
}

static void
test_gettys(void **state)
{
	struct kind_host made;
	(void)state;
	judged_units("-/sbin/agetty --noclear %I $TERM", VERDICT_PASS,
		"each asks for a name and a password");
	judged_units("-/sbin/agetty -H there %I", VERDICT_PASS, NULL);
	autofree char *words = memory_new(1, 300 * 2 + 1);
	for (size_t i = 0; i < 300; i++)
		memcpy(words + 2 * i, "a ", 2);
	autofree char *unit = memory_printf("-/sbin/agetty %%I %s", words);
	judged_units(unit, VERDICT_UNKNOWN, "it has too many arguments");
	autofree char *login = memory_printf("-/sbin/agetty -o \"%s\" %%I", words);
	judged_units(login, VERDICT_UNKNOWN, "it gives login too many words");
	judged_units("-/sbin/agetty -a root %I", VERDICT_FAIL,
		"root is logged in without a password");
	judged_units("-/sbin/agetty -E -H there %I", VERDICT_FAIL,
		"login is told the remote host 'there'");
	judged_units("/bin/bash", VERDICT_FAIL, "starts /bin/bash");
	judged_units("/opt/ask %I", VERDICT_UNKNOWN, "not known, /opt/ask");
	/* none of a display manager's business */
	make(&made, "access.conf");
	kind_host_key(&made, "services", "gdm-password", true);
	kind_host_put(
		&made, "/etc/pam.d/gdm-password", "account required pam_access.so\n");
	kind_host_put(&made, "/etc/inittab", "1:2:respawn:/bin/sh\n");
	kind_host_judged(&made, VERDICT_PASS, NULL);
	kind_host_close(&made);
}

/* A terminal with a getty is one of the console, whatever it is called. */
static void
test_getty_terminals(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "access.conf");
	kind_host_put(&made, "/etc/inittab", "1:2:respawn:/sbin/agetty odd0 9600\n");
	kind_host_put(&made, "/etc/security/access.conf", "+:bob:odd0\n" RULE);
	kind_host_judged(&made, VERDICT_FAIL, "bob is admitted from odd0");
	kind_host_put(&made, "/etc/inittab", "1:2:respawn:/sbin/agetty tty1 9600\n");
	kind_host_judged(&made, VERDICT_PASS, NULL);
	kind_host_close(&made);
}

static void
test_pts(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "access.conf module");
	kind_host_put(&made, "/etc/security/access.conf", "+:ALL:pts/0\n" RULE);
	kind_host_put(&made, "/etc/holdfast/console.conf", CONF);
	kind_host_put(&made, "/etc/pam.d/login",
		"account required pam_holdfast.so debug # note\n"
		"account required pam_access.so\n");
	kind_host_judged(&made, VERDICT_PASS, "admitted are everybody from pts/0");
	kind_host_key(&made, "pts", "console", false);
	kind_host_judged(&made, VERDICT_FAIL, "from pts/0");
	kind_host_judged(&made, VERDICT_FAIL, "pts=console is missing");
	kind_host_put(&made, "/etc/security/access.conf", RULE);
	kind_host_repaired(&made, "/etc/pam.d/login",
		"account required pam_holdfast.so pts=console debug # note\n"
		"account required pam_access.so\n");
	kind_host_close(&made);
	/* and where the line is missing, or goes on in another */
	make(&made, "module");
	kind_host_key(&made, "pts", "console", false);
	kind_host_put(&made, "/etc/pam.d/login",
		"account required \\\n pam_holdfast.so\naccount required pam_unix.so\n");
	kind_host_refused(&made, "goes on in another: add pts=console");
	kind_host_put(&made, "/etc/pam.d/login", " account required pam_unix.so\n");
	kind_host_refused(&made, "/etc/holdfast: there is no such directory");
	kind_host_put(&made, "/etc/holdfast/console.conf", CONF);
	kind_host_repaired(&made, "/etc/pam.d/login",
		"account\trequired\tpam_holdfast.so pts=console\n"
		" account required pam_unix.so\n");
	kind_host_put(&made, "/etc/pam.d/login", "account required pam_unix.so\n");
	kind_host_put(&made, "/etc/holdfast/console.conf", CONF);
	kind_host_repaired(&made, "/etc/pam.d/login",
		"account\trequired\tpam_holdfast.so pts=console\n"
		"account required pam_unix.so\n");
	kind_host_close(&made);
}

/* The file that others share is changed only when the policy says so. */
static void
test_shared(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "module");
	kind_host_put(&made, "/etc/holdfast/console.conf", CONF);
	kind_host_put(&made, "/etc/pam.d/login", "@include common-account\n");
	kind_host_put(&made, "/etc/pam.d/cron", "@include common-account\n");
	kind_host_put(&made, "/etc/pam.d/common-account", "# all\n" COMMON);
	kind_host_repaired(&made, "/etc/pam.d/login",
		"account\trequired\tpam_holdfast.so\n@include common-account\n");
	kind_host_key(&made, "remedy", "shared", false);
	kind_host_repaired(&made, "/etc/pam.d/common-account",
		"# all\naccount\trequired\tpam_holdfast.so\n" COMMON);
	kind_host_put(&made, "/etc/pam.d/login", "account required pam_unix.so\n");
	kind_host_refused(&made, "leave out 'remedy: shared'");
	kind_host_close(&made);
	/* one line for two services, of which one is no usual console */
	make(&made, "module");
	kind_host_key(&made, "services", "login kiosk", true);
	kind_host_key(&made, "remedy", "shared", false);
	kind_host_put(&made, "/etc/holdfast/console.conf", CONF);
	kind_host_put(&made, "/etc/pam.d/login", "@include common-account\n");
	kind_host_put(&made, "/etc/pam.d/kiosk", "@include common-account\n");
	kind_host_put(&made, "/etc/pam.d/common-account", COMMON);
	kind_host_repaired(&made, "/etc/pam.d/common-account",
		"account\trequired\tpam_holdfast.so services=login,kiosk\n" COMMON);
	kind_host_close(&made);
	/* a line in a shared file that lacks an argument */
	make(&made, "module");
	kind_host_key(&made, "pts", "console", false);
	kind_host_put(&made, "/etc/holdfast/console.conf", CONF);
	kind_host_put(&made, "/etc/pam.d/login", "@include common-account\n");
	kind_host_put(&made, "/etc/pam.d/common-account",
		"account required pam_holdfast.so\n" COMMON);
	kind_host_refused(&made, "'remedy: shared' in the policy lets apply write it");
	kind_host_close(&made);
}

/* authselect writes its files anew. */
static void
test_authselect(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "access.conf");
	kind_host_key(&made, "remedy", "shared", false);
	scratch_parents("/etc/pam.d/x");
	scratch_parents("/etc/authselect/x");
	autofree char *link = scratch_path("/etc/pam.d/system-auth");
	assert_int_equal(symlink("/etc/authselect/system-auth", link), 0);
	autofree char *target = scratch_path("/etc/authselect/system-auth");
	FILE *file = fopen(target, "w");
	fputs("account required pam_unix.so\n", file);
	fclose(file);
	kind_host_put(&made, "/etc/pam.d/login", "account include system-auth\n");
	kind_host_refused(&made, "authselect writes it");
	kind_host_close(&made);
}

/* Never into a stack in which no other module says success: it would refuse all. */
static void
test_no_success(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "module");
	kind_host_put(&made, "/etc/holdfast/console.conf", CONF);
	kind_host_put(&made, "/etc/pam.d/login",
		"account required pam_holdfast.so\naccount required pam_nologin.so\n");
	kind_host_judged(&made, VERDICT_INVALID, "nobody can pass it, root neither");
	kind_host_refused(&made, "libpam refuses everybody");
	kind_host_put(&made, "/etc/pam.d/login", "account required pam_nologin.so\n");
	kind_host_judged(&made, VERDICT_INVALID, "it never succeeds");
	kind_host_refused(&made, "libpam refuses everybody");
	kind_host_close(&made);
}

static void
test_roots(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "module");
	kind_host_put(&made, "/etc/holdfast/console.conf", CONF);
	kind_host_put(&made, "/etc/pam.d/login",
		"auth required pam_unix.so\naccount required pam_holdfast.so\n"
		"account required pam_unix.so\n");
	kind_host_judged(&made, VERDICT_PASS, NULL);
	kind_host_put(
		&made, "/etc/passwd", "root:x:0:0::/:/bin/sh\ntoor:x:0:0::/:/bin/sh\n");
	kind_host_put(&made, "/etc/shadow", "root:$6$x:1::::::\ntoor:$6$x:1::::::\n");
	kind_host_judged(&made, VERDICT_FAIL, "its uid is 0");
	kind_host_put(&made, "/etc/shadow", "root:$6$x:1::::::\ntoor:!:1::::::\n");
	kind_host_judged(&made, VERDICT_PASS, NULL);
	kind_host_close(&made);
	/* the rules refuse it where they are asked too */
	make(&made, "access.conf module");
	kind_host_put(&made, "/etc/holdfast/console.conf", CONF);
	kind_host_put(
		&made, "/etc/passwd", "root:x:0:0::/:/bin/sh\ntoor:x:0:0::/:/bin/sh\n");
	kind_host_put(&made, "/etc/shadow", "root:$6$x:1::::::\ntoor:$6$x:1::::::\n");
	kind_host_put(&made, "/etc/pam.d/login",
		"account required pam_holdfast.so\naccount required pam_access.so "
		"nodefgroup\n");
	kind_host_judged(&made, VERDICT_PASS, "left to access.conf");
	kind_host_put(
		&made, "/etc/security/access.conf", "-:ALL EXCEPT root toor:LOCAL\n");
	kind_host_judged(&made, VERDICT_FAIL, "toor is admitted");
	kind_host_close(&made);
}

/* A locked account can't get in where the auth phase is about passwords alone. */
static void
test_locked(void **state)
{
	static const struct {
		const char *auth;
		enum verdict verdict;
	} cases[] = {
		{ "auth required pam_unix.so\n", VERDICT_PASS },
		{ "auth sufficient pam_unix.so\nauth required pam_deny.so\n",
			VERDICT_PASS },
		{ "auth sufficient pam_krb5.so\nauth required pam_unix.so\n",
			VERDICT_FAIL },
		{ "auth required pam_permit.so\n", VERDICT_FAIL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kind_host made;
		make(&made, "access.conf");
		kind_host_put(&made, "/etc/shadow", "root:$6$x:1::::::\nbob:!:1::::::\n");
		kind_host_put(&made, "/etc/group", "root:x:0:bob\n");
		autofree char *login = memory_printf(
			"%saccount required pam_access.so\n", cases[i].auth);
		kind_host_put(&made, "/etc/pam.d/login", login);
		kind_host_judged(&made, cases[i].verdict, "bob");
		kind_host_close(&made);
	}
}

/* Decoys in front of the terminal that matters. */
static void
test_many_terminals(void **state)
{
	struct kind_host made;
	autobuffer struct buffer access = { 0 };
	(void)state;
	make(&made, "access.conf");
	for (int i = 0; i < 300; i++)
		buffer_printf(&access, "+:root:ttyA%d\n", i);
	buffer_text(&access, RULE);
	kind_host_put(&made, "/etc/security/access.conf", access.data);
	kind_host_judged(&made, VERDICT_UNKNOWN, "more than 256 terminals");
	kind_host_close(&made);
}

/* One whom another source knows, and the rules name. */
static void
test_strangers(void **state)
{
	static const char from[] = "login\tldap\ttty1";
	static const struct {
		const char *names, *answer;
	} cases[] = {
		{ "allow root\n", "refused" },
		{ "allow root\nallow ldap\n", NULL },
		{ "allow root\nallow (wheel)\n", "not known" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kind_host made;
		struct answers answers = { 0 };
		const char *have = NULL;
		make(&made, "module");
		autofree char *conf = memory_printf(
			"control it\npolicy %064d\n%s", 0, cases[i].names);
		kind_host_put(&made, "/etc/nsswitch.conf", "passwd: files ldap\n");
		kind_host_put(&made, "/etc/holdfast/console.conf", conf);
		kind_host_put(&made, "/etc/security/access.conf", "+:ldap:ALL\n");
		kind_host_put(&made, "/etc/pam.d/login",
			"account required pam_holdfast.so\n"
			"account required pam_access.so\n");
		kind_console.answers(&made.context, &made.control, &answers);
		for (size_t k = 0; k < answers.count; k++)
			if (strcmp(answers.items[k].subject, from) == 0)
				have = answers.items[k].value;
		assert_int_equal(have == NULL, cases[i].answer == NULL);
		if (have != NULL)
			assert_string_equal(have, cases[i].answer);
		answers_free(&answers);
		kind_host_close(&made);
	}
}

/* What the answers say of SUBJECT where login's line of the module has ARGUMENTS and
 * console.conf NAMES; of a login that is admitted nothing. */
static void
answered(
	const char *arguments, const char *names, const char *subject, const char *answer)
{
	struct kind_host made;
	struct answers answers = { 0 };
	const char *have = NULL;
	make(&made, "module");
	autofree char *conf = memory_printf("control it\npolicy %064d\n%s", 0, names);
	autofree char *login = memory_printf(
		"account required pam_holdfast.so %s\naccount required pam_access.so\n",
		arguments);
	kind_host_put(&made, "/etc/group", "root:x:0:\nwheel:x:10:bob\n");
	kind_host_put(&made, "/etc/nsswitch.conf", "passwd: files\ngroup: files ldap\n");
	kind_host_put(&made, "/etc/holdfast/console.conf", conf);
	kind_host_put(&made, "/etc/security/access.conf", "+:bob:ALL\n");
	kind_host_put(&made, "/etc/pam.d/login", login);
	kind_host_put(&made, "/etc/pam.d/lightdm", login);
	scratch_text("/etc/fifo", "");
	autofree char *path = scratch_path("/etc/fifo");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	kind_console.answers(&made.context, &made.control, &answers);
	for (size_t i = 0; i < answers.count; i++)
		if (strcmp(answers.items[i].subject, subject) == 0)
			have = answers.items[i].value;
	if (have == NULL)
		have = "admitted";
	if (strcmp(have, answer) != 0)
		print_message("%s, %s\n", arguments, subject);
	assert_string_equal(have, answer);
	answers_free(&answers);
	kind_host_close(&made);
}

/* What the module does with a login, by its arguments. */
static void
test_line(void **state)
{
	static const char root[] = "allow root\n", bob[] = "login\tbob\ttty1",
			  elsewhere[] = "login\tbob\t192.0.2.1";
	char words[65 * 6 + 1] = "";
	(void)state;
	answered("", root, bob, "refused");
	answered("", root, "login\troot\ttty1", "admitted");
	answered("", root, "login\tany other user\ttty1", "refused");
	answered("", root, "login\tbob\tpts/0", "admitted");
	answered("pts=console", root, "login\tbob\tpts/0", "refused");
	answered("pts=console", root, elsewhere, "refused");
	answered("pts=console trust_rhost", root, elsewhere, "admitted");
	answered("trust_rhost", root, bob, "refused");
	answered("", root, "lightdm\tbob\t:0", "refused");
	answered("", root, "lightdm\tbob\tlightdm", "refused");
	answered("", root, "lightdm\tbob\t192.0.2.1", "admitted");
	answered("bogus", root, bob, "refused");
	answered("bogus onerr=allow", root, bob, "admitted");
	answered("dry_run", root, bob, "admitted");
	answered("[a b]", root, bob, "not known");
	answered("conf=/etc/fifo", root, bob, "not known");
	answered("conf=/etc/none", root, bob, "refused");
	for (size_t i = 0; i < 64; i++)
		strcat(words, "debug ");
	answered(words, root, bob, "refused");
	strcat(words, "debug");
	answered(words, root, bob, "not known");
	answered("", "allow 1000\n", bob, "admitted");
	answered("", "allow (wheel)\n", bob, "admitted");
	answered("", "allow (root)\n", bob, "refused");
	/* of a group that the files do not have another source may have members */
	answered("", "allow (ops)\n", bob, "not known");
}

static void
test_displays(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "access.conf");
	kind_host_key(&made, "services", "lightdm", true);
	kind_host_put(&made, "/etc/pam.d/lightdm", "account required pam_access.so\n");
	kind_host_judged(&made, VERDICT_PASS, "from 192.0.2.1");
	kind_host_put(&made, "/etc/security/access.conf", "+:bob:lightdm\n" RULE);
	kind_host_judged(&made, VERDICT_FAIL, "bob is admitted from lightdm");
	kind_host_put(&made, "/etc/security/access.conf", "+:bob::5\n" RULE);
	kind_host_judged(&made, VERDICT_FAIL, "bob is admitted from :5");
	/* the session's program is started, whatever the shell: session-child.c of
	 * lightdm */
	kind_host_put(&made, "/etc/passwd",
		"root:x:0:0::/:/bin/sh\nbob:x:1000:1000::/:/usr/sbin/nologin\n");
	kind_host_judged(&made, VERDICT_FAIL, "bob is admitted from :5");
	kind_host_close(&made);
}

/* Each line has its own rules: pam_access is asked once a line. */
static void
test_two_lines(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "access.conf");
	kind_host_put(&made, "/etc/security/two.conf", "-:root:LOCAL\n");
	kind_host_put(&made, "/etc/pam.d/login",
		"account required pam_access.so\n"
		"account required pam_access.so accessfile=/etc/security/two.conf\n");
	kind_host_judged(&made, VERDICT_UNKNOWN, "several lines ask pam_access.so");
	kind_host_put(&made, "/etc/pam.d/login",
		"account required pam_access.so\naccount required pam_access.so\n");
	kind_host_judged(&made, VERDICT_PASS, NULL);
	kind_host_close(&made);
}

/* Digits are a uid, as console.conf has it. */
static void
test_number_as_name(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "access.conf");
	made.items[0][1] = (struct value){ .type = VALUE_TEXT, .text = (char *)"1000" };
	made.keys[0].value.count = 2;
	kind_host_put(&made, "/etc/passwd",
		"root:x:0:0::/:/bin/sh\n1000:x:1005:1005::/:/bin/sh\n");
	kind_host_put(&made, "/etc/shadow", "root:$6$x:1::::::\n1000:$6$x:1::::::\n");
	kind_host_put(
		&made, "/etc/security/access.conf", "-:ALL EXCEPT root 1000:LOCAL\n");
	kind_host_judged(&made, VERDICT_FAIL, "1000 is admitted");
	kind_host_close(&made);
}

/* Which modules are asked, with their lines. */
static void
test_order(void **state)
{
	struct kind_host made;
	struct findings findings = { 0 };
	const struct finding *order = NULL;
	(void)state;
	make(&made, "access.conf");
	kind_host_put(&made, "/etc/pam.d/login",
		"account required pam_access.so\n@include common-account\n");
	kind_host_put(&made, "/etc/pam.d/common-account", COMMON);
	kind_console.check(&made.context, &made.control, &findings);
	for (size_t i = 0; i < findings.count; i++)
		if (strcmp(findings.items[i].subject, "account stack of login") == 0)
			order = &findings.items[i];
	assert_non_null(order);
	assert_string_equal(order->have,
		"asks in turn pam_access.so, pam_unix.so, pam_deny.so, pam_permit.so");
	assert_int_equal(order->evidence_count, 4);
	assert_string_equal(order->evidence[1].file, "/etc/pam.d/common-account");
	assert_int_equal(order->evidence[1].line, 2);
	findings_free(&findings);
	kind_host_close(&made);
}

static void
test_automatic_login(void **state)
{
	static const struct {
		const char *services, *path, *text;
		enum verdict verdict;
		const char *said;
	} cases[] = {
		{ "gdm-password", "/etc/gdm3/daemon.conf",
			"[daemon]\nAutomaticLoginEnable = True\nAutomaticLogin = bob\n",
			VERDICT_FAIL, "it asks gdm-autologin, which is no service" },
		{ "gdm-password gdm-autologin", "/etc/gdm/custom.conf",
			"[daemon]\nTimedLogin=bob\nTimedLoginEnable=true\n", VERDICT_FAIL,
			"bob is logged in without a password" },
		{ "gdm-password", "/etc/gdm3/daemon.conf",
			"[daemon]\n#AutomaticLoginEnable=true\nAutomaticLogin=bob\n",
			VERDICT_PASS, NULL },
		{ "login", "/etc/gdm3/daemon.conf",
			"[daemon]\nAutomaticLoginEnable=true\nAutomaticLogin=bob\n",
			VERDICT_PASS, NULL },
		{ "lxdm", "/etc/lxdm/lxdm.conf", "[base]\nautologin=bob\n", VERDICT_FAIL,
			"lxdm asks no account stack then" },
		{ "lxdm", "/etc/lxdm/lxdm.conf", "[base]\n# autologin=bob\n",
			VERDICT_PASS, NULL },
		{ "lightdm", "/etc/lightdm/lightdm.conf.d/a.conf",
			"[Seat:*]\nautologin-user=bob\n", VERDICT_FAIL,
			"it asks lightdm-autologin" },
		{ "sddm", "/etc/sddm.conf", "[Autologin]\nUser=bob\n", VERDICT_FAIL,
			"it asks sddm-autologin" },
		{ "sddm", "/etc/sddm.conf", "[Autologin]\nUser=\n", VERDICT_PASS, NULL },
		{ "greetd", "/etc/greetd/config.toml",
			"[default_session]\nuser = \"greeter\"\n[initial_session]\n"
			"user = \"bob\"\n",
			VERDICT_FAIL, "bob is logged in without a password" },
		/* ConfigReader.cpp of sddm: every file, a comment behind a value, and no
		 * line is continued */
		{ "sddm", "/etc/sddm.conf.d/autologin", "[Autologin]\nUser=bob # x\n",
			VERDICT_FAIL, "bob is logged in" },
		{ "sddm", "/usr/lib/sddm/sddm.conf.d/x",
			"[Autologin]\nSession=x\\\nUser=bob\n", VERDICT_FAIL,
			"bob is logged in" },
		{ "sddm", "/etc/sddm.conf.d/.x", "[Autologin]\nUser=bob\n", VERDICT_PASS,
			NULL },
		{ "sddm", "/etc/sddm.conf.d/x/y", "[Autologin]\nUser=bob\n", VERDICT_PASS,
			NULL },
		/* get_config_sections of lightdm: each seat by itself, [Seat:*] first */
		{ "lightdm", "/etc/lightdm/lightdm.conf",
			"[Seat:seat0]\nautologin-user=bob\n[Seat:seat1]\n"
			"autologin-user=\n",
			VERDICT_FAIL, "bob is logged in" },
		{ "lightdm", "/etc/lightdm/lightdm.conf",
			"[Seat:seat*]\nautologin-user=\n[Seat:*]\nautologin-user=bob\n",
			VERDICT_PASS, NULL },
		{ "lightdm", "/etc/lightdm/lightdm.conf",
			"[Seat:seat0]\nautologin-user=\n[Seat:*]\nautologin-user=bob\n",
			VERDICT_FAIL, "bob is logged in" },
		{ "lightdm", "/etc/lightdm/lightdm.conf",
			"[Seat:xdmcp-*]\nautologin-user=bob\n", VERDICT_FAIL,
			"bob is logged in" },
		{ "lightdm", "/etc/lightdm/lightdm.conf",
			"[SeatDefaults]\nautologin-user=bob\n[Seat:*]\n"
			"autologin-user=\n",
			VERDICT_PASS, NULL },
		{ "lightdm", "/etc/lightdm/lightdm.conf",
			"[Seat:*]\nautologin-guest=true\n", VERDICT_FAIL,
			"a guest is logged in" },
		{ "lightdm", "/etc/lightdm/lightdm.conf",
			"[Seat:*]\nautologin-guest=false\n", VERDICT_PASS, NULL },
		/* g_get_system_data_dirs */
		{ "lightdm", "/usr/local/share/lightdm/lightdm.conf.d/1.conf",
			"[Seat:*]\nautologin-user=bob\n", VERDICT_FAIL,
			"bob is logged in" },
		/* g_key_file_parse_line gives such a file up */
		{ "lightdm", "/etc/lightdm/lightdm.conf.d/1.conf",
			"[Seat:*]\nautologin-user=\nno setting\n", VERDICT_UNKNOWN,
			"a line that is not understood" },
		{ "lightdm", "/lib/systemd/system/lightdm.service",
			"[Service]\nExecStart=/usr/sbin/lightdm -c /opt/x\n",
			VERDICT_UNKNOWN, "its unit names another configuration" },
		/* read_config in mod.rs of greetd; inish trims a section's name, and its
		 * last section of a name counts */
		{ "greetd", "/etc/greetd/greetd.conf",
			"[initial_session]\nuser = \"root\"\n", VERDICT_FAIL,
			"root is logged in" },
		{ "greetd", "/etc/greetd/config.toml",
			"[ initial_session ]\nuser = 'bob'\n", VERDICT_FAIL,
			"bob is logged in" },
		{ "greetd", "/etc/greetd/config.toml",
			"[initial_session]\nuser = bob\n[initial_session]\nx = y\n",
			VERDICT_PASS, NULL },
		{ "greetd", "/etc/greetd/config.toml",
			"[initial_session_x]\nuser = bob\n", VERDICT_PASS, NULL },
		{ "greetd", "/lib/systemd/system/cosmic-greeter.service",
			"[Service]\nExecStart=/usr/bin/greetd --config x\n",
			VERDICT_UNKNOWN, "its configuration can't be found" },
		/* whose settings are not known */
		{ "slim", "/etc/slim.conf", "auto_login yes\n", VERDICT_UNKNOWN,
			"whether slim logs somebody in by itself can't be told" },
		{ "nodm", "/etc/default/nodm", "NODM_ENABLED=true\n", VERDICT_UNKNOWN,
			"whether nodm logs somebody in" },
		{ "ly", "/etc/x", "", VERDICT_UNKNOWN, "whether ly logs somebody in" },
		{ "plasmalogin", "/etc/x", "", VERDICT_UNKNOWN,
			"whether plasmalogin logs somebody in" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kind_host made;
		make(&made, "access.conf");
		kind_host_key(&made, "services", cases[i].services, true);
		for (const char *const *name = (const char *const[]){ "gdm-password",
			     "gdm-autologin", "lxdm", "lightdm", "sddm", "greetd", "slim",
			     "nodm", "ly", "plasmalogin", NULL };
			*name != NULL; name++) {
			autofree char *path = memory_printf("/etc/pam.d/%s", *name);
			kind_host_put(&made, path, "account required pam_access.so\n");
		}
		kind_host_put(
			&made, "/etc/security/access.conf", "-:ALL EXCEPT root:ALL\n");
		kind_host_put(&made, cases[i].path, cases[i].text);
		kind_host_judged(&made, cases[i].verdict, cases[i].said);
		if (cases[i].verdict == VERDICT_FAIL)
			kind_host_refused(&made, "are not changed, put it right first");
		kind_host_close(&made);
	}
}

/* A configuration that a unit names: cosmic-greeter's is started by greetd. */
static void
test_greetd_unit(void **state)
{
	static const char unit[] = "/lib/systemd/system/cosmic-greeter.service";
	struct kind_host made;
	(void)state;
	make(&made, "access.conf");
	kind_host_key(&made, "services", "cosmic-greeter", true);
	kind_host_put(
		&made, "/etc/pam.d/cosmic-greeter", "account required pam_access.so\n");
	kind_host_put(&made, "/etc/security/access.conf", "-:ALL EXCEPT root:ALL\n");
	kind_host_put(&made, "/etc/greetd/c.toml", "[initial_session]\nuser = bob\n");
	kind_host_put(
		&made, "/etc/greetd/config.toml", "[initial_session]\nuser = carol\n");
	kind_host_put(&made, unit, "[Service]\nExecStart=/usr/bin/greetd\n");
	kind_host_judged(&made, VERDICT_FAIL, "carol is logged in");
	kind_host_put(&made, "/etc/greetd/greetd.conf", "[default_session]\nuser = g\n");
	kind_host_judged(&made, VERDICT_PASS, NULL);
	kind_host_put(&made, unit,
		"[Service]\nExecStart=/usr/bin/greetd --config /etc/greetd/c.toml\n");
	kind_host_judged(&made, VERDICT_FAIL, "bob is logged in");
	kind_host_put(&made, "/etc/greetd/c.toml", "[default_session]\nuser = g\n");
	kind_host_judged(&made, VERDICT_PASS, NULL);
	kind_host_close(&made);
}

/* One that is started, and none of the control's business. */
static void
test_display_manager(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "access.conf");
	scratch_text("/lib/systemd/system/gdm3.service", "[Service]\n");
	scratch_link("/etc/systemd/system/display-manager.service",
		"/lib/systemd/system/gdm3.service");
	kind_host_judged(&made, VERDICT_PASS, "gdm is started, and not judged");
	kind_host_close(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gettys),
		cmocka_unit_test(test_getty_terminals),
		cmocka_unit_test(test_pts),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_authselect),
		cmocka_unit_test(test_no_success),
		cmocka_unit_test(test_roots),
		cmocka_unit_test(test_locked),
		cmocka_unit_test(test_many_terminals),
		cmocka_unit_test(test_strangers),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_displays),
		cmocka_unit_test(test_two_lines),
		cmocka_unit_test(test_number_as_name),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_automatic_login),
		cmocka_unit_test(test_greetd_unit),
		cmocka_unit_test(test_display_manager),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
