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

/* The one of NAMES (NULL-terminated) that WORD was probably meant to be, NULL when none
 * is near. */
const char *
text_nearest(const char *word, const char *const *names);

/* Lower-case hexadecimal SHA-256. */
void
text_sha256(struct bytes data, char ret_hex[SHA256_HEX]);

#endif
