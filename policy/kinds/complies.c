#include <string.h>

#include "base/memory.h"
#include "policy/kinds/kind.h"

static const struct key keys[] = { { 0 } };

/* The verdicts that don't let a policy hold, and the one that each leads to. */
static const struct {
	enum verdict verdict, leads_to;
	const char *text;
} gaps[] = {
	{ VERDICT_FAIL, VERDICT_FAIL, "do not hold" },
	{ VERDICT_INVALID, VERDICT_FAIL, "have a configuration that is refused" },
	{ VERDICT_UNKNOWN, VERDICT_UNKNOWN, "could not be told" },
	{ VERDICT_MANUAL, VERDICT_MANUAL, "wait for a person's answer" },
	{ VERDICT_COUNT, VERDICT_UNKNOWN, "were not judged this time" },
};

/* Another of its own kind says nothing more. */
static bool
counts(const struct control *control, const struct control *other)
{
	return other->kind != control->kind;
}

/* The ids of the controls with that VERDICT, ", " between them. */
static size_t
gather(const struct context *context, const struct control *control, enum verdict verdict,
	struct buffer *ids)
{
	const struct policy *policy = context->policy;
	size_t count = 0;
	for (size_t i = 0; i < policy->count; i++) {
		if (!counts(control, &policy->controls[i]) ||
			context->verdicts[i] != verdict)
			continue;
		buffer_printf(
			ids, "%s%s", count++ > 0 ? ", " : "", policy->controls[i].id);
	}
	return count;
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	const struct policy *policy = context->policy;
	struct finding *finding;
	size_t total = 0;
	for (size_t i = 0; i < policy->count; i++)
		total += counts(control, &policy->controls[i]);
	for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++) {
		autobuffer struct buffer ids = { 0 };
		size_t count = gather(context, control, gaps[i].verdict, &ids);
		if (count == 0)
			continue;
		finding = findings_add(findings, gaps[i].leads_to, "the other controls");
		finding_want(finding, "all hold");
		finding_have(finding, "%zu of %zu %s", count, total, gaps[i].text);
		finding_why(finding, "%s", ids.data);
		finding_evidence_file(finding, policy->file);
	}
	if (findings->count > 0)
		return;
	finding = findings_add(findings, total > 0 ? VERDICT_PASS : VERDICT_UNKNOWN,
		"the other controls");
	finding_want(finding, "all hold");
	finding_have(finding, "all %zu hold, are waived or do not apply", total);
	finding_evidence_file(finding, policy->file);
}

const struct kind kind_complies = {
	.name = "complies",
	.summary = "whether the host complies with the rest of the policy",
	.keys = keys,
	.judged_last = true,
	.check = check,
};
