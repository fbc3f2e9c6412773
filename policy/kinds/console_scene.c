#include "policy/kinds/console_scene.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

size_t
console_service_count(const struct control *control)
{
	const struct value *services = value_find(control->keys, "services");
	return services != NULL && services->count > 0 ? services->count : 1;
}

const char *
console_service_name(const struct control *control, size_t index)
{
	const struct value *services = value_find(control->keys, "services");
	return services != NULL && services->count > 0 ? services->items[index].text
						       : "login";
}

bool
console_through(const struct control *control, const char *what)
{
	const struct value *through = value_find(control->keys, "through");
	for (size_t i = 0; through != NULL && i < through->count; i++)
		if (strcmp(through->items[i].text, what) == 0)
			return true;
	return false;
}

static void
add_origin(struct console_scene *scene, const char *origin)
{
	for (size_t i = 0; i < scene->origin_count; i++)
		if (strcasecmp(scene->origins[i], origin) == 0)
			return;
	if (scene->origin_count < CONSOLE_ORIGINS_MAX)
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
find_origins(struct console_scene *scene)
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

bool
console_allows(const struct console_scene *scene, const struct access_person *person)
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

bool
console_can_log_in(const struct access_person *person)
{
	return person->user == NULL || (!person->user->locked && !person->user->no_shell);
}

/* Names that `only` is about: users, members of groups, and of groups that are called
 * like a user, which a bare name in a rule means too. */
static void
find_extra(struct console_scene *scene)
{
	const struct value *only = value_find(scene->control->keys, "only");
	for (size_t i = 0; i < scene->principals.user_count; i++) {
		const struct principal *user = &scene->principals.users[i];
		struct access_person person = { user->name, user };
		bool wanted = console_allows(scene, &person);
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

void
console_scene_open(const struct context *context, const struct control *control,
	const char *service, struct console_scene *ret_scene)
{
	struct access_settings settings;
	*ret_scene = (struct console_scene){
		.context = context,
		.control = control,
		.service = service,
	};
	pam_stack_consults(
		context, service, "account", "pam_access.so", &ret_scene->consults);
	/* where it is not asked yet: what the remedy's line says */
	access_settings_read(ret_scene->consults.reach == PAM_NOT_THERE
			? "nodefgroup"
			: ret_scene->consults.arguments,
		&settings);
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

void
console_scene_close(struct console_scene *scene)
{
	pam_consults_free(&scene->consults);
	access_conf_free(&scene->conf);
	access_people_free(&scene->people);
	principals_free(&scene->principals);
	for (size_t i = 0; i < scene->origin_count; i++)
		free(scene->origins[i]);
	free(scene->extra);
	free(scene->decisions);
	*scene = (struct console_scene){ 0 };
}

const struct access_decision *
console_decision(const struct console_scene *scene, size_t person, size_t origin)
{
	return &scene->decisions[origin * scene->people.count + person];
}

size_t
console_origin_with(
	const struct console_scene *scene, size_t person, enum access_answer answer)
{
	size_t i = 0;
	while (i < scene->origin_count &&
		console_decision(scene, person, i)->answer != answer)
		i++;
	return i;
}
