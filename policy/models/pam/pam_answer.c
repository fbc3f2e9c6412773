#include "policy/models/pam/pam_answer.h"

#include <string.h>

#include "base/memory.h"
#include "policy/models/pam/pam_line.h"
#include "policy/models/pam/pam_module.h"

char *
pam_question_argument(const struct pam_question *question, const char *prefix)
{
	autofree char *text = memory_text(question->step->arguments);
	size_t length = strlen(prefix);
	const char *last = NULL;
	char *rest = text;
	for (const char *word; (word = pam_line_word(&rest)) != NULL;)
		if (strncmp(word, prefix, length) == 0)
			last = word + length;
	return last != NULL ? memory_text(last) : NULL;
}

bool
pam_question_has(const struct pam_question *question, const char *word)
{
	autofree char *text = memory_text(question->step->arguments);
	char *rest = text;
	for (const char *other; (other = pam_line_word(&rest)) != NULL;)
		if (strcmp(other, word) == 0)
			return true;
	return false;
}

bool
pam_question_is_root(const struct pam_question *question)
{
	return question->person->user != NULL && question->person->user->uid == 0;
}

uint32_t
pam_question_refuse(struct pam_question *question, enum pam_value value, const char *why)
{
	question->answer->why = why;
	return 1u << value;
}

uint32_t
pam_question_doubt(struct pam_question *question, uint32_t values, const char *why)
{
	question->answer->why = why;
	return values;
}

static uint32_t
ask_rootok(struct pam_question *question)
{
	const struct principal *caller = question->person->caller;
	return caller == NULL || caller->uid == 0
		? PAM_SET(SUCCESS)
		: pam_question_refuse(
			  question, PAM_VALUE_AUTH_ERR, "the caller is not root");
}

/* The name of the group that pam_wheel asks for; NULL when there is none. With no
 * argument it is wheel, without a wheel that of gid 0. */
static const char *
find_wheel(const struct principals *principals, const char *named)
{
	gid_t gid;
	if (named != NULL && named[0] != '\0')
		return principals_group(principals, named, &gid) ? named : NULL;
	if (principals_group(principals, "wheel", &gid))
		return "wheel";
	for (size_t i = 0; i < principals->group_count; i++)
		if (principals->groups[i].gid == 0)
			return principals->groups[i].group;
	return NULL;
}

/* The module takes the caller by number: of users with one uid the first counts. */
static const struct principal *
first_of(const struct principals *principals, const struct principal *user)
{
	for (size_t i = 0; i < principals->user_count; i++)
		if (principals->users[i].uid == user->uid)
			return &principals->users[i];
	return user;
}

/* perform_check() of pam_wheel.c */
static uint32_t
ask_wheel(struct pam_question *question)
{
	const struct pam_person *person = question->person;
	const struct principals *principals = person->principals;
	autofree char *named = pam_question_argument(question, "group=");
	bool denies = pam_question_has(question, "deny");
	bool trusts = pam_question_has(question, "trust");
	uint32_t spared = trusts ? PAM_SET(SUCCESS) : PAM_SET(IGNORE);
	uint32_t any = spared | PAM_SET(IGNORE) | PAM_SET(REFUSED) | PAM_SET(AUTH_ERR);
	if (pam_question_has(question, "root_only") && !pam_question_is_root(question))
		return PAM_SET(IGNORE);
	if (person->caller == NULL)
		return pam_question_doubt(question, any | PAM_SET(SERVICE_ERR),
			"who started the service can't be told");
	const char *group = find_wheel(principals, named);
	bool is_member = group != NULL &&
		principals_in_group(
			principals, first_of(principals, person->caller), group);
	if (!is_member && !principals->groups_complete)
		return pam_question_doubt(question, any,
			"another source than etc/group may know the group");
	if (group == NULL)
		return denies ? PAM_SET(IGNORE)
			      : pam_question_refuse(question, PAM_VALUE_AUTH_ERR,
					"there is no such group");
	if (is_member == denies)
		return pam_question_refuse(question, PAM_VALUE_REFUSED,
			denies ? "the caller is in the group"
			       : "the caller is not in the group wheel");
	return spared;
}

/* Through lock_time= and magic_root too only failures count; nobody is locked out for
 * them now. A file of one's own may not be one that pam_tally2 takes (get_tally). */
static uint32_t
ask_tally2(struct pam_question *question)
{
	autofree char *file = pam_question_argument(question, "file=");
	uint32_t values = PAM_SET(SUCCESS) | PAM_SET(IGNORE);
	if (file == NULL)
		return values;
	return pam_question_doubt(question, values | PAM_SET(AUTH_ERR),
		"whether it takes its file can't be told");
}

static uint32_t
ask_permit(struct pam_question *question)
{
	(void)question;
	return PAM_SET(SUCCESS);
}

/* Before Linux-PAM 1.0 acct_expired in the account phase. */
static uint32_t
ask_deny(struct pam_question *question)
{
	question->answer->why = "the stack comes to pam_deny";
	return PAM_SET(AUTH_ERR) |
		(question->type == PAM_TYPE_ACCOUNT ? PAM_SET(EXPIRED) : 0);
}

static uint32_t
ignore(struct pam_question *question)
{
	(void)question;
	return PAM_SET(IGNORE);
}

/* libcap's pam_cap: success where capability.conf has a line for the user. */
static uint32_t
ask_cap(struct pam_question *question)
{
	(void)question;
	return PAM_SET(SUCCESS) | PAM_SET(IGNORE);
}

/* pam_sm_acct_mgmt() of pam_env.c */
static uint32_t
ask_env_account(struct pam_question *question)
{
	return pam_question_refuse(question, PAM_VALUE_SERVICE_ERR,
		"it refuses everybody in the account phase");
}

/* Those of desktops ask for a password when there is none, and say little else. */
static uint32_t
ask_desktop(struct pam_question *question)
{
	question->answer->asks = PAM_ASKS_PERHAPS;
	return PAM_VALUES_ALL & ~PAM_SET(NEW_PASSWORD);
}

/* The two phases of each module; NULL where it has no function for one, and libpam
 * answers module_unknown in its place (_pam_dispatch_aux). */
static const struct {
	const char *name;
	uint32_t (*auth)(struct pam_question *question);
	uint32_t (*account)(struct pam_question *question);
} modules[] = {
	{ "pam_access.so", pam_answer_access, pam_answer_access },
	{ "pam_cap.so", ask_cap, NULL },
	{ "pam_deny.so", ask_deny, ask_deny },
	{ "pam_env.so", ignore, ask_env_account },
	{ "pam_faildelay.so", ignore, NULL },
	{ "pam_faillock.so", pam_answer_faillock_auth, pam_answer_faillock_account },
	{ "pam_gnome_keyring.so", ask_desktop, NULL },
	{ "pam_group.so", ignore, NULL },
	{ "pam_holdfast.so", pam_answer_holdfast, pam_answer_holdfast },
	{ "pam_issue.so", pam_answer_issue, NULL },
	{ "pam_keyinit.so", ignore, NULL },
	{ "pam_kwallet5.so", ask_desktop, NULL },
	{ "pam_localuser.so", pam_answer_localuser, pam_answer_localuser },
	{ "pam_nologin.so", pam_answer_nologin, pam_answer_nologin },
	{ "pam_permit.so", ask_permit, ask_permit },
	{ "pam_rootok.so", ask_rootok, ask_rootok },
	{ "pam_securetty.so", pam_answer_securetty, pam_answer_securetty },
	{ "pam_tally2.so", ask_tally2, ask_tally2 },
	{ "pam_unix.so", pam_answer_unix_auth, pam_answer_unix_account },
	{ "pam_warn.so", ignore, ignore },
	{ "pam_wheel.so", ask_wheel, ask_wheel },
};

static uint32_t
ask_module(struct pam_question *question)
{
	for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
		uint32_t (*ask)(struct pam_question *) = question->type == PAM_TYPE_AUTH
			? modules[i].auth
			: modules[i].account;
		if (!pam_values_is(question->step, modules[i].name))
			continue;
		return ask != NULL ? ask(question)
				   : pam_question_refuse(question, PAM_VALUE_NO_MODULE,
					     "it has no function for this phase");
	}
	question->answer->asks = PAM_ASKS_PERHAPS;
	return PAM_VALUES_ALL;
}

void
pam_answer_ask(const struct pam_person *person, enum pam_type type,
	const struct pam_step *step, struct pam_answer *ret_answer)
{
	struct pam_question question = { person, type, step, ret_answer };
	*ret_answer = (struct pam_answer){ .values = PAM_VALUES_ALL,
		.place = step->place };
	if (step->kind != PAM_STEP_MODULE)
		return;
	switch (pam_module_look(person->context->host, step->module, &ret_answer->why)) {
	case PAM_MODULE_MISSING:
		ret_answer->values = PAM_SET(NO_MODULE);
		break;
	case PAM_MODULE_UNSURE:
		ret_answer->asks = PAM_ASKS_PERHAPS;
		break;
	case PAM_MODULE_THERE:
		ret_answer->values = ask_module(&question);
		break;
	}
}
