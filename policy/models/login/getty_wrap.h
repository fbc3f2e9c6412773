/* Commands that run other commands, and which of them are harmless beside a getty. */
#ifndef POLICY_MODELS_GETTY_WRAP_H
#define POLICY_MODELS_GETTY_WRAP_H

#include "policy/models/login/getty.h"

struct getty_command {
	const char *program;
	char *const *words; /* COUNT of them, after the program's name */
	size_t count;
	bool opens; /* at a terminal of its own, by openvt */
	const char *number; /* that terminal's, if it is told */
};

/* What COMMAND runs in the end: bash, for `env setsid bash`. COMMAND itself when that
 * can't be told. */
struct getty_command
getty_unwrap(struct getty_command command);

/* Whether it has to do with a terminal wherever its own input comes from: it runs a getty
 * or login, or opens a terminal; a shell that is told to do so counts. */
bool
getty_wrap_takes_terminal(struct getty_command command);

/* What the command line TEXT of a unit, as it stands there, is besides the one of the
 * getty; AT_TERMINAL when its input is the unit's terminal. False when it is known to be
 * harmless, or to ask for a name and a password. */
bool
getty_wrap_judge(const char *text, bool at_terminal, struct getty *getty);

/* Whether one of the commands of TEXT is a getty, a shell, or takes a terminal. */
bool
getty_wrap_concerns(const char *text);

#endif
