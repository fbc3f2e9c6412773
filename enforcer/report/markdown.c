/* The report to be read and kept: an executive summary, the residual risks, each control
 * with its evidence as an audit's checklist has them, what is waived or unanswered, what
 * was read, and the change log. CommonMark with tables. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "enforcer/asked.h"
#include "enforcer/changelog.h"
#include "enforcer/markdown.h"
#include "enforcer/report/report.h"
#include "enforcer/suggest.h"
#include "enforcer/summary.h"
#include "policy/waiver.h"

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

/* What closes the gap. */
static void
write_mitigation(
	const struct report *report, const struct result *result, struct buffer *out)
{
	const struct control *control = result->control;
	const struct policy *policy = report->context->policy;
	autobuffer struct buffer command = { 0 };
	if (!evaluation_is_gap(result->verdict))
		return;
	markdown_field(
		out, "Mitigation", value_text(control->common, "mitigation", NULL));
	buffer_text(out, "- What next: ");
	if (result->verdict == VERDICT_FAIL && control->kind->remedy != NULL) {
		suggest_command("plan", policy, report->root, control->id, &command);
		markdown_code(out, command.data);
		buffer_text(out,
			" shows the edit that closes it, or why there is no safe one; "
			"the same with `apply` makes it, and it can be undone\n");
	} else if (result->verdict == VERDICT_MANUAL &&
		strcmp(control->kind->name, "attest") == 0) {
		suggest_command("attest", policy, NULL, control->id, &command);
		buffer_text(
			out, "test it as \"Testing\" says, and record the answer with ");
		markdown_code(out, command.data);
		buffer_text(out, "\n");
	} else if (result->verdict == VERDICT_UNKNOWN) {
		buffer_text(
			out, "give what the reason below asks for, and audit again\n");
	} else {
		buffer_text(out,
			"change by hand what does not hold below, and audit again\n");
	}
}

static void
write_waiver(const struct waiver *waiver, struct buffer *out)
{
	autofree char *text = waiver_text(waiver);
	markdown_field(out, "Exception", text);
}

static void
write_control(
	const struct report *report, const struct result *result, struct buffer *out)
{
	const struct control *control = result->control;
	const struct value *common = control->common;
	char today[16];
	waiver_today(today);
	asked_heading(report->context->policy, control, "###", out);
	buffer_text(out, "- Score: **");
	buffer_text(out, verdict_name(result->verdict));
	buffer_printf(out, "**, %s\n- Residual risk: %s\n",
		strcmp(control->kind->name, "attest") == 0 ? "answered by a person"
							   : "judged objectively",
		summary_risk(result));
	if (control->waiver != NULL)
		write_waiver(control->waiver, out);
	write_mitigation(report, result, out);
	markdown_field(out, "Item of the checklist", control->item);
	markdown_field(out, "Reference", value_text(common, "reference", NULL));
	markdown_field(out, "Control objective", value_text(common, "objective", NULL));
	markdown_field(out, "Risk", value_text(common, "rationale", NULL));
	markdown_field(out, "Compliance", value_text(common, "compliance", NULL));
	markdown_field(out, "Owner", value_text(common, "owner", NULL));
	buffer_printf(out, "- Kind of control: %s (", control->kind->name);
	markdown_text(out, control->kind->summary);
	buffer_text(out, ")\n");
	asked_write(control, out);
	asked_evidence(control, today, out);
	markdown_field(out, "Testing", value_text(common, "testing", NULL));
	asked_repeat(report->context->policy, control, report->root, out);
	buffer_text(out, "\nEvidence:\n\n");
	for (size_t i = 0; i < result->findings.count; i++)
		write_finding(&result->findings.items[i], out);
}

static void
write_controls(const struct report *report, struct buffer *out)
{
	buffer_text(out, "## Controls\n\n");
	for (size_t i = 0; i < report->evaluation->count; i++)
		write_control(report, &report->evaluation->items[i], out);
}

/* --- what was read, and what was changed ------------------------------------------- */

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The files that findings point at, sorted. The caller frees. */
static const char **
list_evidence(const struct evaluation *evaluation, size_t *ret_count)
{
	const char **paths = NULL;
	size_t count = 0;
	for (size_t i = 0; i < evaluation->count; i++)
		for (size_t k = 0; k < evaluation->items[i].findings.count; k++) {
			const struct finding *finding =
				&evaluation->items[i].findings.items[k];
			for (size_t n = 0; n < finding->evidence_count; n++) {
				paths = memory_grow(paths, count, sizeof *paths);
				paths[count++] = finding->evidence[n].file;
			}
		}
	if (count > 0)
		qsort(paths, count, sizeof *paths, compare_texts);
	*ret_count = count;
	return paths;
}

/* A live host has hundreds of files; those that are evidence are what somebody compares.
 */
static void
write_files(const struct report *report, struct buffer *out)
{
	const struct host *host = report->context->host;
	autobuffer struct buffer lines = { 0 };
	size_t count, others = 0;
	autofree const char **paths = list_evidence(report->evaluation, &count);
	for (size_t i = 0; i < host_file_count(host); i++) {
		const struct file *file = host_file_at(host, i);
		if (file->state != FILE_READ)
			continue;
		if (count == 0 ||
			bsearch(&file->path, paths, count, sizeof *paths,
				compare_texts) == NULL) {
			others++;
			continue;
		}
		buffer_printf(&lines, "%s  ", file_sha256(file));
		buffer_escaped(&lines, BYTES_TEXT(file->path), false);
		buffer_text(&lines, "\n");
	}
	buffer_text(out, "## What was read\n\n");
	if (lines.size > 0) {
		buffer_text(out,
			"SHA-256 of each file below the root that is named as evidence "
			"above:\n\n");
		markdown_block(out, (struct bytes){ lines.data, lines.size });
	}
	if (others > 0)
		buffer_printf(out,
			"%zu more file%s read; `--format json` has the hash of each.\n\n",
			others, others == 1 ? " was" : "s were");
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
	summary_write(report, out);
	write_controls(report, out);
	write_files(report, out);
	write_log(report, out);
}

const struct report_format report_markdown = { .name = "markdown",
	.write = write_markdown };
