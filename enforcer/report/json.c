/* The report for programs: one object on one line, as audit.schema.json describes it. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "enforcer/output.h"
#include "enforcer/report/report.h"

/* TEXT as a JSON string (null when NULL); bytes that JSON or a terminal can't take are
 * escaped as in the text report. */
static json_t *
text(const char *text_or_null)
{
	autobuffer struct buffer escaped = { 0 };
	if (text_or_null == NULL)
		return json_null();
	buffer_text(&escaped, "");
	buffer_escaped(&escaped, BYTES_TEXT(text_or_null), true);
	return json_stringn(escaped.data, escaped.size);
}

static json_t *
evidence_object(const struct evidence *evidence)
{
	json_t *object = json_object();
	json_object_set_new(object, "file", text(evidence->file));
	json_object_set_new(object, "line", json_integer(evidence->line));
	json_object_set_new(object, "column", json_integer(evidence->column));
	json_object_set_new(object, "text", text(evidence->text));
	return object;
}

static json_t *
finding_object(const struct finding *finding)
{
	json_t *object = json_object(), *evidence = json_array();
	for (size_t i = 0; i < finding->evidence_count; i++)
		json_array_append_new(evidence, evidence_object(&finding->evidence[i]));
	json_object_set_new(object, "verdict", text(verdict_name(finding->verdict)));
	json_object_set_new(object, "subject", text(finding->subject));
	json_object_set_new(object, "have", text(finding->have));
	json_object_set_new(object, "want", text(finding->want));
	json_object_set_new(object, "why", text(finding->why));
	json_object_set_new(object, "evidence", evidence);
	return object;
}

/* What the policy names as evidence. */
static json_t *
recorded_object(const struct value *evidence)
{
	json_t *object = json_object();
	json_object_set_new(object, "file", text(value_text(evidence, "file", "")));
	json_object_set_new(object, "date", text(value_text(evidence, "date", "")));
	json_object_set_new(object, "sha256", text(value_text(evidence, "sha256", "")));
	return object;
}

static json_t *
result_object(const struct result *result)
{
	const struct control *control = result->control;
	json_t *object = json_object(), *findings = json_array();
	for (size_t i = 0; i < result->findings.count; i++)
		json_array_append_new(
			findings, finding_object(&result->findings.items[i]));
	json_object_set_new(object, "id", text(control->id));
	json_object_set_new(object, "item", text(control->item));
	json_object_set_new(object, "title", text(control->title));
	json_object_set_new(object, "risk", text(risk_name(control->risk)));
	json_object_set_new(object, "verdict", text(verdict_name(result->verdict)));
	if (control->waiver != NULL) {
		json_t *waiver = json_object();
		json_object_set_new(waiver, "owner", text(control->waiver->owner));
		json_object_set_new(waiver, "reason", text(control->waiver->reason));
		json_object_set_new(waiver, "until", text(control->waiver->until));
		json_object_set_new(
			waiver, "expired", json_boolean(control->waiver->expired));
		json_object_set_new(
			waiver, "idle", json_boolean(evaluation_waiver_is_idle(result)));
		json_object_set_new(object, "waiver", waiver);
	}
	const struct value *evidence = value_find(control->common, "evidence");
	if (evidence != NULL)
		json_object_set_new(object, "recorded", recorded_object(evidence));
	json_object_set_new(object, "looked-at", json_boolean(!result->unseen));
	json_object_set_new(object, "findings", findings);
	return object;
}

static json_t *
file_object(const char *path, const char *sha256)
{
	json_t *object = json_object();
	json_object_set_new(object, "file", text(path));
	json_object_set_new(object, "sha256", text(sha256));
	return object;
}

/* The policy, and in their order the overlays that the hash goes over too. */
static json_t *
policy_object(const struct policy *policy)
{
	json_t *object = file_object(policy->file, policy->sha256);
	json_t *overlays = json_array();
	for (size_t i = 0; policy_overlay(policy, i) != NULL; i++)
		json_array_append_new(overlays, text(policy_overlay(policy, i)));
	json_object_set_new(object, "overlays", overlays);
	return object;
}

static json_t *
files_array(const struct host *host)
{
	size_t count;
	autofree const struct file **files = report_files(host, &count);
	json_t *array = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(
			array, file_object(files[i]->path, file_sha256(files[i])));
	return array;
}

static void *
allocate(size_t size)
{
	return memory_resize(NULL, size, 1);
}

static void
write_json(const struct report *report, struct buffer *out)
{
	char when[sizeof "2026-01-01T00:00:00Z"] = "";
	struct tm utc;
	/* jansson leaves out what it has no memory for; this ends the process instead */
	json_set_alloc_funcs(allocate, free);
	const struct evaluation *evaluation = report->evaluation;
	const struct policy *policy = report->context->policy;
	json_t *object = json_object(), *controls = json_array(),
	       *summary = json_object();
	if (gmtime_r(&report->time, &utc) != NULL)
		strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
	for (size_t i = 0; i < evaluation->count; i++)
		json_array_append_new(controls, result_object(&evaluation->items[i]));
	for (size_t v = 0; v < VERDICT_COUNT; v++)
		json_object_set_new(summary, verdict_name((enum verdict)v),
			json_integer((json_int_t)evaluation->summary[v]));
	json_object_set_new(object, "holdfast", json_integer(1));
	json_object_set_new(object, "version", text(HOLDFAST_VERSION));
	json_object_set_new(object, "time", text(when));
	json_object_set_new(object, "host", text(report->hostname));
	json_object_set_new(object, "system", text(report->system));
	json_object_set_new(object, "root", text(report->root));
	json_object_set_new(object, "files", files_array(report->context->host));
	json_object_set_new(object, "policy", policy_object(policy));
	json_object_set_new(
		object, "partial", json_boolean(evaluation->count < policy->count));
	json_object_set_new(
		object, "policy-controls", json_integer((json_int_t)policy->count));
	json_object_set_new(object, "controls", controls);
	json_object_set_new(object, "summary", summary);
	char *line = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (line == NULL)
		abort(); /* memory never runs out and each text was made valid */
	buffer_text(out, line);
	buffer_text(out, "\n");
	free(line);
}

const struct report_format report_json = { .name = "json", .write = write_json };
