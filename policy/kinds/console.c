#include <string.h>

#include "policy/doors/doors.h"
#include "policy/kinds/console_scene.h"

static const char *const pts_choices[] = { "ignore", "console", NULL };
static const char *const remedies[] = { "own", "shared", NULL };
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
		.filled = true,
		.choices = throughs,
		.help = "what must refuse the others; each listed one must hold: the "
			"rules of pam_access, or pam_holdfast.so",
		.example = "[access.conf]" },
	{ .name = "services",
		.type = KEY_TEXTS,
		.filled = true,
		.help = "the PAM services of the console",
		.otherwise = "[login]",
		.example = "[login, gdm-password]" },
	{ .name = "pts",
		.type = KEY_CHOICE,
		.choices = pts_choices,
		.help = "whether a login at a pseudo terminal is one at the console, as "
			"it is in a container",
		.otherwise = "ignore" },
	{ .name = "remedy",
		.type = KEY_CHOICE,
		.choices = remedies,
		.help = "where apply puts a line of PAM's: into the file of each "
			"service, or into the one that it shares with others",
		.otherwise = "own" },
	{ 0 },
};

/* Through these a display manager starts its greeter, under an account of its own: kept
 * out, nobody can log in there, and nobody logs in by them. Sources: gdm's
 * data/pam-*, lightdm's data/pam, sddm's services, greetd(5). */
static bool
is_greeter(const char *service)
{
	static const char *const names[] = { "gdm-launch-environment", "lightdm-greeter",
		"sddm-greeter", "plasmalogin-greeter", "greetd-greeter", NULL };
	const char *const *name = names;
	while (*name != NULL && strcmp(*name, service) != 0)
		name++;
	return *name != NULL;
}

/* libpam folds a service's name to lower case and takes what is behind its last slash
 * (pam_start.c); an argument of the module divides names by commas. */
static void
validate_services(const struct value *services, struct problems *problems)
{
	for (size_t i = 0; services != NULL && i < services->count; i++) {
		const char *name = services->items[i].text;
		bool is_good = *name != '\0';
		for (const char *p = name; *p != '\0'; p++)
			is_good = is_good && (unsigned char)*p > ' ' &&
				strchr("/,*[]#\\\x7f", *p) == NULL &&
				!(*p >= 'A' && *p <= 'Z');
		if (!is_good)
			problems_add(problems, services->items[i].at,
				"console.services: '%s' is no service's name: write it "
				"as its file in /etc/pam.d is called, in lower case",
				name);
		else if (is_greeter(name))
			problems_add(problems, services->items[i].at,
				"console.services: '%s' starts a display manager's "
				"greeter under its own account, without which nobody can "
				"log in there: name the service of the logins, such as "
				"gdm-password, lightdm, sddm",
				name);
	}
}

static void
validate(const struct control *control, struct problems *problems)
{
	const struct value *only = value_find(control->keys, "only");
	if (only != NULL)
		console_validate_only(only, problems);
	validate_services(value_find(control->keys, "services"), problems);
}

static void
check(const struct context *context, const struct control *control,
	struct findings *findings)
{
	struct console_facts facts;
	console_facts_open(context, control, &facts);
	console_judge_only(&facts, findings);
	for (size_t i = 0; i < console_service_count(control); i++) {
		struct console_scene scene;
		const char *service = console_service_name(control, i);
		console_scene_open(&facts, service, &scene);
		bool can_pass = console_judge_stack(&scene, findings);
		if (can_pass && console_through(control, "access.conf")) {
			console_judge_asked(
				&scene, &scene.consults, "pam_access.so", findings);
			console_judge_people(&scene, findings);
		}
		if (can_pass && console_through(control, "module"))
			console_judge_module(&scene, findings);
		if (can_pass)
			console_judge_elsewhere(&scene, findings);
		console_scene_close(&scene);
	}
	if (console_asks_gettys(control))
		console_judge_gettys(&facts, findings);
	console_judge_displays(&facts, findings);
	console_facts_close(&facts);
}

/* At its services, everybody whom `only` does not name; and it may ask for a change of
 * what they share with others. */
static bool
closes(const struct context *context, const struct control *control,
	const struct door *door)
{
	struct console_facts facts = { .control = control };
	struct access_person person = { .name = door->who };
	if (door->kind == DOOR_STACK)
		return strcmp(value_text(control->keys, "remedy", "own"), "shared") == 0;
	bool is_login = door->kind == DOOR_CONSOLE || door->kind == DOOR_SERVICE;
	if (!is_login || !console_is_service(control, door->service))
		return false;
	/* LOCAL means pseudo terminals too; but not that somebody is thrown out of one */
	if (door->is_pseudo && !console_pts(control) &&
		(door->is_used || !console_through(control, "access.conf")))
		return false;
	facts.principals = principals_of(context->host);
	if (door->who != NULL)
		person.user = principals_user(facts.principals, door->who);
	return !console_allows(&facts, &person);
}

const struct kind kind_console = {
	.name = "console",
	.summary = "who may log in at the console",
	.keys = keys,
	.by_hand = "`holdfast probe console --user root` and so of other users, and a "
		   "login at the console",
	.lenses = 1u << LENS_ACCESS,
	.validate = validate,
	.check = check,
	.remedy = console_remedy,
	.answers = console_answers,
	.columns = console_columns,
	.absent = "admitted",
	.wants = console_wants,
	.closes = closes,
};
