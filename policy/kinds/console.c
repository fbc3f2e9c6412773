#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/kinds/console_scene.h"
#include "policy/models/software.h"

enum {
	SHOWN_MAX = 20, /* findings of one sort for a service */
	NAMES_MAX = 5, /* users named in one finding */
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
		.help = "what must refuse the others; each listed one must hold: the "
			"rules of pam_access, or pam_holdfast.so",
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
	const struct value *only = value_find(control->keys, "only");
	if (only != NULL && only->count == 0)
		problems_add(problems, only->at,
			"console.only: name at least one user, or nobody can log in");
	if (only != NULL && console_through(control, "module"))
		console_validate_module(control, problems);
}

static void
judge_stack(const struct console_scene *scene, struct findings *findings)
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
			finding_have(finding,
				consults->is_passed
					? "the stack can be passed without pam_access.so"
					: "pam_access.so is asked in vain");
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
join_origins(const struct console_scene *scene, size_t person, enum access_answer answer)
{
	autobuffer struct buffer text = { 0 };
	size_t count = 0;
	for (size_t i = 0; i < scene->origin_count; i++)
		if (console_decision(scene, person, i)->answer == answer)
			buffer_printf(&text, "%s%s", count++ > 0 ? ", " : "",
				scene->origins[i]);
	return count == scene->origin_count ? memory_text("every terminal")
					    : buffer_take(&text);
}

/* The group by which RULE excepts USER, though it means another user; NULL. */
static const char *
excepting_group(const struct console_scene *scene, const struct access_rule *rule,
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
explain(const struct console_scene *scene, struct finding *finding, size_t person,
	size_t origin)
{
	const struct access_decision *decision = console_decision(scene, person, origin);
	const struct access_decision *others = console_decision(scene, 0, origin);
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
			: "no rule matches, up to the last line; that admits");
	finding_evidence_end(finding, scene->conf.main, scene->conf.main->bytes.size);
}

/* People who get ANSWER from somewhere and should not, one finding for all that the same
 * rule decides on. */
static size_t
report_people(const struct console_scene *scene, bool allowed, enum access_answer answer,
	enum verdict verdict, struct findings *findings)
{
	autofree bool *is_told = memory_new(scene->people.count, sizeof *is_told);
	autofree char *only = join_only(scene->control);
	size_t shown = 0;
	for (size_t i = 0; i < scene->people.count && shown < SHOWN_MAX; i++) {
		size_t origin = console_origin_with(scene, i, answer), count = 0;
		autobuffer struct buffer names = { 0 };
		if (origin == scene->origin_count || is_told[i] ||
			console_allows(scene, &scene->people.items[i]) != allowed ||
			!console_can_log_in(&scene->people.items[i]))
			continue;
		const struct access_rule *rule = console_decision(scene, i, origin)->rule;
		bool everybody = i == 0 && rule == NULL;
		for (size_t k = i; k < scene->people.count; k++) {
			const struct access_person *person = &scene->people.items[k];
			if (console_allows(scene, person) != allowed ||
				!console_can_log_in(person))
				continue;
			if (console_origin_with(scene, k, answer) != origin ||
				console_decision(scene, k, origin)->rule != rule) {
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

/* The first rule that admits from a terminal by its name; NULL. */
static const struct access_rule *
names_terminal(const struct console_scene *scene)
{
	for (size_t i = 0; i < scene->conf.count; i++) {
		const struct access_rule *rule = &scene->conf.rules[i];
		for (size_t k = 0; k < rule->origin_count; k++)
			if (rule->answer == ACCESS_ADMITTED &&
				strncasecmp(scene->conf.tokens[rule->origins + k], "tty",
					3) == 0)
				return rule;
	}
	return NULL;
}

/* CVE-2024-10963: from 1.5.3 to 1.7.0 a host that is called like the terminal matches
 * too. A distribution may have repaired its own package, so this is a remark. */
static void
warn_of_names(const struct console_scene *scene, struct buffer *why)
{
	const struct access_rule *rule = names_terminal(scene);
	if (rule == NULL)
		return;
	struct software software = software_find(scene->context, "pam");
	const char *version = software.version ? strchr(software.version, ':') : NULL;
	version = version ? version + 1 : software.version;
	if (version != NULL &&
		(strncmp(version, "1.5.3", 5) == 0 || strncmp(version, "1.6.", 4) == 0 ||
			strncmp(version, "1.7.0", 5) == 0))
		buffer_printf(why,
			"%sin Linux-PAM %s a remote host called like the terminal may "
			"match "
			"a terminal's name (CVE-2024-10963): LOCAL is safe",
			why->size > 0 ? "; " : "", version);
	software_free(&software);
}

static void
report_pass(const struct console_scene *scene, struct findings *findings)
{
	autofree char *only = join_only(scene->control);
	autobuffer struct buffer spared = { 0 };
	struct finding *finding = findings_add(
		findings, VERDICT_PASS, "console login by %s", scene->service);
	finding_want(finding, "only %s", only);
	finding_have(finding, "only %s is admitted", only);
	for (size_t i = 1; i < scene->people.count && spared.size < 200; i++)
		if (console_origin_with(scene, i, ACCESS_ADMITTED) <
				scene->origin_count &&
			!console_allows(scene, &scene->people.items[i]))
			buffer_printf(&spared, "%s%s", spared.size > 0 ? ", " : "",
				scene->people.items[i].name);
	if (spared.size > 0)
		buffer_text(&spared,
			" would be admitted too, but have no password or no shell");
	warn_of_names(scene, &spared);
	if (spared.size > 0)
		finding_why(finding, "%s", spared.data);
	const struct access_rule *rule = console_decision(scene, 0, 0)->rule;
	if (rule != NULL)
		finding_evidence(finding, rule->place.file, rule->place.offset);
}

void
console_judge_people(const struct console_scene *scene, struct findings *findings)
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
	for (size_t i = 0; i < console_service_count(control); i++) {
		const char *service = console_service_name(control, i);
		if (console_through(control, "access.conf")) {
			struct console_scene scene;
			console_scene_open(context, control, service, &scene);
			judge_stack(&scene, findings);
			console_judge_people(&scene, findings);
			console_scene_close(&scene);
		}
		if (console_through(control, "module"))
			console_judge_module(context, control, service, findings);
	}
}

const struct kind kind_console = {
	.name = "console",
	.summary = "who may log in at the console",
	.keys = keys,
	.lenses = 1u << LENS_ACCESS,
	.validate = validate,
	.check = check,
	.remedy = console_remedy,
	.answers = console_answers,
	.wants = console_wants,
};
