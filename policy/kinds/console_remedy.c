#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/kinds/console_scene.h"

/* "-:ALL EXCEPT root (wheel):LOCAL", with the separators that the module's line sets. */
static char *
rule_text(const struct console_scene *scene)
{
	const struct access_settings *settings = &scene->rules->conf.settings;
	const struct principals *principals = scene->facts->principals;
	const struct value *only = value_find(scene->facts->control->keys, "only");
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
		for (size_t k = 0; k < principals->user_count; k++) {
			const struct principal *user = &principals->users[k];
			autofree char *uid = memory_printf("%u", user->uid);
			if (strcmp(uid, wanted) == 0)
				buffer_printf(&text, "%.1s%s", item, user->name);
		}
	}
	buffer_printf(&text, "%.1sLOCAL", field);
	return buffer_take(&text);
}

/* Whether others may be in the group that is called like a user, as far as other sources
 * than this root's files know. */
static bool
may_be_group(const struct principals *principals, const char *name)
{
	gid_t gid;
	return !principals->groups_complete ||
		(!principals->users_complete && principals_group(principals, name, &gid));
}

/* Whether the rule would except others than those of `only`, by a group that is called
 * like one of them. */
static bool
excepts_group(const struct console_scene *scene)
{
	const struct console_facts *facts = scene->facts;
	const struct access_people *people = &scene->rules->people;
	const struct value *only = value_find(facts->control->keys, "only");
	if (scene->rules->conf.settings.only_marked_groups)
		return false;
	for (size_t i = 0; i < only->count; i++) {
		if (may_be_group(facts->principals, only->items[i].text))
			return true;
		for (size_t k = 1; k < people->count; k++) {
			const struct access_person *person = &people->items[k];
			if (person->user != NULL && !console_allows(facts, person) &&
				console_can_log_in(scene, person) &&
				principals_in_group(facts->principals, person->user,
					only->items[i].text))
				return true;
		}
	}
	return false;
}

/* The first rule of the main file that admits somebody who is not to be admitted; NULL
 * when none of its rules does. */
static const struct access_rule *
first_admitting(const struct console_scene *scene)
{
	const struct access_people *people = &scene->rules->people;
	const struct access_rule *first = NULL;
	for (size_t i = 0; i < people->count; i++) {
		if (console_allows(scene->facts, &people->items[i]))
			continue;
		for (size_t k = 0; k < scene->console_count; k++) {
			const struct access_decision *decision = console_decision(
				scene, i, k);
			if (decision->answer != ACCESS_REFUSED &&
				decision->rule != NULL &&
				decision->rule->place.file == scene->rules->conf.main &&
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
	const struct access_people *people = &scene->rules->people;
	for (size_t i = 1; i < people->count; i++) {
		const struct access_person *person = &people->items[i];
		size_t origin = console_origin_with(scene, i, ACCESS_REFUSED);
		if (origin < scene->console_count &&
			console_allows(scene->facts, person) &&
			console_can_log_in(scene, person))
			return error_set(err,
				"%s refuses %s from %s: lines that refuse are not taken "
				"away",
				scene->rules->conf.main->path, person->name,
				scene->origins[origin].name);
	}
	return 0;
}

static int
add_rule(const struct console_scene *scene, struct edits *edits, struct error *err)
{
	const struct access_conf *conf = &scene->rules->conf;
	const struct file *file = conf->main;
	const struct access_rule *before = first_admitting(scene);
	autofree char *rule = rule_text(scene);
	autofree char *only = console_only(scene->facts);
	if (check_refused(scene, err) < 0)
		return -1;
	if (before != NULL && before->for_all)
		return error_set(err, "%s: %s", file->path, before->reason);
	if (file->state == FILE_ABSENT && !file->is_link) {
		autofree char *text = memory_printf("%s\n", rule);
		edits_create(edits, file->target, 0644, text,
			"access.conf: at the console only %s", only);
		return 0;
	}
	if (file->state != FILE_READ)
		return error_set(err, "%s: it can't be edited", file->path);
	const struct bytes bytes = file->bytes;
	const char *end = memchr(bytes.data, '\n', bytes.size);
	const char *newline = end != NULL && end > bytes.data && end[-1] == '\r' ? "\r\n"
										 : "\n";
	bool unended = bytes.size > 0 && bytes.data[bytes.size - 1] != '\n';
	size_t last = conf->last_unended;
	/* a last line without newline is void: it must not come to life */
	bool spares_last = unended && last < bytes.size && bytes.data[last] != '#';
	size_t at = before ? before->place.offset : spares_last ? last : bytes.size;
	autofree char *text = memory_printf(
		"%s%s%s", unended && at == bytes.size ? newline : "", rule, newline);
	edits_splice(
		edits, file, at, 0, text, "access.conf: at the console only %s", only);
	return 0;
}

static bool
is_wanted(const struct console_scene *scene, const char *name)
{
	const struct value *only = value_find(scene->facts->control->keys, "only");
	for (size_t i = 0; i < only->count; i++)
		if (strcasecmp(only->items[i].text, name) == 0)
			return true;
	return false;
}

/* Whether RULE is about terminals alone. */
static bool
is_local(const struct access_conf *conf, const struct access_rule *rule)
{
	static const char *const names[] = { "LOCAL", "EXCEPT", "tty", "hvc", "console",
		"pts/", ":", NULL };
	for (size_t i = 0; i < rule->origin_count; i++) {
		const char *token = conf->tokens[rule->origins + i];
		const char *const *name = names;
		while (*name != NULL && strncasecmp(token, *name, strlen(*name)) != 0)
			name++;
		if (*name == NULL)
			return false;
	}
	return true;
}

/* With nodefgroup a rule whose bare name is meant as a group lets its members go, or in,
 * from wherever it says. What excepts those of the policy at terminals is what nodefgroup
 * is for; from elsewhere it would shut a way that nobody asked about. */
static int
check_groups(const struct console_scene *scene, struct error *err)
{
	const struct access_conf *conf = &scene->rules->conf;
	for (size_t i = 0; i < conf->count; i++) {
		const struct access_rule *rule = &conf->rules[i];
		bool is_exception = rule->answer == ACCESS_ADMITTED;
		for (size_t k = 0; k < rule->user_count; k++) {
			const char *token = conf->tokens[rule->users + k];
			autofree char *name = memory_copy(token, strcspn(token, "@"));
			if (strcasecmp(token, "EXCEPT") == 0)
				is_exception = !is_exception;
			else if (strcasecmp(name, "ALL") != 0 &&
				strchr("@(", *name) == NULL &&
				!(is_exception && is_wanted(scene, name) &&
					is_local(conf, rule)) &&
				access_people_have_group(&scene->rules->people, token))
				return error_set(err,
					"%s: with nodefgroup '%s' of a rule is no group "
					"any more; "
					"write (%s) there",
					rule->place.file->path, token, name);
		}
	}
	return 0;
}

/* Bare names in the rules shall mean users alone. */
static int
mend_names(struct console_scene *scene, struct edits *edits, struct error *err)
{
	static const char wanted[] = "nodefgroup";
	if (!excepts_group(scene))
		return 0;
	if (check_groups(scene, err) < 0 ||
		console_add_argument(
			scene, &scene->consults, "pam_access.so", wanted, edits, err) < 0)
		return -1;
	autofree char *arguments = memory_printf(
		"%s %s", wanted, scene->consults.arguments);
	console_scene_judge(scene, arguments);
	return 0;
}

static int
mend_stack(struct console_scene *scene, struct edits *edits, struct error *err)
{
	const struct pam_consults *consults = &scene->consults;
	switch (consults->reach) {
	case PAM_NOT_THERE:
		return console_ask(scene, "account\trequired\tpam_access.so nodefgroup",
			"PAM: access.conf is consulted", edits, err);
	case PAM_NOT_BINDING:
		return error_set(err,
			"%s: the line of pam_access.so does not decide (%s): move it up",
			consults->path, consults->reason);
	case PAM_REFUSES:
	case PAM_UNSURE:
		return error_set(err, "%s: %s", consults->path, consults->reason);
	case PAM_REACHED:
		break;
	}
	return mend_names(scene, edits, err);
}

static int
access_remedy(struct console_scene *scene, struct edits *edits, struct error *err)
{
	const struct file *file = scene->rules->conf.main;
	if (mend_stack(scene, edits, err) < 0)
		return -1;
	bool is_done = holds(scene);
	for (size_t k = 0; k < edits->count && !is_done; k++)
		is_done = strcmp(edits->items[k].file, file->target) == 0;
	return is_done ? 0 : add_rule(scene, edits, err);
}

/* What a person has to see to. */
static int
check_others(const struct console_facts *facts, struct error *err)
{
	struct findings findings = { 0 };
	const struct finding *bad = NULL;
	if (console_asks_gettys(facts->control))
		console_judge_gettys(facts, &findings);
	console_judge_displays(facts, &findings);
	for (size_t i = 0; i < findings.count && bad == NULL; i++)
		if (findings.items[i].verdict != VERDICT_PASS)
			bad = &findings.items[i];
	int result = bad == NULL
		? 0
		: error_set(err,
			  "%s: %s: gettys and display managers are not changed, "
			  "put it right first",
			  bad->subject, bad->have ? bad->have : bad->why);
	findings_free(&findings);
	return result;
}

int
console_remedy(const struct context *context, const struct control *control,
	struct edits *edits, struct error *err)
{
	struct console_facts facts;
	console_facts_open(context, control, &facts);
	int result = console_check_only(&facts, err);
	if (result == 0)
		result = check_others(&facts, err);
	for (size_t i = 0; i < console_service_count(control) && result == 0; i++) {
		struct console_scene scene;
		console_scene_open(&facts, console_service_name(control, i), &scene);
		if (console_through(control, "access.conf"))
			result = access_remedy(&scene, edits, err);
		if (result == 0 && console_through(control, "module"))
			result = console_module_remedy(&scene, i == 0, edits, err);
		console_scene_close(&scene);
	}
	console_facts_close(&facts);
	return result;
}
