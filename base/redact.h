/* Masks secrets in a line that goes into evidence or a diff. */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

#include "base/bytes.h"

/* LINE of the file at PATH with password fields replaced by "********": field 2 of
 * passwd, shadow, group and gshadow (and their copies ending in "-") unless it is no
 * hash, all fields behind the first of opasswd, and the values of password, passwd, pwd,
 * passphrase, secret, token, key= assignments elsewhere. The caller frees. */
char *
redact_line(const char *path, struct bytes line);

#endif
