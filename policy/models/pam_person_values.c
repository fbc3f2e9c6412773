/* What the modules of Linux-PAM say to one person. Sources: their manuals, and Linux-PAM
 * 1.5.2 modules/MODULE/MODULE.c. */
#include <stdlib.h>
#include <string.h>

#include "base/console_conf.h"
#include "base/console_options.h"
#include "base/memory.h"
#include "base/table.h"
#include "policy/models/access_conf.h"
#include "policy/models/pam_line.h"
#include "policy/models/pam_module.h"
#include "policy/models/pam_person.h"
#include "policy/models/pam_values.h"

#define VALUE(name) (1u << PAM_VALUE_##name)

enum { PAM_VALUE_EXPIRED = 13 }; /* PAM_ACCT_EXPIRED */

static const uint32_t not_known = VALUE(SUCCESS) | VALUE(REFUSED);

/* One question to one module. */
struct question {
	const struct pam_person *person;
	enum pam_type type;
	const struct pam_step *step;
	const char *why;
	struct place place;
};

/* The value of the argument NAME=; "" for the flag NAME; NULL when it is not given. The
 * caller frees. */
static char *
argument(const struct pam_step *step, const char *name)
{
	autofree char *text = memory_text(step->arguments);
	size_t length = strlen(name);
	char *rest = text;
	for (const char *word = pam_line_word(&rest); word != NULL;
		word = pam_line_word(&rest))
		if (strncmp(word, name, length) == 0 &&
			(word[length] == '=' || word[length] == '\0'))
			return memory_text(word + length + (word[length] == '='));
	return NULL;
}

static bool
has_argument(const struct pam_step *step, const char *name)
{
	autofree char *value = argument(step, name);
	return value != NULL;
}

static bool
is_root(const struct question *question)
{
	return question->person->user != NULL && question->person->user->uid == 0;
}

static uint32_t
refuse(struct question *question, const char *why)
{
	question->why = why;
	return VALUE(REFUSED);
}

static uint32_t
ask_password(struct question *question)
{
	const struct account *account = question->person->account;
	enum account_password password = account != NULL ? account->password
							 : ACCOUNT_PASSWORD_SET;
	switch (password) {
	case ACCOUNT_PASSWORD_SET:
		return VALUE(SUCCESS);
	case ACCOUNT_PASSWORD_EMPTY:
		if (has_argument(question->step, "nullok"))
			return VALUE(SUCCESS);
		if (has_argument(question->step, "nullok_secure"))
			return not_known;
		return refuse(question, "the password is empty");
	case ACCOUNT_PASSWORD_LOCKED:
		return refuse(question, "no password opens the account");
	case ACCOUNT_PASSWORD_UNKNOWN:
		break;
	}
	question->why = "etc/shadow can't be read";
	return not_known;
}

static uint32_t
ask_unix(struct question *question)
{
	const struct account *account = question->person->account;
	if (question->type == PAM_TYPE_AUTH)
		return ask_password(question);
	switch (account != NULL ? account->age : ACCOUNT_VALID) {
	case ACCOUNT_VALID:
		return VALUE(SUCCESS);
	case ACCOUNT_NEW_PASSWORD:
		return VALUE(NEW_PASSWORD);
	case ACCOUNT_EXPIRED:
		question->why = "the account has expired";
		return VALUE(EXPIRED);
	case ACCOUNT_AGE_UNKNOWN:
		break;
	}
	question->why = "etc/shadow can't be read";
	return VALUE(SUCCESS) | VALUE(NEW_PASSWORD) | VALUE(EXPIRED);
}

/* The rules that one line of pam_access asks, and what they said so far. */
struct rules {
	struct access_conf conf;
	struct access_people people;
	struct table decisions; /* "r192.0.2.1", "ltty1" -> array */
};

static void
release_rules(void *memory)
{
	struct rules *rules = memory;
	for (size_t i = 0; i < rules->decisions.capacity; i++)
		if (rules->decisions.slots[i].key != NULL)
			free(rules->decisions.slots[i].value);
	table_free(&rules->decisions);
	access_people_free(&rules->people);
	access_conf_free(&rules->conf);
	free(rules);
}

static struct rules *
find_rules(const struct pam_person *person, const char *arguments)
{
	struct host *host = person->context->host;
	autofree char *key = memory_printf("pam_person access %s", arguments);
	struct rules *rules = host_note(host, key);
	if (rules == NULL) {
		struct access_settings settings;
		rules = memory_new(1, sizeof *rules);
		access_settings_read(arguments, &settings);
		access_conf_read(person->context, &settings, &rules->conf);
		access_people_find(
			&rules->conf, person->principals, person->names, &rules->people);
		host_set_note(host, key, rules, release_rules);
	}
	return rules;
}

static uint32_t
ask_access(struct question *question)
{
	const struct pam_person *person = question->person;
	struct rules *rules = find_rules(person, question->step->arguments);
	autofree char *key = memory_printf(
		"%c%s", person->is_remote ? 'r' : 'l', person->origin);
	struct access_decision *decisions = table_get(&rules->decisions, key);
	if (decisions == NULL) {
		decisions = memory_new(rules->people.count, sizeof *decisions);
		access_judge(&rules->conf, &rules->people, person->origin,
			person->is_remote, 0, decisions);
		table_set(&rules->decisions, key, decisions);
	}
	size_t index = 0; /* any other user */
	for (size_t i = 1; i < rules->people.count && person->user != NULL; i++)
		if (rules->people.items[i].name != NULL &&
			strcmp(rules->people.items[i].name, person->user->name) == 0)
			index = i;
	const struct access_decision *decision = &decisions[index];
	if (decision->rule != NULL)
		question->place = decision->rule->place;
	if (decision->answer == ACCESS_ADMITTED)
		return VALUE(SUCCESS);
	question->why = "the first rule that matches refuses";
	if (decision->rule != NULL && decision->rule->for_all)
		question->why = decision->rule->reason;
	else if (decision->answer == ACCESS_UNKNOWN)
		question->why = "whether the rule matches can't be told";
	return decision->answer == ACCESS_REFUSED ? VALUE(REFUSED) : not_known;
}

/* Whether ENTRY of console.conf means the user. */
static bool
is_meant(const struct pam_person *person, const struct console_conf_entry *entry)
{
	autofree char *name = memory_copy(entry->text, entry->size);
	switch (entry->kind) {
	case CONSOLE_CONF_USER:
		return strcmp(name, person->user->name) == 0;
	case CONSOLE_CONF_UID:
		return entry->uid == person->user->uid;
	case CONSOLE_CONF_GROUP:
		return principals_in_group(person->principals, person->user, name);
	default:
		return false;
	}
}

/* Whether the module would let the user in by FILE: 1, 0; -1: it does not believe it. */
static int
is_named(const struct pam_person *person, const struct file *file)
{
	struct console_conf conf;
	struct console_conf_entry entry;
	int result, named = 0;
	if (file->state != FILE_READ || file->is_link ||
		file->bytes.size > CONSOLE_CONF_MAX ||
		(file->status.st_mode != 0 &&
			(host_owner(person->context->host, &file->status) != 0 ||
				(file->status.st_mode & 022) != 0)))
		return -1;
	console_conf_begin(
		&conf, file->bytes.size > 0 ? file->bytes.data : "", file->bytes.size);
	while ((result = console_conf_next(&conf, &entry)) > 0)
		if (person->user != NULL && is_meant(person, &entry))
			named = 1;
	return result < 0 ? -1 : named;
}

/* pam_holdfast(8) */
static uint32_t
ask_holdfast(struct question *question)
{
	enum { WORDS_MAX = 64 };
	const struct pam_person *person = question->person;
	struct console_options options;
	const char *words[WORDS_MAX];
	int count = 0;
	autofree char *text = memory_text(question->step->arguments);
	char *rest = text;
	for (const char *word;
		count < WORDS_MAX && (word = pam_line_word(&rest)) != NULL;)
		words[count++] = word;
	console_options_read(count, words, &options);
	bool display = console_options_is_display(person->service);
	bool at_console = display
		? !person->is_remote
		: person->is_console && !(options.trust_rhost && person->is_remote);
	/* at which terminal, if any, is not known of a service that is not login's */
	bool may_be_bare = !person->is_remote &&
		console_options_takes_bare(&options, person->service);
	if (question->type == PAM_TYPE_AUTH || is_root(question) ||
		!console_options_cover(&options, person->service) || options.dry_run)
		return VALUE(IGNORE);
	if (options.wrong == NULL && !at_console && !options.pts_is_console &&
		!may_be_bare)
		return VALUE(IGNORE);
	const struct file *file = host_file(person->context->host, options.conf);
	int named = options.wrong != NULL ? -1 : is_named(person, file);
	if (named > 0 || (named < 0 && options.allow_on_error))
		return VALUE(IGNORE);
	if (named == 0)
		question->place = (struct place){ file, 0 };
	/* a container's console is a pts, and so are logins from elsewhere */
	if (named == 0 && !at_console)
		return VALUE(IGNORE) | VALUE(REFUSED);
	return refuse(question,
		named == 0 ? "console.conf does not name the user"
			   : "the module does not believe its configuration");
}

static uint32_t
ask_nologin(struct question *question)
{
	autofree char *named = argument(question->step, "file");
	struct host *host = question->person->context->host;
	bool is_there = named != NULL ? host_exists(host, named) > 0
				      : host_exists(host, "/var/run/nologin") > 0 ||
			host_exists(host, "/etc/nologin") > 0;
	if (!is_there || is_root(question))
		return VALUE(SUCCESS) | VALUE(IGNORE);
	return refuse(question, "there is an etc/nologin");
}

/* Only root is kept to the terminals of etc/securetty; the kernel's console counts too.
 */
static uint32_t
ask_securetty(struct question *question)
{
	struct host *host = question->person->context->host;
	const struct file *file = host_file(host, "/etc/securetty");
	const char *origin = question->person->origin;
	size_t length = strlen(origin);
	if (!is_root(question) || file->state == FILE_ABSENT)
		return VALUE(SUCCESS);
	for (size_t at = 0; file->state == FILE_READ && at < file->bytes.size;) {
		struct bytes line = bytes_line(file->bytes, at);
		at += line.size + 1;
		if (line.size == length && memcmp(line.data, origin, length) == 0)
			return VALUE(SUCCESS);
	}
	question->place = (struct place){ file, 0 };
	question->why = "etc/securetty does not name the terminal";
	return not_known;
}

static uint32_t
ask_rootok(struct question *question)
{
	const struct principal *caller = question->person->caller;
	return caller == NULL || caller->uid == 0
		? VALUE(SUCCESS)
		: refuse(question, "the caller is not root");
}

/* The group of uid 0's, when there is no wheel. */
static uint32_t
ask_wheel(struct question *question)
{
	const struct pam_person *person = question->person;
	autofree char *named = argument(question->step, "group");
	const char *group = named != NULL ? named : "wheel";
	gid_t gid;
	if (has_argument(question->step, "root_only") && !is_root(question))
		return VALUE(IGNORE);
	if (person->caller == NULL)
		return VALUE(IGNORE) | not_known;
	if (named == NULL && !principals_group(person->principals, group, &gid))
		group = "root";
	bool is_member = principals_in_group(person->principals, person->caller, group);
	if (has_argument(question->step, "deny"))
		return is_member ? refuse(question, "the caller is in the group")
				 : VALUE(IGNORE);
	if (!is_member)
		return refuse(question, "the caller is not in the group wheel");
	return has_argument(question->step, "trust") ? VALUE(SUCCESS) : VALUE(IGNORE);
}

static uint32_t
ask_local(struct question *question)
{
	const struct pam_person *person = question->person;
	return person->user == NULL ||
			principals_user(person->principals, person->user->name) != NULL
		? VALUE(SUCCESS)
		: refuse(question, "the user is not in etc/passwd");
}

static uint32_t
ask_faillock(struct question *question)
{
	/* nobody is locked out for failures now */
	return has_argument(question->step, "authfail") ? PAM_VALUES_ALL
							: VALUE(SUCCESS) | VALUE(IGNORE);
}

static uint32_t
ask_permit(struct question *question)
{
	(void)question;
	return VALUE(SUCCESS);
}

static uint32_t
ask_deny(struct question *question)
{
	return refuse(question, "the stack comes to pam_deny");
}

/* Modules that do something on the way and stop nobody. */
static uint32_t
ask_nothing(struct question *question)
{
	(void)question;
	return VALUE(SUCCESS) | VALUE(IGNORE);
}

static const struct {
	const char *name;
	uint32_t (*ask)(struct question *question);
} modules[] = {
	{ "pam_unix.so", ask_unix },
	{ "pam_access.so", ask_access },
	{ "pam_holdfast.so", ask_holdfast },
	{ "pam_nologin.so", ask_nologin },
	{ "pam_securetty.so", ask_securetty },
	{ "pam_rootok.so", ask_rootok },
	{ "pam_wheel.so", ask_wheel },
	{ "pam_localuser.so", ask_local },
	{ "pam_faillock.so", ask_faillock },
	{ "pam_tally2.so", ask_nothing },
	{ "pam_permit.so", ask_permit },
	{ "pam_deny.so", ask_deny },
	{ "pam_env.so", ask_nothing },
	{ "pam_faildelay.so", ask_nothing },
	{ "pam_cap.so", ask_nothing },
	{ "pam_group.so", ask_nothing },
	{ "pam_issue.so", ask_nothing },
	{ "pam_warn.so", ask_nothing },
	{ "pam_keyinit.so", ask_nothing },
	{ "pam_gnome_keyring.so", ask_nothing },
	{ "pam_kwallet5.so", ask_nothing },
};

uint32_t
pam_person_values(const struct pam_person *person, enum pam_type type,
	const struct pam_step *step, const char **ret_why, struct place *ret_place)
{
	struct question question = { person, type, step, NULL, step->place };
	enum pam_module_state state = PAM_MODULE_THERE;
	uint32_t values = PAM_VALUES_ALL;
	if (step->kind == PAM_STEP_MODULE)
		state = pam_module_look(
			person->context->host, step->module, &question.why);
	if (state == PAM_MODULE_MISSING) {
		values = VALUE(NO_MODULE);
	} else if (state == PAM_MODULE_THERE) {
		for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
			if (pam_values_is(step, modules[i].name))
				values = modules[i].ask(&question);
	}
	*ret_why = question.why;
	*ret_place = question.place;
	return values;
}
