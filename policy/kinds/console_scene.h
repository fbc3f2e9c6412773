/* The parts of the console kind; for policy/kinds/console*.c alone. */
#ifndef POLICY_KINDS_CONSOLE_SCENE_H
#define POLICY_KINDS_CONSOLE_SCENE_H

#include "base/console_options.h"
#include "base/table.h"
#include "policy/kinds/kind.h"
#include "policy/models/login/getty.h"
#include "policy/models/pam/access_conf.h"
#include "policy/models/pam/pam_consults.h"

#define CONSOLE_MODULE "pam_holdfast.so"
#define CONSOLE_CONF                                                                     \
	"/etc/holdfast/console.conf" /* unless the module is told another                \
				      */

enum {
	CONSOLE_ORIGINS_MAX = 256, /* of one service */
	CONSOLE_ARGUMENTS_MAX = 64,
};

/* The rules of pam_access as one line of it reads them. */
struct console_rules {
	char *arguments; /* of that line; NULL: it is not asked, and there are no rules */
	struct access_conf conf;
	struct access_people people;
};

/* Whom console.conf lets in. */
struct console_names {
	bool is_wrong; /* the module does not use it at all */
	struct table users, uids; /* private */
	char **groups; /* private */
	size_t group_count; /* private */
};

/* Adds the names in FILE. */
void
console_names_read(const struct file *file, struct console_names *names);

/* Whether they name USER: ACCESS_ADMITTED, ACCESS_REFUSED, or it depends on a group that
 * this root's files do not know. */
enum access_answer
console_names_have(const struct console_names *names, const struct principals *principals,
	const struct principal *user);

/* The same for PERSON; any other user is not named. */
enum access_answer
console_names_person(const struct console_names *names,
	const struct principals *principals, const struct access_person *person);

void
console_names_free(struct console_names *names);

/* What is the same for all services of a control. */
struct console_facts {
	const struct context *context;
	const struct control *control;
	const struct principals *principals;
	struct gettys gettys;
	char **extra; /* names for access_people_find; NULL ends */
	size_t extra_count;
	struct console_rules **rules; /* each set of arguments once */
	size_t rules_count;
};

void
console_facts_open(const struct context *context, const struct control *control,
	struct console_facts *ret_facts);

void
console_facts_close(struct console_facts *facts);

/* ARGUMENTS: of the line that asks pam_access; NULL: none does. It belongs to FACTS. */
const struct console_rules *
console_rules_find(struct console_facts *facts, const char *arguments);

/* The module's line in the account stack of a service. */
struct console_line {
	struct pam_consults consults;
	char *text; /* private: the arguments, cut into words */
	const char *words[CONSOLE_ARGUMENTS_MAX]; /* private */
	int count; /* private */
	bool not_followed; /* brackets, or too many words */
	struct console_options options;
};

void
console_line_open(const struct context *context, const char *service,
	struct console_line *ret_line);

void
console_line_close(struct console_line *line);

/* From where a login can come. */
struct console_origin {
	char *name; /* a terminal, a service, or a remote host's address */
	enum console_place {
		CONSOLE_TERMINAL, /* a virtual terminal, a serial line, a display */
		CONSOLE_PTS, /* a pseudo terminal */
		CONSOLE_NOWHERE, /* no terminal at all */
		CONSOLE_REMOTE,
	} place;
	bool is_rest; /* stands for all terminals that no rule names */
};

/* What the rules match ORIGIN by: its name, or for the rest what no word of a line is. */
const char *
console_origin_word(const struct console_origin *origin);

/* All that is known about one service. */
struct console_scene {
	struct console_facts *facts;
	const char *service;
	struct pam_consults consults; /* of pam_access */
	struct pam_consults auth; /* of pam_unix in the auth phase, of the control's own
				     services alone */
	struct console_line line;
	struct console_names names; /* of the configuration that the line uses */
	const struct console_rules *rules;
	bool locked_is_out; /* without a password that opens it no account gets in */
	struct console_origin *origins; /* those that count as the console come first */
	size_t origin_count, console_count;
	bool too_many; /* origins are left out */
	struct access_decision *decisions; /* people a row, a row an origin */
};

/* The services that CONTROL names, or login. */
size_t
console_service_count(const struct control *control);

const char *
console_service_name(const struct control *control, size_t index);

bool
console_is_service(const struct control *control, const char *service);

/* Whether CONTROL asks that WHAT ("access.conf", "module") refuses. */
bool
console_through(const struct control *control, const char *what);

/* Whether a pseudo terminal is a console. */
bool
console_pts(const struct control *control);

/* Reads and judges everything about SERVICE, which must outlive it, as FACTS must. Freed
 * by console_scene_close. */
void
console_scene_open(struct console_facts *facts, const char *service,
	struct console_scene *ret_scene);

void
console_scene_close(struct console_scene *scene);

/* Judges anew, as if pam_access were asked with ARGUMENTS; NULL: as if it were not. */
void
console_scene_judge(struct console_scene *scene, const char *arguments);

/* Whether `only` names PERSON, by name, group or uid. */
bool
console_allows(const struct console_facts *facts, const struct access_person *person);

/* Whether the account could give a session at all. */
bool
console_can_log_in(const struct console_scene *scene, const struct access_person *person);

/* What access.conf says to the person at index PERSON from the origin at index ORIGIN,
 * whatever the stack makes of it. */
const struct access_decision *
console_decision(const struct console_scene *scene, size_t person, size_t origin);

/* The first origin at the console from which PERSON gets ANSWER; console_count when from
 * none. */
size_t
console_origin_with(
	const struct console_scene *scene, size_t person, enum access_answer answer);

/* What the account stack makes of it all: pam_access and the module together. */
enum access_answer
console_answer(const struct console_scene *scene, size_t person, size_t origin);

/* The names of `only`, for people. The caller frees. */
char *
console_only(const struct console_facts *facts);

/* Says which of them this host does not know; nobody gets in where it knows none. */
void
console_judge_only(const struct console_facts *facts, struct findings *findings);

/* Refuses a remedy there. */
int
console_check_only(const struct console_facts *facts, struct error *err);

/* What can stand in `only`. */
void
console_validate_only(const struct value *only, struct problems *problems);

/* The account stack itself: what of it libpam can't use, and what it asks in turn. False
 * when nobody can pass it, which is said then. */
bool
console_judge_stack(const struct console_scene *scene, struct findings *findings);

/* Whether WHAT (a module, as MODULE in the stack) is asked, and refuses in earnest. */
struct finding *
console_judge_asked(const struct console_scene *scene,
	const struct pam_consults *consults, const char *module,
	struct findings *findings);

/* What is to be said when no file is for the scene's service; NULL. The caller frees. */
char *
console_missing(const struct console_scene *scene);

/* Adds the findings about people, whatever the stack says. */
void
console_judge_people(const struct console_scene *scene, struct findings *findings);

/* Says who gets in through the service from where there is no console. */
void
console_judge_elsewhere(const struct console_scene *scene, struct findings *findings);

/* Whether gettys are about a service of the control. */
bool
console_asks_gettys(const struct control *control);

/* What the gettys do. */
void
console_judge_gettys(const struct console_facts *facts, struct findings *findings);

/* What display managers do apart from their stacks. */
void
console_judge_displays(const struct console_facts *facts, struct findings *findings);

/* Why the module's line, which is reached, does not do what it is there for; NULL. That
 * it only lacks the pts=console that the policy asks for is told apart. */
const char *
console_line_mistake(const struct console_scene *scene, enum verdict *ret_verdict,
	bool *ret_lacks_pts);

/* What the module says to PERSON from ORIGIN when it is asked. */
enum access_answer
console_line_answer(const struct console_scene *scene, const struct access_person *person,
	const struct console_origin *origin);

/* The module's half: its line in SERVICE's stack and its configuration. */
void
console_judge_module(const struct console_scene *scene, struct findings *findings);

/* Why the module does not believe FILE, its configuration; NULL when it does. */
const char *
console_conf_trouble(const struct file *file);

/* FIRST: of the control's services, whose edits write the configuration for all. */
int
console_module_remedy(const struct console_scene *scene, bool first, struct edits *edits,
	struct error *err);

/* Whether the policy lets apply change a stack that other services share. */
bool
console_shares(const struct control *control);

/* Puts LINE where it decides: before what SERVICE's own file, or the one that it shares
 * with others, says for the account phase. */
int
console_ask(const struct console_scene *scene, const char *line, const char *why,
	struct edits *edits, struct error *err);

/* Adds the word ARGUMENT to the line at CONSULTS. */
int
console_add_argument(const struct console_scene *scene,
	const struct pam_consults *consults, const char *module, const char *argument,
	struct edits *edits, struct error *err);

/* Over how many lines each jump of SERVICE's account stack leads, those that a remedy
 * puts in not counted: a text that differs where a jump's end does; NULL without jumps.
 * The caller frees. */
char *
console_jumps(const struct console_facts *facts, const char *service);

/* For struct kind. */
int
console_remedy(const struct context *context, const struct control *control,
	struct edits *edits, struct error *err);

extern const char *const console_columns[];

void
console_answers(const struct context *context, const struct control *control,
	struct answers *answers);

bool
console_wants(const struct control *control, const char *subject, const char *before,
	const char *after);

#endif
