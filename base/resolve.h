/* Paths inside a root: opening them so that nothing leads out of it, and saying where
 * they lead. See openat2(2). */
#ifndef BASE_RESOLVE_H
#define BASE_RESOLVE_H

#include <stdbool.h>
#include <stdint.h>

/* Opens PATH (absolute inside the root) with RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS;
 * FLAGS as for open(2), O_CLOEXEC is added. EXTRA: more RESOLVE_* bits. Returns -1 with
 * errno. */
int
resolve_open(int root, const char *path, int flags, uint64_t extra);

/* Opens what PATH leads to with O_PATH. Returns the descriptor or -1 with errno (ELOOP:
 * links in a loop, too many, or through /proc). *ret_target (caller frees) is always set:
 * the path without links, "." and ".."; where something is missing, the path that would
 * have to be created; PATH itself when the links can't be followed. *ret_link: the last
 * component of PATH is a symbolic link. */
int
resolve_path(int root, const char *path, char **ret_target, bool *ret_link);

#endif
