#include "policy/kinds/console_scene.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"

static bool
starts_with(const char *text, const char *const *beginnings)
{
	for (; *beginnings != NULL; beginnings++)
		if (strncasecmp(text, *beginnings, strlen(*beginnings)) == 0)
			return true;
	return false;
}

static void
add_origin(struct console_scene *scene, const char *name, enum console_place place)
{
	for (size_t i = 0; i < scene->origin_count; i++)
		if (strcasecmp(scene->origins[i].name, name) == 0)
			return;
	if (scene->origin_count == CONSOLE_ORIGINS_MAX) {
		scene->too_many = true;
		return;
	}
	scene->origins = memory_grow(
		scene->origins, scene->origin_count, sizeof *scene->origins);
	scene->origins[scene->origin_count++] = (struct console_origin){
		memory_text(name), place, false
	};
}

/* The terminals that no rule names: of serial lines, virtual terminals and displays there
 * are more than a list of names covers, and a login may come from any. */
static void
add_rest(struct console_scene *scene)
{
	size_t index = scene->origin_count;
	add_origin(scene, "any other terminal", CONSOLE_TERMINAL);
	if (index < scene->origin_count)
		scene->origins[index].is_rest = true;
}

static void
add_origins(
	struct console_scene *scene, const char *const *names, enum console_place place)
{
	for (; *names != NULL; names++)
		add_origin(scene, *names, place);
}

static bool
is_pts(const char *token)
{
	return strncasecmp(token, "pts/", 4) == 0;
}

/* A tty's name in /dev: those of the kernel's drivers, and any other in a folder, such as
 * lxc/tty1, that is no network. */
static bool
is_terminal(const char *token)
{
	static const char *const names[] = { "tty", "hvc", "xvc", "hvsi", "console",
		"sclp", "rfcomm", "gsmtty", "cua", "noz", "ircomm", NULL };
	const char *slash = strchr(token, '/');
	return starts_with(token, names) ||
		(slash != NULL && token[0] != '@' && !is_pts(token) &&
			memchr(token, '.', (size_t)(slash - token)) == NULL &&
			memchr(token, ':', (size_t)(slash - token)) == NULL);
}

static bool
is_display(const char *token)
{
	return token[0] == ':';
}

/* Those that the rules name. */
static void
add_named(struct console_scene *scene, bool (*is_one)(const char *token),
	enum console_place place)
{
	const struct access_conf *conf = &scene->rules->conf;
	for (size_t i = 0; i < conf->count; i++)
		for (size_t k = 0; k < conf->rules[i].origin_count; k++) {
			const char *token = conf->tokens[conf->rules[i].origins + k];
			if (is_one(token))
				add_origin(scene, token, place);
		}
}

/* The virtual terminals and serial lines: the usual ones, those with a getty, those that
 * the rules name, and the rest. */
static void
add_terminals(struct console_scene *scene)
{
	static const char *const usual[] = { "tty1", "tty2", "tty3", "tty4", "tty5",
		"tty6", "ttyS0", "hvc0", "console", NULL };
	const struct gettys *gettys = &scene->facts->gettys;
	add_origins(scene, usual, CONSOLE_TERMINAL);
	for (size_t i = 0; i < gettys->count; i++)
		if (gettys->items[i].terminal != NULL &&
			!is_pts(gettys->items[i].terminal))
			add_origin(scene, gettys->items[i].terminal, CONSOLE_TERMINAL);
	add_named(scene, is_terminal, CONSOLE_TERMINAL);
	add_rest(scene);
}

/* A display manager says which display, or its terminal, or nothing, which leaves its own
 * name. */
static void
add_displays(struct console_scene *scene)
{
	static const char *const usual[] = { ":0", "tty1", "tty2", "tty7", NULL };
	add_origins(scene, usual, CONSOLE_TERMINAL);
	add_origin(scene, scene->service, CONSOLE_TERMINAL);
	add_named(scene, is_terminal, CONSOLE_TERMINAL);
	add_named(scene, is_display, CONSOLE_TERMINAL);
	add_rest(scene);
}

/* From where the logins of the service can come. What says PAM_TTY: su.c and sudo's
 * pam.c give their user's terminal; cron and systemd-user have none; sshd always knows
 * the remote host. */
static void
find_origins(struct console_scene *scene)
{
	static const char *const remotes[] = { "192.0.2.1", "10.0.0.1", "2001:db8::1",
		NULL };
	static const char *const terminal_users[] = { "su", "su-l", "sudo", "sudo-i",
		"runuser", "runuser-l", "passwd", "chfn", "chsh", "vlock", "newgrp",
		NULL };
	static const char *const local_services[] = { "cron", "crond", "atd",
		"systemd-user", "polkit-1", NULL };
	bool is_own = console_is_service(scene->facts->control, scene->service);
	bool by_display = console_options_is_display(scene->service);
	bool pts_counts = console_pts(scene->facts->control) && !by_display;
	/* what is not login's may be a display manager's that is not known for one */
	if (is_own && !by_display && !console_options_needs_terminal(scene->service)) {
		add_origin(scene, scene->service, CONSOLE_NOWHERE);
		add_origin(scene, ":0", CONSOLE_TERMINAL);
		add_named(scene, is_display, CONSOLE_TERMINAL);
	}
	if (by_display)
		add_displays(scene);
	else if (is_own || strcmp(scene->service, "login") == 0)
		add_terminals(scene);
	else if (text_is_one_of(scene->service, terminal_users))
		add_origin(scene, "tty1", CONSOLE_TERMINAL);
	bool has_terminal = scene->origin_count > 0;
	scene->console_count = scene->origin_count;
	if (has_terminal && !by_display) {
		add_origin(scene, "pts/0", CONSOLE_PTS);
		add_named(scene, is_pts, CONSOLE_PTS);
	}
	if (pts_counts)
		scene->console_count = scene->origin_count;
	if (!has_terminal && strcmp(scene->service, "sshd") != 0)
		add_origin(scene, scene->service, CONSOLE_NOWHERE);
	if (!text_is_one_of(scene->service, terminal_users) &&
		!text_is_one_of(scene->service, local_services))
		add_origins(scene, remotes, CONSOLE_REMOTE);
}

/* Whether the auth phase lets nobody pass whom pam_unix refuses, as it does a locked
 * account. */
static bool
needs_password(const struct pam_consults *auth)
{
	return auth->reach == PAM_REACHED || auth->reach == PAM_REFUSES || auth->is_twice;
}

void
console_scene_open(
	struct console_facts *facts, const char *service, struct console_scene *ret_scene)
{
	struct console_scene *scene = ret_scene;
	const struct context *context = facts->context;
	bool is_own = console_is_service(facts->control, service);
	*scene = (struct console_scene){ .facts = facts, .service = service };
	pam_stack_consults(
		context, service, "account", "pam_access.so", &scene->consults);
	console_line_open(context, service, &scene->line);
	if (scene->line.consults.reach != PAM_NOT_THERE)
		console_names_read(host_file(context->host, scene->line.options.conf),
			&scene->names);
	/* where it is not asked yet: what the remedy's line says */
	const char *arguments = scene->consults.arguments;
	if (scene->consults.reach == PAM_NOT_THERE)
		arguments = is_own && console_through(facts->control, "access.conf")
			? "nodefgroup"
			: NULL;
	scene->rules = console_rules_find(facts, arguments);
	if (is_own)
		pam_stack_consults(context, service, "auth", "pam_unix.so", &scene->auth);
	scene->locked_is_out = is_own && needs_password(&scene->auth);
	find_origins(scene);
	console_scene_judge(scene, arguments);
}

void
console_scene_judge(struct console_scene *scene, const char *arguments)
{
	const struct console_rules *rules = console_rules_find(scene->facts, arguments);
	size_t count = rules->people.count;
	free(scene->decisions);
	scene->rules = rules;
	scene->decisions = memory_new(
		count * scene->origin_count, sizeof *scene->decisions);
	for (size_t i = 0; i < scene->origin_count; i++)
		access_judge(&rules->conf, &rules->people,
			console_origin_word(&scene->origins[i]),
			scene->origins[i].place == CONSOLE_REMOTE, 0,
			scene->decisions + i * count);
}

const char *
console_origin_word(const struct console_origin *origin)
{
	return origin->is_rest ? "\n" : origin->name;
}

void
console_scene_close(struct console_scene *scene)
{
	pam_consults_free(&scene->consults);
	pam_consults_free(&scene->auth);
	console_line_close(&scene->line);
	console_names_free(&scene->names);
	for (size_t i = 0; i < scene->origin_count; i++)
		free(scene->origins[i].name);
	free(scene->origins);
	free(scene->decisions);
	*scene = (struct console_scene){ 0 };
}

bool
console_can_log_in(const struct console_scene *scene, const struct access_person *person)
{
	/* a display manager starts its session's program, never the shell */
	return person->user == NULL ||
		(!(person->user->locked && scene->locked_is_out) &&
			(!person->user->no_shell ||
				console_options_is_display(scene->service)));
}

const struct access_decision *
console_decision(const struct console_scene *scene, size_t person, size_t origin)
{
	return &scene->decisions[origin * scene->rules->people.count + person];
}

size_t
console_origin_with(
	const struct console_scene *scene, size_t person, enum access_answer answer)
{
	size_t i = 0;
	while (i < scene->console_count &&
		console_decision(scene, person, i)->answer != answer)
		i++;
	return i;
}

/* What the stack makes of a module's answer. */
static enum access_answer
through_stack(const struct pam_consults *consults, enum access_answer answer)
{
	switch (consults->reach) {
	case PAM_NOT_THERE:
		return ACCESS_ADMITTED;
	case PAM_REFUSES:
		return ACCESS_REFUSED;
	case PAM_UNSURE:
		return ACCESS_UNKNOWN;
	case PAM_NOT_BINDING:
		return answer == ACCESS_ADMITTED ? answer : ACCESS_UNKNOWN;
	case PAM_REACHED:
		break;
	}
	return answer;
}

enum access_answer
console_answer(const struct console_scene *scene, size_t person, size_t origin)
{
	enum access_answer rules = through_stack(
		&scene->consults, console_decision(scene, person, origin)->answer);
	enum access_answer module = ACCESS_ADMITTED;
	if (scene->line.consults.reach != PAM_NOT_THERE)
		module = through_stack(&scene->line.consults,
			console_line_answer(scene, &scene->rules->people.items[person],
				&scene->origins[origin]));
	if (rules == ACCESS_REFUSED || module == ACCESS_REFUSED)
		return ACCESS_REFUSED;
	return rules == ACCESS_UNKNOWN ? rules : module;
}
