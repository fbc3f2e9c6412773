/* Whether a service's stack can be passed without a module: is there anything that the
 * other modules could return so that libpam says success although the module refuses, or
 * was never asked? What the others may return says pam_values.h. pam_stack.so is Red
 * Hat's of 2004. */
#ifndef POLICY_MODELS_PAM_CONSULTS_H
#define POLICY_MODELS_PAM_CONSULTS_H

#include "policy/kinds/kind.h"
#include "policy/place.h"

enum pam_reach {
	PAM_REACHED, /* the stack never succeeds when the module refuses */
	PAM_NOT_THERE, /* no line of the stack names the module */
	PAM_NOT_BINDING, /* the stack can succeed all the same: REASON says how */
	PAM_REFUSES, /* the stack lets nobody in, root neither: REASON says why */
	PAM_UNSURE, /* REASON says why */
};

struct pam_consults {
	enum pam_reach reach;
	bool is_twice; /* with PAM_UNSURE: several lines ask it, with other arguments */
	bool is_passed; /* with PAM_NOT_BINDING: the module can be left out; else it is
			   asked and its refusal is lost */
	struct place place; /* the module's line, or the one that lets the stack succeed
			       or makes it unsure */
	struct place commented; /* a comment that names the module */
	char *path; /* the service's file, or the one that is missing */
	char *reason; /* NULL when reached */
	char *arguments; /* of the module's line; "" */
};

/* TYPE is "auth", "account", ...; MODULE is a name like "pam_access.so". In the account
 * phase new_authtok_reqd counts as success: the user sets a new password and is in. Never
 * fails: what can't be read is unsure. Freed by pam_consults_free. */
void
pam_stack_consults(const struct context *context, const char *service, const char *type,
	const char *module, struct pam_consults *ret_consults);

void
pam_consults_free(struct pam_consults *consults);

#endif
