#include "policy/models/network/tcprules.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/kinds/kind.h"
#include "policy/models/network/cdb.h"
#include "policy/models/network/tcprules_regions.h"

enum { SHOWN_MAX = 20, DIFFERENCES_MAX = 5 };

static const struct key keys[] = {
	{ .name = "cdb",
		.type = KEY_TEXT,
		.required = true,
		.help = "the compiled rules, the file that tcpserver's -x names",
		.example = "/etc/tcp.smtp.cdb" },
	{ .name = "rules",
		.type = KEY_TEXT,
		.help = "their text, which compiles to the same rules",
		.otherwise = "it is not looked at",
		.example = "/etc/tcp.smtp" },
	{ .name = "only",
		.type = KEY_TEXTS,
		.required = true,
		.help = "whom they admit, each of them and nobody else: addresses, and "
			"prefixes of addresses that end in a dot",
		.example = "[192.0.2.25, 10.1.]" },
	{ 0 },
};

static void
validate(const struct control *control, struct problems *problems)
{
	static const char *const paths[] = { "cdb", "rules" };
	const struct value *only = value_find(control->keys, "only");
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		const struct value *path = value_find(control->keys, paths[i]);
		if (path != NULL && path->text[0] != '/')
			problems_add(problems, path->at,
				"tcprules.%s: '%s' is no absolute path", paths[i],
				path->text);
	}
	for (size_t i = 0; only != NULL && i < only->count; i++)
		if (!tcprules_is_prefix(only->items[i].text))
			problems_add(problems, only->items[i].at,
				"tcprules.only: '%s' is neither an IPv4 address nor a "
				"prefix of one that ends in a dot",
				only->items[i].text);
}

struct judgement {
	const struct value *only;
	const char *cdb;
	const struct tcprules *rules; /* of the cdb */
	const struct tcprules *text;
	struct findings *findings;
	size_t gaps;
	enum verdict hidden; /* the worst of the gaps that are not shown */
	struct tcprules_region *passed; /* one a member of only, and one for all others:
					   the first that is as wanted; mark is NULL where
					   there is none */
	bool *has_passed, *has_gap;
};

/* Points at the line that makes RULE, or at the cdb where there is none. */
static void
show(struct finding *finding, const struct judgement *judgement,
	const struct tcprule *rule)
{
	const struct tcprule *line = rule != NULL
		? tcprules_get(judgement->text, rule->key)
		: NULL;
	if (line != NULL && tcprule_equals(line, rule))
		finding_evidence(finding, line->place.file, line->place.offset);
	else
		finding_evidence_file(finding, judgement->cdb);
}

/* The place of MARK in only; its count where MARK is NULL. */
static size_t
index_of(const struct judgement *judgement, const char *mark)
{
	size_t i = 0;
	while (mark != NULL && judgement->only->items[i].text != mark)
		i++;
	return mark != NULL ? i : judgement->only->count;
}

static void
see_region(void *data, const struct tcprules_region *region)
{
	struct judgement *judgement = data;
	size_t index = index_of(judgement, region->mark);
	bool wanted = region->mark != NULL,
	     admits = region->rule == NULL || !region->rule->denies;
	/* who comes without a name and ident may get in; who is to get in may have one */
	bool fails = wanted != admits && (admits || region->other == NULL);
	if (!fails && region->other == NULL) {
		if (!judgement->has_passed[index])
			judgement->passed[index] = *region;
		judgement->has_passed[index] = true;
		return;
	}
	judgement->has_gap[index] = true;
	if (judgement->gaps++ >= SHOWN_MAX) {
		judgement->hidden = fails ? VERDICT_FAIL : judgement->hidden;
		return;
	}
	autofree char *have = tcprule_describe(region->rule);
	struct finding *finding = findings_add(judgement->findings,
		fails ? VERDICT_FAIL : VERDICT_UNKNOWN, "from %s",
		*region->prefix != '\0' ? region->prefix : "any other address");
	finding_want(finding, wanted ? "admitted" : "denied");
	finding_have(finding, "%s", have);
	if (!fails)
		finding_why(finding,
			"the rule '%s' says otherwise of a client with such a name or "
			"ident, which can't be told",
			region->other->key);
	else if (region->rule == NULL)
		finding_why(finding, "no rule is for it, and then tcpserver admits");
	else
		finding_why(finding, "the rule '%s' decides", region->rule->key);
	show(finding, judgement, fails ? region->rule : region->other);
}

/* What was as wanted, one finding for each of only and one for all others. */
static void
report_passed(const struct judgement *judgement)
{
	const struct value *only = judgement->only;
	for (size_t i = 0; i <= only->count; i++) {
		if (!judgement->has_passed[i] || judgement->has_gap[i])
			continue;
		autofree char *have = tcprule_describe(judgement->passed[i].rule);
		struct finding *finding = findings_add(judgement->findings, VERDICT_PASS,
			"from %s",
			i < only->count ? only->items[i].text : "any other address");
		finding_have(finding, "%s", have);
		finding_want(finding, i < only->count ? "admitted" : "denied");
		show(finding, judgement, judgement->passed[i].rule);
	}
}

static void
judge_clients(struct judgement *judgement)
{
	const struct value *only = judgement->only;
	autofree const char **marks = memory_new(only->count + 1, sizeof *marks);
	autofree struct tcprules_region *passed = memory_new(
		only->count + 1, sizeof *passed);
	autofree bool *has = memory_new(2 * (only->count + 1), sizeof *has);
	for (size_t i = 0; i < only->count; i++)
		marks[i] = only->items[i].text;
	judgement->passed = passed;
	judgement->has_passed = has;
	judgement->has_gap = has + only->count + 1;
	tcprules_walk(judgement->rules, marks, only->count, see_region, judgement);
	if (judgement->gaps > SHOWN_MAX) {
		struct finding *finding = findings_add(
			judgement->findings, judgement->hidden, "other clients");
		finding_have(finding, "%zu more like these", judgement->gaps - SHOWN_MAX);
		finding_evidence_file(finding, judgement->cdb);
	}
	report_passed(judgement);
}

/* The rule for KEY that the text and the cdb do not have alike. */
static void
report_difference(struct judgement *judgement, const char *key)
{
	const struct tcprule *compiled = tcprules_get(judgement->rules, key),
			     *line = tcprules_get(judgement->text, key);
	autofree char *have = tcprule_describe(compiled), *want = tcprule_describe(line);
	struct finding *finding = findings_add(
		judgement->findings, VERDICT_FAIL, "rule '%s'", key);
	finding_have(finding, "%s", compiled != NULL ? have : "not in the cdb");
	finding_want(finding, "%s", line != NULL ? want : "not there");
	finding_why(finding,
		"the text compiles to other rules than %s holds, and tcpserver goes by "
		"that; tcprules(1) makes it anew",
		judgement->cdb);
	if (line != NULL)
		finding_evidence(finding, line->place.file, line->place.offset);
	else
		finding_evidence_file(finding, judgement->cdb);
}

static void
compare(struct judgement *judgement, const char *path)
{
	const struct tcprules *text = judgement->text, *cdb = judgement->rules;
	size_t differences = 0;
	for (size_t i = 0; i < text->count && differences < DIFFERENCES_MAX; i++) {
		const struct tcprule *compiled = tcprules_get(cdb, text->items[i]->key);
		if (compiled != NULL && tcprule_equals(compiled, text->items[i]))
			continue;
		report_difference(judgement, text->items[i]->key);
		differences++;
	}
	for (size_t i = 0; i < cdb->count && differences < DIFFERENCES_MAX; i++) {
		if (tcprules_get(text, cdb->items[i]->key) != NULL)
			continue;
		report_difference(judgement, cdb->items[i]->key);
		differences++;
	}
	if (differences > 0)
		return;
	struct finding *finding = findings_add(
		judgement->findings, VERDICT_PASS, "%s", path);
	finding_have(finding, "compiles to the %zu rule%s of %s", text->count,
		text->count == 1 ? "" : "s", judgement->cdb);
	finding_evidence_file(finding, path);
}

/* The text by itself; whether it can be compared. */
static bool
judge_text(const struct context *context, const char *path, const struct tcprules *text,
	struct findings *findings)
{
	bool is_absent = host_file(context->host, path)->state == FILE_ABSENT;
	if (text->problem != NULL) {
		struct finding *finding = findings_add(
			findings, is_absent ? VERDICT_FAIL : VERDICT_UNKNOWN, "%s", path);
		finding_why(finding, "%s", text->problem);
		finding_evidence_file(finding, path);
	} else if (text->refused.file != NULL) {
		struct finding *finding = findings_add(
			findings, VERDICT_INVALID, "%s", path);
		finding_why(finding,
			"%s: tcprules refuses the text here, and leaves the cdb as it "
			"was",
			text->refused_why);
		finding_evidence(finding, text->refused.file, text->refused.offset);
	} else {
		return true;
	}
	return false;
}

/* Whether there are rules that tcpserver can go by. */
static bool
judge_cdb(
	const struct file *cdb, const struct control *control, struct findings *findings)
{
	if (cdb->state == FILE_READ && cdb_is_whole(cdb->bytes))
		return true;
	bool nobody = value_find(control->keys, "only")->count == 0;
	struct finding *finding = findings_add(findings,
		cdb->state == FILE_READ                        ? VERDICT_INVALID
			: cdb->state == FILE_REFUSED || nobody ? VERDICT_UNKNOWN
							       : VERDICT_FAIL,
		"%s", cdb->path);
	if (cdb->state == FILE_READ)
		finding_why(finding,
			"it is no whole cdb: tcpserver drops the connections whose "
			"lookups meet that");
	else if (cdb->state == FILE_REFUSED)
		finding_why(finding, "%s", cdb->reason);
	else
		finding_why(finding,
			"there is no such file: with -x alone tcpserver drops every "
			"connection, with -X it admits all");
	finding_evidence_file(finding, cdb->path);
	return false;
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	const char *path = value_text(control->keys, "rules", NULL);
	const struct file *cdb = host_file(
		context->host, value_text(control->keys, "cdb", ""));
	struct tcprules text = { 0 }, rules = { 0 };
	struct judgement judgement = {
		.only = value_find(control->keys, "only"),
		.cdb = cdb->path,
		.rules = &rules,
		.text = &text,
		.findings = findings,
		.hidden = VERDICT_UNKNOWN,
	};
	bool comparable = false;
	if (path != NULL) {
		tcprules_read_text(context, path, &text);
		comparable = judge_text(context, path, &text, findings);
	}
	if (judge_cdb(cdb, control, findings)) {
		tcprules_read_cdb(cdb->bytes, &rules);
		if (rules.problem != NULL) {
			struct finding *finding = findings_add(
				findings, VERDICT_UNKNOWN, "%s", cdb->path);
			finding_why(finding, "%s", rules.problem);
			finding_evidence_file(finding, cdb->path);
		} else {
			if (comparable)
				compare(&judgement, path);
			judge_clients(&judgement);
		}
	}
	tcprules_free(&text);
	tcprules_free(&rules);
}

const struct kind kind_tcprules = {
	.name = "tcprules",
	.summary = "whom tcpserver's rules admit, and whether they are compiled",
	.keys = keys,
	.by_hand =
		"`TCPREMOTEIP=192.0.2.1 tcprulescheck {cdb}` and so of other "
		"addresses; `holdfast probe smtp --expect refused` with `--host`, from "
		"such an address\n"
		"what the rules compile to: `d=$(mktemp -d) && tcprules $d/cdb $d/tmp "
		"<{rules} && cmp $d/cdb {cdb}`",
	.lenses = 1u << LENS_TCPRULES,
	.validate = validate,
	.check = check,
};
