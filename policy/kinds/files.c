#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/principals.h"
#include "base/text.h"
#include "policy/kinds/kind.h"
#include "policy/pattern.h"

enum {
	SHOWN_MAX = 20, /* paths that fail; the rest is counted */
	DAY = 24 * 60 * 60, /* seconds */
};

static const char *const types[] = { "absent", "file", "directory", NULL };

static const struct key keys[] = {
	{ .name = "path",
		.type = KEY_TEXT,
		.many = true,
		.required = true,
		.help = "which files it is about: absolute paths or patterns of glob(7); "
			"but for is: absent each must match something",
		.example = "[/etc/hosts.equiv, '/home/*/.rhosts']" },
	{ .name = "is",
		.type = KEY_CHOICE,
		.choices = types,
		.help = "what is there, links followed; absent: no such name, not even a "
			"link that leads nowhere",
		.otherwise = "anything" },
	{ .name = "leads-to",
		.type = KEY_TEXT,
		.help = "the path that it is a link to, in the end: where its links lead "
			"is "
			"what that path is, its links resolved",
		.example = "/var/qmail/bin/sendmail" },
	{ .name = "owner",
		.type = KEY_TEXT,
		.help = "the account that owns it, by name or uid",
		.example = "root" },
	{ .name = "group",
		.type = KEY_TEXT,
		.help = "the group that it belongs to, by name or gid",
		.example = "adm" },
	{ .name = "mode",
		.type = KEY_TEXT,
		.help = "the mode that it may have at most, in octal: no other bit is "
			"set",
		.example = "0640" },
	{ .name = "holds",
		.type = KEY_TEXTS,
		.filled = true,
		.help = "extended regular expressions (regex(7)); each matches a line",
		.example = "['^ALL: *ALL$']" },
	{ .name = "lacks",
		.type = KEY_TEXTS,
		.filled = true,
		.help = "extended regular expressions; no line matches any",
		.example = "['^[^#]*telnet']" },
	{ .name = "max-days",
		.type = KEY_NUMBER,
		.min = 1,
		.max = 36500,
		.help = "how many days ago its content may have changed at most",
		.example = "7" },
	{ 0 },
};

static int
read_mode(const char *text, mode_t *ret_mode)
{
	char *end;
	unsigned long mode = strtoul(text, &end, 8);
	if (*text < '0' || *text > '7' || *end != '\0' || mode > 07777)
		return -1;
	*ret_mode = (mode_t)mode;
	return 0;
}

static bool
asks_for_absence(const struct control *control)
{
	return strcmp(value_text(control->keys, "is", ""), "absent") == 0;
}

/* Whether what is asked can't be said of a link that leads nowhere. */
static bool
asks_for_more(const struct control *control)
{
	static const char *const names[] = { "owner", "group", "mode", "max-days",
		"holds", "lacks" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (value_find(control->keys, names[i]) != NULL)
			return true;
	return false;
}

static void
check_path(const struct value *path, const char *key, struct problems *problems)
{
	if (path != NULL && path->text[0] != '/')
		problems_add(problems, path->at, "files.%s: '%s' is no absolute path",
			key, path->text);
}

static void
check_expressions(
	const struct control *control, const char *key, struct problems *problems)
{
	const struct value *list = value_find(control->keys, key);
	autofree char *name = memory_printf("files.%s", key);
	for (size_t i = 0; list != NULL && i < list->count; i++)
		pattern_check(&list->items[i], name, problems);
}

static void
validate(const struct control *control, struct problems *problems)
{
	size_t count;
	const struct value *paths = value_items(
		value_find(control->keys, "path"), &count);
	const struct value *mode = value_find(control->keys, "mode");
	mode_t bits;
	for (size_t i = 0; i < count; i++)
		check_path(&paths[i], "path", problems);
	check_path(value_find(control->keys, "leads-to"), "leads-to", problems);
	if (mode != NULL && read_mode(mode->text, &bits) < 0)
		problems_add(problems, mode->at, "files.mode: '%s' is no octal mode",
			mode->text);
	check_expressions(control, "holds", problems);
	check_expressions(control, "lacks", problems);
	if (control->keys->count == 1)
		problems_add(problems, control->section_at,
			"files: nothing is asked of what 'path' names");
	if (asks_for_absence(control) && control->keys->count > 2)
		problems_add(problems, control->section_at,
			"files: nothing else can be asked of what is absent");
}

/* One control at work. */
struct work {
	const struct context *context;
	const struct control *control;
	const struct principals *principals;
	struct findings *findings;
	size_t failed, passed;
};

/* A finding about PATH; NULL when enough are shown. */
static struct finding *
fail(struct work *work, enum verdict verdict, const char *path)
{
	if (verdict == VERDICT_FAIL && work->failed++ >= SHOWN_MAX)
		return NULL;
	return findings_add(work->findings, verdict, "%s", path);
}

static void
report_unknown(struct work *work, const char *path, const char *why)
{
	struct finding *finding = fail(work, VERDICT_UNKNOWN, path);
	finding_why(finding, "%s", why);
	finding_evidence_file(finding, path);
}

/* One thing that is otherwise than asked for. */
static void
report(struct work *work, const char *path, const char *have, const char *want)
{
	struct finding *finding = fail(work, VERDICT_FAIL, path);
	if (finding == NULL)
		return;
	finding_have(finding, "%s", have);
	finding_want(finding, "%s", want);
	finding_evidence_file(finding, path);
}

/* The uid that TEXT, a name or a number, stands for. */
static bool
find_uid(const struct work *work, const char *text, unsigned long *ret_id)
{
	long number;
	const struct principal *user = principals_user(work->principals, text);
	*ret_id = user != NULL ? user->uid : 0;
	if (user == NULL && text_number(text, 0, 4294967294, &number, NULL) == 0)
		*ret_id = (unsigned long)number;
	else if (user == NULL)
		return false;
	return true;
}

static bool
find_gid(const struct work *work, const char *text, unsigned long *ret_id)
{
	long number;
	gid_t gid = 0;
	bool found = principals_group(work->principals, text, &gid);
	*ret_id = gid;
	if (!found && text_number(text, 0, 4294967294, &number, NULL) == 0)
		*ret_id = (unsigned long)number;
	else if (!found)
		return false;
	return true;
}

static void
judge_owner(struct work *work, const char *path, const struct stat *status)
{
	for (int group = 0; group < 2; group++) {
		const char *key = group ? "group" : "owner";
		const char *name = value_text(work->control->keys, key, NULL);
		unsigned long id = 0,
			      have = group ? host_group(work->context->host, status)
					   : host_owner(work->context->host, status);
		if (name == NULL)
			continue;
		if (!(group ? find_gid : find_uid)(work, name, &id)) {
			autofree char *why = memory_printf("there is no %s '%s' here",
				group ? "group" : "account", name);
			report_unknown(work, path, why);
		} else if (id != have) {
			autofree char *has = memory_printf("%s %lu", key, have),
				      *want = memory_printf("%s %s", key, name);
			report(work, path, has, want);
		}
	}
}

static void
judge_mode(struct work *work, const char *path, const struct stat *status)
{
	const char *text = value_text(work->control->keys, "mode", NULL);
	mode_t most;
	if (text == NULL || read_mode(text, &most) < 0 ||
		(status->st_mode & 07777 & ~most) == 0)
		return;
	autofree char *have = memory_printf("mode %04o", status->st_mode & 07777),
		      *want = memory_printf("mode %04o at most", most);
	report(work, path, have, want);
}

static void
judge_age(struct work *work, const char *path, const struct stat *status)
{
	const char *text = value_text(work->control->keys, "max-days", NULL);
	long most, age = time(NULL) - status->st_mtime; /* seconds */
	if (text == NULL || text_number(text, 1, 36500, &most, NULL) < 0 ||
		(age >= 0 && age <= most * DAY))
		return;
	autofree char *want = memory_printf("changed in the last %ld days", most);
	if (age < 0) {
		report_unknown(work, path, "it was changed in the future, by its clock");
		return;
	}
	autofree char *have = memory_printf(
		"changed %ld days and %ld h ago", age / DAY, age % DAY / 3600);
	report(work, path, have, want);
}

static void
judge_expression(struct work *work, const char *path, const struct file *file,
	const char *expression, bool wanted)
{
	regex_t regex;
	bool unsure = false;
	if (regcomp(&regex, expression, REG_EXTENDED) != 0)
		return; /* validate has told */
	size_t at = pattern_find(&regex, file->bytes, &unsure);
	regfree(&regex);
	/* which no period matches */
	bool has_nul = file->bytes.size > 0 &&
		memchr(file->bytes.data, '\0', file->bytes.size) != NULL;
	if (at == SIZE_MAX && (unsure || has_nul)) {
		report_unknown(work, path,
			unsure ? "it has a line of more than 64 KiB"
			       : "it holds a NUL byte");
		return;
	}
	if (wanted == (at != SIZE_MAX))
		return;
	struct finding *finding = fail(work, VERDICT_FAIL, path);
	if (finding == NULL)
		return;
	finding_have(
		finding, wanted ? "no line matches %s" : "a line matches %s", expression);
	finding_want(finding, wanted ? "a line matches it" : "none does");
	if (at != SIZE_MAX)
		finding_evidence(finding, file, at);
	else
		finding_evidence_file(finding, path);
}

static void
judge_content(struct work *work, const char *path)
{
	const struct value *holds = value_find(work->control->keys, "holds"),
			   *lacks = value_find(work->control->keys, "lacks");
	if (holds == NULL && lacks == NULL)
		return;
	const struct file *file = host_file(work->context->host, path);
	if (file->state != FILE_READ) {
		report_unknown(work, path,
			file->reason != NULL ? file->reason : "there is no such file");
		return;
	}
	for (size_t i = 0; holds != NULL && i < holds->count; i++)
		judge_expression(work, path, file, holds->items[i].text, true);
	for (size_t i = 0; lacks != NULL && i < lacks->count; i++)
		judge_expression(work, path, file, lacks->items[i].text, false);
}

static const char *
type_name(mode_t mode)
{
	return S_ISREG(mode)    ? "file"
		: S_ISDIR(mode) ? "directory"
		: mode == 0     ? "link that leads nowhere"
				: "special file";
}

/* Whether PATH, which leads to TARGET, is a link at its end: its folder leads elsewhere.
 */
static bool
is_link(const struct work *work, const char *path, const char *target)
{
	const char *name = text_base_name(path);
	autofree char *above = memory_copy(path, (size_t)(name - path)), *folder = NULL;
	struct stat status;
	(void)host_status(work->context->host, above, &status, &folder);
	autofree char *plain = memory_printf(
		"%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name);
	return strcmp(plain, target) != 0;
}

/* Both paths as they are when all links are followed. A device is not looked for in a
 * root that does not run, which has an empty /dev. */
static void
judge_target(struct work *work, const char *path, const struct stat *status,
	const char *target)
{
	const char *want = value_text(work->control->keys, "leads-to", NULL);
	autofree char *wanted = NULL, *have = NULL;
	struct stat wanted_status;
	if (want == NULL)
		return;
	(void)host_status(work->context->host, want, &wanted_status, &wanted);
	bool may_lack = strncmp(want, "/dev/", 5) == 0 &&
		!host_is_live(work->context->host);
	if (strcmp(wanted, target) != 0)
		have = memory_printf("leads to %s", target);
	else if (status->st_mode == 0 && !may_lack)
		have = memory_printf("leads to %s, where nothing is", target);
	else if (strcmp(path, want) == 0)
		return;
	else if (strcmp(path, target) == 0)
		have = memory_text("no link, but what is wanted leads to it");
	if (have != NULL)
		report(work, path, have, want);
	else if (is_link(work, want, wanted))
		report_unknown(work, path,
			"what is wanted is itself a link, and whether this one's links "
			"pass it is not followed");
}

static void
judge_path(struct work *work, const char *path)
{
	const char *type = value_text(work->control->keys, "is", NULL);
	struct stat status;
	autofree char *target = NULL;
	size_t before = work->findings->count, failed = work->failed;
	int there = host_has_name(work->context->host, path);
	if (there < 0 || host_status(work->context->host, path, &status, &target) < 0) {
		report_unknown(work, path, strerror(errno));
		return;
	}
	if (asks_for_absence(work->control)) {
		if (there > 0)
			report(work, path, type_name(status.st_mode), "absent");
	} else if (there == 0) {
		const char *target_wanted = value_text(
			work->control->keys, "leads-to", NULL);
		autofree char *leads = target_wanted != NULL
			? memory_printf("a link to %s", target_wanted)
			: NULL;
		report(work, path, "absent",
			leads != NULL          ? leads
				: type != NULL ? type
					       : "there");
	} else if (type != NULL && strcmp(type_name(status.st_mode), type) != 0) {
		report(work, path, type_name(status.st_mode), type);
	} else if (status.st_mode == 0 && asks_for_more(work->control)) {
		report(work, path, type_name(status.st_mode), "something that is there");
	} else {
		judge_target(work, path, &status, target);
		judge_owner(work, path, &status);
		judge_mode(work, path, &status);
		judge_age(work, path, &status);
		judge_content(work, path);
	}
	if (work->findings->count == before && work->failed == failed)
		work->passed++;
}

static void
judge_pattern(struct work *work, const char *pattern)
{
	struct name_list list = { 0 };
	struct error err = ERROR_INIT;
	size_t before = work->failed;
	work->passed = 0;
	if (strpbrk(pattern, "*?[\\") == NULL) {
		judge_path(work, pattern);
	} else if (host_glob(work->context->host, pattern, &list, &err) < 0) {
		report_unknown(work, pattern, err.text);
		error_clear(&err);
		return;
	}
	for (size_t i = 0; i < list.count; i++)
		judge_path(work, list.names[i]);
	if (strpbrk(pattern, "*?[\\") != NULL && list.count == 0) {
		if (asks_for_absence(work->control))
			work->passed = 1;
		else
			report(work, pattern, "nothing matches", "something does");
	}
	name_list_free(&list);
	if (work->passed == 0 || work->failed > before)
		return;
	struct finding *finding = findings_add(
		work->findings, VERDICT_PASS, "%s", pattern);
	finding_have(
		finding, asks_for_absence(work->control) ? "absent" : "as asked for");
	finding_evidence_file(finding, pattern);
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	struct work work = {
		.context = context, .control = control, .findings = findings
	};
	size_t count;
	const struct value *paths = value_items(
		value_find(control->keys, "path"), &count);
	work.principals = principals_of(context->host);
	for (size_t i = 0; i < count; i++)
		judge_pattern(&work, paths[i].text);
	if (work.failed > SHOWN_MAX) {
		struct finding *finding = findings_add(
			findings, VERDICT_FAIL, "more files");
		finding_have(finding, "%zu more like these", work.failed - SHOWN_MAX);
	}
}

const struct kind kind_files = {
	.name = "files",
	.summary = "which files are there, whose they are, and what they hold",
	.keys = keys,
	.by_hand = "`ls -ld {path}`, `readlink -f {path}`, `stat {path}`\n"
		   "`grep -E {-e holds} {path}`, of which each expression must match "
		   "a line\n"
		   "`grep -E {-e lacks} {path}`, which must print nothing",
	.validate = validate,
	.check = check,
};
