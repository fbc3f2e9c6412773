/* Where the paths of a root lead, and what is there: each is looked up once, since
 * the models ask for the same folders and programs again and again. See
 * path_resolution(7). */
#ifndef BASE_LOOKUP_H
#define BASE_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/table.h"

struct lookup {
	char *target; /* the path without links, "." and ".."; where something is
			 missing, the path that would have to be created; the path
			 itself when its links can't be followed */
	bool is_link; /* the last component of the path is a symbolic link */
	int links; /* that were followed */
	int errnum; /* 0: STATUS is that of the target. ELOOP: links in a loop, too many,
		       or through /proc */
	struct stat status;
};

struct lookups {
	int root; /* a descriptor, borrowed */
	struct table by_path;
	size_t size; /* of all, in bytes */
	size_t work; /* bytes of the paths that were walked to find links */
	int depth; /* of the links that are being followed now */
	struct lookup *last; /* one that there was no room to keep */
};

/* What is at PATH, absolute inside the root. Never NULL; belongs to LOOKUPS, and is good
 * until the next call. */
const struct lookup *
lookup_get(struct lookups *lookups, const char *path);

/* Opens with O_PATH what PATH leads to. Returns the descriptor, which the caller closes,
 * or -1 with errno. *ret_target (caller frees) is always set; both as in struct lookup.
 */
int
lookup_open(struct lookups *lookups, const char *path, char **ret_target, bool *ret_link);

/* Frees what was looked up; LOOKUPS itself is its owner's. */
void
lookups_free(struct lookups *lookups);

#endif
