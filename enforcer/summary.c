#include "enforcer/summary.h"

#include <string.h>

#include "base/memory.h"
#include "enforcer/markdown.h"
#include "policy/recorded.h"
#include "policy/waiver.h"

/* In the order of the tables. */
static const struct {
	enum verdict verdict;
	const char *text, *one; /* of so many controls, of one */
	const char *meaning;
} verdicts[] = {
	{ VERDICT_PASS, "hold", "holds", "What is asked for is so." },
	{ VERDICT_FAIL, "do not hold", "does not hold",
		"It is not so. Counts against the host." },
	{ VERDICT_INVALID, "can't hold: a daemon would reject its configuration",
		"can't hold: a daemon would reject its configuration",
		"The daemon would reject this configuration. Counts against the host." },
	{ VERDICT_UNKNOWN, "could not be told", "could not be told",
		"It could not be told, for the reason given. Open: counts against the "
		"host." },
	{ VERDICT_MANUAL, "wait for a person's answer", "waits for a person's answer",
		"Only a person can tell, and nobody has, or not lately. Open: counts "
		"against the host." },
	{ VERDICT_WAIVED, "do not hold, and are waived", "does not hold, and is waived",
		"It is not so, and somebody answers for the exception until a day." },
	{ VERDICT_NOT_APPLICABLE, "do not apply to this host",
		"does not apply to this host",
		"The host has not what the control is about, or the control asks for a "
		"running host and a directory was looked at. Counts neither for the host "
		"nor against it." },
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

const char *
summary_verdict(const struct result *result)
{
	return result->unseen ? "not looked at" : verdict_name(result->verdict);
}

static size_t
count_gaps(const struct evaluation *evaluation)
{
	size_t count = 0;
	for (int risk = RISK_NONE; risk <= RISK_HIGH; risk++)
		count += evaluation_gaps(evaluation, (enum risk)risk);
	return count;
}

/* Whether RESULT only repeats what those of the others say: it is in no figure. */
static bool
repeats(const struct evaluation *evaluation, const struct result *result)
{
	return evaluation_is_gap(result->verdict) &&
		!evaluation_counts(evaluation, result);
}

/* What all figures but the policy's own size are of. */
static size_t
count_controls(const struct evaluation *evaluation)
{
	size_t count = 0;
	for (size_t i = 0; i < evaluation->count; i++)
		count += !repeats(evaluation, &evaluation->items[i]);
	return count;
}

static size_t
count_verdict(const struct evaluation *evaluation, enum verdict verdict)
{
	size_t count = 0;
	for (size_t i = 0; i < evaluation->count; i++) {
		const struct result *result = &evaluation->items[i];
		count += result->verdict == verdict && !result->unseen &&
			!repeats(evaluation, result);
	}
	return count;
}

static void
write_gaps(const struct evaluation *evaluation, struct buffer *out)
{
	size_t controls = count_controls(evaluation), gaps = count_gaps(evaluation);
	size_t failing = count_verdict(evaluation, VERDICT_FAIL) +
		count_verdict(evaluation, VERDICT_INVALID);
	size_t open = gaps - failing;
	int worst = RISK_HIGH;
	while (worst > RISK_NONE && evaluation_gaps(evaluation, (enum risk)worst) == 0)
		worst--;
	if (failing == 0)
		buffer_printf(out,
			"It can't be told whether the host complies with the policy: %zu "
			"of %zu control%s %s open, and none fails",
			open, controls, controls == 1 ? "" : "s",
			open == 1 ? "is" : "are");
	else
		buffer_printf(out,
			"The host does not comply with the policy: of %zu control%s %zu "
			"%s not hold",
			controls, controls == 1 ? "" : "s", failing,
			failing == 1 ? "does" : "do");
	if (failing > 0 && open > 0)
		buffer_printf(out, ", and %zu %s open", open, open == 1 ? "is" : "are");
	buffer_printf(out, ". The %s is **%s**.",
		gaps == 1 ? "residual risk" : "highest residual risk among them",
		risk_name((enum risk)worst));
}

/* Where nothing fails and nothing is open. */
static void
write_no_gap(const struct report *report, struct buffer *out)
{
	const struct evaluation *evaluation = report->evaluation;
	size_t unseen = evaluation_unseen(evaluation);
	if (evaluation->summary[VERDICT_NOT_APPLICABLE] == evaluation->count)
		buffer_text(out,
			unseen > 0
				? "Nothing was judged: it can't be told whether the host "
				  "complies with the policy."
				: "No control applies to this host, so that there is "
				  "nothing to comply with.");
	else if (unseen > 0)
		buffer_text(out,
			"It can't be told whether the host complies with the policy: "
			"nothing that was looked at fails or is open, but not all was.");
	else if (evaluation->count < report->context->policy->count)
		buffer_text(out, "None of them fails or is open.");
	else
		buffer_text(out,
			"The host complies with the policy: no control that applies and "
			"is not waived fails or is open.");
}

static void
write_judgement(const struct report *report, struct buffer *out)
{
	const struct evaluation *evaluation = report->evaluation;
	size_t all = report->context->policy->count, judged = evaluation->count;
	size_t unseen = evaluation_unseen(evaluation);
	if (judged < all)
		buffer_printf(out,
			"Of the policy's %zu controls %zu %s asked for this time, and of "
			"the others nothing is said here. ",
			all, judged, judged == 1 ? "was" : "were");
	if (count_gaps(evaluation) > 0)
		write_gaps(evaluation, out);
	else
		write_no_gap(report, out);
	if (unseen > 0)
		buffer_printf(out,
			" **%zu of %zu could not be looked at**, for a directory is no "
			"running host; of %s nothing is known.",
			unseen, count_controls(evaluation), unseen == 1 ? "it" : "these");
	buffer_text(out, "\n\n");
}

/* Verdicts that are of a day in the past, and which. */
static void
write_recorded(const struct evaluation *evaluation, struct buffer *out)
{
	const char *oldest = NULL, *newest = NULL;
	char today[16];
	size_t count = 0;
	for (size_t i = 0; i < evaluation->count; i++) {
		const struct result *result = &evaluation->items[i];
		const struct value *evidence = value_find(
			result->control->common, "evidence");
		if (evidence == NULL || result->unseen ||
			result->verdict == VERDICT_UNKNOWN)
			continue;
		const char *date = value_text(evidence, "date", "");
		if (oldest == NULL || strcmp(date, oldest) < 0)
			oldest = date;
		if (newest == NULL || strcmp(date, newest) > 0)
			newest = date;
		count++;
	}
	if (count == 0)
		return;
	waiver_today(today);
	long age = recorded_age(oldest, today);
	buffer_printf(out, "%zu verdict%s on evidence that was recorded elsewhere on %s",
		count, count == 1 ? " rests" : "s rest", oldest);
	if (strcmp(oldest, newest) != 0)
		buffer_printf(out, " and later, until %s", newest);
	buffer_printf(out,
		", %ld day%s before this audit: such a verdict is of the day of its "
		"evidence, not of today.\n\n",
		age, age == 1 ? "" : "s");
}

static void
write_counts(const struct evaluation *evaluation, struct buffer *out)
{
	size_t unseen = evaluation_unseen(evaluation);
	size_t controls = count_controls(evaluation);
	buffer_printf(out, "The verdict%s of %zu control%s:\n\n",
		controls == 1 ? "" : "s", controls, controls == 1 ? "" : "s");
	for (size_t i = 0; i < VERDICTS; i++) {
		size_t count = count_verdict(evaluation, verdicts[i].verdict);
		if (count > 0)
			buffer_printf(out, "- %zu %s (%s)\n", count,
				count == 1 ? verdicts[i].one : verdicts[i].text,
				verdict_name(verdicts[i].verdict));
	}
	if (unseen > 0)
		buffer_printf(out, "- %zu %s not looked at (%s)\n", unseen,
			unseen == 1 ? "was" : "were",
			verdict_name(VERDICT_NOT_APPLICABLE));
	for (size_t i = 0; i < evaluation->count; i++) {
		const struct result *result = &evaluation->items[i];
		if (!repeats(evaluation, result))
			continue;
		buffer_text(out, "\nA further one, \"");
		markdown_text(out, result->control->title);
		buffer_printf(out,
			"\" (`%s`, %s), only repeats what these say, and is in none of "
			"the figures of this summary.\n",
			result->control->id, verdict_name(result->verdict));
	}
	buffer_text(out, "\n");
}

static void
write_by_risk(const struct evaluation *evaluation, struct buffer *out)
{
	buffer_text(out,
		"The same by risk:\n\n"
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
	buffer_printf(out, " (`%s`) | %s |\n", control->id, summary_verdict(result));
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
	else if (evaluation_unseen(evaluation) > 0)
		buffer_text(out, "None of those that were looked at.\n\n");
	else
		buffer_text(
			out, "None: every control that applies holds or is waived.\n\n");
	if (evaluation->summary[VERDICT_WAIVED] > 0) {
		buffer_text(out, "Accepted by a waiver, and not counted above:\n\n");
		write_risk_rows(report, VERDICT_WAIVED, out);
	}
	for (size_t i = 0; i < evaluation->count; i++)
		if (evaluation_waiver_is_idle(&evaluation->items[i]))
			buffer_printf(out,
				"The waiver of `%s` is needed no longer: the control "
				"holds.\n\n",
				evaluation->items[i].control->id);
	if (evaluation_unseen(evaluation) > 0) {
		buffer_text(out,
			"Not looked at, so that this risk may be there or not; audit the "
			"running host:\n\n");
		write_risk_rows(report, VERDICT_NOT_APPLICABLE, out);
	}
}

static void
write_scope(const struct report *report, struct buffer *out)
{
	buffer_text(out,
		"## What was not looked at\n\nAn audit judges what the policy asks for, "
		"and of the host nothing else. It reads configuration as the daemons "
		"would, and looks for no hole in a program, no malware and no trace of a "
		"break-in; nobody attacked the host for it. ");
	buffer_text(out,
		host_is_live(report->context->host)
			? "Of what runs it saw the one moment.\n\n"
			: "The root is no running system: what ran, listened or was set "
			  "in memory is known from recorded evidence alone.\n\n");
}

void
summary_write(const struct report *report, struct buffer *out)
{
	buffer_text(out, "## Executive summary\n\n");
	write_judgement(report, out);
	write_recorded(report->evaluation, out);
	write_counts(report->evaluation, out);
	write_by_risk(report->evaluation, out);
	write_risks(report, out);
	summary_items(report->evaluation, out);
	write_scope(report, out);
	write_legend(out);
}
