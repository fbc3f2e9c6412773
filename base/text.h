/* Small questions about text: numbers, near misses, hashes. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/error.h"

#define SHA256_HEX 65 /* 64 digits and the NUL */

/* Reads a decimal whole number from MIN to MAX: digits alone, one leading minus where MIN
 * is negative. */
int
text_number(const char *text, long min, long max, long *ret_number, struct error *err);

/* Reads "N" or "FIRST-LAST", numbers from MIN to MAX in this order. False when it is
 * neither; then nothing is set. */
bool
text_range(const char *text, long min, long max, long *ret_first, long *ret_last);

/* The one of NAMES (NULL-terminated) that WORD was probably meant to be, NULL when none
 * is near. */
const char *
text_nearest(const char *word, const char *const *names);

/* Whether WORD is among NAMES (NULL-terminated), by the case too. */
bool
text_is_one_of(const char *word, const char *const *names);

/* Whether it is digits alone, one at least. */
bool
text_is_digits(const char *text);

/* What is behind the last slash of PATH, or all of it; a part of PATH. */
const char *
text_base_name(const char *path);

/* Lower-case hexadecimal SHA-256. */
void
text_sha256(struct bytes data, char ret_hex[SHA256_HEX]);

#endif
