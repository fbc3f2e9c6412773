#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/kinds/kind.h"
#include "policy/models/access_conf.h"
#include "policy/models/pam_stack.h"

enum {
	ORIGINS_MAX = 64, /* terminals judged */
	SHOWN_MAX = 20, /* findings of one sort for a service */
	NAMES_MAX = 5, /* users named in one finding */
	SERVICES_MAX = 100, /* other services whose stacks are looked at */
};

static const char *const throughs[] = { "access.conf", "module", NULL };

static const struct key keys[] = {
	{ .name = "only",
		.type = KEY_TEXTS,
		.required = true,
		.help = "who may log in at the console: users, (groups), uids; nobody "
			"else",
		.example = "[root, (wheel)]" },
	{ .name = "through",
		.type = KEY_TEXTS,
		.required = true,
		.choices = throughs,
		.help = "what must refuse the others; each listed one must hold",
		.example = "[access.conf]" },
	{ .name = "services",
		.type = KEY_TEXTS,
		.help = "the PAM services of the console",
		.otherwise = "[login]",
		.example = "[login, gdm-password]" },
	{ 0 },
};

static void
validate(const struct control *control, struct problems *problems)
{
	const struct value *through = value_find(control->keys, "through"),
			   *only = value_find(control->keys, "only");
	for (size_t i = 0; through != NULL && i < through->count; i++)
		if (strcmp(through->items[i].text, "module") == 0)
			problems_add(problems, through->items[i].at,
				"console.through: the module is not available in this "
				"version");
	if (only != NULL && only->count == 0)
		problems_add(problems, only->at,
			"console.only: name at least one user, or nobody can log in");
}

static size_t
service_count(const struct control *control)
{
	const struct value *services = value_find(control->keys, "services");
	return services != NULL && services->count > 0 ? services->count : 1;
}

static const char *
service_name(const struct control *control, size_t index)
{
	const struct value *services = value_find(control->keys, "services");
	return services != NULL && services->count > 0 ? services->items[index].text
						       : "login";
}

/* All that is known about one service. */
struct scene {
	const struct control *control;
	const char *service;
	struct pam_consults consults;
	struct principals principals;
	struct access_conf conf;
	struct access_people people;
	char **extra; /* names for access_people_find */
	size_t extra_count;
	char *origins[ORIGINS_MAX];
	size_t origin_count;
	struct access_decision *decisions; /* people->count a row, a row an origin */
};

static void
add_origin(struct scene *scene, const char *origin)
{
	for (size_t i = 0; i < scene->origin_count; i++)
		if (strcasecmp(scene->origins[i], origin) == 0)
			return;
	if (scene->origin_count < ORIGINS_MAX)
		scene->origins[scene->origin_count++] = memory_text(origin);
}

static bool
starts_with(const char *text, const char *const *beginnings)
{
	for (; *beginnings != NULL; beginnings++)
		if (strncasecmp(text, *beginnings, strlen(*beginnings)) == 0)
			return true;
	return false;
}

/* The terminals of a console, and those that the rules name; display managers say ":0".
 */
static void
find_origins(struct scene *scene)
{
	static const char *const terminals[] = { "tty1", "tty2", "tty3", "tty4", "tty5",
		"tty6", "ttyS0", "hvc0", "console", NULL };
	static const char *const displays[] = { ":0", "tty7", NULL };
	static const char *const managers[] = { "gdm", "lightdm", "sddm", "xdm", "kdm",
		"kde", "wdm", "slim", "lxdm", NULL };
	static const char *const names[] = { "tty", "hvc", "xvc", "hvsi", "vc/",
		"console", "sclp", NULL };
	const char *const *origins = starts_with(scene->service, managers) ? displays
									   : terminals;
	for (; *origins != NULL; origins++)
		add_origin(scene, *origins);
	for (size_t i = 0; i < scene->conf.count; i++) {
		const struct access_rule *rule = &scene->conf.rules[i];
		for (size_t k = 0; k < rule->origin_count; k++) {
			const char *token = scene->conf.tokens[rule->origins + k];
			if (starts_with(token, names))
				add_origin(scene, token);
		}
	}
}

static bool
is_allowed(const struct scene *scene, const struct access_person *person)
{
	const struct value *only = value_find(scene->control->keys, "only");
	for (size_t i = 0; person->name != NULL && i < only->count; i++) {
		const char *wanted = only->items[i].text;
		size_t length = strlen(wanted);
		if (strcmp(wanted, person->name) == 0)
			return true;
		if (person->user == NULL)
			continue;
		if (wanted[0] == '(' && wanted[length - 1] == ')') {
			autofree char *group = memory_copy(wanted + 1, length - 2);
			if (principals_in_group(&scene->principals, person->user, group))
				return true;
		} else if (wanted[strspn(wanted, "0123456789")] == '\0') {
			autofree char *uid = memory_printf("%u", person->user->uid);
			if (strcmp(uid, wanted) == 0)
				return true;
		}
	}
	return false;
}

/* Whether the account could give a session at all. */
static bool
can_log_in(const struct access_person *person)
{
	return person->user == NULL || (!person->user->locked && !person->user->no_shell);
}

/* Names that `only` is about: users, members of groups, and of groups that are called
 * like a user, which a bare name in a rule means too. */
static void
find_extra(struct scene *scene)
{
	const struct value *only = value_find(scene->control->keys, "only");
	for (size_t i = 0; i < scene->principals.user_count; i++) {
		const struct principal *user = &scene->principals.users[i];
		struct access_person person = { user->name, user };
		bool wanted = is_allowed(scene, &person);
		for (size_t k = 0; k < only->count && !wanted; k++)
			wanted = principals_in_group(
				&scene->principals, user, only->items[k].text);
		if (!wanted)
			continue;
		scene->extra = memory_grow(
			scene->extra, scene->extra_count, sizeof *scene->extra);
		scene->extra[scene->extra_count++] = user->name;
	}
	scene->extra = memory_grow(
		scene->extra, scene->extra_count, sizeof *scene->extra);
	scene->extra[scene->extra_count] = NULL;
}

static void
scene_open(const struct context *context, const struct control *control,
	const char *service, struct scene *ret_scene)
{
	struct access_settings settings;
	*ret_scene = (struct scene){ .control = control, .service = service };
	pam_stack_consults(
		context, service, "account", "pam_access.so", &ret_scene->consults);
	access_settings_read(ret_scene->consults.arguments, &settings);
	access_conf_read(context, &settings, &ret_scene->conf);
	principals_read(context->host, &ret_scene->principals);
	find_extra(ret_scene);
	access_people_find(&ret_scene->conf, &ret_scene->principals, ret_scene->extra,
		&ret_scene->people);
	find_origins(ret_scene);
	ret_scene->decisions = memory_new(
		ret_scene->people.count * ret_scene->origin_count,
		sizeof *ret_scene->decisions);
	for (size_t i = 0; i < ret_scene->origin_count; i++)
		access_judge(&ret_scene->conf, &ret_scene->people, ret_scene->origins[i],
			false, 0, ret_scene->decisions + i * ret_scene->people.count);
}

static void
scene_close(struct scene *scene)
{
	pam_consults_free(&scene->consults);
	access_conf_free(&scene->conf);
	access_people_free(&scene->people);
	principals_free(&scene->principals);
	for (size_t i = 0; i < scene->origin_count; i++)
		free(scene->origins[i]);
	free(scene->extra);
	free(scene->decisions);
	*scene = (struct scene){ 0 };
}

static const struct access_decision *
decision_at(const struct scene *scene, size_t person, size_t origin)
{
	return &scene->decisions[origin * scene->people.count + person];
}

/* The first origin from which PERSON gets ANSWER; origin_count when from none. */
static size_t
origin_with(const struct scene *scene, size_t person, enum access_answer answer)
{
	size_t i = 0;
	while (i < scene->origin_count && decision_at(scene, person, i)->answer != answer)
		i++;
	return i;
}

static void
judge_stack(const struct scene *scene, struct findings *findings)
{
	static const enum verdict verdicts[] = {
		[PAM_REACHED] = VERDICT_PASS,
		[PAM_NOT_THERE] = VERDICT_FAIL,
		[PAM_NOT_BINDING] = VERDICT_FAIL,
		[PAM_UNSURE] = VERDICT_UNKNOWN,
	};
	const struct pam_consults *consults = &scene->consults;
	struct finding *finding = findings_add(findings, verdicts[consults->reach],
		"account stack of %s", scene->service);
	finding_want(finding, "pam_access.so is asked");
	if (consults->reach == PAM_REACHED) {
		finding_have(finding, "pam_access.so is asked");
	} else if (consults->reach == PAM_NOT_THERE) {
		finding_have(finding, "no pam_access.so");
		finding_why(finding,
			"access.conf is not consulted by %s: no pam_access in its "
			"account "
			"stack%s",
			scene->service,
			consults->commented.file ? "; the line is commented out" : "");
	} else {
		finding_have(finding, "not known whether it decides");
		finding_why(finding, "%s", consults->reason);
		if (consults->reach == PAM_NOT_BINDING)
			finding_have(finding, "pam_access.so is asked in vain");
	}
	if (consults->place.file != NULL)
		finding_evidence(finding, consults->place.file, consults->place.offset);
	else if (consults->commented.file != NULL)
		finding_evidence(
			finding, consults->commented.file, consults->commented.offset);
	else
		finding_evidence_file(finding, consults->path);
}

static char *
join_only(const struct control *control)
{
	const struct value *only = value_find(control->keys, "only");
	autobuffer struct buffer text = { 0 };
	for (size_t i = 0; i < only->count; i++)
		buffer_printf(&text, "%s%s", i > 0 ? ", " : "", only->items[i].text);
	return buffer_take(&text);
}

/* "tty1, ttyS0" or "every terminal": from where PERSON gets ANSWER. */
static char *
join_origins(const struct scene *scene, size_t person, enum access_answer answer)
{
	autobuffer struct buffer text = { 0 };
	size_t count = 0;
	for (size_t i = 0; i < scene->origin_count; i++)
		if (decision_at(scene, person, i)->answer == answer)
			buffer_printf(&text, "%s%s", count++ > 0 ? ", " : "",
				scene->origins[i]);
	return count == scene->origin_count ? memory_text("every terminal")
					    : buffer_take(&text);
}

/* The group by which RULE excepts USER, though it means another user; NULL. */
static const char *
excepting_group(const struct scene *scene, const struct access_rule *rule,
	const struct principal *user)
{
	for (size_t i = 0; user != NULL && i < rule->user_count; i++) {
		const char *token = scene->conf.tokens[rule->users + i];
		if (strcasecmp(token, user->name) != 0 &&
			principals_in_group(&scene->principals, user, token))
			return token;
	}
	return NULL;
}

/* Why PERSON gets his answer from the origin at index ORIGIN. */
static void
explain(const struct scene *scene, struct finding *finding, size_t person, size_t origin)
{
	const struct access_decision *decision = decision_at(scene, person, origin);
	const struct access_decision *others = decision_at(scene, 0, origin);
	const struct access_rule *rule = decision->rule;
	const char *group = NULL;
	if (rule != NULL)
		finding_evidence(finding, rule->place.file, rule->place.offset);
	if (rule != NULL && rule->for_all) {
		finding_why(finding, "%s", rule->reason);
		return;
	}
	if (decision->answer == ACCESS_UNKNOWN) {
		finding_why(finding,
			"the line rests on a netgroup, a host's name or names that "
			"another source than this root's files may know");
		return;
	}
	if (decision->answer == ACCESS_REFUSED) {
		finding_why(finding, "the first matching line refuses");
		return;
	}
	if (others->rule != NULL && others->answer == ACCESS_REFUSED &&
		!others->rule->for_all)
		group = excepting_group(
			scene, others->rule, scene->people.items[person].user);
	if (group != NULL) {
		finding_evidence(
			finding, others->rule->place.file, others->rule->place.offset);
		finding_why(finding,
			"the line excepts '%s', which without nodefgroup is the group "
			"of that name too",
			group);
		return;
	}
	size_t next = rule ? (size_t)(rule - scene->conf.rules) + 1 : 0;
	autofree struct access_decision *later = memory_new(
		scene->people.count, sizeof *later);
	if (rule != NULL) {
		access_judge(&scene->conf, &scene->people, scene->origins[origin], false,
			next, later);
		if (later[person].answer == ACCESS_REFUSED) {
			finding_why(finding,
				"the first matching line admits; the later one that "
				"would "
				"refuse is never reached");
			finding_evidence(finding, later[person].rule->place.file,
				later[person].rule->place.offset);
		} else {
			finding_why(finding, "the first matching line admits");
		}
		return;
	}
	if (scene->conf.void_count > 0) {
		finding_why(finding,
			"no rule matches, which admits; this line is void: %s",
			scene->conf.void_reasons[0]);
		for (size_t i = 0; i < scene->conf.void_count && i < 3; i++)
			finding_evidence(finding, scene->conf.voids[i].file,
				scene->conf.voids[i].offset);
		return;
	}
	finding_why(finding,
		scene->conf.main->state == FILE_ABSENT
			? "there is no access.conf, which admits"
			: "no rule matches, which admits");
	finding_evidence_file(finding, scene->conf.main->path);
}

/* People who get ANSWER from somewhere and should not, one finding for all that the same
 * rule decides on. */
static size_t
report_people(const struct scene *scene, bool allowed, enum access_answer answer,
	enum verdict verdict, struct findings *findings)
{
	autofree bool *is_told = memory_new(scene->people.count, sizeof *is_told);
	autofree char *only = join_only(scene->control);
	size_t shown = 0;
	for (size_t i = 0; i < scene->people.count && shown < SHOWN_MAX; i++) {
		size_t origin = origin_with(scene, i, answer), count = 0;
		autobuffer struct buffer names = { 0 };
		if (origin == scene->origin_count || is_told[i] ||
			is_allowed(scene, &scene->people.items[i]) != allowed ||
			!can_log_in(&scene->people.items[i]))
			continue;
		const struct access_rule *rule = decision_at(scene, i, origin)->rule;
		bool everybody = i == 0 && rule == NULL;
		for (size_t k = i; k < scene->people.count; k++) {
			const struct access_person *person = &scene->people.items[k];
			if (is_allowed(scene, person) != allowed || !can_log_in(person))
				continue;
			if (origin_with(scene, k, answer) != origin ||
				decision_at(scene, k, origin)->rule != rule) {
				everybody = false;
				continue;
			}
			is_told[k] = true;
			if (count++ < NAMES_MAX)
				buffer_printf(&names, "%s%s", count > 1 ? ", " : "",
					person->name ? person->name : "any other user");
		}
		if (count > NAMES_MAX)
			buffer_printf(&names, ", %zu more", count - NAMES_MAX);
		autofree char *who = buffer_take(&names);
		autofree char *where = join_origins(scene, i, answer);
		struct finding *finding = findings_add(
			findings, verdict, "console login by %s", scene->service);
		finding_want(finding, "%s%s", allowed ? "admitted: " : "only ", only);
		finding_have(finding, "%s %s from %s", everybody ? "everybody" : who,
			answer == ACCESS_ADMITTED          ? "is admitted"
				: answer == ACCESS_REFUSED ? "is refused"
							   : "may be admitted",
			where);
		explain(scene, finding, i, origin);
		shown++;
	}
	return shown;
}

static void
report_pass(const struct scene *scene, struct findings *findings)
{
	autofree char *only = join_only(scene->control);
	autobuffer struct buffer spared = { 0 };
	struct finding *finding = findings_add(
		findings, VERDICT_PASS, "console login by %s", scene->service);
	finding_want(finding, "only %s", only);
	finding_have(finding, "only %s is admitted", only);
	for (size_t i = 1; i < scene->people.count && spared.size < 200; i++)
		if (origin_with(scene, i, ACCESS_ADMITTED) < scene->origin_count &&
			!is_allowed(scene, &scene->people.items[i]))
			buffer_printf(&spared, "%s%s", spared.size > 0 ? ", " : "",
				scene->people.items[i].name);
	if (spared.size > 0)
		finding_why(finding,
			"%s would be admitted too, but have no password or no shell",
			spared.data);
	const struct access_rule *rule = decision_at(scene, 0, 0)->rule;
	if (rule != NULL)
		finding_evidence(finding, rule->place.file, rule->place.offset);
}

static void
judge_people(const struct scene *scene, struct findings *findings)
{
	size_t bad = report_people(
			     scene, false, ACCESS_ADMITTED, VERDICT_FAIL, findings) +
		report_people(scene, true, ACCESS_REFUSED, VERDICT_FAIL, findings);
	size_t open = report_people(
			      scene, false, ACCESS_UNKNOWN, VERDICT_UNKNOWN, findings) +
		report_people(scene, true, ACCESS_UNKNOWN, VERDICT_UNKNOWN, findings);
	if (bad == 0 && open == 0)
		report_pass(scene, findings);
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	for (size_t i = 0; i < service_count(control); i++) {
		struct scene scene;
		scene_open(context, control, service_name(control, i), &scene);
		judge_stack(&scene, findings);
		judge_people(&scene, findings);
		scene_close(&scene);
	}
}

/* "-:ALL EXCEPT root (wheel):LOCAL", with the separators that the module's line sets. */
static char *
rule_text(const struct scene *scene)
{
	const struct access_settings *settings = &scene->conf.settings;
	const struct value *only = value_find(scene->control->keys, "only");
	char field = strchr(settings->field_separators, ':')
		? ':'
		: settings->field_separators[0];
	char item = strchr(settings->list_separators, ' ') ? ' '
							   : settings->list_separators[0];
	autobuffer struct buffer text = { 0 };
	buffer_printf(&text, "-%cALL%cEXCEPT", field, item);
	for (size_t i = 0; i < only->count; i++) {
		const char *wanted = only->items[i].text;
		if (wanted[strspn(wanted, "0123456789")] != '\0') {
			buffer_printf(&text, "%c%s", item, wanted);
			continue;
		}
		/* uids mean something to pam_access from 1.7.0 on only: name the users */
		for (size_t k = 0; k < scene->principals.user_count; k++) {
			const struct principal *user = &scene->principals.users[k];
			autofree char *uid = memory_printf("%u", user->uid);
			if (strcmp(uid, wanted) == 0)
				buffer_printf(&text, "%c%s", item, user->name);
		}
	}
	buffer_printf(&text, "%cLOCAL", field);
	return buffer_take(&text);
}

/* Refuses where the rule would except others than those of `only`. */
static int
check_groups(const struct scene *scene, struct error *err)
{
	const struct value *only = value_find(scene->control->keys, "only");
	for (size_t i = 0; i < only->count && !scene->conf.settings.only_marked_groups;
		i++)
		for (size_t k = 1; k < scene->people.count; k++) {
			const struct access_person *person = &scene->people.items[k];
			if (person->user != NULL && !is_allowed(scene, person) &&
				can_log_in(person) &&
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
first_admitting(const struct scene *scene)
{
	const struct access_rule *first = NULL;
	for (size_t i = 0; i < scene->people.count; i++) {
		if (is_allowed(scene, &scene->people.items[i]))
			continue;
		for (size_t k = 0; k < scene->origin_count; k++) {
			const struct access_decision *decision = decision_at(scene, i, k);
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
holds(const struct scene *scene)
{
	struct findings findings = { 0 };
	judge_people(scene, &findings);
	bool result = findings_verdict(&findings) == VERDICT_PASS;
	findings_free(&findings);
	return result;
}

static int
add_rule(const struct scene *scene, struct edits *edits, struct error *err)
{
	static const char why[] = "access.conf: at the console only those of the policy";
	const struct file *file = scene->conf.main;
	const struct access_rule *before = first_admitting(scene);
	autofree char *rule = rule_text(scene);
	if (check_groups(scene, err) < 0)
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
remedy(const struct context *context, const struct control *control, struct edits *edits,
	struct error *err)
{
	int result = 0;
	for (size_t i = 0; i < service_count(control) && result == 0; i++) {
		struct scene scene;
		scene_open(context, control, service_name(control, i), &scene);
		bool is_done = holds(&scene);
		for (size_t k = 0; k < edits->count && !is_done; k++)
			is_done = strcmp(edits->items[k].file, scene.conf.main->target) ==
				0;
		if (scene.consults.reach != PAM_REACHED)
			result = error_set(err,
				"%s: add 'account required pam_access.so' where it "
				"decides "
				"(%s)",
				scene.consults.path, scene.consults.reason);
		else if (!is_done)
			result = add_rule(&scene, edits, err);
		scene_close(&scene);
	}
	return result;
}

/* Subjects: "login at tty1 by bob" for a terminal, "login from 192.0.2.1 by bob" for
 * what the control does not ask for; those whom it admits carry a mark. */
static const char allowed_mark[] = " (allowed)";

static void
answer_from(const struct scene *scene, const char *service, const char *origin,
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
			is_allowed(scene, person) ? allowed_mark : "");
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
		for (size_t k = 0; k < service_count(control); k++)
			is_own = is_own ||
				strcmp(list.names[i], service_name(control, k)) == 0;
		if (is_own)
			continue;
		pam_stack_consults(
			context, list.names[i], "account", "pam_access.so", &consults);
		if (consults.reach == PAM_REACHED || consults.reach == PAM_UNSURE) {
			struct scene scene;
			scene_open(context, control, list.names[i], &scene);
			answer_from(&scene, list.names[i], list.names[i], false, false,
				answers);
			scene_close(&scene);
			count++;
		}
		pam_consults_free(&consults);
	}
	name_list_free(&list);
}

static void
answer(const struct context *context, const struct control *control,
	struct answers *answers)
{
	static const char *const remotes[] = { "192.0.2.1", "10.0.0.1", "2001:db8::1",
		NULL };
	for (size_t i = 0; i < service_count(control); i++) {
		const char *service = service_name(control, i);
		struct scene scene;
		scene_open(context, control, service, &scene);
		for (size_t k = 0; k < scene.origin_count; k++)
			answer_from(
				&scene, service, scene.origins[k], false, true, answers);
		for (const char *const *remote = remotes; *remote != NULL; remote++)
			answer_from(&scene, service, *remote, true, false, answers);
		scene_close(&scene);
	}
	answer_others(context, control, answers);
}

static bool
wants(const struct control *control, const char *subject, const char *before,
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

const struct kind kind_console = {
	.name = "console",
	.summary = "who may log in at the console",
	.keys = keys,
	.lenses = 1u << LENS_ACCESS | 1u << LENS_PAM,
	.validate = validate,
	.check = check,
	.remedy = remedy,
	.answers = answer,
	.wants = wants,
};
