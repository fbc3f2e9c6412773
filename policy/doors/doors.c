#include "policy/doors/doors.h"

#include <stdlib.h>
#include <string.h>

#include "base/console_options.h"
#include "base/memory.h"
#include "policy/doors/ports.h"
#include "policy/models/login/sudoers.h"
#include "policy/models/pam/pam_person.h"
#include "policy/models/sshd/sshd_host.h"
#include "policy/models/sshd/sshd_person.h"

/* One host and the person whose doors are looked at. */
struct visit {
	const struct context *context;
	const struct doors_scope *scope;
	const struct sshd_host *sshd;
	const struct principals *principals;
	struct sudoers sudoers;
	const struct principal *root; /* NULL: there is none */
	struct account root_account;
	const struct doors_person *person; /* NULL: any other user */
	const struct principal *user; /* of PERSON */
	struct account account;
	struct doors *doors;
};

static struct door *
add_door(struct visit *visit, enum door_kind kind, const char *word, const char *service,
	const char *from)
{
	struct doors *doors = visit->doors;
	const char *who = visit->person != NULL ? visit->person->name : NULL;
	doors->items = memory_grow(doors->items, doors->count, sizeof *doors->items);
	struct door *door = &doors->items[doors->count++];
	*door = (struct door){ .kind = kind,
		.name = memory_printf("%s:%s", word, who != NULL ? who : "others"),
		.who = who,
		.service = memory_text(service),
		.from = memory_text(from),
		.passage = PASSAGE_OPEN };
	return door;
}

/* Makes the door no wider than PASSAGE. Takes REASON. */
static void
narrow(struct door *door, enum passage passage, struct place place, char *reason)
{
	if (passage >= door->passage) {
		free(reason);
		return;
	}
	free(door->reason);
	door->passage = passage;
	door->place = place;
	door->reason = reason;
}

/* A login of USER, whose stack asks CALLER (NULL: root) for the password. */
static struct pam_person
pam_of(const struct visit *visit, const struct door *door, const struct principal *user,
	const struct account *account)
{
	return (struct pam_person){ .context = visit->context,
		.principals = visit->principals,
		.user = user,
		.account = account,
		.service = door->service,
		.origin = door->from[0] != '\0' ? door->from : door->service,
		.names = visit->scope->names };
}

static void
narrow_by_pam(struct door *door, const struct pam_person *person, enum pam_type type)
{
	struct pam_verdict verdict;
	pam_person_ask(person, type, &verdict);
	/* a password that works would open it */
	if (verdict.passage == PASSAGE_CLOSED && type == PAM_TYPE_AUTH)
		verdict.passage = PASSAGE_LACKING;
	narrow(door, verdict.passage, verdict.place, verdict.reason);
	verdict.reason = NULL;
	pam_verdict_free(&verdict);
}

/* One that is not in etc/passwd is in none of our files: who knows him and what he has
 * can't be told, but rules are about his name. */
static void
narrow_stranger(const struct visit *visit, struct door *door)
{
	if (visit->person != NULL && visit->account.home == NULL)
		narrow(door, PASSAGE_UNKNOWN, (struct place){ 0 },
			memory_printf("%s is not in etc/passwd", visit->person->name));
}

static void
narrow_shell(const struct visit *visit, struct door *door)
{
	if (visit->user != NULL && visit->user->no_shell)
		narrow(door, PASSAGE_CLOSED, (struct place){ 0 },
			memory_text("the shell of the account gives no session"));
}

static void
take_verdict(struct door *door, struct sshd_verdict *verdict, char **ret_keys)
{
	door->passage = verdict->passage;
	door->how = verdict->methods;
	door->reason = verdict->reason;
	door->place = verdict->place;
	door->setting = verdict->setting;
	*ret_keys = verdict->keys;
	*verdict = (struct sshd_verdict){ 0 };
}

static void
narrow_version(struct door *door)
{
	free(door->reason);
	door->passage = PASSAGE_UNKNOWN;
	door->place = (struct place){ 0 };
	door->reason = memory_text("it depends on the version of OpenSSH, which is not "
				   "known: state it in the policy (assume: openssh: "
				   "VERSION)");
}

/* Under each version of sshd that it may be; where they disagree it can't be told. */
static void
ask_sshd(struct visit *visit, const char *address, bool is_used)
{
	const struct doors_scope *scope = visit->scope;
	bool is_anywhere = address == scope->addresses[0];
	struct door *door = add_door(
		visit, DOOR_SSH, "ssh", "sshd", is_anywhere ? "anywhere" : address);
	const struct sshd_person person = { .context = visit->context,
		.principals = visit->principals,
		.user = visit->user,
		.account = &visit->account,
		.names = scope->names,
		.address = address,
		.is_anywhere = is_anywhere,
		.today = scope->today };
	autofree char *keys = NULL;
	door->is_used = is_used;
	door->is_example = !is_used && !is_anywhere;
	if (!visit->sshd->installed)
		narrow(door, PASSAGE_CLOSED, (struct place){ 0 },
			memory_text("no sshd is installed"));
	for (size_t i = 0; i < visit->sshd->count && visit->sshd->installed; i++) {
		struct sshd_verdict verdict;
		sshd_person_ask(&person, &visit->sshd->configs[i], &verdict);
		if (i == 0)
			take_verdict(door, &verdict, &keys);
		else if (verdict.passage != door->passage)
			narrow_version(door);
		sshd_verdict_free(&verdict);
	}
	narrow_stranger(visit, door);
	if (door->passage < PASSAGE_OPEN && keys != NULL)
		door->remedy = memory_printf("put a key that works into %s", keys);
}

static void
ask_terminal(struct visit *visit, const char *service, const char *terminal, bool is_used)
{
	struct door *door = add_door(visit, DOOR_CONSOLE, "console", service, terminal);
	struct pam_person person = pam_of(
		visit, door, visit->user, visit->user != NULL ? &visit->account : NULL);
	door->is_used = is_used;
	door->is_pseudo = strncmp(terminal, "pts/", 4) == 0;
	if (door->is_pseudo) {
		/* a loss of its own: a policy may ask for one and not for the other */
		free(door->name);
		door->name = memory_printf(
			"pts:%s", visit->person != NULL ? visit->person->name : "others");
	}
	person.is_console = !door->is_pseudo;
	narrow_shell(visit, door);
	narrow_by_pam(door, &person, PAM_TYPE_ACCOUNT);
	narrow_by_pam(door, &person, PAM_TYPE_AUTH);
	narrow_stranger(visit, door);
	if (door->passage == PASSAGE_OPEN)
		door->how = memory_text("password");
}

/* A service that only asks whether the account may be used. */
static void
ask_service(struct visit *visit, const char *service)
{
	struct door *door = add_door(visit, DOOR_SERVICE, service, service, "");
	struct pam_person person = pam_of(
		visit, door, visit->user, visit->user != NULL ? &visit->account : NULL);
	narrow_by_pam(door, &person, PAM_TYPE_ACCOUNT);
	narrow_stranger(visit, door);
	if (door->passage == PASSAGE_OPEN)
		door->how = memory_text("admitted");
}

/* A root that has programs, and not this one. */
static void
narrow_program(const struct visit *visit, struct door *door)
{
	static const char *const folders[] = { "/usr/bin", "/bin", "/usr/local/bin",
		"/run/wrappers/bin", NULL };
	struct host *host = visit->context->host;
	bool has_any = host_exists(host, "/usr/bin/env") > 0;
	for (const char *const *folder = folders; *folder != NULL && has_any; folder++) {
		autofree char *path = memory_printf("%s/%s", *folder, door->service);
		if (host_exists(host, path) != 0)
			return;
	}
	if (has_any)
		narrow(door, PASSAGE_UNKNOWN, (struct place){ 0 },
			memory_printf("no %s is found", door->service));
}

/* sudo asks for the password of who calls it, mostly, and for his account always. */
static void
ask_sudo(struct visit *visit)
{
	struct door *door = add_door(visit, DOOR_SUDO, "sudo", "sudo", "");
	struct pam_person person = pam_of(visit, door, visit->user, &visit->account);
	struct sudoers_right right = { 0 };
	if (visit->user != NULL)
		right = sudoers_ask(&visit->sudoers, visit->principals, visit->user);
	if (right.answer != SUDOERS_ROOT)
		narrow(door, PASSAGE_CLOSED, right.place,
			memory_text(visit->sudoers.installed
					? "etc/sudoers does not let the user be root"
					: "there is no etc/sudoers"));
	if (visit->sudoers.doubt != NULL && door->passage == PASSAGE_OPEN)
		narrow(door, PASSAGE_UNKNOWN, visit->sudoers.doubt_place,
			memory_text(visit->sudoers.doubt));
	narrow_program(visit, door);
	narrow_by_pam(door, &person, PAM_TYPE_ACCOUNT);
	if (right.password == SUDOERS_OF_ROOT && visit->root != NULL) {
		person.user = visit->root;
		person.account = &visit->root_account;
	}
	if (right.password != SUDOERS_NONE)
		narrow_by_pam(door, &person, PAM_TYPE_AUTH);
	if (door->passage == PASSAGE_OPEN)
		door->how = memory_text(
			right.password == SUDOERS_NONE ? "no password" : "password");
}

static void
ask_su(struct visit *visit)
{
	struct door *door = add_door(visit, DOOR_SU, "su", "su", "");
	struct pam_person person = pam_of(visit, door, visit->root, &visit->root_account);
	person.caller = visit->user;
	if (visit->root == NULL)
		narrow(door, PASSAGE_UNKNOWN, (struct place){ 0 },
			memory_text("there is no root in etc/passwd"));
	narrow_program(visit, door);
	narrow_by_pam(door, &person, PAM_TYPE_ACCOUNT);
	narrow_by_pam(door, &person, PAM_TYPE_AUTH);
	if (door->passage == PASSAGE_OPEN)
		door->how = memory_text("root's password");
}

/* Whether a session of the person is of that kind: at a terminal, or from HOST. */
static bool
is_logged_in(const struct visit *visit, const char *terminal, const char *host)
{
	const struct sessions *sessions = visit->scope->sessions;
	for (size_t i = 0; i < sessions->count; i++) {
		const struct session *session = &sessions->items[i];
		if (strcmp(session->user, visit->person->name) == 0 &&
			strcmp(session->host, host != NULL ? host : "") == 0 &&
			(terminal == NULL || strcmp(session->terminal, terminal) == 0))
			return true;
	}
	return false;
}

/* An administrator from anywhere, anybody else from where he is logged in. */
static void
ask_ssh_doors(struct visit *visit)
{
	const struct doors_scope *scope = visit->scope;
	for (size_t i = 0; i < scope->address_count; i++) {
		const char *address = scope->addresses[i];
		bool is_used = is_logged_in(visit, NULL, address);
		if (visit->person->is_admin || is_used)
			ask_sshd(visit, address, is_used);
	}
}

/* One of each sort stands for all: a virtual terminal, a serial line, and a pseudo
 * terminal, where a container and telnetd have their logins. */
static const char *const terminals[] = { "tty1", "ttyS0", "pts/0", NULL };

static bool
is_asked_anyway(const char *terminal)
{
	const char *const *p = terminals;
	while (*p != NULL && strcmp(*p, terminal) != 0)
		p++;
	return *p != NULL;
}

static void
ask_console_doors(struct visit *visit)
{
	const struct doors_scope *scope = visit->scope;
	bool wanted = visit->person == NULL || visit->person->is_admin;
	for (const char *const *terminal = terminals; *terminal != NULL; terminal++) {
		bool is_used = visit->person != NULL &&
			is_logged_in(visit, *terminal, NULL);
		if (wanted || is_used)
			ask_terminal(visit, "login", *terminal, is_used);
	}
	for (size_t i = 0; visit->person != NULL && i < scope->sessions->count; i++) {
		const struct session *session = &scope->sessions->items[i];
		bool is_login = session->service[0] == '\0' ||
			strcmp(session->service, "login") == 0;
		if (session->host[0] == '\0' && is_login &&
			session->terminal[0] != '\0' &&
			!is_asked_anyway(session->terminal) &&
			strcmp(session->user, visit->person->name) == 0)
			ask_terminal(visit, "login", session->terminal, true);
	}
	for (size_t i = 0; i < scope->service_count; i++)
		if (console_options_is_display(scope->services[i]))
			ask_terminal(visit, scope->services[i], ":0", false);
}

static void
ask_person(struct visit *visit)
{
	const struct doors_scope *scope = visit->scope;
	ask_ssh_doors(visit);
	ask_console_doors(visit);
	if (visit->person->is_admin && visit->user != NULL && visit->user->uid != 0) {
		ask_sudo(visit);
		ask_su(visit);
	}
	for (size_t i = 0; i < scope->service_count; i++)
		if (!console_options_is_display(scope->services[i]))
			ask_service(visit, scope->services[i]);
}

static void
ask_others(struct visit *visit)
{
	const struct doors_scope *scope = visit->scope;
	visit->person = NULL;
	visit->user = NULL;
	ask_console_doors(visit);
	for (size_t i = 0; i < scope->service_count; i++)
		if (!console_options_is_display(scope->services[i]))
			ask_service(visit, scope->services[i]);
}

static void
ask_ports(struct visit *visit)
{
	struct name_list ports = { 0 };
	const struct doors_scope *scope = visit->scope;
	if (visit->sshd->installed && visit->sshd->count > 0)
		doors_ports(&visit->sshd->configs[0], &ports);
	for (size_t i = 0; i < scope->port_count; i++) {
		const char *text = scope->ports[i], *address = strchr(text, ' ') + 1;
		struct doors *doors = visit->doors;
		bool open = doors_ports_serve(&ports, text);
		doors->items = memory_grow(
			doors->items, doors->count, sizeof *doors->items);
		doors->items[doors->count++] = (struct door){ .kind = DOOR_PORT,
			.name = memory_printf(
				"port:%.*s", (int)(address - 1 - text), text),
			.from = memory_text(address),
			.passage = open ? PASSAGE_OPEN : PASSAGE_CLOSED,
			.how = open ? memory_text("open") : NULL,
			.reason = open ? NULL
				       : memory_text("sshd would not listen there") };
	}
	name_list_free(&ports);
}

/* Someone whom etc/passwd does not know is a user all the same. */
static void
look_up(struct visit *visit, const struct doors_person *person,
	struct principal *ret_stranger)
{
	visit->person = person;
	visit->user = principals_user(visit->principals, person->name);
	if (visit->user != NULL) {
		account_read(visit->principals, visit->user, visit->scope->today,
			&visit->account);
		return;
	}
	*ret_stranger = (struct principal){
		.name = person->name, .uid = (uid_t)-1, .gid = (gid_t)-1
	};
	visit->user = ret_stranger;
	visit->account = (struct account){ .password = ACCOUNT_PASSWORD_UNKNOWN,
		.age = ACCOUNT_AGE_UNKNOWN };
}

void
doors_ask(const struct context *context, const struct doors_scope *scope,
	struct doors *ret_doors)
{
	struct visit visit = { .context = context,
		.scope = scope,
		.sshd = sshd_host_load(context),
		.doors = ret_doors };
	*ret_doors = (struct doors){ 0 };
	visit.principals = principals_of(context->host);
	sudoers_read(context->host, &visit.sudoers);
	visit.root = principals_user(visit.principals, "root");
	if (visit.root != NULL)
		account_read(
			visit.principals, visit.root, scope->today, &visit.root_account);
	for (size_t i = 0; i < scope->person_count; i++) {
		struct principal stranger;
		look_up(&visit, &scope->persons[i], &stranger);
		ask_person(&visit);
		account_free(&visit.account);
	}
	ask_others(&visit);
	ask_ports(&visit);
	account_free(&visit.root_account);
	sudoers_free(&visit.sudoers);
}

void
doors_free(struct doors *doors)
{
	for (size_t i = 0; i < doors->count; i++) {
		struct door *door = &doors->items[i];
		free(door->name);
		free(door->service);
		free(door->from);
		free(door->how);
		free(door->reason);
		free(door->remedy);
	}
	free(doors->items);
	*doors = (struct doors){ 0 };
}
