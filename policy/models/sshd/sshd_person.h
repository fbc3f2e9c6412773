/* Whether sshd lets one person in, and by what. Sources: OpenSSH 9.2 auth.c allowed_user
 * and auth_root_allowed, auth2.c, auth-passwd.c, auth2-pubkey.c, session.c;
 * sshd_config(5).
 */
#ifndef POLICY_MODELS_SSHD_PERSON_H
#define POLICY_MODELS_SSHD_PERSON_H

#include "base/account.h"
#include "policy/models/pam/passage.h"
#include "policy/models/sshd/sshd_config.h"
#include "policy/place.h"

struct sshd_person {
	const struct context *context;
	const struct principals *principals;
	const struct principal *user;
	const struct account *account;
	char *const *names; /* as in struct pam_person */
	const char *address; /* where he comes from */
	bool is_anywhere; /* ADDRESS only stands for one that no line names */
	long today; /* days since 1970 */
};

struct sshd_verdict {
	enum passage passage;
	char *methods; /* those that work: "key, password"; NULL when none is known to */
	char *reason; /* why it is not open; NULL when it is */
	char *keys; /* where a key would be looked for; NULL when none would help */
	struct place place; /* of the line that decides; may be nowhere */
	enum sshd_setting setting; /* what refuses him by name, group or as root: else
				      SSHD_NONE */
};

/* Freed by sshd_verdict_free. */
void
sshd_person_ask(const struct sshd_person *person, const struct sshd_config *config,
	struct sshd_verdict *ret_verdict);

void
sshd_verdict_free(struct sshd_verdict *verdict);

#endif
