#include "enforcer/evaluate.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static struct result
judge(const struct context *context, const struct control *control)
{
	struct result result = { .control = control,
		.unseen = control->live_only && !host_is_live(context->host) };
	if (result.unseen) {
		struct finding *finding = findings_add(&result.findings,
			VERDICT_NOT_APPLICABLE, "%s", control->kind->name);
		finding_why(finding,
			"not looked at: the policy asks for it on a running host only");
	} else {
		control->kind->check(context, control, &result.findings);
	}
	result.verdict = findings_verdict(&result.findings);
	if (result.verdict == VERDICT_FAIL && control->waiver != NULL &&
		!control->waiver->expired)
		result.verdict = VERDICT_WAIVED;
	return result;
}

bool
evaluate_is_chosen(const struct control *control, const char *const *ids, size_t id_count)
{
	for (size_t i = 0; i < id_count; i++)
		if (strcmp(ids[i], control->id) == 0)
			return true;
	return id_count == 0;
}

void
evaluate(const struct context *context, const char *const *ids, size_t id_count,
	struct evaluation *ret_evaluation)
{
	const struct policy *policy = context->policy;
	struct evaluation evaluation = { 0 };
	autofree enum verdict *verdicts = memory_new(policy->count + 1, sizeof *verdicts);
	struct context with_verdicts = *context;
	with_verdicts.verdicts = verdicts;
	evaluation.items = memory_new(policy->count, sizeof *evaluation.items);
	for (size_t i = 0; i < policy->count; i++)
		verdicts[i] = VERDICT_COUNT;
	for (int last = 0; last <= 1; last++) {
		evaluation.count = 0;
		for (size_t i = 0; i < policy->count; i++) {
			const struct control *control = &policy->controls[i];
			if (!evaluate_is_chosen(control, ids, id_count))
				continue;
			struct result *result = &evaluation.items[evaluation.count++];
			if (control->kind->judged_last != (last == 1))
				continue;
			*result = judge(&with_verdicts, control);
			verdicts[i] = result->verdict;
			evaluation.summary[result->verdict]++;
		}
	}
	*ret_evaluation = evaluation;
}

bool
evaluation_is_gap(enum verdict verdict)
{
	return verdict == VERDICT_FAIL || verdict == VERDICT_INVALID ||
		verdict == VERDICT_UNKNOWN || verdict == VERDICT_MANUAL;
}

bool
evaluation_waiver_is_idle(const struct result *result)
{
	const struct waiver *waiver = result->control->waiver;
	return result->verdict == VERDICT_PASS && waiver != NULL && !waiver->expired;
}

bool
evaluation_counts(const struct evaluation *evaluation, const struct result *result)
{
	if (!evaluation_is_gap(result->verdict) || !result->control->kind->judged_last)
		return evaluation_is_gap(result->verdict);
	for (size_t i = 0; i < evaluation->count; i++)
		if (!evaluation->items[i].control->kind->judged_last &&
			evaluation_is_gap(evaluation->items[i].verdict))
			return false;
	return true;
}

size_t
evaluation_unseen(const struct evaluation *evaluation)
{
	size_t count = 0;
	for (size_t i = 0; i < evaluation->count; i++)
		count += evaluation->items[i].unseen;
	return count;
}

size_t
evaluation_gaps(const struct evaluation *evaluation, enum risk risk)
{
	size_t count = 0;
	for (size_t i = 0; i < evaluation->count; i++)
		count += evaluation->items[i].control->risk == risk &&
			evaluation_counts(evaluation, &evaluation->items[i]);
	return count;
}

int
evaluation_status(const struct evaluation *evaluation)
{
	const size_t *summary = evaluation->summary;
	if (summary[VERDICT_FAIL] > 0 || summary[VERDICT_INVALID] > 0)
		return 1;
	return summary[VERDICT_UNKNOWN] > 0 || summary[VERDICT_MANUAL] > 0 ? 2 : 0;
}

void
evaluation_free(struct evaluation *evaluation)
{
	for (size_t i = 0; i < evaluation->count; i++)
		findings_free(&evaluation->items[i].findings);
	free(evaluation->items);
	*evaluation = (struct evaluation){ 0 };
}
