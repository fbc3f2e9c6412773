/* The PAM stack of a service: the lines that libpam asks in each phase, in order, with
 * those of included files. Source: Linux-PAM 1.5.2 libpam/pam_handlers.c. Debian's patch
 * 031_pam_include adds `@include` and looks for relative names in /etc/pam.d alone. The
 * folders of files: pam_folders.h.
 *
 * Other versions: before 1.3.0 there is no /usr/lib/pam.d; before 1.6.0 files that
 * include each other without a substack are read until something gives way, from 1.6.0 on
 * 16 levels deep, and lines may be longer than 1023 bytes. Not modelled:
 * --enable-read-both-confs, which no large distribution uses. */
#ifndef POLICY_MODELS_PAM_STACK_H
#define POLICY_MODELS_PAM_STACK_H

#include "policy/kinds/kind.h"
#include "policy/models/pam/pam_control.h"
#include "policy/place.h"

enum pam_type {
	PAM_TYPE_AUTH,
	PAM_TYPE_ACCOUNT,
	PAM_TYPE_PASSWORD,
	PAM_TYPE_SESSION,
	PAM_TYPE_COUNT,
};

/* "auth", "account", "password", "session" */
const char *
pam_type_name(enum pam_type type);

/* PAM_TYPE_COUNT when there is no such type. Case counts for nothing. */
enum pam_type
pam_type_find(const char *name);

enum pam_step_kind {
	PAM_STEP_MODULE,
	PAM_STEP_SUBSTACK, /* the deeper steps after it are a stack of their own */
	PAM_STEP_FAILS, /* a line that libpam can't use: it answers perm_denied */
};

struct pam_step {
	enum pam_step_kind kind;
	struct place place; /* the line's first word */
	unsigned depth; /* of substacks; 0 outside */
	bool is_quiet; /* a - stands before the type */
	int actions[PAM_VALUE_COUNT]; /* what the control makes of each value */
	char *control; /* without brackets; "" when the line has none */
	char *module; /* as written; of a substack its file; "" when the line has none */
	char *arguments; /* as written; "" */
};

struct pam_phase {
	struct pam_step *steps;
	size_t count; /* 0: libpam refuses */
	bool is_other; /* the service has no line of the type: these are of "other" */
};

enum pam_fault_kind {
	PAM_FAULT_FAILS, /* a step of one phase always fails */
	PAM_FAULT_REFUSED, /* libpam gives up: nothing is asked and nobody gets in */
	PAM_FAULT_UNSURE, /* what libpam does then can't be told */
};

struct pam_fault {
	enum pam_fault_kind kind;
	enum pam_type type; /* PAM_TYPE_COUNT: the whole stack */
	struct place place; /* may be nowhere */
	char *reason;
};

struct pam_stack {
	char *path; /* the service's file, or where it is missing */
	struct pam_phase phases[PAM_TYPE_COUNT];
	struct pam_fault *faults; /* in the order of reading */
	size_t fault_count;
	const struct file **files; /* all that were read, each once */
	size_t file_count;
};

/* Never fails: what can't be read is a fault. Freed by pam_stack_free. */
void
pam_stack_read(
	const struct context *context, const char *service, struct pam_stack *ret_stack);

/* The first fault of the KIND, NULL when there is none. */
const struct pam_fault *
pam_stack_fault(const struct pam_stack *stack, enum pam_fault_kind kind);

void
pam_stack_free(struct pam_stack *stack);

#endif
