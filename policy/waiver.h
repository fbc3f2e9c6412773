/* Waivers: gaps that somebody answers for, until a day. */
#ifndef POLICY_WAIVER_H
#define POLICY_WAIVER_H

#include "policy/control.h"

/* The waiver that SECTION, a valid `waive` section, states; its texts are borrowed. It is
 * expired when its last day is before TODAY (YYYY-MM-DD). */
struct waiver
waiver_read(const struct value *section, const char *today);

/* What it says, for people, in one clause; HOLDS: its control holds without it. The
 * caller frees. */
char *
waiver_text(const struct waiver *waiver, bool holds);

/* The day it is by the local clock, as YYYY-MM-DD. */
void
waiver_today(char ret_today[16]);

#endif
