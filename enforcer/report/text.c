/* The report for people: gaps, each with where it is, what is and what was wanted. */
#include <string.h>

#include "base/memory.h"
#include "enforcer/output.h"
#include "enforcer/report/report.h"
#include "enforcer/suggest.h"
#include "policy/recorded.h"
#include "policy/waiver.h"

enum { EVIDENCE_SHOWN = 10 }; /* lines of a finding; the report in JSON has all */

static const enum colour verdict_colours[VERDICT_COUNT] = {
	[VERDICT_PASS] = COLOUR_GREEN,
	[VERDICT_FAIL] = COLOUR_RED,
	[VERDICT_INVALID] = COLOUR_RED,
	[VERDICT_UNKNOWN] = COLOUR_YELLOW,
	[VERDICT_MANUAL] = COLOUR_YELLOW,
	[VERDICT_NOT_APPLICABLE] = COLOUR_DIM,
	[VERDICT_WAIVED] = COLOUR_BLUE,
};

static void
write_verdict(const struct report *report, enum verdict verdict, struct buffer *out)
{
	buffer_text(out, output_begin(report->coloured, verdict_colours[verdict]));
	buffer_text(out, verdict_name(verdict));
	buffer_text(out, output_end(report->coloured));
}

static void
write_place(const struct evidence *evidence, struct buffer *out)
{
	output_escaped(out, evidence->file);
	if (evidence->line > 0)
		buffer_printf(out, ":%u", evidence->line);
}

/* "PLACE: SUBJECT: have -> want", then the line, the other places and the reason. */
static void
write_finding(
	const struct report *report, const struct finding *finding, struct buffer *out)
{
	buffer_text(out, "  ");
	if (finding->is_note && finding->verdict == VERDICT_PASS)
		buffer_text(out, "note");
	else
		write_verdict(report, finding->verdict, out);
	buffer_text(out, " ");
	bool has_place = finding->evidence_count > 0;
	bool is_subject = has_place &&
		strcmp(finding->evidence[0].file, finding->subject) == 0;
	if (has_place)
		write_place(&finding->evidence[0], out);
	if (has_place && !is_subject)
		buffer_text(out, ": ");
	if (!is_subject)
		output_escaped(out, finding->subject);
	if (finding->have != NULL || finding->want != NULL) {
		bool holds = finding->verdict == VERDICT_PASS;
		buffer_text(out, ": ");
		output_escaped(out, finding->have != NULL ? finding->have : "?");
		if (finding->want != NULL && !holds) {
			buffer_text(out, " -> ");
			output_escaped(out, finding->want);
		}
	}
	buffer_text(out, "\n");
	for (size_t i = 0; i < finding->evidence_count; i++) {
		const struct evidence *evidence = &finding->evidence[i];
		if (i == 0 && evidence->text == NULL)
			continue;
		if (i == EVIDENCE_SHOWN) {
			buffer_printf(out, "      and %zu more lines\n",
				finding->evidence_count - i);
			break;
		}
		buffer_text(out, "      ");
		if (i > 0)
			write_place(evidence, out);
		buffer_text(out, i == 0 ? "| " : evidence->text ? " | " : "");
		if (evidence->text != NULL)
			buffer_escaped(out, BYTES_TEXT(evidence->text), true);
		buffer_text(out, "\n");
	}
	if (finding->why != NULL) {
		buffer_text(out, "      ");
		output_escaped(out, finding->why);
		buffer_text(out, "\n");
	}
}

static void
write_note(const char *text, struct buffer *out)
{
	buffer_text(out, "  ");
	output_escaped(out, text);
	buffer_text(out, "\n");
}

/* How old what was recorded elsewhere is. */
static void
write_recorded(const struct control *control, struct buffer *out)
{
	const struct value *evidence = value_find(control->common, "evidence");
	char today[16];
	if (evidence == NULL)
		return;
	waiver_today(today);
	const char *date = value_text(evidence, "date", "");
	long age = recorded_age(date, today);
	autofree char *text = memory_printf("by evidence of %s, %ld day%s old: %s", date,
		age, age == 1 ? "" : "s", value_text(evidence, "file", ""));
	write_note(text, out);
}

/* The command by which a person answers. */
static void
write_next(const struct report *report, const struct control *control, struct buffer *out)
{
	autobuffer struct buffer command = { 0 };
	if (strcmp(control->kind->name, "attest") != 0)
		return;
	suggest_command("attest", report->context->policy, NULL, control->id, &command);
	buffer_text(out, "      answer with: ");
	output_escaped(out, command.data);
	buffer_text(out, "\n");
}

static bool
has_note(const struct result *result)
{
	for (size_t i = 0; i < result->findings.count; i++)
		if (result->findings.items[i].is_note)
			return true;
	return false;
}

static void
write_result(const struct report *report, const struct result *result, struct buffer *out)
{
	const struct control *control = result->control;
	bool gap = evaluation_is_gap(result->verdict),
	     is_idle = evaluation_waiver_is_idle(result);
	if (!gap && result->verdict != VERDICT_WAIVED && !report->verbose &&
		!has_note(result) && !is_idle)
		return;
	write_verdict(report, result->verdict, out);
	buffer_text(out, " ");
	buffer_text(out, output_begin(report->coloured, COLOUR_BOLD));
	output_escaped(out, control->id);
	buffer_text(out, output_end(report->coloured));
	buffer_printf(out, " (risk %s", risk_name(control->risk));
	if (control->item != NULL) {
		buffer_text(out, ", item ");
		output_escaped(out, control->item);
	}
	buffer_text(out, ")");
	if (control->title != NULL) {
		buffer_text(out, ": ");
		output_escaped(out, control->title);
	}
	buffer_text(out, "\n");
	if (control->waiver != NULL &&
		(gap || report->verbose || is_idle ||
			result->verdict == VERDICT_WAIVED)) {
		autofree char *text = waiver_text(
			control->waiver, result->verdict == VERDICT_PASS);
		write_note(text, out);
	}
	write_recorded(control, out);
	for (size_t i = 0; i < result->findings.count; i++) {
		const struct finding *finding = &result->findings.items[i];
		if (report->verbose || finding->is_note ||
			(gap && evaluation_is_gap(finding->verdict)))
			write_finding(report, finding, out);
	}
	if (result->verdict == VERDICT_MANUAL)
		write_next(report, control, out);
}

static void
write_summary(const struct report *report, struct buffer *out)
{
	static const enum verdict order[] = { VERDICT_FAIL, VERDICT_INVALID,
		VERDICT_UNKNOWN, VERDICT_MANUAL, VERDICT_WAIVED, VERDICT_NOT_APPLICABLE,
		VERDICT_PASS };
	const char *separator = "";
	output_escaped(out, report->root);
	if (report->hostname != NULL) {
		buffer_text(out, " (");
		output_escaped(out, report->hostname);
		buffer_text(out, ")");
	}
	size_t judged = report->evaluation->count, all = report->context->policy->count;
	buffer_printf(out, ": %zu ", judged);
	if (judged < all)
		buffer_printf(out, "of %zu ", all);
	buffer_printf(out, "control%s: ", judged == 1 && all == 1 ? "" : "s");
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		if (report->evaluation->summary[order[i]] == 0)
			continue;
		buffer_printf(
			out, "%s%zu ", separator, report->evaluation->summary[order[i]]);
		write_verdict(report, order[i], out);
		separator = ", ";
	}
	if (evaluation_unseen(report->evaluation) > 0)
		buffer_printf(out, " (not looked at for want of a running host: %zu)",
			evaluation_unseen(report->evaluation));
	buffer_text(out, "\n");
}

static void
write_text(const struct report *report, struct buffer *out)
{
	autobuffer struct buffer results = { 0 };
	for (size_t i = 0; i < report->evaluation->count; i++)
		write_result(report, &report->evaluation->items[i], &results);
	if (report->several && results.size > 0) {
		buffer_text(out, output_begin(report->coloured, COLOUR_BOLD));
		output_escaped(out, report->root);
		buffer_text(out, ":");
		buffer_text(out, output_end(report->coloured));
		buffer_text(out, "\n");
	}
	buffer_add(out, results.data, results.size);
	write_summary(report, out);
}

const struct report_format report_text = { .name = "text", .write = write_text };
