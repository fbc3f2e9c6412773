/* Specifiers of systemd.unit(5) in a unit's lines, as far as its name tells them. Source:
 * unit-printf.c and specifier.c of systemd. */
#ifndef POLICY_MODELS_UNIT_SPECIFIER_H
#define POLICY_MODELS_UNIT_SPECIFIER_H

#include <stdbool.h>

/* In names of units, and in commands. */
#define UNIT_SPECIFIERS_OF_NAMES "nNpij"
#define UNIT_SPECIFIERS_OF_COMMANDS "nNpijPIJ"

/* TEXT with %% and the specifiers LETTERS put in for the unit NAME, which is valid; the
 * caller frees. Others stay as they stand, and *ret_is_whole is false then. */
char *
unit_specifier_fill(
	const char *text, const char *name, const char *letters, bool *ret_is_whole);

#endif
