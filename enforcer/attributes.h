/* What a file carries besides its bytes: owner, mode, extended attributes (ACLs and
 * labels are xattrs too). */
#ifndef ENFORCER_ATTRIBUTES_H
#define ENFORCER_ATTRIBUTES_H

#include <stddef.h>
#include <sys/stat.h>

#include "base/error.h"

struct attributes {
	uid_t owner;
	gid_t group;
	mode_t mode; /* 07777 */
	struct xattr {
		char *name, *value;
		size_t size;
	} * xattrs;
	size_t count;
};

/* Reads what the file FILE under ROOT carries. The caller frees. */
int
attributes_read(
	int root, const char *file, struct attributes *ret_attributes, struct error *err);

void
attributes_free(struct attributes *attributes);

/* Gives the open, new file TO what FROM carries / what ATTRIBUTES say; -1 with errno.
 * Nothing is allocated. */
int
attributes_copy(int from, int to);

/* Whether the open files A and B carry the same: 1, 0, or -1 with errno. */
int
attributes_same(int a, int b);

int
attributes_set(int to, const struct attributes *attributes);

#endif
