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
#include "enforcer/output.h"
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

/* What tells more; a reason may ask for nothing that one could give. */
static void
write_next_of_unknown(const struct control *control, struct buffer *out)
{
	buffer_text(out,
		"do what the reason below asks for, and audit again; where it asks for "
		"nothing, look by hand as said below, and waive the control in an "
		"overlay or put one of kind attest in its place");
	if (control->kind->evidence != NULL)
		buffer_text(out,
			"; evidence is named in an overlay, by the key `evidence` of "
			"this control with `file`, `date` and `sha256`: "
			"holdfast-policy(5) has one under EXAMPLES");
	buffer_text(out, "\n");
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
	markdown_field_code(
		out, "Mitigation", value_text(control->common, "mitigation", NULL));
	buffer_text(out, "- What next: ");
	if (control->kind->judged_last) {
		buffer_text(out,
			"nothing of its own: it follows when the other controls hold\n");
	} else if (result->verdict == VERDICT_FAIL && control->kind->remedy != NULL) {
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
		write_next_of_unknown(control, out);
	} else {
		buffer_text(out,
			"change by hand what does not hold below, and audit again\n");
	}
}

static void
write_waiver(const struct result *result, struct buffer *out)
{
	autofree char *text = waiver_text(
		result->control->waiver, result->verdict == VERDICT_PASS);
	markdown_field(out, "Exception", text);
}

static const char *
judged_how(const struct result *result)
{
	if (result->unseen)
		return "not looked at";
	if (strcmp(result->control->kind->name, "attest") != 0)
		return "judged objectively";
	return result->verdict == VERDICT_MANUAL ? "to be answered by a person"
						 : "answered by a person";
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
	buffer_printf(out,
		"- Score: **%s**, %s\n- Risk when it does not hold: %s\n"
		"- Residual risk: %s\n",
		verdict_name(result->verdict), judged_how(result),
		risk_name(control->risk), summary_risk(result));
	if (control->waiver != NULL)
		write_waiver(result, out);
	write_mitigation(report, result, out);
	markdown_field(out, "Item of the checklist", control->item);
	markdown_field(out, "Reference", value_text(common, "reference", NULL));
	markdown_field(out, "Control objective", value_text(common, "objective", NULL));
	markdown_field(out, "Why", value_text(common, "rationale", NULL));
	markdown_field(out, "Compliance", value_text(common, "compliance", NULL));
	markdown_field(out, "Owner", value_text(common, "owner", NULL));
	buffer_printf(out, "- Kind of control: %s (", control->kind->name);
	markdown_text(out, control->kind->summary);
	buffer_text(out, ")\n");
	asked_write(control, out);
	asked_evidence(control, today, out);
	markdown_field_code(out, "Testing", value_text(common, "testing", NULL));
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

struct texts {
	const char **items; /* sorted, borrowed */
	size_t count;
};

static void
texts_add(struct texts *texts, const char *text)
{
	texts->items = memory_grow(texts->items, texts->count, sizeof *texts->items);
	texts->items[texts->count++] = text;
}

static void
texts_sort(struct texts *texts)
{
	if (texts->count > 0)
		qsort(texts->items, texts->count, sizeof *texts->items, compare_texts);
}

static bool
texts_have(const struct texts *texts, const char *text)
{
	return texts->count > 0 &&
		bsearch(&text, texts->items, texts->count, sizeof *texts->items,
			compare_texts) != NULL;
}

/* The files that findings point at. The caller frees the items. */
static struct texts
list_evidence(const struct evaluation *evaluation)
{
	struct texts paths = { 0 };
	for (size_t i = 0; i < evaluation->count; i++)
		for (size_t k = 0; k < evaluation->items[i].findings.count; k++) {
			const struct finding *finding =
				&evaluation->items[i].findings.items[k];
			for (size_t n = 0; n < finding->evidence_count; n++)
				texts_add(&paths, finding->evidence[n].file);
		}
	texts_sort(&paths);
	return paths;
}

static void
write_block(const char *introduction, const struct buffer *lines, struct buffer *out)
{
	if (lines->size == 0)
		return;
	buffer_text(out, introduction);
	markdown_block(out, (struct bytes){ lines->data, lines->size });
}

/* All of them: a verdict rests as well on what a file does not say. */
static void
write_files(const struct report *report, struct buffer *out)
{
	autobuffer struct buffer lines = { 0 }, unread = { 0 };
	struct texts named = list_evidence(report->evaluation), read = { 0 };
	size_t count;
	autofree const struct file **files = report_files(report->context->host, &count);
	for (size_t i = 0; i < count; i++) {
		texts_add(&read, files[i]->path);
		buffer_printf(&lines, "%s  ", file_sha256(files[i]));
		buffer_escaped(&lines, BYTES_TEXT(files[i]->path), false);
		buffer_text(&lines, "\n");
	}
	for (size_t i = 0; i < named.count; i++) {
		const char *path = named.items[i];
		if ((i > 0 && strcmp(path, named.items[i - 1]) == 0) ||
			texts_have(&read, path))
			continue;
		buffer_escaped(&unread, BYTES_TEXT(path), false);
		buffer_text(&unread, "\n");
	}
	buffer_text(out, "## What was read\n\n");
	if (named.count == 0 && count == 0)
		buffer_text(out, "Nothing.\n\n");
	write_block("SHA-256 of each file below the root whose content was read and "
		    "kept:\n\n",
		&lines, out);
	write_block("Named as evidence above, but without a hash here: links, folders, "
		    "files that are not there, or of which only the status or some "
		    "lines were looked at, and what lies outside of the root (evidence "
		    "that was recorded elsewhere has its hash at its control):\n\n",
		&unread, out);
	free(named.items);
	free(read.items);
}

static void
write_changed_files(const json_t *files, struct buffer *out)
{
	size_t index;
	json_t *file;
	json_array_foreach(files, index, file)
	{
		buffer_text(out, index > 0 ? ", " : "");
		markdown_text(out, changelog_text(file, "file"));
		buffer_text(out, " (");
		markdown_text(out, changelog_text(file, "controls"));
		buffer_text(out, ")");
	}
}

static void
write_changes(
	const struct report *report, const struct changelog *log, struct buffer *out)
{
	autobuffer struct buffer command = { 0 };
	if (log->count == 0) {
		buffer_text(out, "holdfast has changed nothing here.\n");
		return;
	}
	buffer_text(out,
		"| change | action | result | when | by | files (controls) |\n"
		"|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < log->count; i++) {
		static const char *const keys[] = { "action", "result", "time", "user" };
		buffer_printf(out, "| %lld",
			(long long)json_integer_value(
				json_object_get(log->lines[i], "id")));
		for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
			buffer_text(out, " | ");
			markdown_text(out, changelog_text(log->lines[i], keys[k]));
		}
		buffer_text(out, " | ");
		write_changed_files(json_object_get(log->lines[i], "files"), out);
		buffer_text(out, " |\n");
	}
	buffer_printf(out, "\nThe chain of its %zu line%s holds; its head is `%s` (",
		log->count, log->count == 1 ? "" : "s", log->head);
	buffer_text(&command, "holdfast log");
	if (strcmp(report->root, "/") != 0) {
		buffer_text(&command, " --root ");
		output_shell_word(&command, report->root);
	}
	buffer_printf(&command, " --verify --head %s", log->head);
	markdown_code(out, command.data);
	buffer_text(out, " checks that it is still there).\n");
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
		write_changes(report, &log, out);
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
	autofree char *absolute = realpath(report->root, NULL);
	autofree char *here = getcwd(NULL, 0);
	if (gmtime_r(&report->time, &utc) != NULL)
		strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S UTC", &utc);
	buffer_text(out, "# Audit of ");
	markdown_text(out, report->hostname != NULL ? report->hostname : report->root);
	buffer_printf(out, "\n\n- When: %s\n- Root: ", when);
	markdown_text(out, report->root);
	if (absolute != NULL && strcmp(absolute, report->root) != 0) {
		buffer_text(out, ", which is ");
		markdown_text(out, absolute);
	}
	buffer_text(out, "\n");
	markdown_field(out, "Operating system", report->system);
	buffer_text(out, "- Policy: ");
	markdown_text(out, policy->title != NULL ? policy->title : "");
	buffer_text(out, " (");
	asked_policy(policy, out);
	buffer_text(out, ")\n");
	asked_assumed(policy, out);
	buffer_printf(
		out, "- By: holdfast %s, run by %s\n", HOLDFAST_VERSION, report->user);
	/* policy, overlays and root may be named as they are seen from there */
	markdown_field(out, "Commands of holdfast below are to be given in", here);
	buffer_text(out, "\n");
	summary_write(report, out);
	write_controls(report, out);
	write_files(report, out);
	write_log(report, out);
}

const struct report_format report_markdown = { .name = "markdown",
	.write = write_markdown };
