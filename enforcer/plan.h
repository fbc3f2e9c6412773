/* What apply would do: the remedies of failing controls, verified on a layer of the host
 * before anyone sees them. */
#ifndef ENFORCER_PLAN_H
#define ENFORCER_PLAN_H

#include "enforcer/change.h"
#include "policy/kinds/kind.h"

struct plan {
	char *root;
	char *policy_file;
	char policy_sha256[SHA256_HEX];
	struct changes changes;
	struct effect { /* an answer of a daemon that changes */
		char *control, *subject, *before, *after;
		bool wanted; /* the control asks for it */
	} * effects;
	size_t effect_count;
	struct refusal { /* a failing control that stays as it is */
		char *control, *reason;
	} * refusals;
	size_t refusal_count;
};

/* Asks each failing control among IDS (all when none) for its remedy, in the order of the
 * policy, each on top of the ones before. A remedy is taken only when afterwards its
 * control passes, no other control is worse, and no answer changed that the control does
 * not ask for; else it becomes a refusal. ACCEPT is asked for each edit (apply -i); NULL
 * takes all. */
int
plan_make(const struct context *context, const char *const *ids, size_t id_count,
	bool (*accept)(const struct edit *edit, const struct file *file),
	struct plan *ret_plan, struct error *err);

/* Writes PLAN as JSON to a new file with mode 0600 / reads it back, strictly. A saved
 * plan holds the files' bytes. */
int
plan_save(const struct plan *plan, const char *file, struct error *err);

int
plan_load(const char *file, struct plan *ret_plan, struct error *err);

void
plan_free(struct plan *plan);

#endif
