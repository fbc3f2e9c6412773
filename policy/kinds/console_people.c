/* Whom access.conf lets in at the console, whatever the stack makes of that. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "policy/kinds/console_scene.h"
#include "policy/models/packages/software.h"

enum {
	SHOWN_MAX = 20, /* findings of one sort for a service */
	NAMES_MAX = 5, /* users named in one finding */
};

/* "tty1, ttyS0" or "every terminal": from where PERSON gets ANSWER. */
static char *
join_origins(const struct console_scene *scene, size_t person, enum access_answer answer)
{
	autobuffer struct buffer text = { 0 };
	size_t count = 0;
	for (size_t i = 0; i < scene->console_count; i++)
		if (console_decision(scene, person, i)->answer == answer)
			buffer_printf(&text, "%s%s", count++ > 0 ? ", " : "",
				scene->origins[i].name);
	return count == scene->console_count ? memory_text("every terminal")
					     : buffer_take(&text);
}

/* The group by which RULE excepts USER, though it means another user; NULL. */
static const char *
excepting_group(const struct console_scene *scene, const struct access_rule *rule,
	const struct principal *user)
{
	for (size_t i = 0; user != NULL && i < rule->user_count; i++) {
		const char *token = scene->rules->conf.tokens[rule->users + i];
		if (strcasecmp(token, user->name) != 0 &&
			principals_in_group(scene->facts->principals, user, token))
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
		const struct principals *known = scene->facts->principals;
		bool names_groups = !scene->rules->conf.settings.only_marked_groups &&
			!(known->users_complete && known->groups_complete);
		finding_why(finding,
			"the line rests on a netgroup, a host's name, or names or "
			"members "
			"that another source than this root's files may know%s",
			names_groups ? "; with nodefgroup a bare name in a rule means a "
				       "user alone"
				     : "");
		return;
	}
	if (decision->answer == ACCESS_REFUSED) {
		finding_why(finding, "the first matching line refuses");
		return;
	}
	if (others->rule != NULL && others->answer == ACCESS_REFUSED &&
		!others->rule->for_all)
		group = excepting_group(
			scene, others->rule, scene->rules->people.items[person].user);
	if (group != NULL) {
		finding_evidence(
			finding, others->rule->place.file, others->rule->place.offset);
		finding_why(finding,
			"the line excepts '%s', which without nodefgroup is the group "
			"of that name too",
			group);
		return;
	}
	size_t next = rule ? (size_t)(rule - scene->rules->conf.rules) + 1 : 0;
	autofree struct access_decision *later = memory_new(
		scene->rules->people.count, sizeof *later);
	if (rule != NULL) {
		access_judge(&scene->rules->conf, &scene->rules->people,
			console_origin_word(&scene->origins[origin]), false, next, later);
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
	if (scene->rules->conf.void_count > 0) {
		finding_why(finding,
			"no rule matches, which admits; this line is void: %s",
			scene->rules->conf.void_reasons[0]);
		for (size_t i = 0; i < scene->rules->conf.void_count && i < 3; i++)
			finding_evidence(finding, scene->rules->conf.voids[i].file,
				scene->rules->conf.voids[i].offset);
		return;
	}
	const char *why = "no rule matches, up to the last line; that admits";
	if (scene->rules->conf.main->state == FILE_ABSENT)
		why = "there is no access.conf, which admits";
	else if (scene->origins[origin].is_rest)
		why = "the rules name terminals one by one, and no list has them all (a "
		      "login may come from ttyUSB0, or a further virtual terminal): "
		      "LOCAL "
		      "means every one";
	finding_why(finding, "%s", why);
	finding_evidence_end(
		finding, scene->rules->conf.main, scene->rules->conf.main->bytes.size);
}

/* People who get ANSWER from somewhere and should not, one finding for all that the same
 * rule decides on. */
static size_t
report_people(const struct console_scene *scene, bool allowed, enum access_answer answer,
	enum verdict verdict, struct findings *findings)
{
	autofree bool *is_told = memory_new(scene->rules->people.count, sizeof *is_told);
	autofree char *only = console_only(scene->facts);
	size_t shown = 0;
	for (size_t i = 0; i < scene->rules->people.count && shown < SHOWN_MAX; i++) {
		size_t origin = console_origin_with(scene, i, answer), count = 0;
		autobuffer struct buffer names = { 0 };
		if (origin == scene->console_count || is_told[i] ||
			console_allows(scene->facts, &scene->rules->people.items[i]) !=
				allowed ||
			!console_can_log_in(scene, &scene->rules->people.items[i]))
			continue;
		const struct access_rule *rule = console_decision(scene, i, origin)->rule;
		bool everybody = i == 0 && rule == NULL;
		for (size_t k = i; k < scene->rules->people.count; k++) {
			const struct access_person *person =
				&scene->rules->people.items[k];
			if (console_allows(scene->facts, person) != allowed ||
				!console_can_log_in(scene, person))
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
	for (size_t i = 0; i < scene->rules->conf.count; i++) {
		const struct access_rule *rule = &scene->rules->conf.rules[i];
		for (size_t k = 0; k < rule->origin_count; k++)
			if (rule->answer == ACCESS_ADMITTED &&
				strncasecmp(scene->rules->conf.tokens[rule->origins + k],
					"tty", 3) == 0)
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
	struct software software = software_find(scene->facts->context, "pam");
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
	autofree char *only = console_only(scene->facts);
	autobuffer struct buffer spared = { 0 };
	struct finding *finding = findings_add(
		findings, VERDICT_PASS, "console login by %s", scene->service);
	finding_want(finding, "only %s", only);
	finding_have(finding, "only %s is admitted", only);
	for (size_t i = 1; i < scene->rules->people.count && spared.size < 200; i++)
		if (console_origin_with(scene, i, ACCESS_ADMITTED) <
				scene->console_count &&
			!console_allows(scene->facts, &scene->rules->people.items[i]))
			buffer_printf(&spared, "%s%s", spared.size > 0 ? ", " : "",
				scene->rules->people.items[i].name);
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
	if (scene->too_many) {
		struct finding *finding = findings_add(
			findings, VERDICT_UNKNOWN, "console login by %s", scene->service);
		finding_why(finding,
			"the rules name more than %d terminals: not all were looked at",
			CONSOLE_ORIGINS_MAX);
		finding_evidence_file(finding, scene->rules->conf.main->path);
	} else if (bad == 0 && open == 0) {
		report_pass(scene, findings);
	}
}
