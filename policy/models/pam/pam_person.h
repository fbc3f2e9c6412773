/* What the stack of a PAM service answers to one person who knows his password. What a
 * module says is taken from where it takes it: the accounts, access.conf, console.conf,
 * etc/nologin; a module that is not known here may say anything, and then it is only
 * certain what does not depend on it. */
#ifndef POLICY_MODELS_PAM_PERSON_H
#define POLICY_MODELS_PAM_PERSON_H

#include "base/account.h"
#include "policy/models/pam/pam_stack.h"
#include "policy/models/pam/passage.h"

struct pam_person {
	const struct context *context;
	const struct principals *principals;
	const struct principal *user; /* NULL: any user that NAMES does not name */
	const struct account *account; /* of USER */
	const struct principal *caller; /* who started su; NULL: the service is root's */
	const char *service;
	const char *origin; /* as pam_access takes it: a terminal, a service, or with
			       is_remote a host */
	bool is_remote;
	bool is_console; /* the terminal is no pseudo terminal */
	char *const *names; /* all users that are asked about on this host, NULL ends:
			       the same list each time */
};

struct pam_verdict {
	enum passage passage; /* never PASSAGE_LACKING */
	struct place place; /* of the line that refuses, or is not known to admit */
	char *reason; /* "alice: the first matching line refuses"; NULL when open */
};

/* Asks the phase TYPE: auth or account. Freed by pam_verdict_free. */
void
pam_person_ask(const struct pam_person *person, enum pam_type type,
	struct pam_verdict *ret_verdict);

void
pam_verdict_free(struct pam_verdict *verdict);

/* The stack of SERVICE, read once for a host, to which it belongs. */
const struct pam_stack *
pam_person_stack(const struct context *context, const char *service);

#endif
