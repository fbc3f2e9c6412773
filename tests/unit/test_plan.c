/* Judging and planning, with a kind of our own: lines "KEY VALUE" in /etc/fake, remedies
 * that go wrong in each way that a plan must notice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "enforcer/evaluate.h"
#include "enforcer/plan.h"

static char directory[] = "/tmp/test_plan.XXXXXX";

static const char *
key_of(const struct control *control)
{
	return value_text(control->keys, "key", NULL);
}

/* Offset and length of KEY's line in FILE without the newline; false when it has none. */
static bool
find_line(const struct file *file, const char *key, size_t *ret_start, size_t *ret_length)
{
	for (size_t start = 0; file->state == FILE_READ && start < file->bytes.size;) {
		struct bytes line = bytes_line(file->bytes, start);
		if (line.size > strlen(key) && line.data[strlen(key)] == ' ' &&
			memcmp(line.data, key, strlen(key)) == 0) {
			*ret_start = start;
			*ret_length = line.size;
			return true;
		}
		start += line.size + 1;
	}
	return false;
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	const struct file *file = host_file(context->host, "/etc/fake");
	const char *key = key_of(control), *want = value_text(control->keys, "want", "");
	size_t start, length;
	if (file->state == FILE_REFUSED) {
		findings_add(findings, VERDICT_UNKNOWN, "%s", key);
	} else if (!find_line(file, key, &start, &length)) {
		findings_add(findings, VERDICT_INVALID, "%s", key);
	} else {
		size_t skip = strlen(key) + 1;
		bool same = length - skip == strlen(want) &&
			memcmp(file->bytes.data + start + skip, want, strlen(want)) == 0;
		findings_add(findings, same ? VERDICT_PASS : VERDICT_FAIL, "%s", key);
	}
}

static int
remedy(const struct context *context, const struct control *control, struct edits *edits,
	struct error *err)
{
	const struct file *file = host_file(context->host, "/etc/fake");
	const char *key = key_of(control), *want = value_text(control->keys, "want", "");
	const char *how = value_text(control->keys, "remedy", "good");
	autofree char *line = memory_printf("%s %s", key, want);
	size_t start, length;
	if (strcmp(how, "none") == 0)
		return error_set(err, "no safe way");
	if (!find_line(file, key, &start, &length))
		return error_set(err, "no line");
	bool done = length == strlen(line) &&
		memcmp(file->bytes.data + start, line, length) == 0;
	if (strcmp(how, "nothing") == 0)
		return 0;
	if (strcmp(how, "useless") == 0)
		edits_splice(edits, file, 0, 0, "# x\n", "useless");
	else if (!done)
		edits_splice(edits, file, start, length, line, "set %s", key);
	if (strcmp(how, "again") == 0)
		edits_splice(edits, file, file->bytes.size, 0, "# x\n", "again");
	if (strcmp(how, "greedy") == 0 && !done &&
		find_line(file, "other", &start, &length))
		edits_splice(edits, file, start, length, "other changed", "greedy");
	if (strcmp(how, "breaks") == 0 && !done && find_line(file, "b", &start, &length))
		edits_splice(edits, file, start, length, "# gone", "breaks");
	if (strcmp(how, "two") == 0 && !done)
		edits_create(edits, "/etc/fake.d", 0640, "second\n", "two");
	return 0;
}

static void
answer(const struct context *context, const struct control *control,
	struct answers *answers)
{
	const struct file *file = host_file(context->host, "/etc/fake");
	(void)control;
	for (size_t start = 0; start < file->bytes.size;) {
		struct bytes line = bytes_line(file->bytes, start);
		autofree char *text = memory_copy(line.data, line.size);
		char *value = strchr(text, ' ');
		if (value != NULL && *text != '#') {
			*value = '\0';
			answers_add(answers, text, value + 1);
		}
		start += line.size + 1;
	}
}

static bool
wants(const struct control *control, const char *subject, const char *before,
	const char *after)
{
	(void)before;
	return strcmp(subject, key_of(control)) == 0 && after != NULL;
}

static const struct kind fake = {
	.name = "fake",
	.check = check,
	.remedy = remedy,
	.answers = answer,
	.wants = wants,
};

enum { CONTROLS_MAX = 3 };

struct fixture {
	struct policy policy;
	struct control controls[CONTROLS_MAX];
	struct value keys[CONTROLS_MAX];
	struct entry entries[CONTROLS_MAX][3];
	struct context context;
};

/* A policy of controls with the ids a, b, c, each wanting KEY to be "yes". */
static void
add_control(struct fixture *fixture, const char *key, const char *how)
{
	static const char *const ids[] = { "a", "b", "c" };
	size_t i = fixture->policy.count++;
	struct entry *entries = fixture->entries[i];
	entries[0] = (struct entry){ .key = "key",
		.value = { .type = VALUE_TEXT, .text = (char *)key } };
	entries[1] = (struct entry){ .key = "want",
		.value = { .type = VALUE_TEXT, .text = "yes" } };
	entries[2] = (struct entry){ .key = "remedy",
		.value = { .type = VALUE_TEXT, .text = (char *)how } };
	fixture->keys[i] = (struct value){
		.type = VALUE_MAP, .entries = entries, .count = 3
	};
	fixture->controls[i] = (struct control){
		.id = ids[i], .kind = &fake, .keys = &fixture->keys[i]
	};
}

static void
open_fixture(struct fixture *fixture, const char *content)
{
	struct error err = ERROR_INIT;
	FILE *file = fopen("etc/fake", "w");
	assert_non_null(file);
	fputs(content, file);
	assert_int_equal(fclose(file), 0);
	*fixture = (struct fixture){ .policy = { .file = "p.yaml" } };
	fixture->policy.controls = fixture->controls;
	fixture->context.policy = &fixture->policy;
	fixture->context.host = host_open(directory, &err);
	assert_non_null(fixture->context.host);
}

static void
make(struct fixture *fixture, const struct plan_chooser *chooser, struct plan *ret_plan)
{
	struct error err = ERROR_INIT;
	assert_int_equal(
		plan_make(&fixture->context, NULL, 0, chooser, ret_plan, &err), 0);
}

static int
enter(void **state)
{
	(void)state;
	return mkdtemp(directory) == NULL || chdir(directory) < 0 ||
			system("mkdir etc") != 0
		? -1
		: 0;
}

static int
leave(void **state)
{
	(void)state;
	autofree char *clean = memory_printf("rm -r %s", directory);
	return chdir("/") < 0 || system(clean) != 0 ? -1 : 0;
}

/* Two remedies in one file become one change of it. */
static void
remedies_stack(void **state)
{
	struct fixture fixture;
	struct plan plan;
	(void)state;
	open_fixture(&fixture, "one no\nother x\ntwo no\nthree yes\n");
	add_control(&fixture, "one", "good");
	add_control(&fixture, "two", "good");
	add_control(&fixture, "three", "none");
	make(&fixture, NULL, &plan);
	assert_int_equal(plan.refusal_count, 0);
	assert_int_equal(plan.changes.count, 1);
	const struct change *change = &plan.changes.items[0];
	assert_int_equal(change->action, CHANGE_REPLACE);
	assert_string_equal(change->file, "/etc/fake");
	assert_string_equal(change->controls, "a b");
	assert_string_equal(change->old_data, "one no\nother x\ntwo no\nthree yes\n");
	assert_string_equal(change->new_data, "one yes\nother x\ntwo yes\nthree yes\n");
	char sha256[SHA256_HEX];
	text_sha256((struct bytes){ change->old_data, change->old_size }, sha256);
	assert_string_equal(change->old_sha256, sha256);
	assert_int_equal(plan.effect_count, 2);
	assert_string_equal(plan.effects[1].control, "b");
	assert_string_equal(plan.effects[1].subject, "two");
	assert_string_equal(plan.effects[1].before, "no");
	assert_string_equal(plan.effects[1].after, "yes");
	plan_free(&plan);
	host_free(fixture.context.host);
}

static void
refusals(void **state)
{
	static const struct {
		const char *how, *reason;
	} cases[] = {
		{ "none", "no safe way" },
		{ "nothing", "nothing to change" },
		{ "useless", "does not suffice: still fail: one" },
		{ "again", "repeated" },
		{ "greedy", "would also change other from x to changed" },
		{ "breaks", "would turn b from pass to invalid" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fixture fixture;
		struct plan plan;
		open_fixture(&fixture, "one no\nother x\nb yes\nlast no\n");
		add_control(&fixture, "one", cases[i].how);
		add_control(&fixture, "b", "good");
		add_control(&fixture, "last", "good");
		make(&fixture, NULL, &plan);
		assert_int_equal(plan.refusal_count, 1);
		assert_string_equal(plan.refusals[0].control, "a");
		if (strstr(plan.refusals[0].reason, cases[i].reason) == NULL)
			fail_msg("%s: %s", cases[i].how, plan.refusals[0].reason);
		/* the control after it has its remedy, and only that */
		assert_int_equal(plan.changes.count, 1);
		assert_string_equal(plan.changes.items[0].new_data,
			"one no\nother x\nb yes\nlast yes\n");
		/* what the control did not ask for stays, to be shown */
		bool is_greedy = strcmp(cases[i].how, "greedy") == 0;
		assert_int_equal(plan.effect_count, is_greedy ? 2 : 1);
		assert_int_equal(plan.effects[0].unwanted, is_greedy);
		assert_string_equal(
			plan.effects[0].subject, is_greedy ? "other" : "last");
		plan_free(&plan);
		host_free(fixture.context.host);
	}
}

/* Only the first, only the second, or none of a remedy's edits. */
static bool
choose(void *data, const struct control *control, const struct edit *edit,
	const struct file *file)
{
	(void)control;
	(void)file;
	return edit->action == *(enum edit_action *)data;
}

static void
chosen_edits(void **state)
{
	struct fixture fixture;
	struct plan plan;
	enum edit_action action = EDIT_SPLICE;
	struct plan_chooser chooser = { .accept = choose, .data = &action };
	(void)state;
	open_fixture(&fixture, "one no\n");
	add_control(&fixture, "one", "two");
	make(&fixture, NULL, &plan);
	assert_int_equal(plan.changes.count, 2);
	assert_int_equal(plan.changes.items[1].action, CHANGE_CREATE);
	assert_int_equal(plan.changes.items[1].mode, 0640);
	plan_free(&plan);
	/* what is taken suffices */
	make(&fixture, &chooser, &plan);
	assert_int_equal(plan.changes.count, 1);
	assert_string_equal(plan.changes.items[0].file, "/etc/fake");
	assert_int_equal(plan.refusal_count, 0);
	plan_free(&plan);
	/* what is taken does not */
	action = EDIT_CREATE;
	make(&fixture, &chooser, &plan);
	assert_int_equal(plan.changes.count, 1);
	assert_string_equal(plan.changes.items[0].file, "/etc/fake.d");
	assert_int_equal(plan.refusal_count, 1);
	assert_string_equal(plan.refusals[0].reason, "1 of its changes not wanted");
	plan_free(&plan);
	action = EDIT_REMOVE;
	make(&fixture, &chooser, &plan);
	assert_int_equal(plan.changes.count, 0);
	assert_int_equal(plan.refusal_count, 1);
	plan_free(&plan);
	host_free(fixture.context.host);
}

static void
chosen_ids(void **state)
{
	static const char *const ids[] = { "b" };
	struct fixture fixture;
	struct plan plan;
	struct error err = ERROR_INIT;
	struct evaluation evaluation;
	(void)state;
	open_fixture(&fixture, "one no\ntwo no\n");
	add_control(&fixture, "one", "none");
	add_control(&fixture, "two", "good");
	add_control(&fixture, "missing", "good");
	assert_int_equal(plan_make(&fixture.context, ids, 1, NULL, &plan, &err), 0);
	assert_int_equal(plan.refusal_count, 0);
	assert_string_equal(plan.changes.items[0].new_data, "one no\ntwo yes\n");
	plan_free(&plan);
	evaluate(&fixture.context, ids, 1, &evaluation);
	assert_int_equal(evaluation.count, 1);
	assert_int_equal(evaluation.summary[VERDICT_FAIL], 1);
	evaluation_free(&evaluation);
	host_free(fixture.context.host);
}

static void
waivers(void **state)
{
	struct waiver waiver = { .owner = "o", .reason = "r", .until = "2030-01-01" };
	struct fixture fixture;
	struct evaluation evaluation;
	struct plan plan;
	(void)state;
	open_fixture(&fixture, "one no\ntwo yes\n");
	add_control(&fixture, "one", "good");
	add_control(&fixture, "two", "good");
	add_control(&fixture, "missing", "good");
	for (size_t i = 0; i < 3; i++)
		fixture.controls[i].waiver = &waiver;
	evaluate(&fixture.context, NULL, 0, &evaluation);
	assert_int_equal(evaluation.items[0].verdict, VERDICT_WAIVED);
	assert_int_equal(evaluation.items[1].verdict, VERDICT_PASS);
	/* what the daemon would reject is more than what was waived */
	assert_int_equal(evaluation.items[2].verdict, VERDICT_INVALID);
	evaluation_free(&evaluation);
	make(&fixture, NULL, &plan);
	assert_int_equal(plan.changes.count, 0);
	plan_free(&plan);
	waiver.expired = true;
	evaluate(&fixture.context, NULL, 0, &evaluation);
	assert_int_equal(evaluation.items[0].verdict, VERDICT_FAIL);
	evaluation_free(&evaluation);
	host_free(fixture.context.host);
}

static void
live_only(void **state)
{
	struct fixture fixture;
	struct evaluation evaluation;
	(void)state;
	open_fixture(&fixture, "one no\n");
	add_control(&fixture, "one", "good");
	fixture.controls[0].live_only = true;
	evaluate(&fixture.context, NULL, 0, &evaluation);
	assert_int_equal(evaluation.items[0].verdict, VERDICT_NOT_APPLICABLE);
	assert_int_equal(evaluation_status(&evaluation), 0);
	evaluation_free(&evaluation);
	host_free(fixture.context.host);
}

static void
statuses(void **state)
{
	static const struct {
		enum verdict verdict;
		int status;
	} cases[] = {
		{ VERDICT_PASS, 0 },
		{ VERDICT_FAIL, 1 },
		{ VERDICT_INVALID, 1 },
		{ VERDICT_UNKNOWN, 2 },
		{ VERDICT_MANUAL, 2 },
		{ VERDICT_NOT_APPLICABLE, 0 },
		{ VERDICT_WAIVED, 0 },
	};
	struct evaluation evaluation = { 0 };
	(void)state;
	for (size_t i = 0; i < VERDICT_COUNT; i++) {
		evaluation = (struct evaluation){ 0 };
		evaluation.summary[cases[i].verdict] = 1;
		assert_int_equal(evaluation_status(&evaluation), cases[i].status);
		evaluation.summary[VERDICT_FAIL] = 1;
		assert_int_equal(evaluation_status(&evaluation), 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remedies_stack),
		cmocka_unit_test(refusals),
		cmocka_unit_test(chosen_edits),
		cmocka_unit_test(chosen_ids),
		cmocka_unit_test(waivers),
		cmocka_unit_test(live_only),
		cmocka_unit_test(statuses),
	};
	return cmocka_run_group_tests(tests, enter, leave);
}
