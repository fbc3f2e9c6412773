#include "enforcer/summary.h"

#include <string.h>

#include "base/memory.h"
#include "enforcer/markdown.h"

/* In the order of the tables. */
static const struct {
	enum verdict verdict;
	const char *text; /* of so many controls */
	const char *meaning;
} verdicts[] = {
	{ VERDICT_PASS, "hold", "What is asked for is so." },
	{ VERDICT_FAIL, "do not hold", "It is not so. Counts against the host." },
	{ VERDICT_INVALID, "can't hold: a daemon would reject its configuration",
		"The daemon would reject this configuration. Counts against the host." },
	{ VERDICT_UNKNOWN, "could not be told",
		"It could not be told, for the reason given. Open: counts against the "
		"host." },
	{ VERDICT_MANUAL, "wait for a person's answer",
		"Only a person can tell, and nobody has, or not lately. Open: counts "
		"against the host." },
	{ VERDICT_WAIVED, "do not hold, and are waived",
		"It is not so, and somebody answers for the exception until a day." },
	{ VERDICT_NOT_APPLICABLE, "do not apply to this host",
		"The host has not what the control is about, or the control asks for a "
		"running host and a directory was looked at." },
};

enum { VERDICTS = sizeof verdicts / sizeof *verdicts };

const char *
summary_risk(const struct result *result)
{
	if (result->unseen)
		return "not told, because it was not looked at";
	return evaluation_is_gap(result->verdict) || result->verdict == VERDICT_WAIVED
		? risk_name(result->control->risk)
		: "none";
}

static size_t
count_gaps(const struct evaluation *evaluation)
{
	size_t count = 0;
	for (int risk = RISK_NONE; risk <= RISK_HIGH; risk++)
		count += evaluation_gaps(evaluation, (enum risk)risk);
	return count;
}

static void
write_judgement(const struct report *report, struct buffer *out)
{
	const struct evaluation *evaluation = report->evaluation;
	size_t all = report->context->policy->count, gaps = count_gaps(evaluation);
	int worst = RISK_HIGH;
	while (worst > RISK_NONE && evaluation_gaps(evaluation, (enum risk)worst) == 0)
		worst--;
	if (evaluation->count < all)
		buffer_printf(out,
			"Of the policy's %zu controls %zu were asked for this time, and "
			"of the others nothing is said here. ",
			all, evaluation->count);
	if (gaps == 0 && evaluation->count < all)
		buffer_text(out, "None of them fails or is open.");
	else if (gaps == 0)
		buffer_text(out,
			"The host complies with the policy: no control that applies and "
			"is not waived fails or is open.");
	else
		buffer_printf(out,
			"The host does not comply with the policy: %zu of %zu controls "
			"do not hold or are open. The highest residual risk among them "
			"is **%s**.",
			gaps, evaluation->count, risk_name((enum risk)worst));
	if (evaluation_unseen(evaluation) > 0)
		buffer_printf(out,
			" **%zu could not be looked at**, for a directory is no running "
			"host; of these nothing is known.",
			evaluation_unseen(evaluation));
	buffer_text(out, "\n\n");
}

static void
write_counts(const struct evaluation *evaluation, struct buffer *out)
{
	size_t unseen = evaluation_unseen(evaluation);
	buffer_printf(out, "Of %zu controls:\n\n", evaluation->count);
	for (size_t i = 0; i < VERDICTS; i++) {
		enum verdict verdict = verdicts[i].verdict;
		size_t count = evaluation->summary[verdict];
		if (verdict == VERDICT_NOT_APPLICABLE)
			count -= unseen;
		if (count > 0)
			buffer_printf(out, "- %zu %s (%s)\n", count, verdicts[i].text,
				verdict_name(verdict));
	}
	if (unseen > 0)
		buffer_printf(out, "- %zu were not looked at (%s)\n", unseen,
			verdict_name(VERDICT_NOT_APPLICABLE));
	for (size_t i = 0; i < evaluation->count; i++) {
		const struct result *result = &evaluation->items[i];
		if (!evaluation_is_gap(result->verdict) ||
			evaluation_counts(evaluation, result))
			continue;
		buffer_text(out, "\nOne of these, \"");
		markdown_text(out, result->control->title);
		buffer_text(out,
			"\", only repeats what the others say, and is counted nowhere "
			"else.\n");
	}
	buffer_text(out, "\n");
}

static void
write_by_risk(const struct evaluation *evaluation, struct buffer *out)
{
	buffer_text(out,
		"| risk | do not hold | open | waived | not looked at | hold, or do not "
		"apply |\n|---|---|---|---|---|---|\n");
	for (int risk = RISK_HIGH; risk >= RISK_NONE; risk--) {
		size_t fail = 0, open = 0, waived = 0, unseen = 0, hold = 0;
		for (size_t i = 0; i < evaluation->count; i++) {
			const struct result *result = &evaluation->items[i];
			if (result->control->risk != (enum risk)risk)
				continue;
			bool gap = evaluation_counts(evaluation, result);
			bool fails = result->verdict == VERDICT_FAIL ||
				result->verdict == VERDICT_INVALID;
			fail += gap && fails;
			open += gap && !fails;
			waived += result->verdict == VERDICT_WAIVED;
			unseen += result->unseen;
			hold += !evaluation_is_gap(result->verdict) &&
				result->verdict != VERDICT_WAIVED && !result->unseen;
		}
		if (fail + open + waived + unseen + hold > 0)
			buffer_printf(out, "| %s | %zu | %zu | %zu | %zu | %zu |\n",
				risk_name((enum risk)risk), fail, open, waived, unseen,
				hold);
	}
	buffer_text(out, "\n");
}

static void
write_legend(struct buffer *out)
{
	buffer_text(out,
		"## How to read this\n\nA control is one thing that the policy asks for; "
		"its number and its id are those of the policy as a document (`holdfast "
		"policy doc`), its item that of a checklist. Its verdict is one of "
		"these:\n\n| verdict | what it means |\n|---|---|\n");
	for (size_t i = 0; i < VERDICTS; i++)
		buffer_printf(out, "| %s | %s |\n", verdict_name(verdicts[i].verdict),
			verdicts[i].meaning);
	buffer_text(out,
		"\nThe residual risk is what the policy says remains while the control "
		"does not hold: none, very-low, low, medium or high. Evidence is "
		"FILE:LINE and that line's text; unless it was recorded elsewhere, the "
		"file is one below the root.\n\n");
}

static void
write_risk_row(
	const struct policy *policy, const struct result *result, struct buffer *out)
{
	const struct control *control = result->control;
	buffer_printf(out, "| %s | %zu | ", risk_name(control->risk),
		(size_t)(control - policy->controls) + 1);
	markdown_text(out, control->item != NULL ? control->item : "");
	buffer_text(out, " | ");
	markdown_text(out, control->title);
	buffer_printf(out, " (`%s`) | %s |\n", control->id,
		result->unseen ? "not looked at" : verdict_name(result->verdict));
}

/* The rows of those that are gaps; or of VERDICT, VERDICT_NOT_APPLICABLE being those that
 * were not looked at. The worst first. */
static void
write_risk_rows(const struct report *report, enum verdict verdict, struct buffer *out)
{
	const struct evaluation *evaluation = report->evaluation;
	buffer_text(out,
		"| residual risk | no. | item | control | verdict |\n"
		"|---|---|---|---|---|\n");
	for (int risk = RISK_HIGH; risk >= RISK_NONE; risk--)
		for (size_t i = 0; i < evaluation->count; i++) {
			const struct result *result = &evaluation->items[i];
			bool shown = verdict == VERDICT_FAIL
				? evaluation_counts(evaluation, result)
				: verdict == VERDICT_WAIVED
				? result->verdict == VERDICT_WAIVED
				: result->unseen;
			if (shown && result->control->risk == (enum risk)risk)
				write_risk_row(report->context->policy, result, out);
		}
	buffer_text(out, "\n");
}

static void
write_risks(const struct report *report, struct buffer *out)
{
	const struct evaluation *evaluation = report->evaluation;
	buffer_text(out, "## Residual risk\n\n");
	if (count_gaps(evaluation) > 0)
		write_risk_rows(report, VERDICT_FAIL, out);
	else if (evaluation->count < report->context->policy->count)
		buffer_text(out, "None of those that were asked for.\n\n");
	else
		buffer_text(
			out, "None: every control that applies holds or is waived.\n\n");
	if (evaluation->summary[VERDICT_WAIVED] > 0) {
		buffer_text(out, "Accepted by a waiver, and not counted above:\n\n");
		write_risk_rows(report, VERDICT_WAIVED, out);
	}
	if (evaluation_unseen(evaluation) > 0) {
		buffer_text(out,
			"Not looked at, so that this risk may be there or not; audit the "
			"running host:\n\n");
		write_risk_rows(report, VERDICT_NOT_APPLICABLE, out);
	}
}

void
summary_write(const struct report *report, struct buffer *out)
{
	buffer_text(out, "## Executive summary\n\n");
	write_judgement(report, out);
	write_counts(report->evaluation, out);
	write_by_risk(report->evaluation, out);
	write_risks(report, out);
	write_legend(out);
}
