/* The guard against locking oneself out: who would no longer get in when a plan is
 * carried out. It compares the doors (policy/doors) of the host as it is with those of
 * the host as planned; what becomes narrower is a loss, unless the policy itself asks for
 * it or somebody has accepted it by name. */
#ifndef ENFORCER_GUARD_H
#define ENFORCER_GUARD_H

#include "base/sessions.h"
#include "enforcer/plan.h"

enum guard_mark {
	GUARD_SAME,
	GUARD_GAINED,
	GUARD_ASKED, /* lost, and a control asks for it */
	GUARD_ACCEPTED, /* lost, and accepted */
	GUARD_LOST,
};

struct guard_row {
	char *who, *how, *from; /* "alice", "ssh", "192.0.2.7" */
	char *before, *after; /* "key", "refused" */
	enum guard_mark mark;
	char *control; /* GUARD_ASKED: its id */
	char *unknown; /* why what is after, or else before, can't be told; NULL */
};

struct guard_loss { /* one that nobody asked for or accepted */
	char *name; /* "ssh:alice": what --accept takes */
	char *reason, *remedy; /* remedy may be NULL */
};

struct guard {
	struct guard_row *rows;
	size_t row_count;
	struct guard_loss *losses; /* each name once; none: the plan may go on */
	size_t loss_count;
	struct plan_note *shared; /* files of PAM that are changed though others use them:
				     its name, and who does and why it may be */
	size_t shared_count;
	bool touches; /* the plan changes files by which people get in */
	bool cut; /* not everybody was looked at */
	char *unjudged; /* why nothing could be told; NULL */
};

/* Judges PLAN on the host of CONTEXT. With CONTEXT's policy, what its controls ask for is
 * added to PLAN->asked; without controls, what stands there already counts. SESSIONS: who
 * is logged in. Freed by guard_free. */
void
guard_judge(const struct context *context, struct plan *plan,
	const struct sessions *sessions, struct guard *ret_guard);

/* Notes in PLAN the names that --accept gives, and judges it as guard_judge does with the
 * sessions of the running system, which another root has none of. */
void
guard_check(const struct context *context, const char *const *accepted, size_t count,
	struct plan *plan, struct guard *ret_guard);

/* The same for a saved plan, which knows what its policy assumed and asked for. */
int
guard_check_saved(struct host *host, const char *const *accepted, size_t count,
	struct plan *plan, struct guard *ret_guard, struct error *err);

/* Adds the table and the losses, for people; nothing when the plan touches no way in. */
void
guard_write(const struct guard *guard, bool coloured, struct buffer *out);

/* Adds, where there are losses, the command line ARGV (argv[0] is the command's name) as
 * it would have to be. */
void
guard_write_command(
	const struct guard *guard, int argc, char *const *argv, struct buffer *out);

void
guard_free(struct guard *guard);

#endif
