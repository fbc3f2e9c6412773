#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/kinds/kind.h"
#include "policy/models/system/accounts.h"

enum {
	SHOWN_MAX = 20, /* findings of one sort; the rest is counted */
	UID_LAST = 4294967294, /* (uid_t)-1 is nobody's */
};

static const char *const faults[] = { "unshadowed", "empty-password", "other-root",
	"shared-uid", "shared-name", NULL };

static const struct key shells_keys[] = {
	{ .name = "uids",
		.type = KEY_TEXT,
		.required = true,
		.help = "whom it is about: a uid, FIRST-LAST, or FIRST- for all from "
			"there on",
		.example = "1000-" },
	{ .name = "allow",
		.type = KEY_TEXTS,
		.required = true,
		.filled = true,
		.help = "the only shells that they may have",
		.example = "[/bin/false, /usr/sbin/nologin]" },
	{ .name = "except",
		.type = KEY_TEXTS,
		.filled = true,
		.help = "names of accounts that it is not about",
		.otherwise = "none",
		.example = "[alice]" },
	{ 0 },
};

static const struct key keys[] = {
	{ .name = "shells",
		.type = KEY_SECTION,
		.many = true,
		.keys = shells_keys,
		.help = "which shells accounts may have: one section or a list of them",
		.otherwise = "any" },
	{ .name = "refuse",
		.type = KEY_TEXTS,
		.filled = true,
		.choices = faults,
		.help = "what no account may be: unshadowed (its password stands in "
			"etc/passwd, be it locked), empty-password, other-root (uid 0 "
			"under another "
			"name than root), shared-uid, shared-name (a second line of one "
			"name)",
		.otherwise = "nothing",
		.example = "[unshadowed, empty-password, other-root]" },
	{ 0 },
};

struct range {
	long first, last;
};

static bool
read_range(const char *text, struct range *ret_range)
{
	size_t length = strlen(text);
	bool is_open = length > 0 && text[length - 1] == '-';
	autofree char *all = is_open ? memory_printf("%s%ld", text, (long)UID_LAST)
				     : memory_text(text);
	return text_range(all, 0, UID_LAST, &ret_range->first, &ret_range->last);
}

static void
validate(const struct control *control, struct problems *problems)
{
	size_t count;
	const struct value *shells = value_find(control->keys, "shells");
	const struct value *rules = value_items(shells, &count);
	if (shells == NULL && value_find(control->keys, "refuse") == NULL)
		problems_add(problems, control->section_at,
			"accounts: neither 'shells' nor 'refuse' asks for anything");
	for (size_t i = 0; i < count; i++) {
		struct range range;
		const struct value *uids = value_find(&rules[i], "uids");
		const struct value *allow = value_find(&rules[i], "allow");
		if (!read_range(uids->text, &range))
			problems_add(problems, uids->at,
				"accounts.shells.uids: '%s' is no uid, FIRST-LAST or "
				"FIRST-",
				uids->text);
		for (size_t k = 0; k < allow->count; k++)
			if (allow->items[k].text[0] != '/')
				problems_add(problems, allow->items[k].at,
					"accounts.shells.allow: '%s' is no absolute path",
					allow->items[k].text);
	}
}

/* What is found of one sort: the first are shown, the rest is counted. */
struct tally {
	struct findings *findings;
	size_t judged, failed;
};

/* A finding about ITEM, NULL when enough are shown. */
static struct finding *
tally_add(struct tally *tally, const struct account_line *item)
{
	return tally->failed++ < SHOWN_MAX
		? findings_add(tally->findings, VERDICT_FAIL, "account %s", item->name)
		: NULL;
}

/* Closes the sort SUBJECT: what passed, or what is not shown. */
static void
tally_end(const struct tally *tally, const struct file *file, const char *subject,
	const char *want, const char *passed)
{
	if (tally->failed > 0 && tally->failed <= SHOWN_MAX)
		return;
	struct finding *finding = findings_add(tally->findings,
		tally->failed > 0 ? VERDICT_FAIL : VERDICT_PASS, "%s", subject);
	if (tally->failed > 0)
		finding_have(finding, "%zu more like these", tally->failed - SHOWN_MAX);
	else
		finding_have(finding, "%zu account%s, %s", tally->judged,
			tally->judged == 1 ? "" : "s", passed);
	finding_want(finding, "%s", want);
	finding_evidence_file(finding, file->path);
}

static void
judge_shells(const struct accounts *accounts, const struct value *rule,
	struct findings *findings)
{
	const struct value *allow = value_find(rule, "allow"),
			   *except = value_find(rule, "except");
	const char *uids = value_text(rule, "uids", "");
	autofree char *names = value_join(allow);
	autofree char *want = memory_printf("shell: %s", names);
	autofree char *subject = memory_printf("shells of uids %s", uids);
	struct tally tally = { .findings = findings };
	struct range range = { 0 };
	(void)read_range(uids, &range);
	for (size_t i = 0; i < accounts->count; i++) {
		const struct account_line *item = &accounts->items[i];
		if (item->uid < range.first || item->uid > range.last ||
			value_lists(except, item->name))
			continue;
		tally.judged++;
		if (value_lists(allow, item->shell))
			continue;
		struct finding *finding = tally_add(&tally, item);
		if (finding == NULL)
			continue;
		finding_have(finding, "shell %s", item->shell);
		finding_want(finding, "%s", want);
		finding_why(finding, "its uid is %lu", (unsigned long)item->uid);
		finding_evidence(finding, accounts->passwd, item->offset);
	}
	tally_end(&tally, accounts->passwd, subject, want,
		tally.judged == 1 ? "which has such a shell"
				  : "all of which have such shells");
}

static int
by_uid(const void *a, const void *b)
{
	const struct account_line *x = *(const struct account_line *const *)a,
				  *y = *(const struct account_line *const *)b;
	return x->uid != y->uid ? (x->uid < y->uid ? -1 : 1) : x < y ? -1 : x > y;
}

static int
by_name(const void *a, const void *b)
{
	const struct account_line *x = *(const struct account_line *const *)a,
				  *y = *(const struct account_line *const *)b;
	int order = strcmp(x->name, y->name);
	return order != 0 ? order : x < y ? -1 : x > y;
}

/* An item a line: the earlier line that has the same uid (or name), NULL when none has.
 * The caller frees. */
static const struct account_line **
find_shared(const struct accounts *accounts, bool names)
{
	size_t count = accounts->count;
	const struct account_line **shared = memory_new(count + 1, sizeof *shared);
	autofree const struct account_line **sorted = memory_new(
		count + 1, sizeof *sorted);
	for (size_t i = 0; i < count; i++)
		sorted[i] = &accounts->items[i];
	int (*order)(const void *, const void *) = names ? by_name : by_uid;
	bool in_order = true; /* as in most files */
	for (size_t i = 1; i < count && in_order; i++)
		in_order = order(&sorted[i - 1], &sorted[i]) < 0;
	if (!in_order)
		qsort(sorted, count, sizeof *sorted, order);
	for (size_t i = 1, first = 0; i < count; i++) {
		bool same = names ? strcmp(sorted[i]->name, sorted[first]->name) == 0
				  : sorted[i]->uid == sorted[first]->uid;
		if (same)
			shared[sorted[i] - accounts->items] = sorted[first];
		else
			first = i;
	}
	return shared;
}

/* What is wrong with ITEM by the rule FAULT, NULL when nothing is; OTHER shares its uid
 * or name. The caller frees. */
static char *
describe_fault(const struct account_line *item, const char *fault,
	const struct account_line *other)
{
	if (strcmp(fault, "unshadowed") == 0)
		return item->is_bare
			? memory_text("its password stands in etc/passwd, which all may "
				      "read")
			: NULL;
	if (strcmp(fault, "empty-password") == 0)
		return item->password == ACCOUNT_PASSWORD_EMPTY
			? memory_text("no password is asked for where empty ones are "
				      "allowed")
			: NULL;
	if (strcmp(fault, "other-root") == 0)
		return item->uid == 0 && strcmp(item->name, "root") != 0
			? memory_text("uid 0: it is root under another name")
			: NULL;
	if (other == NULL)
		return NULL;
	if (strcmp(fault, "shared-uid") == 0)
		return memory_printf(
			"uid %lu: it is %s too", (unsigned long)item->uid, other->name);
	return memory_text("a second line of this name: programs take the first, or this "
			   "one when they look for its uid");
}

/* Passwords that stand where nothing can be read. */
static void
report_hidden(
	const struct accounts *accounts, const char *subject, struct findings *findings)
{
	const struct file *shadow = accounts->shadow;
	size_t hidden = 0;
	for (size_t i = 0; i < accounts->count; i++)
		hidden += accounts->items[i].password == ACCOUNT_PASSWORD_UNKNOWN;
	if (hidden == 0)
		return;
	struct finding *finding = findings_add(findings, VERDICT_UNKNOWN, "%s", subject);
	finding_why(finding, "the passwords of %zu account%s stand in %s: %s", hidden,
		hidden == 1 ? "" : "s", shadow->path,
		shadow->state == FILE_ABSENT     ? "there is no such file"
			: shadow->reason != NULL ? shadow->reason
						 : "etc/nsswitch.conf asks others too");
	finding_evidence_file(finding, shadow->path);
}

static void
judge_fault(const struct accounts *accounts, const char *fault, struct findings *findings)
{
	bool empty = strcmp(fault, "empty-password") == 0;
	size_t before = findings->count;
	autofree char *subject = memory_printf("accounts: %s", fault);
	autofree char *want = memory_printf("not %s", fault);
	bool names = strcmp(fault, "shared-name") == 0;
	autofree const struct account_line **shared = names ||
			strcmp(fault, "shared-uid") == 0
		? find_shared(accounts, names)
		: NULL;
	struct tally tally = { .findings = findings, .judged = accounts->count };
	if (empty)
		report_hidden(accounts, subject, findings);
	bool hidden = findings->count > before;
	for (size_t i = 0; i < accounts->count; i++) {
		const struct account_line *item = &accounts->items[i];
		autofree char *what = describe_fault(
			item, fault, shared != NULL ? shared[i] : NULL);
		struct finding *finding = what != NULL ? tally_add(&tally, item) : NULL;
		if (finding == NULL)
			continue;
		finding_have(finding, "%s", what);
		finding_want(finding, "%s", want);
		if (empty && item->shadow_offset != SIZE_MAX)
			finding_evidence(finding, accounts->shadow, item->shadow_offset);
		else
			finding_evidence(finding, accounts->passwd, item->offset);
	}
	if (tally.failed > 0 || !hidden)
		tally_end(&tally, accounts->passwd, subject, want, "none of which is");
}

/* Accounts of other sources are judged by nobody. */
static void
report_others(const struct accounts *accounts, struct findings *findings)
{
	if (!accounts->is_complete) {
		struct finding *finding = findings_add(
			findings, VERDICT_UNKNOWN, "accounts of other sources");
		finding_why(
			finding, "etc/nsswitch.conf names more than files for passwd");
		finding_evidence_file(finding, "/etc/nsswitch.conf");
	}
	for (size_t i = 0; i < accounts->nis_count && i < SHOWN_MAX; i++) {
		struct finding *finding = findings_add(
			findings, VERDICT_UNKNOWN, "a line for NIS");
		finding_why(finding,
			"with compat in etc/nsswitch.conf it brings in accounts of a "
			"server; else it is an account of this name");
		finding_evidence(finding, accounts->passwd, accounts->nis[i]);
	}
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	struct accounts accounts;
	size_t count;
	const struct value *rules = value_items(
		value_find(control->keys, "shells"), &count);
	const struct value *refuse = value_find(control->keys, "refuse");
	accounts_read(context->host, &accounts);
	if (accounts.problem != NULL) {
		struct finding *finding = findings_add(
			findings, VERDICT_UNKNOWN, "%s", accounts.passwd->path);
		finding_why(finding, "%s", accounts.problem);
		finding_evidence_file(finding, accounts.passwd->path);
	} else {
		report_others(&accounts, findings);
		for (size_t i = 0; i < count; i++)
			judge_shells(&accounts, &rules[i], findings);
		for (size_t i = 0; refuse != NULL && i < refuse->count; i++)
			judge_fault(&accounts, refuse->items[i].text, findings);
	}
	accounts_free(&accounts);
}

const struct kind kind_accounts = {
	.name = "accounts",
	.summary = "which shells accounts have, and where their passwords stand",
	.keys = keys,
	.by_hand = "`getent passwd`, `getent shadow`, `pwck -r`",
	.validate = validate,
	.check = check,
};
