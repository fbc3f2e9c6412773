/* What a control asks for, in words, and how a person tests it again: the same in the
 * report and in the policy as a document. Markdown. */
#ifndef ENFORCER_ASKED_H
#define ENFORCER_ASKED_H

#include "base/bytes.h"
#include "policy/control.h"

/* Adds the control's number in the policy, its title and its id, as a heading: LEVEL is
 * "##" or "###". */
void
asked_heading(const struct policy *policy, const struct control *control,
	const char *level, struct buffer *out);

/* Adds each key of the control as an item of a list: its name, its value, what it means,
 * and in the same way what holds for the keys that are absent. Nothing for a kind that
 * has none. */
void
asked_write(const struct control *control, struct buffer *out);

/* Adds the policy's file, its overlays, the hash over them, and how that is worked out.
 */
void
asked_policy(const struct policy *policy, struct buffer *out);

/* Adds, as an item of a list, what the policy takes for true where the host does not say;
 * nothing where that is nothing. */
void
asked_assumed(const struct policy *policy, struct buffer *out);

/* Adds how the test is repeated, as items of a list: holdfast's command for ROOT, and the
 * commands by which a person sees the same. */
void
asked_repeat(const struct policy *policy, const struct control *control, const char *root,
	struct buffer *out);

/* Adds the evidence that was recorded for the control: the file, its day and its hash,
 * and with TODAY (YYYY-MM-DD; NULL: not) how old it is. Nothing where there is none. */
void
asked_evidence(const struct control *control, const char *today, struct buffer *out);

#endif
