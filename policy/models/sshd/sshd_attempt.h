/* One connection of a person, as it is judged; for policy/models/sshd/sshd_person.c,
 * sshd_credentials.c and sshd_barrier.c alone. */
#ifndef POLICY_MODELS_SSHD_ATTEMPT_H
#define POLICY_MODELS_SSHD_ATTEMPT_H

#include "policy/models/pam/pam_person.h"
#include "policy/models/sshd/sshd_answer.h"
#include "policy/models/sshd/sshd_person.h"

enum sshd_method {
	SSHD_METHOD_KEY,
	SSHD_METHOD_PASSWORD,
	SSHD_METHOD_KEYBOARD,
	SSHD_METHOD_GSSAPI,
	SSHD_METHOD_HOST,
	SSHD_METHOD_COUNT,
};

struct sshd_attempt {
	const struct sshd_person *person;
	const struct sshd_config *config;
	struct sshd_connection connection;
	char *groups;
	bool use_pam;
	struct sshd_method_state {
		enum passage passage;
		char *reason; /* why it is not open */
		struct place place;
	} methods[SSHD_METHOD_COUNT];
	struct sshd_verdict *verdict;
};

struct sshd_answer
sshd_attempt_answer(const struct sshd_attempt *attempt, enum sshd_setting setting);

/* Of the line that decided. */
struct place
sshd_attempt_place(const struct sshd_answer *from);

/* The value of SETTING; OTHERWISE where this version has no such keyword. The caller
 * frees. NULL: it can't be told. */
char *
sshd_attempt_value(const struct sshd_attempt *attempt, enum sshd_setting setting,
	const char *otherwise);

/* Refuses the person by the line of BY (may be NULL). Takes REASON. */
void
sshd_attempt_close(struct sshd_attempt *attempt, const struct sshd_answer *by,
	enum sshd_setting setting, char *reason);

/* The question to PAM. */
void
sshd_attempt_pam(const struct sshd_attempt *attempt, const char *service,
	struct pam_person *ret_pam);

/* The worst of what keeps every client out, PASSAGE_OPEN when nothing does. */
struct sshd_barrier {
	enum passage passage;
	struct place place;
	char *reason; /* the caller's; NULL when open */
};

struct sshd_barrier
sshd_attempt_barrier(const struct sshd_attempt *attempt);

/* Finds out which methods are open. Returns false when PermitRootLogin refuses. */
bool
sshd_attempt_methods(struct sshd_attempt *attempt);

#endif
