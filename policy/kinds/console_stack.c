/* What is said about the account stack of a service. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "policy/kinds/console_scene.h"
#include "policy/models/pam/pam_folders.h"
#include "policy/models/pam/pam_values.h"

enum { SHOWN_MAX = 40 }; /* modules */

static void
add_place(struct finding *finding, struct place place, const char *path)
{
	if (place.file != NULL)
		finding_evidence(finding, place.file, place.offset);
	else
		finding_evidence_file(finding, path);
}

/* The lines that libpam can't use although others let the stack succeed. */
static void
report_faults(
	const struct pam_stack *stack, const char *service, struct findings *findings)
{
	for (size_t i = 0; i < stack->fault_count; i++) {
		const struct pam_fault *fault = &stack->faults[i];
		if (fault->kind != PAM_FAULT_FAILS || fault->type != PAM_TYPE_ACCOUNT)
			continue;
		struct finding *finding = findings_add(
			findings, VERDICT_INVALID, "account stack of %s", service);
		finding_have(finding, "a line that libpam can't use");
		finding_why(finding, "%s", fault->reason);
		add_place(finding, fault->place, stack->path);
	}
}

/* The modules that are asked in turn, each with its line; with any answer of theirs that
 * is possible. */
static void
report_order(const struct context *context, const struct pam_stack *stack,
	const char *service, struct findings *findings)
{
	const struct pam_phase *phase = &stack->phases[PAM_TYPE_ACCOUNT];
	autofree uint32_t *values = memory_new(phase->count + 1, sizeof *values);
	for (size_t i = 0; i < phase->count; i++)
		values[i] = pam_values_there(
			context->host, &phase->steps[i], pam_values_of(&phase->steps[i]));
	autofree bool *reached = pam_flow_reached(phase, values);
	autobuffer struct buffer names = { 0 };
	struct finding *finding = findings_add(
		findings, VERDICT_PASS, "account stack of %s", service);
	size_t shown = 0;
	for (size_t i = 0; i < phase->count; i++) {
		const struct pam_step *step = &phase->steps[i];
		if (!reached[i] || step->kind != PAM_STEP_MODULE || ++shown > SHOWN_MAX)
			continue;
		buffer_printf(&names, "%s%s", names.size > 0 ? ", " : "", step->module);
		finding_evidence(finding, step->place.file, step->place.offset);
	}
	finding_have(finding, "asks in turn %s%s", names.size > 0 ? names.data : "nobody",
		shown > SHOWN_MAX ? ", ..." : "");
	if (phase->is_other)
		finding_why(finding, "it has no line of its own: these are of 'other'");
	if (shown == 0)
		finding_evidence_file(finding, stack->path);
}

char *
console_missing(const struct console_scene *scene)
{
	struct host *host = scene->facts->context->host;
	autofree char *near = NULL;
	bool has_folder = false;
	for (const char *const *folder = pam_folders; *folder != NULL; folder++) {
		struct name_list list = { 0 };
		autofree char *path = memory_printf("%s/%s", *folder, scene->service);
		if (pam_folders_look(host, *folder) == PAM_FOLDER_IGNORED)
			continue;
		if (host_exists(host, path) != 0)
			return NULL;
		if (host_list(host, *folder, &list, NULL) < 0)
			continue;
		has_folder = true;
		autofree const char **names = memory_new(list.count + 1, sizeof *names);
		for (size_t i = 0; i < list.count; i++)
			names[i] = list.names[i];
		const char *found = text_nearest(scene->service, names);
		if (near == NULL && found != NULL)
			near = memory_text(found);
		name_list_free(&list);
	}
	if (!has_folder) /* etc/pam.conf holds all */
		return NULL;
	return memory_printf("the host has no PAM service '%s'%s%s%s", scene->service,
		near != NULL ? " (did you mean " : "", near != NULL ? near : "",
		near != NULL ? "?)" : "");
}

/* A line or a missing module that lets nobody past the password. A stack that only denies
 * is somebody's wish. */
static void
judge_auth(const struct console_scene *scene, struct findings *findings)
{
	const struct pam_consults *auth = &scene->auth;
	if (auth->reach != PAM_REFUSES || auth->place.file == NULL)
		return;
	struct finding *finding = findings_add(
		findings, VERDICT_INVALID, "auth stack of %s", scene->service);
	finding_have(finding, "nobody can pass it, root neither");
	finding_why(finding, "%s", auth->reason);
	finding_evidence(finding, auth->place.file, auth->place.offset);
}

bool
console_judge_stack(const struct console_scene *scene, struct findings *findings)
{
	const struct pam_consults *consults = &scene->consults;
	struct pam_stack stack;
	if (consults->reach == PAM_REFUSES) {
		struct finding *finding = findings_add(
			findings, VERDICT_INVALID, "account stack of %s", scene->service);
		autofree char *missing = console_missing(scene);
		finding_have(finding, "nobody can pass it, root neither");
		finding_why(finding, "%s%s%s", missing != NULL ? missing : "",
			missing != NULL ? ": " : "", consults->reason);
		add_place(finding, consults->place, consults->path);
		return false;
	}
	judge_auth(scene, findings);
	pam_stack_read(scene->facts->context, scene->service, &stack);
	report_faults(&stack, scene->service, findings);
	if (pam_stack_fault(&stack, PAM_FAULT_UNSURE) == NULL)
		report_order(scene->facts->context, &stack, scene->service, findings);
	pam_stack_free(&stack);
	return true;
}

struct finding *
console_judge_asked(const struct console_scene *scene,
	const struct pam_consults *consults, const char *module,
	struct findings *findings)
{
	static const enum verdict verdicts[] = {
		[PAM_REACHED] = VERDICT_PASS,
		[PAM_NOT_THERE] = VERDICT_FAIL,
		[PAM_NOT_BINDING] = VERDICT_FAIL,
		[PAM_REFUSES] = VERDICT_INVALID,
		[PAM_UNSURE] = VERDICT_UNKNOWN,
	};
	struct finding *finding = findings_add(findings, verdicts[consults->reach],
		"%s in the account stack of %s", module, scene->service);
	finding_want(finding, "%s is asked", module);
	if (consults->reach == PAM_REACHED) {
		finding_have(finding, "%s is asked", module);
	} else if (consults->reach == PAM_NOT_THERE) {
		autofree char *missing = console_missing(scene);
		finding_have(finding, "no %s", module);
		finding_why(finding, "%s%sno line of the stack names it%s",
			missing != NULL ? missing : "",
			missing != NULL ? ", libpam takes 'other': " : "",
			consults->commented.file ? "; one is commented out" : "");
	} else {
		finding_have(finding, "%s %s",
			consults->is_passed ? "the stack can be passed without" : module,
			consults->is_passed                          ? module
				: consults->reach == PAM_NOT_BINDING ? "is asked in vain"
								     : "may not decide");
		finding_why(finding, "%s", consults->reason);
	}
	add_place(finding,
		consults->place.file != NULL ? consults->place : consults->commented,
		consults->path);
	return finding;
}
