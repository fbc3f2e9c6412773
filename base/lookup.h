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
	const struct lookup *opened; /* the one that was found last, whose descriptor */
	int fd; /* this is: most are opened next; -1 */
};

/* ROOT is a descriptor, borrowed. */
void
lookups_init(struct lookups *lookups, int root);

/* What is at PATH, absolute inside the root. Never NULL; belongs to LOOKUPS, and is good
 * until the next call. */
const struct lookup *
lookup_get(struct lookups *lookups, const char *path);

/* Opens with O_PATH what PATH leads to. Returns the descriptor, which the caller closes,
 * or -1 with errno. *ret_status is that of what was opened; *ret_lookup as lookup_get has
 * it, always set. */
int
lookup_open(struct lookups *lookups, const char *path, struct stat *ret_status,
	const struct lookup **ret_lookup);

/* Frees what was looked up; LOOKUPS itself is its owner's. */
void
lookups_free(struct lookups *lookups);

#endif
