/* Evidence that a person recorded: what can't be measured in a root (listening sockets, a
 * router's text, another machine's answer) enters through a control's key `evidence`,
 * with the day it was taken and its hash. What is too old, or is not what was recorded,
 * is not believed. */
#ifndef POLICY_RECORDED_H
#define POLICY_RECORDED_H

#include "base/host.h"
#include "policy/control.h"
#include "policy/key.h"

extern const struct key recorded_keys[]; /* of the section evidence */
extern const char recorded_days[]; /* its max-days where it has none */

enum recorded_state {
	RECORDED_NOT, /* the control names no evidence */
	RECORDED_READ,
	RECORDED_UNUSABLE, /* reason says why: the finding is unknown */
};

struct recorded {
	enum recorded_state state;
	struct file file; /* for findings; bytes only when read */
	const char *date; /* borrowed from the policy */
	char *reason; /* owned; RECORDED_NOT: what would have to be recorded */
};

/* Says what the key table can't. */
void
recorded_validate(const struct control *control, struct problems *problems);

/* Reads what CONTROL names; a relative path counts from the folder of the file that names
 * it. Nothing of a host is read. Freed by recorded_free. */
void
recorded_read(const struct control *control, struct recorded *ret_recorded);

/* When what RECORDED tells of was so: "on YYYY-MM-DD" where it is read, else "now". The
 * caller frees. */
char *
recorded_when(const struct recorded *recorded);

void
recorded_free(struct recorded *recorded);

/* Whole days from DATE (YYYY-MM-DD) to TODAY; negative when it is to come. */
long
recorded_age(const char *date, const char *today);

/* The day that is DAYS after DATE, both as YYYY-MM-DD. */
void
recorded_later(const char *date, long days, char ret_date[16]);

#endif
