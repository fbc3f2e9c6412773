/* The line of pam_holdfast.so in the account stack of a service: see pam_holdfast(8). */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/kinds/console_scene.h"

void
console_line_open(
	const struct context *context, const char *service, struct console_line *ret_line)
{
	struct console_line *line = ret_line;
	char *rest = NULL;
	*line = (struct console_line){ 0 };
	pam_stack_consults(context, service, "account", CONSOLE_MODULE, &line->consults);
	line->text = memory_text(line->consults.arguments);
	line->not_followed = strchr(line->text, '[') != NULL;
	for (char *word = strtok_r(line->text, " \t", &rest); word != NULL;
		word = strtok_r(NULL, " \t", &rest)) {
		if (line->count == CONSOLE_ARGUMENTS_MAX) {
			line->not_followed = true;
			break;
		}
		line->words[line->count++] = word;
	}
	console_options_read(line->count, line->words, &line->options);
}

void
console_line_close(struct console_line *line)
{
	pam_consults_free(&line->consults);
	free(line->text);
}

const char *
console_line_mistake(
	const struct console_scene *scene, enum verdict *ret_verdict, bool *ret_lacks_pts)
{
	const struct console_line *line = &scene->line;
	*ret_verdict = VERDICT_FAIL;
	*ret_lacks_pts = false;
	if (line->not_followed) {
		*ret_verdict = VERDICT_UNKNOWN;
		return "its arguments are not understood";
	}
	if (line->options.wrong != NULL)
		return line->options.allow_on_error
			? "it has an argument that the module does not know, and then it "
			  "lets everybody in (onerr=allow)"
			: "it has an argument that the module does not know, and then it "
			  "refuses everybody but root";
	if (line->options.dry_run)
		return "with dry_run it refuses nobody";
	if (!console_options_cover(&line->options, scene->service))
		return "it does not look at this service: services= or exempt= says so";
	if (!console_options_needs_terminal(scene->service) &&
		!console_options_is_display(scene->service) &&
		!console_options_takes_bare(&line->options, scene->service))
		return "services= names this service by a pattern alone, and then its "
		       "logins without a terminal, as a display manager's are, pass";
	if (line->options.trust_rhost)
		return "with trust_rhost whoever can start login with a host's name gets "
		       "past it";
	if (line->options.allow_on_error)
		return "with onerr=allow whoever has no entry gets in when its "
		       "configuration can't be read";
	*ret_lacks_pts = console_pts(scene->facts->control) &&
		!line->options.pts_is_console &&
		!console_options_is_display(scene->service);
	return *ret_lacks_pts ? "it lets pseudo terminals pass, which the policy calls a "
				"console: pts=console is missing"
			      : NULL;
}

/* Whether the module takes a login from ORIGIN for one at the console. */
static bool
is_console(const struct console_scene *scene, const struct console_origin *origin)
{
	const struct console_options *options = &scene->line.options;
	if (console_options_is_display(scene->service))
		return origin->place != CONSOLE_REMOTE;
	if (options->trust_rhost && origin->place == CONSOLE_REMOTE)
		return false;
	/* who comes from elsewhere has a pseudo terminal; see pam_holdfast(8) */
	return origin->place == CONSOLE_TERMINAL ||
		(origin->place == CONSOLE_NOWHERE &&
			console_options_takes_bare(options, scene->service)) ||
		(options->pts_is_console && origin->place != CONSOLE_NOWHERE);
}

/* What the module says when it is asked: pam_holdfast.c, decide. */
enum access_answer
console_line_answer(const struct console_scene *scene, const struct access_person *person,
	const struct console_origin *origin)
{
	const struct console_options *options = &scene->line.options;
	bool lax = options->allow_on_error || options->dry_run;
	enum access_answer trouble = lax ? ACCESS_ADMITTED : ACCESS_REFUSED;
	if (scene->line.not_followed)
		return ACCESS_UNKNOWN;
	if (!console_options_cover(options, scene->service) ||
		(person->user != NULL && person->user->uid == 0) ||
		(person->name != NULL && strcmp(person->name, "root") == 0))
		return ACCESS_ADMITTED;
	if (options->wrong != NULL)
		return trouble;
	if (!is_console(scene, origin))
		return ACCESS_ADMITTED;
	const struct file *file = host_file(scene->facts->context->host, options->conf);
	if (file->state == FILE_REFUSED && !file->is_link)
		return ACCESS_UNKNOWN;
	if (scene->names.is_wrong || console_conf_trouble(file) != NULL)
		return trouble;
	enum access_answer listed = console_names_person(
		&scene->names, scene->facts->principals, person);
	return listed == ACCESS_REFUSED && options->dry_run ? ACCESS_ADMITTED : listed;
}
