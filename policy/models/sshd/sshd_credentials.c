/* What identifies a person to sshd, and whether that is accepted. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "policy/models/sshd/authorized_keys.h"
#include "policy/models/sshd/sshd_attempt.h"

static const enum sshd_setting settings[SSHD_METHOD_COUNT] = {
	[SSHD_METHOD_KEY] = SSHD_PUBKEY_AUTHENTICATION,
	[SSHD_METHOD_PASSWORD] = SSHD_PASSWORD_AUTHENTICATION,
	[SSHD_METHOD_KEYBOARD] = SSHD_KBD_INTERACTIVE_AUTHENTICATION,
	[SSHD_METHOD_GSSAPI] = SSHD_GSSAPI_AUTHENTICATION,
	[SSHD_METHOD_HOST] = SSHD_HOSTBASED_AUTHENTICATION,
};

struct sshd_answer
sshd_attempt_answer(const struct sshd_attempt *attempt, enum sshd_setting setting)
{
	return sshd_answer_find(attempt->config, setting, &attempt->connection);
}

struct place
sshd_attempt_place(const struct sshd_answer *from)
{
	return from->line != NULL ? (struct place){ from->line->file, from->line->offset }
				  : (struct place){ 0 };
}

char *
sshd_attempt_value(const struct sshd_attempt *attempt, enum sshd_setting setting,
	const char *otherwise)
{
	if (sshd_keyword_get(setting, attempt->config->version) == NULL)
		return memory_text(otherwise);
	struct sshd_answer found = sshd_attempt_answer(attempt, setting);
	char *text = found.value;
	found.value = NULL;
	sshd_answer_free(&found);
	return text;
}

/* 1 when it is TEXT, 0 when not, -1 when that can't be told. */
static int
has_value(const struct sshd_attempt *attempt, enum sshd_setting setting,
	const char *otherwise, const char *text)
{
	autofree char *have = sshd_attempt_value(attempt, setting, otherwise);
	return have == NULL ? -1 : strcmp(have, text) == 0;
}

void
sshd_attempt_close(struct sshd_attempt *attempt, const struct sshd_answer *by,
	enum sshd_setting setting, char *reason)
{
	sshd_verdict_free(attempt->verdict);
	*attempt->verdict = (struct sshd_verdict){ .passage = PASSAGE_CLOSED,
		.reason = reason,
		.setting = setting,
		.place = by != NULL ? sshd_attempt_place(by) : (struct place){ 0 } };
}

static void
set_method(struct sshd_attempt *attempt, enum sshd_method method, enum passage passage,
	struct place place, char *reason)
{
	struct sshd_method_state *state = &attempt->methods[method];
	free(state->reason);
	*state = (struct sshd_method_state){ passage, reason, place };
}

static void
close_method(struct sshd_attempt *attempt, enum sshd_method method,
	const struct sshd_answer *by)
{
	set_method(attempt, method, by->value == NULL ? PASSAGE_UNKNOWN : PASSAGE_CLOSED,
		sshd_attempt_place(by),
		memory_printf("%s is %s", sshd_keyword_names[settings[method]],
			by->value != NULL ? by->value : "not known"));
}

/* Whether sshd offers the method: else it is closed, or not known. */
static bool
is_offered(struct sshd_attempt *attempt, enum sshd_method method)
{
	if (sshd_keyword_get(settings[method], attempt->config->version) == NULL) {
		set_method(attempt, method, PASSAGE_CLOSED, (struct place){ 0 },
			memory_printf("this version has no %s",
				sshd_keyword_names[settings[method]]));
		return false;
	}
	struct sshd_answer found = sshd_attempt_answer(attempt, settings[method]);
	bool offered = found.value != NULL && strcmp(found.value, "yes") == 0;
	if (!offered)
		close_method(attempt, method, &found);
	sshd_answer_free(&found);
	return offered;
}

static void
ask_keys(struct sshd_attempt *attempt)
{
	const struct sshd_person *person = attempt->person;
	autofree char *files = sshd_attempt_value(attempt, SSHD_AUTHORIZED_KEYS_FILE, "");
	autofree char *bits = sshd_attempt_value(attempt, SSHD_REQUIRED_RSA_SIZE, "0");
	autofree char *algorithms = sshd_attempt_value(
		attempt, SSHD_PUBKEY_ACCEPTED_ALGORITHMS, "");
	struct authorized_keys keys;
	struct authorized_keys_question question = {
		.host = person->context->host,
		.principals = person->principals,
		.user = person->user,
		.account = person->account,
		.version = attempt->config->version,
		.files = files != NULL ? files : "",
		.strict = has_value(attempt, SSHD_STRICT_MODES, "yes", "no") != 1,
		.address = person->is_anywhere ? NULL : person->address,
		.algorithms = algorithms != NULL && *algorithms != '\0' ? algorithms
									: NULL,
		.rsa_bits = bits != NULL ? strtol(bits, NULL, 10) : 0,
		.today = person->today,
	};
	if (!is_offered(attempt, SSHD_METHOD_KEY))
		return;
	authorized_keys_ask(&question, &keys);
	enum passage passage = keys.answer == AUTHORIZED_KEYS_SOME ? PASSAGE_OPEN
		: keys.answer == AUTHORIZED_KEYS_UNKNOWN           ? PASSAGE_UNKNOWN
								   : PASSAGE_LACKING;
	const char *doubt = NULL;
	if (has_value(attempt, SSHD_AUTHORIZED_KEYS_COMMAND, "none", "none") != 1)
		doubt = "what AuthorizedKeysCommand prints can't be told";
	else if (has_value(attempt, SSHD_TRUSTED_USER_CA_KEYS, "none", "none") != 1)
		doubt = "who has a certificate can't be told";
	if (doubt != NULL && passage == PASSAGE_LACKING)
		passage = PASSAGE_UNKNOWN;
	if (has_value(attempt, SSHD_REVOKED_KEYS, "none", "none") != 1 &&
		passage == PASSAGE_OPEN) {
		passage = PASSAGE_UNKNOWN;
		doubt = "which keys RevokedKeys revokes can't be told";
	}
	set_method(attempt, SSHD_METHOD_KEY, passage, keys.place,
		passage == PASSAGE_OPEN ? NULL
					: memory_text(doubt ? doubt : keys.reason));
	if (passage != PASSAGE_OPEN) {
		attempt->verdict->keys = keys.path;
		keys.path = NULL;
	}
	authorized_keys_free(&keys);
}

void
sshd_attempt_pam(const struct sshd_attempt *attempt, const char *service,
	struct pam_person *ret_pam)
{
	const struct sshd_person *person = attempt->person;
	*ret_pam = (struct pam_person){ .context = person->context,
		.principals = person->principals,
		.user = person->user,
		.account = person->account,
		.service = service,
		.origin = person->address,
		.is_remote = true,
		.names = person->names };
}

/* What becomes of a right password. */
static enum passage
ask_password(
	const struct sshd_attempt *attempt, struct place *ret_place, char **ret_reason)
{
	const struct account *account = attempt->person->account;
	autofree char *service = sshd_attempt_value(
		attempt, SSHD_PAM_SERVICE_NAME, "sshd");
	*ret_place = (struct place){ 0 };
	*ret_reason = NULL;
	if (account->password == ACCOUNT_PASSWORD_EMPTY &&
		has_value(attempt, SSHD_PERMIT_EMPTY_PASSWORDS, "no", "yes") != 1) {
		*ret_reason = memory_text(
			"the password is empty, and PermitEmptyPasswords is no");
		return PASSAGE_LACKING;
	}
	if (attempt->use_pam && service != NULL) {
		struct pam_person pam;
		struct pam_verdict verdict;
		sshd_attempt_pam(attempt, service, &pam);
		pam_person_ask(&pam, PAM_TYPE_AUTH, &verdict);
		*ret_place = verdict.place;
		*ret_reason = verdict.reason;
		return verdict.passage == PASSAGE_CLOSED ? PASSAGE_LACKING
							 : verdict.passage;
	}
	switch (account->password) {
	case ACCOUNT_PASSWORD_SET:
	case ACCOUNT_PASSWORD_EMPTY:
		return PASSAGE_OPEN;
	case ACCOUNT_PASSWORD_LOCKED:
		*ret_reason = memory_text("no password opens the account");
		return PASSAGE_LACKING;
	case ACCOUNT_PASSWORD_UNKNOWN:
		break;
	}
	*ret_reason = memory_text("etc/shadow can't be read");
	return PASSAGE_UNKNOWN;
}

static void
ask_passwords(struct sshd_attempt *attempt)
{
	struct place place;
	char *reason;
	enum passage passage = ask_password(attempt, &place, &reason);
	bool kerberos = has_value(attempt, SSHD_KERBEROS_AUTHENTICATION, "no", "no") != 1;
	if (is_offered(attempt, SSHD_METHOD_PASSWORD)) {
		bool unsure = passage == PASSAGE_LACKING && kerberos;
		set_method(attempt, SSHD_METHOD_PASSWORD,
			unsure ? PASSAGE_UNKNOWN : passage, place,
			reason != NULL ? memory_text(reason) : NULL);
	}
	if (is_offered(attempt, SSHD_METHOD_KEYBOARD)) {
		if (attempt->use_pam)
			set_method(attempt, SSHD_METHOD_KEYBOARD, passage, place,
				reason != NULL ? memory_text(reason) : NULL);
		else
			set_method(attempt, SSHD_METHOD_KEYBOARD, PASSAGE_CLOSED,
				(struct place){ 0 },
				memory_text("keyboard-interactive needs UsePAM"));
	}
	free(reason);
}

static void
ask_others(struct sshd_attempt *attempt)
{
	struct host *host = attempt->person->context->host;
	if (is_offered(attempt, SSHD_METHOD_GSSAPI)) {
		bool has_keytab = host_exists(host, "/etc/krb5.keytab") != 0;
		set_method(attempt, SSHD_METHOD_GSSAPI,
			has_keytab ? PASSAGE_UNKNOWN : PASSAGE_LACKING,
			(struct place){ 0 },
			memory_text(has_keytab ? "who has a Kerberos ticket can't be told"
					       : "there is no etc/krb5.keytab"));
	}
	if (is_offered(attempt, SSHD_METHOD_HOST))
		set_method(attempt, SSHD_METHOD_HOST, PASSAGE_UNKNOWN,
			(struct place){ 0 },
			memory_text("which hosts are trusted can't be told"));
}

/* PermitRootLogin, for accounts of uid 0. */
static bool
limit_root(struct sshd_attempt *attempt)
{
	if (attempt->person->user->uid != 0)
		return true;
	struct sshd_answer found = sshd_attempt_answer(attempt, SSHD_PERMIT_ROOT_LOGIN);
	const char *permit = found.value != NULL ? found.value : "";
	bool refused = strcmp(permit, "no") == 0;
	bool forced = strcmp(permit, "forced-commands-only") == 0;
	if (refused)
		sshd_attempt_close(attempt, &found, SSHD_PERMIT_ROOT_LOGIN,
			memory_text("PermitRootLogin is no"));
	if (strcmp(permit, "prohibit-password") == 0 || forced)
		for (enum sshd_method i = SSHD_METHOD_PASSWORD; i <= SSHD_METHOD_KEYBOARD;
			i++) {
			bool was_open = attempt->methods[i].passage > PASSAGE_CLOSED;
			set_method(attempt, i, PASSAGE_CLOSED, sshd_attempt_place(&found),
				memory_printf("PermitRootLogin is %s", permit));
			if (was_open)
				attempt->verdict->setting = SSHD_PERMIT_ROOT_LOGIN;
		}
	if (forced && attempt->methods[SSHD_METHOD_KEY].passage > PASSAGE_LACKING) {
		set_method(attempt, SSHD_METHOD_KEY, PASSAGE_LACKING,
			sshd_attempt_place(&found),
			memory_text("PermitRootLogin is forced-commands-only"));
		attempt->verdict->setting = SSHD_PERMIT_ROOT_LOGIN;
	}
	sshd_answer_free(&found);
	return !refused;
}

bool
sshd_attempt_methods(struct sshd_attempt *attempt)
{
	ask_keys(attempt);
	ask_passwords(attempt);
	ask_others(attempt);
	return limit_root(attempt);
}
