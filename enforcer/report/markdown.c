/* The report to be read and kept: an executive summary, the residual risks, each control
 * with its evidence as an audit's checklist has them, what is waived or unanswered, what
 * was read, and the change log. CommonMark with tables. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "enforcer/changelog.h"
#include "enforcer/markdown.h"
#include "enforcer/report/report.h"

static void
write_title(struct buffer *out, const struct control *control)
{
	if (control->item != NULL) {
		buffer_text(out, "Item ");
		markdown_text(out, control->item);
		buffer_text(out, ": ");
	}
	markdown_text(out, control->title != NULL ? control->title : control->id);
}

/* --- the summary ------------------------------------------------------------------- */

/* The worst risk of the controls that do not hold; RISK_NONE when all do. */
static enum risk
worst_risk(const struct evaluation *evaluation)
{
	enum risk worst = RISK_NONE;
	for (size_t i = 0; i < evaluation->count; i++)
		if (evaluation_is_gap(evaluation->items[i].verdict) &&
			evaluation->items[i].control->risk > worst)
			worst = evaluation->items[i].control->risk;
	return worst;
}

static void
write_summary(const struct report *report, struct buffer *out)
{
	static const struct {
		enum verdict verdict;
		const char *text;
	} rows[] = {
		{ VERDICT_PASS, "hold" },
		{ VERDICT_FAIL, "do not hold" },
		{ VERDICT_INVALID,
			"can't hold: a daemon would reject its configuration" },
		{ VERDICT_UNKNOWN, "could not be told" },
		{ VERDICT_MANUAL, "wait for a person's answer" },
		{ VERDICT_WAIVED, "do not hold, and are waived" },
		{ VERDICT_NOT_APPLICABLE, "do not apply to this host" },
	};
	const struct evaluation *evaluation = report->evaluation;
	size_t gaps = 0;
	for (size_t i = 0; i < evaluation->count; i++)
		gaps += evaluation_is_gap(evaluation->items[i].verdict);
	buffer_text(out, "## Executive summary\n\n");
	size_t all = report->context->policy->count;
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
			gaps, evaluation->count, risk_name(worst_risk(evaluation)));
	buffer_printf(out, "\n\nOf %zu controls:\n\n", evaluation->count);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (evaluation->summary[rows[i].verdict] > 0)
			buffer_printf(out, "- %zu %s\n",
				evaluation->summary[rows[i].verdict], rows[i].text);
	buffer_text(out, "\n");
}

static void
write_risk_row(const struct result *result, struct buffer *out)
{
	const struct control *control = result->control;
	buffer_text(out, "| ");
	buffer_text(out, risk_name(control->risk));
	buffer_text(out, " | ");
	markdown_text(out, control->item != NULL ? control->item : "");
	buffer_text(out, " | ");
	markdown_text(out, control->title != NULL ? control->title : control->id);
	buffer_printf(out, " | %s |\n", verdict_name(result->verdict));
}

static void
write_risks(const struct report *report, struct buffer *out)
{
	const struct evaluation *evaluation = report->evaluation;
	static const char head[] = "| residual risk | item | control | verdict |\n"
				   "|---|---|---|---|\n";
	buffer_text(out, "## Residual risk\n\n");
	if (evaluation_status(evaluation) == 0)
		buffer_text(out,
			evaluation->count < report->context->policy->count
				? "None of those that were asked for.\n"
				: "None: every control that applies holds or is "
				  "waived.\n");
	else
		buffer_text(out, head);
	for (int risk = RISK_HIGH; risk >= RISK_NONE; risk--)
		for (size_t i = 0;
			i < evaluation->count && evaluation_gaps(evaluation, risk) > 0;
			i++)
			if (evaluation->items[i].control->risk == (enum risk)risk &&
				evaluation_is_gap(evaluation->items[i].verdict))
				write_risk_row(&evaluation->items[i], out);
	buffer_text(out, "\n");
	if (evaluation->summary[VERDICT_WAIVED] == 0)
		return;
	buffer_text(out, "Accepted by a waiver, and not counted above:\n\n");
	buffer_text(out, head);
	for (size_t i = 0; i < evaluation->count; i++)
		if (evaluation->items[i].verdict == VERDICT_WAIVED)
			write_risk_row(&evaluation->items[i], out);
	buffer_text(out, "\n");
}

/* --- the controls ------------------------------------------------------------------ */

static void
write_finding(const struct finding *finding, struct buffer *out)
{
	autobuffer struct buffer lines = { 0 };
	buffer_printf(out, "- **%s** ", verdict_name(finding->verdict));
	markdown_text(out, finding->subject);
	if (finding->have != NULL) {
		buffer_text(out, ": ");
		markdown_text(out, finding->have);
	}
	if (finding->want != NULL && finding->verdict != VERDICT_PASS) {
		buffer_text(out, "; wanted: ");
		markdown_text(out, finding->want);
	}
	if (finding->why != NULL) {
		buffer_text(out, " (");
		markdown_text(out, finding->why);
		buffer_text(out, ")");
	}
	buffer_text(out, "\n");
	for (size_t i = 0; i < finding->evidence_count; i++) {
		const struct evidence *evidence = &finding->evidence[i];
		buffer_escaped(&lines, BYTES_TEXT(evidence->file), false);
		if (evidence->line > 0)
			buffer_printf(&lines, ":%u", evidence->line);
		if (evidence->text != NULL) {
			buffer_text(&lines, ": ");
			buffer_escaped(&lines, BYTES_TEXT(evidence->text), true);
		}
		buffer_text(&lines, "\n");
	}
	buffer_text(out, "\n");
	if (lines.size > 0)
		markdown_block(out, (struct bytes){ lines.data, lines.size });
}

static void
write_mitigation(const struct result *result, struct buffer *out)
{
	const struct control *control = result->control;
	if (!evaluation_is_gap(result->verdict))
		return;
	markdown_field(
		out, "Mitigation", value_text(control->common, "mitigation", NULL));
	buffer_text(out, "- What next: ");
	if (result->verdict == VERDICT_FAIL && control->kind->remedy != NULL)
		buffer_printf(out,
			"`holdfast plan %s` shows the edit that closes it, or why there "
			"is no safe one; `holdfast apply %s` makes it, and it can be "
			"undone\n",
			control->id, control->id);
	else if (result->verdict == VERDICT_MANUAL &&
		strcmp(control->kind->name, "attest") == 0)
		buffer_printf(out,
			"test it as said above, and record the answer with `holdfast "
			"attest %s`\n",
			control->id);
	else if (result->verdict == VERDICT_UNKNOWN)
		buffer_text(
			out, "give what the reason below asks for, and audit again\n");
	else
		buffer_text(out,
			"change by hand what does not hold below, and audit again\n");
}

/* What was recorded elsewhere, as the policy names it. */
static void
write_recorded(const struct control *control, struct buffer *out)
{
	const struct value *evidence = value_find(control->common, "evidence");
	if (evidence == NULL)
		return;
	buffer_text(out, "- Evidence recorded elsewhere: ");
	markdown_text(out, value_text(evidence, "file", ""));
	buffer_printf(out, ", taken on %s, SHA-256 `%s`\n",
		value_text(evidence, "date", ""), value_text(evidence, "sha256", ""));
}

static void
write_waiver(const struct waiver *waiver, struct buffer *out)
{
	buffer_text(out,
		waiver->expired ? "- Waiver that has expired: until "
				: "- Waived until ");
	markdown_text(out, waiver->until);
	buffer_text(out, " by ");
	markdown_text(out, waiver->owner);
	buffer_text(out, ": ");
	markdown_text(out, waiver->reason);
	buffer_text(out, "\n");
}

static void
write_control(const struct result *result, struct buffer *out)
{
	const struct control *control = result->control;
	const struct value *common = control->common;
	buffer_text(out, "### ");
	write_title(out, control);
	buffer_text(out, "\n\n");
	markdown_field(out, "Reference", value_text(common, "reference", NULL));
	markdown_field(out, "Control objective", value_text(common, "objective", NULL));
	markdown_field(out, "Risk", value_text(common, "rationale", NULL));
	markdown_field(out, "Compliance", value_text(common, "compliance", NULL));
	markdown_field(out, "Testing", value_text(common, "testing", NULL));
	markdown_field(out, "Owner", value_text(common, "owner", NULL));
	buffer_printf(
		out, "- Control: `%s`, kind `%s` (", control->id, control->kind->name);
	markdown_text(out, control->kind->summary);
	buffer_printf(out, "), %s\n- Score: **",
		strcmp(control->kind->name, "attest") == 0 ? "answered by a person"
							   : "judged objectively");
	buffer_text(out, verdict_name(result->verdict));
	buffer_printf(out, "**\n- Residual risk: %s\n",
		evaluation_is_gap(result->verdict) || result->verdict == VERDICT_WAIVED
			? risk_name(control->risk)
			: "none");
	write_recorded(control, out);
	write_mitigation(result, out);
	if (control->waiver != NULL)
		write_waiver(control->waiver, out);
	buffer_text(out, "\nEvidence:\n\n");
	for (size_t i = 0; i < result->findings.count; i++)
		write_finding(&result->findings.items[i], out);
}

static void
write_controls(const struct report *report, struct buffer *out)
{
	buffer_text(out, "## Controls\n\n");
	for (size_t i = 0; i < report->evaluation->count; i++)
		write_control(&report->evaluation->items[i], out);
}

/* --- what was read, and what was changed ------------------------------------------- */

static void
write_files(const struct report *report, struct buffer *out)
{
	const struct host *host = report->context->host;
	autobuffer struct buffer lines = { 0 };
	buffer_text(
		out, "## What was read\n\nSHA-256 of each file that this rests on:\n\n");
	for (size_t i = 0; i < host_file_count(host); i++) {
		const struct file *file = host_file_at(host, i);
		if (file->state != FILE_READ)
			continue;
		buffer_printf(&lines, "%s  ", file_sha256(file));
		buffer_escaped(&lines, BYTES_TEXT(file->path), false);
		buffer_text(&lines, "\n");
	}
	markdown_block(out, (struct bytes){ lines.data, lines.size });
}

static void
write_changes(const struct changelog *log, struct buffer *out)
{
	if (log->count == 0) {
		buffer_text(out, "holdfast has changed nothing here.\n");
		return;
	}
	buffer_text(
		out, "| change | action | result | when | by |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < log->count; i++) {
		static const char *const keys[] = { "action", "result", "time", "user" };
		buffer_printf(out, "| %lld",
			(long long)json_integer_value(
				json_object_get(log->lines[i], "id")));
		for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
			buffer_text(out, " | ");
			markdown_text(out, changelog_text(log->lines[i], keys[k]));
		}
		buffer_text(out, " |\n");
	}
	buffer_printf(out,
		"\nThe chain of its %zu line%s holds; its head is `%s` "
		"(`holdfast log --verify --head` checks that it is still there).\n",
		log->count, log->count == 1 ? "" : "s", log->head);
}

/* The journal is where it stands by default: a report says nothing of another one. */
static void
write_log(const struct report *report, struct buffer *out)
{
	struct journal journal = { .fd = -1 };
	struct changelog log = { 0 };
	struct error err = ERROR_INIT;
	int root = open(report->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int opened = root < 0 ? 1 : journal_open(root, NULL, false, &journal, &err);
	buffer_text(out, "## Change log\n\n");
	if (opened == 1) {
		buffer_text(out, "There is no journal of holdfast's on this host.\n");
	} else if (opened < 0 || changelog_read(&journal, &log, &err) < 0) {
		buffer_text(out, "**It can't be relied on**: ");
		markdown_text(out, err.text);
		buffer_text(out, "\n");
	} else {
		write_changes(&log, out);
	}
	changelog_free(&log);
	journal_close(&journal);
	error_clear(&err);
	if (root >= 0)
		close(root);
}

static void
write_markdown(const struct report *report, struct buffer *out)
{
	char when[sizeof "2026-01-01 00:00:00 UTC"] = "";
	struct tm utc;
	const struct policy *policy = report->context->policy;
	if (gmtime_r(&report->time, &utc) != NULL)
		strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S UTC", &utc);
	buffer_text(out, "# Audit of ");
	markdown_text(out, report->hostname != NULL ? report->hostname : report->root);
	buffer_printf(out, "\n\n- When: %s\n- Root: ", when);
	markdown_text(out, report->root);
	buffer_text(out, "\n- Policy: ");
	markdown_text(out, policy->title != NULL ? policy->title : "");
	buffer_text(out, " (");
	markdown_text(out, policy->file);
	for (size_t i = 0; policy_overlay(policy, i) != NULL; i++) {
		buffer_text(out, i == 0 ? ", with the overlay " : ", ");
		markdown_text(out, policy_overlay(policy, i));
	}
	buffer_printf(out, ", SHA-256 `%s`)\n- By: holdfast %s\n\n", policy->sha256,
		HOLDFAST_VERSION);
	write_summary(report, out);
	write_risks(report, out);
	write_controls(report, out);
	write_files(report, out);
	write_log(report, out);
}

const struct report_format report_markdown = { .name = "markdown",
	.write = write_markdown };
