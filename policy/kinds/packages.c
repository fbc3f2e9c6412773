#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

#include "base/memory.h"
#include "policy/kinds/kind.h"
#include "policy/models/packages/package_version.h"
#include "policy/models/packages/packages.h"

static const struct key minimum_keys[] = {
	{ .name = "name",
		.type = KEY_TEXT,
		.required = true,
		.help = "the package",
		.example = "openssh-server" },
	{ .name = "version",
		.type = KEY_TEXT,
		.required = true,
		.help = "the oldest version that may be installed, as the package "
			"manager "
			"writes and compares it",
		.example = "'1:9.2p1-2+deb12u3'" },
	{ 0 },
};

static const struct key keys[] = {
	{ .name = "absent",
		.type = KEY_TEXTS,
		.filled = true,
		.help = "packages that are not installed, nor in part: names or patterns "
			"of glob(7)",
		.example = "[sendmail, 'rsh-*']" },
	{ .name = "present",
		.type = KEY_TEXTS,
		.filled = true,
		.help = "packages that are installed and configured",
		.example = "[openssh-server]" },
	{ .name = "minimum",
		.type = KEY_SECTION,
		.many = true,
		.keys = minimum_keys,
		.help = "versions: one section or a list of them; what is not installed "
			"is "
			"not too old" },
	{ 0 },
};

/* What a name is made of, by dpkg (lib/dpkg/parsehelp.c, pkg_name_is_illegal) and rpm
 * (build/parsePreamble.c). */
#define NAME_LETTERS                                                                     \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"                 \
	"-+._"

static void
validate_name(const struct value *name, const char *key, struct problems *problems)
{
	const char *text = name->text;
	if (isalnum((unsigned char)*text) || *text == '_')
		text += strspn(text, NAME_LETTERS);
	if (*text != '\0' && strpbrk(text, "*?[") != NULL)
		problems_add(problems, name->at,
			"packages.%s: '%s' is a pattern, which 'absent' alone takes", key,
			name->text);
	else if (*text != '\0')
		problems_add(problems, name->at,
			"packages.%s: no package can be called '%s'", key, name->text);
}

/* A name, or a pattern of glob(7); a class of characters may have a colon. */
static void
validate_pattern(const struct value *pattern, struct problems *problems)
{
	const char *text = pattern->text;
	const char *letters = strchr(text, '[') != NULL ? NAME_LETTERS "*?[]!^\\:"
							: NAME_LETTERS "*?\\";
	if (text[strspn(text, letters)] != '\0')
		problems_add(problems, pattern->at,
			"packages.absent: no package can be called '%s'", text);
}

/* What dpkg and rpm compare: deb-version(7), rpm-version(7). */
static void
validate_version(const struct value *version, struct problems *problems)
{
	const char *text = version->text;
	if (isalnum((unsigned char)*text))
		text += strspn(text, NAME_LETTERS "~^:");
	if (*text != '\0')
		problems_add(problems, version->at,
			"packages.minimum.version: '%s' is no version", version->text);
}

static void
validate(const struct control *control, struct problems *problems)
{
	const struct value *absent = value_find(control->keys, "absent"),
			   *present = value_find(control->keys, "present");
	size_t count;
	const struct value *minimum = value_items(
		value_find(control->keys, "minimum"), &count);
	for (size_t i = 0; absent != NULL && i < absent->count; i++)
		validate_pattern(&absent->items[i], problems);
	for (size_t i = 0; present != NULL && i < present->count; i++)
		validate_name(&present->items[i], "present", problems);
	for (size_t i = 0; i < count; i++) {
		validate_name(value_find(&minimum[i], "name"), "minimum.name", problems);
		validate_version(value_find(&minimum[i], "version"), problems);
	}
	for (size_t i = 0; absent != NULL && i < absent->count; i++)
		if (value_lists(present, absent->items[i].text))
			problems_add(problems, absent->items[i].at,
				"packages: '%s' is both absent and present",
				absent->items[i].text);
	if (control->keys->count == 0)
		problems_add(problems, control->section_at,
			"packages: none of 'absent', 'present' and 'minimum' is there");
}

static void
show(struct finding *finding, const struct packages *packages,
	const struct package *package)
{
	if (package != NULL && package->place.file != NULL)
		finding_evidence(finding, package->place.file, package->place.offset);
	else
		finding_evidence_file(finding, packages->source);
}

/* The next installed package after AFTER (NULL: the first) that is called NAME, or that
 * NAME is a pattern of. */
static const struct package *
find_next(const struct packages *packages, const char *name, bool is_pattern,
	const struct package *after)
{
	const struct package *end = packages->items + packages->count;
	for (after = after != NULL ? after + 1 : packages->items; after < end; after++)
		if (is_pattern ? fnmatch(name, after->name, 0) == 0
			       : strcmp(name, after->name) == 0)
			return after;
	return NULL;
}

static const char *
state_name(const struct package *package)
{
	return package->is_whole ? "installed" : "installed in part";
}

static void
judge_absent(
	const struct packages *packages, const char *pattern, struct findings *findings)
{
	const struct package *package = find_next(packages, pattern, true, NULL);
	if (package == NULL) {
		struct finding *finding = findings_add(
			findings, VERDICT_PASS, "package %s", pattern);
		finding_have(finding, "not installed");
		finding_want(finding, "not installed");
		show(finding, packages, NULL);
	}
	for (; package != NULL; package = find_next(packages, pattern, true, package)) {
		struct finding *finding = findings_add(
			findings, VERDICT_FAIL, "package %s", package->name);
		finding_have(finding, "%s: %s", state_name(package), package->version);
		finding_want(finding, "not installed");
		show(finding, packages, package);
	}
}

static void
judge_present(
	const struct packages *packages, const char *name, struct findings *findings)
{
	const struct package *best = NULL, *package = NULL;
	while ((package = find_next(packages, name, false, package)) != NULL)
		if (best == NULL || package->is_whole)
			best = package;
	struct finding *finding = findings_add(findings,
		best != NULL && best->is_whole ? VERDICT_PASS : VERDICT_FAIL,
		"package %s", name);
	if (best != NULL)
		finding_have(finding, "%s: %s", state_name(best), best->version);
	else
		finding_have(finding, "not installed");
	finding_want(finding, "installed");
	show(finding, packages, best);
}

/* Of a package that is there in several versions, such as a kernel, each counts. */
static void
judge_minimum(const struct packages *packages, const struct value *minimum,
	struct findings *findings)
{
	const char *name = value_text(minimum, "name", ""),
		   *version = value_text(minimum, "version", "");
	const struct package *package = find_next(packages, name, false, NULL);
	if (package == NULL) {
		struct finding *finding = findings_add(
			findings, VERDICT_PASS, "package %s", name);
		finding_have(finding, "not installed");
		finding_want(finding, "%s or newer", version);
		show(finding, packages, NULL);
	}
	for (; package != NULL; package = find_next(packages, name, false, package)) {
		int order = (packages->is_rpm
				? package_version_rpm
				: package_version_dpkg)(package->version, version);
		struct finding *finding = findings_add(findings,
			order >= 0 ? VERDICT_PASS : VERDICT_FAIL, "package %s", name);
		finding_have(finding, "%s", package->version);
		finding_want(finding, "%s or newer", version);
		show(finding, packages, package);
	}
}

static void
judge(const struct packages *packages, const struct control *control,
	struct findings *findings)
{
	const struct value *absent = value_find(control->keys, "absent"),
			   *present = value_find(control->keys, "present");
	size_t count;
	const struct value *minimum = value_items(
		value_find(control->keys, "minimum"), &count);
	for (size_t i = 0; i < packages->strange_count; i++) {
		struct finding *finding = findings_add(
			findings, VERDICT_UNKNOWN, "a line of the list");
		finding_why(finding, "it is none of dpkg's or rpm's");
		if (packages->strange[i].file != NULL)
			finding_evidence(finding, packages->strange[i].file,
				packages->strange[i].offset);
	}
	for (size_t i = 0; absent != NULL && i < absent->count; i++)
		judge_absent(packages, absent->items[i].text, findings);
	for (size_t i = 0; present != NULL && i < present->count; i++)
		judge_present(packages, present->items[i].text, findings);
	for (size_t i = 0; i < count; i++)
		judge_minimum(packages, &minimum[i], findings);
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	struct recorded recorded;
	struct packages packages;
	recorded_read(control, &recorded);
	packages_read(context, &recorded, &packages);
	/* of a list that names nothing nothing can be said */
	if (packages.problem == NULL && packages.count == 0)
		packages.problem = memory_text("it names no package at all");
	if (packages.problem != NULL) {
		struct finding *finding = findings_add(
			findings, VERDICT_UNKNOWN, "packages");
		finding_why(finding, "%s", packages.problem);
		/* a database that is not there is no evidence */
		if (recorded.state != RECORDED_NOT ||
			host_exists(context->host, packages.source) != 0)
			finding_evidence_file(finding, packages.source);
	} else {
		judge(&packages, control, findings);
	}
	packages_free(&packages);
	recorded_free(&recorded);
}

const struct kind kind_packages = {
	.name = "packages",
	.summary = "which packages are installed, and how old they are",
	.keys = keys,
	.evidence = "dpkg -l >FILE, or rpm -qa >FILE",
	.by_hand = "`dpkg -l` or `rpm -qa`",
	.questions = packages_questions,
	.validate = validate,
	.check = check,
};
