#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/kinds/kind.h"
#include "policy/models/packages/software.h"
#include "policy/models/xinetd/xinetd_conf.h"

enum { SHOWN_MAX = 100 }; /* findings of one verdict; the rest are counted */

static const char *const remedies[] = { "disable", "remove", NULL };

static const struct key keys[] = {
	{ .name = "only",
		.type = KEY_TEXTS,
		.required = true,
		.help = "the services, by name or id, that xinetd may start; no others",
		.example = "[imap, pop3]" },
	{ .name = "run",
		.type = KEY_TEXTS,
		.help = "those of them that must be started",
		.example = "[imap]" },
	{ .name = "remedy",
		.type = KEY_CHOICE,
		.choices = remedies,
		.help = "what apply does to another service: disable it, or remove the "
			"file "
			"that holds it",
		.otherwise = "disable" },
	{ 0 },
};

/* Whether NAME is in LIST: xinetd compares names and ids without case (defs.h EQ). */
static bool
names(const struct value *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcasecmp(list->items[i].text, name) == 0)
			return true;
	return false;
}

static bool
is_allowed(const struct control *control, const char *name, const char *id)
{
	const struct value *only = value_find(control->keys, "only");
	return names(only, name) || names(only, id);
}

static void
validate(const struct control *control, struct problems *problems)
{
	const struct value *run = value_find(control->keys, "run");
	const struct value *only = value_find(control->keys, "only");
	for (size_t i = 0; run != NULL && only != NULL && i < run->count; i++)
		if (!names(only, run->items[i].text))
			problems_add(problems, run->items[i].at,
				"xinetd.run: '%s' is not among those of only",
				run->items[i].text);
}

static void
show_place(struct finding *finding, struct place place, const char *path)
{
	if (place.file != NULL)
		finding_evidence(finding, place.file, place.offset);
	else
		finding_evidence_file(finding, path);
}

static void
judge_service(const struct control *control, const struct xinetd_service *service,
	const char *only, struct findings *findings)
{
	bool allowed = is_allowed(control, service->name, service->id);
	enum verdict verdict = allowed || service->state == XINETD_STOPPED ? VERDICT_PASS
		: service->state == XINETD_UNSURE ? VERDICT_UNKNOWN
						  : VERDICT_FAIL;
	struct finding *finding = findings_add(
		findings, verdict, "service %s", service->name);
	const char *id = strcasecmp(service->name, service->id) != 0 ? service->id : NULL;
	finding_want(finding, "%s", allowed ? "may be started" : "not started");
	finding_have(finding, "%s%s",
		service->state == XINETD_STARTED           ? "started"
			: service->state == XINETD_STOPPED ? "not started: "
							   : "not known: ",
		service->reason ? service->reason : "");
	if (service->state == XINETD_STARTED)
		finding_why(finding, "xinetd starts it by %s%s%s%s%s",
			service->entry.file->path, id ? ", id " : "", id ? id : "",
			allowed ? "" : "; the policy allows only ", allowed ? "" : only);
	else if (verdict == VERDICT_UNKNOWN)
		finding_why(
			finding, "%s; the policy allows only %s", service->reason, only);
	finding_evidence(finding, service->decides.file, service->decides.offset);
}

static void
judge_run(const struct control *control, const struct xinetd_conf *conf,
	struct findings *findings)
{
	const struct value *run = value_find(control->keys, "run");
	for (size_t i = 0; run != NULL && i < run->count; i++) {
		const char *name = run->items[i].text;
		const struct xinetd_service *best = NULL;
		for (size_t k = 0; k < conf->count; k++) {
			const struct xinetd_service *service = &conf->services[k];
			if ((strcasecmp(service->name, name) == 0 ||
				    strcasecmp(service->id, name) == 0) &&
				(best == NULL || service->state == XINETD_STARTED))
				best = service;
		}
		if (best != NULL && best->state == XINETD_STARTED)
			continue; /* it has its finding already */
		struct finding *finding = findings_add(findings,
			best && best->state == XINETD_UNSURE ? VERDICT_UNKNOWN
							     : VERDICT_FAIL,
			"service %s", name);
		finding_want(finding, "started");
		finding_have(finding, "%s", best ? "not started" : "no such service");
		if (best != NULL) {
			finding_why(finding, "%s", best->reason);
			show_place(finding, best->decides, NULL);
		} else {
			finding_evidence_file(finding, conf->main_path);
		}
	}
}

static void
judge_without_file(const struct context *context, const struct xinetd_conf *conf,
	struct findings *findings)
{
	struct software software = software_find(context, "xinetd");
	bool installed = software.source == SOFTWARE_DATABASE;
	struct finding *finding = findings_add(
		findings, installed ? VERDICT_INVALID : VERDICT_NOT_APPLICABLE, "xinetd");
	finding_have(finding, "no %s", conf->main_path);
	finding_why(finding, "%s",
		installed ? "xinetd is installed and exits without its configuration"
			  : "xinetd is not set up here");
	finding_evidence_file(finding, conf->main_path);
	software_free(&software);
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	size_t shown[VERDICT_COUNT] = { 0 };
	const struct xinetd_conf *conf = xinetd_conf_of(context);
	autofree char *only = value_join(value_find(control->keys, "only"));
	if (!conf->has_main)
		judge_without_file(context, conf, findings);
	for (size_t i = 0; i < conf->problem_count && i < SHOWN_MAX; i++) {
		const struct xinetd_problem *problem = &conf->problems[i];
		struct finding *finding = findings_add(
			findings, problem->verdict, "%s", problem->path);
		finding_why(finding, "%s", problem->text);
		show_place(finding, problem->place, problem->path);
	}
	for (size_t i = 0; i < conf->count; i++) {
		const struct xinetd_service *service = &conf->services[i];
		bool off = service->state == XINETD_STOPPED ||
			is_allowed(control, service->name, service->id);
		if (shown[off ? VERDICT_PASS : VERDICT_FAIL]++ < SHOWN_MAX)
			judge_service(control, service, only, findings);
	}
	if (shown[VERDICT_FAIL] > SHOWN_MAX) {
		struct finding *finding = findings_add(
			findings, VERDICT_FAIL, "more services");
		finding_have(finding, "%zu more are started or not known",
			shown[VERDICT_FAIL] - SHOWN_MAX);
	}
	if (conf->has_main)
		judge_run(control, conf, findings);
	if (findings->count == 0) {
		struct finding *finding = findings_add(findings, VERDICT_PASS, "xinetd");
		finding_have(finding, "no services");
		finding_evidence_file(finding, conf->main_path);
	}
}

/* A `disable` line in the style of the line after the brace. */
static char *
disable_line(const struct file *file, size_t body)
{
	const struct bytes text = file->bytes;
	struct bytes next = bytes_line(text, body);
	const char *newline = body >= 2 && text.data[body - 2] == '\r' ? "\r\n" : "\n";
	size_t indent = 0, name, gap;
	while (indent < next.size &&
		(next.data[indent] == ' ' || next.data[indent] == '\t'))
		indent++;
	for (name = indent; name < next.size && next.data[name] != ' ' &&
		next.data[name] != '\t' && next.data[name] != '=';)
		name++;
	for (gap = name;
		gap < next.size && (next.data[gap] == ' ' || next.data[gap] == '\t');)
		gap++;
	bool usual = gap > name && name > indent && gap < next.size &&
		strchr("+-=", next.data[gap]) != NULL && next.data[indent] != '#';
	if (!usual)
		return memory_printf("\tdisable\t\t\t= yes%s", newline);
	size_t column = 0, target = 0;
	autobuffer struct buffer line = { 0 };
	for (size_t i = 0; i < gap; i++)
		target = next.data[i] == '\t' ? (target / 8 + 1) * 8 : target + 1;
	buffer_add(&line, next.data, indent);
	for (size_t i = 0; i < indent; i++)
		column = next.data[i] == '\t' ? (column / 8 + 1) * 8 : column + 1;
	buffer_text(&line, "disable");
	column += strlen("disable");
	do {
		bool tab = next.data[name] == '\t';
		buffer_text(&line, tab ? "\t" : " ");
		column = tab ? (column / 8 + 1) * 8 : column + 1;
	} while (column < target);
	buffer_printf(&line, "= yes%s", newline);
	return buffer_take(&line);
}

static int
disable_service(
	const struct xinetd_service *service, struct edits *edits, struct error *err)
{
	const struct file *file = service->entry.file;
	if (service->from_inetd) {
		edits_splice(edits, file, service->entry.offset, 0, "#",
			"inetd.conf: no longer serve %s", service->name);
		return 0;
	}
	if (!service->has_body)
		return error_set(err, "%s: service %s: its entry is not understood",
			file->path, service->name);
	if (!service->has_disable) {
		autofree char *line = disable_line(file, service->body);
		edits_splice(edits, file, service->body, 0, line,
			"xinetd: do not start service %s", service->name);
		return 0;
	}
	bool equals = file->bytes.data[service->disable_op] == '=';
	bool empty = service->disable_value == service->disable_end;
	size_t start = equals ? service->disable_value : service->disable_op;
	edits_splice(edits, file, start, service->disable_end - start,
		!equals         ? "= yes"
			: empty ? " yes"
				: "yes",
		"xinetd: do not start service %s", service->name);
	return 0;
}

static int
remove_service(const struct xinetd_conf *conf, const struct xinetd_service *service,
	struct edits *edits, struct error *err)
{
	const struct file *file = service->entry.file;
	size_t entries = 0;
	for (size_t i = 0; i < conf->count; i++)
		entries += conf->services[i].entry.file == file &&
			!conf->services[i].again;
	if (strcmp(file->path, conf->main_path) == 0 || entries != 1 ||
		service->from_inetd)
		return error_set(err,
			"%s: not removed, it holds more than service %s; use remedy: "
			"disable",
			file->path, service->name);
	edits_remove(edits, file, "xinetd: remove service %s", service->name);
	return 0;
}

static int
remedy(const struct context *context, const struct control *control, struct edits *edits,
	struct error *err)
{
	int result = 0;
	bool removes = strcmp(value_text(control->keys, "remedy", "disable"), "remove") ==
		0;
	const struct xinetd_conf *conf = xinetd_conf_of(context);
	for (size_t i = 0; i < conf->count && result == 0; i++) {
		const struct xinetd_service *service = &conf->services[i];
		/* one that only lacks a free port would start in the other's place */
		if (service->again || is_allowed(control, service->name, service->id) ||
			(service->state == XINETD_STOPPED && !service->port_taken))
			continue;
		result = removes ? remove_service(conf, service, edits, err)
				 : disable_service(service, edits, err);
	}
	const struct value *run = value_find(control->keys, "run");
	if (result == 0 && edits->count == 0 && run != NULL && run->count > 0)
		result = error_set(err, "services are only ever turned off here");
	return result;
}

static void
answer(const struct context *context, const struct control *control,
	struct answers *answers)
{
	(void)control;
	const struct xinetd_conf *conf = xinetd_conf_of(context);
	for (size_t i = 0; i < conf->count; i++) {
		const struct xinetd_service *service = &conf->services[i];
		bool has_id = strcmp(service->name, service->id) != 0;
		autofree char *number = service->number > 1
			? memory_printf(" entry %zu", service->number)
			: memory_text("");
		autofree char *subject = memory_printf("service %s%s%s (%s%s)",
			service->name, has_id ? " id " : "", has_id ? service->id : "",
			service->entry.file->path, number);
		autofree char *value = service->state == XINETD_STARTED
			? memory_text("started")
			: memory_printf("%s: %s",
				  service->state == XINETD_STOPPED ? "not started"
								   : "not known",
				  service->reason);
		answers_add(answers, subject, value);
	}
}

/* An answer's subject is "service NAME (...", or "service NAME id ID (...". */
static bool
wants(const struct control *control, const char *subject, const char *before,
	const char *after)
{
	autofree char *text = memory_text(subject);
	char *rest = NULL;
	(void)strtok_r(text, " ", &rest);
	const char *name = strtok_r(NULL, " ", &rest), *id = strtok_r(NULL, " ", &rest);
	if (name == NULL || id == NULL)
		return false;
	if (strcmp(id, "id") == 0)
		id = strtok_r(NULL, " ", &rest);
	if (id == NULL || id[0] == '(')
		id = name;
	if (is_allowed(control, name, id))
		return before != NULL && strstr(before, "has its port already") != NULL;
	return after == NULL || strncmp(after, "not started", 11) == 0;
}

const struct kind kind_xinetd = {
	.name = "xinetd",
	.summary = "which services xinetd starts",
	.keys = keys,
	.by_hand = "`ss -ltnup | grep xinetd` or `netstat -ltnup | grep xinetd`\n"
		   "`cat /etc/xinetd.conf /etc/xinetd.d/*`\n"
		   "`chkconfig --list`, where it exists",
	.lenses = 1u << LENS_XINETD,
	.validate = validate,
	.check = check,
	.remedy = remedy,
	.answers = answer,
	.wants = wants,
};
