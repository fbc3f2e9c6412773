#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/kinds/console_scene.h"

enum { SERVICES_MAX = 100 }; /* other services whose stacks are looked at */

/* "-:ALL EXCEPT root (wheel):LOCAL", with the separators that the module's line sets. */
static char *
rule_text(const struct console_scene *scene)
{
	const struct access_settings *settings = &scene->conf.settings;
	const struct value *only = value_find(scene->control->keys, "only");
	const char *field = strchr(settings->field_separators, ':')
		? ":"
		: settings->field_separators;
	const char *item = strchr(settings->list_separators, ' ')
		? " "
		: settings->list_separators;
	autobuffer struct buffer text = { 0 };
	buffer_printf(&text, "-%.1sALL%.1sEXCEPT", field, item);
	for (size_t i = 0; i < only->count; i++) {
		const char *wanted = only->items[i].text;
		if (wanted[strspn(wanted, "0123456789")] != '\0') {
			buffer_printf(&text, "%.1s%s", item, wanted);
			continue;
		}
		/* uids mean something to pam_access from 1.7.0 on only: name the users */
		for (size_t k = 0; k < scene->principals.user_count; k++) {
			const struct principal *user = &scene->principals.users[k];
			autofree char *uid = memory_printf("%u", user->uid);
			if (strcmp(uid, wanted) == 0)
				buffer_printf(&text, "%.1s%s", item, user->name);
		}
	}
	buffer_printf(&text, "%.1sLOCAL", field);
	return buffer_take(&text);
}

/* Refuses where the rule would except others than those of `only`. */
static int
check_groups(const struct console_scene *scene, struct error *err)
{
	const struct value *only = value_find(scene->control->keys, "only");
	for (size_t i = 0; i < only->count && !scene->conf.settings.only_marked_groups;
		i++)
		for (size_t k = 1; k < scene->people.count; k++) {
			const struct access_person *person = &scene->people.items[k];
			if (person->user != NULL && !console_allows(scene, person) &&
				console_can_log_in(person) &&
				principals_in_group(&scene->principals, person->user,
					only->items[i].text))
				return error_set(err,
					"%s is in group %s, which the rule would except "
					"too: add nodefgroup to the pam_access line of "
					"%s "
					"first",
					person->name, only->items[i].text,
					scene->service);
		}
	return 0;
}

/* The first rule of the main file that admits somebody who is not to be admitted; NULL
 * when none of its rules does. */
static const struct access_rule *
first_admitting(const struct console_scene *scene)
{
	const struct access_rule *first = NULL;
	for (size_t i = 0; i < scene->people.count; i++) {
		if (console_allows(scene, &scene->people.items[i]))
			continue;
		for (size_t k = 0; k < scene->origin_count; k++) {
			const struct access_decision *decision = console_decision(
				scene, i, k);
			if (decision->answer != ACCESS_REFUSED &&
				decision->rule != NULL &&
				decision->rule->place.file == scene->conf.main &&
				(first == NULL || decision->rule < first))
				first = decision->rule;
		}
	}
	return first;
}

static bool
holds(const struct console_scene *scene)
{
	struct findings findings = { 0 };
	console_judge_people(scene, &findings);
	bool result = findings_verdict(&findings) == VERDICT_PASS;
	findings_free(&findings);
	return result;
}

/* Letting somebody in who is refused is left to a person. */
static int
check_refused(const struct console_scene *scene, struct error *err)
{
	for (size_t i = 1; i < scene->people.count; i++) {
		const struct access_person *person = &scene->people.items[i];
		size_t origin = console_origin_with(scene, i, ACCESS_REFUSED);
		if (origin < scene->origin_count && console_allows(scene, person) &&
			console_can_log_in(person))
			return error_set(err,
				"%s refuses %s from %s: lines that refuse are not taken "
				"away",
				scene->conf.main->path, person->name,
				scene->origins[origin]);
	}
	return 0;
}

static int
add_rule(const struct console_scene *scene, struct edits *edits, struct error *err)
{
	static const char why[] = "access.conf: at the console only those of the policy";
	const struct file *file = scene->conf.main;
	const struct access_rule *before = first_admitting(scene);
	autofree char *rule = rule_text(scene);
	if (check_groups(scene, err) < 0 || check_refused(scene, err) < 0)
		return -1;
	if (before != NULL && before->for_all)
		return error_set(err, "%s: %s", file->path, before->reason);
	if (file->state == FILE_ABSENT && !file->is_link) {
		autofree char *text = memory_printf("%s\n", rule);
		edits_create(edits, file->target, 0644, text, "%s", why);
		return 0;
	}
	if (file->state != FILE_READ)
		return error_set(err, "%s: it can't be edited", file->path);
	const struct bytes bytes = file->bytes;
	const char *end = memchr(bytes.data, '\n', bytes.size);
	const char *newline = end != NULL && end > bytes.data && end[-1] == '\r' ? "\r\n"
										 : "\n";
	bool unended = bytes.size > 0 && bytes.data[bytes.size - 1] != '\n';
	size_t last = scene->conf.last_unended;
	/* a last line without newline is void: it must not come to life */
	bool spares_last = unended && last < bytes.size && bytes.data[last] != '#';
	size_t at = before ? before->place.offset : spares_last ? last : bytes.size;
	autofree char *text = memory_printf(
		"%s%s%s", unended && at == bytes.size ? newline : "", rule, newline);
	edits_splice(edits, file, at, 0, text, "%s", why);
	return 0;
}

static int
access_remedy(const struct context *context, const struct control *control,
	const char *service, struct edits *edits, struct error *err)
{
	struct console_scene scene;
	int result = 0;
	console_scene_open(context, control, service, &scene);
	bool is_done = holds(&scene);
	for (size_t k = 0; k < edits->count && !is_done; k++)
		is_done = strcmp(edits->items[k].file, scene.conf.main->target) == 0;
	/* bare names in the rules are users, not groups, with nodefgroup */
	if (scene.consults.reach == PAM_NOT_THERE)
		result = console_ask_module(context, service,
			"account\trequired\tpam_access.so nodefgroup",
			"PAM: access.conf is consulted", edits, err);
	else if (scene.consults.reach != PAM_REACHED)
		result = error_set(err,
			"%s: the line of pam_access.so does not decide (%s): move it up",
			scene.consults.path, scene.consults.reason);
	if (result == 0 && !is_done)
		result = add_rule(&scene, edits, err);
	console_scene_close(&scene);
	return result;
}

int
console_remedy(const struct context *context, const struct control *control,
	struct edits *edits, struct error *err)
{
	int result = 0;
	for (size_t i = 0; i < console_service_count(control) && result == 0; i++) {
		const char *service = console_service_name(control, i);
		if (console_through(control, "access.conf"))
			result = access_remedy(context, control, service, edits, err);
		if (result == 0 && console_through(control, "module"))
			result = console_module_remedy(
				context, control, service, i == 0, edits, err);
	}
	return result;
}

/* Subjects: "login at tty1 by bob" for a terminal, "login from 192.0.2.1 by bob" for
 * what the control does not ask for; those whom it admits carry a mark. */
static const char allowed_mark[] = " (allowed)";

static void
answer_from(const struct console_scene *scene, const char *service, const char *origin,
	bool is_remote, bool is_terminal, struct answers *answers)
{
	static const char *const texts[] = {
		[ACCESS_ADMITTED] = "admitted",
		[ACCESS_REFUSED] = "refused",
		[ACCESS_UNKNOWN] = "not known",
	};
	autofree struct access_decision *decisions = memory_new(
		scene->people.count, sizeof *decisions);
	access_judge(&scene->conf, &scene->people, origin, is_remote, 0, decisions);
	for (size_t i = 0; i < scene->people.count; i++) {
		const struct access_person *person = &scene->people.items[i];
		autofree char *subject = memory_printf("%s %s %s by %s%s", service,
			is_terminal ? "at" : "from", origin,
			person->name ? person->name : "any other user",
			console_allows(scene, person) ? allowed_mark : "");
		answers_add(answers, subject, texts[decisions[i].answer]);
	}
}

/* Other services whose stacks ask pam_access, too: what changes for them was not asked
 * for. One that has no terminal gives its own name as the origin. */
static void
answer_others(const struct context *context, const struct control *control,
	struct answers *answers)
{
	struct name_list list = { 0 };
	size_t count = 0;
	if (host_list(context->host, "/etc/pam.d", &list, NULL) < 0)
		return;
	for (size_t i = 0; i < list.count && count < SERVICES_MAX; i++) {
		bool is_own = strcmp(list.names[i], "sshd") == 0;
		struct pam_consults consults;
		for (size_t k = 0; k < console_service_count(control); k++)
			is_own = is_own ||
				strcmp(list.names[i], console_service_name(control, k)) ==
					0;
		if (is_own)
			continue;
		pam_stack_consults(
			context, list.names[i], "account", "pam_access.so", &consults);
		if (consults.reach == PAM_REACHED || consults.reach == PAM_UNSURE) {
			struct console_scene scene;
			console_scene_open(context, control, list.names[i], &scene);
			answer_from(&scene, list.names[i], list.names[i], false, false,
				answers);
			console_scene_close(&scene);
			count++;
		}
		pam_consults_free(&consults);
	}
	name_list_free(&list);
}

void
console_answers(const struct context *context, const struct control *control,
	struct answers *answers)
{
	static const char *const remotes[] = { "192.0.2.1", "10.0.0.1", "2001:db8::1",
		NULL };
	for (size_t i = 0; i < console_service_count(control); i++) {
		const char *service = console_service_name(control, i);
		struct console_scene scene;
		console_scene_open(context, control, service, &scene);
		for (size_t k = 0; k < scene.origin_count; k++)
			answer_from(
				&scene, service, scene.origins[k], false, true, answers);
		for (const char *const *remote = remotes; *remote != NULL; remote++)
			answer_from(&scene, service, *remote, true, false, answers);
		console_scene_close(&scene);
	}
	answer_others(context, control, answers);
}

bool
console_wants(const struct control *control, const char *subject, const char *before,
	const char *after)
{
	size_t length = strlen(subject), mark = strlen(allowed_mark);
	const char *blank = strchr(subject, ' ');
	bool allowed = length > mark &&
		strcmp(subject + length - mark, allowed_mark) == 0;
	(void)control, (void)before;
	return after != NULL && strcmp(after, "refused") == 0 && !allowed &&
		blank != NULL && strncmp(blank, " at ", 4) == 0;
}
