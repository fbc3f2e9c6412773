/* Opening paths inside a root, so that nothing leads out of it. See openat2(2). */
#ifndef BASE_RESOLVE_H
#define BASE_RESOLVE_H

#include <stdbool.h>
#include <stdint.h>

/* Opens PATH (absolute inside the root) with RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS;
 * FLAGS as for open(2), O_CLOEXEC is added. EXTRA: more RESOLVE_* bits. Returns -1 with
 * errno. */
int
resolve_open(int root, const char *path, int flags, uint64_t extra);

#endif
