/* Controls: what the desired-state file asks of a host. */
#ifndef POLICY_CONTROL_H
#define POLICY_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/error.h"
#include "policy/value.h"

struct kind;

enum risk {
	RISK_NONE,
	RISK_VERY_LOW,
	RISK_LOW,
	RISK_MEDIUM,
	RISK_HIGH,
};

struct waiver {
	const char *owner, *reason, *until; /* borrowed from the policy; until is
					       YYYY-MM-DD, its last day counts */
	bool expired; /* by the local date when the policy was loaded: it no longer waives
		       */
	struct position at;
};

struct control {
	const char *id, *title, *item; /* borrowed from the policy; item may be NULL */
	enum risk risk; /* the residual risk while it fails; default medium */
	bool live_only; /* when: live */
	const struct kind *kind;
	const struct value *keys; /* the kind's section; valid by the kind's key table and
				     its validate */
	const struct value *common; /* the whole control: objective, reference, owner, ...
				       by value_text */
	const struct waiver *waiver; /* NULL when none */
	struct position at;
	struct position section_at; /* of the kind's name */
	bool is_partial; /* validate alone sees it: what was wrong was taken out */
};

struct policy {
	char *file; /* as named by the user */
	char sha256[65]; /* of the policy file's bytes followed by each overlay's */
	const char *title;
	const char *description; /* NULL when absent */
	const struct value
		*assume; /* NULL when absent; e.g. value_text(assume, "openssh", NULL) */
	struct control *controls;
	size_t count;
	struct policy_store *store; /* private: what the borrowed pointers point at */
};

/* Everything that is wrong with a desired-state file; all are reported together. */
struct problems {
	struct problem *items;
	size_t count;
	struct policy_store *store; /* private: the texts, for showing the line */
};

/* Adds one; AT says where. */
void
problems_add(struct problems *problems, struct position at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* file:line:column: message, the line, a caret; for each, sorted by file and line. */
void
problems_show(const struct problems *problems, struct buffer *out);

void
problems_free(struct problems *problems);

/* Loads FILE and lays OVERLAYS over it in order. Returns 0; -1 when there are problems or
 * a file can't be read (a problem too). REQUIRE_SAFE: refuse a file that others than root
 * or the caller can write (as root on
 * "/"). Freed by policy_free also after a failure. */
int
policy_load(const char *file, const char *const *overlays, size_t overlay_count,
	bool require_safe, struct policy *ret_policy, struct problems *problems);

void
policy_free(struct policy *policy);

/* The waivers that have ended, which are no mistake. Freed by problems_free. */
void
policy_ended_waivers(const struct policy *policy, struct problems *ret_ended);

/* The overlays as the user named them, in order; NULL behind the last. Borrowed. */
const char *
policy_overlay(const struct policy *policy, size_t number);

const struct control *
policy_find(const struct policy *policy, const char *id);

const char *
risk_name(enum risk risk);

#endif
