/* Desired-state files as files: read through one descriptor, so that what was checked is
 * what is read. */
#ifndef POLICY_SOURCE_H
#define POLICY_SOURCE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/error.h"

enum { SOURCE_SIZE_MAX = 1 << 20 }; /* bytes of one desired-state file */

/* Reads the regular file FILE. REQUIRE_SAFE: refuse it when others than root and the
 * caller can change it, as sshd refuses authorized_keys (OpenSSH misc.c, safe_path). The
 * caller frees ret_bytes->data. */
int
source_read(
	const char *file, bool require_safe, struct bytes *ret_bytes, struct error *err);

/* PATH as FILE means it: a relative one counts from FILE's folder. The caller frees. */
char *
source_path(const char *file, const char *path);

#endif
