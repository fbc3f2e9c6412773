/* Saved plans: what is read is what was written, and nothing else is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "enforcer/plan.h"

static char directory[] = "/tmp/test_plan.XXXXXX";

static int
enter(void **state)
{
	(void)state;
	return mkdtemp(directory) == NULL || chdir(directory) < 0 ? -1 : 0;
}

static int
leave(void **state)
{
	(void)state;
	autofree char *clean = memory_printf("rm -r %s", directory);
	return chdir("/") < 0 || system(clean) != 0 ? -1 : 0;
}

static void
fill(struct plan *plan)
{
	static const char old_text[] = "a\r\n\0b\xff",
			  new_text[] = "\t\xc3\xa9 \x01 \"\\\n";
	struct change *change;
	*plan = (struct plan){ .root = memory_text("/srv/\xff"),
		.policy_file = memory_text("p.yaml"),
		.effect_count = 1,
		.refusal_count = 1 };
	text_sha256(BYTES_TEXT("policy"), plan->policy_sha256);
	plan->changes.items = memory_new(2, sizeof *plan->changes.items);
	plan->changes.count = 2;
	change = &plan->changes.items[0];
	change->action = CHANGE_REPLACE;
	change->file = memory_text("/etc/f\xfe");
	change->controls = memory_text("a b");
	change->old_data = memory_copy(old_text, sizeof old_text - 1);
	change->old_size = sizeof old_text - 1;
	change->new_data = memory_copy(new_text, sizeof new_text - 1);
	change->new_size = sizeof new_text - 1;
	text_sha256((struct bytes){ old_text, sizeof old_text - 1 }, change->old_sha256);
	change = &plan->changes.items[1];
	change->action = CHANGE_CREATE;
	change->file = memory_text("/etc/new");
	change->controls = memory_text("a");
	change->mode = 0640;
	change->new_data = memory_text("");
	plan->effects = memory_new(1, sizeof *plan->effects);
	plan->effects[0] = (struct effect){ .control = memory_text("a"),
		.kind = memory_text("sshd"),
		.subject = memory_text("PermitRootLogin"),
		.after = memory_text("no"),
		.unwanted = true };
	plan->refusals = memory_new(1, sizeof *plan->refusals);
	plan->refusals[0] = (struct refusal){ memory_text("c"), memory_text("why") };
	plan_add_note(&plan->assumed, &plan->assumed_count, "openssh", "9.2");
	plan_add_note(&plan->asked, &plan->asked_count, "console:\xff", "a");
	plan_add_note(&plan->accepted, &plan->accepted_count, "ssh:bob", NULL);
}

static void
save(const char *file)
{
	struct plan plan;
	struct error err = ERROR_INIT;
	fill(&plan);
	assert_int_equal(plan_save(&plan, file, &err), 0);
	plan_free(&plan);
}

static void
round_trip(void **state)
{
	struct plan plan, read;
	struct error err = ERROR_INIT;
	struct stat status;
	(void)state;
	fill(&plan);
	mode_t mask = umask(0);
	assert_int_equal(plan_save(&plan, "plan", &err), 0);
	umask(mask);
	assert_int_equal(stat("plan", &status), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0600);
	assert_int_equal(status.st_nlink, 1);
	assert_int_equal(plan_load("plan", &read, &err), 0);
	assert_string_equal(read.root, plan.root);
	assert_string_equal(read.policy_file, plan.policy_file);
	assert_string_equal(read.policy_sha256, plan.policy_sha256);
	assert_int_equal(read.changes.count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct change *a = &plan.changes.items[i],
				    *b = &read.changes.items[i];
		assert_int_equal(a->action, b->action);
		assert_string_equal(a->file, b->file);
		assert_string_equal(a->controls, b->controls);
		assert_string_equal(a->old_sha256, b->old_sha256);
		assert_int_equal(a->mode, b->mode);
		assert_int_equal(a->old_size, b->old_size);
		assert_int_equal(a->new_size, b->new_size);
		assert_int_equal(a->old_data == NULL, b->old_data == NULL);
		if (a->old_data != NULL)
			assert_memory_equal(a->old_data, b->old_data, a->old_size);
		assert_memory_equal(a->new_data, b->new_data, a->new_size);
	}
	assert_int_equal(read.effect_count, 1);
	assert_string_equal(read.effects[0].subject, "PermitRootLogin");
	assert_null(read.effects[0].before);
	assert_string_equal(read.effects[0].after, "no");
	assert_true(read.effects[0].unwanted);
	assert_int_equal(read.refusal_count, 1);
	assert_string_equal(read.refusals[0].reason, "why");
	assert_int_equal(read.assumed_count, 1);
	assert_string_equal(read.assumed[0].name, "openssh");
	assert_string_equal(read.assumed[0].text, "9.2");
	assert_int_equal(read.asked_count, 1);
	assert_string_equal(read.asked[0].name, "console:\xff");
	assert_string_equal(read.asked[0].text, "a");
	assert_int_equal(read.accepted_count, 1);
	assert_string_equal(read.accepted[0].name, "ssh:bob");
	assert_null(read.accepted[0].text);
	/* a plan may be saved over a plan */
	assert_int_equal(plan_save(&read, "plan", &err), 0);
	plan_free(&plan);
	plan_free(&read);
}

static void
never_over_anything_else(void **state)
{
	static const char *const preparations[] = { "echo precious >file",
		"ln -s elsewhere file", "mkdir file", "mkfifo file" };
	(void)state;
	for (size_t i = 0; i < sizeof preparations / sizeof *preparations; i++) {
		struct plan plan;
		struct error err = ERROR_INIT;
		struct stat before, after;
		assert_int_equal(system(preparations[i]), 0);
		assert_int_equal(lstat("file", &before), 0);
		fill(&plan);
		assert_int_equal(plan_save(&plan, "file", &err), -1);
		assert_non_null(strstr(err.text, "is there already"));
		assert_int_equal(lstat("file", &after), 0);
		assert_int_equal(before.st_ino, after.st_ino);
		assert_int_equal(before.st_size, after.st_size);
		error_clear(&err);
		plan_free(&plan);
		assert_int_equal(system("rm -r file && test -z \"$(ls file.* "
					"2>/dev/null)\""),
			0);
	}
}

/* Each sed script makes of a good plan one that is refused for the reason named. */
static void
strict(void **state)
{
	static const struct {
		const char *script, *reason;
	} cases[] = {
		{ "s/\"holdfast-plan\": 2/\"holdfast-plan\": 1/", "version" },
		{ "s/\"root\"/\"toor\"/", "root" },
		{ "s/\"root\"/\"more\": 1, \"root\"/", "unpacked" },
		{ "s/\"mode\": 0/\"mode\": 0, \"mode\": 0/", "duplicate" },
		{ "s/\"create\"/\"creat\"/", "creat" },
		{ "s/\"create\"/\"remove\"/", "does not go with its action" },
		{ "s,/etc/new,etc/new,", "no path" },
		{ "s,/etc/new,/etc/../new,", "no path" },
		{ "s,/etc/new,/etc//new,", "no path" },
		{ "s,\"/etc/new\",{\"hex\": \"2f66fe00\"},", "NUL" },
		{ "s,\"/etc/new\",{\"hex\": \"2f6\"},", "hexadecimal" },
		{ "s,\"/etc/new\",null,", "missing" },
		{ "s/\"hex\": \"610d0a/\"hex\": \"620d0a/", "not what was hashed" },
		{ "s/\"mode\": 416/\"mode\": 65536/", "mode" },
		{ "s/\"mode\": 416/\"mode\": \"416\"/", "integer" },
		{ "s/\"why\"/1/", "string" },
		{ "s/\"asked\": \\[/\"asked\": 1, \"x\": [/", "" },
		{ "s/\"ssh:bob\"/null/", "missing" },
		{ "s/\"ssh:bob\"/\"a\", \"b\": 1/", "unpacked" },
		{ "$d", "plan:" },
		{ "$s/$/ more/", "plan:" },
		{ "1s/^/\\xff/", "plan:" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct plan plan;
		struct error err = ERROR_INIT;
		assert_int_equal(system("rm -f good plan"), 0);
		save("good");
		autofree char *command = memory_printf(
			"LC_ALL=C sed -e '%s' good >plan && ! cmp -s good plan",
			cases[i].script);
		assert_int_equal(system(command), 0);
		if (plan_load("plan", &plan, &err) == 0)
			fail_msg("accepted after %s", cases[i].script);
		if (strstr(err.text, cases[i].reason) == NULL)
			fail_msg("%s: %s", cases[i].script, err.text);
		error_clear(&err);
		plan_free(&plan);
	}
}

static void
only_ones_own(void **state)
{
	struct plan plan;
	struct error err = ERROR_INIT;
	(void)state;
	save("shared");
	assert_int_equal(chmod("shared", 0620), 0);
	assert_int_equal(plan_load("shared", &plan, &err), -1);
	assert_non_null(strstr(err.text, "others"));
	plan_free(&plan);
	error_clear(&err);
	assert_int_equal(chmod("shared", 0644), 0);
	assert_int_equal(plan_load("shared", &plan, &err), 0);
	plan_free(&plan);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(plan_load("fifo", &plan, &err), -1);
	plan_free(&plan);
	error_clear(&err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(never_over_anything_else),
		cmocka_unit_test(strict),
		cmocka_unit_test(only_ones_own),
	};
	return cmocka_run_group_tests(tests, enter, leave);
}
