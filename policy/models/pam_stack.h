/* Whether a service's PAM stack consults a module, read straight down: what a stack does
 * with jumps and early ends is told, not worked out. Sources: pam.conf(5), Linux-PAM
 * 1.5.2 libpam/pam_handlers.c; `@include` is Debian's, pam_stack.so Red Hat's of 2004. */
#ifndef POLICY_MODELS_PAM_STACK_H
#define POLICY_MODELS_PAM_STACK_H

#include "policy/kinds/kind.h"
#include "policy/place.h"

enum pam_reach {
	PAM_REACHED, /* always, and a refusal counts */
	PAM_NOT_THERE, /* no line of the stack names the module */
	PAM_NOT_BINDING, /* it is asked, and its refusal is ignored */
	PAM_UNSURE, /* REASON says why */
};

struct pam_consults {
	enum pam_reach reach;
	struct place place; /* the module's line, or the one that makes it unsure */
	struct place commented; /* a comment that names the module */
	char *path; /* the service's file, or the one that is missing */
	char *reason; /* NULL when reached */
	char *arguments; /* of the module's line; "" */
};

/* TYPE is "auth", "account", ...; MODULE is a name like "pam_access.so". Never fails:
 * what can't be read is unsure. Freed by pam_consults_free. */
void
pam_stack_consults(const struct context *context, const char *service, const char *type,
	const char *module, struct pam_consults *ret_consults);

void
pam_consults_free(struct pam_consults *consults);

#endif
