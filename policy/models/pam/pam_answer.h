/* What one module of a stack may say to one person, and what the files that know the
 * modules share. */
#ifndef POLICY_MODELS_PAM_ANSWER_H
#define POLICY_MODELS_PAM_ANSWER_H

#include <stdint.h>

#include "policy/models/pam/pam_person.h"
#include "policy/models/pam/pam_values.h"

#define PAM_SET(name) (1u << PAM_VALUE_##name)

/* Whether a module asks for a password, which the modules after it then find: the first
 * that asks keeps it as PAM_AUTHTOK. */
enum pam_asking {
	PAM_ASKS_NOT,
	PAM_ASKS_PERHAPS,
	PAM_ASKS_SURELY,
};

struct pam_answer {
	uint32_t values; /* what it may return, a set of values of libpam */
	uint32_t unasked; /* the same when nobody asked for a password before it; 0: that
			     counts for nothing */
	enum pam_asking asks;
	const char *why; /* it does not admit; static text or of the host, or NULL */
	struct place place;
};

struct pam_question {
	const struct pam_person *person;
	enum pam_type type; /* auth or account */
	const struct pam_step *step;
	struct pam_answer *answer; /* but for the values, which are returned */
};

/* Asks STEP in the phase TYPE. The values of a module that is not known are any. */
void
pam_answer_ask(const struct pam_person *person, enum pam_type type,
	const struct pam_step *step, struct pam_answer *ret_answer);

/* What follows PREFIX in the last argument that begins with it; NULL when none does. The
 * caller frees. */
char *
pam_question_argument(const struct pam_question *question, const char *prefix);

/* Whether WORD is one of the arguments. */
bool
pam_question_has(const struct pam_question *question, const char *word);

bool
pam_question_is_root(const struct pam_question *question);

/* The set of VALUE alone, with WHY as the reason. */
uint32_t
pam_question_refuse(struct pam_question *question, enum pam_value value, const char *why);

/* VALUES, with WHY it can't be told which. */
uint32_t
pam_question_doubt(struct pam_question *question, uint32_t values, const char *why);

/* pam_unix(8), modules/pam_unix */
uint32_t
pam_answer_unix_auth(struct pam_question *question);

uint32_t
pam_answer_unix_account(struct pam_question *question);

/* pam_access(8); the same in both phases. */
uint32_t
pam_answer_access(struct pam_question *question);

/* What these say depends on a file. */
uint32_t
pam_answer_issue(struct pam_question *question);

uint32_t
pam_answer_nologin(struct pam_question *question);

uint32_t
pam_answer_securetty(struct pam_question *question);

uint32_t
pam_answer_localuser(struct pam_question *question);

uint32_t
pam_answer_faillock_auth(struct pam_question *question);

uint32_t
pam_answer_faillock_account(struct pam_question *question);

/* pam_holdfast(8) */
uint32_t
pam_answer_holdfast(struct pam_question *question);

#endif
