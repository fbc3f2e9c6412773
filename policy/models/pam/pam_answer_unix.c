/* What pam_unix says to one person. Sources: pam_unix(8), Linux-PAM 1.5.2
 * modules/pam_unix, libpam/pam_get_authtok.c. */
#include "base/memory.h"
#include "policy/models/pam/pam_answer.h"

static const char unreadable[] = "etc/shadow can't be read";
static const char unlisted[] = "etc/shadow has no line for the account";

/* A word that begins with the name of an option is that option: _set_ctrl(). */
static bool
has_option(const struct pam_question *question, const char *name)
{
	autofree char *rest = pam_question_argument(question, name);
	return rest != NULL;
}

static enum account_age
age_of(const struct pam_question *question)
{
	const struct account *account = question->person->account;
	return account != NULL ? account->age : ACCOUNT_VALID;
}

/* Whether an empty password is taken, without asking for it; nullresetok takes it from
 * who must change it: _unix_blankpasswd(). Debian had a nullok_secure, which asks for the
 * terminal. */
static uint32_t
ask_blank(struct pam_question *question)
{
	enum account_age age = age_of(question);
	bool resets = has_option(question, "nullresetok");
	autofree char *option = pam_question_argument(question, "nullok");
	if (option != NULL && pam_question_has(question, "nullok_secure") &&
		!pam_question_has(question, "nullok"))
		return pam_question_doubt(question, PAM_SET(SUCCESS) | PAM_SET(AUTH_ERR),
			"whether nullok_secure takes an empty password can't be told");
	if (option != NULL || (resets && age == ACCOUNT_NEW_PASSWORD))
		return PAM_SET(SUCCESS);
	if (resets && age == ACCOUNT_AGE_UNKNOWN)
		return pam_question_doubt(
			question, PAM_SET(SUCCESS) | PAM_SET(AUTH_ERR), unreadable);
	return pam_question_refuse(question, PAM_VALUE_AUTH_ERR, "the password is empty");
}

/* _unix_verify_password(); the third failure in a row is maxtries. */
static uint32_t
ask_password(struct pam_question *question, enum account_password password)
{
	static const uint32_t fails = PAM_SET(AUTH_ERR) | PAM_SET(MAXTRIES);
	switch (password) {
	case ACCOUNT_PASSWORD_SET:
		return PAM_SET(SUCCESS);
	case ACCOUNT_PASSWORD_EMPTY:
		return ask_blank(question);
	case ACCOUNT_PASSWORD_LOCKED:
		if (age_of(question) == ACCOUNT_UNLISTED)
			return pam_question_doubt(question,
				PAM_SET(NO_AUTHINFO) | PAM_SET(MAXTRIES), unlisted);
		return pam_question_doubt(
			question, fails, "no password opens the account");
	case ACCOUNT_PASSWORD_UNKNOWN:
		break;
	}
	return pam_question_doubt(
		question, PAM_SET(SUCCESS) | PAM_SET(NO_AUTHINFO) | fails, unreadable);
}

/* With use_first_pass it asks for none, and fails when none was asked for; in this phase
 * use_authtok means nothing: pam_get_authtok_internal(). */
uint32_t
pam_answer_unix_auth(struct pam_question *question)
{
	const struct pam_person *person = question->person;
	enum account_password password = person->account != NULL
		? person->account->password
		: ACCOUNT_PASSWORD_SET;
	autofree char *taken = pam_question_argument(question, "use_first_pass=");
	bool takes = taken != NULL || pam_question_has(question, "use_first_pass");
	if (person->user != NULL &&
		(person->user->name[0] == '-' || person->user->name[0] == '+'))
		return pam_question_refuse(
			question, PAM_VALUE_USER_UNKNOWN, "the name begins with - or +");
	uint32_t values = ask_password(question, password);
	bool may_be_blank = password == ACCOUNT_PASSWORD_EMPTY
		? (values & PAM_SET(SUCCESS)) != 0
		: password == ACCOUNT_PASSWORD_UNKNOWN;
	bool is_blank = may_be_blank && values == PAM_SET(SUCCESS);
	if (takes && !is_blank)
		question->answer->unasked = PAM_SET(AUTH_ERR) |
			(may_be_blank ? PAM_SET(SUCCESS) : 0);
	else if (!takes && !is_blank)
		question->answer->asks = may_be_blank ? PAM_ASKS_PERHAPS
						      : PAM_ASKS_SURELY;
	return values;
}

/* Whether pam_unix may have found the password right in the auth phase, whose answer it
 * keeps ("unix_setcred_return"). */
static bool
may_have_asked(const struct pam_question *question)
{
	const struct pam_person *person = question->person;
	const struct pam_stack *stack = pam_person_stack(
		person->context, person->service);
	const struct pam_phase *phase = &stack->phases[PAM_TYPE_AUTH];
	for (size_t i = 0; i < phase->count; i++)
		if (pam_values_is(&phase->steps[i], "pam_unix.so") ||
			pam_values_is(&phase->steps[i], "pam_stack.so"))
			return true;
	return pam_stack_fault(stack, PAM_FAULT_UNSURE) != NULL;
}

/* The age of a password counts for nothing with no_pass_expiry, unless pam_unix itself
 * took the password: pam_sm_acct_mgmt(). */
static uint32_t
ask_age(struct pam_question *question, enum pam_value value, const char *why)
{
	if (!has_option(question, "no_pass_expiry"))
		return pam_question_refuse(question, value, why);
	if (!may_have_asked(question))
		return PAM_SET(SUCCESS);
	return pam_question_doubt(question, PAM_SET(SUCCESS) | 1u << value,
		"whether pam_unix took a password before can't be told");
}

uint32_t
pam_answer_unix_account(struct pam_question *question)
{
	bool spares = has_option(question, "broken_shadow");
	switch (age_of(question)) {
	case ACCOUNT_VALID:
		return PAM_SET(SUCCESS);
	case ACCOUNT_NEW_PASSWORD:
		return ask_age(question, PAM_VALUE_NEW_PASSWORD, NULL);
	case ACCOUNT_PASSWORD_EXPIRED:
		return ask_age(question, PAM_VALUE_PASSWORD_EXPIRED,
			"the password has expired for too long");
	case ACCOUNT_EXPIRED:
		return pam_question_refuse(
			question, PAM_VALUE_EXPIRED, "the account has expired");
	case ACCOUNT_UNLISTED:
		return spares
			? PAM_SET(SUCCESS)
			: pam_question_refuse(question, PAM_VALUE_NO_AUTHINFO, unlisted);
	case ACCOUNT_AGE_UNKNOWN:
		break;
	}
	return pam_question_doubt(question,
		PAM_SET(SUCCESS) | PAM_SET(NEW_PASSWORD) | PAM_SET(PASSWORD_EXPIRED) |
			PAM_SET(EXPIRED) | PAM_SET(NO_AUTHINFO),
		unreadable);
}
