#include "tests/unit/kind_host.h"

#include "policy/models/pam/pam_consults.h"
#include "policy/models/pam/pam_values.h"
#include "tests/unit/module_file.h"

static void
make(struct kind_host *made, const char *login)
{
	kind_host_open(made, NULL, "pam", "1.5.2");
	kind_host_put(made, "/etc/pam.d/login", login);
	kind_host_put(made, "/etc/pam.d/unix",
		"account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\n"
		"account requisite pam_deny.so\naccount required pam_permit.so\n");
	kind_host_put(made, "/etc/pam.d/ends", "account sufficient pam_x.so\n");
	kind_host_put(made, "/etc/pam.d/deep", "account substack deep\n");
	kind_host_put(made, "/etc/pam.d/at", "@include nosuch\n");
	kind_host_put(made, "/etc/pam.d/noname", "account required ?\n");
	scratch_text("/etc/pam.d/folder/x", "");
	autofree char *fifo = scratch_path("/etc/pam.d/fifo");
	assert_int_equal(mkfifo(fifo, 0600), 0);
}

#define M "account required pam_m.so\n"

/* What is found of MODULE in the account stack of login; REASON: part of why, or NULL. */
static void
consulted(struct kind_host *made, const char *module, enum pam_reach reach,
	const char *reason)
{
	struct pam_consults consults;
	pam_stack_consults(&made->context, "login", "account", module, &consults);
	bool good = consults.reach == reach &&
		(reason == NULL ? consults.reason == NULL
				: strstr(consults.reason, reason) != NULL);
	if (!good)
		print_message("%s-> %d %s\n",
			host_file(made->host, "/etc/pam.d/login")->bytes.data,
			consults.reach, consults.reason);
	assert_true(good);
	pam_consults_free(&consults);
}

static void
put_modules(struct kind_host *made, struct bytes module)
{
	static const char *const names[] = { "m", "permit", "deny", "unix" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		autofree char *path = memory_printf(
			"/lib64/security/pam_%s.so", names[i]);
		host_put(made->host, path, module);
	}
	kind_host_put(made, "/lib64/security/pam_text.so", "no module\n");
	kind_host_put(made, "/etc/pam.d/gone", "account required pam_gone.so\n");
}

static void
test_consults(void **state)
{
	static const struct {
		const char *login;
		enum pam_reach reach;
		const char *reason;
	} cases[] = {
		{ M, PAM_REACHED, NULL },
		{ M "@include unix\n", PAM_REACHED, NULL },
		{ "@include unix\n" M, PAM_NOT_BINDING,
			"when pam_unix.so returns new_authtok_reqd this line ends the "
			"stack before pam_m.so (a password to be changed)" },
		{ "account substack unix\n" M, PAM_REACHED, NULL },
		{ "account include ends\n" M, PAM_NOT_BINDING,
			"when pam_x.so returns success this line ends the stack before "
			"pam_m.so" },
		{ "account substack ends\n" M, PAM_REACHED, NULL },
		{ "account substack deep\n" M, PAM_REFUSES, "after 16 levels" },
		{ "account sufficient pam_deny.so\n" M, PAM_REACHED, NULL },
		{ "account requisite pam_deny.so\n" M, PAM_REFUSES, "never" },
		{ "account [success=ok default=bad] pam_unix.so\n" M, PAM_NOT_BINDING,
			"counts it as a failure, and that stays the answer" },
		{ M "account [success=reset] pam_x.so\naccount required pam_y.so\n",
			PAM_NOT_BINDING,
			"when pam_x.so returns success this line forgets the refusal" },
		/* one that goes beyond the end refuses */
		{ "account [success=2 default=ignore] pam_x.so\n" M, PAM_REACHED, NULL },
		{ "account [default=1 success=1] pam_x.so\n" M
		  "account required pam_y.so\n",
			PAM_NOT_BINDING, "jumps over pam_m.so" },
		/* a number that an int can't hold: -1, which is ok */
		{ "account [success=4294967295 default=die] pam_x.so\n"
		  "account optional pam_m.so\n",
			PAM_NOT_BINDING, "its control lets a refusal pass" },
		{ "account [perm_denied=ignore default=bad] pam_m.so\n"
		  "account required pam_x.so\n",
			PAM_NOT_BINDING, "its control lets a refusal pass" },
		/* not a libpam name: all values are bad */
		{ "account [permdenied=ignore default=bad] pam_m.so\n"
		  "account required pam_x.so\n",
			PAM_REACHED, NULL },
		{ "account optional pam_m.so\n" M, PAM_REACHED, NULL },
		{ "account required\\\n# between\n pam_m.so\n", PAM_REACHED, NULL },
		{ "account required /opt/pam_m.so\n", PAM_NOT_THERE, "no line" },
		{ "account required /usr/lib/old/security/pam_m.so\n", PAM_NOT_THERE,
			"no line" },
		/* the CR belongs to the name */
		{ "account required pam_m.so\r\n", PAM_NOT_THERE, "no line" },
		{ "account required pam_x.so #pam_m.so\n", PAM_NOT_THERE, "no line" },
		{ "account [required][pam_m.so]\n", PAM_REACHED, NULL },
		{ "acount required pam_m.so\n", PAM_REFUSES, "neither it nor" },
		{ "account include login\n" M, PAM_UNSURE, "without end" },
		{ M "auth required ?\n", PAM_REFUSES, "libpam refuses everybody" },
		{ M "account required pam_x.so \\\n", PAM_REFUSES,
			"the last line ends in a backslash: libpam refuses everybody" },
		{ M "account include nosuch\n", PAM_REFUSES,
			"nosuch: no such file: the line fails" },
		{ M "account required pam_deny.so\n", PAM_REFUSES, "never succeeds" },
		{ M "account optional pam_deny.so\n", PAM_REACHED, NULL },
		{ "auth required pam_m.so\n", PAM_REFUSES, "neither it nor 'other'" },
		{ "account include /etc/pam.d/ends\n" M, PAM_NOT_BINDING,
			"when pam_x.so returns success" },
		{ "account include /srv/none\n" M, PAM_REFUSES,
			"/srv/none: no such file: the line fails" },
		{ "account include fifo\n" M, PAM_UNSURE, "not a regular file" },
		{ "account include folder\n" M, PAM_REACHED, NULL }, /* no lines */
		{ "account include\n" M, PAM_REFUSES, "never succeeds" },
		{ "@include nosuch\n" M, PAM_REFUSES, "gives the file up" },
		{ "account include at\n" M, PAM_UNSURE, "is left to chance" },
		{ "account include noname\n" M, PAM_UNSURE,
			"goes on with memory that it never set" },
		/* a stack of modules that let pass whom others admit */
		{ "account required pam_holdfast.so\n", PAM_REFUSES, "never succeeds" },
		{ "account required pam_holdfast.so\n"
		  "account required pam_nologin.so\n",
			PAM_REFUSES, "never succeeds" },
		{ "account required pam_holdfast.so\n"
		  "account required pam_nologin.so successok\n",
			PAM_NOT_THERE, "no line" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kind_host made;
		make(&made, cases[i].login);
		consulted(&made, "pam_m.so", cases[i].reach, cases[i].reason);
		kind_host_close(&made);
	}
}

/* Stacks that have no end in sight. */
static void
test_limits(void **state)
{
	static const struct {
		const char *line, *reason;
	} cases[] = {
		{ M, "the stack has more than 500 lines" },
		{ "account include empty\n", "too many files are included" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kind_host made;
		autobuffer struct buffer login = { 0 };
		buffer_text(&login, M);
		for (int k = 0; k < 499; k++)
			buffer_text(&login, cases[i].line);
		make(&made, login.data);
		kind_host_put(&made, "/etc/pam.d/empty", "");
		consulted(&made, "pam_m.so", PAM_REACHED, NULL);
		buffer_text(&login, cases[i].line);
		kind_host_put(&made, "/etc/pam.d/login", login.data);
		consulted(&made, "pam_m.so", PAM_UNSURE, cases[i].reason);
		kind_host_close(&made);
	}
}

/* Debian's libpam dies of an include without a name, and looks for an included file in
 * etc/pam.d alone. */
static void
test_debian(void **state)
{
	struct kind_host made;
	(void)state;
	make(&made, "account include\n" M);
	kind_host_put(&made, "/var/lib/dpkg/status",
		"Package: libpam-modules\nStatus: install ok installed\n"
		"Version: 1.5.2-6\n\n");
	consulted(&made, "pam_m.so", PAM_REFUSES, "libpam crashes");
	kind_host_put(&made, "/etc/pam.d/login", "account include vendor\n" M);
	kind_host_put(&made, "/usr/lib/pam.d/vendor", "account required pam_x.so\n");
	consulted(&made, "pam_m.so", PAM_REFUSES, "vendor: no such file");
	kind_host_close(&made);
}

static void
test_read(void **state)
{
	struct kind_host made;
	struct pam_stack stack;
	(void)state;
	make(&made,
		"auth required pam_a.so\n-account [default=bad] pam_b.so  x [y z] # c\n"
		"account substack ends\naccount include nosuch\n");
	pam_stack_read(&made.context, "LOGIN", &stack);
	const struct pam_phase *phase = &stack.phases[PAM_TYPE_ACCOUNT];
	assert_string_equal(stack.path, "/etc/pam.d/login");
	assert_int_equal(stack.phases[PAM_TYPE_AUTH].count, 1);
	assert_int_equal(phase->count, 4);
	assert_true(phase->steps[0].is_quiet);
	assert_string_equal(phase->steps[0].control, "default=bad");
	assert_string_equal(phase->steps[0].module, "pam_b.so");
	assert_string_equal(phase->steps[0].arguments, "x [y z]");
	assert_int_equal(phase->steps[0].place.offset, 23);
	assert_int_equal(phase->steps[1].kind, PAM_STEP_SUBSTACK);
	assert_int_equal(phase->steps[2].depth, 1);
	assert_string_equal(phase->steps[2].place.file->path, "/etc/pam.d/ends");
	assert_int_equal(phase->steps[3].kind, PAM_STEP_FAILS);
	assert_int_equal(stack.fault_count, 1);
	assert_int_equal(stack.faults[0].kind, PAM_FAULT_FAILS);
	assert_int_equal(stack.faults[0].type, PAM_TYPE_ACCOUNT);
	pam_stack_free(&stack);
	kind_host_close(&made);
}

static void
test_conf(void **state)
{
	struct kind_host made;
	struct pam_consults consults;
	(void)state;
	kind_host_open(&made, NULL, "pam", "1.5.2");
	kind_host_put(&made, "/etc/pam.conf",
		"other account required pam_m.so\nlogin auth required pam_m.so\n"
		"SU account required pam_x.so\n");
	pam_stack_consults(&made.context, "login", "account", "pam_m.so", &consults);
	assert_int_equal(consults.reach, PAM_REACHED);
	pam_consults_free(&consults);
	pam_stack_consults(&made.context, "su", "account", "pam_m.so", &consults);
	assert_int_equal(consults.reach, PAM_NOT_THERE);
	pam_consults_free(&consults);
	consulted(&made, "pam_m.so", PAM_REACHED, NULL);
	kind_host_put(&made, "/usr/lib/pam.d/login", "account required pam_x.so\n");
	pam_stack_consults(&made.context, "login", "account", "pam_m.so", &consults);
	assert_int_equal(consults.reach, PAM_NOT_THERE);
	assert_string_equal(consults.path, "/usr/lib/pam.d/login");
	pam_consults_free(&consults);
	kind_host_close(&made);
	kind_host_open(&made, NULL, "pam", "1.5.2");
	scratch_link("/etc/pam.conf", "pam.conf");
	consulted(&made, "pam_m.so", PAM_REFUSES, "/etc/pam.conf: no such file");
	kind_host_close(&made);
}

/* In a vendor's folder the file of a service counts where libpam is built with that. */
static void
test_vendor(void **state)
{
	static const struct {
		const char *folder, *fact, *text;
		enum pam_reach reach;
	} cases[] = {
		{ "/usr/etc", "/lib64/libpam.so.0", "/usr/etc/pam.d/%s", PAM_REACHED },
		{ "/usr/share", "/lib64/libpam.so.0", "/usr/share/pam.d/%s",
			PAM_REACHED },
		{ "/usr/etc", "/lib64/libpam.so.0", "/usr/lib/pam.d/%s", PAM_NOT_THERE },
		{ "/usr/share", "/lib64/libpam.so.0", "/usr/etc/pam.d/%s",
			PAM_NOT_THERE },
		{ "/usr/etc", "/var/lib/dpkg/status", "", PAM_NOT_THERE },
		{ "/usr/share", "/var/lib/dpkg/status", "", PAM_NOT_THERE },
		{ "/usr/etc", "/etc/os-release", "ID=\"opensuse-leap\"\n", PAM_REACHED },
		{ "/usr/etc", "/usr/lib/os-release", "A=b\nID_LIKE=\"suse\"\n",
			PAM_REACHED },
		{ "/usr/share", "/etc/os-release", "ID_LIKE=suse\n", PAM_NOT_THERE },
		{ "/usr/etc", "/etc/os-release", "ID=fedora\nNAME=suse\n", PAM_UNSURE },
		{ "/usr/share", "/etc/os-release", "ID=fedora\n", PAM_UNSURE },
		{ "/usr/lib", "/etc/os-release", "ID=fedora\n", PAM_REACHED },
	};
	struct module_file module = module_file_make();
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kind_host made;
		autofree char *path = memory_printf("%s/pam.d/login", cases[i].folder);
		bool is_library = strncmp(cases[i].fact, "/lib64/", 7) == 0;
		make(&made, "");
		host_remove(made.host, "/etc/pam.d/login");
		kind_host_put(
			&made, "/etc/pam.d/other", "account required pam_permit.so\n");
		kind_host_put(&made, path, M);
		kind_host_put(&made, cases[i].fact, cases[i].text);
		if (is_library)
			put_modules(&made,
				(struct bytes){ (const char *)&module, sizeof module });
		consulted(&made, "pam_m.so", cases[i].reach,
			cases[i].reach == PAM_UNSURE              ? "can't be told"
				: cases[i].reach == PAM_NOT_THERE ? "no line"
								  : NULL);
		kind_host_close(&made);
	}
}

static void
test_reached(void **state)
{
	struct kind_host made;
	struct pam_stack stack;
	(void)state;
	make(&made,
		"account optional pam_warn.so\naccount substack unix\n"
		"account sufficient pam_permit.so\naccount required pam_m.so\n");
	kind_host_put(&made, "/etc/pam.d/unix",
		"account [default=done] pam_permit.so\naccount required pam_y.so\n");
	pam_stack_read(&made.context, "login", &stack);
	const struct pam_phase *phase = &stack.phases[PAM_TYPE_ACCOUNT];
	uint32_t values[8];
	assert_int_equal(phase->count, 6);
	for (size_t i = 0; i < phase->count; i++)
		values[i] = pam_values_of(&phase->steps[i]);
	autofree bool *reached = pam_flow_reached(phase, values);
	/* warn, the substack, permit in it, y, permit, m */
	assert_true(reached[0] && reached[1] && reached[2] && !reached[3]);
	assert_true(reached[4] && reached[5]);
	pam_stack_free(&stack);
	kind_host_close(&made);
}

/* From 1.6.0 on a line may be long, a blank line ends a continued one, and includes end
 * after 16 levels. */
static void
test_versions(void **state)
{
	static const char *const versions[] = { "1.5.2", "1.6.0" };
	static const enum pam_reach reaches[][3] = {
		{ PAM_REFUSES, PAM_REACHED, PAM_UNSURE },
		{ PAM_REACHED, PAM_REFUSES, PAM_REFUSES },
	};
	char blanks[1100];
	(void)state;
	memset(blanks, ' ', sizeof blanks);
	autofree char *wide = memory_printf(
		"account required%.*spam_m.so\n", (int)sizeof blanks, blanks);
	const char *const logins[] = { wide, "account required \\\n\npam_m.so\n",
		M "account include login\n" };
	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < 3; k++) {
			struct kind_host made;
			struct pam_consults consults;
			make(&made, logins[k]);
			made.version.value.text = (char *)versions[i];
			pam_stack_consults(
				&made.context, "login", "account", "pam_m.so", &consults);
			assert_int_equal(consults.reach, reaches[i][k]);
			pam_consults_free(&consults);
			kind_host_close(&made);
		}
}

#define GONE "it is not where libpam looks for modules"

/* On a host that has modules those that are missing answer module_unknown. */
static void
test_missing(void **state)
{
	static const struct {
		const char *login;
		enum pam_reach reach;
		const char *reason;
	} cases[] = {
		{ M "account required pam_permit.so\n", PAM_REACHED, NULL },
		{ "account required pam_gone.so\n" M, PAM_REFUSES,
			"pam_gone.so can't be loaded: " GONE
			": libpam refuses everybody" },
		{ "-account required pam_gone.so\n" M, PAM_REFUSES, GONE },
		{ "account requisite /lib64/security/pam_gone.so\n" M, PAM_REFUSES,
			GONE },
		{ "account required /lib/security/$ISA/pam_gone.so\n" M, PAM_REFUSES,
			GONE },
		{ "account required /lib/security/$ISA/pam_permit.so\n" M, PAM_REACHED,
			NULL },
		{ "account required pam_text.so\n" M, PAM_REFUSES,
			"pam_text.so can't be loaded: its file is no shared object" },
		{ "account substack gone\n" M, PAM_REFUSES, GONE },
		{ "account [module_unknown=ignore default=bad] pam_gone.so\n" M,
			PAM_REACHED, NULL },
		{ "account optional pam_gone.so\n" M, PAM_REACHED, NULL },
		{ "account sufficient pam_gone.so\n" M, PAM_REACHED, NULL },
		{ "account [success=1 default=ignore] pam_gone.so\n" M, PAM_REACHED,
			NULL },
		{ "account [module_unknown=1 default=ignore] pam_gone.so\n" M
		  "account required pam_permit.so\n",
			PAM_NOT_BINDING,
			"when pam_gone.so returns module_unknown this line jumps over" },
		{ "account sufficient pam_lost.so\naccount required pam_gone.so\n" M,
			PAM_REFUSES, "pam_gone.so can't be loaded" },
		/* it is no module that is missing, but what a whole stack would do */
		{ "account optional pam_gone.so\naccount required pam_deny.so\n" M,
			PAM_REFUSES, "never succeeds" },
		{ "account required /opt/pam_gone.so\n" M, PAM_REFUSES, GONE },
	};
	static const struct {
		const char *login;
		enum pam_reach reach;
		const char *reason;
	} asked[] = {
		{ "account required pam_gone.so\n", PAM_REFUSES, GONE },
		{ "account [success=ok module_unknown=ignore default=bad] pam_gone.so\n"
		  "account required pam_permit.so\n",
			PAM_NOT_BINDING,
			"libpam can't load it (" GONE
			"), and its control lets that pass" },
		{ "account optional pam_gone.so\naccount required pam_permit.so\n",
			PAM_NOT_BINDING, "libpam can't load it" },
	};
	struct module_file module = module_file_make();
	const struct bytes bytes = { (const char *)&module, sizeof module };
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kind_host made;
		make(&made, cases[i].login);
		put_modules(&made, bytes);
		consulted(&made, "pam_m.so", cases[i].reach, cases[i].reason);
		kind_host_close(&made);
	}
	for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
		struct kind_host made;
		make(&made, asked[i].login);
		put_modules(&made, bytes);
		consulted(&made, "pam_gone.so", asked[i].reach, asked[i].reason);
		kind_host_close(&made);
	}
}

/* Whether a module can be loaded whose file can't be read is not known. */
static void
test_unreadable(void **state)
{
	static const struct {
		const char *control;
		enum pam_reach reach;
	} cases[] = {
		{ "required", PAM_REACHED },
		{ "[success=ok module_unknown=ignore default=bad]", PAM_UNSURE },
	};
	enum { TOO_LARGE = 9 << 20 };
	struct module_file module = module_file_make();
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kind_host made;
		autofree char *login = memory_printf("account %s pam_large.so\n"
						     "account required pam_permit.so\n",
			cases[i].control);
		make(&made, login);
		put_modules(
			&made, (struct bytes){ (const char *)&module, sizeof module });
		scratch_text("/lib64/security/pam_large.so", "");
		autofree char *path = scratch_path("/lib64/security/pam_large.so");
		assert_int_equal(truncate(path, TOO_LARGE), 0);
		consulted(&made, "pam_large.so", cases[i].reach,
			cases[i].reach == PAM_UNSURE ? "larger than" : NULL);
		kind_host_close(&made);
	}
}

enum { TRIED = 4, STEPS = 4 };

static const int tried[TRIED] = { PAM_VALUE_SUCCESS, PAM_VALUE_REFUSED,
	PAM_VALUE_NEW_PASSWORD, PAM_VALUE_IGNORE };

struct choice {
	const struct pam_step *first;
	const int *values;
};

static int
chosen(const struct pam_step *step, void *data)
{
	const struct choice *choice = data;
	return choice->values[step - choice->first];
}

/* The search finds what all assignments, tried one by one, come to, and each way that it
 * names leads there. */
static void
test_search(void **state)
{
	static const int actions[] = { PAM_ACTION_IGNORE, PAM_ACTION_OK, PAM_ACTION_DONE,
		PAM_ACTION_BAD, PAM_ACTION_DIE, PAM_ACTION_RESET, 1, 2, 3 };
	unsigned seed = 1;
	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct pam_step steps[STEPS + 1] = { 0 };
		struct pam_phase phase = { .steps = steps, .count = STEPS + 1 };
		uint32_t values[STEPS + 1] = { 0 }, have = 0, found;
		int picked[STEPS + 1];
		size_t substack = (size_t)rand_r(&seed) % (STEPS + 1),
		       deep = (size_t)rand_r(&seed) % 4;
		for (size_t i = 0; i <= STEPS; i++) {
			if (i == substack)
				steps[i].kind = PAM_STEP_SUBSTACK;
			steps[i].depth = i > substack && i <= substack + deep;
			for (size_t k = 0; k < PAM_VALUE_COUNT; k++)
				steps[i].actions[k] = actions[(size_t)rand_r(&seed) % 9];
			for (size_t k = 0; k < TRIED; k++)
				values[i] |= 1u << tried[k];
		}
		for (unsigned i = 0; i < 1u << 2 * (STEPS + 1); i++) {
			for (size_t k = 0; k <= STEPS; k++)
				picked[k] = tried[i >> 2 * k & 3];
			have |= 1u << pam_flow_run(&phase, chosen,
					&(struct choice){ steps, picked });
		}
		found = pam_flow_outcomes(&phase, values);
		for (size_t i = 0; i < TRIED; i++) {
			size_t count;
			uint32_t bit = 1u << tried[i];
			assert_int_equal(have & bit, found & bit);
			autofree struct pam_event *events = pam_flow_way(
				&phase, values, bit, &count);
			assert_int_equal(count > 0, (have & bit) != 0);
			for (size_t k = 0; k < count; k++)
				picked[events[k].step] = events[k].value;
			if (count > 0)
				assert_int_equal(
					pam_flow_run(&phase, chosen,
						&(struct choice){ steps, picked }),
					tried[i]);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_consults),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_debian),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_conf),
		cmocka_unit_test(test_vendor),
		cmocka_unit_test(test_reached),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_search),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
