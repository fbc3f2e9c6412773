#include "policy/models/packages/updates.h"

#include <fnmatch.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/kinds/kind.h"

enum {
	DAYS_DEFAULT = 7,
	DAYS_MAX = 3650,
	NAMES_SHOWN = 5,
	EVIDENCE_MAX = 1000, /* lines */
};

static const struct key keys[] = {
	{ .name = "max-days",
		.type = KEY_NUMBER,
		.min = 1,
		.max = DAYS_MAX,
		.help = "for how many days lists of what there is are believed",
		.otherwise = "7" },
	{ .name = "except",
		.type = KEY_TEXTS,
		.filled = true,
		.help = "packages that may wait: names or patterns of glob(7)",
		.otherwise = "none",
		.example = "['linux-image-*']" },
	{ 0 },
};

static bool
may_wait(const struct value *except, const char *name)
{
	for (size_t i = 0; except != NULL && i < except->count; i++)
		if (fnmatch(except->items[i].text, name, 0) == 0)
			return true;
	return false;
}

/* One finding about those that may wait, or those that may not: how many they are, the
 * first of them, and the lines that say so. */
static void
judge_updates(const struct updates *updates, const struct value *except, bool waiting,
	struct findings *findings)
{
	autobuffer struct buffer names = { 0 };
	size_t count = 0, kept_back = 0;
	struct finding *finding = NULL;
	for (size_t i = 0; i < updates->count; i++) {
		const struct update *update = &updates->items[i];
		if (may_wait(except, update->name) != waiting)
			continue;
		if (finding == NULL)
			finding = findings_add(findings,
				waiting ? VERDICT_PASS : VERDICT_FAIL, "%s",
				waiting ? "packages that may wait" : "newer packages");
		if (count < NAMES_SHOWN)
			buffer_printf(
				&names, "%s%s", count > 0 ? ", " : "", update->name);
		if (count < NAMES_SHOWN && update->offered != NULL)
			buffer_printf(&names, " %s -> %s",
				update->have != NULL ? update->have : "?",
				update->offered);
		if (count < EVIDENCE_MAX)
			finding_evidence(
				finding, update->place.file, update->place.offset);
		count++;
		kept_back += update->is_kept_back;
	}
	if (finding == NULL)
		return;
	finding_have(finding, "%zu: %s%s", count, names.data,
		count > NAMES_SHOWN ? ", ..." : "");
	finding_want(finding, "none");
	if (waiting)
		finding_why(finding, "the policy lets them wait");
	else if (kept_back > 0)
		finding_why(finding,
			"%zu kept back: held, deferred, or for what the newer one needs",
			kept_back);
}

/* Whether apt's lists are young enough; else says why not. */
static bool
judge_lists(struct host *host, long days, struct findings *findings)
{
	struct place over;
	const struct file *oldest;
	long age = updates_lists_age(host, time(NULL), &over, &oldest);
	if (age >= 0 && age <= days && over.file == NULL)
		return true;
	struct finding *finding = findings_add(
		findings, VERDICT_UNKNOWN, "lists of packages");
	finding_want(finding, "at most %ld days old", days);
	if (age < 0)
		finding_have(finding, "none");
	else if (over.file != NULL)
		finding_have(finding, "one is no longer valid");
	else
		finding_have(finding, "one is %ld days old or older", age);
	finding_why(finding, "what is newer than they are is not known: apt-get update");
	if (over.file != NULL)
		finding_evidence(finding, over.file, over.offset);
	else
		finding_evidence_file(
			finding, oldest != NULL ? oldest->path : "/var/lib/apt/lists");
	return false;
}

/* The same of those that dnf read when it was recorded, where it says how old they were.
 */
static bool
judge_recorded_lists(const struct updates *updates, const struct recorded *recorded,
	long days, struct findings *findings)
{
	if (updates->lists_age <= days)
		return true;
	struct finding *finding = findings_add(
		findings, VERDICT_UNKNOWN, "lists of packages");
	finding_want(finding, "at most %ld days old", days);
	finding_have(finding, "%ld days old", updates->lists_age);
	finding_why(finding, "what is newer than they are is not known: dnf --refresh");
	finding_evidence_file(finding, recorded->file.path);
	return false;
}

/* Whether each source of apt's was fetched; else says which was not. */
static bool
judge_sources(struct host *host, struct findings *findings)
{
	struct place place = { 0 };
	autofree char *problem = updates_places_problem();
	if (problem == NULL)
		problem = updates_sources_problem(host, &place);
	if (problem == NULL)
		return true;
	struct finding *finding = findings_add(
		findings, VERDICT_UNKNOWN, "sources of packages");
	finding_want(finding, "each was fetched");
	finding_why(finding, "%s", problem);
	if (place.file != NULL)
		finding_evidence(finding, place.file, place.offset);
	else
		finding_evidence_file(finding, "/etc/apt/sources.list");
	return false;
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	struct error ignored = ERROR_INIT;
	const struct value *except = value_find(control->keys, "except");
	long days = DAYS_DEFAULT;
	struct recorded recorded;
	struct updates updates;
	recorded_read(control, &recorded);
	updates_read(context, &recorded, &updates);
	if (value_find(control->keys, "max-days") != NULL)
		text_number(value_text(control->keys, "max-days", ""), 1, DAYS_MAX, &days,
			&ignored);
	error_clear(&ignored);
	if (updates.problem != NULL) {
		struct finding *finding = findings_add(
			findings, VERDICT_UNKNOWN, "updates");
		finding_why(finding, "%s", updates.problem);
		if (recorded.state != RECORDED_NOT)
			finding_evidence_file(finding, recorded.file.path);
	} else {
		/* what was recorded is as old as its date, but for what dnf says */
		bool is_known = recorded.state == RECORDED_READ
			? judge_recorded_lists(&updates, &recorded, days, findings)
			: judge_sources(context->host, findings) &&
				judge_lists(context->host, days, findings);
		judge_updates(&updates, except, false, findings);
		judge_updates(&updates, except, true, findings);
		if (updates.doubt != NULL) {
			struct finding *finding = findings_add(
				findings, VERDICT_UNKNOWN, "updates");
			finding_why(finding, "%s", updates.doubt);
			if (recorded.state == RECORDED_READ)
				finding_evidence_file(finding, recorded.file.path);
		}
		if (updates.count == 0 && is_known && updates.doubt == NULL) {
			struct finding *finding = findings_add(
				findings, VERDICT_PASS, "updates");
			finding_have(finding, "none is outstanding");
			if (recorded.state == RECORDED_READ)
				finding_evidence_file(finding, recorded.file.path);
		}
	}
	updates_free(&updates);
	recorded_free(&recorded);
}

const struct kind kind_updates = {
	.name = "updates",
	.summary = "whether newer packages are outstanding",
	.keys = keys,
	/* dnf 5 says on the standard error alone that it looked */
	.evidence = "LC_ALL=C apt-get -s dist-upgrade >FILE, (LC_ALL=C dnf check-update; "
		    "echo exit status $?) >FILE 2>&1, (LC_ALL=C yum check-update; echo "
		    "exit status $?) >FILE 2>&1, or LC_ALL=C up2date -l >FILE",
	.by_hand = "`apt-get update && apt-get -s dist-upgrade`, `dnf check-update`, "
		   "`yum check-update` or `up2date -l`, whichever there is",
	.questions = updates_questions,
	.check = check,
};
