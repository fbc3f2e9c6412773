/* Values written as YAML that loads again to the same. */
#ifndef POLICY_SHOW_H
#define POLICY_SHOW_H

#include "policy/control.h"
#include "policy/key.h"

/* The policy as it is understood, overlays laid over it; says in comments which waivers
 * count and what holds where a key is absent. */
void
show_policy(const struct policy *policy, struct buffer *out);

/* The entries of SECTION, which is as KEYS say, each line after DEPTH levels of two
 * blanks. */
void
show_section(const struct value *section, const struct key *keys, unsigned depth,
	struct buffer *out);

/* The control's evidence in the same way, under its name; nothing where it names none. */
void
show_evidence(const struct control *control, unsigned depth, struct buffer *out);

#endif
