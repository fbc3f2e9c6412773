/* What apply would do: the remedies of failing controls, verified on a layer of the host
 * before anyone sees them. */
#ifndef ENFORCER_PLAN_H
#define ENFORCER_PLAN_H

#include "enforcer/change.h"
#include "policy/kinds/kind.h"

struct plan {
	char *root; /* absolute, links resolved */
	char *policy_file;
	char policy_sha256[SHA256_HEX];
	struct changes changes;
	struct effect { /* an answer of a daemon that changes */
		char *control, *kind, *subject;
		char *before, *after; /* NULL: there is no such answer */
		bool unwanted; /* why the remedy of its control was refused */
	} * effects;
	size_t effect_count;
	struct refusal { /* a failing control that stays as it is, or that can't be
			    judged */
		char *control, *reason;
	} * refusals;
	size_t refusal_count;
	struct plan_note { /* owned */
		char *name, *text;
	} * assumed; /* the policy's assume: for judging the plan again */
	size_t assumed_count;
	struct plan_note *remarks; /* what a control, by name, has to say though it holds
				    */
	size_t remark_count;
	struct plan_note *asked; /* ways in that are lost because a control, in text, asks
				    for it: see guard.h */
	size_t asked_count;
	struct plan_note *accepted; /* those that somebody accepts; no text */
	size_t accepted_count;
	/* the residual risks of the policy's controls before and after; NULL in a plan
	 * that was saved */
	char *risk_before, *risk_after;
};

/* Adds a note; TEXT may be NULL. */
void
plan_add_note(
	struct plan_note **notes, size_t *count, const char *name, const char *text);

void
plan_free_notes(struct plan_note *notes, size_t count);

/* Asked for each edit before it is taken. */
struct plan_chooser {
	bool (*accept)(void *data, const struct control *control, const struct edit *edit,
		const struct file *file);
	void *data;
};

/* Asks each failing control among IDS (all when none) for its remedy, in the order of the
 * policy, each on top of the ones before. A remedy is taken only when afterwards its
 * control passes, no control of the policy is worse, asking again for a remedy yields
 * nothing, and no answer changed that the control does not ask for; else it becomes a
 * refusal. CHOOSER (apply -i) may leave edits out; NULL takes all. What is left of a
 * remedy then need not make its control pass; that too is a refusal. Freed by plan_free,
 * also after -1. */
int
plan_make(const struct context *context, const char *const *ids, size_t id_count,
	const struct plan_chooser *chooser, struct plan *ret_plan, struct error *err);

/* Adds the diffs, the effects and the refusals, and that there is nothing to change, for
 * people. */
void
plan_write(const struct plan *plan, bool coloured, struct buffer *out);

/* Writes PLAN as JSON with mode 0600, durably, as a new file or in the place of a saved
 * plan; never over anything else. A saved plan holds the files' bytes. */
int
plan_save(const struct plan *plan, const char *file, struct error *err);

/* Reads it back, strictly. A plan that another user could have written is refused.
 * Freed by plan_free, also after -1. */
int
plan_load(const char *file, struct plan *ret_plan, struct error *err);

void
plan_free(struct plan *plan);

#endif
