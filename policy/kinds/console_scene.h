/* The parts of the console kind; for policy/kinds/console*.c alone. */
#ifndef POLICY_KINDS_CONSOLE_SCENE_H
#define POLICY_KINDS_CONSOLE_SCENE_H

#include "policy/kinds/kind.h"
#include "policy/models/access_conf.h"
#include "policy/models/pam_consults.h"

enum { CONSOLE_ORIGINS_MAX = 64 }; /* terminals judged */

/* All that is known about one service. */
struct console_scene {
	const struct context *context;
	const struct control *control;
	const char *service;
	struct pam_consults consults;
	struct principals principals;
	struct access_conf conf;
	struct access_people people;
	char **extra; /* names for access_people_find */
	size_t extra_count;
	char *origins[CONSOLE_ORIGINS_MAX];
	size_t origin_count;
	struct access_decision *decisions; /* people->count a row, a row an origin */
};

/* The services that CONTROL names, or login. */
size_t
console_service_count(const struct control *control);

const char *
console_service_name(const struct control *control, size_t index);

/* Reads and judges everything about SERVICE, which must outlive it. Freed by
 * console_scene_close. */
void
console_scene_open(const struct context *context, const struct control *control,
	const char *service, struct console_scene *ret_scene);

void
console_scene_close(struct console_scene *scene);

/* Whether `only` names PERSON, by name, group or uid. */
bool
console_allows(const struct console_scene *scene, const struct access_person *person);

/* Whether the account could give a session at all. */
bool
console_can_log_in(const struct access_person *person);

/* What the person at index PERSON gets from the origin at index ORIGIN. */
const struct access_decision *
console_decision(const struct console_scene *scene, size_t person, size_t origin);

/* The first origin from which PERSON gets ANSWER; origin_count when from none. */
size_t
console_origin_with(
	const struct console_scene *scene, size_t person, enum access_answer answer);

/* Adds the findings about people, whatever the stack says. */
void
console_judge_people(const struct console_scene *scene, struct findings *findings);

/* Whether CONTROL asks that WHAT ("access.conf", "module") refuses. */
bool
console_through(const struct control *control, const char *what);

/* The module's half: its line in SERVICE's stack and its configuration. */
void
console_validate_module(const struct control *control, struct problems *problems);

void
console_judge_module(const struct context *context, const struct control *control,
	const char *service, struct findings *findings);

/* FIRST: of the control's services, whose edits write the configuration for all. */
int
console_module_remedy(const struct context *context, const struct control *control,
	const char *service, bool first, struct edits *edits, struct error *err);

/* Puts LINE before what SERVICE's own file says for the account phase. */
int
console_ask_module(const struct context *context, const char *service, const char *line,
	const char *why, struct edits *edits, struct error *err);

/* For struct kind. */
int
console_remedy(const struct context *context, const struct control *control,
	struct edits *edits, struct error *err);

void
console_answers(const struct context *context, const struct control *control,
	struct answers *answers);

bool
console_wants(const struct control *control, const char *subject, const char *before,
	const char *after);

#endif
